//! Writing a place, until it is certain what is in it. No answer alone decides: every
//! request is followed by a look, and is sent again only after one that does not show what
//! it was for.

use std::marker::PhantomData;
use std::time::Duration;

use crate::client::{self, CallOptions, Delivery};
use crate::framework::diagnostics::Diagnostics;
use crate::framework::object::Mapped;
use crate::framework::resource::{Call, Outcome};
use crate::protocol::value::Value;

use super::super::body::Body;
use super::super::context::{Context, look, options};
use super::super::endpoints;
use super::super::noun::Verb;
use super::super::object::text_of;
use super::super::patience::pause;
use super::super::presence::Deletion;
use super::super::record::Record;
use super::{Placed, may_overwrite, told};

/// The place of a key, and for which verb it is looked at.
pub(super) struct Place<'a, T> {
    call: &'a Call<'a, Context>,
    verb: Verb,
    key: &'a str,
    object: PhantomData<fn() -> T>,
}

/// Stands for a value that cannot be read: whose it is cannot be told, and the place is
/// not empty.
pub(super) const ILLEGIBLE: &str = "\u{FFFD}";

/// The values of a key: one, none, or several where servers add one to another.
pub(super) fn values<T: Placed>(listed: &[Record<T>], key: &str) -> Vec<String> {
    let of_key = listed.iter().filter(|record| record.key == key);
    of_key.map(|record| record.text(T::VALUE).unwrap_or(ILLEGIBLE).to_owned()).collect()
}

fn is_legible(values: &[String]) -> bool {
    values.iter().all(|value| value != ILLEGIBLE)
}

impl<'a, T: Placed> Place<'a, T> {
    pub(super) fn of(call: &'a Call<'a, Context>, verb: Verb, key: &'a str) -> Self {
        Self { call, verb, key, object: PhantomData }
    }

    /// Makes what is planned the only value in the place. For so long a look may show what
    /// was there before.
    pub(super) async fn take(
        &self,
        plan: &T::Model,
        prior: Option<&T::Model>,
        left: Duration,
        outcome: &mut Outcome<T::Model>,
    ) -> Result<(), Diagnostics> {
        let value = &text_of::<T>(plan, T::VALUE).unwrap_or_default();
        let held = prior.and_then(|prior| text_of::<T>(prior, T::VALUE));
        let ours = |found: &String| found == value || held.as_ref() == Some(found);
        // A place that was written just now is seen so before anything else is believed.
        let is_sure = |values: &[String]| {
            values.iter().all(ours) && (left.is_zero() || values.is_empty() == prior.is_none())
        };
        let before = self.seen(left, &options(self.call), is_sure).await;
        let before = before.map_err(|error| told::unread::<T>(self.verb, self.key, &error))?;
        if !is_legible(&before) {
            return Err(told::illegible::<T>(self.verb, self.key).into());
        }
        let other = before.iter().find(|found| !ours(found));
        if let Some(other) = other.filter(|_| !may_overwrite::<T>(plan)) {
            return Err(told::taken::<T>(self.verb, self.key, other).into());
        }
        if before != [value.as_str()] {
            outcome.note(format!("{} {}", T::NOUN.name, self.key));
            self.fill(value, &before).await?;
        }
        other.into_iter().for_each(|other| outcome.warn(told::overwritten::<T>(self.key, other)));
        Ok(())
    }

