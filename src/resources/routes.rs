//! What phone numbers and SIP trunks need to know of each other. The folders name no other
//! object; which ones are meant is said in `mod.rs`.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::client::{self, CallOptions};
use crate::framework::diagnostics::Diagnostics;
use crate::framework::resource::Call;
use crate::lifecycle::context::{Context, Part, options};
use crate::lifecycle::endpoints;
use crate::lifecycle::looks::Lookups;
use crate::lifecycle::noun::Verb;
use crate::lifecycle::object::RemoteObject;
use crate::lifecycle::patience::pause;
use crate::lifecycle::record::Record;
use crate::protocol::value::Value;

use super::written_number::dialled;
use super::{PhoneNumber, SipTrunk};

/// What is known of the trunks that destinations name.
struct Trunks {
    logins: Mutex<BTreeMap<String, String>>,
    looked_up: Lookups<bool>,
}

impl Part for Trunks {
    fn new(_: &Context) -> Self {
        Self { logins: Mutex::default(), looked_up: Lookups::default() }
    }
}

/// The SIP login of a trunk, asked for once; `None` when the account has no such trunk. One
/// that was made just now is asked for again.
///
/// # Errors
/// It cannot be read.
pub(super) async fn login(call: &Call<'_, Context>, id: &str) -> Result<Option<String>, Diagnostics> {
    let known = call.ctx.part::<Trunks>();
    let lock = || known.logins.lock().unwrap_or_else(PoisonError::into_inner);
    let before = lock().get(id).cloned();
    if before.is_some() {
        return Ok(before);
    }
    let (began, patience) = (Instant::now(), call.ctx.patience());
    let mut tries = 0;
    loop {
        match trunk(call.ctx, id, &options(call)).await {
            Ok(Some(record)) => {
                let login = record.text("login").unwrap_or_default().to_owned();
                lock().insert(id.to_owned(), login.clone());
                return Ok(Some(login));
            }
            Ok(None) => {
                let wait = patience.to_settle(tries);
                let is_late = began.elapsed() + wait > patience.settling;
                if is_late || !pause(wait, call.deadline, call.cancel).await {
                    return Ok(None);
                }
                tries += 1;
            }
            Err(error) => return Err(SipTrunk::NOUN.failed(Verb::Find, id, &error)),
        }
    }
}

/// Whether the account has a trunk with this id, as far as a plan can tell.
pub(super) async fn is_there(ctx: &Context, id: &str, cancel: &CancellationToken) -> Option<bool> {
    let without = "destinations are not compared with the trunks of the account, which are unknown";
    let fetch = |options: CallOptions| async move { Ok(trunk(ctx, id, &options).await?.is_some()) };
    ctx.part::<Trunks>().looked_up.of(id).get(ctx, without, cancel, fetch).await.copied()
}

/// The trunks whose calls present this number, as far as a plan can tell, in words.
pub(super) async fn presenting(ctx: &Context, number: &str, cancel: &CancellationToken) -> String {
    let listed = ctx.slot::<SipTrunk>().at_first(ctx, cancel).await;
    let presents = |trunk: &&Record<SipTrunk>| {
        trunk.text("callerid").is_some_and(|text| dialled(text).as_deref() == Ok(number))
    };
    let named: Vec<String> =
        listed.iter().flat_map(|all| all.iter()).filter(presents).map(SipTrunk::display_name).collect();
    named.join(", ")
}

/// A number whose calls ring at a trunk.
pub(super) struct Ringing {
    pub(super) number: String,
    pub(super) id: String,
    pub(super) priority: Value,
    /// Whether they are tried elsewhere before.
    pub(super) is_backup: bool,
}

/// How many numbers a message names.
const NAMED: usize = 10;

/// The numbers in a list that ring at a trunk.
fn ringing(listed: &[Record<PhoneNumber>], trunk: &str) -> Vec<Ringing> {
    let at = |number: &Record<PhoneNumber>| {
        let Some(Value::List(places)) = number.told("destinations") else { return None };
        let is_here = |place: &&Value| place.get("sip_trunk_id").and_then(Value::as_str) == Some(trunk);
        let priority = places.iter().find(is_here)?.get("priority")?.clone();
        let is_backup = places.first().and_then(|first| first.get("priority")) != Some(&priority);
        Some(Ringing {
            number: number.text("number").unwrap_or_default().to_owned(),
            id: number.key.clone(),
            priority,
            is_backup,
        })
    };
    listed.iter().filter_map(at).collect()
}

/// The numbers of the account that ring at a trunk.
///
/// # Errors
/// They cannot be listed.
pub(super) async fn of_trunk(call: &Call<'_, Context>, trunk: &str) -> Result<Vec<Ringing>, Diagnostics> {
    let listed = call.ctx.slot::<PhoneNumber>().recent(call).await;
    let listed = listed.map_err(|error| PhoneNumber::NOUN.failed(Verb::List, "", &error))?;
    Ok(ringing(&listed, trunk))
}

/// The same, in words and as far as a plan can tell; `None` when there is none.
pub(super) async fn at_trunk(ctx: &Context, trunk: &str, cancel: &CancellationToken) -> Option<String> {
    let listed = ctx.slot::<PhoneNumber>().at_first(ctx, cancel).await?;
    in_words(&ringing(&listed, trunk))
}

/// The numbers by name, up to a number that people read.
pub(super) fn in_words(ringing: &[Ringing]) -> Option<String> {
    let named: Vec<&str> = ringing.iter().take(NAMED).map(|one| one.number.as_str()).collect();
    let more = ringing.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!named.is_empty()).then(|| format!("{}{more}", named.join(", ")))
}

/// A number of the account, as far as a plan can tell: whether it is active.
pub(super) async fn is_active(
    ctx: &Context,
    number: &str,
    cancel: &CancellationToken,
) -> Option<Option<bool>> {
    let listed = ctx.slot::<PhoneNumber>().at_first(ctx, cancel).await?;
    let is_it = |record: &&Record<PhoneNumber>| {
        record.text("number").and_then(|text| dialled(text).ok()).as_deref() == Some(number)
    };
    if listed.is_empty() {
        // Whoever has no number presents those of others.
        return None;
    }
    Some(listed.iter().find(is_it).map(|found| found.text("status") != Some("inactive")))
}

/// A 404 alone proves nothing.
async fn trunk(
    ctx: &Context,
    id: &str,
    options: &CallOptions,
) -> Result<Option<Record<SipTrunk>>, client::Error> {
    match endpoints::get(ctx.client(), id, options).await {
        Err(error) if error.is_not_found() => {
            let listed = endpoints::list::<SipTrunk>(ctx.client(), options).await?;
            Ok(listed.into_iter().find(|record| record.key == id))
        }
        answer => answer.map(Some),
    }
}
