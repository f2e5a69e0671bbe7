//! Resources layer: values of a SIP trunk that the API does not document, and does
//! not exclude either. The account may hold them, and what it holds is never
//! refused: they are warned of. Pure.

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::schema::Validator;
use crate::framework::validators::ipv4;
use crate::protocol::number::Number;
use crate::protocol::value::Value;

use super::caller_id;
use super::model::SipTrunkModel;
use super::rules::dial_digits;

/// A warning for each unusual value.
pub(super) fn check(config: &SipTrunkModel, diagnostics: &mut Diagnostics) {
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
