//! The limits of a SIP trunk, and the flags without which Wavix ignores them: what follows
//! from what, and what must not stand together. Unknown values trip no rule. Pure; what the
//! account allows is in `ceilings`.

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::{Attr, SetOf};
use crate::framework::path::Path;
use crate::framework::schema::Validator;
use crate::framework::validators::{characters, ipv4};
use crate::protocol::number::Number;
use crate::protocol::value::Value;

use super::model::SipTrunkModel;

/// Each flag and what it follows from.
pub(super) const DERIVED: [(&str, &[&str]); 5] = [
    ("ip_restrict", &["allowed_ips"]),
    ("call_restrict", &["call_limit"]),
    ("cost_limit", &["max_call_cost"]),
    ("channels_restrict", &["max_channels"]),
    ("rewrite_enabled", &["rewrite_prefix", "rewrite_cond"]),
];

/// Whether an argument is a limit whose flag is off.
pub(super) fn is_unenforced(trunk: &SipTrunkModel, argument: &str) -> bool {
    let flag = match argument {
        "call_limit" => &trunk.call_restrict,
        "max_call_cost" => &trunk.cost_limit,
        "max_channels" => &trunk.channels_restrict,
        "rewrite_prefix" | "rewrite_cond" => &trunk.rewrite_enabled,
        _ => return false,
    };
    *flag != Attr::Known(true)
}

/// Rules between limits and flags.
pub(super) fn check(config: &SipTrunkModel, diagnostics: &mut Diagnostics) {
    check_addresses(config, diagnostics);
    check_rewriting(config, diagnostics);
    fn of<T>(limit: &Attr<T>) -> (bool, bool) {
        (limit.is_certainly_set(), limit.is_null())
    }
    let pairs = [
        ("call_restrict", &config.call_restrict, "call_limit", of(&config.call_limit)),
        ("cost_limit", &config.cost_limit, "max_call_cost", of(&config.max_call_cost)),
        ("channels_restrict", &config.channels_restrict, "max_channels", of(&config.max_channels)),
    ];
    for (name, flag, limit, (is_set, is_missing)) in pairs {
        match flag {
            Attr::Known(false) if is_set => diagnostics.push(ignored("Unused SIP trunk limit", name, limit)),
            Attr::Known(true) if is_missing => diagnostics.push(
                Diagnostic::warning(
                    "Missing SIP trunk limit",
                    format!("Set `{limit}`, or remove `{name}`: `{name} = true` has no effect without it."),
                )
                .at(Path::root(limit)),
            ),
            _ => {}
        }
    }
}

