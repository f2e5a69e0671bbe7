//! Create, read, update, delete and import on an account that behaves.

use serde_json::json;
use wavix_sim::behaviour::{DecimalText, DeleteAnswer, PinnedCallerId, ProFeatures, UnsetText, UnusedLimits};
use wavix_sim::{AllowedIp, Fault, Sim, Trunk};

use crate::client::Secret;
use crate::framework::object::{Attr, Mapped};
use crate::framework::resource::Resource;
use crate::framework::timeouts::Timeouts;

use super::super::{SipTrunk, SipTrunkModel};
use super::{Bench, PASSWORD, addresses, config, everything, id_of, paths, plan, text};
use crate::lifecycle::compare::differences;

#[tokio::test]
async fn a_trunk_is_created_read_changed_and_deleted() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    let stored = bench.sim.trunk(id_of(&created)).unwrap();
    assert!(created.clone().into_value().is_wholly_known());
    assert_eq!(created.login, text(&stored.name));
    assert_eq!((&created.host, &created.status), (&text("dynamic"), &text("active")));
    assert_eq!(created.auth_method, text("Digest"));
    assert_eq!(created.access_token, Attr::Known(Secret::new(stored.access_token().unwrap())));
    assert_eq!(stored.password(), PASSWORD);
    assert_eq!(bench.read(&created).await.ok(), created, "a read after a create changes nothing");

    let renamed = config(|trunk| trunk.label = text("renamed"));
    let updated = bench.update(&renamed, &created).await.ok();
    assert_eq!(updated, SipTrunkModel { label: text("renamed"), ..created });
    assert_eq!(bench.sim.trunk(id_of(&updated)).unwrap().label, "renamed");
    assert_eq!(bench.read(&updated).await.ok(), updated);

    let left = bench.delete(&updated).await;
    assert!(left.errors.is_empty() && left.state.is_none());
    assert!(bench.sim.trunks().is_empty());
    assert_eq!((bench.sim.journal().count("POST", "/v1/trunks"), bench.puts(), bench.lists()), (1, 1, 0));
}

#[tokio::test]
async fn every_argument_reaches_the_account_and_comes_back_unchanged_whatever_the_api_spells() {
    for (unset, limits, decimals, pinned) in [
        (UnsetText::Empty, UnusedLimits::Kept, DecimalText::Shortest, PinnedCallerId::Empty),
        (UnsetText::Null, UnusedLimits::Dropped, DecimalText::OneFractionDigit, PinnedCallerId::Echoed),
        (UnsetText::Absent, UnusedLimits::Dropped, DecimalText::Fixed(4), PinnedCallerId::Empty),
    ] {
        let sim = Sim::builder()
            .behaviour(|knobs| {
                knobs.unset_rewrite = unset;
                knobs.limits_while_off = limits;
                knobs.decimal_text = decimals;
                knobs.callerid_with_multiple_numbers = pinned;
                knobs.passthrough_in_detail = false;
            })
            .start()
            .await;
        let bench = Bench::with(sim);
        for config in [
            config(|_| {}),
            everything(),
            config(|trunk| {
                trunk.multiple_numbers = Attr::Known(true);
                trunk.callerid = text("+1 (313) 284-7320");
                trunk.rewrite_prefix = text("");
                trunk.allowed_ips = addresses(&[]);
            }),
            config(|trunk| {
                trunk.callerid = Attr::Null;
                trunk.multiple_numbers = Attr::Known(true);
                trunk.ip_restrict = Attr::Known(false);
                trunk.allowed_ips = addresses(&["192.0.2.1"]);
                trunk.call_restrict = Attr::Known(false);
                trunk.call_limit = Attr::Known(60);
                trunk.cost_limit = Attr::Known(false);
                trunk.max_call_cost = Attr::Known("0.5".parse().unwrap());
                trunk.rewrite_enabled = Attr::Known(false);
                trunk.rewrite_cond = text("00");
            }),
        ] {
            let created = bench.create(&config).await.ok();
            assert_eq!(differences::<SipTrunk>(&plan(&config, None), &created), []);
            let read = bench.read(&created).await.ok();
            assert_eq!(plan(&config, Some(&read)), read, "the plan after an apply is empty: {unset:?}");
        }
    }
}

