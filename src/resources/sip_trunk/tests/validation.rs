//! Every bad input is refused at the argument it stands in, before anything is
//! sent.

use crate::client::Secret;
use crate::framework::diagnostics::{Diagnostics, Severity};
use crate::framework::object::{Attr, Mapped, SetOf};
use crate::framework::resource::Resource;
use crate::framework::timeouts::Timeouts;
use crate::framework::validation::{self, WriteOnly};
use crate::protocol::value::Value;

use super::super::model::HostRequestModel;
use super::super::{SipTrunk, SipTrunkModel};
use super::{addresses, config, everything, text};

/// The paths of all errors and of all warnings, as the framework collects them.
fn judge(config: &SipTrunkModel) -> (Vec<String>, Vec<String>) {
    let object = config.clone().into_value();
    let mut diagnostics =
        validation::check(&SipTrunk.schema(), "wavix_sip_trunk", &object, WriteOnly::Understood);
    SipTrunk.validate(config, &mut diagnostics);
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    for diagnostic in diagnostics {
        let path = diagnostic.path.as_ref().map(ToString::to_string).unwrap_or_default();
        match diagnostic.severity {
            Severity::Error => errors.push(path),
            Severity::Warning => warnings.push(path),
        }
    }
    (errors, warnings)
}

/// What Terraform makes of `0.15 * 1.2`.
const PRODUCT: &str = "0.1800000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
                       0000000000000000000000000000000000000000000000000000002";

type Change = fn(&mut SipTrunkModel);

#[test]
fn a_calculated_cost_is_taken_and_one_with_many_decimals_is_told_to_be_rounded() {
    let check = |cost: &str| {
        let config = config(|trunk| trunk.max_call_cost = Attr::Known(cost.parse().unwrap()));
        validation::check(&SipTrunk.schema(), "wavix_sip_trunk", &config.into_value(), WriteOnly::Understood)
    };
    let third = format!("0.{}", "3".repeat(154));
    for cost in [third.as_str(), "0.18000000000000001"] {
        let told = format!("{:?}", check(cost));
        assert!(told.contains("at most 10 digits") && told.contains("tonumber(format("), "{told}");
        assert!(!told.contains(cost), "{told}");
    }
    for cost in ["0.18", "0.18000000000000", "9999999999.9999999999", PRODUCT] {
        assert!(check(cost).is_empty(), "{cost}");
    }
}

#[test]
fn every_bad_input_is_an_error_at_its_argument() {
    let cases: [(&str, Change); 30] = [
        ("callerid", |t| t.callerid = text("0313284732")),
        ("callerid", |t| t.callerid = text("00 0313284732")),
        ("callerid", |t| t.callerid = text("00442079460018")),
        ("callerid", |t| t.callerid = text("+")),
        ("callerid", |t| t.callerid = text("not a number")),
        ("password", |t| t.password = Attr::Known(Secret::new(""))),
        ("password", |t| t.password_wo = Attr::Known(Secret::new("second"))),
        ("password_wo", |t| {
            t.password = Attr::Null;
            t.password_wo = Attr::Known(Secret::new(""));
        }),
        ("password_wo_version", |t| t.password_wo_version = Attr::Known(1)),
        ("ip_restrict", |t| t.ip_restrict = Attr::Known(true)),
        ("ip_restrict", |t| {
            t.ip_restrict = Attr::Known(true);
            t.allowed_ips = addresses(&[]);
        }),
        ("allowed_ips[*]", |t| t.allowed_ips = addresses(&["198.51.100"])),
        ("allowed_ips[*]", |t| t.allowed_ips = addresses(&["198.51.100.256"])),
        ("allowed_ips[*]", |t| t.allowed_ips = addresses(&["198.51.100.007"])),
        ("allowed_ips[*]", |t| t.allowed_ips = addresses(&[" 198.51.100.7"])),
        ("allowed_ips[*]", |t| t.allowed_ips = addresses(&["sip.example.com"])),
        ("allowed_ips[*]", |t| t.allowed_ips = addresses(&[""])),
        ("allowed_ips", |t| t.allowed_ips = Attr::Known(SetOf(vec![Attr::Null]))),
        ("call_limit", |t| t.call_limit = Attr::Known(-1)),
        ("call_limit", |t| t.call_limit = Attr::Known(i64::from(i32::MAX) + 1)),
        ("max_channels", |t| t.max_channels = Attr::Known(-4)),
        ("max_call_cost", |t| t.max_call_cost = Attr::Known("-0.18".parse().unwrap())),
        ("max_call_cost", |t| t.max_call_cost = Attr::Known("0.18000000000000001".parse().unwrap())),
        ("max_call_cost", |t| t.max_call_cost = Attr::Known("0.00000000001".parse().unwrap())),
        ("max_call_cost", |t| t.max_call_cost = Attr::Known("10000000000".parse().unwrap())),
        ("transcription_threshold", |t| t.transcription_threshold = Attr::Known(-1)),
        ("host_request.host", |t| {
            t.host_request = Attr::Known(HostRequestModel { host: text("sip.example.com") });
        }),
        ("host_request.host", |t| {
            t.host_request = Attr::Known(HostRequestModel { host: text("198.51.100.0/24") });
        }),
        ("timeouts.create", |t| t.timeouts = timeouts("soon")),
        ("timeouts.create", |t| t.timeouts = timeouts("-1m")),
    ];
    for (index, (path, change)) in cases.into_iter().enumerate() {
        assert_eq!(judge(&config(change)).0, [path], "case {index}");
    }
}

