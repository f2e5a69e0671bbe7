//! What the plan hook derives and demands.

use crate::client::Secret;
use crate::framework::object::{Attr, Mapped};
use crate::framework::planning::{self, Change};
use crate::framework::resource::Resource;
use crate::protocol::number::Number;
use crate::protocol::value::{Unknown, Value};

use super::super::model::HostRequestModel;
use super::super::rules::UNCONFIRMED_VERSION;
use super::super::{SipTrunk, SipTrunkModel};
use super::{addresses, config, everything, paths, plan, text, try_plan};

const UNKNOWN_NOT_NULL: Unknown = Unknown { not_null: true };

/// A state as Wavix and an earlier plan left it.
fn state(config: &SipTrunkModel) -> SipTrunkModel {
    let mut state = plan(config, None);
    state.id = text("293");
    state.login = text("67758");
    state.created_at = text("2023-05-16T17:13:25.000Z");
    state.host = text("dynamic");
    state.auth_method = text("Digest");
    state.status = text("active");
    state.passthrough = Attr::Known(false);
    state.access_token = Attr::Known(Secret::new("siptoken"));
    state
}

/// Pulumi sends 0.18 as a float and stores it as the decimal.
#[test]
fn a_float_is_planned_as_it_came_and_sent_as_the_decimal_it_stands_for() {
    let costs = |cost: &Number| config(|trunk| trunk.max_call_cost = Attr::Known(cost.clone()));
    let decimal: Number = "0.18".parse().unwrap();
    let float = Number::from_f64(0.18).unwrap();
    let product: Number = format!("0.17{}3", "9".repeat(152)).parse().unwrap();
    for came in [&float, &product] {
        let planned = plan(&costs(came), None);
        assert_eq!(planned.max_call_cost, Attr::Known(came.clone()));
        let body = serde_json::to_value(planned.body(&Secret::new("a password")).json()).unwrap();
        assert_eq!(body["max_call_cost"].to_string(), "0.18");
        for (held, configured) in [(&decimal, came), (came, &decimal), (came, came)] {
            let state = state(&costs(held)).into_value();
            let Value::Map(mut proposed) = state.clone() else { panic!("an object") };
            proposed.insert("max_call_cost".to_owned(), Value::Number(configured.clone()));
            let proposed = Value::Map(proposed);
            let schema = SipTrunk.schema();
            let config = costs(configured).into_value();
            let change = Change {
                type_name: "wavix_sip_trunk",
                schema: &schema,
                config: &config,
                prior: &state,
                proposed: &proposed,
            };
            assert_eq!(planning::draft(&change), state, "no change");
        }
    }
}

/// The noise of a calculation is in whole numbers too.
#[test]
fn a_calculated_whole_number_is_planned_as_it_came() {
    let noise = format!("3.{}47", "0".repeat(152));
    let mut config = config(|_| {}).into_value();
    if let Value::Map(entries) = &mut config {
        entries.insert("max_channels".to_owned(), Value::Number(noise.parse().unwrap()));
    }
    let model = SipTrunkModel::from_value(&config).unwrap();
    assert_eq!(model.max_channels, Attr::Known(3));
}

#[test]
fn a_caller_id_is_demanded_of_a_new_trunk_and_of_one_that_has_one() {
    let none = || config(|t| t.callerid = Attr::Null);
    let any = || config(|t| (t.callerid, t.multiple_numbers) = (Attr::Null, Attr::Known(true)));
    let missing = |config: &SipTrunkModel, prior: Option<&SipTrunkModel>| {
        paths(try_plan(config, prior).1.iter()).contains(&"callerid".to_owned())
    };
    assert!(missing(&none(), None) && missing(&config(|t| t.callerid = text("")), None));
    assert!(!missing(&any(), None) && !missing(&config(|t| t.callerid = Attr::unknown()), None));
    assert!(missing(&none(), Some(&state(&config(|_| {})))), "it is taken away");
    assert!(missing(&none(), Some(&state(&any()))), "all of them are taken away");
    // As it was imported.
    let mut held = state(&config(|_| {}));
    held.callerid = Attr::Null;
    assert!(!missing(&none(), Some(&held)));
}

