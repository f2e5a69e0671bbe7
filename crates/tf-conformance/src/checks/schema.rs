//! The schemas.

use std::sync::Arc;

use prost::Message;

use super::context::no_errors;
use super::{Context, Verdict, ensure, unbroken};
use crate::core::{Instance, Resource, Session};
use crate::oracle;
use crate::proto::tfplugin6 as pb;
use crate::schema::Schemas;

/// Core's limit for the answer, in bytes.
const LARGEST: usize = 64 << 20;

pub(super) async fn is_valid(context: &Context<'_>) -> Verdict {
    let mut first: Option<Schemas> = None;
    for _ in 0..2 {
        let launch = context.launch(None)?;
        let session = Session::start(launch, context.settings.patience, context.trace.clone()).await?;
        let schemas = session.get_provider_schema(pb::get_provider_schema::Request {}).await?;
        no_errors("reading the schemas", &schemas.diagnostics)?;
        let identities = session.identity_schemas().await?;
        no_errors("reading the identity schemas", &identities.diagnostics)?;
        unbroken("the schemas", &oracle::schemas(&schemas, &identities))?;
        let size = schemas.encoded_len();
        ensure(size < LARGEST, || format!("the schemas have {size} bytes; Core reads {LARGEST}"))?;
        let read = Schemas::read(&schemas, &identities)?;
        if let Some(first) = &first {
            ensure(*first == read, || "two processes have different schemas".to_owned())?;
        }
        first = Some(read);
    }
    Ok(())
}

pub(super) async fn is_optional(context: &Context<'_>) -> Verdict {
    let subjects = context.subjects().unwrap_or_default();
    let case = subjects.first().map(|(case, _)| *case);
    let launch = context.launch(case)?;
    let mut session = Session::start(launch, context.settings.patience, context.trace.clone()).await?;
    session.schemas = Arc::clone(context.schemas);
    context.configure(&session, &context.provider_config(case)?).await?;
    for (_, subject) in subjects.iter().take(1) {
        let resource = Resource::new(&session, &subject.type_name)?;
        let config = resource.config(&subject.config)?;
        no_errors("validating", &resource.validate(&config).await?)?;
        let planned = resource.plan(&Instance::absent(), &config).await?;
        no_errors("planning", &planned.diagnostics)?;
        ensure(!planned.state.is_null(), || "nothing is planned".to_owned())?;
    }
    Ok(())
}
