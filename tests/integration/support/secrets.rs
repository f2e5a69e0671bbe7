//! Secrets that are planted, and looked for in all that was said.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Long enough to be found nowhere by accident, with characters that change in
/// a URL, in JSON and in HTML.
pub const API_KEY: &str = "planted/api+key=7f3a9c&end";
pub const PASSWORD: &str = "planted \"pass\" word/1d8e+<x>";
pub const PROXY_PASSWORD: &str = "planted:proxy/pass word+4c1f";

/// As a part of a URL.
pub fn encoded(secret: &str) -> String {
    secret
        .bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

/// A secret as it may be written somewhere.
fn spellings(secret: &str) -> Vec<String> {
    let percent = |keep: fn(u8) -> bool| {
        secret
            .bytes()
            .map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect::<String>()
    };
    let strict = percent(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    let json = serde_json::to_string(secret).unwrap();
    let json = json.trim_matches('"').to_owned();
    let mut all = vec![
        secret.to_owned(),
        strict.to_lowercase(),
        percent(|byte| byte.is_ascii_alphanumeric() || b"-._~/+=&".contains(&byte)),
        strict.replace("%20", "+"),
        strict,
        // As Go's JSON and as a log's field in JSON write it.
        json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"),
        json.replace('\\', "\\\\").replace('"', "\\\""),
        json,
        secret.bytes().map(|byte| format!("{byte:02x}")).collect(),
        // As Rust's Debug writes bytes.
        secret.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", "),
    ];
    // Base64 of the secret alone and inside a longer text, at each alignment:
    // the first and last group depend on the neighbours and are left out.
    for padding in 0..3 {
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let shifted = engine.encode(format!("{}{secret}", "x".repeat(padding)));
            let inner = &shifted[if padding == 0 { 0 } else { 4 }..shifted.len() - 4];
            all.push(inner.to_owned());
        }
    }
    all.push(STANDARD.encode(secret));
    all
}

/// The secrets that a text shows, in whatever spelling, each with where.
pub fn shown(text: &str, secrets: &[&str]) -> Vec<String> {
    let found = secrets.iter().flat_map(|secret| {
        spellings(secret).into_iter().filter_map(move |spelling| {
            let at = text.find(&spelling)?;
            let before: String = text[..at].chars().rev().take(300).collect();
            let before: String = before.chars().rev().collect();
            Some(format!("{secret:?} is shown: …{before}>>>{spelling}<<<"))
        })
    });
    found.collect()
}
