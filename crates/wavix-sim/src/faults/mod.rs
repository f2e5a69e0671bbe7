//! Failures on demand: the queue of rules that says which request is struck by what.
//! Applying a fault to an answer is in `pipeline`; raw sockets are in `wire`.

mod answer;
pub(crate) mod edit;
mod fault;
mod wait;

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use crate::{path_pattern::PathPattern, sync::lock};

pub use answer::Answer;
pub use fault::Fault;
pub(crate) use fault::{Effect, Moment, OddHead, Transmission};
pub use wait::Gate;

/// A fault, and which requests it strikes.
#[derive(Debug, Clone)]
pub struct Rule {
    pattern: PathPattern,
    spare: usize,
    left: Option<usize>,
    fault: Fault,
}

impl Rule {
    /// Strikes the next matching request. In `path`, `*` and `{anything}` match one segment; the method `*` matches all.
    pub fn new(method: &str, path: &str, fault: Fault) -> Self {
        Self { pattern: PathPattern::new(method, path), spare: 0, left: Some(1), fault }
    }

    /// Strikes so many matching requests.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.left = Some(times);
        self
    }

    /// Strikes every matching request.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.left = None;
        self
    }

    /// Lets so many matching requests pass first.
    #[must_use]
    pub fn skip(mut self, spare: usize) -> Self {
        self.spare = spare;
        self
    }

    /// Which requests it strikes.
    pub(crate) fn pattern(&self) -> &PathPattern {
        &self.pattern
    }

    /// How many requests it lets pass before it strikes.
    pub(crate) fn spare(&self) -> usize {
        self.spare
    }

    /// How many requests it will strike; `None` for all.
    pub(crate) fn left(&self) -> Option<usize> {
        self.left
    }

    /// What it does to a request.
    pub(crate) fn fault(&self) -> &Fault {
        &self.fault
    }
}

/// The queue of rules. At most one fault strikes a request: that of the first matching rule, in the order they were
/// added, that is not waiting ([`Rule::skip`]) or used up.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
    refused_connections: AtomicUsize,
}

impl Faults {
    /// Adds a rule at the end of the queue.
    pub fn push(&self, rule: Rule) {
        lock(&self.rules).push(rule);
    }

    /// Strikes the next matching request.
    pub fn once(&self, method: &str, path: &str, fault: Fault) {
        self.push(Rule::new(method, path, fault));
    }

    /// Strikes the next `times` matching requests.
    pub fn times(&self, times: usize, method: &str, path: &str, fault: Fault) {
        self.push(Rule::new(method, path, fault).times(times));
    }

    /// Strikes every matching request until [`Faults::clear`].
    pub fn always(&self, method: &str, path: &str, fault: Fault) {
        self.push(Rule::new(method, path, fault).always());
    }

    /// Resets (RST) the next `count` connections as soon as they are accepted.
    pub fn reset_connections(&self, count: usize) {
        self.refused_connections.store(count, Ordering::SeqCst);
    }

    /// Forgets all rules.
    pub fn clear(&self) {
        lock(&self.rules).clear();
        self.refused_connections.store(0, Ordering::SeqCst);
    }

    /// How many strikes are still queued; rules for always count as one. A test asserts 0 to know that its faults
    /// did strike.
    pub fn pending(&self) -> usize {
        lock(&self.rules).iter().map(|rule| rule.left.unwrap_or(1)).sum()
    }

    /// The rules that may still strike, in their order.
    pub(crate) fn rules(&self) -> Vec<Rule> {
        lock(&self.rules).clone()
    }

    pub(crate) fn take(&self, method: &str, path: &str) -> Option<Fault> {
        let mut rules = lock(&self.rules);
        let mut struck = None;
        for rule in rules.iter_mut().filter(|rule| rule.pattern.matches(method, path)) {
            if rule.spare > 0 {
                rule.spare -= 1;
                continue;
            }
            if let Some(left) = &mut rule.left {
                if *left == 0 {
                    continue;
                }
                *left -= 1;
            }
            struck = Some(rule.fault.clone());
            break;
        }
        rules.retain(|rule| rule.left != Some(0));
        struck
    }

    pub(crate) fn take_connection_reset(&self) -> bool {
        self.refused_connections
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| count.checked_sub(1))
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Faults, Rule};

    #[test]
    fn rules_strike_in_order_and_are_used_up() {
        let faults = Faults::default();
        faults.push(Rule::new("GET", "/v1/trunks/*", Fault::status(500)).skip(1).times(2));
        faults.once("*", "/v1/trunks/*", Fault::reset());
        assert_eq!(faults.pending(), 3);
        let names: Vec<_> =
            (0..5).map(|_| faults.take("GET", "/v1/trunks/1").map(|fault| fault.name)).collect();
        // The first request is spared by the first rule and falls to the second.
        assert_eq!(names, [Some("reset"), Some("answer"), Some("answer"), None, None]);
        assert_eq!(faults.pending(), 0);
    }
}
