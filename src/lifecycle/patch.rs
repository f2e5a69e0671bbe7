//! Changing in an object what differs, where the API may take its time for some of it, or
//! understand "none" in one of two ways only.

use serde_json::Value as Json;

use crate::client::{self, Delivery};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::resource::{Call, Outcome};
use crate::protocol::value::{UNKNOWN, Value};

use super::body::Body;
use super::compare::{Difference, differences};
use super::context::{Context, look, options};
use super::endpoints;
use super::noun::{Verb, What};
use super::object::{RemoteObject, UpdateBy, arguments, completed, field, with};
use super::omission::is_setting;
use super::patience::pause;
use super::record::Record;
use super::verify::{self, Now};
use super::write::{Unwritten, Write, write};
use super::{settle, unreadable};

/// An object that is being changed.
#[derive(Debug)]
struct Patch<'a, T: RemoteObject> {
    call: &'a Call<'a, Context>,
    key: &'a str,
    /// What it is to be.
    plan: &'a T::Model,
    /// What it was.
    prior: &'a T::Model,
    /// The arguments that are to change.
    changed: Vec<&'static str>,
}

/// Makes an object that is `now` what is planned, with one request. What the API is not told
/// of needs none. `verb` is what that is a part of.
///
/// # Errors
/// It is something else, or what it is is not certain.
pub async fn change<T: RemoteObject>(
    call: &Call<'_, Context>,
    verb: Verb,
    key: &str,
    (plan, now): (&T::Model, &T::Model),
    outcome: &mut Outcome<T::Model>,
) -> Result<(), Diagnostics> {
    let changed: Vec<&'static str> = differences::<T>(plan, now).iter().map(|change| change.name).collect();
    if changed.is_empty() {
        outcome.save(completed::<T>(plan, now));
        return Ok(());
    }
    let which = T::called(now);
    outcome.note(format!("{} {which}", T::NOUN.name));
    let body = match T::UPDATE {
        UpdateBy::Put => Body::whole::<T>(plan),
        UpdateBy::Patch => Body::of::<T>(plan, |name| changed.contains(&name)),
    };
    let patch = Patch::<T> { call, key, plan, prior: now, changed };
    let record = match patch.send(&body).await {
        Ok(record) => record,
        Err(Unwritten { error, seen }) => {
            if error.delivery() == Delivery::Ambiguous
                && let Some(seen) = seen
            {
                outcome.save(patch.doubted(&seen));
            }
            return Err(failed::<T>(verb, &which, &error));
        }
    };
    let (record, unseen) = patch.settled(record).await;
    unconfirmed::<T>(&which, unseen).into_iter().for_each(|warning| outcome.warn(warning));
    settle::note_update::<T>(call, plan, now, &mut outcome.private);
    let missed = patch.missed(&record);
    let object = patch.result(&record, &missed);
    outcome.save(object.clone());
    call.ctx.slot::<T>().trail().note(&object, Some(call.ctx.patience().settling));
    unreadable::refuse(Verb::Update, &record)?;
    let besides = patch.changed.iter().any(|change| missed.iter().all(|missed| missed.name != *change));
    let errors = verify::errors::<T>(&which, &missed, Now::Changed { besides });
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn failed<T: RemoteObject>(verb: Verb, which: &str, error: &client::Error) -> Diagnostics {
    if verb != Verb::Create {
        return T::NOUN.failed(verb, which, error);
    }
    // An object that was there is in the state as it was found.
    let now = format!("The {} {which} is in the state; its settings may be unchanged.", T::NOUN.short);
    T::NOUN.failed_with(Verb::Update, error, What { now, may_exist: false })
}

/// What is told of a change that was acknowledged, and not seen.
fn unconfirmed<T: RemoteObject>(which: &str, unseen: Option<client::Error>) -> Option<Diagnostic> {
    let (article, name) = (T::NOUN.article(), T::NOUN.name);
    let warning = Diagnostic::warning(
        format!("Change of {article} {name} is not confirmed"),
        format!(
            "Wavix acknowledged the change of the {name} {which}, but the provider could not verify it. The next \
             plan checks it again.\n\n{}",
            unseen?
        ),
    );
    Some(warning.at(Path::root(T::LABEL)))
}

impl<T: RemoteObject> Patch<'_, T> {
    /// Sends it. Where null is refused for a text that is to be empty, the empty text is
    /// sent in its place.
    async fn send(&self, body: &Body) -> Result<Record<T>, Unwritten<T>> {
        let answer = self.send_once(body).await;
        let is_null = |name: &&&'static str| body.get(field::<T>(name)).is_some_and(Json::is_null);
        let nulls: Vec<&str> = T::EMPTIED.iter().filter(is_null).copied().collect();
        match answer {
            Err(unwritten) if unwritten.error.is_validation() && !nulls.is_empty() => {
                self.send_once(&emptied(body.clone(), &nulls)).await.or(Err(unwritten))
            }
            answer => answer,
        }
    }

    async fn send_once(&self, body: &Body) -> Result<Record<T>, Unwritten<T>> {
        let change = Write { key: self.key, body, plan: self.plan, prior: self.prior, look: None };
        write(self.call, &change, &options(self.call)).await
    }

    /// In what an answer is not what was planned. What a configuration may leave out is
    /// compared only if it was to change: somebody else may set it meanwhile.
    fn missed(&self, record: &Record<T>) -> Vec<Difference> {
        let mut missed = differences::<T>(self.plan, &record.state(self.plan));
        let is_left_out = |name| arguments::<T>().any(|it| it.name == name && is_setting(it));
        missed.retain(|it| self.changed.contains(&it.name) || !is_left_out(it.name));
        missed
    }

    /// The object after a change of which nobody knows whether it was carried out. A look that
    /// may be behind proves neither value, so that the next plan sends whichever it wants.
    fn doubted(&self, seen: &Record<T>) -> T::Model {
        let missed = self.missed(seen).into_iter().map(|missed| missed.name);
        let open = missed.filter(|name| T::ASYNCHRONOUS.contains(name));
        with::<T>(&seen.state(self.prior), open.map(|name| (name, Value::Null)))
    }

    /// The object afterwards: as planned, but for what is missed. What was not to change is
    /// for the next refresh.
    fn result(&self, record: &Record<T>, missed: &[Difference]) -> T::Model {
        let open = with::<T>(self.plan, missed.iter().map(|missed| (missed.name, UNKNOWN)));
        completed::<T>(&open, &record.state(self.plan))
    }

    /// The object once it shows what was written, or as it is when it does not in time;
    /// and why it was not seen at all. A reply proves nothing of what is asynchronous; of
    /// anything else that an answer has shown, one that shows it no more is behind.
    async fn settled(&self, mut record: Record<T>) -> (Record<T>, Option<client::Error>) {
        let call = self.call;
        if T::ASYNCHRONOUS.is_empty() && T::EMPTIED.is_empty() {
            return (record, None);
        }
        let is_asynchronous = self.changed.iter().any(|name| T::ASYNCHRONOUS.contains(name));
        let (mut is_seen, mut is_emptied, mut tries) = (false, false, 0);
        let (mut shown, mut left) = (Vec::new(), call.ctx.patience().settling);
        loop {
            let missed = self.missed(&record);
            if missed.is_empty() && (is_seen || !is_asynchronous) {
                return (record, None);
            }
            shown.extend(self.changed.iter().filter(|name| missed.iter().all(|it| it.name != **name)));
            let is_kept = |it: &&Difference| T::EMPTIED.contains(&it.name) && it.wanted.as_str() == Some("");
            let kept: Vec<&str> = missed.iter().filter(is_kept).map(|it| it.name).collect();
            if is_seen && !is_emptied && !kept.is_empty() {
                is_emptied = true;
                // Refused or not, what it came to is looked at.
                if let Err(Unwritten { error, .. }) = self.send_once(&emptied(Body::empty(), &kept)).await {
                    tracing::info!(%error, "an empty text does not empty it either");
                }
            } else if is_seen {
                let is_behind = |it: &Difference| !left.is_zero() && shown.contains(&it.name);
                let may_come = missed.iter().any(|it| T::ASYNCHRONOUS.contains(&it.name) || is_behind(it));
                let wait = call.ctx.patience().to_settle(tries);
                left = left.saturating_sub(wait);
                if !may_come || !pause(wait, call.deadline, call.cancel).await {
                    return (record, None);
                }
                tries += 1;
            }
            match endpoints::get(call.ctx.client(), self.key, &look(call)).await {
                Ok(seen) => (record, is_seen) = (seen, true),
                // The client has tried more than once.
                Err(error) => return (record, Some(error)),
            }
        }
    }
}

/// The request, with the empty text for these.
fn emptied(body: Body, names: &[&str]) -> Body {
    names.iter().fold(body, |body, name| body.with(name, ""))
}
