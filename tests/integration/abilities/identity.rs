//! What identifies a trunk, from the create to the delete, and imports by it.

use serde_json::json;
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::*;
use terraform_provider_wavix::facade::protocol::value::Value;

use super::{Bench, TRUNK, decode, encode, identity, one_error, trunk, trunk_type};

async_trials![
    a_trunk_is_imported_by_its_identity,
    what_identifies_no_trunk_is_refused,
    a_new_trunk_has_its_identity_once_it_exists,
];

fn import(id: &str) -> import_resource_state::Request {
    import_resource_state::Request {
        type_name: TRUNK.to_owned(),
        id: String::new(),
        identity: identity(id),
        ..Default::default()
    }
}

async fn a_trunk_is_imported_by_its_identity() {
    let mut bench = Bench::start().await;
    let id = bench.sim.add_trunk(json!({ "label": "office" }));
    let answer = bench.provider.import_resource_state(import(&id.to_string())).await.unwrap().into_inner();
    assert_eq!(answer.diagnostics, []);
    let [imported] = answer.imported_resources.as_slice() else { panic!("one object") };
    assert_eq!(imported.identity, identity(&id.to_string()));
    let read = bench.read(imported.state.clone(), imported.private.clone(), imported.identity.clone()).await;
    assert_eq!(read.new_identity, identity(&id.to_string()));
    assert_eq!(read.new_state, bench.import(id).await.new_state, "as by its id");
    assert!(read.private.is_empty());
}

async fn what_identifies_no_trunk_is_refused() {
    let mut bench = Bench::start().await;
    for id in ["office", "0", "-7", "07", ""] {
        let answer = bench.provider.import_resource_state(import(id)).await.unwrap().into_inner();
        let error = one_error(&answer.diagnostics);
        assert!(error.contains("decimal number"), "{id:?}: {error}");
    }
    assert_eq!(bench.sim.journal().entries().len(), 0, "nothing was asked");
}

async fn a_new_trunk_has_its_identity_once_it_exists() {
    let mut bench = Bench::start().await;
    let config = trunk([
        ("label", Value::string("office")),
        ("callerid", Value::string("13132847320")),
        ("password", Value::string("a password")),
    ]);
    let planned = bench.plan(&config, &Value::Null).await;
    let request = apply_resource_change::Request {
        type_name: TRUNK.to_owned(),
        prior_state: Some(encode(&Value::Null, &trunk_type())),
        planned_state: Some(encode(&planned, &trunk_type())),
        config: Some(encode(&config, &trunk_type())),
        ..Default::default()
    };
    let created = bench.provider.apply_resource_change(request).await.unwrap().into_inner();
    assert_eq!(created.diagnostics, []);
    let id = bench.sim.trunks()[0].id.to_string();
    assert_eq!(created.new_identity, identity(&id));

    // Somebody else's state: the trunk in its place is another one.
    let request = read_resource::Request {
        type_name: TRUNK.to_owned(),
        current_state: created.new_state.clone(),
        current_identity: identity("99"),
        ..Default::default()
    };
    let refused = bench.provider.read_resource(request).await.unwrap().into_inner();
    assert!(one_error(&refused.diagnostics).contains("another object"));
    assert_eq!(decode(refused.new_state.as_ref()), decode(created.new_state.as_ref()));
    assert_eq!(refused.new_identity, identity("99"));
}
