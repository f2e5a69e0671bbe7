//! How much the plugin takes.

use bytes::Bytes;
use prost::Message;
use terraform_provider_wavix::facade::protocol::oversize::LARGEST_REQUEST;
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::{
    DynamicValue, apply_resource_change, get_provider_schema, read_resource,
};

use crate::support::plugin::Launch;

async_trials![
    a_state_of_100_mib_is_taken,
    a_change_above_256_mib_is_refused_with_a_diagnostic,
    a_hundred_calls_at_once_are_all_answered,
];

async fn a_state_of_100_mib_is_taken() {
    let plugin = Launch::by_terraform().start();
    let state = DynamicValue { msgpack: Bytes::from(vec![0xc0; 100 << 20]), json: Bytes::new() };
    let request = read_resource::Request {
        type_name: "no_such_resource".to_owned(),
        current_state: Some(state),
        ..read_resource::Request::default()
    };
    // What the provider makes of it is not the question; that it gets it is.
    let answer = plugin.provider().await.max_decoding_message_size(usize::MAX).read_resource(request).await;
    let code = answer.map_or_else(|status| status.code(), |_| tonic::Code::Ok);
    assert!(matches!(code, tonic::Code::Ok | tonic::Code::Unimplemented), "{code:?}");
}

async fn a_change_above_256_mib_is_refused_with_a_diagnostic() {
    let plugin = Launch::by_terraform().start();
    let mut provider = plugin.provider().await;
    let request = apply_resource_change::Request {
        type_name: "wavix_sip_trunk".to_owned(),
        planned_private: Bytes::from(vec![0xc0; LARGEST_REQUEST]),
        ..apply_resource_change::Request::default()
    };
    let size = request.encoded_len();
    let answer = provider.apply_resource_change(request).await.unwrap().into_inner();
    let [error] = &answer.diagnostics[..] else { panic!("{:?}", answer.diagnostics) };
    assert_eq!(error.summary, "Cannot answer ApplyResourceChange");
    let sizes = format!("has {size} bytes, and the provider accepts at most {LARGEST_REQUEST}.");
    assert!(error.detail.contains(&sizes), "{}", error.detail);
    assert!(error.detail.contains("Nothing was created, changed or deleted"), "{}", error.detail);
    // The connection lives on, and so does all that is under way on it.
    let schema = provider.get_provider_schema(get_provider_schema::Request {}).await.unwrap();
    assert!(schema.into_inner().provider.is_some());
}

async fn a_hundred_calls_at_once_are_all_answered() {
    let plugin = Launch::by_terraform().start();
    let provider = plugin.provider().await;
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let mut provider = provider.clone();
        calls.spawn(async move { provider.get_provider_schema(get_provider_schema::Request {}).await });
    }
    for answer in calls.join_all().await {
        assert!(answer.unwrap().into_inner().provider.is_some());
    }
}
