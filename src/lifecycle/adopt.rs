//! Taking over the object of a create whose answer was lost, and what the user is told
//! about it. Whether there is one is decided in `reconcile`.

use std::time::SystemTime;

use crate::client::{self, CallOptions};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::resource::{Call, Outcome};

use super::claims::Lost;
use super::context::Context;
use super::noun::{Verb, capitalized};
use super::object::RemoteObject;
use super::reconcile::{self, NotFound, Others, Sought};
use super::record::Record;
use super::shown_once;

/// What the log says of a create that is cut off before it is answered.
#[must_use]
pub fn requested<T: RemoteObject>(call: &Call<'_, Context>, sought: &Sought<'_, T>) -> String {
    let now = call.ctx.client().server_now().unwrap_or_else(SystemTime::now);
    format!(
        "{} with the label {:?}, requested after {}; the response is unknown, so check whether it exists before you \
         apply again",
        T::NOUN.name,
        sought.label(),
        httpdate::fmt_http_date(now)
    )
}

/// What the log says of a create that is cut off after it was answered.
#[must_use]
pub fn created<T: RemoteObject>(key: &str) -> String {
    format!("{} {key} exists; import it with `terraform import` if it is not in the state", T::NOUN.name)
}

/// The object that a request with a lost answer has made, saved.
///
/// # Errors
/// None could be found for certain: what may exist, and what to do.
pub async fn after_a_lost_answer<T: RemoteObject>(
    call: &Call<'_, Context>,
    mut lost: Lost<'_>,
    sought: &Sought<'_, T>,
    error: &client::Error,
    options: &CallOptions,
    outcome: &mut Outcome<T::Model>,
) -> Result<Record<T>, Diagnostics> {
    tracing::warn!(label = sought.label(), %error, "no response to a create request: searching for the object");
    let found = match reconcile::look_for(call, &mut lost, sought, options).await {
        Ok(found) => found,
        Err(not_found) => return Err(not_adopted::<T>(sought.label(), error, &not_found)),
    };
    shown_once::may_adopt(&found, error)?;
    outcome.save(found.state(sought.plan));
    outcome.note(created::<T>(&found.key));
    tracing::warn!(
        id = found.key,
        "found the object of the create request without a response, and adopted it"
    );
    let was_refused = call.ctx.slot::<T>().claims().was_refused(&reconcile::contents::<T>(sought.body));
    outcome.warn(adopted::<T>(&found.key, sought.label(), error, was_refused));
    Ok(found)
}

fn adopted<T: RemoteObject>(id: &str, label: &str, error: &client::Error, was_refused: bool) -> Diagnostic {
    let name = T::NOUN.name;
    let another = if was_refused {
        format!(
            "\n\nWavix rejected an identical request before, but may have processed it. If a second {name} with the \
             label {label:?} appears, delete one of the two."
        )
    } else {
        String::new()
    };
    Diagnostic::warning(
        format!("Adopted {name} {id}"),
        format!(
            "The {name} {id} is in the state, and nothing is left to do. The create request got no response. The \
             provider did not repeat it, but found this {name}: it was not there before the request, it matches the \
             request, and no other provider process on this machine created it.{another}\n\n{error}"
        ),
    )
}

fn not_adopted<T: RemoteObject>(label: &str, error: &client::Error, not_found: &NotFound) -> Diagnostics {
    let (name, short) = (T::NOUN.name, T::NOUN.short);
    let (seen, ids) = match not_found {
        NotFound::Missing(others) => (what_was_seen::<T>(label, others), others.ids()),
        NotFound::TooMany(ids) => (
            format!(
                "Wavix lists more new {name}s that match the request than this run can have created: {}. The \
                 provider cannot tell which one belongs to this resource, so it adopted none.",
                listing(ids)
            ),
            ids.clone(),
        ),
        NotFound::Undecided(ids) => (
            format!(
                "Wavix lists new {name}s that match the request: {}. Other creates of identical {short}s were still \
                 waiting for a response when the timeout expired, so the provider adopted none.",
                listing(ids)
            ),
            ids.clone(),
        ),
        NotFound::Unsure(ids) => (
            format!(
                "Wavix lists new {name}s that match the request: {}. Another provider process on this machine may \
                 have created them. Without a directory for temporary files the provider cannot check that, so it \
                 adopted none.",
                listing(ids)
            ),
            ids.clone(),
        ),
        NotFound::Unknown(cause) => (format!("The search for it failed: {cause}"), Vec::new()),
    };
    let advice = if ids.is_empty() {
        format!(
            "Before you apply again, search for this label in the Wavix portal or with the `{}` data source. If the \
             {short} exists, import it with `terraform import` and its id. If not, apply again.",
            T::NOUN.list
        )
    } else {
        format!(
            "Before you apply again, check these ids in the Wavix portal: {}. If one belongs to this resource, \
             import it with `terraform import` and its id. If none does, apply again.",
            listing(&ids)
        )
    };
    let remedy = T::NOUN.remedy(Verb::Create, error).unwrap_or_default();
    let detail = format!(
        "The {name} with the label {label:?} may exist and is not in the state. {advice}\n\n{error} To avoid a \
         duplicate, the provider did not repeat the request. {seen}\n\n{remedy}"
    );
    Diagnostic::error(T::NOUN.summary(Verb::Create), detail.trim_end()).into()
}

fn what_was_seen<T: RemoteObject>(label: &str, others: &Others) -> String {
    let (name, short) = (T::NOUN.name, T::NOUN.short);
    let mut text = String::new();
    if others.alike.is_empty() {
        text.push_str(&format!("Wavix lists no new {name} that matches the request. It may still appear."));
    }
    for (id, arguments) in &others.different {
        let arguments: Vec<String> = arguments.iter().map(|name| format!("`{name}`")).collect();
        text.push_str(&format!(
            " The new {name} {id} has the label {label:?} or a similar one, but differs in {}.",
            arguments.join(", ")
        ));
    }
    for id in &others.alike {
        text.push_str(&format!(
            " The new {name} {id} matches the request, but so may another one that could not be read, so the \
             provider did not adopt it."
        ));
    }
    for id in &others.undated {
        text.push_str(&format!(" The {name} {id} matches the request, but may have existed before."));
    }
    if !others.older.is_empty() {
        let capital = capitalized(short);
        text.push_str(&format!(
            " {capital}s with this label that existed before the request: {}.",
            listing(&others.older)
        ));
    }
    for (id, cause) in &others.unreadable {
        text.push_str(&format!(
            " The {name} {id} also has the label {label:?}, and could not be read: {cause}"
        ));
    }
    text
}

/// How many objects a message names.
const NAMED: usize = 10;

/// Ids in a message.
#[must_use]
pub fn listing(ids: &[String]) -> String {
    let mut shown: Vec<String> = ids.iter().take(NAMED).cloned().collect();
    if ids.len() > NAMED {
        shown.push(format!("and {} more", ids.len() - NAMED));
    }
    shown.join(", ")
}
