//! Resources layer: what users are told of phone numbers. Summaries of warnings are
//! constant: Terraform folds equal ones into one.

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::lifecycle::noun::Verb;
use crate::lifecycle::record::Record;
use crate::lifecycle::verify::shown;
use crate::protocol::value::Value;

use super::PhoneNumber;
use super::destinations::DESTINATIONS;
use super::object::{NOUN, PhoneNumberModel, URLS};
use super::places::in_words;
use super::schema::{ON_DESTROY, RELEASE};

fn about_the_number(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.at(Path::root("number"))
}

fn warning(summary: &str, detail: String) -> Diagnostic {
    Diagnostic::warning(summary, detail)
}

/// What it costs, as a clause.
fn cost(state: &PhoneNumberModel) -> String {
    state
        .monthly_fee
        .known()
        .map_or_else(String::new, |fee| format!(" It costs {} USD a month.", fee.meant()))
}

/// Where it rings, as a clause.
fn routing(state: &PhoneNumberModel) -> String {
    use crate::framework::object::Mapped;

    let list = state.routes().clone().into_value();
    match &list {
        Value::List(items) if !items.is_empty() => format!(" Its calls ring at {}.", in_words(&list)),
        _ => String::new(),
    }
}

/// The account does not have the number.
pub(super) fn not_owned(verb: Verb, number: &str) -> Diagnostic {
    about_the_number(Diagnostic::error(
        NOUN.summary(verb),
        format!(
            "The account does not own the number +{number}. Nothing was changed.\n\nCorrect `number`, or buy it in the Wavix \
             portal. If the account owns it, check that `api_key` belongs to that account."
        ),
    ))
}

/// The same of a number that something else may yet bring about.
pub(super) fn not_owned_yet(number: &str) -> Diagnostic {
    about_the_number(warning(
        "Phone number is not owned",
        format!(
            "The account does not own the number +{number} now. Unless it does by then, the apply fails."
        ),
    ))
}

/// Two resources have one number, or say where it rings.
pub(super) fn twice(number: &str) -> Diagnostic {
    about_the_number(Diagnostic::error(
        "Phone number is managed twice",
        format!(
            "Another resource of this configuration manages the number +{number} already, or its `destinations`. Nothing was \
             changed.\n\nRemove one of the two; `terraform state rm` takes one out of the state and leaves the number alone. \
             Beside a `wavix_phone_number_routing` of the same number, a `wavix_phone_number` has no `destinations`."
        ),
    ))
}

/// A run destroys and makes the same number.
pub(super) fn recreated(number: &str, on_destroy: &str) -> Diagnostic {
    let happens = "is taken out of the state and adopted anew in one run: its resource is tainted, replaced, or was renamed.";
    about_the_number(if on_destroy == RELEASE {
        Diagnostic::error(
            "Phone number would be released and taken again",
            format!(
                "The number +{number} {happens} Its `on_destroy` is `{RELEASE}`, and a number that is released may be gone for \
                 good. Nothing was changed.\n\nUse `terraform untaint`, or a `moved` block for the new name, or apply \
                 `on_destroy = \"keep\"` before."
            ),
        )
    } else {
        warning(
            "Phone number is adopted anew",
            format!("The number +{number} {happens} A `moved` block or `terraform untaint` spares that."),
        )
    })
}

/// A destroy that leaves it alone.
pub(super) fn stays(state: &PhoneNumberModel) -> Diagnostic {
    let number = state.digits().unwrap_or_default();
    about_the_number(warning(
        "Phone number stays in the account",
        format!(
            "`on_destroy` is `keep`: the number +{number} stays as it is.{}{}",
            cost(state),
            routing(state)
        ),
    ))
}

/// A destroy that gives it back.
pub(super) fn is_released(state: &PhoneNumberModel) -> Diagnostic {
    let number = state.digits().unwrap_or_default();
    about_the_number(warning(
        "Phone number is released",
        format!(
            "`on_destroy` is `{RELEASE}`: the number +{number} returns to Wavix' stock. Getting it back is not guaranteed, and \
             its fees are not refunded as far as documented.{}{}",
            cost(state),
            routing(state)
        ),
    ))
}

/// A number that is released while trunks present it.
pub(super) fn is_presented(number: &str, trunks: &str) -> Diagnostic {
    about_the_number(warning(
        "Released phone number is a caller ID",
        format!("The number +{number} is released, and calls from these SIP trunks present it: {trunks}."),
    ))
}

/// It was released, and is listed still.
pub(super) fn still_owned(number: &str, why: &str) -> Diagnostics {
    Diagnostic::error(
        NOUN.summary(Verb::Delete),
        format!(
            "Whether the number +{number} is released is not certain; it stays in the state.\n\nWavix acknowledged the \
             request. {why}\n\nTry again. If it goes on, look at the number in the Wavix portal."
        ),
    )
    .into()
}

