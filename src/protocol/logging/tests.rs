//! Unit tests of `logging`.

use std::sync::{Arc, Mutex};

use tracing::dispatcher::{self, Dispatch};

use super::*;

/// Runs `f` with logging as it is set up for the provider `example` in the
/// environment `pairs`, and returns the lines written.
fn logged(pairs: &[(&str, &str)], f: impl FnOnce()) -> Vec<String> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let write = {
        let lines = Arc::clone(&lines);
        move |line: &[u8]| lines.lock().unwrap().push(String::from_utf8(line.to_vec()).unwrap())
    };
    let environment = Environment::from_pairs(pairs.iter().copied());
    let subscriber =
        Registry::default().with(filter("example", &environment)).with(HclogLayer { name: "example", write });
    dispatcher::with_default(&Dispatch::new(subscriber), f);
    let lines = lines.lock().unwrap();
    lines.clone()
}

fn object(line: &str) -> serde_json::Map<String, Value> {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

#[test]
fn a_line_has_the_layout_of_hclog() {
    let lines = logged(&[], || tracing::warn!(attempt = 3, ok = false, text = "a\nb", "said \"no\""));
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(line.ends_with("}\n") && line.matches('\n').count() == 1, "{line:?}");
    let object = object(line);
    assert_eq!(object["@level"], "warn");
    assert_eq!(object["@message"], "said \"no\"");
    assert_eq!(object["@module"], "example.protocol.logging.tests");
    assert_eq!(object["attempt"], "3");
    assert_eq!(object["ok"], "false");
    assert_eq!(object["text"], "a\nb");
    let time = object["@timestamp"].as_str().unwrap();
    assert_eq!(time.len(), "2026-01-02T03:04:05.123456Z".len());
}

#[test]
fn the_fraction_of_a_timestamp_has_six_digits_even_when_it_is_small() {
    let moment = OffsetDateTime::UNIX_EPOCH + time::Duration::microseconds(7);
    assert_eq!(timestamp(moment), "1970-01-01T00:00:00.000007Z");
    let moment = OffsetDateTime::UNIX_EPOCH + time::Duration::nanoseconds(1_799_999_999_999_999_999);
    assert_eq!(timestamp(moment), "2027-01-15T07:59:59.999999Z");
}

#[test]
fn fields_of_enclosing_spans_are_added_and_the_innermost_counts() {
    let lines = logged(&[], || {
        let outer =
            tracing::error_span!("rpc", tf_rpc = "ReadResource", tf_req_id = tracing::field::Empty, step = 1);
        outer.record("tf_req_id", "r-1");
        let _outer = outer.entered();
        let _inner = tracing::error_span!("attempt", step = 2).entered();
        tracing::info!("sent");
    });
    let object = object(&lines[0]);
    assert_eq!(object["tf_rpc"], "ReadResource");
    assert_eq!(object["tf_req_id"], "r-1");
    assert_eq!(object["step"], "2");
    assert_eq!(lines[0].matches("\"step\"").count(), 1);
}

#[test]
fn a_field_named_message_in_a_span_does_not_replace_the_message() {
    let lines = logged(&[], || {
        let _span = tracing::error_span!("rpc", message = "outer").entered();
        tracing::info!("inner");
    });
    assert_eq!(object(&lines[0])["@message"], "inner");
}

#[test]
fn an_error_is_written_with_its_causes() {
    #[derive(Debug, thiserror::Error)]
    #[error("cannot connect")]
    struct Outer(#[source] std::io::Error);
    let error = Outer(std::io::Error::other("refused"));
    let lines = logged(&[], || tracing::error!(error = &error as &dyn std::error::Error, "failed"));
    assert_eq!(object(&lines[0])["error"], "cannot connect: refused");
}

#[test]
fn a_line_stays_below_64_kib_whatever_is_logged() {
    let control = "\u{1}".repeat(100_000);
    let plain = "é".repeat(100_000);
    let lines = logged(&[], || {
        tracing::info!(a = control, b = plain, c = control, "{plain}");
        tracing::info!("{control}");
    });
    for line in lines {
        assert!(line.len() < 64 * 1024, "{}", line.len());
        let object = object(&line);
        assert!(object["@message"].as_str().unwrap().contains("bytes in all"));
        assert_eq!(object["@level"], "info");
    }
}

#[test]
fn everything_is_logged_when_no_level_or_nonsense_is_set() {
    for pairs in [&[][..], &[("TF_LOG_PROVIDER_EXAMPLE", "loud")], &[("TF_LOG_PROVIDER_EXAMPLE", "json")]] {
        assert_eq!(logged(pairs, || tracing::debug!("x")).len(), 1);
    }
}

#[test]
fn the_level_of_the_provider_is_obeyed_whatever_its_case() {
    let pairs = [("TF_LOG_PROVIDER_EXAMPLE", "wArN")];
    let lines = logged(&pairs, || {
        tracing::info!("no");
        tracing::warn!("yes");
    });
    assert_eq!(lines.len(), 1);
    assert!(logged(&[("TF_LOG_PROVIDER_EXAMPLE", "OFF")], || tracing::error!("no")).is_empty());
}

#[test]
fn a_part_of_the_sdk_can_have_a_level_of_its_own() {
    let pairs = [("TF_LOG_PROVIDER_EXAMPLE", "TRACE"), ("TF_LOG_SDK_PROTO", "ERROR")];
    // This module is one of `protocol`.
    assert!(logged(&pairs, || tracing::warn!("no")).is_empty());
    let pairs = [("TF_LOG_PROVIDER_EXAMPLE", "ERROR"), ("TF_LOG_SDK", "DEBUG")];
    assert_eq!(logged(&pairs, || tracing::debug!("yes")).len(), 1);
}

#[test]
fn other_crates_are_never_heard() {
    assert!(
        logged(&[], || tracing::error!(target: "reqwest::connect", "authorization: Bearer s3cret"))
            .is_empty()
    );
}

#[test]
fn what_is_not_logged_is_not_formatted() {
    struct Untouchable;
    impl fmt::Debug for Untouchable {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("formatted")
        }
    }
    let pairs = [("TF_LOG_PROVIDER_EXAMPLE", "INFO")];
    assert!(logged(&pairs, || tracing::debug!(value = ?Untouchable, "{:?}", Untouchable)).is_empty());
}

#[test]
fn a_hyphen_in_the_name_is_an_underscore_in_the_variable() {
    assert_eq!(level_variable("google-beta"), "TF_LOG_PROVIDER_GOOGLE_BETA");
}
