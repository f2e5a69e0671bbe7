//! Resources layer: rules between the arguments of a SIP trunk. Unknown values
//! trip no rule. Pure; rules for single values are in `rules`.

use crate::framework::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::framework::object::Attr;
use crate::framework::path::Path;
use crate::framework::schema::Validator;
use crate::framework::validators::ipv4;
use crate::protocol::number::Number;
use crate::protocol::value::Value;

use super::caller_id;
use super::model::SipTrunkModel;
use super::rules::dial_digits;

/// Checks a configuration as a whole.
pub(super) fn check(config: &SipTrunkModel, diagnostics: &mut Diagnostics) {
    let mut found = Diagnostics::new();
    check_all(config, &mut found);
    // Terraform shows only the first of the warnings with one summary.
    diagnostics.extend(found.into_iter().map(|mut diagnostic| {
        if let Some(label) = config.label.known().filter(|_| diagnostic.severity == Severity::Warning) {
            diagnostic.summary.push_str(&format!(" of {label:?}"));
        }
        diagnostic
    }));
}

fn check_all(config: &SipTrunkModel, diagnostics: &mut Diagnostics) {
    check_label(config, diagnostics);
    check_password(config, diagnostics);
    check_addresses(config, diagnostics);
    check_rewriting(config, diagnostics);
    check_unusual(config, diagnostics);
    for pair in [
        FlagAndLimit {
            flag: ("call_restrict", &config.call_restrict),
            limit: "call_limit",
            is_set: config.call_limit.is_certainly_set(),
            is_missing: config.call_limit.is_null(),
        },
        FlagAndLimit {
            flag: ("cost_limit", &config.cost_limit),
            limit: "max_call_cost",
            is_set: config.max_call_cost.is_certainly_set(),
            is_missing: config.max_call_cost.is_null(),
        },
        FlagAndLimit {
            flag: ("channels_restrict", &config.channels_restrict),
            limit: "max_channels",
            is_set: config.max_channels.is_certainly_set(),
            is_missing: config.max_channels.is_null(),
        },
    ] {
        pair.check(diagnostics);
    }
}

fn check_password(config: &SipTrunkModel, diagnostics: &mut Diagnostics) {
    if config.password.known().is_some() && config.password_wo.known().is_some() {
        diagnostics.push(
            Diagnostic::error(
                "Conflicting SIP trunk passwords",
                "Both `password` and `password_wo` are set; a trunk has one password. Remove one of them: \
                 `password_wo` is kept out of the state.",
            )
            .at(Path::root("password")),
        );
    }
    // Without any password a plan that sends none is fine: see `plan`.
    let version_alone = config.password_wo_version.known().is_some() && config.password_wo.is_null();
    if version_alone && config.password.known().is_some() {
        diagnostics.push(
            Diagnostic::error(
                "Unused SIP trunk password version",
                "`password_wo_version` says when `password_wo` is to be sent again, and `password` is set \
                 instead. Set `password_wo`, or remove `password_wo_version`; a changed `password` is noticed \
                 without a version.",
            )
            .at(Path::root("password_wo_version")),
        );
    }
}

/// Blanks at the ends of a label are easily lost, at Wavix and by people.
fn check_label(config: &SipTrunkModel, diagnostics: &mut Diagnostics) {
    if config.label.known().is_some_and(|label| !label.trim().is_empty() && label.trim() != label.as_str()) {
        diagnostics.push(
            Diagnostic::warning(
                "Blanks at the ends of the label",
                "Wavix may store the label without them, and a trunk that is looked for by its label is then not found. \
                 Remove them, for example with `trimspace`.",
            )
            .at(Path::root("label")),
        );
    }
}

fn check_addresses(config: &SipTrunkModel, diagnostics: &mut Diagnostics) {
    if config.allowed_ips.known().is_some_and(|set| set.0.iter().any(Attr::is_null)) {
        diagnostics.push(
            Diagnostic::error(
                "Invalid allowed IP addresses",
                "An address is null. Remove it, for example with `compact`.",
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
                "`ip_restrict = true` lets devices register only from the addresses in `allowed_ips`, and \
                 there are none, so that no device could register. List them, or remove `ip_restrict`.",
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
                "`rewrite_enabled = true` rewrites nothing while neither `rewrite_prefix` nor `rewrite_cond` is \
                 set. Set one of them, or remove `rewrite_enabled`, which then follows from them.",
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

/// A limit and the flag without which it is ignored.
struct FlagAndLimit<'a> {
    flag: (&'static str, &'a Attr<bool>),
    limit: &'static str,
    is_set: bool,
    is_missing: bool,
}

impl FlagAndLimit<'_> {
    fn check(&self, diagnostics: &mut Diagnostics) {
        let (name, flag) = self.flag;
        match flag {
            Attr::Known(false) if self.is_set => {
                diagnostics.push(ignored("Unused SIP trunk limit", name, self.limit))
            }
            Attr::Known(true) if self.is_missing => diagnostics.push(
                Diagnostic::warning(
                    "Missing SIP trunk limit",
                    format!(
                        "`{name} = true` has nothing to enforce while `{}` is not set. Set it, or remove \
                         `{name}`, which then follows from it.",
                        self.limit
                    ),
                )
                .at(Path::root(self.limit)),
            ),
            _ => {}
        }
    }
}

fn ignored(summary: &str, flag: &str, limit: &str) -> Diagnostic {
    Diagnostic::warning(
        summary,
        format!(
            "`{limit}` is set, but `{flag} = false` switches it off: Wavix keeps the value and ignores it. \
             Remove `{flag}` to switch it on."
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

/// A warning for each value that the API does not document, and does not exclude
/// either. The account may hold them, and what it holds is never refused.
fn check_unusual(config: &SipTrunkModel, diagnostics: &mut Diagnostics) {
    let mut doubt = |argument: &'static str, detail: String| {
        let warning = Diagnostic::warning(format!("Unusual {argument}"), detail);
        diagnostics.push(warning.at(Path::root(argument)));
    };
    if config.label.known().is_some_and(|label| label.trim().is_empty()) {
        doubt(
            "label",
            "The label is blank: nobody can tell the trunk by it, and Wavix may refuse it.".to_owned(),
        );
    }
    if let Some(clause) = config.callerid.known().and_then(|text| caller_id::unusual(text)) {
        doubt(
            "callerid",
            format!("The number {clause}. Wavix accepts active and verified numbers of the account only."),
        );
    }
    let addresses = config.allowed_ips.known().map(|set| set.0.as_slice()).unwrap_or_default();
    for address in addresses.iter().filter_map(|address| address.known()) {
        if ipv4().check(&Value::string(address)).is_err() {
            doubt(
                "allowed_ips",
                format!(
                    "{address:?} is no single IPv4 address, and the Wavix API documents no other: it may refuse it, or \
                     not let the devices register."
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
        let broken = text.known().and_then(|text| dial_digits().check(&Value::string(text)).err());
        if let Some(sentence) = broken {
            doubt(argument, format!("A dial plan consists of digits, `+`, `*` and `#`. {sentence}"));
        }
    }
}

fn nothing_passes(argument: &str) -> String {
    format!("`{argument}` is 0, which lets no call pass, or is no limit: the Wavix API does not say which.")
}
