//! Resources layer: writing a whole trunk, until it is certain what it is. A PUT
//! may be sent twice, so a lost answer is followed by a look and, unless that
//! proves the change, by the same PUT.

use std::collections::BTreeSet;

use crate::client::{self, CallOptions, Delivery};
use crate::framework::resource::Call;

use super::super::Context;
use super::super::patience::pause;
use super::compare::differences;
use super::endpoints::{self, AllowedIpBody, SipTrunkBody, SipTrunkRecord};
use super::model::SipTrunkModel;

/// A trunk to write.
#[derive(Debug, Clone, Copy)]
pub(super) struct Put<'a> {
    pub(super) id: i64,
    pub(super) body: &'a SipTrunkBody,
    /// What it is to be.
    pub(super) plan: &'a SipTrunkModel,
    /// What it was; an equal trunk proves nothing about this request.
    pub(super) prior: &'a SipTrunkModel,
    /// What bounds the looks after it, where that is not a grace for each.
    pub(super) look: Option<&'a CallOptions>,
}

/// Why a trunk may not be what was written.
#[derive(Debug)]
pub(super) struct Unwritten {
    /// Of the first request that may have been carried out, or else of the only one.
    pub(super) error: client::Error,
    /// The trunk as it was seen afterwards, if it was.
    pub(super) seen: Option<SipTrunkRecord>,
}

/// Writes the trunk. The record is the answer's, or one that proves that it was
/// written.
///
/// # Errors
/// It was refused or not sent, or no look and no repeat made it certain: see
/// [`client::Error::delivery`] of the error.
pub(super) async fn put(
    call: &Call<'_, Context>,
    put: Put<'_>,
    options: &CallOptions,
) -> Result<SipTrunkRecord, Unwritten> {
    let client = call.ctx.client();
    let mut doubt: Option<client::Error> = None;
    let mut looks = 0;
    loop {
        let written = call.ctx.sip_trunks().write();
        let answer = endpoints::update(client, put.id, put.body, options).await;
        drop(written);
        let error = match answer {
            Ok(record) if record.unreadable.is_empty() => {
                return Ok(without_leftovers(call, put, record, options).await);
            }
            // Acknowledged, and not to be read: what broke one answer need not break
            // the next. One that is behind proves nothing.
            Ok(record) => {
                let seen = put.seen(call).await.ok();
                return Ok(seen.filter(|seen| put.is_proved_by(seen)).unwrap_or(record));
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
        tracing::warn!(id = put.id, %error, "the answer to an update was lost: the trunk is looked at");
        let doubt = doubt.get_or_insert(error);
        let seen = put.seen(call).await;
        if let Ok(record) = &seen
            && put.is_proved_by(record)
        {
            return Ok(without_leftovers(call, put, record.clone(), options).await);
        }
        looks += 1;
        let wait = call.ctx.patience().before_look(looks).filter(|_| !repeated);
        if let Some(wait) = wait
            && pause(wait, call.deadline, call.cancel).await
        {
            continue;
        }
        return Err(Unwritten { error: doubt.clone(), seen: seen.ok() });
    }
}

impl Put<'_> {
    /// The trunk as it is now.
    async fn seen(&self, call: &Call<'_, Context>) -> Result<SipTrunkRecord, client::Error> {
        let client = call.ctx.client();
        if let Some(look) = self.look {
            return endpoints::get(client, self.id, look).await;
        }
        let look = call.ctx.patience().for_a_look(call.deadline, call.cancel);
        endpoints::get(client, self.id, &look).await
    }

    /// Whether the trunk has everything that was to change and can be seen, and had
    /// not before. What an answer leaves out is taken from what is held, and so
    /// never proves anything.
    fn is_proved_by(&self, record: &SipTrunkRecord) -> bool {
        let mut changed = differences(self.plan, self.prior);
        changed.retain(|change| !self.plan.is_unenforced(change.name));
        let if_written = SipTrunkModel::from_record(record, self.plan);
        let if_not = SipTrunkModel::from_record(record, self.prior);
        let differs_from_prior: BTreeSet<&str> =
            differences(&if_not, self.prior).iter().map(|difference| difference.name).collect();
        !changed.is_empty()
            && differences(self.plan, &if_written).is_empty()
            && changed.iter().all(|change| differs_from_prior.contains(change.name))
    }
}

/// Some servers add the addresses of a request to those there are, and take one
/// away only when told its id. Where the answer shows that, they are told.
async fn without_leftovers(
    call: &Call<'_, Context>,
    put: Put<'_>,
    record: SipTrunkRecord,
    options: &CallOptions,
) -> SipTrunkRecord {
    let Some(allowed_ips) = removals(put.body, &record) else { return record };
    let body = SipTrunkBody { allowed_ips, ..put.body.clone() };
    let written = call.ctx.sip_trunks().write();
    let answer = endpoints::update(call.ctx.client(), put.id, &body, options).await;
    drop(written);
    answer.unwrap_or_else(|error| {
        // The comparison of the answer with the plan tells the user.
        tracing::warn!(id = put.id, %error, "addresses that are too many could not be removed by their ids");
        record
    })
}

/// The addresses by their ids: to keep one of each that was requested, and to
/// remove the others. `None` when none is too many, or has no id.
fn removals(body: &SipTrunkBody, record: &SipTrunkRecord) -> Option<Vec<AllowedIpBody>> {
    let mut wanted: BTreeSet<&str> = body
        .allowed_ips
        .iter()
        .filter_map(|item| match item {
            AllowedIpBody::Address { ip } | AllowedIpBody::Kept { ip, .. } => Some(ip.as_str()),
            AllowedIpBody::Removed { .. } => None,
        })
        .collect();
    let mut items: Vec<AllowedIpBody> = record
        .allowed_ips
        .as_ref()?
        .iter()
        .map(|allowed| {
            let id = allowed.id?;
            Some(if wanted.remove(allowed.ip.trim()) {
                AllowedIpBody::Kept { id, ip: allowed.ip.trim().to_owned() }
            } else {
                AllowedIpBody::Removed { id, destroy: true }
            })
        })
        .collect::<Option<_>>()?;
    // What was requested and the answer lacks must not be lost to the removal of the rest.
    items.extend(wanted.into_iter().map(|ip| AllowedIpBody::Address { ip: ip.to_owned() }));
    items.iter().any(|item| matches!(item, AllowedIpBody::Removed { .. })).then_some(items)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Secret;
    use crate::framework::object::{Attr, SetOf};

    /// A server that has not heard of the update yet answers with the old list.
    #[test]
    fn removing_an_old_address_does_not_lose_the_new_one() {
        let wanted = SetOf(vec![Attr::Known("203.0.113.20".to_owned())]);
        let plan = SipTrunkModel { allowed_ips: Attr::Known(wanted), ..SipTrunkModel::stub(1) };
        let answer = serde_json::json!({ "id": 1, "allowed_ips": [{ "id": 5, "ip": "198.51.100.7" }] });
        let record: SipTrunkRecord = serde_json::from_value(answer).unwrap();
        let sent = removals(&plan.body(&Secret::new("p")), &record).unwrap();
        assert_eq!(
            sent,
            [
                AllowedIpBody::Removed { id: 5, destroy: true },
                AllowedIpBody::Address { ip: "203.0.113.20".to_owned() }
            ]
        );
    }
}