/// An attribute and how somebody changes it in the portal.
type Edit = (&'static str, fn(&mut Trunk));

const EDITS: [Edit; 20] = [
    ("label", |trunk| trunk.label = "Edited".to_owned()),
    ("callerid", |trunk| trunk.callerid = Some("13137890021".to_owned())),
    ("multiple_numbers", |trunk| trunk.multiple_numbers = true),
    ("ip_restrict", |trunk| trunk.ip_restrict = false),
    ("allowed_ips", |trunk| trunk.allowed_ips.push(AllowedIp { id: 1, ip: "192.0.2.66".to_owned() })),
    ("didinfo_enabled", |trunk| trunk.didinfo_enabled = true),
    ("call_restrict", |trunk| trunk.call_restrict = false),
    ("call_limit", |trunk| trunk.call_limit = Some(601)),
    ("cost_limit", |trunk| trunk.cost_limit = false),
    ("max_call_cost", |trunk| trunk.max_call_cost = Some("0.19".to_owned())),
    ("channels_restrict", |trunk| trunk.channels_restrict = false),
    ("max_channels", |trunk| trunk.max_channels = Some(5)),
    ("rewrite_enabled", |trunk| trunk.rewrite_enabled = false),
    ("rewrite_prefix", |trunk| trunk.rewrite_prefix = None),
    ("rewrite_cond", |trunk| trunk.rewrite_cond = Some("01".to_owned())),
    ("call_recording_enabled", |trunk| trunk.call_recording_enabled = false),
    ("machine_detection_enabled", |trunk| trunk.machine_detection_enabled = false),
    ("transcription_enabled", |trunk| trunk.transcription_enabled = false),
    ("transcription_threshold", |trunk| trunk.transcription_threshold = 11),
    ("encrypted_media", |trunk| trunk.encrypted_media = false),
];

#[tokio::test]
async fn every_field_edited_behind_our_back_is_seen_and_repaired() {
    let bench = Bench::start().await;
    let config = everything();
    let created = bench.create(&config).await.ok();
    let id = id_of(&created);
    for (field, edit) in EDITS {
        bench.sim.edit_trunk(id, edit);
        let read = bench.read(&created).await.ok();
        let planned = plan(&config, Some(&read));
        let seen: Vec<_> =
            differences::<SipTrunk>(&planned, &read).iter().map(|difference| difference.name).collect();
        assert_eq!(seen, [field]);
        let repaired = bench.update(&config, &read).await.ok();
        assert_eq!(bench.read(&repaired).await.ok(), created, "{field}");
    }
    assert_eq!(bench.puts(), EDITS.len());
}

#[tokio::test]
async fn an_update_carries_everything_and_the_password() {
    let bench = Bench::start().await;
    let created = bench.create(&everything()).await.ok();
    let mut renamed = everything();
    renamed.label = text("renamed");
    bench.update(&renamed, &created).await.ok();
    let sent = |method, path| bench.sim.journal().last(method, path).unwrap().body.unwrap();
    let (mut post, put) = (sent("POST", "/v1/trunks"), sent("PUT", "/v1/trunks/*"));
    post["label"] = json!("renamed");
    assert_eq!(put, post);
    assert_eq!(bench.sim.trunk(id_of(&created)).unwrap().password(), PASSWORD);
}

#[tokio::test]
async fn an_update_that_the_api_would_not_notice_sends_nothing() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    let timeouts = Timeouts { create: Attr::Null, read: text("1m"), update: Attr::Null, delete: Attr::Null };
    let patient = config(|trunk| trunk.timeouts = Attr::Known(timeouts.clone()));
    let updated = bench.update(&patient, &created).await.ok();
    assert_eq!(updated, SipTrunkModel { timeouts: Attr::Known(timeouts), ..created });

    // Forgetting a password is no request either: there is none to send.
    let forgotten = config(|trunk| trunk.password = Attr::Null);
    assert_eq!(bench.update(&forgotten, &updated).await.ok().password, Attr::Null);
    assert_eq!(bench.puts(), 0);
}

#[tokio::test]
async fn each_way_to_change_the_password_is_one_request() {
    let bench = Bench::start().await;
    let write_only = |password: &str, version: i64| {
        config(|trunk| {
            trunk.password = Attr::Null;
            trunk.password_wo = Attr::Known(Secret::new(password));
            trunk.password_wo_version = Attr::Known(version);
        })
    };
    let mut state = bench.create(&write_only("first", 1)).await.ok();
    let stored = |state: &SipTrunkModel| bench.sim.trunk(id_of(state)).unwrap().password().to_owned();
    assert_eq!((stored(&state).as_str(), &state.password), ("first", &Attr::Null));

    state = bench.update(&write_only("second", 1), &state).await.ok();
    assert_eq!((stored(&state).as_str(), bench.puts()), ("first", 0), "the version says when");
    state = bench.update(&write_only("second", 2), &state).await.ok();
    assert_eq!((stored(&state).as_str(), bench.puts()), ("second", 1));
    let in_state = config(|trunk| trunk.password = Attr::Known(Secret::new("third")));
    state = bench.update(&in_state, &state).await.ok();
    assert_eq!((stored(&state).as_str(), bench.puts()), ("third", 2));
    assert_eq!((&state.password_wo, &state.password_wo_version), (&Attr::Null, &Attr::Null));
    state = bench.update(&write_only("fourth", 1), &state).await.ok();
    assert_eq!((stored(&state).as_str(), bench.puts()), ("fourth", 3));
    assert_eq!(state.password, Attr::Null);
}

