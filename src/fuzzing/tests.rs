//! The fuzzers' properties on the stable toolchain: with made-up bytes, with bytes that are almost right, and with the
//! corpus of `fuzz/`.

use std::fs;
use std::path::Path as FilePath;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::json;

use super::*;

type Property = fn(&[u8]);

/// Every entry point, by the name of its fuzz target and corpus.
const PROPERTIES: [(&str, Property); 6] = [
    ("msgpack", msgpack),
    ("json", json),
    ("refined_unknown", refined_unknown),
    ("environment", environment),
    ("answer", answer),
    ("path", path),
];

#[test]
fn the_corpus_of_every_fuzzer_holds() {
    let corpora = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let mut folders: Vec<_> = fs::read_dir(&corpora)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort();
    let mut names = PROPERTIES.map(|(name, _)| name.to_owned());
    names.sort();
    assert_eq!(folders, names);
    for (name, property) in PROPERTIES {
        let entries: Vec<_> = fs::read_dir(corpora.join(name)).unwrap().collect();
        assert!(!entries.is_empty(), "{name}");
        for entry in entries {
            property(&fs::read(entry.unwrap().path()).unwrap());
        }
    }
}

/// An object of each kind as the API answers it.
fn objects() -> Vec<serde_json::Map<String, serde_json::Value>> {
    let trunk = json!({
        "id": 293, "name": "18005550100", "label": "Office", "callerid": "13132847320", "multiple_numbers": false,
        "ip_restrict": true, "allowed_ips": [{ "id": 1, "ip": "203.0.113.10" }], "didinfo_enabled": true,
        "call_restrict": true, "call_limit": 60, "cost_limit": true, "max_call_cost": "0.18",
        "channels_restrict": true, "max_channels": 2, "rewrite_enabled": true, "rewrite_prefix": "00",
        "rewrite_cond": "", "call_recording_enabled": false, "transcription_threshold": 6, "host": "dynamic",
        "created_at": "2023-05-16T17:13:25.000Z", "passthrough": null, "access_token": "sip1",
    });
    let key = json!({
        "id": 7, "label": "pbx", "value": "a-value-of-a-key-that-is-whole", "active": true, "restricted": true,
        "permitted_ips": ["203.0.113.10"], "scopes_enabled": true, "trunks": { "allow": "read" },
        "calls": { "allow": "write" }, "billing": { "allow": "none" }, "last_used_at": null,
        "created_at": "2026-05-16T17:13:25Z",
    });
    let webhook = json!({ "event_type": "on-call", "url": "https://hooks.example.com/calls" });
    let fields = |object: &serde_json::Value| object.as_object().cloned();
    [trunk, key, webhook].iter().filter_map(fields).collect()
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "-?[0-9]{1,30}(\\.[0-9]{1,30})?(e-?[0-9]{1,3})?"
            .prop_map(|text| serde_json::from_str(&text).unwrap_or(serde_json::Value::Null)),
        any::<String>().prop_map(Into::into),
        select(vec!["", "0.180", "5", "dynamic", "203.0.113.10", "+1 313", "-0", "1e5", "yes"])
            .prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Into::into),
            vec((select(vec!["id", "ip", "host", "allow", "message", "errors"]), inner), 0..4).prop_map(
                |fields| { fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect() }
            ),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_taken(data in vec(any::<u8>(), 0..600)) {
        for (_, property) in PROPERTIES {
            property(&data);
        }
    }

    #[test]
    fn an_object_with_any_fields_is_read_the_same_way_twice(
        object in select(objects()),
        changes in vec((any::<Index>(), any_json()), 0..4),
        removed in vec(any::<Index>(), 0..4),
    ) {
        let mut fields = object;
        let names: Vec<_> = fields.keys().cloned().collect();
        for (name, value) in changes {
            fields.insert(name.get(&names).clone(), value);
        }
        for name in removed {
            fields.remove(name.get(&names));
        }
        answer(&[&[0, 1][..], &serde_json::to_vec(&fields).unwrap()].concat());
    }

    #[test]
    fn a_refusal_of_any_form_is_told(body in any_json(), status in 4_u8..12, content_type in 0_u8..4) {
        answer(&[&[status, content_type][..], &serde_json::to_vec(&json!({ "success": false, "errors": body })).unwrap()].concat());
        answer(&[&[status, content_type][..], &serde_json::to_vec(&body).unwrap()].concat());
    }

    #[test]
    fn any_stored_state_is_read(choice in 0_u8..9, value in any_json()) {
        json(&[&[choice][..], &serde_json::to_vec(&value).unwrap()].concat());
    }

    #[test]
    fn any_environment_is_taken(
        variables in vec((0_u8..12, select(vec![
            "", "6", "5,6", "5, 6 ", "66", "true", "tcp", "unix", "/", "JSON", "TRACE", "off", MAGIC_COOKIE,
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ])), 0..8),
    ) {
        let variable = |(name, value): (u8, &str)| [&[name][..], value.as_bytes(), &[0][..]].concat();
        environment(&variables.into_iter().flat_map(variable).collect::<Vec<_>>());
    }
}
