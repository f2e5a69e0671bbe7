//! ValidateEphemeralResourceConfig, OpenEphemeralResource, RenewEphemeralResource,
//! CloseEphemeralResource. The promise of this file: what was opened is either known to
//! Terraform, which closes it, or taken back here.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use bytes::Bytes;
use futures_util::FutureExt;
use tokio::sync::oneshot;
use tracing::Instrument;

use crate::framework::consistency;
use crate::framework::convert;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::ephemeral::Opened;
use crate::framework::private::Private;
use crate::framework::provider::Provider;
use crate::framework::resource::Call;
use crate::framework::timeouts;
use crate::framework::validation::{self, WriteOnly};
use crate::protocol::ending::Underway;
use crate::protocol::proto::tfplugin6::{
    close_ephemeral_resource, open_ephemeral_resource, renew_ephemeral_resource,
    validate_ephemeral_resource_config,
};
use crate::protocol::value::Value;

use super::connection::Connection;
use super::{open_objects, values};

pub(super) async fn validate_ephemeral_resource_config<P: Provider>(
    connection: Connection<P>,
    request: validate_ephemeral_resource_config::Request,
) -> Result<validate_ephemeral_resource_config::Response, Diagnostics> {
    let name = request.type_name;
    let entry = connection.catalog().ephemeral(&name)?;
    let config = values::decode(&format!("the configuration of {name}"), request.config.as_ref(), &entry.ty)?;
    let mut diagnostics = validation::check(&entry.schema, &name, &config, WriteOnly::Understood);
    entry.object.validate(&config, &mut diagnostics);
    Ok(validate_ephemeral_resource_config::Response { diagnostics: convert::diagnostics(diagnostics) })
}

/// What the task that opens hands to the handler, and how the handler says
/// that it was there to take it.
type Handover = (Result<open_ephemeral_resource::Response, Diagnostics>, oneshot::Sender<()>);

pub(super) async fn open_ephemeral_resource<P: Provider>(
    connection: Connection<P>,
    request: open_ephemeral_resource::Request,
) -> Result<open_ephemeral_resource::Response, Diagnostics> {
    let name = request.type_name.clone();
    let (hand_over, handed_over) = oneshot::channel();
    // A task of its own: when the client resets the request, the library drops
    // this handler, and with it a verb between sending a request and learning
    // what it made.
    tokio::spawn(open_and_hand_over(connection, request, hand_over).in_current_span());
    match handed_over.await {
        Ok((answer, taken)) => {
            // Not heard when the task needs no answer: after a failure.
            let _ = taken.send(());
            answer
        }
        Err(_) => Err(lost("open", &name).into()),
    }
}

async fn open_and_hand_over<P: Provider>(
    connection: Connection<P>,
    request: open_ephemeral_resource::Request,
    hand_over: oneshot::Sender<Handover>,
) {
    let name = request.type_name.clone();
    // Until the object is closed, watched or taken back: the end of the process waits for that.
    let _underway = underway(&connection, "open", &name);
    let (answer, opened) = match open(&connection, request).await {
        Ok((response, opened)) => (Ok(response), Some(opened)),
        Err(diagnostics) => (Err(diagnostics), None),
    };
    let (taken, was_taken) = oneshot::channel();
    let listening = hand_over.send((answer, taken)).is_ok() && was_taken.await.is_ok();
    let Some(opened) = opened else { return };
    if listening {
        open_objects::watch(&connection, &name, &opened.private);
    } else {
        tracing::warn!("no request waits for the opened object: deleting it");
        for problem in discard(&connection, &name, opened).await {
            tracing::error!(
                summary = problem.summary,
                detail = problem.detail,
                "the opened object could not be \
                                                                                 deleted"
            );
        }
    }
}

async fn open<P: Provider>(
    connection: &Connection<P>,
    request: open_ephemeral_resource::Request,
) -> Result<(open_ephemeral_resource::Response, Opened<Value>), Diagnostics> {
    let name = request.type_name;
    let entry = connection.catalog().ephemeral(&name)?;
    let config = values::decode(&format!("the configuration of {name}"), request.config.as_ref(), &entry.ty)?;
    if !config.is_wholly_known() {
        return Err(not_known(&name).into());
    }
    let configuration = connection.configuration();
    let ctx = configuration.require(&format!("open ephemeral resource {name}"))?;

    let cancel = connection.cancellation();
    let call = Call { ctx, cancel: &cancel, deadline: timeouts::from_now(entry.object.timeout()) };
    let verb = entry.object.open(call, &config);
    let mut opened = match AssertUnwindSafe(verb).catch_unwind().await {
        Ok(opened) => opened?,
        Err(_) => {
            tracing::error!("the operation ended in a panic");
            return Err(lost("open", &name).into());
        }
    };

    let mut diagnostics = std::mem::take(&mut opened.warnings);
    let result = opened.result.clone();
    let result = consistency::after_open(&name, &entry.schema, &config, result, &mut diagnostics);
    let encoded = values::encode(&format!("the result of {name}"), &result, &entry.ty);
    let result = match encoded {
        Ok(result) if !diagnostics.has_errors() => result,
        failed => {
            diagnostics.extend(failed.err());
            diagnostics.append(discard(connection, &name, opened).await);
            return Err(diagnostics);
        }
    };
    let response = open_ephemeral_resource::Response {
        diagnostics: convert::diagnostics(diagnostics),
        renew_at: opened.renew_at.map(Into::into),
        result: Some(result),
        private: Some(Bytes::from(opened.private.to_bytes())),
        deferred: None,
    };
    Ok((response, opened))
}