#[test]
fn a_flag_that_is_left_out_follows_its_limit() {
    type Case = (&'static str, fn(&mut SipTrunkModel), Attr<bool>, fn(&SipTrunkModel) -> &Attr<bool>);
    let unknown = || Attr::Unknown(Unknown::default());
    let cases: [Case; 20] = [
        ("null", |t| t.call_limit = Attr::Null, Attr::Known(false), |t| &t.call_restrict),
        ("set", |t| t.call_limit = Attr::Known(1), Attr::Known(true), |t| &t.call_restrict),
        ("unknown", |t| t.call_limit = Attr::unknown(), unknown(), |t| &t.call_restrict),
        (
            "unknown, not null",
            |t| t.call_limit = Attr::Unknown(UNKNOWN_NOT_NULL),
            Attr::Known(true),
            |t| &t.call_restrict,
        ),
        ("null", |t| t.max_call_cost = Attr::Null, Attr::Known(false), |t| &t.cost_limit),
        ("set", |t| t.max_call_cost = Attr::Known(1.into()), Attr::Known(true), |t| &t.cost_limit),
        ("unknown", |t| t.max_call_cost = Attr::unknown(), unknown(), |t| &t.cost_limit),
        ("null", |t| t.max_channels = Attr::Null, Attr::Known(false), |t| &t.channels_restrict),
        ("set", |t| t.max_channels = Attr::Known(1), Attr::Known(true), |t| &t.channels_restrict),
        ("null", |t| t.allowed_ips = Attr::Null, Attr::Known(false), |t| &t.ip_restrict),
        ("empty", |t| t.allowed_ips = addresses(&[]), Attr::Known(false), |t| &t.ip_restrict),
        ("set", |t| t.allowed_ips = addresses(&["192.0.2.1"]), Attr::Known(true), |t| &t.ip_restrict),
        (
            "set, of an unknown",
            |t| t.allowed_ips = Attr::Known(crate::framework::object::SetOf(vec![Attr::unknown()])),
            Attr::Known(true),
            |t| &t.ip_restrict,
        ),
        // It may still turn out empty.
        (
            "unknown, not null",
            |t| t.allowed_ips = Attr::Unknown(UNKNOWN_NOT_NULL),
            unknown(),
            |t| &t.ip_restrict,
        ),
        ("null", |_| {}, Attr::Known(false), |t| &t.rewrite_enabled),
        ("empty", |t| t.rewrite_prefix = text(""), Attr::Known(false), |t| &t.rewrite_enabled),
        ("prefix", |t| t.rewrite_prefix = text("0"), Attr::Known(true), |t| &t.rewrite_enabled),
        ("cond", |t| t.rewrite_cond = text("0"), Attr::Known(true), |t| &t.rewrite_enabled),
        ("unknown", |t| t.rewrite_cond = Attr::unknown(), unknown(), |t| &t.rewrite_enabled),
        (
            "one set, one unknown",
            |t| {
                t.rewrite_prefix = text("0");
                t.rewrite_cond = Attr::unknown();
            },
            Attr::Known(true),
            |t| &t.rewrite_enabled,
        ),
    ];
    for (index, (case, change, expected, flag)) in cases.into_iter().enumerate() {
        let planned = plan(&config(change), None);
        assert_eq!(flag(&planned), &expected, "case {index}: {case}");
    }
}

#[test]
fn a_flag_that_is_written_is_obeyed() {
    let planned = plan(
        &config(|trunk| {
            trunk.call_limit = Attr::Known(60);
            trunk.call_restrict = Attr::Known(false);
            trunk.cost_limit = Attr::Known(true);
            trunk.channels_restrict = Attr::unknown();
        }),
        None,
    );
    assert_eq!(planned.call_restrict, Attr::Known(false));
    assert_eq!(planned.cost_limit, Attr::Known(true));
    assert!(planned.channels_restrict.is_unknown());
}

#[test]
fn removing_a_limit_switches_it_off() {
    let before = state(&everything());
    let planned = plan(&config(|_| {}), Some(&before));
    for flag in [
        &planned.ip_restrict,
        &planned.call_restrict,
        &planned.cost_limit,
        &planned.channels_restrict,
        &planned.rewrite_enabled,
    ] {
        assert_eq!(flag, &Attr::Known(false));
    }
}

#[test]
fn an_unchanged_trunk_plans_as_it_is() {
    for config in [config(|_| {}), everything()] {
        let state = state(&config);
        assert_eq!(plan(&config, Some(&state)), state);
    }
}

#[test]
fn an_update_leaves_what_the_server_decides_as_it_is() {
    let before = state(&config(|_| {}));
    let planned = plan(&config(|trunk| trunk.label = text("other")), Some(&before));
    assert_eq!(planned, SipTrunkModel { label: text("other"), ..before });
}

#[test]
fn another_request_for_ip_authentication_makes_what_follows_from_it_unknown() {
    let digest = state(&config(|_| {}));
    let request = |host: Attr<String>| {
        config(|trunk| trunk.host_request = Attr::Known(HostRequestModel { host: host.clone() }))
    };
    let requested = state(&request(text("198.51.100.40")));
    for (config, before, changes) in [
        (request(text("198.51.100.40")), &digest, true),
        (request(text("198.51.100.40")), &requested, false),
        (request(text("198.51.100.41")), &requested, true),
        (request(Attr::unknown()), &requested, true),
        (config(|_| {}), &requested, true),
    ] {
        let (planned, _) = try_plan(&config, Some(before));
        for (name, unknown) in [
            ("host", planned.host.is_unknown()),
            ("auth_method", planned.auth_method.is_unknown()),
            ("status", planned.status.is_unknown()),
            ("passthrough", planned.passthrough.is_unknown()),
            ("access_token", planned.access_token.is_unknown()),
        ] {
            assert_eq!(unknown, changes, "{name}");
        }
        assert_eq!((&planned.id, &planned.login), (&before.id, &before.login));
    }
}

#[test]
fn another_address_of_a_trusted_trunk_is_a_warning_that_calls_stop() {
    let request = |host: Attr<String>| {
        config(|trunk| trunk.host_request = Attr::Known(HostRequestModel { host: host.clone() }))
    };
    let requested = |status| SipTrunkModel { status: text(status), ..state(&request(text("198.51.100.40"))) };
    let digest = state(&config(|_| {}));
    let cases = [
        (
            requested("active"),
            request(text("203.0.113.21")),
            "cannot place calls until Wavix approves 203.0.113.21",
        ),
        (
            requested("active"),
            request(Attr::unknown()),
            "cannot place calls until Wavix approves the new address",
        ),
        (digest, request(text("203.0.113.21")), "with its password"),
        (requested("active"), request(text("198.51.100.40")), ""),
        (requested("active"), config(|_| {}), ""),
        (requested("pending"), request(text("203.0.113.21")), ""),
        (requested("rejected"), request(text("203.0.113.21")), ""),
    ];
    for (index, (prior, config, part)) in cases.into_iter().enumerate() {
        let warning = try_plan(&config, Some(&prior)).1.into_iter().next();
        assert_eq!(warning.is_some(), !part.is_empty(), "case {index}");
        if let Some(warning) = warning {
            assert!(warning.detail.contains(part), "{}", warning.detail);
            assert_eq!(paths([&warning]), ["host_request.host"]);
        }
    }
}

fn without_password(change: impl FnOnce(&mut SipTrunkModel)) -> SipTrunkModel {
    config(|trunk| {
        trunk.password = Attr::Null;
        change(trunk);
    })
}

#[test]
fn a_create_demands_a_password_and_takes_either_kind_or_an_unknown_one() {
    let (_, diagnostics) = try_plan(&without_password(|_| {}), None);
    assert_eq!(paths(diagnostics.iter()), ["password"]);
    for config in [
        config(|_| {}),
        without_password(|trunk| trunk.password = Attr::unknown()),
        without_password(|trunk| trunk.password_wo = Attr::unknown()),
        without_password(|trunk| trunk.password_wo = Attr::Known(Secret::new("wo"))),
    ] {
        plan(&config, None);
    }
}

#[test]
fn an_update_demands_a_password_only_where_a_request_must_carry_it() {
    let imported = SipTrunkModel { password: Attr::Null, ..state(&config(|_| {})) };
    let demands = |config: &SipTrunkModel| !try_plan(config, Some(&imported)).1.is_empty();
    assert!(!demands(&without_password(|_| {})), "nothing changes");
    assert!(!demands(&without_password(|trunk| trunk.callerid = text("+1 313 284 7320"))), "a spelling");
    assert!(!demands(&without_password(|trunk| trunk.label = Attr::unknown())), "it may stay the same");
    assert!(!demands(&config(|trunk| trunk.label = text("b"))), "there is one");
    assert!(!demands(&without_password(|trunk| {
        trunk.label = text("b");
        trunk.password_wo = Attr::Known(Secret::new("wo"));
    })));
    let timeouts = crate::framework::timeouts::Timeouts {
        create: text("1m"),
        read: Attr::Null,
        update: Attr::Null,
        delete: Attr::Null,
    };
    assert!(!demands(&without_password(|trunk| trunk.timeouts = Attr::Known(timeouts))), "not the API's");

    let changed = without_password(|trunk| trunk.label = text("b"));
    let (_, diagnostics) = try_plan(&changed, Some(&imported));
    assert_eq!(paths(diagnostics.iter()), ["password"]);
}

#[test]
fn the_want_of_a_password_tells_what_wavix_has() {
    let many: Vec<String> = (1..=13).map(|last| format!("198.51.100.{last}")).collect();
    let imported = state(&config(|trunk| {
        trunk.allowed_ips = addresses(&many.iter().map(String::as_str).collect::<Vec<_>>());
        trunk.max_channels = Attr::Known(4);
        trunk.rewrite_prefix = text("00");
        trunk.host_request = Attr::Known(HostRequestModel { host: text("198.51.100.40") });
    }));
    let imported = SipTrunkModel { password: Attr::Null, ..imported };
    let changed = without_password(|trunk| {
        trunk.label = text("b");
        trunk.max_channels = Attr::Known(5);
        trunk.rewrite_enabled = Attr::Known(false);
    });
    let (_, diagnostics) = try_plan(&changed, Some(&imported));
    let error = diagnostics.iter().next().unwrap();
    for part in [
        "293",
        "`label`: Wavix has \"office\", the configuration \"b\"",
        "`max_channels`: Wavix has 4, the configuration 5",
        "`allowed_ips`: Wavix has [\"198.51.100.1\", ",
        "and 3 more], the configuration nothing",
        "`host_request`: Wavix has { host = \"198.51.100.40\" }, the configuration nothing",
        "`rewrite_prefix`: Wavix has \"00\", the configuration nothing",
        "`rewrite_enabled`: Wavix has true, the configuration false",
        "never returns",
        "To keep the trunk unchanged, set these",
        "set `password` or `password_wo`",
    ] {
        assert!(error.detail.contains(part), "{part}: {}", error.detail);
    }
    for follows in ["`ip_restrict`", "`channels_restrict`"] {
        assert!(!error.detail.contains(follows), "{follows} is not what to write: {}", error.detail);
    }
}

#[test]
fn a_version_without_its_password_hinders_only_what_would_send_it() {
    let versioned = |version| without_password(|trunk| trunk.password_wo_version = Attr::Known(version));
    let before = state(&config(|trunk| trunk.password_wo_version = Attr::Known(1)));
    let before = SipTrunkModel { password: Attr::Null, ..before };
    assert_eq!(plan(&versioned(1), Some(&before)), before, "nothing changes");
    assert_eq!(paths(try_plan(&versioned(1), None).1.iter()), ["password"]);
    plan(&without_password(|_| {}), Some(&before));

    let says = |prior: &SipTrunkModel, version, parts: &[&str]| {
        let (_, diagnostics) = try_plan(&versioned(version), Some(prior));
        let error = diagnostics.iter().next().unwrap();
        assert_eq!(paths([error]), ["password_wo_version"]);
        for part in parts {
            assert!(error.detail.contains(part), "{part}: {}", error.detail);
        }
    };
    let versions = "`password_wo_version`: the state has 1, the configuration 2";
    says(&before, 2, &[versions, "set `password_wo_version` to 1 again", "from `ignore_changes`"]);
    let imported = SipTrunkModel { password_wo_version: Attr::Null, ..before };
    says(&imported, 2, &["the state has none", "remove `password_wo_version`"]);
}

/// `-1` in the state says that the trunk may have another password than its
/// devices.
#[test]
fn the_mark_of_an_unconfirmed_password_is_forgotten_only_when_one_is_sent() {
    let mark = Attr::Known(UNCONFIRMED_VERSION);
    let marked = SipTrunkModel { password: Attr::Null, password_wo_version: mark, ..state(&config(|_| {})) };
    for config in [
        without_password(|_| {}),
        without_password(|trunk| trunk.password_wo_version = Attr::Known(3)),
        without_password(|trunk| trunk.label = text("b")),
    ] {
        let (planned, diagnostics) = try_plan(&config, Some(&marked));
        let error = diagnostics.iter().next().expect("without a password, the mark is not to be had out");
        assert!(error.detail.contains("never confirmed"), "{}", error.detail);
        assert!(!error.detail.contains("To keep the trunk unchanged"), "{}", error.detail);
        assert!(super::super::password::needs_request(
            &marked,
            &planned,
            &super::write_only::<SipTrunk>(&config)
        ));
    }
    plan(&without_password(|trunk| trunk.password_wo = Attr::Known(Secret::new("wo"))), Some(&marked));
    plan(&config(|_| {}), Some(&marked));
}

#[test]
fn a_password_that_is_kept_by_ignoring_and_one_of_the_other_kind_are_a_conflict() {
    let before = state(&config(|_| {}));
    let both = config(|trunk| trunk.password_wo = Attr::Known(Secret::new("wo")));
    let (_, diagnostics) = try_plan(&both, Some(&before));
    let error = diagnostics.iter().next().unwrap();
    assert_eq!(paths([error]), ["password_wo"]);
    assert!(error.detail.contains("`ignore_changes`"), "{}", error.detail);
}
