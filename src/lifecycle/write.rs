//! Writing an object, until it is certain what it is. A PUT or PATCH may be sent twice, so
//! a lost answer is followed by a look and, unless that proves the change, by the same
//! request.

use crate::client::{self, CallOptions, Delivery};
use crate::framework::resource::Call;

use super::body::Body;
use super::compare::differences;
use super::context::{Context, look};
use super::endpoints;
use super::find;
use super::object::RemoteObject;
use super::patience::pause;
use super::record::Record;

/// An object to write.
#[derive(Debug)]
pub struct Write<'a, T: RemoteObject> {
    /// Which.
    pub key: &'a str,
    /// What is sent.
    pub body: &'a Body,
    /// What it is to be.
    pub plan: &'a T::Model,
    /// What it was; an equal object proves nothing about this request.
    pub prior: &'a T::Model,
    /// What bounds the looks after it, where that is not a grace for each.
    pub look: Option<&'a CallOptions>,
}

/// Why an object may not be what was written.
#[derive(Debug)]
pub struct Unwritten<T> {
    /// Of the first request that may have been carried out, or else of the only one.
    pub error: client::Error,
    /// The object as it was seen afterwards, if it was.
    pub seen: Option<Record<T>>,
}

/// Writes the object. The record is the answer's, or one that proves that it was
/// written.
///
/// # Errors
/// It was refused or not sent, or no look and no repeat made it certain: see
/// [`client::Error::delivery`] of the error.
pub async fn write<T: RemoteObject>(
    call: &Call<'_, Context>,
    write: &Write<'_, T>,
    options: &CallOptions,
) -> Result<Record<T>, Unwritten<T>> {
    let slot = call.ctx.slot::<T>();
    let mut doubt: Option<client::Error> = None;
    let mut looks = 0;
    loop {
        let written = slot.write();
        let answer = endpoints::update(call.ctx.client(), write.key, write.body, options).await;
        drop(written);
        let error = match answer {
            Ok(record) if record.unreadable.is_empty() => {
                return Ok(without_leftovers(call, write, record, options).await);
            }
            // Acknowledged, and not to be read: what broke one answer need not break
            // the next. One that is behind proves nothing.
            Ok(record) => {
                let seen = write.seen(call).await;
                return Ok(seen.filter(|seen| write.is_proved_by(seen)).unwrap_or(record));
            }
            Err(error) => error,
        };
        // After a doubt, an error that is certain about its own request says
        // nothing about the one before.
        if doubt.is_none() && error.delivery() != Delivery::Ambiguous {
            return Err(Unwritten { error, seen: None });
        }
        // The client repeats what is worth it; what it did not repeat, such as a
        // 500 or a page of HTML, is repeated here, once it is known to be needed.
        let repeated = error.attempts() > 1;
        tracing::warn!(id = write.key, %error, "no response to an update request: reading the object");
        let doubt = doubt.get_or_insert(error);
        let seen = write.seen(call).await;
        if let Some(record) = &seen
            && write.is_proved_by(record)
        {
            return Ok(without_leftovers(call, write, record.clone(), options).await);
        }
        looks += 1;
        let wait = call.ctx.patience().before_look(looks).filter(|_| !repeated);
        if let Some(wait) = wait
            && pause(wait, call.deadline, call.cancel).await
        {
            continue;
        }
        return Err(Unwritten { error: doubt.clone(), seen });
    }
}

impl<T: RemoteObject> Write<'_, T> {
    /// The object as it is now, if it can be had.
    async fn seen(&self, call: &Call<'_, Context>) -> Option<Record<T>> {
        let seen = match self.look {
            Some(look) => find::get(call, self.key, look).await,
            None => find::get(call, self.key, &look(call)).await,
        };
        seen.ok().flatten()
    }

    /// Whether the object has everything that was to change and can be seen, and had
    /// not before. What an answer leaves out is taken from what is held, and so
    /// never proves anything.
    fn is_proved_by(&self, record: &Record<T>) -> bool {
        let mut changed = differences::<T>(self.plan, self.prior);
        changed.retain(|change| !T::is_unenforced(self.plan, change.name));
        let if_written = record.state(self.plan);
        let if_not = record.state(self.prior);
        let differs_from_prior: Vec<&str> =
            differences::<T>(&if_not, self.prior).iter().map(|difference| difference.name).collect();
        !changed.is_empty()
            && differences::<T>(self.plan, &if_written).is_empty()
            && changed.iter().all(|change| differs_from_prior.contains(&change.name))
    }
}

/// Some servers add to a list what a request has, and take nothing away unless told
/// so in another form. Where the answer shows that, they are told.
async fn without_leftovers<T: RemoteObject>(
    call: &Call<'_, Context>,
    write: &Write<'_, T>,
    record: Record<T>,
    options: &CallOptions,
) -> Record<T> {
    let Some(body) = T::leftovers(write.body, &record) else { return record };
    let slot = call.ctx.slot::<T>();
    let written = slot.write();
    let answer = endpoints::update(call.ctx.client(), write.key, &body, options).await;
    drop(written);
    answer.unwrap_or_else(|error| {
        // The comparison of the answer with the plan tells the user.
        tracing::warn!(id = write.key, %error, "the second object could not be removed");
        record
    })
}