/// A warning for each limit that the API does not document, and does not exclude
/// either.
pub(super) fn check_unusual(config: &SipTrunkModel, doubt: &mut dyn FnMut(&'static str, String)) {
    let addresses = config.allowed_ips.known().map(|set| set.0.as_slice()).unwrap_or_default();
    for address in addresses.iter().filter_map(|address| address.known()) {
        if ipv4().check(&Value::string(address)).is_err() {
            doubt(
                "allowed_ips",
                format!(
                    "{address:?} is not a single IPv4 address. The Wavix API documents no other form, so it may \
                     reject the value, or devices may not be able to register."
                ),
            );
        }
    }
    for (argument, limit) in [("call_limit", &config.call_limit), ("max_channels", &config.max_channels)] {
        if limit.known() == Some(&0) {
            doubt(argument, nothing_passes(argument));
        }
    }
    if config.max_call_cost.known() == Some(&Number::from(0)) {
        doubt("max_call_cost", nothing_passes("max_call_cost"));
    }
    for (argument, text) in
        [("rewrite_prefix", &config.rewrite_prefix), ("rewrite_cond", &config.rewrite_cond)]
    {
        let broken = text.known().and_then(|text| characters("0-9+*#").check(&Value::string(text)).err());
        if let Some(sentence) = broken {
            doubt(argument, format!("Use only digits, `+`, `*` and `#` in a dial plan. {sentence}"));
        }
    }
}

/// Plans flags and limits.
pub(super) fn refine(config: &SipTrunkModel, prior: Option<&SipTrunkModel>, planned: &mut SipTrunkModel) {
    derive_flags(config, planned);
    // None, as older states have it, is not worth a change.
    if config.allowed_ips.is_null() && prior.is_some_and(|prior| prior.allowed_ips.is_null()) {
        planned.allowed_ips = Attr::Null;
    }
}

/// Sets each flag that the configuration leaves out from its limit, so that
/// removing the limit switches it off.
pub(super) fn derive_flags(config: &SipTrunkModel, planned: &mut SipTrunkModel) {
    derive(&config.ip_restrict, &mut planned.ip_restrict, from_addresses(&config.allowed_ips));
    derive(&config.call_restrict, &mut planned.call_restrict, from_limit(&config.call_limit));
    derive(&config.cost_limit, &mut planned.cost_limit, from_limit(&config.max_call_cost));
    derive(&config.channels_restrict, &mut planned.channels_restrict, from_limit(&config.max_channels));
    derive(
        &config.rewrite_enabled,
        &mut planned.rewrite_enabled,
        from_digits(&[&config.rewrite_prefix, &config.rewrite_cond]),
    );
}

/// Sets each flag that the plan left open from the plan's own limit. Where
/// Terraform plans once more before it applies, none is open.
pub(super) fn decide_flags(plan: &mut SipTrunkModel) {
    let mut written = plan.clone();
    for flag in flags(&mut written) {
        if flag.is_unknown() {
            *flag = Attr::Null;
        }
    }
    derive_flags(&written, plan);
}

/// Takes out of a generated configuration the flags that would be derived just so.
pub(super) fn without_derived_flags(config: &mut SipTrunkModel) {
    let mut bare = config.clone();
    for flag in flags(&mut bare) {
        *flag = Attr::Null;
    }
    let mut derived = bare.clone();
    derive_flags(&bare, &mut derived);
    // Validation refuses it, since no device could register.
    let locked_out = config.ip_restrict == Attr::Known(true) && config.allowed_addresses().is_empty();
    for (written, derived) in flags(config).into_iter().zip(flags(&mut derived)) {
        if written == derived {
            *written = Attr::Null;
        }
    }
    if locked_out {
        config.ip_restrict = Attr::Null;
    }
}

/// The flags that follow from their limits.
fn flags(trunk: &mut SipTrunkModel) -> [&mut Attr<bool>; 5] {
    [
        &mut trunk.ip_restrict,
        &mut trunk.call_restrict,
        &mut trunk.cost_limit,
        &mut trunk.channels_restrict,
        &mut trunk.rewrite_enabled,
    ]
}

fn derive(configured: &Attr<bool>, planned: &mut Attr<bool>, derived: Attr<bool>) {
    if configured.is_null() {
        *planned = derived;
    }
}

fn from_limit<T>(limit: &Attr<T>) -> Attr<bool> {
    match limit {
        Attr::Null => Attr::Known(false),
        limit if limit.is_certainly_set() => Attr::Known(true),
        _ => Attr::unknown(),
    }
}

/// An unknown set that is certainly not null may still turn out empty, which
/// counts as none.
fn from_addresses(addresses: &Attr<SetOf<Attr<String>>>) -> Attr<bool> {
    match addresses {
        Attr::Null => Attr::Known(false),
        Attr::Unknown(_) => Attr::unknown(),
        Attr::Known(set) => Attr::Known(!set.0.is_empty()),
    }
}

/// One text of digits is enough; "" counts as none.
fn from_digits(texts: &[&Attr<String>]) -> Attr<bool> {
    if texts.iter().any(|text| text.known().is_some_and(|digits| !digits.is_empty())) {
        Attr::Known(true)
    } else if texts.iter().any(|text| text.is_unknown()) {
        Attr::unknown()
    } else {
        Attr::Known(false)
    }
}

fn check_addresses(config: &SipTrunkModel, diagnostics: &mut Diagnostics) {
    if config.allowed_ips.known().is_some_and(|set| set.0.iter().any(Attr::is_null)) {
        diagnostics.push(
            Diagnostic::error(
                "Invalid allowed IP addresses",
                "Remove the null address, for example with `compact`.",
            )
            .at(Path::root("allowed_ips")),
        );
    }
    let is_empty = match &config.allowed_ips {
        Attr::Null => true,
        Attr::Known(set) => set.0.is_empty(),
        Attr::Unknown(_) => false,
    };
    match config.ip_restrict {
        Attr::Known(true) if is_empty => diagnostics.push(
            Diagnostic::error(
                "Missing allowed IP addresses",
                "Add addresses to `allowed_ips`, or remove `ip_restrict`: with `ip_restrict = true` and no \
                 addresses, no device can register.",
            )
            .at(Path::root("ip_restrict")),
        ),
        Attr::Known(false) if !is_empty && config.allowed_ips.is_certainly_set() => {
            diagnostics.push(ignored("Unused allowed IP addresses", "ip_restrict", "allowed_ips"));
        }
        _ => {}
    }
}

fn check_rewriting(config: &SipTrunkModel, diagnostics: &mut Diagnostics) {
    let no_prefix = is_no_text(&config.rewrite_prefix);
    match config.rewrite_enabled {
        Attr::Known(true) if no_prefix && is_no_text(&config.rewrite_cond) => diagnostics.push(
            Diagnostic::warning(
                "Missing rewriting rules",
                "Set `rewrite_prefix` or `rewrite_cond`, or remove `rewrite_enabled`: `rewrite_enabled = true` has \
                 no effect without them.",
            )
            .at(Path::root("rewrite_enabled")),
        ),
        Attr::Known(false) if is_text(&config.rewrite_prefix) || is_text(&config.rewrite_cond) => {
            let rule = if no_prefix { "rewrite_cond" } else { "rewrite_prefix" };
            diagnostics.push(ignored("Unused rewriting rules", "rewrite_enabled", rule));
        }
        _ => {}
    }
}

fn ignored(summary: &str, flag: &str, limit: &str) -> Diagnostic {
    Diagnostic::warning(
        summary,
        format!(
            "Remove `{flag}` to enable `{limit}`: with `{flag} = false`, Wavix stores the value but ignores it."
        ),
    )
    .at(Path::root(limit))
}

/// True when it is certain that there is a text, which "" is not to the API.
fn is_text(text: &Attr<String>) -> bool {
    text.known().is_some_and(|text| !text.is_empty())
}

/// True when it is certain that there is no text.
fn is_no_text(text: &Attr<String>) -> bool {
    !is_text(text) && !text.is_unknown()
}

fn nothing_passes(argument: &str) -> String {
    format!(
        "Avoid the value 0 for `{argument}`: the Wavix API does not document whether it allows no calls or sets \
             no limit."
    )
}
