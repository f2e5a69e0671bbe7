//! Each verb where nothing goes wrong, and drift.

use serde_json::json;
use wavix_sim::Access;

use crate::framework::data_source::DataSource;
use crate::framework::object::{Attr, Mapped};
use crate::protocol::value::Value;

use super::super::ApiKeysDataSource;
use super::super::schema::ApiKeyModel;
use super::{Bench, KEY, KEYS, RESOURCE, Stored, addresses, config, everything, id_of, scopes, text};
use crate::framework::resource::Resource;
use crate::lifecycle::patience::Patience;

#[tokio::test]
async fn a_restriction_is_sent_as_its_flag_and_all_that_belongs_to_it() {
    let bench = Bench::start().await;
    let made = bench.create(&everything()).await.ok();
    let sent = &bench.sent("POST", KEYS)[0];
    assert_eq!(
        (&sent["restricted"], &sent["permitted_ips"]),
        (&json!(true), &json!(["192.0.2.10", "198.51.100.4"]))
    );
    assert_eq!(sent["scopes_enabled"], json!(true));
    assert_eq!(
        (&sent["calls"], &sent["billing"]),
        (&json!({ "allow": "write" }), &json!({ "allow": "none" }))
    );
    assert_eq!(sent.as_object().unwrap().len(), 5 + 13);
    let stored = bench.stored(&made);
    assert_eq!(made.value.known().unwrap().expose(), stored.value());
    assert_eq!((stored.restricted, stored.scopes_enabled, stored.active), (true, true, true));

    assert_eq!(bench.plan(&everything(), Some(&made)).await, made, "nothing is left to do");
    assert_eq!(bench.read(&made).await.ok(), made);
}

#[tokio::test]
async fn an_update_sends_what_changed_and_keeps_the_value() {
    let bench = Bench::start().await;
    let mut state = bench.create(&everything()).await.ok();
    let value = state.value.clone();
    let steps: [(ApiKeyModel, &[&str]); 6] = [
        (
            config(|key| {
                (key.label, key.permitted_ips, key.scopes) = {
                    let same = everything();
                    (text("pbx 2"), same.permitted_ips, same.scopes)
                }
            }),
            &["label"],
        ),
        (
            config(|key| {
                key.permitted_ips = addresses(&["192.0.2.10"]);
                key.scopes = everything().scopes;
            }),
            &["label", "permitted_ips", "restricted"],
        ),
        (
            config(|key| {
                key.permitted_ips = addresses(&["192.0.2.10"]);
                key.scopes = scopes(&[("trunks", "write")]);
            }),
            &["scopes_enabled", "trunks", "calls", "two_fa"],
        ),
        (config(|key| key.active = Attr::Known(false)), &["active", "restricted", "scopes_enabled"]),
        (config(|_| {}), &["active"]),
        (everything(), &["restricted", "scopes_enabled"]),
    ];
    for (config, fields) in steps {
        state = bench.update(&config, &state).await.ok();
        let sent = bench.sent("PATCH", KEY).pop().unwrap();
        for field in fields {
            assert!(sent.get(*field).is_some(), "no {field} in {sent}");
        }
        assert_eq!(sent.get("permitted_ips").is_some(), sent.get("restricted").is_some(), "{sent}");
        let scopes = sent.as_object().unwrap().values().filter(|value| value.is_object()).count();
        assert_eq!(scopes, if sent.get("scopes_enabled").is_some() { 13 } else { 0 }, "{sent}");
        assert_eq!(state.value, value);
        assert_eq!(bench.plan(&config, Some(&state)).await, state);
        assert_eq!(bench.read(&state).await.ok(), state);
    }
    assert_eq!(bench.count("PATCH", KEY), 6);
    assert_eq!(bench.count("POST", KEYS), 1);
}

