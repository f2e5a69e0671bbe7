//! Resources layer: which trunks of the account are meant. The arguments that
//! the data source `wavix_sip_trunks` and the list `wavix_sip_trunk` share.

use regex_lite::Regex;

use crate::framework::diagnostics::Diagnostic;
use crate::framework::object::Attr;
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Validator};
use crate::framework::validators;
use crate::protocol::value::Value;

use super::super::label::composed;
use super::endpoints::SipTrunkSummary;
use super::model::ACTIVE;

/// What the API documents for `status`.
const STATUSES: [&str; 3] = [ACTIVE, "pending", "rejected"];

/// The arguments.
pub(super) fn arguments() -> Vec<Attribute> {
    vec![
        Attribute::string("label_regex").validate(RegularExpression).describe(
            "Only trunks of which this regular expression matches a part of the label. Anchor it with `^` and `$` to \
             match the whole label. Without look-around and back-references, as in Terraform's own `regex` function; \
             `\\w`, `\\d` and `(?i)` know ASCII only.",
        ),
        // A misspelt status would match nothing, for ever and without a word.
        Attribute::string("status").validate(validators::one_of(&STATUSES)).describe(format!(
            "Only trunks with this status: {}.",
            STATUSES.map(|status| format!("`{status}`")).join(", ")
        )),
    ]
}

/// The arguments, ready for use.
#[derive(Debug)]
pub(super) struct SipTrunkFilter {
    label: Option<Regex>,
    status: Option<String>,
}

impl SipTrunkFilter {
    /// # Errors
    /// The text is no regular expression. Validation has refused it, except
    /// where it was not known then.
    pub(super) fn new(label_regex: &Attr<String>, status: &Attr<String>) -> Result<Self, Diagnostic> {
        let label = label_regex.known().map(|text| compile(text)).transpose().map_err(|problem| {
            Diagnostic::error("Invalid label_regex", problem).at(Path::root("label_regex"))
        })?;
        Ok(Self { label, status: status.known().cloned() })
    }

    pub(super) fn matches(&self, trunk: &SipTrunkSummary) -> bool {
        let label = self.label.as_ref().is_none_or(|pattern| {
            trunk.label.as_ref().is_some_and(|label| pattern.is_match(&composed(label)))
        });
        label && self.status.as_ref().is_none_or(|status| trunk.status.as_ref() == Some(status))
    }
}

/// The expression, or what is wrong with it as a sentence.
fn compile(text: &str) -> Result<Regex, String> {
    Regex::new(&composed(text)).map_err(|problem| format!("{text:?} is not a regular expression: {problem}."))
}

struct RegularExpression;

impl Validator for RegularExpression {
    fn rule(&self) -> String {
        "must be a regular expression".to_owned()
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        value.as_str().map_or(Ok(()), |text| compile(text).map(drop))
    }
}
