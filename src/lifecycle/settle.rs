//! Wavix may be behind its own writes. When something was written is noted beside the
//! state, and what a read does not show soon after is looked at again before it is
//! believed.

use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::private::Private;
use crate::framework::resource::Call;

use super::compare::differences;
use super::context::{Context, options};
use super::find;
use super::noun::Verb;
use super::object::{RemoteObject, text_of};
use super::patience::pause;
use super::record::{CREATED_AT, Record, timestamp};
use super::stamp::Stamp;

/// Under this key stands what the last update changed, and when: a read soon
/// after it may be answered by a server that does not know yet.
const UPDATED: &str = "updated";

/// Under this key stands when the object was made, until every server must know
/// it. What the object says of that itself is by a clock that nobody can ask.
const CREATED: &str = "created";

/// The object as it is after the last update. A record that differs from the
/// state in nothing but what that update has just changed may be the version
/// before it, so it is asked for again until the update has settled.
pub async fn after_an_update<T: RemoteObject>(
    call: &Call<'_, Context>,
    state: &T::Model,
    mut record: Record<T>,
    private: &mut Private,
) -> Result<Record<T>, Diagnostics> {
    let Some((at, arguments)) = updated(private) else { return Ok(record) };
    let mut tries = 0;
    loop {
        let Some(left) = left_to_settle(call, at.age(call.ctx.client())) else {
            private.remove(UPDATED);
            return Ok(record);
        };
        let differing = differences::<T>(state, &record.state(state));
        let may_be_old = !differing.is_empty()
            && differing.iter().all(|difference| arguments.iter().any(|name| name == difference.name));
        if !may_be_old || !pause_to_settle(call, tries, left).await {
            return Ok(record);
        }
        tries += 1;
        tracing::debug!(
            record.key,
            "a read returned the object as it was before its update: reading it again"
        );
        record = match find::get::<T>(call, &record.key, &options(call)).await {
            Ok(Some(record)) => record,
            Ok(None) => return Ok(record),
            Err(error) => return Err(T::NOUN.failed(Verb::Read, &record.key, &error)),
        };
    }
}

/// Notes what an update has changed, for [`after_an_update`].
pub fn note_update<T: RemoteObject>(
    call: &Call<'_, Context>,
    plan: &T::Model,
    prior: &T::Model,
    private: &mut Private,
) {
    let arguments: Vec<&str> =
        differences::<T>(plan, prior).into_iter().map(|difference| difference.name).collect();
    if arguments.is_empty() {
        return private.remove(UPDATED);
    }
    let now = Stamp::now(call.ctx.client());
    private.set(UPDATED, json!({ "when": now.to_json(), "arguments": arguments }));
}

/// Notes that the object was made just now, and forgets the one before it.
pub fn note_create(call: &Call<'_, Context>, private: &mut Private) {
    private.remove(UPDATED);
    private.set(CREATED, Stamp::now(call.ctx.client()).to_json());
}

/// Forgets when the object was made if that does not matter any more.
pub fn forget_settled(call: &Call<'_, Context>, private: &mut Private) {
    let made = private.get(CREATED).map(Stamp::from_json);
    let age = made.map(|stamp| stamp.and_then(|stamp| stamp.age(call.ctx.client())));
    if age.is_some_and(|age| left_to_settle(call, age).is_none()) {
        private.remove(CREATED);
    }
}

/// When the last update was, and what it changed.
fn updated(private: &Private) -> Option<(Stamp, Vec<String>)> {
    let note = private.get(UPDATED)?;
    // A note of an older version is the time itself.
    let at = Stamp::from_json(note.get("when").unwrap_or(note))?;
    let arguments = note.get("arguments")?.as_array()?;
    Some((at, arguments.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()))
}

/// For how long an answer may not show yet what the state says.
pub fn left_of_all<T: RemoteObject>(
    call: &Call<'_, Context>,
    state: &T::Model,
    private: &Private,
) -> Option<Duration> {
    let updated = updated(private).and_then(|(at, _)| at.age(call.ctx.client()));
    let ages = [Newness::of::<T>(state, private).age(call), updated];
    ages.into_iter().filter_map(|age| left_to_settle(call, age)).max()
}

/// How new an object is, and how often it was waited for.
pub(super) struct Newness {
    /// As this provider noted it.
    made: Option<Stamp>,
    /// As Wavix dates an object that somebody else has made.
    created_at: Option<SystemTime>,
    waits: u32,
}

/// What is known when nothing shows an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settling {
    /// It has had time to be known everywhere.
    Over,
    /// It was too new, and has now had more time: look again.
    Waited,
    /// It is too new, and there is no time to wait: nothing is proved.
    CutShort,
}

impl Newness {
    pub(super) fn of<T: RemoteObject>(state: &T::Model, private: &Private) -> Self {
        Self {
            made: private.get(CREATED).and_then(Stamp::from_json),
            created_at: text_of::<T>(state, CREATED_AT).and_then(|text| timestamp(&text)),
            waits: 0,
        }
    }

    fn age(&self, call: &Call<'_, Context>) -> Option<Duration> {
        let client = call.ctx.client();
        if let Some(made) = self.made {
            return made.age(client);
        }
        let age = client.server_now().unwrap_or_else(SystemTime::now).duration_since(self.created_at?);
        Some(age.unwrap_or_else(|early| early.duration()))
    }

    /// Waits if the object is so new that not every server may know it.
    pub(super) async fn wait(&mut self, call: &Call<'_, Context>) -> Settling {
        let Some(left) = left_to_settle(call, self.age(call)) else {
            return Settling::Over;
        };
        if !pause_to_settle(call, self.waits, left).await {
            return Settling::CutShort;
        }
        self.waits += 1;
        Settling::Waited
    }
}

/// For how long what was written so long ago may not be visible everywhere yet.
fn left_to_settle(call: &Call<'_, Context>, age: Option<Duration>) -> Option<Duration> {
    call.ctx.patience().settling.checked_sub(age?).filter(|left| !left.is_zero())
}

async fn pause_to_settle(call: &Call<'_, Context>, tries: u32, left: Duration) -> bool {
    pause(call.ctx.patience().to_settle(tries).min(left), call.deadline, call.cancel).await
}

/// The error for an object that nothing shows and that may be too new to be shown.
pub(super) fn unsettled<T: RemoteObject>(verb: Verb, key: &str, tried: &str) -> Diagnostics {
    Diagnostic::error(
        T::NOUN.summary(verb),
        format!(
            "The {} {key} stays in the state. Try again: it is new, and may not be visible on every Wavix server \
             yet. The timeout of the {} expired first.\n\n{tried}",
            T::NOUN.name,
            verb.word()
        ),
    )
    .into()
}
