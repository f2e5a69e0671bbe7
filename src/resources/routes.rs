//! Resources layer: what phone numbers and SIP trunks need to know of each other. The
//! folders name no other object; which ones are meant is said in `mod.rs`.

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

use super::SipTrunk;
use super::written_number::dialled;

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
    let without = "destinations are not compared with the account's trunks, which are unknown";
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
