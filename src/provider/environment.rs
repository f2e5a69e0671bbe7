//! Environment variables, looked up through a function, so that everything that depends on
//! them can be tested without touching the process. What a variable means is not decided
//! here.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Where environment variables come from.
#[derive(Clone)]
pub struct Environment(Arc<Lookup>);

impl Environment {
    /// The environment of this process.
    ///
    /// What is not UTF-8 in a value is replaced by U+FFFD, which no argument
    /// accepts: a broken value is reported, and not taken for a missing one.
    #[must_use]
    pub fn of_process() -> Self {
        Self::new(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    /// Variables that `lookup` finds.
    pub fn new(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(lookup))
    }

    /// Exactly these variables.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let variables: HashMap<String, String> =
            pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self::new(move |name| variables.get(name).cloned())
    }

    /// The value of a variable. An empty one counts as not set, since that is
    /// how many a CI system spells a secret it does not have.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It holds the API key.
        f.write_str("Environment(***)")
    }
}