#[tokio::test]
async fn every_field_edited_behind_our_back_is_seen_and_repaired() {
    let bench = Bench::start().await;
    let made = bench.create(&everything()).await.ok();
    let id = id_of(&made);
    let edits: [fn(&mut Stored); 8] = [
        |key| key.label = "edited".to_owned(),
        |key| key.active = false,
        |key| key.restricted = false,
        |key| key.permitted_ips.push("203.0.113.1".to_owned()),
        |key| key.permitted_ips.clear(),
        |key| key.scopes_enabled = false,
        |key| {
            key.scopes.insert("billing".to_owned(), Access::Write);
        },
        |key| key.scopes.clear(),
    ];
    let before = bench.stored(&made);
    let mut bench = bench;
    for (index, edit) in edits.into_iter().enumerate() {
        bench = bench.again();
        bench.sim.edit_api_key(id, edit);
        let read = bench.read(&made).await.ok();
        assert_ne!(read, made, "edit {index} is seen");
        let repaired = bench.update(&everything(), &read).await.ok();
        assert_eq!(repaired, made, "edit {index} is repaired");
        let now = bench.stored(&made);
        let access = |key: &Stored| {
            (key.scopes_enabled, key.scopes.get("billing").copied(), key.scopes.get("calls").copied())
        };
        assert_eq!((&now.label, now.active, now.restricted), (&before.label, true, true), "edit {index}");
        assert_eq!(
            (&now.permitted_ips, access(&now)),
            (&before.permitted_ips, access(&before)),
            "edit {index}"
        );
    }
}

#[tokio::test]
async fn one_list_serves_all_keys_of_a_refresh() {
    let bench = Bench::start().await;
    let mut states = Vec::new();
    for index in 0..20 {
        states.push(bench.create(&config(|key| key.label = text(&format!("key {index}")))).await.ok());
    }
    let bench = bench.again();
    let before = bench.count("GET", KEYS);
    let reads = futures_util::future::join_all(states.iter().map(|state| bench.read(state))).await;
    assert!(reads.into_iter().zip(&states).all(|(read, state)| read.ok() == *state));
    assert_eq!(bench.count("GET", KEYS) - before, 1);
}

#[tokio::test]
async fn a_key_deleted_elsewhere_leaves_the_state_and_one_that_is_hidden_does_not() {
    let bench = Bench::start().await;
    let made = bench.create(&everything()).await.ok();
    let bench = bench.again();
    bench.sim.configure(|knobs| {
        knobs.unprovisioned_families.insert("api_keys".to_owned());
    });
    let hidden = bench.read(&made).await;
    assert_eq!(hidden.state.as_ref(), Some(&made), "{hidden:?}");
    assert_eq!(hidden.error().summary, "Cannot read API key");
    bench.sim.configure(|knobs| knobs.unprovisioned_families.clear());

    bench.sim.remove_api_key(id_of(&made));
    let gone = bench.read(&made).await;
    assert!(gone.state.is_none() && gone.errors.is_empty(), "{gone:?}");
    assert_eq!(gone.warned(), [format!("API key {} is gone", id_of(&made))]);
    let deleted = bench.delete(&made).await;
    assert!(deleted.errors.is_empty(), "gone already is a success: {deleted:?}");
}

#[tokio::test]
async fn a_create_waits_until_its_key_is_listed() {
    let bench = Bench::start().await;
    bench.sim.configure(|knobs| knobs.list_lag = 4);
    let made = bench.create(&everything()).await.ok();
    assert_eq!(bench.read(&made).await.ok(), made, "a refresh finds it");
    assert_eq!(bench.keys().len(), 1);

    // The next look would be too late.
    let looks = vec![bench.time * 2];
    let patience = Patience { looks, ..Patience::default() };
    let ctx = bench.context(|_| {}).with_patience(patience);
    let bench = Bench { ctx, ..bench };
    bench.sim.configure(|knobs| knobs.list_lag = 10_000);
    let late = bench.create(&config(|key| key.label = text("late"))).await;
    let id = id_of(late.state.as_ref().expect("it is in the state"));
    assert_eq!(late.warned(), [format!("API key {id} is not listed yet")], "{late:?}");
    late.ok();
}

