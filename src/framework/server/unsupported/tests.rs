//! Each RPC that is not offered: an answer Terraform can show, and no status.

use futures_util::StreamExt;
use tonic::Request;

use crate::framework::fixtures::{Fake, FakeResource, assert_one_error};
use crate::protocol::proto::tfplugin6::*;

fn fake() -> Fake {
    Fake::unconfigured(FakeResource::default())
}

#[tokio::test]
async fn every_rpc_that_is_not_offered_says_so_and_names_what_was_asked_for() {
    let server = fake().server;
    macro_rules! refused {
        ($($rpc:ident $field:ident)*) => {$(
            #[allow(clippy::needless_update, reason = "one of the requests holds nothing else")]
            let request = $rpc::Request { $field: "asked_for".to_owned(), ..Default::default() };
            let answer = server.$rpc(Request::new(request)).await.unwrap().into_inner();
            assert_one_error(&answer.diagnostics, "This version of the provider has no");
            assert!(answer.diagnostics.iter().all(|d| d.summary.contains("asked_for")), stringify!($rpc));
        )*};
    }
    refused! {
        validate_ephemeral_resource_config type_name
        open_ephemeral_resource type_name
        renew_ephemeral_resource type_name
        close_ephemeral_resource type_name
        validate_action_config action_type
        plan_action action_type
        validate_state_store_config type_name
        configure_state_store type_name
        lock_state type_name
        unlock_state type_name
        get_states type_name
        delete_state type_name
    }
}

#[tokio::test]
async fn a_function_fails_with_its_own_kind_of_error() {
    let request = call_function::Request { name: "asked_for".to_owned(), ..Default::default() };
    let answer = fake().server.call_function(Request::new(request)).await.unwrap().into_inner();
    assert!(answer.result.is_none());
    assert!(
        answer
            .error
            .is_some_and(|error| error.text.contains("asked_for") && error.function_argument.is_none())
    );
}

#[tokio::test]
async fn there_are_no_functions() {
    let answer = fake().server.get_functions(Request::new(get_functions::Request {})).await.unwrap();
    assert_eq!(answer.into_inner(), get_functions::Response::default());
}

/// Terraform crashes without them.
#[tokio::test]
async fn a_state_store_refuses_with_its_capabilities() {
    let request = configure_state_store::Request::default();
    let answer = fake().server.configure_state_store(Request::new(request)).await.unwrap().into_inner();
    assert!(answer.capabilities.is_some());
}

/// An action that ends without it counts as a success.
#[tokio::test]
async fn an_action_ends_with_one_completed_event() {
    let request = invoke_action::Request { action_type: "asked_for".to_owned(), ..Default::default() };
    let events: Vec<_> =
        fake().server.invoke_action(Request::new(request)).await.unwrap().into_inner().collect().await;
    let [Ok(invoke_action::Event { r#type: Some(invoke_action::event::Type::Completed(completed)) })] =
        events.as_slice()
    else {
        panic!("{events:?}")
    };
    assert_one_error(&completed.diagnostics, "no actions");
}

/// Terraform reads the range without looking whether it is there.
#[tokio::test]
async fn a_state_is_not_read_and_has_a_range() {
    let request = read_state_bytes::Request { type_name: "asked_for".to_owned(), ..Default::default() };
    let events: Vec<_> =
        fake().server.read_state_bytes(Request::new(request)).await.unwrap().into_inner().collect().await;
    let [Ok(chunk)] = events.as_slice() else { panic!("{events:?}") };
    assert_one_error(&chunk.diagnostics, "no state stores");
    assert!(chunk.range.is_some());
}

#[tokio::test]
async fn a_state_is_not_written() {
    let answer = super::write_state_bytes().await;
    assert!(answer.is_err_and(|diagnostics| diagnostics.has_errors()));
}

/// It may come before anything else, and twice.
#[tokio::test]
async fn stopping_always_succeeds() {
    let server = fake().server;
    for _ in 0..2 {
        let answer =
            server.stop_provider(Request::new(stop_provider::Request {})).await.unwrap().into_inner();
        assert_eq!(answer.error, "");
    }
}
