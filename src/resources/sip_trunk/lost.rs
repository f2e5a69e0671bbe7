//! Resources layer: what became of a create whose answer was lost. The trunk is
//! looked for and adopted, or the user is told what may exist. A second create
//! is never sent: that could make two.
//!
//! A trunk is ours only if all of this holds: it was not there before the request
//! was sent; it has everything that was requested; nobody in this process, nor in
//! another on this machine, has it; and there are no more such trunks than lost
//! answers, since one of them would be a stranger's. No clock is asked.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::Instant;

use crate::client::{self, CallOptions, Deadline};
use crate::framework::resource::Call;
use crate::protocol::value::Value;

use super::super::Context;
use super::super::claims::{Choice, Lost, Mark};
use super::super::label;
use super::super::patience::pause;
use super::compare::differences;
use super::endpoints::{self, SipTrunkBody, SipTrunkRecord, SipTrunkSummary};
use super::model::SipTrunkModel;
use super::verdict::TIER_SWITCHES;

/// So long a create waits for what the account holds before it.
const PATIENCE: Duration = Duration::from_secs(20);

/// What was requested.
#[derive(Debug)]
pub(super) struct Sought<'a> {
    pub(super) plan: &'a SipTrunkModel,
    pub(super) body: &'a SipTrunkBody,
    pub(super) before: Before,
}

/// What the account held before a request: nothing of it was made by that.
/// `None` when that is not known.
#[derive(Debug)]
pub(super) struct Before(Option<Arc<Vec<SipTrunkSummary>>>);

impl Before {
    /// The account as it is now, or was a moment ago.
    pub(super) async fn of(call: &Call<'_, Context>) -> Self {
        let until = Instant::now() + PATIENCE;
        let options = CallOptions::new(Deadline::at(call.deadline.min(until)), call.cancel.clone());
        let walk = || endpoints::list(call.ctx.client(), &options);
        let listed = call.ctx.sip_trunks().before(&options, walk).await;
        if let Err(error) = &listed {
            tracing::warn!(%error, "what the account holds before a create is not known");
        }
        Self(listed.ok())
    }

    /// Whether this trunk was there.
    pub(super) fn held(&self, id: i64) -> Option<bool> {
        self.0.as_ref().map(|listed| listed.iter().any(|trunk| trunk.id == id))
    }
}

/// Why no trunk could be taken for the one that was requested.
#[derive(Debug)]
pub(super) enum NotFound {
    /// None is there that could be it, only these.
    Missing(Others),
    /// More are there than answers were lost.
    TooMany(Vec<i64>),
    /// They may be those of creates that have not been answered yet.
    Undecided(Vec<i64>),
    /// They may be another process's, of which nothing can be known.
    Unsure(Vec<i64>),
    /// The account could not be looked at.
    Unknown(client::Error),
}

/// Trunks with the requested label that were not taken.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Others {
    /// Made since, with other values of these arguments.
    pub(super) different: Vec<(i64, Vec<&'static str>)>,
    /// Whether they were there before cannot be told.
    pub(super) undated: Vec<i64>,
    /// There before, and nobody's in this process.
    pub(super) older: Vec<i64>,
    /// Made since, with everything that was requested, like others perhaps.
    pub(super) alike: Vec<i64>,
    /// Listed, and could not be read: `(id, why)`.
    pub(super) unreadable: Vec<(i64, String)>,
}

impl Others {
    /// With those that have everything, and were not taken.
    fn and_alike(mut self, alike: &[SipTrunkRecord]) -> Self {
        self.alike = alike.iter().map(|record| record.id).collect();
        self
    }

    /// Those that may be the one.
    pub(super) fn ids(&self) -> Vec<i64> {
        let different = self.different.iter().map(|(id, _)| *id);
        let unreadable = self.unreadable.iter().map(|(id, _)| *id);
        different
            .chain(self.undated.iter().copied())
            .chain(self.alike.iter().copied())
            .chain(unreadable)
            .collect()
    }
}

#[derive(Debug, Default)]
struct Look {
    alike: Vec<SipTrunkRecord>,
    others: Others,
}

