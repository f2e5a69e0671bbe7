//! Objects that not every server of Wavix may show yet, and how those look at them that are
//! no resource: data sources, ephemeral resources. What a resource has seen of its object
//! in this process tells them what to wait for. The resource itself looks in `find`.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::client;
use crate::framework::resource::Call;
use crate::protocol::value::Value;

use super::compare::differences;
use super::context::{Context, options};
use super::endpoints;
use super::object::{ReadBy, RemoteObject, key_of, text_of};
use super::patience::pause;
use super::record::Record;
use super::slot::Records;

/// The objects that resources have read or written in this process.
#[derive(Debug)]
pub struct Trail<T: RemoteObject>(Mutex<BTreeMap<String, Seen<T>>>);

#[derive(Debug)]
struct Seen<T: RemoteObject> {
    object: T::Model,
    /// Until then an answer may not show it yet.
    settles: Option<Instant>,
}

impl<T: RemoteObject> Default for Trail<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: RemoteObject> Seen<T> {
    fn left(&self) -> Option<Duration> {
        let left = self.settles?.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// Whether the list shows it as it is.
    fn is_shown(&self, key: &str, listed: &[Record<T>]) -> bool {
        let label = text_of::<T>(&self.object, T::LABEL);
        let is_as_seen = |found: &Record<T>| match T::READ {
            ReadBy::Key => label.is_none() || is_same_label::<T>(label.as_deref(), found.label()),
            // The list is all that there is to be read.
            ReadBy::List => differences::<T>(&self.object, &found.state(&self.object)).is_empty(),
        };
        listed.iter().any(|found| found.key == key && is_as_seen(found))
    }
}

/// Whether two labels mean the same, however they are written.
fn is_same_label<T: RemoteObject>(one: Option<&str>, other: Option<&str>) -> bool {
    let same = T::schema().attribute(T::LABEL).and_then(|label| label.same_meaning);
    match (one, other, same) {
        (Some(one), Some(other), Some(same)) => same(&Value::string(one), &Value::string(other)),
        _ => one == other,
    }
}

impl<T: RemoteObject> Trail<T> {
    /// The object is this now, and for so long an answer may not show it.
    pub fn note(&self, object: &T::Model, settling: Option<Duration>) {
        if let Some(key) = key_of::<T>(object) {
            let settles = settling.and_then(|left| Instant::now().checked_add(left));
            self.lock().insert(key, Seen { object: object.clone(), settles });
        }
    }

    /// The object is gone.
    pub fn forget(&self, key: &str) {
        self.lock().remove(key);
    }

    /// Whether a resource has seen this object.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.lock().contains_key(key)
    }

    /// For how long this answer, or that there is none, may be behind.
    fn behind(&self, key: &str, found: Option<&Record<T>>) -> Option<Duration> {
        let seen = self.lock();
        let seen = seen.get(key)?;
        let is_old = found
            .is_none_or(|record| !differences::<T>(&seen.object, &record.state(&seen.object)).is_empty());
        seen.left().filter(|_| is_old)
    }

    /// For how long the list may be behind, if it shows one of the objects not as it is.
    fn list_behind(&self, listed: &[Record<T>]) -> Option<Duration> {
        let seen = self.lock();
        let hidden = seen.iter().filter(|(key, seen)| !seen.is_shown(key, listed));
        hidden.filter_map(|(_, seen)| seen.left()).max()
    }

    /// For how long a server may not know the object with this text.
    fn text_behind(&self, attribute: &str, text: &str) -> Option<Duration> {
        let is_it = |seen: &&Seen<T>| text_of::<T>(&seen.object, attribute).as_deref() == Some(text);
        self.lock().values().find(is_it).and_then(Seen::left)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Seen<T>>> {
        // Each change is one step, so it is in order whoever panicked holding it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The object with this key, asked for again while the answer may be behind what this
/// process knows of it. One that the list has is asked for twice at least.
///
/// # Errors
/// See [`client::Error`].
pub async fn get<T: RemoteObject>(
    call: &Call<'_, Context>,
    key: &str,
    listed: Option<&Record<T>>,
) -> Result<Record<T>, client::Error> {
    if let (ReadBy::List, Some(listed)) = (T::READ, listed) {
        return Ok(listed.clone());
    }
    let slot = call.ctx.slot::<T>();
    let mut tries = 0;
    loop {
        let found = endpoints::get(call.ctx.client(), key, &options(call)).await;
        let behind = match &found {
            Ok(record) => slot.trail().behind(key, Some(record)),
            Err(error) if error.is_not_found() => slot.trail().behind(key, None),
            Err(_) => None,
        };
        let again = match behind {
            Some(left) => wait(call, tries, left).await,
            None => listed.is_some() && tries == 0 && found.as_ref().is_err_and(client::Error::is_not_found),
        };
        if !again {
            return found;
        }
        tries += 1;
    }
}

/// All objects of the account, walked again while the list may be behind what this
/// process knows of it, and is not enough.
///
/// # Errors
/// See [`client::Error`].
pub async fn list<T: RemoteObject>(
    call: &Call<'_, Context>,
    is_enough: impl Fn(&[Record<T>]) -> bool,
) -> Result<Records<T>, client::Error> {
    let slot = call.ctx.slot::<T>();
    let mut listed = slot.recent(call).await?;
    let mut tries = 0;
    while let Some(left) = slot.trail().list_behind(&listed)
        && !is_enough(&listed)
        && wait(call, tries, left).await
    {
        tries += 1;
        listed = slot.fresh(call, &options(call)).await?;
    }
    Ok(listed)
}

/// Waits for a text that a server does not know, if the object that has it is that
/// new; whether to try again.
pub async fn wait_for<T: RemoteObject>(
    call: &Call<'_, Context>,
    attribute: &str,
    text: &str,
    tries: u32,
) -> bool {
    match call.ctx.slot::<T>().trail().text_behind(attribute, text) {
        Some(left) => wait(call, tries, left).await,
        None => false,
    }
}

async fn wait(call: &Call<'_, Context>, tries: u32, left: Duration) -> bool {
    pause(call.ctx.patience().to_settle(tries).min(left), call.deadline, call.cancel).await
}
