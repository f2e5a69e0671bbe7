//! Lifecycle layer: taking over the object of a create whose answer was lost, and
//! what the user is told about it. Whether there is one is decided in `reconcile`.

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
        "{} labelled {:?}, requested after {}, of which no answer is known; look for it before it is \
         created again",
        T::NOUN.name,
        sought.label(),
        httpdate::fmt_http_date(now)
    )
}

/// What the log says of a create that is cut off after it was answered.
#[must_use]
pub fn created<T: RemoteObject>(key: &str) -> String {
    format!(
        "{} {key}, which exists; adopt it with `terraform import` if it is not in the state",
        T::NOUN.name
    )
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
    tracing::warn!(label = sought.label(), %error, "the answer to a create was lost: the object is looked for");
    let found = match reconcile::look_for(call, &mut lost, sought, options).await {
        Ok(found) => found,
        Err(not_found) => return Err(not_adopted::<T>(sought.label(), error, &not_found)),
    };
    shown_once::may_adopt(&found, error)?;
    outcome.save(found.state(sought.plan));
    outcome.note(created::<T>(&found.key));
    tracing::warn!(id = found.key, "the object of the lost answer was found and is adopted");
    let was_refused = call.ctx.slot::<T>().claims().was_refused(&reconcile::contents::<T>(sought.body));
    outcome.warn(adopted::<T>(&found.key, sought.label(), error, was_refused));
    Ok(found)
}

fn adopted<T: RemoteObject>(id: &str, label: &str, error: &client::Error, was_refused: bool) -> Diagnostic {
    let name = T::NOUN.name;
    let another = if was_refused {
        format!(
            "\n\nWavix refused an equal request before, which may have been carried out too. If another {name} labelled \
             {label:?} appears, one of the two is that request's: delete the one that nobody needs."
        )
    } else {
        String::new()
    };
    Diagnostic::warning(
        format!("Adopted {name} {id}"),
        format!(
            "The {name} {id} is in the state. No second one was requested.\n\nNo answer said whether it was created: \
             {error} Wavix lists the {name} {id} since then, with everything that was requested. It was not there \
             before the request, and no other create of this provider on this machine is known to have made it.{another}"
        ),
    )
}

fn not_adopted<T: RemoteObject>(label: &str, error: &client::Error, not_found: &NotFound) -> Diagnostics {
    let (name, short) = (T::NOUN.name, T::NOUN.short);
    let (seen, ids) = match not_found {
        NotFound::Missing(others) => (what_was_seen::<T>(label, others), others.ids()),
        NotFound::TooMany(ids) => (
            format!(
                "Wavix lists more new {name}s like the requested one than this run can have made: {}. Which of them is this one cannot be told, so none was adopted.",
                listing(ids)
            ),
            ids.clone(),
        ),
        NotFound::Undecided(ids) => (
            format!(
                "Wavix lists new {name}s like the requested one: {}. Which of them is this one could \
                 not be told before the time ran out, because other creates of equal {short}s had not been answered; \
                 so none was adopted.",
                listing(ids)
            ),
            ids.clone(),
        ),
        NotFound::Unsure(ids) => (
            format!(
                "Wavix lists new {name}s like the requested one: {}. Whether another provider process on this \
                 machine made them cannot be told, because there is no folder for temporary files to exchange that in; \
                 so none was adopted.",
                listing(ids)
            ),
            ids.clone(),
        ),
        NotFound::Unknown(cause) => {
            (format!("Whether it exists could not be looked up. {cause} It may still appear."), Vec::new())
        }
    };
    let advice = if ids.is_empty() {
        format!(
            "Before you apply again, look for {} {name} labelled {label:?} in the Wavix portal or with the \
             `{}` data source. If it is there, adopt it with `terraform import` and its id; if it is \
             not, apply again.",
            T::NOUN.article(),
            T::NOUN.list
        )
    } else {
        "Before you apply again, look at them in the Wavix portal. Adopt the one that is this resource's with \
         `terraform import` and its id; if none is, apply again."
            .to_owned()
    };
    let remedy = T::NOUN.remedy(Verb::Create, error).unwrap_or_default();
    let detail = format!(
        "{error}\n\nThe {name} labelled {label:?} may have been created all the same, and it is not in the state. \
         It was not requested a second time, because that could make two. {seen}\n\n{advice} {remedy}"
    );
    Diagnostic::error(T::NOUN.summary(Verb::Create), detail.trim_end()).into()
}

fn what_was_seen<T: RemoteObject>(label: &str, others: &Others) -> String {
    let (name, short) = (T::NOUN.name, T::NOUN.short);
    let mut text = String::new();
    if others.alike.is_empty() {
        text.push_str(&format!(
            "Wavix lists no new {name} with everything that was requested that is not another resource's. It may still \
             appear: a request that was sent can be carried out late."
        ));
    }
    for (id, arguments) in &others.different {
        let arguments: Vec<String> = arguments.iter().map(|name| format!("`{name}`")).collect();
        text.push_str(&format!(
            " The {name} {id}, created since, is labelled {label:?} or nearly so, but differs in {}.",
            arguments.join(", ")
        ));
    }
    for id in &others.alike {
        text.push_str(&format!(
            " The {name} {id}, created since, has everything that was requested, but so may another that could not be \
             read; so it was not adopted."
        ));
    }
    for id in &others.undated {
        text.push_str(&format!(
            " The {name} {id} has everything that was requested, but whether it was there before is not known."
        ));
    }
    if !others.older.is_empty() {
        let capital = capitalized(short);
        text.push_str(&format!(
            " {capital}s with this label that were there before the request, and so are not of its making: {}.",
            listing(&others.older)
        ));
    }
    for (id, cause) in &others.unreadable {
        text.push_str(&format!(" The {name} {id} is labelled {label:?} too, and could not be read: {cause}"));
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
