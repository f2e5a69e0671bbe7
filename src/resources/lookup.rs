//! Resources layer: what a plan would like to know of the account and can do
//! without. Knows no endpoint: the request itself is the caller's.

use std::future::Future;
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use crate::client::{CallOptions, Deadline, Error};

/// A plan does not wait longer than this for a check it can do without.
const PATIENCE: Duration = Duration::from_secs(20);

/// Something that is looked up when first needed. Rules:
///
/// 1. It is looked up once at most, whatever that comes to; who comes meanwhile
///    waits for it. Only a lookup that the user interrupted does not count.
/// 2. A failure is logged and never an error.
#[derive(Debug)]
pub(super) struct Lookup<T>(OnceCell<Option<T>>);

impl<T> Default for Lookup<T> {
    fn default() -> Self {
        Self(OnceCell::new())
    }
}

impl<T> Lookup<T> {
    /// One that never looks.
    pub(super) fn disabled() -> Self {
        Self(OnceCell::new_with(Some(None)))
    }

    /// What `fetch` found. `without` says in the log what is not done when it
    /// finds nothing.
    pub(super) async fn get<F>(
        &self,
        without: &'static str,
        cancel: &CancellationToken,
        fetch: impl FnOnce(CallOptions) -> F,
    ) -> Option<&T>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let lookup = || async {
            match fetch(CallOptions::new(Deadline::after(PATIENCE), cancel.clone())).await {
                Ok(found) => Ok(Some(found)),
                Err(error) if error.is_cancelled() => Err(()),
                Err(error) => {
                    tracing::info!(%error, "{without}");
                    Ok(None)
                }
            }
        };
        self.0.get_or_try_init(lookup).await.ok().and_then(Option::as_ref)
    }
}
