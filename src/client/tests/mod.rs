//! Tests of the client: canned bytes on a real socket for what travels, and
//! virtual time for what waits.

mod config;
mod envelopes;
mod faults;
mod heads;
mod hostile;
mod http2;
mod options;
mod pace;
mod paging;
mod requests;
mod retrying;
mod secrecy;
mod server;
mod tls;

use std::time::Duration;

use super::{Client, ClientSettings, retry::RetryPolicy};

/// An API key that is easy to find in any output.
const KEY: &str = "planted-KEY-0123456789";

fn settings(base_url: &str) -> ClientSettings {
    let mut settings = ClientSettings::new(KEY);
    settings.base_url = base_url.to_owned();
    settings.request_timeout = Duration::from_secs(10);
    settings
}

/// A client that retries at once.
fn client(base_url: &str) -> Client {
    client_of(settings(base_url))
}

fn client_of(settings: ClientSettings) -> Client {
    limited(settings, super::DEFAULT_BODY_LIMIT)
}

fn limited(settings: ClientSettings, body_limit: usize) -> Client {
    let max_retries = settings.max_retries;
    let config = settings.validate().unwrap();
    let policy = RetryPolicy {
        max_retries,
        base: Duration::from_millis(1),
        cap: Duration::from_millis(2),
        random: || 0.5,
    };
    Client::with_limits(config, policy, body_limit)
}
