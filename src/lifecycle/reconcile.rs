//! What became of a create whose answer was lost. The object is looked for and adopted, or
//! the user is told what may exist. A second create is never sent: that could make two.
//!
//! An object is ours only if all of this holds: it was not there before the request
//! was sent; it has everything that was requested; nobody in this process, nor in
//! another on this machine, has it; and there are no more such objects than lost
//! answers, since one of them would be a stranger's. No clock is asked.

use std::time::Duration;

use tokio::time::Instant;

use crate::client::{self, CallOptions, Deadline};
use crate::framework::resource::Call;

use super::body::Body;
use super::claims::{Choice, Lost, Mark};
use super::compare::differences;
use super::context::Context;
use super::find::whole;
use super::label;
use super::object::RemoteObject;
use super::patience::pause;
use super::record::Record;
use super::slot::Records;

/// So long a create waits for what the account holds before it.
const PATIENCE: Duration = Duration::from_secs(20);

/// What was requested.
#[derive(Debug)]
pub struct Sought<'a, T: RemoteObject> {
    /// What it is to be.
    pub plan: &'a T::Model,
    /// What was sent.
    pub body: &'a Body,
    /// What was there.
    pub before: Before<T>,
}

impl<T: RemoteObject> Sought<'_, T> {
    /// What people are to call it.
    #[must_use]
    pub fn label(&self) -> &str {
        self.body.text(T::LABEL)
    }
}

/// A text that is equal for bodies whose objects could be taken for one another: the
/// label, as a server may keep it. Answers leave out too much of the rest to rely on a
/// difference.
#[must_use]
pub fn contents<T: RemoteObject>(body: &Body) -> String {
    label::group(body.text(T::LABEL))
}

/// What the account held before a request: nothing of it was made by that.
/// `None` when that is not known.
#[derive(Debug)]
pub struct Before<T>(Option<Records<T>>);

impl<T: RemoteObject> Before<T> {
    /// The account as it is now, or was a moment ago.
    pub async fn of(call: &Call<'_, Context>) -> Self {
        let until = Instant::now() + PATIENCE;
        let options = CallOptions::new(Deadline::at(call.deadline.min(until)), call.cancel.clone());
        let listed = call.ctx.slot::<T>().before(call, &options).await;
        if let Err(error) = &listed {
            tracing::warn!(%error, "cannot list the account's objects before a create");
        }
        Self(listed.ok())
    }

    /// Whether this object was there.
    #[must_use]
    pub fn held(&self, key: &str) -> Option<bool> {
        self.0.as_ref().map(|listed| listed.iter().any(|record| record.key == key))
    }
}

/// Why no object could be taken for the one that was requested.
#[derive(Debug)]
pub enum NotFound {
    /// None is there that could be it, only these.
    Missing(Others),
    /// More are there than answers were lost.
    TooMany(Vec<String>),
    /// They may be those of creates that have not been answered yet.
    Undecided(Vec<String>),
    /// They may be another process's, of which nothing can be known.
    Unsure(Vec<String>),
    /// The account could not be looked at.
    Unknown(client::Error),
}

/// Objects with the requested label that were not taken.
#[derive(Debug, Default, PartialEq)]
pub struct Others {
    /// Made since, with other values of these arguments.
    pub different: Vec<(String, Vec<&'static str>)>,
    /// Whether they were there before cannot be told.
    pub undated: Vec<String>,
    /// There before, and nobody's in this process.
    pub older: Vec<String>,
    /// Made since, with everything that was requested, like others perhaps.
    pub alike: Vec<String>,
    /// Listed, and could not be read: `(id, why)`.
    pub unreadable: Vec<(String, String)>,
}

impl Others {
    /// With those that have everything, and were not taken.
    fn and_alike(mut self, marks: &[Mark]) -> Self {
        self.alike = marks.iter().map(|mark| mark.id.clone()).collect();
        self
    }

    /// Those that may be the one.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        let different = self.different.iter().map(|(id, _)| id);
        let unreadable = self.unreadable.iter().map(|(id, _)| id);
        different.chain(&self.undated).chain(&self.alike).chain(unreadable).cloned().collect()
    }
}

