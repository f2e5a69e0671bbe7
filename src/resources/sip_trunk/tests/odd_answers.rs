//! Answers of which something is odd: the trunk is kept, and what cannot be read is named.

use serde_json::{Value as Json, json};
use wavix_sim::Fault;

use crate::lifecycle::record::Record;

use super::super::SipTrunk;
use super::*;

const TRUNKS: &str = "/v1/trunks";
const TRUNK: &str = "/v1/trunks/*";

fn unreadable() -> Fault {
    Fault::with("call_limit", json!({ "seconds": 600 }))
}

#[tokio::test]
async fn a_created_trunk_is_kept_whatever_else_its_answer_holds() {
    let number = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    for fault in [
        Fault::with("call_limit", number("600.0")).and_with("max_call_cost", number("1.8e-1")),
        Fault::with("callerid", 13_132_847_320_i64).and_with("ip_restrict", 1),
        Fault::with("rewrite_prefix", "00").and_again("rewrite_prefix", "\"00\""),
        Fault::with("allowed_ips", json!(["203.0.113.20", "198.51.100.7"])),
        // One answer was broken, the next is not.
        unreadable(),
        Fault::again("label", r#""\ud83d""#),
        Fault::invalid_utf8(),
        Fault::folded_header(),
        Fault::many_headers(101),
        Fault::gzip(),
    ] {
        let name = format!("{fault:?}");
        let bench = Bench::start().await;
        bench.sim.fault("POST", TRUNKS, fault);
        let left = bench.create(&everything()).await;
        assert!(left.warnings.is_empty(), "{name}: {left:?}");
        let state = left.ok();
        assert_eq!(bench.sim.journal().count("POST", TRUNKS), 1, "{name}");
        assert_eq!(bench.sim.trunks()[0].id, id_of(&state), "{name}");
        assert_eq!(bench.read(&state).await.ok(), state, "{name}");
        assert_eq!(plan(&everything(), Some(&state)), state, "{name}");
    }
}

#[tokio::test]
async fn a_field_that_cannot_be_read_is_an_error_that_names_it_and_keeps_the_trunk() {
    let bench = Bench::start().await;
    for method in ["POST", "GET", "PUT"] {
        bench.sim.faults().always(method, if method == "POST" { TRUNKS } else { TRUNK }, unreadable());
    }
    let left = bench.create(&everything()).await;
    assert_eq!(paths(&left.errors), ["call_limit"]);
    let state = left.state.expect("it is kept");
    let id = bench.sim.trunks()[0].id;
    assert_eq!((id_of(&state), bench.sim.trunks().len()), (id, 1));
    assert!(left.errors[0].detail.contains(&format!("The SIP trunk {id} is created and is in the state")));

    let left = bench.read(&state).await;
    assert_eq!((paths(&left.errors), left.state.as_ref()), (vec!["call_limit".to_owned()], Some(&state)));
    let mut renamed = everything();
    renamed.label = text("renamed");
    let left = bench.update(&renamed, &state).await;
    assert_eq!(paths(&left.errors), ["call_limit"]);
    assert_eq!(left.state.unwrap().label, text("renamed"));
    // What no verb but these reads is in nobody's way.
    assert!(bench.delete(&state).await.errors.is_empty());
    assert!(bench.sim.trunks().is_empty());
}

#[tokio::test]
async fn what_is_odd_about_one_trunk_of_a_list_costs_the_others_nothing() {
    let bench = Bench::start().await;
    let state = bench.create(&everything()).await.ok();
    bench.sim.add_trunk(json!({ "label": "a stranger's" }));
    let odd = Fault::with("/sip_trunks/1/label", json!(["no", "label"]))
        .and_with("/sip_trunks/1/charge", "8.3e-05")
        .and_with("/sip_trunks/1/talk_time", 12.5)
        .and_with("/sip_trunks/1/host_request", "none")
        .and_with("/pagination/total", "2");
    for fault in [odd, Fault::again("news", r#""\ud83d""#), Fault::invalid_utf8()] {
        bench.sim.faults().always("GET", TRUNKS, fault);
        let listed = bench.ctx.slot::<SipTrunk>().recent(&bench.call()).await.unwrap();
        assert_eq!(listed.len(), 2);
        assert_eq!(bench.read(&state).await.ok(), state);
        bench.sim.faults().clear();
    }
}

#[tokio::test]
async fn no_error_repeats_the_token_of_a_trunk() {
    let bench = Bench::start().await;
    let mut state = bench.create(&everything()).await.ok();
    // Of a state that was stored before this process began.
    state.access_token = Attr::Known(Secret::new("stored-siptoken-4711"));
    let told = "told-siptoken-4712";
    bench.sim.edit_trunk(id_of(&state), |trunk| trunk.set_access_token(Some(told)));
    bench.read(&state).await.ok();
    let message = format!("access_token stored-siptoken-4711 or {told} is not good");
    let refusal = || Fault::answer(wavix_sim::Answer::new(422).message(&message));
    bench.sim.faults().always("*", TRUNK, refusal());
    let mut renamed = everything();
    renamed.label = text("renamed");
    for left in [bench.update(&renamed, &state).await, bench.read(&state).await, bench.delete(&state).await] {
        let shown = format!("{:?}", left.errors);
        assert!(shown.contains("access_token *** or *** is not good"), "{shown}");
    }
}

/// Any JSON, a few levels deep.
fn any_json() -> impl proptest::strategy::Strategy<Value = Json> {
    use proptest::prelude::*;

    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        ".{0,12}".prop_map(Json::from),
        "-?[0-9]{1,3}(\\.[0-9]{1,3})?(e-?[0-9]{1,2})?".prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            proptest::collection::btree_map("[a-z]{1,4}", inner, 0..4)
                .prop_map(|fields| Json::Object(fields.into_iter().collect())),
        ]
    })
}

/// What the API could make of each field of a trunk.
const FIELDS: &[&str] = &[
    "name",
    "callerid",
    "label",
    "ip_restrict",
    "allowed_ips",
    "channels_restrict",
    "max_channels",
    "cost_limit",
    "max_call_cost",
    "call_restrict",
    "call_limit",
    "didinfo_enabled",
    "rewrite_enabled",
    "rewrite_prefix",
    "rewrite_cond",
    "call_recording_enabled",
    "machine_detection_enabled",
    "transcription_enabled",
    "transcription_threshold",
    "created_at",
    "host",
    "multiple_numbers",
    "encrypted_media",
    "access_token",
    "passthrough",
    "auth_method",
    "status",
    "host_request",
    "talk_time",
    "charge",
    "invented",
];

proptest::proptest! {
    #[test]
    fn any_answer_with_a_readable_id_keeps_the_trunk(
        fields in proptest::collection::btree_map(proptest::sample::select(FIELDS), any_json(), 0..8),
    ) {
        let mut answer = json!(fields);
        answer["id"] = json!(293);
        let record: Record<SipTrunk> = serde_json::from_value(answer.clone()).unwrap();
        let summary: Record<SipTrunk> = serde_json::from_value(answer).unwrap();
        assert_eq!((record.key.as_str(), summary.key.as_str()), ("293", "293"));
        // What cannot be read stays as it is held, and is named.
        let held = plan(&everything(), None);
        let trunk = record.state(&held);
        assert_eq!(trunk.id, text("293"));
        for odd in &record.unreadable {
            assert!(fields.contains_key(odd.field));
            if odd.field == "call_limit" {
                assert_eq!(trunk.call_limit, held.call_limit);
            }
        }
    }
}
