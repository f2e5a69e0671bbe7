//! What ends this program from outside. Its plugins, in process groups of their
//! own, would be left if that were not handled.

/// Waits for a signal that ends a program which does not handle it.
#[cfg(unix)]
pub(crate) async fn ended() -> &'static str {
    use tokio::signal::unix::{SignalKind, signal};

    let signal = |kind: SignalKind, name: &'static str| async move {
        let came = match signal(kind) {
            Ok(mut signals) => signals.recv().await,
            Err(_) => None,
        };
        // What cannot be waited for does not come.
        if came.is_some() { name } else { std::future::pending().await }
    };
    tokio::select! {
        name = signal(SignalKind::interrupt(), "SIGINT") => name,
        name = signal(SignalKind::terminate(), "SIGTERM") => name,
        name = signal(SignalKind::hangup(), "SIGHUP") => name,
    }
}

/// Waits for an event of the console.
#[cfg(windows)]
pub(crate) async fn ended() -> &'static str {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};

    let (Ok(mut interrupt), Ok(mut pause), Ok(mut close)) = (ctrl_c(), ctrl_break(), ctrl_close()) else {
        // What cannot be waited for does not come.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => "Ctrl-C",
        _ = pause.recv() => "Ctrl-Break",
        _ = close.recv() => "the console's end",
    }
}
