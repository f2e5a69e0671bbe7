//! Limits against those of the account.

use tokio_util::sync::CancellationToken;

use crate::framework::diagnostics::Diagnostics;
use crate::framework::object::Attr;
use crate::framework::private::Draft;
use crate::framework::resource::{Phase, PlanRequest, Resource};
use crate::lifecycle::context::Context;

use super::super::{SipTrunk, SipTrunkModel};
use super::Bench;

/// Through the plan hook, as Terraform calls it.
#[tokio::test]
async fn a_limit_above_the_accounts_is_an_error_of_the_plan() {
    let bench = Bench::start().await;
    let plan = async |ctx: &Context, channels: i64| {
        let config = SipTrunkModel {
            label: Attr::Known("office".to_owned()),
            callerid: Attr::Known("13132847320".to_owned()),
            password: Attr::Known("pa55word".into()),
            max_channels: Attr::Known(channels),
            ..SipTrunkModel::stub(1)
        };
        let (cancel, mut planned) = (CancellationToken::new(), Some(config.clone()));
        let mut diagnostics = Diagnostics::new();
        let request = PlanRequest {
            ctx: Some(ctx),
            config: Some(&config),
            prior: None,
            phase: Phase::Plan,
            private: &Draft::default(),
            cancel: &cancel,
        };
        SipTrunk.plan(request, &mut planned, &mut diagnostics).await;
        diagnostics.into_iter().map(|error| error.path.unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(plan(&bench.ctx, 9).await, ["max_channels"]);
    assert_eq!(plan(&bench.ctx, 8).await, [""; 0]);
    assert_eq!(bench.sim.journal().count("GET", "/v1/profile/config"), 1, "asked for once");
    let unchecked = bench.context(|_| {}).without_account_limits();
    assert_eq!(plan(&unchecked, 9).await, [""; 0]);
}
