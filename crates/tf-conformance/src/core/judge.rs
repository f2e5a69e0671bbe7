//! Everything that Core asks of one answer about a resource, at once.

use super::{Applied, Instance, Planned, Resource};
use crate::oracle::{self, Violation};

impl Resource<'_> {
    /// Every rule of Core's for a plan that has no errors.
    pub fn judge_plan(&self, planned: &Planned) -> Vec<Violation> {
        let block = &self.schema().block;
        let mut violations = if planned.config.is_null() {
            oracle::planned_destroy(&planned.state)
        } else {
            oracle::planned(block, &planned.prior.state, &planned.config, &planned.state)
        };
        if !planned.prior.state.is_null() {
            violations.extend(oracle::replacements(&planned.prior.state, &planned.state, &planned.replace));
            if planned.replace.is_empty() && !planned.state.is_null() {
                violations.extend(oracle::identity_changed(&planned.prior.identity, &planned.identity));
            }
        }
        violations.extend(judge_legacy(planned.legacy));
        if planned.deferred.is_some() && !self.capabilities.deferral_allowed {
            violations.push(Violation::new("", "deferred, though that is not allowed"));
        }
        violations
    }

    /// Every rule of Core's for an apply that has no errors.
    pub fn judge_apply(&self, applied: &Applied) -> Vec<Violation> {
        let (block, state) = (&self.schema().block, &applied.instance.state);
        let mut violations = oracle::applied(block, &applied.planned.state, state);
        violations.extend(oracle::state(block, state));
        if self.identity_schema().is_some() && !state.is_null() {
            violations.extend(oracle::identity_known(&applied.instance.identity));
            if !applied.planned.prior.state.is_null() {
                let (before, after) = (&applied.planned.prior.identity, &applied.instance.identity);
                violations.extend(oracle::identity_changed(before, after));
            }
        }
        violations.extend(judge_legacy(applied.legacy));
        violations
    }

    /// Every rule of Core's for a read that has no errors.
    pub fn judge_read(&self, before: &Instance, after: &Instance) -> Vec<Violation> {
        let mut violations = oracle::state(&self.schema().block, &after.state);
        if self.identity_schema().is_some() && !after.state.is_null() {
            violations.extend(oracle::identity_known(&after.identity));
            violations.extend(oracle::identity_changed(&before.identity, &after.identity));
        }
        violations
    }
}

fn judge_legacy(legacy: bool) -> Option<Violation> {
    legacy.then(|| Violation::new("", "asks for the exceptions of the old SDK (legacy_type_system)"))
}
