//! Lifecycle layer: changing in an object what differs, where the API takes its time for
//! some of it, or understands "none" in one of two ways only.

use serde_json::Value as Json;

use crate::client;
use crate::framework::object::Mapped;
use crate::framework::resource::Call;
use crate::protocol::value::{UNKNOWN, Value};

use super::body::Body;
use super::compare::{Difference, differences};
use super::context::{Context, look, options};
use super::endpoints;
use super::object::{RemoteObject, completed, field};
use super::patience::pause;
use super::record::Record;
use super::write::{Unwritten, Write, write};

/// An object that is being changed.
#[derive(Debug)]
pub struct Patch<'a, T: RemoteObject> {
    /// The verb.
    pub call: &'a Call<'a, Context>,
    /// Which object.
    pub key: String,
    /// What it is to be.
    pub plan: &'a T::Model,
    /// What it was.
    pub prior: &'a T::Model,
    /// The arguments that are to change.
    pub changed: Vec<&'static str>,
}

impl<T: RemoteObject> Patch<'_, T> {
    /// Sends it. Where null is refused for a text that is to be empty, the empty text is
    /// sent in its place.
    ///
    /// # Errors
    /// As of [`write()`], for what was sent first.
    pub async fn send(&self, body: &Body) -> Result<Record<T>, Unwritten<T>> {
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
        let change = Write { key: &self.key, body, plan: self.plan, prior: self.prior, look: None };
        write(self.call, &change, &options(self.call)).await
    }

    /// In what that was to change an answer is not what was planned.
    pub fn missed(&self, record: &Record<T>) -> Vec<Difference> {
        let mut missed = differences::<T>(self.plan, &record.state(self.plan));
        missed.retain(|difference| self.changed.contains(&difference.name));
        missed
    }

    /// The object afterwards: as planned, but for what is missed. What was not to change is
    /// for the next refresh.
    pub fn result(&self, record: &Record<T>, missed: &[Difference]) -> T::Model {
        let found = record.state(self.plan);
        let Value::Map(mut values) = self.plan.clone().into_value() else { return found };
        for missed in missed {
            values.insert(missed.name.to_owned(), UNKNOWN);
        }
        // At worst what there is is saved.
        T::Model::from_value(&Value::Map(values))
            .map_or_else(|_| found.clone(), |open| completed::<T>(&open, &found))
    }

    /// The object once it shows what was written, or as it is when it does not in time;
    /// and why it was not seen at all. A reply proves nothing of what is asynchronous.
    pub async fn settled(&self, mut record: Record<T>) -> (Record<T>, Option<client::Error>) {
        let call = self.call;
        let is_asynchronous = self.changed.iter().any(|name| T::ASYNCHRONOUS.contains(name));
        let (mut is_seen, mut is_emptied, mut tries) = (false, false, 0);
        loop {
            let missed = self.missed(&record);
            if missed.is_empty() && (is_seen || !is_asynchronous) {
                return (record, None);
            }
            let is_kept = |it: &&Difference| T::EMPTIED.contains(&it.name) && it.wanted.as_str() == Some("");
            let kept: Vec<&str> = missed.iter().filter(is_kept).map(|it| it.name).collect();
            if is_seen && !is_emptied && !kept.is_empty() {
                is_emptied = true;
                // Refused or not, what it came to is looked at.
                if let Err(Unwritten { error, .. }) = self.send_once(&emptied(Body::empty(), &kept)).await {
                    tracing::info!(%error, "an empty text does not empty it either");
                }
            } else if is_seen {
                let may_come = missed.iter().any(|it| T::ASYNCHRONOUS.contains(&it.name));
                let wait = call.ctx.patience().to_settle(tries);
                if !may_come || !pause(wait, call.deadline, call.cancel).await {
                    return (record, None);
                }
                tries += 1;
            }
            match endpoints::get(call.ctx.client(), &self.key, &look(call)).await {
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