/// Takes back what Terraform will not close.
async fn discard<P: Provider>(connection: &Connection<P>, name: &str, opened: Opened<Value>) -> Diagnostics {
    let discarded = async {
        let entry = connection.catalog().ephemeral(name)?;
        let configuration = connection.configuration();
        let ctx = configuration.require(&format!("take back {name}"))?;
        // What interrupted the opening must not interrupt this.
        let (cancel, deadline) = open_objects::bounds(connection.ending(), entry.object.timeout());
        let call = Call { ctx, cancel: &cancel, deadline };
        entry.object.discard(call, opened).await
    };
    match AssertUnwindSafe(discarded).catch_unwind().await {
        Ok(result) => result.err().unwrap_or_default(),
        Err(_) => lost("take back", name).into(),
    }
}

pub(super) async fn renew_ephemeral_resource<P: Provider>(
    connection: Connection<P>,
    request: renew_ephemeral_resource::Request,
) -> Result<renew_ephemeral_resource::Response, Diagnostics> {
    let name = request.type_name.clone();
    let renew = async move {
        let name = request.type_name;
        let entry = connection.catalog().ephemeral(&name)?;
        let private = private(&name, request.private.as_deref())?;
        let configuration = connection.configuration();
        let ctx = configuration.require(&format!("renew ephemeral resource {name}"))?;
        let cancel = connection.cancellation();
        let call = Call { ctx, cancel: &cancel, deadline: timeouts::from_now(entry.object.timeout()) };
        let renewed = entry.object.renew(call, private).await?;
        Ok(renew_ephemeral_resource::Response {
            diagnostics: Vec::new(),
            renew_at: renewed.renew_at.map(Into::into),
            private: Some(Bytes::from(renewed.private.to_bytes())),
        })
    };
    to_its_end("renew", &name, renew).await
}

pub(super) async fn close_ephemeral_resource<P: Provider>(
    connection: Connection<P>,
    request: close_ephemeral_resource::Request,
) -> Result<close_ephemeral_resource::Response, Diagnostics> {
    let name = request.type_name.clone();
    // Before the watch ends, which waits for this until then.
    let underway = underway(&connection, "close", &name);
    let close = async move {
        let _underway = underway;
        let name = request.type_name;
        let entry = connection.catalog().ephemeral(&name)?;
        let private = private(&name, request.private.as_deref())?;
        connection.opened().closed(&name, &private);
        let configuration = connection.configuration();
        let ctx = configuration.require(&format!("close ephemeral resource {name}"))?;
        let (cancel, deadline) = open_objects::bounds(connection.ending(), entry.object.timeout());
        let call = Call { ctx, cancel: &cancel, deadline };
        entry.object.close(call, private).await?;
        Ok(close_ephemeral_resource::Response::default())
    };
    to_its_end("close", &name, close).await
}

/// Runs a verb in a task of its own, so that it ends even if nobody waits.
async fn to_its_end<T: Send + 'static>(
    verb: &str,
    name: &str,
    work: impl Future<Output = Result<T, Diagnostics>> + Send + 'static,
) -> Result<T, Diagnostics> {
    // A panic ends the task, and has been logged then.
    tokio::spawn(work.in_current_span()).await.unwrap_or_else(|_| Err(lost(verb, name).into()))
}

/// Tells the end of the process what would be cut off.
fn underway<P: Provider>(connection: &Connection<P>, verb: &'static str, name: &str) -> Underway {
    let name = name.to_owned();
    connection.ending().begin(move || format!("{verb} {name}"))
}

fn private(name: &str, bytes: Option<&[u8]>) -> Result<Private, Diagnostic> {
    Private::from_bytes(bytes.unwrap_or_default()).map_err(|error| {
        Diagnostic::bug(
            format!("Cannot understand the private data of {name}"),
            format!(
                "The object is not closed and remains valid until it expires. Terraform returned private data that \
                 the provider did not write: the JSON is malformed at line {}, column {}.",
                error.line(),
                error.column()
            ),
        )
    })
}

fn not_known(name: &str) -> Diagnostic {
    Diagnostic::bug(
        format!("Cannot open ephemeral resource {name}"),
        "Nothing was changed. Terraform opened it while its configuration was not fully known.",
    )
}

fn lost(verb: &str, name: &str) -> Diagnostic {
    Diagnostic::bug(
        format!("Cannot {verb} ephemeral resource {name}"),
        "An object that was opened may remain valid until it expires. The provider panicked. `TF_LOG=ERROR` shows \
         the message and the location.",
    )
}

#[cfg(test)]
mod tests;