struct Look<T> {
    alike: Vec<Record<T>>,
    others: Others,
}

/// The object that the request has made, claimed for it.
///
/// # Errors
/// It was not found in all looks, or cannot be told from others.
pub async fn look_for<T: RemoteObject>(
    call: &Call<'_, Context>,
    lost: &mut Lost<'_>,
    sought: &Sought<'_, T>,
    options: &CallOptions,
) -> Result<Record<T>, NotFound> {
    let patience = call.ctx.patience();
    let mut looks = 0;
    loop {
        let doubt = match look(call, sought, options).await {
            Ok(look) => match judge(lost, look, options).await {
                Ok(record) => return Ok(record),
                Err(doubt @ NotFound::Missing(_)) => doubt,
                Err(doubt) => return Err(doubt),
            },
            // Asking again would be answered the same.
            Err(error) if error.is_unauthorized() || error.is_forbidden() => {
                return Err(NotFound::Unknown(error));
            }
            Err(error) => NotFound::Unknown(error),
        };
        looks += 1;
        // What the request does late, or the list shows late, is seen a little later.
        let Some(wait) = patience.before_look(looks) else { return Err(doubt) };
        if !pause(wait, call.deadline, call.cancel).await {
            return Err(doubt);
        }
    }
}

async fn judge<T: RemoteObject>(
    lost: &mut Lost<'_>,
    look: Look<T>,
    options: &CallOptions,
) -> Result<Record<T>, NotFound> {
    let Look { alike, others } = look;
    let marks: Vec<Mark> = alike.iter().map(Record::mark).collect();
    // One that could not be read may be ours as well.
    if marks.is_empty() || !others.unreadable.is_empty() {
        return Err(NotFound::Missing(others.and_alike(&marks)));
    }
    if !lost.others_concluded(options).await {
        return Err(NotFound::Undecided(marks.into_iter().map(|mark| mark.id).collect()));
    }
    match lost.choose(&marks) {
        Choice::Adopted(id) => {
            alike.into_iter().find(|record| record.key == id).ok_or(NotFound::Missing(others))
        }
        Choice::Nothing => Err(NotFound::Missing(others)),
        Choice::TooMany(ids) => Err(NotFound::TooMany(ids)),
        Choice::Unsure(ids) => Err(NotFound::Unsure(ids)),
    }
}

async fn look<T: RemoteObject>(
    call: &Call<'_, Context>,
    sought: &Sought<'_, T>,
    options: &CallOptions,
) -> Result<Look<T>, client::Error> {
    let slot = call.ctx.slot::<T>();
    let records = slot.fresh(call, options).await?;
    let mut look = Look { alike: Vec::new(), others: Others::default() };
    for listed in records.iter().filter(|listed| label::may_be(listed.label(), sought.label())) {
        let id = &listed.key;
        if slot.claims().is_owned(id) {
            continue;
        }
        let held = sought.before.held(id);
        if held == Some(true) {
            look.others.older.push(id.clone());
            continue;
        }
        let record = match whole(call, listed, options).await {
            Ok(record) => record,
            Err(error) => {
                look.others.unreadable.push((id.clone(), error.to_string()));
                continue;
            }
        };
        if let Some(odd) = record.unreadable.first() {
            look.others.unreadable.push((id.clone(), format!("`{}` is unreadable: {}", odd.field, odd.why)));
            continue;
        }
        let differing = differing(sought, &record, listed);
        if !differing.is_empty() {
            look.others.different.push((id.clone(), differing));
        } else if held.is_none() {
            look.others.undated.push(id.clone());
        } else {
            look.alike.push(record);
        }
    }
    Ok(look)
}

/// The arguments in which an object is not what was requested.
fn differing<T: RemoteObject>(
    sought: &Sought<'_, T>,
    record: &Record<T>,
    listed: &Record<T>,
) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = differences::<T>(sought.plan, &record.state(sought.plan))
        .into_iter()
        .filter(|difference| !T::is_tolerated(difference))
        .map(|difference| difference.name)
        .collect();
    names.extend(T::differs_in_list(sought.plan, listed));
    names
}
