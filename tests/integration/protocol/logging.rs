//! What Terraform reads on the plugin's standard error.

use terraform_provider_wavix::facade::protocol::proto::tfplugin6::get_provider_schema;

use crate::support::plugin::{Launch, Plugin, connect_plain};

async_trials![
    every_line_is_one_terraform_can_read,
    the_level_is_the_one_asked_for,
    with_logging_off_a_run_writes_nothing,
];

/// A start, a call, an interrupt, and an end.
async fn run(launch: Launch) -> Plugin {
    let mut plugin = launch.start();
    plugin.provider().await.get_provider_schema(get_provider_schema::Request {}).await.unwrap();
    plugin.signal("INT");
    plugin.shut_down().await;
    plugin
}

async fn every_line_is_one_terraform_can_read() {
    let lines = run(Launch::by_terraform()).await.stderr.all();
    assert!(!lines.is_empty());
    for line in lines {
        assert!(line.len() < 64 * 1024, "{} bytes", line.len());
        let entry: serde_json::Value =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let text = |key: &str| entry[key].as_str().unwrap_or_else(|| panic!("{key} is not text: {line}"));
        assert!(["trace", "debug", "info", "warn", "error"].contains(&text("@level")), "{line}");
        assert!(!text("@message").is_empty() && text("@module").starts_with("wavix."), "{line}");
        let shape: String =
            text("@timestamp").chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        assert_eq!(shape, "0000-00-00T00:00:00.000000Z");
    }
}

async fn the_level_is_the_one_asked_for() {
    let mut plugin = Launch::by_terraform().env("TF_LOG_PROVIDER_WAVIX", "error").start();
    // Something to be logged at that level: a client that goes away.
    let handshake = plugin.handshake();
    drop(connect_plain(&handshake.network, &handshake.address).await);
    plugin.stderr.containing("TLS handshake failed");
    plugin.shut_down().await;
    let lines = plugin.stderr.all();
    assert!(lines.iter().all(|line| line.contains(r#""@level":"error""#)), "{lines:?}");
}

async fn with_logging_off_a_run_writes_nothing() {
    assert_eq!(run(Launch::by_terraform().env("TF_LOG_PROVIDER_WAVIX", "OFF")).await.stderr.all(), [""; 0]);
}
