//! ValidateActionConfig, PlanAction, InvokeAction. The promise of this file: the events of
//! an action end with exactly one that says how it ended, for Terraform takes a stream that
//! just ends for success.

use std::panic::AssertUnwindSafe;

use futures_util::{FutureExt, Stream, stream};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::Instrument;

use crate::framework::action::Progress;
use crate::framework::convert;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::provider::Provider;
use crate::framework::resource::Call;
use crate::framework::timeouts;
use crate::framework::validation::{self, WriteOnly};
use crate::protocol::proto::tfplugin6::invoke_action::{Event, Request, event};
use crate::protocol::proto::tfplugin6::{plan_action, validate_action_config};

use super::answer;
use super::connection::Connection;
use super::values;

pub(super) async fn validate_action_config<P: Provider>(
    connection: Connection<P>,
    request: validate_action_config::Request,
) -> Result<validate_action_config::Response, Diagnostics> {
    let name = request.action_type;
    let entry = connection.catalog().action(&name)?;
    let config = values::decode(&format!("the configuration of {name}"), request.config.as_ref(), &entry.ty)?;
    let mut diagnostics = validation::check(&entry.schema, &name, &config, WriteOnly::Understood);
    entry.object.validate(&config, &mut diagnostics);
    Ok(validate_action_config::Response { diagnostics: convert::diagnostics(diagnostics) })
}

/// Never put off: what is unknown here is known when the action is invoked.
pub(super) async fn plan_action<P: Provider>(
    connection: Connection<P>,
    request: plan_action::Request,
) -> Result<plan_action::Response, Diagnostics> {
    let name = request.action_type;
    let entry = connection.catalog().action(&name)?;
    let config = values::decode(&format!("the configuration of {name}"), request.config.as_ref(), &entry.ty)?;
    let configuration = connection.configuration();
    let cancel = connection.cancellation();
    let mut diagnostics = Diagnostics::new();
    entry.object.plan(configuration.ctx(), &config, &cancel, &mut diagnostics).await;
    Ok(plan_action::Response { diagnostics: convert::diagnostics(diagnostics), deferred: None })
}

/// An action that runs, as its client sees it.
struct Invocation {
    name: String,
    events: mpsc::UnboundedReceiver<Event>,
    completed: bool,
    /// Interrupts the action when the client no longer listens.
    _interrupt: DropGuard,
}

pub(super) fn invoke_action<P: Provider>(
    connection: Connection<P>,
    request: Request,
) -> impl Stream<Item = Event> + Send + 'static {
    let (sender, events) = mpsc::unbounded_channel();
    let cancel = connection.cancellation().child_token();
    let invocation = Invocation {
        name: request.action_type.clone(),
        events,
        completed: false,
        _interrupt: cancel.clone().drop_guard(),
    };
    tokio::spawn(run(connection, request, cancel, sender).in_current_span());
    stream::unfold(invocation, |mut invocation| async move {
        if invocation.completed {
            return None;
        }
        let event = match invocation.events.recv().await {
            Some(event) => event,
            None => completed(panicked(&invocation.name).into()),
        };
        invocation.completed = matches!(event.r#type, Some(event::Type::Completed(_)));
        Some((event, invocation))
    })
}

async fn run<P: Provider>(
    connection: Connection<P>,
    request: Request,
    cancel: CancellationToken,
    events: mpsc::UnboundedSender<Event>,
) {
    tracing::debug!("request received");
    let started = Instant::now();
    let name = request.action_type.clone();
    let report = |message: String| {
        tracing::debug!(message, "progress");
        let progress = event::Progress { message };
        // Whoever no longer listens is told nothing.
        let _ = events.send(Event { r#type: Some(event::Type::Progress(progress)) });
    };
    let work = invoke(&connection, request, &cancel, Progress::new(&report));
    let diagnostics = match AssertUnwindSafe(work).catch_unwind().await {
        Ok(Ok(warnings)) => warnings,
        Ok(Err(diagnostics)) => diagnostics,
        Err(_) => {
            tracing::error!("the action ended in a panic");
            panicked(&name).into()
        }
    };
    let event = completed(diagnostics);
    if let Some(event::Type::Completed(completed)) = &event.r#type {
        let (diagnostic_error_count, diagnostic_warning_count) = answer::count(&completed.diagnostics);
        let tf_req_duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(
            tf_req_duration_ms,
            diagnostic_error_count,
            diagnostic_warning_count,
            "request answered"
        );
    }
    let _ = events.send(event);
}

async fn invoke<P: Provider>(
    connection: &Connection<P>,
    request: Request,
    cancel: &CancellationToken,
    progress: Progress<'_>,
) -> Result<Diagnostics, Diagnostics> {
    let name = request.action_type;
    let entry = connection.catalog().action(&name)?;
    let config = values::decode(&format!("the configuration of {name}"), request.config.as_ref(), &entry.ty)?;
    if !config.is_wholly_known() {
        return Err(Diagnostic::bug(
            format!("Cannot invoke action {name}"),
            "Nothing was changed. Terraform invoked the action while its configuration was not fully known.",
        )
        .into());
    }
    let configuration = connection.configuration();
    let ctx = configuration.require(&format!("invoke action {name}"))?;
    let deadline = timeouts::from_now(entry.object.timeout());
    entry.object.invoke(Call { ctx, cancel, deadline }, &config, &progress).await
}

/// The event that ends an action, successfully if there are no errors.
pub(super) fn completed(diagnostics: Diagnostics) -> Event {
    let completed = event::Completed { diagnostics: convert::diagnostics(diagnostics) };
    Event { r#type: Some(event::Type::Completed(completed)) }
}

/// The messages in an event.
pub(super) fn messages(event: &mut Event) -> &mut [crate::protocol::proto::tfplugin6::Diagnostic] {
    match &mut event.r#type {
        Some(event::Type::Completed(completed)) => &mut completed.diagnostics,
        _ => &mut [],
    }
}

fn panicked(name: &str) -> Diagnostic {
    Diagnostic::bug(
        format!("Cannot invoke action {name}"),
        "The steps reported above are done; further steps may be done too. The provider panicked. `TF_LOG=ERROR` \
         shows the message and the location.",
    )
}

#[cfg(test)]
mod tests;
