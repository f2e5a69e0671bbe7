//! Model to request, answer to model.

use serde_json::{Value, json};

use crate::client::Secret;
use crate::framework::object::{Attr, SetOf};
use crate::lifecycle::record::Record;

use super::super::model::HostRequestModel;
use super::super::{SipTrunk, SipTrunkModel};
use super::{PASSWORD, addresses, config, everything, plan, text};

fn body(config: &SipTrunkModel) -> Value {
    Value::Object(plan(config, None).body(&Secret::new(PASSWORD)).json().clone())
}

#[test]
fn the_smallest_trunk_is_sent_with_everything_that_has_a_spelling_of_none() {
    assert_eq!(
        body(&config(|_| {})),
        json!({
            "label": "office",
            "password": PASSWORD,
            "callerid": "13132847320",
            "multiple_numbers": false,
            "ip_restrict": false,
            "allowed_ips": [],
            "didinfo_enabled": true,
            "call_restrict": false,
            "cost_limit": false,
            "channels_restrict": false,
            "rewrite_enabled": false,
            "rewrite_prefix": "",
            "rewrite_cond": "",
            "call_recording_enabled": false,
            "transcription_enabled": false,
            "transcription_threshold": 6,
            "machine_detection_enabled": false,
            "encrypted_media": false,
        })
    );
}

#[test]
fn every_argument_is_sent_under_the_apis_own_name() {
    let mut config = everything();
    config.callerid = text("+1 (313) 284-7320");
    config.host_request = Attr::Known(HostRequestModel { host: text("198.51.100.40") });
    assert_eq!(
        body(&config),
        json!({
            "label": "office",
            "password": PASSWORD,
            "host_request": { "host": "198.51.100.40" },
            "callerid": "13132847320",
            "multiple_numbers": false,
            "ip_restrict": true,
            "allowed_ips": [{ "ip": "198.51.100.7" }, { "ip": "203.0.113.20" }],
            "didinfo_enabled": false,
            "call_restrict": true,
            "call_limit": 600,
            "cost_limit": true,
            "max_call_cost": serde_json::from_str::<Value>("0.18").unwrap(),
            "channels_restrict": true,
            "max_channels": 4,
            "rewrite_enabled": true,
            "rewrite_prefix": "00",
            "rewrite_cond": "1",
            "call_recording_enabled": true,
            "transcription_enabled": true,
            "transcription_threshold": 10,
            "machine_detection_enabled": true,
            "encrypted_media": true,
        })
    );
}

#[test]
fn money_leaves_exactly_as_it_was_written() {
    for (written, sent) in [
        ("0.18", "0.18"),
        ("0.180", "0.18"),
        ("5", "5"),
        ("1e2", "100"),
        ("9007199254740993", "9007199254740993"),
        ("0.1234567890123456789012345678", "0.1234567890123456789012345678"),
    ] {
        let config = config(|trunk| trunk.max_call_cost = Attr::Known(written.parse().unwrap()));
        let body = serde_json::to_string(plan(&config, None).body(&Secret::new("p")).json()).unwrap();
        assert!(body.contains(&format!("\"max_call_cost\":{sent},")), "{written}: {body}");
    }
}

#[test]
fn no_caller_id_is_sent_as_empty_text() {
    let none = config(|trunk| {
        trunk.callerid = Attr::Null;
        trunk.multiple_numbers = Attr::Known(true);
    });
    assert_eq!(body(&none)["callerid"], "");
    assert_eq!(body(&none)["multiple_numbers"], true);
}

/// The vendor's example of the detail view, changed.
fn record(change: &Value) -> Record<SipTrunk> {
    let mut answer = json!({
        "id": 293,
        "name": "67758",
        "callerid": "13132847320",
        "label": "office",
        "ip_restrict": false,
        "allowed_ips": [],
        "channels_restrict": false,
        "max_channels": null,
        "cost_limit": false,
        "max_call_cost": null,
        "call_restrict": false,
        "call_limit": null,
        "didinfo_enabled": true,
        "rewrite_enabled": false,
        "rewrite_prefix": "",
        "rewrite_cond": "",
        "call_recording_enabled": false,
        "machine_detection_enabled": false,
        "transcription_enabled": false,
        "transcription_threshold": 6,
        "created_at": "2023-05-16T17:13:25.000Z",
        "host": "dynamic",
        "multiple_numbers": false,
        "encrypted_media": false,
        "access_token": "siptoken"
    });
    for (name, value) in change.as_object().unwrap() {
        if value == "ABSENT" {
            answer.as_object_mut().unwrap().remove(name);
        } else {
            answer[name] = value.clone();
        }
    }
    serde_json::from_value(answer).unwrap()
}