/// The trunk that the request has made, claimed for it.
///
/// # Errors
/// It was not found in all looks, or cannot be told from others.
pub(super) async fn look_for(
    call: &Call<'_, Context>,
    lost: &mut Lost<'_>,
    sought: &Sought<'_>,
    options: &CallOptions,
) -> Result<SipTrunkRecord, NotFound> {
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

async fn judge(lost: &mut Lost<'_>, look: Look, options: &CallOptions) -> Result<SipTrunkRecord, NotFound> {
    let Look { alike, others } = look;
    let marks: Vec<Mark> = alike.iter().map(mark).collect();
    // One that could not be read may be ours as well.
    if marks.is_empty() || !others.unreadable.is_empty() {
        return Err(NotFound::Missing(others.and_alike(&alike)));
    }
    if !lost.others_concluded(options).await {
        return Err(NotFound::Undecided(marks.iter().map(|mark| mark.id).collect()));
    }
    match lost.choose(&marks) {
        Choice::Adopted(id) => {
            alike.into_iter().find(|record| record.id == id).ok_or(NotFound::Missing(others))
        }
        Choice::Nothing => Err(NotFound::Missing(others)),
        Choice::TooMany(ids) => Err(NotFound::TooMany(ids)),
        Choice::Unsure(ids) => Err(NotFound::Unsure(ids)),
    }
}

/// A trunk, as other processes know it.
pub(super) fn mark(record: &SipTrunkRecord) -> Mark {
    Mark { id: record.id, created_at: record.created_at.as_deref().and_then(timestamp) }
}

async fn look(
    call: &Call<'_, Context>,
    sought: &Sought<'_>,
    options: &CallOptions,
) -> Result<Look, client::Error> {
    let client = call.ctx.client();
    let listed = call.ctx.sip_trunks().fresh(options, || endpoints::list(client, options)).await?;
    let mut look = Look::default();
    let wanted = &sought.body.label;
    for summary in listed.iter().filter(|summary| label::may_be(summary.label.as_ref(), wanted)) {
        let id = summary.id;
        if call.ctx.claims().is_owned(id) {
            continue;
        }
        let held = sought.before.held(id);
        if held == Some(true) {
            look.others.older.push(id);
            continue;
        }
        let record = match endpoints::get(client, id, options).await {
            Ok(record) => record,
            Err(error) => {
                look.others.unreadable.push((id, error.to_string()));
                continue;
            }
        };
        if let Some(odd) = record.unreadable.first() {
            look.others.unreadable.push((id, format!("`{}` cannot be read: {}", odd.field, odd.why)));
            continue;
        }
        let differing = differing(sought, &record, summary);
        if !differing.is_empty() {
            look.others.different.push((id, differing));
        } else if held.is_none() {
            look.others.undated.push(id);
        } else {
            look.alike.push(record);
        }
    }
    Ok(look)
}

/// The arguments in which a trunk is not what was requested. What the account's
/// plan does not include is off whatever was requested.
fn differing(sought: &Sought<'_>, record: &SipTrunkRecord, summary: &SipTrunkSummary) -> Vec<&'static str> {
    let found = SipTrunkModel::from_record(record, sought.plan);
    let mut names: Vec<&'static str> = differences(sought.plan, &found)
        .into_iter()
        .filter(|found| !(TIER_SWITCHES.contains(&found.name) && found.wanted == Value::Bool(true)))
        .map(|difference| difference.name)
        .collect();
    // The detail view does not tell it.
    let listed = summary.host_request.as_ref().and_then(|request| request.host.as_deref());
    let requested = sought.body.host_request.as_ref().map(|request| request.host.as_str());
    if listed != requested {
        names.push("host_request");
    }
    names
}

/// A time as the API writes it, with or without fractions of a second. Without a
/// zone it is UTC.
pub(super) fn timestamp(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(&format!("{}Z", text.replacen(' ', "T", 1)), &Rfc3339))
        .ok()
        .map(SystemTime::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_with_and_without_milliseconds_and_zone() {
        let second = SystemTime::UNIX_EPOCH + Duration::from_secs(1_684_257_205);
        assert_eq!(timestamp("2023-05-16T17:13:25Z"), Some(second));
        assert_eq!(timestamp("2023-05-16T17:13:25.250Z"), Some(second + Duration::from_millis(250)));
        assert_eq!(timestamp("2023-05-16T19:13:25+02:00"), Some(second));
        assert_eq!(timestamp("2023-05-16T17:13:25"), Some(second));
        assert_eq!(timestamp("2023-05-16 17:13:25"), Some(second));
        assert_eq!(timestamp("yesterday"), None);
    }
}
