//! Reads, imports, upgrades.

use serde_json::{Value as Json, json};

use super::context::{Subject, no_errors};
use super::{Context, Stop, Verdict, ensure, fail, unbroken};
use crate::case::Fault;
use crate::core::{Instance, Resource, Session, errors};
use crate::oracle;
use crate::proto::tfplugin6 as pb;
use crate::value::{Value, to_json};

pub(super) async fn finds_nothing(context: &Context<'_>) -> Verdict {
    for (case, subject) in context.subjects()? {
        let session = context.configured(Some(case)).await?;
        let resource = Resource::new(&session, &subject.type_name)?;
        let config = resource.config(&subject.config)?;
        let question = async |created: &Instance| {
            let (found, diagnostics) = resource.read(created).await?;
            no_errors("reading", &diagnostics)?;
            unbroken("reading", &resource.judge_read(created, &found))?;
            ensure(!found.state.is_null(), || "what was created reads as null".to_owned())?;
            ensure(created.private.is_empty() || !found.private.is_empty(), || {
                "the read loses the private data".to_owned()
            })?;
            let planned = resource.plan_destroy(&found).await?;
            let deleted = resource.apply(&planned).await?;
            no_errors("deleting", &deleted.diagnostics)?;
            let (gone, diagnostics) = resource.read(&found).await?;
            no_errors("reading what is gone", &diagnostics)?;
            ensure(gone.state.is_null() || subject.remains, || "what is gone reads as something".to_owned())?;
            ensure(!gone.state.is_null() || !subject.remains, || "what remains reads as gone".to_owned())
        };
        context.with_created(&resource, &config, question).await?;
    }
    Ok(())
}

pub(super) async fn is_stable(context: &Context<'_>) -> Verdict {
    for (case, subject) in context.subjects()? {
        let session = context.configured(Some(case)).await?;
        reads_twice(context, &session, subject, "the API answers as ever").await?;
        let question = async |session: Session| {
            reads_twice(context, &session, subject, "the API changes its order").await
        };
        match context.while_broken(case, Fault::Reorder, question).await {
            // The half that needs no control has passed.
            Err(Stop::NotApplicable(_)) => {}
            other => other?,
        }
    }
    Ok(())
}

async fn reads_twice(
    context: &Context<'_>,
    session: &Session,
    subject: &crate::case::ResourceCase,
    while_what: &str,
) -> Verdict {
    let resource = Resource::new(session, &subject.type_name)?;
    let config = resource.config(&subject.config)?;
    let question = async |created: &Instance| {
        let (first, diagnostics) = resource.read(created).await?;
        no_errors("reading", &diagnostics)?;
        let (second, diagnostics) = resource.read(&first).await?;
        no_errors("reading again", &diagnostics)?;
        let differences = oracle::applied(&resource.schema().block, &first.state, &second.state);
        unbroken(&format!("two reads differ while {while_what}"), &differences)?;
        // What Core does not look at when it applies, it stores.
        ensure(first.state == second.state, || format!("two reads differ while {while_what}"))
    };
    context.with_created(&resource, &config, question).await
}

pub(super) async fn upgrades(context: &Context<'_>) -> Verdict {
    for (case, subject) in context.subjects()? {
        let session = context.configured(Some(case)).await?;
        let resource = Resource::new(&session, &subject.type_name)?;
        let config = resource.config(&subject.config)?;
        let question = async |created: &Instance| {
            let version = resource.schema().version;
            let current = to_json(&created.state);
            let with_extra = edited(&current, |state| {
                state.insert("conformance_extra".to_owned(), json!({ "a": [1, null] }));
            });
            let without_nulls = edited(&current, |state| state.retain(|_, value| !value.is_null()));
            for (what, state) in [
                ("indented", &current),
                ("with an unknown attribute", &with_extra),
                ("without attributes that are null", &without_nulls),
            ] {
                let what = format!("upgrading the current version, {what}");
                let json = serde_json::to_vec_pretty(state).map_err(|error| Stop::Fail(error.to_string()))?;
                let raw = pb::RawState { json, flatmap: Default::default() };
                let (upgraded, diagnostics) = resource.upgrade(version, raw).await?;
                no_errors(&what, &diagnostics)?;
                let differences = oracle::applied(&resource.schema().block, &created.state, &upgraded);
                unbroken(&what, &differences)?;
            }
            let flatmap = [(subject.import_id.clone(), "1".to_owned())].into();
            let raw = pb::RawState { json: Vec::new(), flatmap };
            let (_, diagnostics) = resource.upgrade(0, raw).await?;
            let refused = errors(&diagnostics).is_some();
            ensure(refused, || "a flatmap, of Terraform before 0.12, is taken without an error".to_owned())
        };
        context.with_created(&resource, &config, question).await?;
        older_versions(&resource, subject).await?;
    }
    Ok(())
}