    async fn fill(&self, value: &str, before: &[String]) -> Result<(), Diagnostics> {
        let look = look(self.call);
        let is_done = |values: &[String]| values == [value];
        let after = match self.post(value, before, &options(self.call)).await {
            Ok(after) => after,
            Err(error) if matches!(error.status(), Some(409 | 422)) => match self.look(&look).await {
                Ok(after) if !after.is_empty() => after,
                _ => return Err(self.failed(Some(&error), Some(value), "").await),
            },
            Err(error) => return Err(self.failed(Some(&error), Some(value), "").await),
        };
        if is_done(&after) {
            return Ok(());
        }
        if after.is_empty() {
            return Err(self.failed(None, Some(value), "").await);
        }
        if let Some(other) = after.iter().find(|found| *found != value && !before.contains(found)) {
            return Err(told::taken_meanwhile::<T>(self.verb, self.key, other, value).into());
        }
        // From here to the end, also when interrupted: the place must not stay empty.
        if let Err(error) = self.empty(&after, &look).await {
            return Err(self.failed(error.as_ref(), Some(value), "").await);
        }
        let error = match self.post(value, &[], &look).await {
            Ok(now) if is_done(&now) => return Ok(()),
            Ok(_) => None,
            Err(error) => Some(error),
        };
        let old = before.iter().find(|found| *found != value);
        let lost = match (&error, old) {
            (Some(_), Some(old)) => match self.put_back(old, &look).await {
                Ok(()) => format!(
                    "The provider deleted the old value, could not set the new one, and restored the old one.{}",
                    T::BETWEEN
                ),
                Err(again) => format!(
                    "The provider deleted the old value, {}, and could not restore it{}",
                    T::shown(old),
                    again.map_or_else(|| ".".to_owned(), |error| format!(": {error}"))
                ),
            },
            _ => String::new(),
        };
        Err(self.failed(error.as_ref(), Some(value), &lost).await)
    }

    /// Takes the value of the state out of the place, and nobody else's.
    pub(super) async fn give_up(
        &self,
        state: &T::Model,
        left: Duration,
        outcome: &mut Outcome<T::Model>,
    ) -> Result<(), Diagnostics> {
        let value = &text_of::<T>(state, T::VALUE).unwrap_or_default();
        let is_ours = |values: &[String]| values.contains(value);
        let before = self.seen(left, &options(self.call), is_ours).await;
        let before = before.map_err(|error| told::unread::<T>(self.verb, self.key, &error))?;
        if !is_legible(&before) {
            return Err(told::illegible::<T>(self.verb, self.key).into());
        }
        let others: Vec<&String> = before.iter().filter(|found| *found != value).collect();
        if !is_ours(&before) {
            others
                .first()
                .into_iter()
                .for_each(|other| outcome.warn(told::left_alone::<T>(self.key, value, other)));
            return Ok(());
        }
        outcome.note(format!("{} {}", T::NOUN.name, self.key));
        let look = look(self.call);
        let emptied = if others.is_empty() {
            self.empty(&before, &options(self.call)).await
        } else {
            self.empty(&before, &look).await
        };
        if let Err(error) = emptied {
            return Err(self.failed(error.as_ref(), None, "").await);
        }
        // A DELETE takes all of the key.
        for other in others {
            if let Err(error) = self.put_back(other, &look).await {
                let lost =
                    format!("The provider deleted {} as well, and could not restore it.", T::shown(other));
                return Err(self.failed(error.as_ref(), None, &lost).await);
            }
        }
        Ok(())
    }

    /// Adds a value that was in the place. Without an error: the server made another of it.
    async fn put_back(&self, value: &String, options: &CallOptions) -> Result<(), Option<client::Error>> {
        let now = self.post(value, &[], options).await.map_err(Some)?;
        if now.contains(value) { Ok(()) } else { Err(None) }
    }

