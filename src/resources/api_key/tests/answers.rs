//! Every way in which Wavix may show a key.

use wavix_sim::behaviour::{KeyNames, KeyValue, Labels};
use wavix_sim::{Access, Fault};

use crate::framework::object::Attr;

use super::{Bench, KEY, KEYS, Stored, config, everything, id_of, scopes};

const VALUES: [KeyValue; 4] =
    [KeyValue::Always, KeyValue::Masked, KeyValue::AbsentAfterCreate, KeyValue::NullAfterCreate];

#[tokio::test]
async fn no_answer_takes_a_known_value_away() {
    for shown in VALUES {
        let bench = Bench::start().await;
        bench.sim.configure(|knobs| knobs.api_key_value = shown);
        let made = bench.create(&everything()).await.ok();
        let value = bench.stored(&made).value().to_owned();
        assert_eq!(made.value.known().unwrap().expose(), value, "{shown:?}");
        assert_eq!(bench.read(&made).await.ok(), made, "{shown:?}");
        assert_eq!(bench.plan(&everything(), Some(&made)).await, made, "{shown:?}");
        let updated = bench.update(&config(|_| {}), &made).await.ok();
        assert_eq!(updated.value, made.value, "{shown:?}");
        assert!(bench.delete(&updated).await.errors.is_empty(), "{shown:?}");
        assert_eq!(bench.keys().len(), 0, "{shown:?}");
    }
}

#[tokio::test]
async fn another_whole_value_is_recorded() {
    let bench = Bench::start().await;
    let made = bench.create(&everything()).await.ok();
    bench.sim.edit_api_key(id_of(&made), |key| key.set_value("rotated-elsewhere-0123"));
    let read = bench.again().read(&made).await.ok();
    assert_eq!(read.value.known().unwrap().expose(), "rotated-elsewhere-0123");
}

#[tokio::test]
async fn what_is_shown_instead_of_a_value_is_none() {
    let bench = Bench::start().await;
    let made = bench.create(&everything()).await.ok();
    let mut bench = bench;
    for shown in [
        "abcd••••••••••••••••wxyz",
        "abcdefghijklmnop…",
        "[REDACTED] by policy",
        "redacted-redacted-",
        "short",
    ] {
        bench = bench.again();
        bench.sim.fault("GET", KEYS, Fault::with("value", shown));
        assert_eq!(bench.read(&made).await.ok(), made, "{shown}");
    }
}

#[tokio::test]
async fn an_import_takes_the_value_if_it_is_whole_and_warns_if_not() {
    for shown in VALUES {
        let bench = Bench::start().await;
        let id = bench.sim.add_api_key(Stored::new("portal-value-0123456789").label("portal"));
        bench.sim.configure(|knobs| knobs.api_key_value = shown);
        let left = bench.import(id).await;
        if shown == KeyValue::Always {
            assert_eq!(left.warned(), [""; 0]);
            continue;
        }
        assert_eq!(left.warned(), ["Imported API key without its value"], "{shown:?}");
        let state = left.ok();
        assert_eq!(state.value, Attr::Null);
        // No reason to replace it, nor to warn of it again, and an update keeps it so.
        let again = bench.read(&state).await;
        assert_eq!(again.warned(), [""; 0]);
        let config = config(|key| key.label = super::text("portal"));
        assert_eq!(bench.plan(&config, Some(&state)).await, state);
        let narrow = restricted(&config);
        let updated = bench.update(&narrow, &state).await.ok();
        assert_eq!(updated.value, Attr::Null);
    }
}

fn restricted(config: &super::ApiKeyModel) -> super::ApiKeyModel {
    super::ApiKeyModel { scopes: scopes(&[("trunks", "read")]), ..config.clone() }
}

#[tokio::test]
async fn old_and_new_names_and_null_scopes_are_read_alike() {
    for names in [KeyNames::New, KeyNames::Old, KeyNames::Both] {
        for null_scopes in [false, true] {
            let bench = Bench::start().await;
            bench
                .sim
                .configure(|knobs| (knobs.api_key_names, knobs.api_key_null_scopes) = (names, null_scopes));
            for wanted in [everything(), config(|_| {}), config(|key| key.active = Attr::Known(false))] {
                let made = bench.create(&wanted).await.ok();
                assert_eq!(bench.read(&made).await.ok(), made, "{names:?} {null_scopes}");
                assert_eq!(bench.plan(&wanted, Some(&made)).await, made, "{names:?} {null_scopes}");
                let updated = bench.update(&everything(), &made).await.ok();
                assert_eq!(bench.plan(&everything(), Some(&updated)).await, updated);
                bench.delete(&updated).await;
            }
        }
    }
}

/// Validation has refused it; here it comes as from a newer provider's state.
#[tokio::test]
async fn a_scope_that_does_not_exist_is_never_sent() {
    for rejects in [true, false] {
        let bench = Bench::start().await;
        bench.sim.configure(|knobs| knobs.api_key_scope_rejects_unknown = rejects);
        let made =
            bench.create(&config(|key| key.scopes = scopes(&[("trunks", "read"), ("fax", "read")]))).await;
        assert!(made.errors.is_empty(), "{made:?}");
        assert!(bench.sent("POST", KEYS)[0].get("fax").is_none());
    }
}

#[tokio::test]
async fn what_wavix_makes_of_a_label_is_no_change() {
    let bench = Bench::start().await;
    bench.sim.configure(|knobs| knobs.labels = Labels::Trimmed);
    let wanted = config(|key| key.label = super::text(" pbx "));
    let made = bench.create(&wanted).await.ok();
    assert_eq!(bench.plan(&wanted, Some(&made)).await, made);
}

/// It was asked for less than it has: nobody may find such a key in use.
#[tokio::test]
async fn a_key_that_is_made_wider_than_planned_is_deleted_again() {
    let bench = Bench::start().await;
    bench.sim.configure(|knobs| drop(knobs.forced.insert("scopes_enabled".to_owned(), false.into())));
    let left = bench.create(&everything()).await;
    assert!(left.state.is_none(), "{left:?}");
    assert_eq!(left.error().path.as_ref().unwrap().to_string(), "scopes");
    assert_eq!(bench.keys().len(), 0);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_changes_nothing() {
    let bench = Bench::start().await;
    let made = bench.create(&everything()).await.ok();
    let odd: [(&str, serde_json::Value); 4] = [
        ("restricted", "perhaps".into()),
        ("permitted_ips", 7.into()),
        ("trunks", "read".into()),
        ("active", serde_json::json!([])),
    ];
    let mut bench = bench;
    for (field, value) in odd {
        bench = bench.again();
        bench.sim.fault("GET", KEYS, Fault::with(field, value));
        let left = bench.read(&made).await;
        assert_eq!(left.state.as_ref(), Some(&made), "{field}");
        assert_eq!(left.error().summary, "Cannot read API key", "{field}");
    }
    // What an answer leaves out stays as it is.
    for field in ["restricted", "permitted_ips", "scopes_enabled", "active", "label", "trunks"] {
        bench = bench.again();
        bench.sim.fault("GET", KEYS, Fault::without(field));
        let left = bench.read(&made).await;
        let kept = left.state.as_ref() == Some(&made);
        assert!(kept || field == "trunks", "{field}: {left:?}");
    }
    assert_eq!(bench.count("PATCH", KEY), 0);
    assert!(bench.stored(&made).scopes["trunks"] == Access::Read);
}