#[tokio::test]
async fn an_update_returns_what_was_planned_and_the_next_read_what_is_newer() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.edit_trunk(id_of(&created), |trunk| {
        trunk.passthrough = true;
        trunk.set_access_token(Some("another-token"));
    });
    let updated = bench.update(&config(|trunk| trunk.label = text("b")), &created).await.ok();
    assert_eq!((&updated.passthrough, &updated.access_token), (&created.passthrough, &created.access_token));
    let read = bench.read(&updated).await.ok();
    assert_eq!(read.passthrough, Attr::Known(true));
    assert_eq!(read.access_token, Attr::Known(Secret::new("another-token")));
}

#[tokio::test]
async fn a_feature_the_account_silently_refuses_is_an_error_at_its_argument() {
    let sim = Sim::builder().behaviour(|knobs| knobs.pro_features = ProFeatures::SilentlyOff).start().await;
    let bench = Bench::with(sim);
    let featured = config(|trunk| {
        trunk.call_recording_enabled = Attr::Known(true);
        trunk.machine_detection_enabled = Attr::Known(true);
        trunk.transcription_enabled = Attr::Known(true);
        trunk.encrypted_media = Attr::Known(true);
    });
    let left = bench.create(&featured).await;
    assert_eq!(
        paths(&left.errors),
        ["call_recording_enabled", "machine_detection_enabled", "transcription_enabled", "encrypted_media"]
    );
    assert_eq!((&left.state, bench.sim.trunks().len()), (&None, 0), "a create is all or nothing");
    for error in &left.errors {
        assert_eq!(error.summary, "Cannot create SIP trunk");
        for part in ["account", "deleted again", "nothing is left"] {
            assert!(error.detail.contains(part), "{part}: {}", error.detail);
        }
    }

    let state = bench.create(&config(|_| {})).await.ok();
    let left = bench.update(&config(|trunk| trunk.encrypted_media = Attr::Known(true)), &state).await;
    assert_eq!(paths(&left.errors), ["encrypted_media"]);
    assert_eq!(left.error().summary, "Cannot update SIP trunk");
    assert_eq!(left.state.unwrap().encrypted_media, Attr::Known(false));
}

#[tokio::test]
async fn a_value_that_came_out_otherwise_is_shown_beside_the_wanted_one() {
    let sim = Sim::builder().behaviour(|knobs| knobs.decimal_text = DecimalText::Fixed(2)).start().await;
    let bench = Bench::with(sim);
    let left =
        bench.create(&config(|trunk| trunk.max_call_cost = Attr::Known("0.185".parse().unwrap()))).await;
    assert_eq!(paths(&left.errors), ["max_call_cost"]);
    let detail = &left.error().detail;
    assert!(detail.contains("returned 0.19 for `max_call_cost` instead of 0.185"), "{detail}");
}

#[tokio::test]
async fn a_trunk_that_cannot_be_taken_back_stays_in_the_state() {
    let bench = Bench::start().await;
    bench.sim.configure(|knobs| drop(knobs.forced.insert("didinfo_enabled".to_owned(), true.into())));
    let off = config(|trunk| trunk.didinfo_enabled = Attr::Known(false));
    bench.sim.fault("DELETE", "/v1/trunks/*", Fault::status(403));
    let left = bench.create(&off).await;
    assert_eq!(paths(&left.errors), ["didinfo_enabled", ""]);
    for part in ["is in the state", "terraform untaint"] {
        assert!(left.error().detail.contains(part), "{part}: {}", left.error().detail);
    }
    assert_eq!(left.errors[1].summary, "Cannot delete SIP trunk");
    let state = left.state.unwrap();
    assert_eq!(state.didinfo_enabled, Attr::Known(true), "the state is what the account has");
    assert!(bench.sim.trunk(id_of(&state)).is_some());
}

