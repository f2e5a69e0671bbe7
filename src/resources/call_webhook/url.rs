//! What is said of the URL of a call webhook, and how it is shown.

use url::Url;

use crate::framework::diagnostics::Diagnostic;
use crate::framework::path::Path;

/// The URL without a password.
pub(super) fn shown(text: &str) -> String {
    match Url::parse(text) {
        Ok(mut url) if url.password().is_some() => match url.set_password(Some("REDACTED")) {
            Ok(()) => url.to_string(),
            Err(()) => "a URL with credentials".to_owned(),
        },
        _ => text.to_owned(),
    }
}

/// What it gives away.
pub(super) fn warnings(text: &str) -> Vec<Diagnostic> {
    let warning = |summary: &str, detail: &str| Diagnostic::warning(summary, detail).at(Path::root("url"));
    let Ok(url) = Url::parse(text) else { return Vec::new() };
    let mut warnings = Vec::new();
    if url.scheme() == "http" {
        warnings.push(warning(
            "Call webhook without TLS",
            "Wavix sends the account's call events to this URL in plain text, phone numbers included. Use `https`.",
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        warnings.push(warning(
            "Credentials in the URL of a call webhook",
            "Remove the user name and password from the URL: plans show it, and it is stored in plain text in the \
             state and at Wavix. Instead, accept requests only from the addresses of \
             `provider::wavix::callback_source_ips()`, or use a path that is hard to guess.",
        ));
    }
    warnings
}
