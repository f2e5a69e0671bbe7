//! Resources layer: the ceilings that Wavix sets for the account's trunks. A
//! plan compares limits with them, so that an apply does not fail half-way for
//! something that was known before. What is compared is each resource's own.

use std::time::Duration;

use serde::Deserialize;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use crate::client::{CallOptions, Client, Deadline, Error};

/// A plan does not wait longer than this for a check it can do without.
const PATIENCE: Duration = Duration::from_secs(60);

/// `global_limits` of `GET /v1/profile/config`, as far as trunks have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct AccountLimits {
    /// Longest call in seconds.
    pub max_call_duration: Option<i64>,
    /// Most concurrent calls.
    pub max_sip_channels: Option<i64>,
}

#[derive(Deserialize)]
struct AccountSettings {
    global_limits: AccountLimits,
}

/// `GET /v1/profile/config`. Needs the scope `account:read`.
///
/// # Errors
/// See [`Error`].
pub async fn fetch(client: &Client, options: &CallOptions) -> Result<AccountLimits, Error> {
    let settings: AccountSettings = client.get("/v1/profile/config").options(options).send().await?;
    Ok(settings.global_limits)
}

/// The ceilings, looked up when first needed. Rules:
///
/// 1. At most one request is made, whatever it comes to; who comes meanwhile
///    waits for it. Only one that the user interrupted does not count.
/// 2. A failure is logged and never an error: the API checks limits itself.
#[derive(Debug)]
pub(super) struct LimitLookup(OnceCell<Option<AccountLimits>>);

impl Default for LimitLookup {
    fn default() -> Self {
        Self(OnceCell::new())
    }
}

impl LimitLookup {
    /// One that never looks.
    pub(super) fn disabled() -> Self {
        Self(OnceCell::new_with(Some(None)))
    }

    pub(super) async fn get(&self, client: &Client, cancel: &CancellationToken) -> Option<AccountLimits> {
        let lookup = || async {
            let options = CallOptions::new(Deadline::after(PATIENCE), cancel.clone());
            match fetch(client, &options).await {
                Ok(limits) => Ok(Some(limits)),
                Err(error) if error.is_cancelled() => Err(()),
                Err(error) => {
                    tracing::info!(%error, "limits are not compared with the account's, which are unknown");
                    Ok(None)
                }
            }
        };
        self.0.get_or_try_init(lookup).await.ok().copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use wavix_sim::{Access, ApiKey, Fault, Sim};

    use super::*;
    use crate::client::ClientSettings;

    fn client(sim: &Sim) -> Client {
        let settings = ClientSettings {
            base_url: sim.base_url(),
            max_retries: 0,
            ..ClientSettings::new(sim.api_key().to_owned())
        };
        Client::new(settings.validate().unwrap())
    }

    async fn twice(lookup: &LimitLookup, sim: &Sim) -> [Option<AccountLimits>; 2] {
        let (client, cancel) = (client(sim), CancellationToken::new());
        let (first, second) = tokio::join!(lookup.get(&client, &cancel), lookup.get(&client, &cancel));
        [first, second]
    }

    #[tokio::test]
    async fn the_ceilings_are_asked_for_once() {
        let sim = Sim::start().await;
        let limits = AccountLimits { max_call_duration: Some(3600), max_sip_channels: Some(8) };
        assert_eq!(twice(&LimitLookup::default(), &sim).await, [Some(limits); 2]);
        assert_eq!(sim.journal().count("GET", "/v1/profile/config"), 1);
    }

    #[tokio::test]
    async fn a_key_without_the_scope_is_asked_for_them_once_and_goes_on() {
        let sim = Sim::builder().key(ApiKey::new("k").scope("trunks", Access::Write)).start().await;
        assert_eq!(twice(&LimitLookup::default(), &sim).await, [None; 2]);
        assert_eq!(sim.journal().count("GET", "/v1/profile/config"), 1);
    }

    #[tokio::test]
    async fn nothing_is_asked_when_the_check_is_switched_off() {
        let sim = Sim::start().await;
        assert_eq!(twice(&LimitLookup::disabled(), &sim).await, [None; 2]);
        assert_eq!(sim.journal().count("GET", "/v1/profile/config"), 0);
    }

    #[tokio::test]
    async fn an_interrupted_lookup_does_not_count() {
        let sim = Sim::start().await;
        let (lookup, client) = (LimitLookup::default(), client(&sim));
        let interrupted = CancellationToken::new();
        interrupted.cancel();
        assert_eq!(lookup.get(&client, &interrupted).await, None);
        assert!(lookup.get(&client, &CancellationToken::new()).await.is_some());
    }

    #[tokio::test]
    async fn an_answer_of_another_form_is_no_error() {
        let sim = Sim::start().await;
        sim.fault("GET", "/v1/profile/config", Fault::html_200());
        assert_eq!(twice(&LimitLookup::default(), &sim).await, [None; 2]);
    }
}
