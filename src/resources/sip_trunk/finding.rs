//! Resources layer: looking at a trunk: by its id, in the list, and again where
//! Wavix may be behind its own writes. What a 404 is taken for is decided in
//! [`presence`](super::super::presence).

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::client;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::private::Private;
use crate::framework::resource::Call;

use super::super::Context;
use super::super::failure::Verb;
use super::super::patience::pause;
use super::super::presence::{self, Presence};
use super::super::stamp::Stamp;
use super::compare::differences;
use super::endpoints::{self, SipTrunkRecord, SipTrunkSummary};
use super::lost::timestamp;
use super::model::SipTrunkModel;
use super::{KIND, options};

/// Under this key stands what the last update changed, and when: a read soon
/// after it may be answered by a server that does not know yet.
const UPDATED: &str = "updated";

/// Under this key stands when the trunk was made, until every server must know
/// it. What the trunk says of that itself is by a clock that nobody can ask.
const CREATED: &str = "created";

/// All trunks of the account, as of a walk shared with other reads.
pub(in crate::resources) async fn list_of(
    call: &Call<'_, Context>,
) -> Result<Arc<Vec<SipTrunkSummary>>, client::Error> {
    let options = options(call);
    call.ctx.sip_trunks().recent(&options, || endpoints::list(call.ctx.client(), &options)).await
}

/// What the list says about a trunk. One that the shared walk does not have may
/// have been made elsewhere since: the list is then walked anew.
pub(super) async fn summary(
    call: &Call<'_, Context>,
    id: i64,
) -> Result<Option<SipTrunkSummary>, client::Error> {
    let of = |trunks: &[SipTrunkSummary]| trunks.iter().find(|trunk| trunk.id == id).cloned();
    if let Some(found) = of(&list_of(call).await?) {
        return Ok(Some(found));
    }
    let options = options(call);
    let walk = || endpoints::list(call.ctx.client(), &options);
    Ok(of(&call.ctx.sip_trunks().fresh(&options, walk).await?))
}

/// What became of a trunk of the state.
pub(super) enum Found {
    /// It is there.
    Trunk(Box<SipTrunkRecord>),
    /// It is certainly gone: this was answered, and the list lacks it.
    Gone(client::Error),
}

impl From<SipTrunkRecord> for Found {
    fn from(record: SipTrunkRecord) -> Self {
        Self::Trunk(Box::new(record))
    }
}

/// The trunk, or that it is gone. One so new that not every server may know it
/// is asked for again until it has settled, and one that the list still has once
/// more.
pub(super) async fn find(
    call: &Call<'_, Context>,
    state: &SipTrunkModel,
    private: &Private,
    id: i64,
) -> Result<Found, Diagnostics> {
    let get = || async { endpoints::get(call.ctx.client(), id, &options(call)).await };
    let failed = |error: &client::Error| KIND.failed(Verb::Read, &id.to_string(), error);
    let mut newness = Newness::of(state, private);
    loop {
        let not_found = match get().await {
            Ok(record) => return Ok(record.into()),
            Err(error) if error.is_not_found() => error,
            Err(error) => return Err(failed(&error)),
        };
        let presence = presence_after(Verb::Read, call, id, &not_found).await?;
        let settling = newness.wait(call).await;
        if settling == Settling::Waited {
            continue;
        }
        return match presence {
            Presence::Gone if settling == Settling::CutShort => {
                Err(unsettled(Verb::Read, id, &not_found.to_string()))
            }
            Presence::Gone => Ok(Found::Gone(not_found)),
            Presence::Listed => match get().await {
                Ok(record) => Ok(record.into()),
                Err(error) if error.is_not_found() => Err(still_listed(Verb::Read, id, &error)),
                Err(error) => Err(failed(&error)),
            },
        };
    }
}

/// Refuses a trunk that cannot be the state's. Login and time of creation never
/// change, so where both are others, somebody has put another id into the state,
/// and everything that follows would happen to somebody else's trunk.
pub(super) fn same_trunk(state: &SipTrunkModel, record: &SipTrunkRecord, id: i64) -> Result<(), Diagnostics> {
    let time = |text: Option<&String>| text.and_then(|text| timestamp(text));
    let (stored, found) = (time(state.created_at.known()), time(record.created_at.as_ref()));
    let (Some(login), Some(name)) = (state.login.known(), record.name.as_ref()) else { return Ok(()) };
    let (Some(stored), Some(found)) = (stored, found) else { return Ok(()) };
    if login == name || stored == found {
        return Ok(());
    }
    Err(Diagnostic::error(
        KIND.summary(Verb::Read),
        format!(
            "The SIP trunk {id} is another trunk than the one in the state: it has the login {name:?} and was created \
             on {}, where the state says {login:?} and {}. Neither ever changes, so the id in the state seems to have \
             been edited. Nothing was changed, and the state was left as it is.\n\nIf {id} is meant, take the resource \
             out of the state with `terraform state rm` and adopt the trunk with `terraform import`; if not, put the \
             old id back.",
            httpdate::fmt_http_date(found),
            httpdate::fmt_http_date(stored),
        ),
    )
    .at(Path::root("id"))
    .into())
}