fn answered(change: &Value, held: &SipTrunkModel) -> SipTrunkModel {
    record(change).state(held)
}

#[test]
fn the_answer_to_a_create_makes_a_wholly_known_state() {
    use crate::framework::object::Mapped;
    let held = plan(&config(|_| {}), None);
    let trunk = answered(&json!({}), &held);
    assert!(trunk.clone().into_value().is_wholly_known());
    assert_eq!(trunk.id, text("293"));
    assert_eq!(trunk.login, text("67758"));
    assert_eq!(trunk.created_at, text("2023-05-16T17:13:25.000Z"));
    assert_eq!(trunk.password, Attr::Known(Secret::new(PASSWORD)));
    assert_eq!(trunk.access_token, Attr::Known(Secret::new("siptoken")));
    // Not in the answer, and not known from before.
    assert_eq!(trunk.passthrough, Attr::Null);
    assert_eq!((trunk.status, trunk.auth_method), (Attr::Null, Attr::Null));
}

#[test]
fn an_answer_of_nothing_but_an_id_keeps_what_was_known() {
    let mut held = plan(&everything(), None);
    held.id = text("293");
    let answer: Record<SipTrunk> = serde_json::from_value(json!({ "id": 293 })).unwrap();
    let trunk = answer.state(&held);
    assert_eq!((&trunk.label, &trunk.callerid), (&held.label, &held.callerid));
    assert_eq!(trunk.call_restrict, Attr::Known(true));
    assert_eq!(trunk.didinfo_enabled, Attr::Known(false));
    assert_eq!(trunk.transcription_threshold, Attr::Known(10));
    assert_eq!((trunk.call_limit, trunk.max_channels), (Attr::Known(600), Attr::Known(4)));
    assert_eq!(trunk.max_call_cost, held.max_call_cost);
    assert_eq!((trunk.rewrite_prefix, trunk.rewrite_cond), (text("00"), text("1")));
}

