//! Applies.

use super::context::{create, destroy, no_errors};
use super::{Context, Verdict, ensure, fail, of_all, unbroken};
use crate::case::Fault;
use crate::core::{Instance, Resource, Session, errors};
use crate::value::Value;

pub(super) async fn creates(context: &Context<'_>) -> Verdict {
    for (case, subject) in context.subjects()? {
        let session = context.configured(Some(case)).await?;
        let resource = Resource::new(&session, &subject.type_name)?;
        let config = resource.config(&subject.config)?;
        let created = create(&resource, &config).await?;
        let judged = resource.judge_apply(&created);
        let updated = match &subject.changed {
            Some(changed) => update(&resource, &created.instance, &resource.config(changed)?).await,
            None => Ok(()),
        };
        destroy(&resource, &created.instance).await;
        unbroken("after the create", &judged)?;
        updated?;
    }
    Ok(())
}

async fn update(resource: &Resource<'_>, created: &Instance, changed: &Value) -> Verdict {
    let planned = resource.plan(created, changed).await?;
    no_errors("planning the update", &planned.diagnostics)?;
    if !planned.replace.is_empty() {
        return Ok(());
    }
    let updated = resource.apply(&planned).await?;
    no_errors("updating", &updated.diagnostics)?;
    unbroken("after the update", &resource.judge_apply(&updated))
}

pub(super) async fn reports_half_created(context: &Context<'_>) -> Verdict {
    let mut verdicts = Vec::new();
    for (case, subject) in context.subjects()? {
        let question = async |session: Session| {
            let resource = Resource::new(&session, &subject.type_name)?;
            let config = resource.config(&subject.config)?;
            let planned = resource.plan(&Instance::absent(), &config).await?;
            no_errors("planning the create", &planned.diagnostics)?;
            let applied = resource.apply(&planned).await?;
            let (state, id) = (&applied.instance.state, applied.instance.state.get(&subject.import_id));
            if errors(&applied.diagnostics).is_none() {
                destroy(&resource, &applied.instance).await;
                return fail(
                    "the API failed, but there is no error: it is hidden, or the case's fault does not strike",
                );
            }
            let name = &subject.import_id;
            ensure(!state.is_null(), || "an error, and no state: what was created is forgotten".to_owned())?;
            ensure(!id.is_null() && id.is_known(), || {
                format!("the state has no {name}: what was created is lost")
            })?;
            destroy(&resource, &applied.instance).await;
            Ok(())
        };
        verdicts.push(context.while_broken(case, Fault::FailAfterCreate, question).await);
    }
    of_all(verdicts)
}

pub(super) async fn deletes(context: &Context<'_>) -> Verdict {
    for (case, subject) in context.subjects()? {
        let session = context.configured(Some(case)).await?;
        let resource = Resource::new(&session, &subject.type_name)?;
        let config = resource.config(&subject.config)?;
        let created = create(&resource, &config).await?.instance;
        let planned = resource.plan_destroy(&created).await?;
        for what in ["deleting", "deleting what is gone"] {
            let deleted = resource.apply(&planned).await?;
            no_errors(what, &deleted.diagnostics)?;
            ensure(deleted.instance.state.is_null(), || format!("{what}: the new state is not null"))?;
        }
    }
    Ok(())
}
