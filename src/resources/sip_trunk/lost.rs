//! Resources layer: what became of a create whose answer was lost. The trunk is
//! looked for and adopted, or the user is told what may exist. A second create
//! is never sent: that could make two.
//!
//! A trunk is ours only if all of this holds: it was created after the request
//! began, by Wavix's clock; it has everything that was requested; nobody in this
//! process has it; and there are no more such trunks than lost answers, since one
//! of them would be a stranger's. A trunk of an earlier run was created earlier,
//! one of this run is claimed, so what another resource has is never taken.

use std::time::{Duration, SystemTime};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::client::{self, CallOptions, Moment};
use crate::framework::resource::Call;
use crate::protocol::value::Value;

use super::super::Context;
use super::super::claims::{Choice, Lost};
use super::super::patience::pause;
use super::compare::differences;
use super::endpoints::{self, SipTrunkBody, SipTrunkRecord, SipTrunkSummary};
use super::model::SipTrunkModel;
use super::verdict::TIER_SWITCHES;

/// How much earlier than the request a trunk may be dated: the machine that
/// dates trunks need not be the one that dates answers.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(1);

/// What was requested.
#[derive(Debug)]
pub(super) struct Sought<'a> {
    pub(super) plan: &'a SipTrunkModel,
    pub(super) body: &'a SipTrunkBody,
    /// Before the request was sent.
    pub(super) began: Moment,
}

impl Sought<'_> {
    /// The earliest time, by Wavix's clock, that the trunk can be dated.
    pub(super) fn since(&self, client: &client::Client) -> Option<SystemTime> {
        client.server_time(self.began)?.checked_sub(CLOCK_TOLERANCE)
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
    /// The account could not be looked at.
    Unknown(client::Error),
}

/// Trunks with the requested label that were not taken.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Others {
    /// Created since, with other values of these arguments.
    pub(super) different: Vec<(i64, Vec<&'static str>)>,
    /// Whether they were created since cannot be told.
    pub(super) undated: Vec<i64>,
    /// Listed, and could not be read: `(id, why)`.
    pub(super) unreadable: Vec<(i64, String)>,
}

impl Others {
    /// All of them.
    pub(super) fn ids(&self) -> Vec<i64> {
        let different = self.different.iter().map(|(id, _)| *id);
        let unreadable = self.unreadable.iter().map(|(id, _)| *id);
        different.chain(self.undated.iter().copied()).chain(unreadable).collect()
    }
}

/// One look at the account.
#[derive(Default)]
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
) -> Result<SipTrunkRecord, NotFound> {
    let patience = call.ctx.patience();
    let options = patience.for_a_look(call.deadline, call.cancel);
    let mut looks = 0;
    loop {
        let doubt = match look(call, sought, &options).await {
            Ok(look) => match judge(lost, look, &options).await {
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
    let ids: Vec<i64> = alike.iter().map(|record| record.id).collect();
    if ids.is_empty() {
        return Err(NotFound::Missing(others));
    }
    if !lost.others_concluded(options.deadline.instant()).await {
        return Err(NotFound::Undecided(ids));
    }
    match lost.choose(&ids) {
        Choice::Adopted(id) => {
            alike.into_iter().find(|record| record.id == id).ok_or(NotFound::Missing(others))
        }
        Choice::Nothing => Err(NotFound::Missing(others)),
        Choice::TooMany(ids) => Err(NotFound::TooMany(ids)),
    }
}

async fn look(
    call: &Call<'_, Context>,
    sought: &Sought<'_>,
    options: &CallOptions,
) -> Result<Look, client::Error> {
    let (client, claims) = (call.ctx.client(), call.ctx.claims());
    let listed = call.ctx.sip_trunks().fresh(options, || endpoints::list(client, options)).await?;
    // Known now at the latest: the list's own answer had a date.
    let since = sought.since(client);
    let is_older = |created: SystemTime| since.is_some_and(|since| created < since);
    let mut look = Look::default();
    for summary in listed.iter().filter(|summary| summary.label.as_ref() == Some(&sought.body.label)) {
        let id = summary.id;
        if claims.is_owned(id) || claims.created_at(id).is_some_and(is_older) {
            continue;
        }
        let record = match endpoints::get(client, id, options).await {
            Ok(record) => record,
            Err(error) => {
                look.others.unreadable.push((id, error.to_string()));
                continue;
            }
        };
        let created = record.created_at.as_deref().and_then(timestamp);
        if let Some(created) = created {
            claims.saw(id, created);
            if is_older(created) {
                continue;
            }
        }
        let differing = differing(sought, &record, summary);
        if !differing.is_empty() {
            look.others.different.push((id, differing));
        } else if created.is_none() || since.is_none() {
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

/// A time as the API writes it, with or without fractions of a second.
pub(super) fn timestamp(text: &str) -> Option<SystemTime> {
    OffsetDateTime::parse(text.trim(), &Rfc3339).ok().map(SystemTime::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_with_and_without_milliseconds() {
        let second = SystemTime::UNIX_EPOCH + Duration::from_secs(1_684_257_205);
        assert_eq!(timestamp("2023-05-16T17:13:25Z"), Some(second));
        assert_eq!(timestamp("2023-05-16T17:13:25.250Z"), Some(second + Duration::from_millis(250)));
        assert_eq!(timestamp("2023-05-16T19:13:25+02:00"), Some(second));
        assert_eq!(timestamp("yesterday"), None);
    }
}
