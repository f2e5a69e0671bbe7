//! What a client may be configured with.

use std::time::Duration;

use super::{KEY, settings};
use crate::client::{ClientSettings, ConfigError, ConfigField, Secret};

fn faults(change: impl FnOnce(&mut ClientSettings)) -> Vec<ConfigError> {
    let mut settings = settings("https://api.wavix.com");
    change(&mut settings);
    settings.validate().err().unwrap_or_default()
}

fn the_fault(field: ConfigField, change: impl FnOnce(&mut ClientSettings)) -> String {
    match faults(change).as_slice() {
        [only] if only.field == field => only.to_string(),
        other => panic!("expected one fault of {field}, got {other:?}"),
    }
}

#[test]
fn the_defaults_are_good() {
    let config = ClientSettings::new(KEY).validate().unwrap();
    assert_eq!(config.base_url().as_str(), "https://api.wavix.com/");
    assert_eq!((config.max_retries, config.max_concurrent_requests), (4, 10));
    assert_eq!(config.request_timeout(), Duration::from_secs(30));
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for good in [
        "https://api.wavix.com",
        "https://api.wavix.com:8443/gateway/v9/",
        "http://localhost:8080",
        "http://LOCALHOST.",
        "http://127.0.0.1",
        "http://127.9.9.9:1",
        "http://2130706433/",
        "http://[::1]:8080/x",
        "http://[::ffff:127.0.0.1]",
        "  https://api.wavix.com\n",
    ] {
        assert_eq!(faults(|settings| settings.base_url = good.to_owned()), [], "{good}");
    }
    for bad in [
        "http://api.wavix.com",
        "http://128.0.0.1",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://[::2]",
        "http://0.0.0.0",
        "http://192.168.1.1",
    ] {
        let text = the_fault(ConfigField::BaseUrl, |settings| settings.base_url = bad.to_owned());
        assert!(text.starts_with("base_url must use https"), "{bad}: {text}");
    }
}

#[test]
fn a_base_url_that_is_none_is_refused() {
    for (bad, problem) in [
        ("", "is not a URL"),
        ("api.wavix.com", "is not a URL"),
        ("https://", "is not a URL"),
        ("https://api.wavix.com:99999", "is not a URL"),
        ("ftp://api.wavix.com", "must be an https URL"),
        ("file:///etc/passwd", "must be an https URL"),
        ("https://me@api.wavix.com", "user name or password"),
        ("https://me:s3cret@api.wavix.com", "user name or password"),
        ("https://api.wavix.com?appid=s3cret", "query or a fragment"),
        ("https://api.wavix.com/#x", "query or a fragment"),
        ("https://api.wavix.com/v1", "must not end in `/v1`"),
        ("https://api.wavix.com/v2/", "must not end in `/v2`"),
    ] {
        let text = the_fault(ConfigField::BaseUrl, |settings| settings.base_url = bad.to_owned());
        assert!(text.contains(problem) && !text.contains("s3cret"), "{bad}: {text}");
    }
}

#[test]
fn a_key_that_fits_no_header_is_refused_without_being_shown() {
    for bad in ["", "  ", "s3cret key", "s3cret\n", "\"s3cret\"\t", "s3crét"] {
        let text = the_fault(ConfigField::ApiKey, |settings| settings.api_key = Secret::new(bad));
        assert!(!text.contains("s3c"), "{text}");
    }
}

#[test]
fn a_proxy_is_checked_without_being_shown() {
    for good in ["http://proxy.example:3128", "https://user:s3cret@proxy.example", "proxy.example:3128"] {
        assert_eq!(faults(|settings| settings.http_proxy = Some(good.into())), [], "{good}");
    }
    for bad in ["http://user:s3cret@", "socks5://user:s3cret@proxy", "http://u:s3cret@[::"] {
        let text = the_fault(ConfigField::HttpProxy, |settings| settings.http_proxy = Some(bad.into()));
        assert!(!text.contains("s3cret"), "{text}");
    }
    // Through a remote proxy, plain http is not local any more.
    let text = the_fault(ConfigField::HttpProxy, |settings| {
        settings.base_url = "http://localhost:1".to_owned();
        settings.http_proxy = Some("http://proxy.example:3128".into());
    });
    assert!(text.contains("unencrypted"), "{text}");
}

#[test]
fn numbers_out_of_range_are_refused() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-9, 1e9] {
        the_fault(ConfigField::RequestsPerSecond, |settings| settings.requests_per_second = Some(rate));
    }
    for count in [0, usize::MAX] {
        the_fault(ConfigField::MaxConcurrentRequests, |settings| settings.max_concurrent_requests = count);
    }
    for time in [Duration::ZERO, Duration::MAX] {
        the_fault(ConfigField::RequestTimeout, |settings| settings.request_timeout = time);
    }
}

#[test]
fn a_ca_bundle_must_hold_certificates() {
    let broken = b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n".as_slice();
    let hollow = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".as_slice();
    for bad in [b"".as_slice(), b"/etc/ssl/ca.pem", b"\xff\xfe", broken, hollow] {
        the_fault(ConfigField::CaBundle, |settings| settings.ca_bundle_pem = Some(bad.to_owned()));
    }
}

#[test]
fn a_user_agent_must_fit_a_header() {
    for bad in ["", " ", "a\r\nX-Evil: 1", "agent\u{7f}", "…"] {
        the_fault(ConfigField::UserAgent, |settings| settings.user_agent = bad.to_owned());
    }
}

#[test]
fn all_faults_are_reported_at_once() {
    let found = faults(|settings| {
        settings.base_url = "nonsense".to_owned();
        settings.api_key = Secret::new("");
        settings.request_timeout = Duration::ZERO;
    });
    let fields: Vec<_> = found.iter().map(|fault| fault.field).collect();
    assert_eq!(fields, [ConfigField::BaseUrl, ConfigField::ApiKey, ConfigField::RequestTimeout]);
}
