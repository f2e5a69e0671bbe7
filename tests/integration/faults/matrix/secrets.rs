//! Secrets that are planted in every cell, and looked for in all that was said.

use crate::acceptance::secrecy::spellings;

/// Long enough to be found nowhere by accident, with characters that change in
/// a URL, in JSON and in HTML.
pub const API_KEY: &str = "planted/api+key=7f3a9c&end";
pub const PASSWORD: &str = "planted \"pass\" word/1d8e+<x>";
pub const PROXY_PASSWORD: &str = "planted:proxy/pass word+4c1f";
/// Of those that are planted. Besides, there are the account's own tokens.
pub const PLANTED: [&str; 3] = [API_KEY, PASSWORD, PROXY_PASSWORD];

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

/// The secrets that a text shows, planted ones and `tokens`, each with where.
pub fn shown(text: &str, tokens: &[String]) -> Vec<String> {
    let secrets = PLANTED.into_iter().chain(tokens.iter().map(String::as_str));
    let found = secrets.flat_map(|secret| {
        spellings(secret).into_iter().filter_map(move |spelling| {
            let at = text.find(&spelling)?;
            let before: String = text[..at].chars().rev().take(300).collect();
            let before: String = before.chars().rev().collect();
            Some(format!("{secret:?} is shown: …{before}>>>{spelling}<<<"))
        })
    });
    found.collect()
}