fn timeouts(create: &str) -> Attr<Timeouts> {
    Attr::Known(Timeouts { create: text(create), read: Attr::Null, update: Attr::Null, delete: Attr::Null })
}

/// A fraction cannot be mapped to the model, so the rule has to catch it before.
#[test]
fn what_is_no_whole_number_of_the_apis_size_is_refused_by_the_attribute_alone() {
    let schema = SipTrunk.schema();
    for (name, wrong) in [
        ("call_limit", "1.5"),
        ("call_limit", "1e30"),
        ("max_channels", "0.5"),
        ("transcription_threshold", "6.5"),
        ("password_wo_version", "1.5"),
        ("password_wo_version", "-1"),
    ] {
        let rules = &schema.attribute(name).unwrap().validators;
        let number = Value::Number(wrong.parse().unwrap());
        let broken: Vec<String> = rules.iter().filter_map(|rule| rule.check(&number).err()).collect();
        assert_eq!(broken.len(), 1, "{name} = {wrong}");
        assert!(broken[0].contains("whole number"), "{}", broken[0]);
    }
}

#[test]
fn good_input_is_neither_refused_nor_doubted() {
    let cases: [Change; 13] = [
        |_| {},
        |t| t.callerid = text("+1 (313) 284-7320"),
        |t| {
            t.callerid = Attr::Null;
            t.multiple_numbers = Attr::Known(true);
        },
        |t| t.multiple_numbers = Attr::Known(true),
        |t| {
            t.password = Attr::Null;
            t.password_wo = Attr::Known(Secret::new("wo"));
            t.password_wo_version = Attr::Known(0);
        },
        // Needed only for some plans.
        |t| t.password = Attr::Null,
        |t| {
            t.password = Attr::Null;
            t.password_wo_version = Attr::Known(1);
        },
        |t| t.allowed_ips = addresses(&[]),
        |t| t.rewrite_prefix = text("*#+0049"),
        |t| t.transcription_threshold = Attr::Known(0),
        |t| {
            t.ip_restrict = Attr::Known(false);
            t.allowed_ips = Attr::Null;
        },
        |t| t.call_restrict = Attr::Known(false),
        |t| t.timeouts = timeouts("1m30s"),
    ];
    for (index, change) in cases.into_iter().enumerate() {
        assert_eq!(judge(&config(change)), (Vec::new(), Vec::new()), "case {index}");
    }
    assert_eq!(judge(&everything()), (Vec::new(), Vec::new()));
}