/// A plan replaces where it rings.
pub(super) fn rerouted(number: &str, now: &Value) -> Diagnostic {
    warning(
        "Phone number is routed already",
        format!("Calls to +{number} ring at {} now. This apply replaces that.", in_words(now)),
    )
    .at(Path::root(DESTINATIONS))
}

/// The number does not work yet.
pub(super) fn inactive(number: &str, found: &Record<PhoneNumber>) -> Diagnostic {
    let documents = match found.told("require_docs") {
        Some(Value::List(kinds)) if !kinds.is_empty() => {
            let kinds: Vec<String> = kinds.iter().map(shown).collect();
            format!(" Wavix wants documents of these kinds: {}.", kinds.join(", "))
        }
        _ => String::new(),
    };
    about_the_number(warning(
        "Phone number is inactive",
        format!("No call arrives at +{number} until it is active.{documents}"),
    ))
}

/// SMS where there may be none.
pub(super) fn sms_elsewhere(country: &str) -> Diagnostic {
    warning(
        "SMS may not be available",
        format!("Wavix offers SMS for numbers of the United States and Canada. This one is of {country:?}, so the apply may fail."),
    )
    .at(Path::root("sms_enabled"))
}

/// A URL for SMS, and no SMS.
pub(super) fn relay_without_sms() -> Diagnostic {
    Diagnostic::error(
        "SMS relay without SMS",
        "`sms_relay_url` needs a number that receives SMS, and this one does not. Set `sms_enabled = true`, or \
         `sms_relay_url = \"\"`.",
    )
    .at(Path::root(URLS[0]))
}

/// A URL that is read by others on the way.
pub(super) fn without_tls(url: &'static str) -> Diagnostic {
    warning(
        "Webhook without TLS",
        "Wavix sends what it reports to this URL in plain text, phone numbers included. Use `https`."
            .to_owned(),
    )
    .at(Path::root(url))
}

/// A release of which nothing could be checked.
pub(super) fn released_unseen() -> Diagnostic {
    Diagnostic::error(
        "Cannot release a number that is not known yet",
        "`number` is known only after the apply, and `on_destroy` is `release`. Write the number out, or set `on_destroy` to \
         `keep` or `unroute`.",
    )
    .at(Path::root(ON_DESTROY))
}

/// A trunk that is not there.
pub(super) fn no_trunk(path: Path, id: &str) -> Diagnostic {
    Diagnostic::error(
        "No such SIP trunk",
        format!(
            "The account has no SIP trunk with the id {id}. Correct `sip_trunk_id`: it is the `id` of a `wavix_sip_trunk`, not \
             its login."
        ),
    )
    .at(path)
}

/// Destinations of a kind that this provider does not know.
pub(super) fn unknown_kinds(number: &str, texts: &[String]) -> Diagnostic {
    warning(
        "Destination of an unknown kind",
        format!(
            "The number +{number} has destinations of a kind that this provider does not know, shown as `sip_uri`: {}. They \
             are never written back: replace them, or leave `destinations` out.",
            texts.join(", ")
        ),
    )
    .at(Path::root(DESTINATIONS))
}

/// The same, where they would be written back.
pub(super) fn not_written_back(texts: &[String]) -> Diagnostic {
    Diagnostic::error(
        NOUN.summary(Verb::Update),
        format!(
            "`destinations` still holds what Wavix lists as a kind of destination that this provider does not know, and that \
             it would write as a SIP URI: {}. Nothing was changed.\n\nReplace it, or leave `destinations` out and route the \
             number in the Wavix portal.",
            texts.join(", ")
        ),
    )
    .at(Path::root(DESTINATIONS))
}

/// A trunk that an answer tells by a login that nobody knows.
pub(super) fn trunk_without_id(number: &str) -> Diagnostic {
    warning(
        "SIP trunk without an id",
        format!("A destination of +{number} is a SIP trunk of which Wavix tells the login only: `sip_trunk_id` is null."),
    )
    .at(Path::root(DESTINATIONS))
}

/// An import of a number and a record id that are written the same.
pub(super) fn ambiguous_import(text: &str) -> Diagnostic {
    about_the_number(Diagnostic::error(
        "Cannot import phone number",
        format!(
            "The account has the number +{text}, and another number with the record id {text}. Nothing was imported.\n\nWrite \
             `+{text}` for the number; import the other by its number too."
        ),
    ))
}

/// An import of what the account does not have.
pub(super) fn not_imported(what: &str) -> Diagnostic {
    about_the_number(Diagnostic::error(
        "Cannot import phone number",
        format!(
            "The account owns no number {what}. Nothing was imported.\n\nA number is imported by `+` and its digits, or by its \
             record id. Check that `api_key` belongs to the account that owns it."
        ),
    ))
}

/// What a failed create leaves behind.
pub(super) const TAINTED: &str = "Terraform marks the resource as tainted, and the next apply adopts the number anew; it is \
    never released for that. `terraform untaint` with the resource's address spares it.";
