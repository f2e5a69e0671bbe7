//! The ceilings that Wavix sets for the account's trunks. A plan compares limits with them,
//! so that an apply does not fail half-way for something that was known before. What is
//! compared is each resource's own.

use serde::{Deserialize, Deserializer};
use tokio_util::sync::CancellationToken;

use crate::client::{CallOptions, Client, Error};

use crate::lifecycle::context::{Context, Part};
use crate::lifecycle::looks::Lookup;
use crate::lifecycle::told::Told;

/// `global_limits` of `GET /v1/profile/config`, as far as trunks have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccountLimits {
    /// Longest call in seconds.
    pub max_call_duration: Option<i64>,
    /// Most concurrent calls.
    pub max_sip_channels: Option<i64>,
}

/// A ceiling that cannot be read is none: it is the API that enforces it.
impl<'de> Deserialize<'de> for AccountLimits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let told = &mut Told::deserialize(deserializer)?;
        Ok(Self {
            max_call_duration: told.whole("max_call_duration").flatten(),
            max_sip_channels: told.whole("max_sip_channels").flatten(),
        })
    }
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

/// What one configuration of the provider knows of them.
#[derive(Debug)]
struct Known(Lookup<AccountLimits>);

impl Part for Known {
    fn new(ctx: &Context) -> Self {
        Self(if ctx.checks_account_limits() { Lookup::default() } else { Lookup::disabled() })
    }
}

/// The ceilings of the account, asked for once. `None` when the key may not know them,
/// they cannot be had, or nobody is to look: a plan does without, and the API checks
/// limits itself.
pub async fn of(ctx: &Context, cancel: &CancellationToken) -> Option<AccountLimits> {
    let without = "limits are not compared with those of the account, which are unknown";
    let fetch = |options: CallOptions| async move { fetch(ctx.client(), &options).await };
    ctx.part::<Known>().0.get(ctx, without, cancel, fetch).await.copied()
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

    async fn twice(ctx: &Context) -> [Option<AccountLimits>; 2] {
        let cancel = CancellationToken::new();
        let (first, second) = tokio::join!(of(ctx, &cancel), of(ctx, &cancel));
        [first, second]
    }

    fn context(sim: &Sim) -> Context {
        Context::new(client(sim), Vec::new())
    }

    #[tokio::test]
    async fn the_ceilings_are_asked_for_once() {
        let sim = Sim::start().await;
        let limits = AccountLimits { max_call_duration: Some(3600), max_sip_channels: Some(8) };
        assert_eq!(twice(&context(&sim)).await, [Some(limits); 2]);
        assert_eq!(sim.journal().count("GET", "/v1/profile/config"), 1);
    }

    #[tokio::test]
    async fn a_key_without_the_scope_is_asked_for_them_once_and_goes_on() {
        let sim = Sim::builder().key(ApiKey::new("k").scope("trunks", Access::Write)).start().await;
        assert_eq!(twice(&context(&sim)).await, [None; 2]);
        assert_eq!(sim.journal().count("GET", "/v1/profile/config"), 1);
    }

    #[tokio::test]
    async fn nothing_is_asked_when_the_check_is_switched_off() {
        let sim = Sim::start().await;
        assert_eq!(twice(&context(&sim).without_account_limits()).await, [None; 2]);
        assert_eq!(sim.journal().count("GET", "/v1/profile/config"), 0);
    }

    #[tokio::test]
    async fn an_interrupted_lookup_does_not_count() {
        let sim = Sim::start().await;
        let ctx = context(&sim);
        let interrupted = CancellationToken::new();
        interrupted.cancel();
        assert_eq!(of(&ctx, &interrupted).await, None);
        assert!(of(&ctx, &CancellationToken::new()).await.is_some());
    }

    #[tokio::test]
    async fn an_answer_of_another_form_is_no_error() {
        let sim = Sim::start().await;
        sim.fault("GET", "/v1/profile/config", Fault::html_200());
        assert_eq!(twice(&context(&sim)).await, [None; 2]);
    }
}