#[tokio::test]
async fn a_key_that_may_not_manage_keys_is_told_what_it_needs() {
    let bench = Bench::start().await;
    let reader = Stored::new("reader-key-0123456789").label("reader").scope("trunks", Access::Write);
    bench.sim.add_api_key(reader);
    let bench = bench.with_key("reader-key-0123456789");
    let refused = bench.create(&everything()).await;
    let error = refused.error();
    assert_eq!((error.summary.as_str(), refused.state.is_some()), ("Cannot create API key", false));
    assert!(error.detail.contains("API key with full access"), "{}", error.detail);
    assert!(error.detail.contains("No API key was created."), "{}", error.detail);
}

#[tokio::test]
async fn a_key_is_imported_with_its_value_and_a_dead_one_as_it_is() {
    let bench = Bench::start().await;
    let whole =
        bench.sim.add_api_key(Stored::new("whole-value-0123456789").label("a").scope("calls", Access::Read));
    let left = bench.import(whole).await;
    assert_eq!(left.warned(), [""; 0]);
    let state = left.ok();
    assert_eq!(state.value.known().unwrap().expose(), "whole-value-0123456789");
    assert_eq!((&state.scopes, &state.permitted_ips), (&scopes(&[("calls", "read")]), &Attr::Null));

    let mut dead = Stored::new("dead-value-0123456789").label("dead");
    (dead.restricted, dead.scopes_enabled) = (true, true);
    let dead = bench.sim.add_api_key(dead);
    let state = bench.import(dead).await.ok();
    assert_eq!((&state.permitted_ips, &state.scopes), (&addresses(&[]), &scopes(&[])));

    // What stands in the list while its restriction is off is none.
    let off = bench.sim.add_api_key(Stored::new("off-value-0123456789").label("off"));
    bench.sim.edit_api_key(off, |key| key.permitted_ips.push("192.0.2.1".to_owned()));
    assert_eq!(bench.import(off).await.ok().permitted_ips, Attr::Null);

    for id in ["abc", "0", "007", "1.5"] {
        assert!(RESOURCE.import(id).is_err(), "{id}");
    }
    let unknown = bench.import(99_999).await;
    assert_eq!(unknown.error().summary, "Cannot import API key");
}

#[tokio::test]
async fn the_data_source_filters_and_shows_no_value() {
    let bench = Bench::start().await;
    bench.sim.add_api_key(Stored::new("old-value-0123456789").label("old pbx").inactive());
    bench.create(&everything()).await.ok();
    let found = async |arguments: Vec<(&'static str, Value)>| {
        let config = Value::map(arguments);
        let found = ApiKeysDataSource::NEW.read(&bench.call(), config).await.unwrap();
        let Some(Value::List(keys)) = found.get("api_keys").cloned() else { panic!("{found:?}") };
        keys
    };
    let all = found(vec![]).await;
    assert_eq!(all.len(), 3);
    let shown = format!("{all:?}");
    for key in bench.sim.api_keys() {
        assert!(!shown.contains(key.value()), "a value is shown");
    }
    let own = all.iter().find(|key| key.get("label") == Some(&Value::string("Default"))).unwrap();
    assert!(own.get("last_used_at").unwrap().as_str().is_some(), "{own:?}");
    assert!(own.get("value").is_none());
    let inactive = found(vec![("active", Value::Bool(false))]).await;
    assert_eq!(inactive.len(), 1);
    assert_eq!(found(vec![("label_regex", Value::string("pbx$"))]).await.len(), 2);
    let none = found(vec![("label_regex", Value::string("^x"))]).await;
    assert_eq!(none.len(), 0);
    assert!(everything().into_value().get("value").unwrap().is_null());
}