    /// Adds a value to the place: what is in it then.
    async fn post(
        &self,
        value: &str,
        before: &[String],
        options: &CallOptions,
    ) -> Result<Vec<String>, client::Error> {
        let (ctx, settling) = (self.call.ctx, self.call.ctx.patience().settling);
        let wanted =
            Value::map([(T::KEY.attribute(), Value::string(self.key)), (T::VALUE, Value::string(value))]);
        let body = Body::whole::<T>(&T::Model::from_value(&wanted).unwrap_or_default());
        let has_it = |values: &[String]| values.iter().any(|found| found == value);
        let mut looks = 0;
        loop {
            let slot = ctx.slot::<T>();
            let written = slot.write();
            let answer = endpoints::create::<T>(ctx.client(), &body, options).await;
            drop(written);
            let error = match answer {
                // What was there may be there still, or what a lost request has put there. If not, the
                // answer's word is good also where the list is behind, or cannot be had.
                Ok(answer) => {
                    let told = answer.value.text(T::VALUE).map(str::to_owned);
                    // One that was sent again after a refusal may have been carried out twice.
                    let is_once = answer.attempts == 1;
                    let is_certain =
                        told.as_deref() == Some(value) && is_once && looks == 0 && before.is_empty();
                    let is_so = |now: &[String]| is_once && now == [value] || is_certain && now.is_empty();
                    return match self.seen(settling, options, is_so).await {
                        Ok(now) if now.is_empty() => Ok(told.into_iter().collect()),
                        Err(error) if is_certain => {
                            tracing::warn!(key = self.key, %error, "the new value is not verified");
                            Ok(vec![value.to_owned()])
                        }
                        seen => seen,
                    };
                }
                // After a doubt, a refusal says nothing about the request before.
                Err(error) if error.delivery() == Delivery::Ambiguous || looks > 0 => error,
                Err(error) => return Err(error),
            };
            tracing::warn!(key = self.key, %error, "no response to a create request: reading the current value");
            looks += 1;
            // A list that is behind would have it sent twice, and some servers keep both.
            let is_so = |now: &[String]| error.attempts() == 1 && has_it(now);
            let after = self.seen(settling, &look(self.call), is_so).await?;
            if has_it(&after) {
                return Ok(after);
            }
            if ctx.patience().before_look(looks).is_none() || options.cancel.is_cancelled() {
                return Err(error);
            }
        }
    }

    /// Deletes all values of the key. Without an error: no answer said it plainly.
    async fn empty(&self, before: &[String], options: &CallOptions) -> Result<(), Option<client::Error>> {
        let mut looks = 0;
        loop {
            let slot = self.call.ctx.slot::<T>();
            let written = slot.write();
            let answer = endpoints::delete::<T>(self.call.ctx.client(), self.key, options).await;
            drop(written);
            let error = match answer {
                Ok(Deletion::Acknowledged) => return Ok(()),
                Ok(Deletion::Unclear) => None,
                Err(error) if is_doubtful(&error) => Some(error),
                Err(error) => return Err(Some(error)),
            };
            let after = self.look(&look(self.call)).await.map_err(Some)?;
            if is_legible(&after) && !after.iter().any(|found| before.contains(found)) {
                return Ok(());
            }
            looks += 1;
            if !self.waits_for_look(looks, options).await {
                return Err(error);
            }
        }
    }

    async fn look(&self, options: &CallOptions) -> Result<Vec<String>, client::Error> {
        let listed = self.call.ctx.slot::<T>().fresh(self.call, options).await?;
        Ok(values(&listed, self.key))
    }

    /// What is in the place, asked for again until it is as expected or was waited for so
    /// long. How slow the answers are makes no look less.
    async fn seen(
        &self,
        mut left: Duration,
        options: &CallOptions,
        is_so: impl Fn(&[String]) -> bool,
    ) -> Result<Vec<String>, client::Error> {
        let mut tries = 0;
        loop {
            let values = self.look(options).await?;
            let wait = self.call.ctx.patience().to_settle(tries).min(left);
            let is_certain = is_so(&values) && is_legible(&values);
            if is_certain || wait.is_zero() || !self.pause(wait, options).await {
                return Ok(values);
            }
            left = left.saturating_sub(wait);
            tries += 1;
        }
    }

    async fn waits_for_look(&self, looks: usize, options: &CallOptions) -> bool {
        match self.call.ctx.patience().before_look(looks) {
            Some(wait) => self.pause(wait, options).await,
            None => false,
        }
    }

    async fn pause(&self, wait: Duration, options: &CallOptions) -> bool {
        pause(wait, options.deadline.instant().unwrap_or(self.call.deadline), &options.cancel).await
    }

    /// What failed, and what is true now.
    async fn failed(&self, error: Option<&client::Error>, wanted: Option<&str>, lost: &str) -> Diagnostics {
        let after = self.look(&look(self.call)).await;
        told::failed::<T>(self.verb, self.key, error, told::Place { after: &after, wanted, lost })
    }
}

/// Whether the place may be empty after this: the answer was lost, or says that it was so before.
fn is_doubtful(error: &client::Error) -> bool {
    error.delivery() == Delivery::Ambiguous || matches!(error.status(), Some(404 | 422))
}