async fn older_versions(resource: &Resource<'_>, subject: &crate::case::ResourceCase) -> Verdict {
    for older in &subject.older_states {
        let what = format!("upgrading version {}", older.version);
        let raw = pb::RawState { json: older.state.to_string().into_bytes(), flatmap: Default::default() };
        let (upgraded, diagnostics) = resource.upgrade(older.version, raw).await?;
        no_errors(&what, &diagnostics)?;
        ensure(!upgraded.is_null(), || format!("{what} gives nothing"))?;
        unbroken(&what, &oracle::state(&resource.schema().block, &upgraded))?;
    }
    Ok(())
}

fn edited(state: &Json, edit: impl FnOnce(&mut serde_json::Map<String, Json>)) -> Json {
    let mut state = state.clone();
    if let Json::Object(entries) = &mut state {
        edit(entries);
    }
    state
}

pub(super) async fn imports(context: &Context<'_>) -> Verdict {
    for subject in context.subjects()? {
        let (case, resource_case) = subject;
        let session = context.configured(Some(case)).await?;
        let resource = Resource::new(&session, &resource_case.type_name)?;
        let config = resource.config(&resource_case.config)?;
        let question = async |created: &Instance| {
            let id = created.state.get(&resource_case.import_id);
            let text = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
            import_one(&resource, &text, &Value::Null, "by id", (&resource_case.import_id, id)).await?;
            if !created.identity.is_null() {
                let imported = import_one(
                    &resource,
                    "",
                    &created.identity,
                    "by identity",
                    (&resource_case.import_id, id),
                )
                .await?;
                ensure(imported.identity == created.identity, || {
                    format!("by identity: the identity is {}, not {}", imported.identity, created.identity)
                })?;
            }
            refuses_missing(&resource, subject).await
        };
        context.with_created(&resource, &config, question).await?;
    }
    Ok(())
}

async fn import_one(
    resource: &Resource<'_>,
    id: &str,
    identity: &Value,
    how: &str,
    (name_of_id, wanted_id): (&str, &Value),
) -> Result<Instance, Stop> {
    let (imported, diagnostics) = resource.import(id, identity).await?;
    no_errors(&format!("importing {how}"), &diagnostics)?;
    let [imported] = imported.as_slice() else {
        return fail(format!("{how}: {} resources are imported instead of one", imported.len()));
    };
    let (name, wanted) = (&imported.type_name, &resource.type_name);
    ensure(name == wanted, || format!("{how}: the type_name is {name:?} instead of {wanted:?}"))?;
    let instance = &imported.instance;
    if identity.is_null() {
        ensure(!instance.state.is_null(), || format!("{how}: the imported state is null"))?;
    } else {
        unbroken(how, &oracle::identity_known(&instance.identity))?;
    }
    let writes = oracle::null_write_only(&resource.schema().block, &instance.state);
    unbroken(&format!("importing {how}"), &writes)?;
    let (found, diagnostics) = resource.read(instance).await?;
    no_errors(&format!("reading what was imported {how}"), &diagnostics)?;
    ensure(!found.state.is_null(), || format!("{how}: what was imported reads as null"))?;
    let found_id = found.state.get(name_of_id);
    ensure(found_id == wanted_id, || format!("{how}: {name_of_id} is {found_id} instead of {wanted_id}"))?;
    Ok(instance.clone())
}

/// Either the import is refused, or the read that always follows it finds
/// nothing, for which Core has its own error.
async fn refuses_missing(resource: &Resource<'_>, (_, subject): Subject<'_>) -> Verdict {
    let (imported, diagnostics) = resource.import(&subject.missing_id, &Value::Null).await?;
    if errors(&diagnostics).is_some() {
        return Ok(());
    }
    for imported in imported {
        let (found, diagnostics) = resource.read(&imported.instance).await?;
        if errors(&diagnostics).is_none() && !found.state.is_null() {
            return fail(format!("the id {:?}, which is nobody's, is imported", subject.missing_id));
        }
    }
    Ok(())
}
