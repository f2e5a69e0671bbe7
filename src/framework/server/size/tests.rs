//! What is too large is refused in the words of each answer.

use futures_util::StreamExt;
use tonic::Request;

use super::*;
use crate::framework::fixtures::{Fake, FakeResource, THING, assert_one_error, stored_thing, thing};
use crate::protocol::encoded::Encoded;
use crate::protocol::proto::tfplugin6::*;
use crate::protocol::value::Value;

const MARK: Oversize = Oversize { size: 9, limit: 8 };

/// As it arrives when a larger one was sent.
fn marked<T>(request: T) -> Request<T> {
    let mut request = Request::new(request);
    request.extensions_mut().insert(MARK);
    request
}

const REFUSED: &str =
    "has 9 bytes, and the provider accepts at most 8. Nothing was created, changed or deleted";

#[tokio::test]
async fn a_request_too_large_is_refused_by_every_rpc_that_has_diagnostics() {
    let fake = Fake::ready(FakeResource::default()).await;
    macro_rules! refused {
        ($($rpc:ident)*) => {$(
            let answer = fake.server.$rpc(marked($rpc::Request::default())).await.unwrap().into_inner();
            assert_one_error(&answer.diagnostics, REFUSED);
        )*};
    }
    refused! {
        validate_provider_config configure_provider validate_resource_config validate_data_resource_config
        upgrade_resource_state read_resource plan_resource_change apply_resource_change import_resource_state
        read_data_source upgrade_resource_identity move_resource_state generate_resource_config
        validate_ephemeral_resource_config open_ephemeral_resource renew_ephemeral_resource
        close_ephemeral_resource validate_list_resource_config validate_action_config plan_action
    }
}

#[tokio::test]
async fn a_change_too_large_reaches_no_verb() {
    let fake = Fake::ready(FakeResource::default()).await;
    let before = fake.journal.entries();
    // Even if all of it were there: an update and a delete of what exists.
    for planned in [fake.encode(&stored_thing()), fake.encode(&Value::Null)] {
        let request = apply_resource_change::Request {
            type_name: THING.to_owned(),
            prior_state: fake.encode(&stored_thing()),
            planned_state: planned,
            config: fake.encode(&thing([("name", Value::string("Ann"))])),
            ..Default::default()
        };
        let answer = fake.server.apply_resource_change(marked(request)).await.unwrap().into_inner();
        assert_one_error(&answer.diagnostics, REFUSED);
        // Beside an error, no state means the one that was there before.
        assert_eq!(answer.new_state, None);
    }
    assert_eq!(fake.journal.entries(), before);
}

#[tokio::test]
async fn lists_actions_and_functions_refuse_it_with_the_one_thing_they_answer() {
    let fake = Fake::ready(FakeResource::default()).await;
    let list = fake.server.list_resource(marked(list_resource::Request::default())).await.unwrap();
    let events: Vec<_> = list.into_inner().collect().await;
    let [Ok(event)] = &events[..] else { panic!("{events:?}") };
    assert_one_error(&event.diagnostic, REFUSED);

    let action = fake.server.invoke_action(marked(invoke_action::Request::default())).await.unwrap();
    let events: Vec<_> = action.into_inner().collect().await;
    let [Ok(invoke_action::Event { r#type: Some(invoke_action::event::Type::Completed(end)) })] = &events[..]
    else {
        panic!("{events:?}")
    };
    assert_one_error(&end.diagnostics, REFUSED);

    let function = fake.server.call_function(marked(call_function::Request::default())).await.unwrap();
    assert!(function.into_inner().error.unwrap().text.contains(REFUSED));
}

#[test]
fn an_answer_above_the_limit_becomes_an_error_that_says_what_is_true() {
    let answer = || read_resource::Response { private: vec![7; 100].into(), ..Default::default() };
    let size = prost::Message::encoded_len(&answer());
    assert_eq!(fitting("ReadResource", answer(), size), answer());
    let refusal = fitting("ReadResource", answer(), size - 1);
    assert!(refusal.private.is_empty());
    let sizes = format!("has {size} bytes, and Terraform accepts at most {}.", size - 1);
    assert_one_error(&refusal.diagnostics, &sizes);
}

#[test]
fn schemas_above_the_limit_still_have_the_part_that_terraform_reads() {
    let schema = Schema { version: 1 << 40, ..Default::default() };
    let answer = get_provider_schema::Response { provider: Some(schema), ..Default::default() };
    let refusal = fitting("GetProviderSchema", Encoded::from(answer), 4);
    assert!(refusal.provider.as_ref().is_some_and(|schema| schema.block.is_some()));
    assert_one_error(&refusal.diagnostics, "Terraform accepts at most 4.");
}