#[test]
fn ids_and_whole_numbers_may_come_as_text_and_unknown_keys_are_passed_over() {
    let trunk: Record<SipTrunk> = serde_json::from_value(json!({
        "id": "4294967296", "call_limit": "600", "invented": { "by": ["the", "server"] }
    }))
    .unwrap();
    assert_eq!(trunk.key, "4294967296");
    assert_eq!(trunk.told("call_limit").and_then(|told| told.as_number()?.to_i64()), Some(600));
    for wrong in [json!({ "id": null }), json!({ "id": 1.5 }), json!({}), json!([1])] {
        assert!(serde_json::from_value::<Record<SipTrunk>>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn money_is_read_from_text_and_from_numbers_without_loss() {
    let held = plan(&everything(), None);
    for (answer, cost) in [
        (r#""0.18""#, Some("0.18")),
        (r#""0.180""#, Some("0.18")),
        ("0.18", Some("0.18")),
        (r#""9007199254740993.0000000000000000000000000000""#, Some("9007199254740993")),
        (r#""""#, None),
        ("null", None),
    ] {
        let answer = format!(r#"{{"id":1,"cost_limit":true,"max_call_cost":{answer}}}"#);
        let record: Record<SipTrunk> = serde_json::from_str(&answer).unwrap();
        let cost: Attr<_> = cost.map(|text| text.parse().unwrap()).into();
        assert_eq!(record.state(&held).max_call_cost, cost, "{answer}");
    }
    for wrong in [r#""cheap""#, r#""1,5""#, r#""1e999999999""#, "[]", "true", r#"".""#] {
        let answer = format!(r#"{{"id":1,"max_call_cost":{wrong}}}"#);
        let record: Record<SipTrunk> = serde_json::from_str(&answer).unwrap();
        assert!(record.told("max_call_cost").is_none(), "{wrong}");
        let [odd] = record.unreadable.as_slice() else { panic!("{wrong}: {:?}", record.unreadable) };
        assert_eq!(odd.field, "max_call_cost");
    }
}

#[test]
fn a_limit_counts_only_while_it_is_enforced() {
    let without = plan(&config(|_| {}), None);
    let with = plan(
        &config(|trunk| {
            trunk.call_restrict = Attr::Known(false);
            trunk.call_limit = Attr::Known(60);
        }),
        None,
    );
    let limit = |answer: Value, held: &SipTrunkModel| answered(&answer, held).call_limit;
    let off = |limit: Value| json!({ "call_restrict": false, "call_limit": limit });
    let on = |limit: Value| json!({ "call_restrict": true, "call_limit": limit });
    // The account's own default, a value from before: nobody asked for it.
    assert_eq!(limit(off(json!(7200)), &without), Attr::Null);
    assert_eq!(limit(off(json!(null)), &without), Attr::Null);
    // Configured beside a flag that is off: kept, whatever Wavix makes of it.
    assert_eq!(limit(off(json!(null)), &with), Attr::Known(60));
    assert_eq!(limit(off(json!("ABSENT")), &with), Attr::Known(60));
    assert_eq!(limit(off(json!(61)), &with), Attr::Known(60));
    // In force: the API's word counts.
    assert_eq!(limit(on(json!(61)), &without), Attr::Known(61));
    assert_eq!(limit(on(json!(null)), &with), Attr::Null);
    // Left out, it is not spoken of.
    assert_eq!(limit(on(json!("ABSENT")), &with), Attr::Known(60));
    assert_eq!(limit(on(json!("ABSENT")), &SipTrunkModel::stub(293)), Attr::Null);
}

#[test]
fn empty_and_null_texts_are_the_same_in_the_users_spelling() {
    let unset = plan(&config(|_| {}), None);
    let empty = plan(
        &config(|trunk| {
            trunk.rewrite_prefix = text("");
            trunk.rewrite_cond = text("");
        }),
        None,
    );
    let set = plan(&config(|trunk| trunk.rewrite_prefix = text("00")), None);
    for answer in [json!(""), json!(null), json!("ABSENT")] {
        for enabled in [true, false] {
            let answer =
                json!({ "rewrite_enabled": enabled, "rewrite_prefix": answer, "rewrite_cond": answer });
            assert_eq!(answered(&answer, &unset).rewrite_prefix, Attr::Null, "{answer}");
            assert_eq!(answered(&answer, &empty).rewrite_prefix, text(""), "{answer}");
            assert_eq!(answered(&answer, &set).rewrite_cond, Attr::Null, "{answer}");
        }
    }
    let lost = json!({ "rewrite_enabled": true, "rewrite_prefix": "" });
    assert_eq!(answered(&lost, &set).rewrite_prefix, Attr::Null, "a prefix that is gone is drift");
    let lost = json!({ "rewrite_enabled": true, "rewrite_prefix": null });
    assert_eq!(answered(&lost, &set).rewrite_prefix, Attr::Null, "so it is when null says it");
    let silent = json!({ "rewrite_enabled": true, "rewrite_prefix": "ABSENT" });
    assert_eq!(answered(&silent, &set).rewrite_prefix, text("00"), "not spoken of");
}

#[test]
fn a_caller_id_is_nothing_only_when_one_is_expected() {
    let pinned = |multiple| {
        plan(
            &config(|trunk| {
                trunk.callerid = text("+1 313 284-7320");
                trunk.multiple_numbers = Attr::Known(multiple);
            }),
            None,
        )
    };
    let caller_id = |answer: Value, held: &SipTrunkModel| answered(&answer, held).callerid;
    for answer in [json!(""), json!(null)] {
        let several = json!({ "multiple_numbers": true, "callerid": answer });
        let one = json!({ "multiple_numbers": false, "callerid": answer });
        assert_eq!(caller_id(several.clone(), &pinned(true)), text("+1 313 284-7320"));
        assert_eq!(caller_id(one.clone(), &pinned(false)), Attr::Null, "a number that is gone is drift");
        assert_eq!(caller_id(several, &SipTrunkModel::stub(293)), Attr::Null);
        assert_eq!(caller_id(one, &SipTrunkModel::stub(293)), Attr::Null);
    }
    let echoed = || json!({ "multiple_numbers": true, "callerid": "13137890021" });
    assert_eq!(caller_id(echoed(), &pinned(true)), text("13137890021"));
    let nobodys = SipTrunkModel { callerid: Attr::Null, ..pinned(true) };
    assert_eq!(caller_id(echoed(), &nobodys), Attr::Null, "nobody wished for this number");
    assert_eq!(
        caller_id(echoed(), &SipTrunkModel::stub(293)),
        text("13137890021"),
        "an import loses nothing"
    );
    let one = json!({ "multiple_numbers": false, "callerid": "13137890021" });
    assert_eq!(caller_id(one, &nobodys), text("13137890021"), "it is drift");
}

#[test]
fn addresses_are_a_set_in_one_spelling_and_none_is_empty_but_in_states_that_have_null() {
    let unset = SipTrunkModel { allowed_ips: Attr::Null, ..plan(&config(|_| {}), None) };
    let empty = plan(&config(|trunk| trunk.allowed_ips = addresses(&[])), None);
    for none in [json!([]), json!(null), json!("ABSENT")] {
        let answer = json!({ "allowed_ips": none });
        assert_eq!(answered(&answer, &unset).allowed_ips, Attr::Null, "{answer}");
        assert_eq!(answered(&answer, &empty).allowed_ips, Attr::Known(SetOf::default()), "{answer}");
    }
    let imported = answered(&json!({ "allowed_ips": [] }), &SipTrunkModel::stub(293));
    assert_eq!(imported.allowed_ips, Attr::Known(SetOf::default()));
    let set = plan(&config(|trunk| trunk.allowed_ips = addresses(&["198.51.100.7"])), None);
    assert_eq!(
        answered(&json!({ "allowed_ips": null }), &set).allowed_ips,
        Attr::Known(SetOf::default()),
        "they are gone"
    );
    assert_eq!(
        answered(&json!({ "allowed_ips": "ABSENT" }), &set).allowed_ips,
        set.allowed_ips,
        "not spoken of"
    );
    let answer = json!({ "ip_restrict": false, "allowed_ips": [
        { "id": 2, "ip": " 203.0.113.9 " }, { "id": 1, "ip": "198.51.100.7" }, { "id": 3, "ip": "203.0.113.9" },
    ] });
    let held = addresses(&["198.51.100.7", "203.0.113.9"]);
    assert_eq!(answered(&answer, &unset).allowed_ips, held, "watched also while the restriction is off");
}

#[test]
fn a_null_flag_is_off() {
    let held = plan(&everything(), None);
    assert_eq!(answered(&json!({ "call_restrict": null }), &held).call_restrict, Attr::Known(false));
}

#[test]
fn only_the_list_tells_where_a_request_for_ip_authentication_stands() {
    let summary = |host_request: Value| -> Record<SipTrunk> {
        serde_json::from_value(json!({
            "id": 293, "name": "67758", "label": "office", "auth_method": "IP auth", "status": "pending",
            "callerid": null, "host_request": host_request, "charge": 1.5, "talk_time": "7",
        }))
        .unwrap()
    };
    let requested = Attr::Known(HostRequestModel { host: text("198.51.100.40") });
    let mut trunk = answered(&json!({}), &SipTrunkModel::stub(293));
    trunk.add_listed(&summary(json!({ "host": "198.51.100.40", "status": "pending" })));
    assert_eq!((&trunk.status, &trunk.auth_method), (&text("pending"), &text("IP auth")));
    assert_eq!(trunk.host_request, requested);

    trunk.add_listed(&summary(json!(null)));
    assert_eq!(trunk.host_request, Attr::Null);

    // Switched to an address by Wavix, without a request.
    let mut trunk = answered(&json!({ "host": "198.51.100.40" }), &SipTrunkModel::stub(293));
    trunk.add_listed(&summary(json!(null)));
    assert_eq!(trunk.host_request, requested);
}

#[test]
fn a_formatted_model_shows_no_secret() {
    let mut held = plan(&config(|_| {}), None);
    held.password_wo = Attr::Known(Secret::new("planted-WRITE-ONLY"));
    let shown = format!("{:?} {:?}", answered(&json!({}), &held), held);
    for secret in [PASSWORD, "siptoken", "planted-WRITE-ONLY"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let body = format!("{:?}", held.body(&Secret::new(PASSWORD)));
    assert!(!body.contains(PASSWORD), "{body}");
}