/// The API documents them as little as it forbids them, so an account may hold them.
#[test]
fn what_the_api_does_not_forbid_is_warned_of_and_never_refused() {
    let cases: [(&str, Change); 14] = [
        ("label", |t| t.label = text("")),
        ("label", |t| t.label = text("\u{2003}")),
        ("callerid", |t| t.callerid = text("911")),
        ("callerid", |t| t.callerid = text("1234567890123456")),
        ("allowed_ips", |t| t.allowed_ips = addresses(&["192.0.2.1", "198.51.100.0/24"])),
        ("allowed_ips", |t| t.allowed_ips = addresses(&["2001:db8::1"])),
        ("allowed_ips", |t| t.allowed_ips = addresses(&["::ffff:192.0.2.1"])),
        ("call_limit", |t| t.call_limit = Attr::Known(0)),
        ("max_channels", |t| t.max_channels = Attr::Known(0)),
        ("max_call_cost", |t| t.max_call_cost = Attr::Known("0.000".parse().unwrap())),
        ("rewrite_prefix", |t| t.rewrite_prefix = text("+49 30")),
        ("rewrite_prefix", |t| t.rewrite_prefix = text("abc")),
        ("rewrite_cond", |t| t.rewrite_cond = text("0-1")),
        ("rewrite_cond", |t| t.rewrite_cond = text("١")),
    ];
    for (index, (path, change)) in cases.into_iter().enumerate() {
        let (errors, warnings) = judge(&config(change));
        assert!(
            errors.is_empty() && warnings.iter().any(|warning| warning == path),
            "case {index}: {errors:?}"
        );
    }
}

/// Whether one is missing depends on what the trunk has.
#[test]
fn no_caller_id_is_no_matter_of_validation() {
    let cases: [Change; 2] = [|t| t.callerid = Attr::Null, |t| t.callerid = text("")];
    for change in cases {
        assert_eq!(judge(&config(change)), (Vec::new(), Vec::new()));
    }
}

#[test]
fn unknown_values_trip_no_rule() {
    let cases: [Change; 9] = [
        |t| t.callerid = Attr::unknown(),
        |t| {
            t.callerid = Attr::Null;
            t.multiple_numbers = Attr::unknown();
        },
        |t| t.password_wo = Attr::unknown(),
        |t| {
            t.password = Attr::unknown();
            t.password_wo = Attr::Known(Secret::new("wo"));
        },
        |t| {
            t.password_wo = Attr::unknown();
            t.password_wo_version = Attr::Known(1);
        },
        |t| {
            t.ip_restrict = Attr::Known(true);
            t.allowed_ips = Attr::unknown();
        },
        |t| {
            t.ip_restrict = Attr::unknown();
            t.allowed_ips = addresses(&[]);
        },
        |t| t.allowed_ips = Attr::Known(SetOf(vec![Attr::unknown(), text("192.0.2.1")])),
        |t| {
            t.call_restrict = Attr::Known(false);
            t.call_limit = Attr::unknown();
            t.cost_limit = Attr::Known(true);
            t.max_call_cost = Attr::unknown();
            t.rewrite_enabled = Attr::Known(true);
            t.rewrite_cond = Attr::unknown();
        },
    ];
    for (index, change) in cases.into_iter().enumerate() {
        assert_eq!(judge(&config(change)), (Vec::new(), Vec::new()), "case {index}");
    }
}

#[test]
fn a_flag_that_contradicts_its_limit_is_a_warning_at_the_limit() {
    let cases: [(&str, Change); 9] = [
        ("call_limit", |t| {
            t.call_restrict = Attr::Known(false);
            t.call_limit = Attr::Known(60);
        }),
        ("max_call_cost", |t| {
            t.cost_limit = Attr::Known(false);
            t.max_call_cost = Attr::Known(1.into());
        }),
        ("max_channels", |t| {
            t.channels_restrict = Attr::Known(false);
            t.max_channels = Attr::Known(1);
        }),
        ("rewrite_prefix", |t| {
            t.rewrite_enabled = Attr::Known(false);
            t.rewrite_prefix = text("00");
        }),
        ("rewrite_cond", |t| {
            t.rewrite_enabled = Attr::Known(false);
            t.rewrite_cond = text("00");
        }),
        ("allowed_ips", |t| {
            t.ip_restrict = Attr::Known(false);
            t.allowed_ips = addresses(&["192.0.2.1"]);
        }),
        ("call_limit", |t| t.call_restrict = Attr::Known(true)),
        ("max_call_cost", |t| t.cost_limit = Attr::Known(true)),
        ("max_channels", |t| t.channels_restrict = Attr::Known(true)),
    ];
    for (index, (path, change)) in cases.into_iter().enumerate() {
        assert_eq!(judge(&config(change)), (Vec::new(), vec![path.to_owned()]), "case {index}");
    }
}