/// The trunk as it is after the last update. A record that differs from the
/// state in nothing but what that update has just changed may be the version
/// before it, so it is asked for again until the update has settled.
pub(super) async fn settled(
    call: &Call<'_, Context>,
    state: &SipTrunkModel,
    mut record: SipTrunkRecord,
    private: &mut Private,
) -> Result<SipTrunkRecord, Diagnostics> {
    let Some((at, arguments)) = updated(private) else { return Ok(record) };
    let mut tries = 0;
    loop {
        let Some(left) = left_to_settle(call, at.age(call.ctx.client())) else {
            private.remove(UPDATED);
            return Ok(record);
        };
        let found = SipTrunkModel::from_record(&record, state);
        let differing = differences(state, &found);
        let may_be_old = !differing.is_empty()
            && differing.iter().all(|difference| arguments.iter().any(|name| name == difference.name));
        if !may_be_old || !pause_to_settle(call, tries, left).await {
            return Ok(record);
        }
        tries += 1;
        tracing::debug!(record.id, "a read shows the trunk as it was before its update: it is read again");
        record = endpoints::get(call.ctx.client(), record.id, &options(call))
            .await
            .map_err(|error| KIND.failed(Verb::Read, &record.id.to_string(), &error))?;
    }
}

/// Notes what an update has changed, for [`settled`].
pub(super) fn note_update(
    call: &Call<'_, Context>,
    plan: &SipTrunkModel,
    prior: &SipTrunkModel,
    private: &mut Private,
) {
    let arguments: Vec<&str> =
        differences(plan, prior).into_iter().map(|difference| difference.name).collect();
    if arguments.is_empty() {
        return private.remove(UPDATED);
    }
    let now = Stamp::now(call.ctx.client());
    private.set(UPDATED, json!({ "when": now.to_json(), "arguments": arguments }));
}

/// Notes that the trunk was made just now, and forgets the one before it.
pub(super) fn note_create(call: &Call<'_, Context>, private: &mut Private) {
    private.remove(UPDATED);
    private.set(CREATED, Stamp::now(call.ctx.client()).to_json());
}

/// Forgets when the trunk was made if that does not matter any more.
pub(super) fn forget_settled(call: &Call<'_, Context>, private: &mut Private) {
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
pub(super) fn left_of_all(
    call: &Call<'_, Context>,
    state: &SipTrunkModel,
    private: &Private,
) -> Option<Duration> {
    let updated = updated(private).and_then(|(at, _)| at.age(call.ctx.client()));
    let ages = [Newness::of(state, private).age(call), updated];
    ages.into_iter().filter_map(|age| left_to_settle(call, age)).max()
}

/// How new a trunk is, and how often it was waited for.
pub(super) struct Newness {
    /// As this provider noted it.
    made: Option<Stamp>,
    /// As Wavix dates a trunk that somebody else has made.
    created_at: Option<SystemTime>,
    waits: u32,
}

/// What is known when nothing shows a trunk.
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
    pub(super) fn of(state: &SipTrunkModel, private: &Private) -> Self {
        Self {
            made: private.get(CREATED).and_then(Stamp::from_json),
            created_at: state.created_at.known().and_then(|text| timestamp(text)),
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

    /// Waits if the trunk is so new that not every server may know it.
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

/// The error for a trunk that nothing shows and that may be too new to be shown.
pub(super) fn unsettled(verb: Verb, id: i64, tried: &str) -> Diagnostics {
    Diagnostic::error(
        KIND.summary(verb),
        format!(
            "{tried}\n\nThe SIP trunk {id} is so new that not every server of Wavix may know it yet, and the {} ended \
             before that could be told. It stays in the state.\n\nTry again.",
            verb.word()
        ),
    )
    .into()
}

async fn pause_to_settle(call: &Call<'_, Context>, tries: u32, left: Duration) -> bool {
    pause(call.ctx.patience().to_settle(tries).min(left), call.deadline, call.cancel).await
}

/// What the list says about a trunk that a request did not find.
pub(super) async fn presence_after(
    verb: Verb,
    call: &Call<'_, Context>,
    id: i64,
    not_found: &client::Error,
) -> Result<Presence, Diagnostics> {
    let options = options(call);
    let fetch = || endpoints::list(call.ctx.client(), &options);
    let walk = call.ctx.sip_trunks();
    // The list says more about why than the 404 does.
    presence::after_not_found(walk, &options, fetch, |trunk| trunk.id == id).await.map_err(|error| {
        let mut diagnostics: Vec<Diagnostic> =
            KIND.failed(verb, &id.to_string(), &error).into_iter().collect();
        for diagnostic in &mut diagnostics {
            let doubt = format!("{not_found} Whether it is gone could not be confirmed.\n\n");
            diagnostic.detail.insert_str(0, &doubt);
        }
        diagnostics.into_iter().collect()
    })
}

/// The error for a trunk that the list has, whatever a request came to.
pub(super) fn still_listed(verb: Verb, id: i64, error: &client::Error) -> Diagnostics {
    Diagnostic::error(
        KIND.summary(verb),
        format!(
            "{error}\n\nThe account's list still holds the SIP trunk {id}, so it is not gone, and it stays \
             in the state.\n\nTry again. If it goes on, ask Wavix support why the trunk cannot be reached."
        ),
    )
    .into()
}
