//! Actions: progress while they run, and one event that says how they ended.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tonic::Request;

use crate::framework::action::{Action, ActionPlan, Progress};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::fixtures::{Journal, assert_one_error, encode, errors, registered};
use crate::framework::object::Attr;
use crate::framework::registry::Registry;
use crate::framework::resource::Call;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::server::ProviderServer;
use crate::framework::validators;
use crate::protocol::proto::tfplugin6::invoke_action::{self, Event, event};
use crate::protocol::proto::tfplugin6::{
    self, get_metadata, get_provider_schema, plan_action, stop_provider, validate_action_config,
};
use crate::protocol::types::Type;
use crate::protocol::value::{UNKNOWN, Value};

const SWEEP: &str = "fake_sweep";

crate::object! {
    struct SweepArguments {
        name: Attr<String>,
    }
}

/// An action in three steps; its name says what happens at the second.
struct Sweep;

impl Action<Journal> for Sweep {
    type Model = SweepArguments;

    fn type_name(&self) -> &'static str {
        SWEEP
    }

    fn schema(&self) -> Schema {
        let name = Attribute::string("name").required().validate(validators::non_empty());
        Schema { attributes: vec![name], ..Schema::default() }
    }

    async fn plan(&self, plan: ActionPlan<'_, Journal, SweepArguments>, diagnostics: &mut Diagnostics) {
        if plan.config.name.known().is_some_and(|name| name == "too much") {
            let configured = plan.ctx.is_some();
            let detail = format!("Configured: {configured}.");
            diagnostics.push(Diagnostic::error("Cannot sweep that", detail));
        }
    }

    async fn invoke(
        &self,
        call: &Call<'_, Journal>,
        config: SweepArguments,
        progress: &Progress<'_>,
    ) -> Result<Diagnostics, Diagnostics> {
        let name = config.name.known().cloned().unwrap_or_default();
        for step in 1..=3 {
            if call.cancel.is_cancelled() {
                call.ctx.note("interrupted");
                return Err(
                    Diagnostic::error("Cannot sweep", format!("Interrupted before step {step}.")).into()
                );
            }
            match (step, name.as_str()) {
                (2, "fail") => return Err(Diagnostic::error("Cannot sweep", "It is dirty.").into()),
                #[allow(clippy::panic, reason = "what the test is about")]
                (2, "panic") => panic!("planned"),
                (2, "wait") => call.cancel.cancelled().await,
                _ => {}
            }
            call.ctx.note(format!("step {step}"));
            progress.report(format!("step {step} of 3"));
        }
        Ok(if name == "warn" { Diagnostic::warning("Dusty", "Somewhat.").into() } else { Diagnostics::new() })
    }
}

type Server = Arc<ProviderServer<registered::Registered>>;

fn register(registry: Registry<Journal>) -> Registry<Journal> {
    registry.action(Sweep)
}

fn config(name: Value) -> Option<tfplugin6::DynamicValue> {
    Some(encode(&Value::map([("name", name)]), &Type::object([("name", Type::String)])))
}

fn invocation(name: Value) -> Request<invoke_action::Request> {
    Request::new(invoke_action::Request {
        action_type: SWEEP.to_owned(),
        config: config(name),
        ..Default::default()
    })
}

/// The progress, and the diagnostics of the one event at the end.
fn taken_apart(events: Vec<Event>) -> (Vec<String>, Vec<tfplugin6::Diagnostic>) {
    let mut progress = Vec::new();
    let mut ends = Vec::new();
    for event in events {
        match event.r#type.expect("Terraform crashes on an event without a type") {
            event::Type::Progress(_) if !ends.is_empty() => panic!("progress after the end"),
            event::Type::Progress(message) => progress.push(message.message),
            event::Type::Completed(completed) => ends.push(completed.diagnostics),
        }
    }
    let [diagnostics] = ends.try_into().expect("exactly one end");
    (progress, diagnostics)
}

async fn invoke(server: &Server, name: Value) -> (Vec<String>, Vec<tfplugin6::Diagnostic>) {
    let events = server.invoke_action(invocation(name)).await.unwrap().into_inner();
    taken_apart(events.map(Result::unwrap).collect().await)
}

#[tokio::test]
async fn progress_comes_first_and_the_end_last() {
    let (server, journal) = registered::ready(register).await;
    let (progress, diagnostics) = invoke(&server, Value::string("a")).await;
    assert_eq!(progress, ["step 1 of 3", "step 2 of 3", "step 3 of 3"]);
    assert!(diagnostics.is_empty());
    assert_eq!(journal.entries(), ["step 1", "step 2", "step 3"]);
    let (progress, diagnostics) = invoke(&server, Value::string("warn")).await;
    assert_eq!((progress.len(), diagnostics[0].summary.as_str()), (3, "Dusty"));
}

