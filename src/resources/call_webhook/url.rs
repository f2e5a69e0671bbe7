//! Resources layer: what is said of the URL of a call webhook, and how it is shown.

use url::Url;

use crate::framework::diagnostics::Diagnostic;
use crate::framework::path::Path;

/// The URL without a password.
pub(super) fn shown(text: &str) -> String {
    match Url::parse(text) {
        Ok(mut url) if url.password().is_some() => match url.set_password(Some("REDACTED")) {
            Ok(()) => url.to_string(),
            Err(()) => "a URL that cannot be shown".to_owned(),
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
            "The URL holds a user name or password. It is shown in plans, and stored in plain text in the state and at \
             Wavix. Let the endpoint trust the addresses of `provider::wavix::callback_source_ips()` instead, or use a \
             path that nobody can guess.",
        ));
    }
    warnings
}