/// Terraform shows one of the warnings with the same summary, and counts the others.
#[test]
fn a_warning_says_in_its_summary_which_trunk_it_is_about() {
    let mut summaries = Vec::new();
    for label in ["office", "branch"] {
        let mut diagnostics = Diagnostics::new();
        let config = config(|trunk| {
            trunk.label = text(label);
            trunk.call_restrict = Attr::Known(true);
        });
        SipTrunk.validate(&config, &mut diagnostics);
        summaries.extend(diagnostics.iter().map(|warning| warning.summary.to_string()));
    }
    assert_eq!(summaries, ["Missing SIP trunk limit of \"office\"", "Missing SIP trunk limit of \"branch\""]);
}

#[test]
fn blanks_at_the_ends_of_a_label_are_warned_of() {
    for label in [" office", "office\n"] {
        assert_eq!(judge(&config(|trunk| trunk.label = text(label))), (Vec::new(), vec!["label".to_owned()]));
    }
    assert_eq!(judge(&config(|trunk| trunk.label = text("front  office"))), (Vec::new(), Vec::new()));
}

#[test]
fn what_is_no_limit_is_called_none() {
    let cases: [(&str, Change); 4] = [
        ("Missing rewriting rules", |t| t.rewrite_enabled = Attr::Known(true)),
        ("Unused rewriting rules", |t| {
            t.rewrite_enabled = Attr::Known(false);
            t.rewrite_prefix = text("00");
        }),
        ("Unused allowed IP addresses", |t| {
            t.ip_restrict = Attr::Known(false);
            t.allowed_ips = addresses(&["192.0.2.1"]);
        }),
        ("Unused SIP trunk limit", |t| {
            t.call_restrict = Attr::Known(false);
            t.call_limit = Attr::Known(60);
        }),
    ];
    for (summary, change) in cases {
        let mut diagnostics = Diagnostics::new();
        SipTrunk.validate(&config(change), &mut diagnostics);
        let found: Vec<&str> = diagnostics.iter().map(|warning| warning.summary.as_ref()).collect();
        assert_eq!(found, [format!("{summary} of \"office\"")]);
    }
    let alone = |rule: Change| {
        judge(&config(|t| {
            t.rewrite_enabled = Attr::Known(true);
            rule(t)
        }))
    };
    assert_eq!(alone(|t| t.rewrite_prefix = text("00")), (Vec::new(), Vec::new()));
    assert_eq!(alone(|t| t.rewrite_cond = text("00")), (Vec::new(), Vec::new()));
    assert_eq!(alone(|_| {}), (Vec::new(), vec!["rewrite_enabled".to_owned()]));
}

#[test]
fn a_rule_about_a_password_never_repeats_it() {
    for name in ["password", "password_wo"] {
        let schema = SipTrunk.schema();
        let says = |text: &str| -> String {
            let rules = &schema.attribute(name).unwrap().validators;
            rules.iter().filter_map(|rule| rule.check(&Value::string(text)).err()).collect()
        };
        assert_eq!(says(""), "The value must not be empty.");
        for broken in ["s3cret-PASSWORD\r\n", "s3cret-PASSWORD\n", "s3cret\0PASSWORD"] {
            let text = says(broken);
            assert!(text.contains("line break") && !text.contains("s3cret"), "{text}");
        }
        assert_eq!(says("a good p\u{e4}ssword"), "");
    }
    let mut diagnostics = Diagnostics::new();
    let both = config(|trunk| trunk.password_wo = Attr::Known(Secret::new("second-PASSWORD")));
    SipTrunk.validate(&both, &mut diagnostics);
    let shown = format!("{diagnostics:?}");
    assert!(!shown.contains("second-PASSWORD") && !shown.contains(super::PASSWORD), "{shown}");
}