#[tokio::test]
async fn a_failure_and_a_panic_end_with_an_error_after_what_was_done() {
    let (server, _) = registered::ready(register).await;
    let (progress, diagnostics) = invoke(&server, Value::string("fail")).await;
    assert_eq!(progress, ["step 1 of 3"]);
    assert_one_error(&diagnostics, "It is dirty.");
    let (progress, diagnostics) = invoke(&server, Value::string("panic")).await;
    assert_eq!(progress, ["step 1 of 3"]);
    assert_one_error(&diagnostics, "panicked");
}

#[tokio::test]
async fn a_stop_interrupts_between_two_steps_and_not_the_next_action() {
    let (server, _) = registered::ready(register).await;
    let mut events = server.invoke_action(invocation(Value::string("wait"))).await.unwrap().into_inner();
    let first = events.next().await.unwrap().unwrap();
    server.stop_provider(Request::new(stop_provider::Request {})).await.unwrap();
    let mut all = vec![first];
    all.extend(events.map(Result::unwrap).collect::<Vec<_>>().await);
    let (progress, diagnostics) = taken_apart(all);
    assert_eq!(progress, ["step 1 of 3", "step 2 of 3"], "what was begun is finished");
    assert_one_error(&diagnostics, "Interrupted before step 3.");
    assert!(invoke(&server, Value::string("a")).await.1.is_empty());
}

#[tokio::test]
async fn an_action_to_which_nobody_listens_is_interrupted() {
    let (server, journal) = registered::ready(register).await;
    let mut events = server.invoke_action(invocation(Value::string("wait"))).await.unwrap().into_inner();
    events.next().await.unwrap().unwrap();
    drop(events);
    let interrupted = async {
        while journal.entries().last().is_none_or(|last| last != "interrupted") {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), interrupted).await.expect("the action ends");
}

#[tokio::test]
async fn without_a_configuration_or_with_unknown_arguments_nothing_is_done() {
    let (server, journal) = registered::unconfigured(register);
    assert_one_error(&invoke(&server, Value::string("a")).await.1, "is not configured");
    registered::configure(&server, UNKNOWN).await;
    assert_one_error(&invoke(&server, Value::string("a")).await.1, "not known yet: `key`");
    registered::configure(&server, Value::string("good")).await;
    assert_one_error(&invoke(&server, UNKNOWN).await.1, "not fully known");
    assert_eq!(journal.entries(), [""; 0]);
}

#[tokio::test]
async fn planning_never_puts_off_and_asks_the_author() {
    let (server, journal) = registered::unconfigured(register);
    let plan = async |name: Value| {
        let request = plan_action::Request {
            action_type: SWEEP.to_owned(),
            config: config(name),
            ..Default::default()
        };
        let answer = server.plan_action(Request::new(request)).await.unwrap().into_inner();
        assert!(answer.deferred.is_none());
        errors(&answer.diagnostics)
    };
    assert_eq!(plan(Value::string("a")).await, [""; 0]);
    assert_eq!(plan(UNKNOWN).await, [""; 0]);
    assert_eq!(plan(Value::string("too much")).await, ["Cannot sweep that: Configured: false."]);
    registered::configure(&server, Value::string("good")).await;
    assert_eq!(plan(Value::string("too much")).await, ["Cannot sweep that: Configured: true."]);
    assert_eq!(journal.entries(), [""; 0]);
}

#[tokio::test]
async fn arguments_are_checked_and_the_action_announced() {
    let (server, _) = registered::unconfigured(register);
    for (name, faults) in [(Value::string("a"), 0), (UNKNOWN, 0), (Value::string(""), 1), (Value::Null, 1)] {
        let request = validate_action_config::Request { action_type: SWEEP.to_owned(), config: config(name) };
        let answer = server.validate_action_config(Request::new(request)).await.unwrap().into_inner();
        assert_eq!(errors(&answer.diagnostics).len(), faults);
    }
    let metadata = server.get_metadata(Request::new(get_metadata::Request {})).await.unwrap().into_inner();
    assert_eq!(metadata.actions[0].type_name, SWEEP);
    let schema = server.get_provider_schema(Request::new(get_provider_schema::Request {})).await.unwrap();
    assert!(schema.into_inner().action_schemas[SWEEP].schema.as_ref().unwrap().block.is_some());
}
