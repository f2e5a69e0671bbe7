//! Ephemeral objects that Terraform has and did not close yet. Terraform does not close an
//! object when something upstream of it failed; it ends the process instead. What was not
//! closed by then is closed here, as far as the time until it kills the process allows.

use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::framework::private::Private;
use crate::framework::provider::Provider;
use crate::framework::resource::Call;
use crate::framework::timeouts;
use crate::protocol::ending::Ending;

use super::connection::Connection;

/// What closing at the very end may take: the process is killed soon after.
const LAST_MOMENT: Duration = Duration::from_millis(1300);

/// The objects that are open, each watched by a task.
#[derive(Debug, Default)]
pub(super) struct OpenObjects(Mutex<Vec<Watched>>);

#[derive(Debug)]
struct Watched {
    name: String,
    private: Private,
    /// Dropped when Terraform closes the object itself.
    _unclosed: oneshot::Sender<()>,
}

impl OpenObjects {
    /// Terraform closes the object: nobody else must.
    pub(super) fn closed(&self, name: &str, private: &Private) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = open.iter().position(|object| object.name == name && object.private == *private)
        {
            open.swap_remove(place);
        }
    }

    fn add(&self, object: Watched) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(object);
    }
}

/// Terraform has the object now. One that keeps nothing for its closing needs
/// none.
pub(super) fn watch<P: Provider>(connection: &Connection<P>, name: &str, private: &Private) {
    if *private == Private::default() {
        return;
    }
    let (unclosed, closed) = oneshot::channel();
    let object = Watched { name: name.to_owned(), private: private.clone(), _unclosed: unclosed };
    connection.opened().add(object);
    let ending = connection.ending().ending().clone();
    let (connection, name, private) = (connection.clone(), name.to_owned(), private.clone());
    let underway = {
        let name = name.clone();
        connection.ending().begin(move || format!("{name}, which Terraform has not closed"))
    };
    // It keeps the connection's configuration: the client closes its connection
    // as soon as it has asked for the end.
    let watch = async move {
        tokio::select! {
            biased;
            _ = closed => {}
            () = ending.cancelled() => close(&connection, &name, private).await,
        }
        drop(underway);
    };
    tokio::spawn(watch.in_current_span());
}

/// What bounds cleaning up: `timeout`, or what is left when the process ends.
/// Nothing else interrupts it: an interrupted run is cleaned up as well, and the
/// time of the end, in which everything else is hurried, is left for this.
pub(super) fn bounds(ending: &Ending, timeout: Duration) -> (CancellationToken, Instant) {
    let time = if ending.ending().is_cancelled() { LAST_MOMENT } else { timeout };
    (CancellationToken::new(), timeouts::from_now(time))
}

async fn close<P: Provider>(connection: &Connection<P>, name: &str, private: Private) {
    let closing = async {
        let entry = connection.catalog().ephemeral(name)?;
        let configuration = connection.configuration();
        let ctx = configuration.require(&format!("close ephemeral resource {name}"))?;
        let (cancel, deadline) = bounds(connection.ending(), entry.object.timeout());
        entry.object.close(Call { ctx, cancel: &cancel, deadline }, private).await
    };
    let problems = match AssertUnwindSafe(closing).catch_unwind().await {
        Ok(Ok(())) => return tracing::info!(name, "closed an object that Terraform had not closed"),
        Ok(Err(problems)) => problems,
        // The panic has been logged.
        Err(_) => return,
    };
    for problem in problems {
        tracing::error!(summary = problem.summary, detail = problem.detail, "the object could not be closed");
    }
}
