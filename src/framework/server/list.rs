//! ValidateListResourceConfig, ListResource. Objects go to the client as they are found,
//! one at a time: what the client does not take is not asked for, and when it goes away the
//! list ends where it is.

use std::panic::AssertUnwindSafe;

use futures_util::{FutureExt, Stream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tracing::{Instrument, Span};

use crate::framework::consistency;
use crate::framework::convert;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::erased::{ErasedListRequest, ErasedResource};
use crate::framework::list_resource::ListedObject;
use crate::framework::provider::Provider;
use crate::framework::resource::{Call, Operation};
use crate::framework::timeouts;
use crate::framework::validation::{self, WriteOnly};
use crate::framework::walk;
use crate::protocol::proto::tfplugin6::list_resource::{Event, Request};
use crate::protocol::proto::tfplugin6::validate_list_resource_config;

use super::catalog::Entry;
use super::connection::Connection;
use super::identity::Identifying;
use super::values;

pub(super) async fn validate_list_resource_config<P: Provider>(
    connection: Connection<P>,
    request: validate_list_resource_config::Request,
) -> Result<validate_list_resource_config::Response, Diagnostics> {
    let name = request.type_name;
    let entry = connection.catalog().list_resource(&name)?;
    let what = format!("the configuration of the list of {name}");
    let config = values::decode(&what, request.config.as_ref(), &entry.ty)?;
    let mut diagnostics = validation::check(&entry.schema, &name, &config, WriteOnly::Understood);
    entry.object.validate(&config, &mut diagnostics);
    Ok(validate_list_resource_config::Response { diagnostics: convert::diagnostics(diagnostics) })
}

pub(super) fn list_resource<P: Provider>(
    connection: Connection<P>,
    request: Request,
    span: Span,
) -> impl Stream<Item = Event> + Send {
    let (events, received) = mpsc::channel(1);
    let work = async move {
        tracing::debug!("request received");
        let result = AssertUnwindSafe(run(&connection, &request, &events)).catch_unwind().await;
        let diagnostics = match result {
            Ok(Ok(listed)) => {
                tracing::debug!(listed, "request answered");
                return;
            }
            Ok(Err(diagnostics)) => diagnostics,
            Err(_) => {
                tracing::error!("the request ended in a panic");
                panicked(&request.type_name).into()
            }
        };
        tracing::debug!("request answered with an error");
        let event = Event { diagnostic: convert::diagnostics(diagnostics), ..Event::default() };
        // A client that has gone does not want to know.
        let _ = events.send(event).await;
    };
    tokio::spawn(work.instrument(span));
    ReceiverStream::new(received)
}

/// Lists until there is no more, or no more is wanted; answers how many.
async fn run<P: Provider>(
    connection: &Connection<P>,
    request: &Request,
    events: &mpsc::Sender<Event>,
) -> Result<usize, Diagnostics> {
    let name = &request.type_name;
    let catalog = connection.catalog();
    let entry = catalog.list_resource(name)?;
    let resource = catalog.resource(name)?;
    let identifying = Identifying::new(catalog, name, resource);
    let what = format!("the configuration of the list of {name}");
    let config = values::decode(&what, request.config.as_ref(), &entry.ty)?;
    let configuration = connection.configuration();
    let ctx = configuration.require(&format!("list {name}"))?;

    let cancel = connection.cancellation();
    let deadline = timeouts::deadline(&config, Operation::Read, entry.object.timeout());
    let call = Call { ctx, cancel: &cancel, deadline };
    let include_resource = request.include_resource_object;
    let limit = usize::try_from(request.limit).ok().filter(|limit| *limit > 0);
    let (objects, mut found) = mpsc::channel(1);
    let asked = ErasedListRequest { config: &config, include_resource, limit };
    // Guarded here and not further up, where what is under way would be lost.
    let mut verb = AssertUnwindSafe(entry.object.list(call, asked, objects)).catch_unwind().map(|result| {
        result.unwrap_or_else(|_| {
            tracing::error!("the operation ended in a panic");
            Err(panicked(name).into())
        })
    });
    let mut outcome = None;
    let mut listed = 0;
    loop {
        tokio::select! {
            biased;
            () = events.closed() => {
                tracing::debug!("the client has seen enough");
                return Ok(listed);
            }
            object = found.recv() => match object {
                Some(object) => {
                    let event = event(&identifying, resource, object, include_resource)?;
                    if events.send(event).await.is_err() {
                        tracing::debug!("the client has seen enough");
                        return Ok(listed);
                    }
                    listed += 1;
                }
                // What was found before an error went out before it.
                None => return match outcome {
                    Some(outcome) => outcome,
                    None => verb.await,
                }
                .map(|()| listed),
            },
            result = &mut verb, if outcome.is_none() => outcome = Some(result),
        }
    }
}

fn event<Ctx>(
    identifying: &Identifying<'_, Ctx>,
    resource: &Entry<dyn ErasedResource<Ctx>>,
    object: ListedObject,
    include_resource: bool,
) -> Result<Event, Diagnostics> {
    let name = resource.object.type_name();
    let mut diagnostics = Diagnostics::new();
    let identity = identifying.encode(&identifying.of(&object.state)?)?;
    if identity.is_none() {
        return Err(Diagnostic::bug(
            format!("Cannot list {name}"),
            format!("The provider returned no identity for the object {:?}.", object.display_name),
        )
        .into());
    }
    let resource_object = if include_resource {
        let state = walk::without_write_only(&resource.schema, object.state);
        let state = consistency::known(name, &resource.schema, "list", state, &mut diagnostics);
        Some(values::encode(&format!("the state of {name}"), &state, &resource.ty)?)
    } else {
        None
    };
    Ok(Event {
        identity,
        display_name: object.display_name,
        resource_object,
        diagnostic: convert::diagnostics(diagnostics.into_result()?),
    })
}

fn panicked(name: &str) -> Diagnostic {
    Diagnostic::bug(
        format!("Cannot list {name}"),
        "The provider panicked. `TF_LOG=ERROR` shows the message and the location.",
    )
}

#[cfg(test)]
mod tests;
