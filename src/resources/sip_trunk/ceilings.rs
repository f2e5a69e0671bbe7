//! A trunk's limits against those of the account, which are looked up by `account_limits`.

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::Attr;
use crate::framework::path::Path;
use crate::framework::resource::PlanRequest;
use crate::lifecycle::context::Context;
use crate::resources::account_limits::{self, AccountLimits};

use super::model::SipTrunkModel;

/// A planned limit that Wavix would enforce.
struct Limit {
    argument: &'static str,
    unit: &'static str,
    flag: fn(&SipTrunkModel) -> &Attr<bool>,
    value: fn(&SipTrunkModel) -> &Attr<i64>,
    ceiling: fn(&AccountLimits) -> Option<i64>,
}

const LIMITS: [Limit; 2] = [
    Limit {
        argument: "call_limit",
        unit: "seconds",
        flag: |trunk| &trunk.call_restrict,
        value: |trunk| &trunk.call_limit,
        ceiling: |limits| limits.max_call_duration,
    },
    Limit {
        argument: "max_channels",
        unit: "channels",
        flag: |trunk| &trunk.channels_restrict,
        value: |trunk| &trunk.max_channels,
        ceiling: |limits| limits.max_sip_channels,
    },
];

impl Limit {
    /// The value to compare: known, switched on, and not what the trunk has
    /// already. A limit that Wavix accepted once must not stop a plan that
    /// leaves it alone, because the account's ceiling was lowered since.
    fn to_compare(&self, prior: Option<&SipTrunkModel>, planned: &SipTrunkModel) -> Option<i64> {
        let enforced = |trunk| (self.flag)(trunk).known() == Some(&true);
        let value = (self.value)(planned).known().filter(|_| enforced(planned))?;
        let in_force =
            prior.is_some_and(|prior| enforced(prior) && (self.value)(prior).known() == Some(value));
        (!in_force).then_some(*value)
    }
}

/// An error for each planned limit above the account's.
pub(super) async fn check(
    request: &PlanRequest<'_, Context, SipTrunkModel>,
    planned: &SipTrunkModel,
    diagnostics: &mut Diagnostics,
) {
    if let Some(ctx) = request.ctx
        && matter(request.prior, planned)
        && let Some(limits) = account_limits::of(ctx, request.cancel).await
    {
        compare(&limits, request.prior, planned, diagnostics);
    }
}

/// Whether the account's limits matter to this plan, so that they are asked for
/// only then.
fn matter(prior: Option<&SipTrunkModel>, planned: &SipTrunkModel) -> bool {
    LIMITS.iter().any(|limit| limit.to_compare(prior, planned).is_some())
}

fn compare(
    limits: &AccountLimits,
    prior: Option<&SipTrunkModel>,
    planned: &SipTrunkModel,
    diagnostics: &mut Diagnostics,
) {
    for limit in &LIMITS {
        // Zero is no ceiling anybody could work under: it stands for none.
        let ceiling = (limit.ceiling)(limits).filter(|ceiling| *ceiling > 0);
        if let (Some(value), Some(ceiling)) = (limit.to_compare(prior, planned), ceiling)
            && value > ceiling
        {
            diagnostics.push(above_ceiling(limit, value, ceiling));
        }
    }
}

fn above_ceiling(limit: &Limit, value: i64, ceiling: i64) -> Diagnostic {
    let Limit { argument, unit, .. } = limit;
    Diagnostic::error(
        format!("Invalid {argument}"),
        format!(
            "`{argument}` is {value} {unit}, and Wavix reports a maximum of {ceiling} for this account. Reduce \
             `{argument}`, or ask Wavix to raise the limit of the account. If the reported limit is wrong, set \
             `skip_account_limit_checks` in the provider configuration. Nothing was changed."
        ),
    )
    .at(Path::root(*argument))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: AccountLimits = AccountLimits { max_call_duration: Some(3600), max_sip_channels: Some(8) };

    fn trunk(call_limit: Attr<i64>, max_channels: Attr<i64>) -> SipTrunkModel {
        SipTrunkModel {
            call_restrict: Attr::Known(!call_limit.is_null()),
            call_limit,
            channels_restrict: Attr::Known(!max_channels.is_null()),
            max_channels,
            ..SipTrunkModel::stub(1)
        }
    }

    fn complaints(
        limits: &AccountLimits,
        prior: Option<&SipTrunkModel>,
        planned: &SipTrunkModel,
    ) -> Vec<String> {
        let mut diagnostics = Diagnostics::new();
        compare(limits, prior, planned, &mut diagnostics);
        assert!(matter(prior, planned) || diagnostics.is_empty(), "found without asking");
        diagnostics.into_iter().map(|diagnostic| diagnostic.path.unwrap_or_default().to_string()).collect()
    }

    #[test]
    fn only_a_limit_above_the_accounts_is_an_error() {
        let at = trunk(Attr::Known(3600), Attr::Known(8));
        assert_eq!(complaints(&ACCOUNT, None, &at), [""; 0]);
        let above = trunk(Attr::Known(3601), Attr::Known(9));
        assert_eq!(complaints(&ACCOUNT, None, &above), ["call_limit", "max_channels"]);
    }

    #[test]
    fn a_trunk_without_known_limits_asks_for_nothing() {
        for planned in [trunk(Attr::Null, Attr::Null), trunk(Attr::unknown(), Attr::unknown())] {
            assert!(!matter(None, &planned));
        }
        let mut off = trunk(Attr::Known(9999), Attr::Null);
        off.call_restrict = Attr::Known(false);
        assert!(!matter(None, &off), "a limit that is switched off is not enforced");
    }

    #[test]
    fn a_limit_that_is_in_force_is_left_alone_and_a_change_of_it_is_not() {
        let prior = trunk(Attr::Known(5000), Attr::Known(20));
        assert!(!matter(Some(&prior), &prior));
        let lowered = trunk(Attr::Known(4000), Attr::Known(20));
        assert_eq!(complaints(&ACCOUNT, Some(&prior), &lowered), ["call_limit"]);
        let mut was_off = prior.clone();
        was_off.channels_restrict = Attr::Known(false);
        assert_eq!(complaints(&ACCOUNT, Some(&was_off), &prior), ["max_channels"]);
    }

    #[test]
    fn an_account_without_ceilings_has_none() {
        let planned = trunk(Attr::Known(i64::MAX), Attr::Known(i64::MAX));
        let zero = AccountLimits { max_call_duration: Some(0), max_sip_channels: None };
        assert_eq!(complaints(&zero, None, &planned), [""; 0]);
    }
}
