//! Many at once, and much at once.

use futures_util::future::join_all;

use super::context::{create, destroy, no_errors};
use super::{Context, Stop, Verdict, ensure, not_applicable};
use crate::case::ResourceCase;
use crate::core::{Instance, Resource};
use crate::schema::Kind;
use crate::value::{Type, Value};

/// All of them, of which the rest are reads.
const CALLS: usize = 100;
const PLANS: usize = 40;
const APPLIES: usize = 20;

/// The attribute that may have any text: named by the case, or the one in
/// which the two configurations differ.
fn unique(resource: &Resource<'_>, subject: &ResourceCase, config: &Value) -> Option<String> {
    if subject.unique.is_some() {
        return subject.unique.clone();
    }
    let changed = resource.config(subject.changed.as_ref()?).ok()?;
    let attributes = resource.schema().block.attributes.iter();
    let mut differing = attributes.filter(|(name, attribute)| {
        let text = attribute.kind == Kind::Plain(Type::String) && !attribute.write_only;
        text && config.get(name) != changed.get(name) && !config.get(name).is_null()
    });
    differing.next().map(|(name, _)| name.clone())
}

/// The configuration number `number`.
fn variant(config: &Value, unique: Option<&str>, number: usize) -> Value {
    let Some(name) = unique else { return config.clone() };
    let text = config.get(name).as_str().unwrap_or_default();
    config.clone().with(name, Value::string(format!("{text} {number}")))
}

pub(super) async fn concurrently(context: &Context<'_>) -> Verdict {
    for (case, subject) in context.subjects()? {
        let session = context.configured(Some(case)).await?;
        let resource = Resource::new(&session, &subject.type_name)?;
        let config = resource.config(&subject.config)?;
        let unique = unique(&resource, subject, &config);
        let unique = unique.as_deref();
        let question = async |created: &Instance| {
            let own = |wanted: &Value, found: &Value, what: &str| {
                let Some(name) = unique else { return Ok(()) };
                let (wanted, found) = (wanted.get(name), found.get(name));
                ensure(wanted == found, || format!("{what}: {name} is {found} in the answer to {wanted}"))
            };
            let plan = async |number: usize| {
                let config = variant(&config, unique, number);
                let planned = resource.plan(&Instance::absent(), &config).await?;
                no_errors("planning one of many", &planned.diagnostics)?;
                own(&config, &planned.state, "planning one of many")
            };
            let read = async || {
                let (found, diagnostics) = resource.read(created).await?;
                no_errors("reading one of many", &diagnostics)?;
                own(&created.state, &found.state, "reading one of many")
            };
            let apply = async |number: usize| {
                let config = variant(&config, unique, number);
                let created = create(&resource, &config).await?.instance;
                let verdict = own(&config, &created.state, "creating one of many");
                destroy(&resource, &created).await;
                verdict
            };
            let (plans, applies) = if subject.once { (1, 0) } else { (PLANS, APPLIES) };
            let (planned, read, applied) = tokio::join!(
                join_all((0..plans).map(plan)),
                join_all((0..CALLS - plans - applies).map(|_| read())),
                join_all((0..applies).map(apply)),
            );
            planned.into_iter().chain(read).chain(applied).collect::<Result<Vec<()>, Stop>>().map(|_| ())
        };
        context.with_created(&resource, &config, question).await?;
    }
    Ok(())
}

pub(super) async fn large_states(context: &Context<'_>) -> Verdict {
    let mut asked = false;
    for (case, subject) in context.subjects()? {
        let session = context.configured(Some(case)).await?;
        let resource = Resource::new(&session, &subject.type_name)?;
        let config = resource.config(&subject.config)?;
        let Some(name) = unique(&resource, subject, &config) else { continue };
        asked = true;
        let question = async |created: &Instance| {
            let text = "x".repeat(context.settings.large_state);
            let large =
                Instance { state: created.state.clone().with(&name, Value::string(text)), ..created.clone() };
            let (found, diagnostics) = resource.read(&large).await?;
            no_errors("reading a large state", &diagnostics)?;
            ensure(!found.state.is_null(), || "a large state reads as null".to_owned())?;
            let planned = resource.plan(&large, &config).await?;
            no_errors("planning on a large state", &planned.diagnostics)
        };
        context.with_created(&resource, &config, question).await?;
    }
    if asked { Ok(()) } else { not_applicable("no case has a string attribute that may have any text") }
}