/// An answer that names somebody else's trunk must not be that trunk's end.
#[tokio::test]
async fn a_trunk_that_another_resource_has_is_never_taken_back() {
    let bench = Bench::start().await;
    let other = bench.create(&config(|_| {})).await.ok();
    bench.sim.fault("POST", "/v1/trunks", Fault::with("id", id_of(&other)).and_with("label", "other"));
    let left = bench.create(&config(|_| {})).await;
    // An error would taint it, and the next apply delete it.
    assert_eq!((left.errors.len(), paths(&left.warnings)), (0, vec!["label".to_owned()]));
    assert_eq!(left.state.unwrap().label, text("office"), "as planned, until the next refresh");
    assert!(bench.sim.trunk(id_of(&other)).is_some());
    assert_eq!(bench.sim.journal().count("DELETE", "/v1/trunks/*"), 0);
}

#[tokio::test]
async fn an_update_that_is_not_all_carried_out_says_what_was() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.configure(|knobs| drop(knobs.forced.insert("transcription_threshold".to_owned(), 10.into())));
    for (label, said) in [("office", "has no other changes"), ("renamed", "The other changes")] {
        let changed = config(|trunk| {
            trunk.label = text(label);
            trunk.transcription_threshold = Attr::Known(60);
        });
        let left = bench.update(&changed, &created).await;
        assert_eq!(paths(&left.errors), ["transcription_threshold"]);
        assert!(left.error().detail.contains(said), "{said}: {}", left.error().detail);
        assert_eq!(left.state.unwrap().transcription_threshold, Attr::Known(10));
    }
    assert_eq!(bench.sim.journal().count("DELETE", "/v1/trunks/*"), 0);
}

#[tokio::test]
async fn an_imported_trunk_has_the_state_it_had_when_it_was_created() {
    let bench = Bench::start().await;
    for config in [config(|_| {}), everything()] {
        let created = bench.create(&config).await.ok();
        let imported = bench.import(id_of(&created)).await.ok();
        assert_eq!(imported, SipTrunkModel { password: Attr::Null, ..created });
    }
}

#[tokio::test]
async fn an_imported_trunk_is_changed_only_with_a_password() {
    let bench = Bench::start().await;
    let id = bench.sim.add_trunk(json!({ "label": "office", "password": "from the portal" }));
    let imported = bench.import(id).await.ok();
    let without = config(|trunk| trunk.password = Attr::Null);
    assert_eq!(plan(&without, Some(&imported)), imported);

    // The plan refuses it; a value that became known during apply may still get here.
    let mut changed = without.clone();
    changed.label = text("renamed");
    let (planned, diagnostics) = super::try_plan(&changed, Some(&imported));
    assert!(diagnostics.has_errors());
    let request = crate::framework::resource::UpdateRequest {
        write_only: super::write_only::<SipTrunk>(&changed),
        plan: planned,
        prior: imported.clone(),
    };
    let mut outcome = crate::framework::resource::Outcome::starting_from(
        Some(imported.clone()),
        crate::framework::private::Private::default(),
    );
    let errors = SipTrunk.update(&bench.call(), request, &mut outcome).await.unwrap_err();
    assert_eq!(paths(errors.iter()), ["password"]);
    assert_eq!((outcome.state(), bench.puts()), (Some(&imported), 0));

    bench.update(&config(|trunk| trunk.label = text("renamed")), &imported).await.ok();
    let stored = bench.sim.trunk(id).unwrap();
    assert_eq!((stored.label.as_str(), stored.password()), ("renamed", PASSWORD));
}

#[test]
fn what_is_no_id_cannot_be_imported() {
    for id in
        ["", "abc", "-1", "0", "007", "+7", "1.5", "99999999999999999999", "1/../2", "1 ", " 1", "３", "1e3"]
    {
        let errors = SipTrunk.import(id).unwrap_err();
        let error = errors.iter().next().unwrap();
        assert_eq!(error.summary, "Cannot import SIP trunk", "{id:?}");
        assert!(error.detail.contains(&format!("{id:?}")), "{}", error.detail);
    }
    assert_eq!(SipTrunk.import("9223372036854775807").unwrap().id, text("9223372036854775807"));
}

#[tokio::test]
async fn a_delete_takes_any_documented_answer() {
    for answer in [DeleteAnswer::Success, DeleteAnswer::NoContent] {
        let bench = Bench::with(Sim::builder().behaviour(|knobs| knobs.delete_answer = answer).start().await);
        let created = bench.create(&config(|_| {})).await.ok();
        let left = bench.delete(&created).await;
        assert!(left.errors.is_empty() && left.state.is_none(), "{answer:?}");
        assert!(bench.sim.trunks().is_empty());
    }
}
