//! Client layer: makes foreign text fit to be shown.
//!
//! Whatever Wavix, a proxy or a library says passes here before it can reach an
//! error: secrets and their usual encodings become `***`, control characters
//! go, the length is capped. Which text is shown at all is decided elsewhere.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::secret::Secret;

const MASK: &str = "***";

/// Below this many characters a secret is masked only where it stands alone:
/// masking every `1` of a message would hide the message and not the secret.
const SHORTEST_SUBSTRING: usize = 4;

/// `encodeURIComponent` and RFC 3986 leave different characters as they are.
const RFC3986: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const ECMASCRIPT: &AsciiSet = &RFC3986.remove(b'!').remove(b'*').remove(b'\'').remove(b'(').remove(b')');

/// Replaces known secrets in foreign text.
#[derive(Clone, Default)]
pub(super) struct Redactor {
    /// Longest first, so that no encoding is left half-masked by a shorter one.
    needles: Vec<String>,
    /// How many secrets the needles are spellings of.
    secrets: usize,
}

impl Redactor {
    pub(super) fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut needles = BTreeSet::new();
        let mut count = 0;
        for secret in secrets.into_iter().filter(|secret| !secret.is_empty()) {
            spellings(secret.expose(), &mut needles);
            count += 1;
        }
        let mut needles: Vec<_> = needles.into_iter().collect();
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        Self { needles, secrets: count }
    }

    /// Whether this secret is looked for.
    pub(super) fn knows(&self, secret: &Secret) -> bool {
        secret.is_empty() || self.needles.iter().any(|needle| needle == secret.expose())
    }

    /// How many secrets are looked for.
    pub(super) fn secrets(&self) -> usize {
        self.secrets
    }

    /// The same, with more secrets.
    pub(super) fn with<'a>(&self, secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut more = Self::new(secrets);
        more.needles.extend(self.needles.iter().cloned());
        more.secrets += self.secrets;
        more.needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        more
    }

    /// Masks, strips and caps. `limit` counts characters.
    ///
    /// Masking comes before the cap, or a secret on the cut would survive in
    /// part, and again after the strip, or a secret with a control character
    /// put inside it would survive whole.
    pub(super) fn clean(&self, text: &str, limit: usize) -> String {
        let masked = self.mask(text);
        let stripped = strip(&masked);
        let masked = mask_userinfo(&self.mask(&stripped));
        let mut characters = masked.trim().chars();
        let mut kept: String = characters.by_ref().take(limit).collect();
        if characters.next().is_some() {
            kept.push('…');
        }
        kept
    }

    fn mask(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for needle in &self.needles {
            if needle.chars().count() < SHORTEST_SUBSTRING {
                text = mask_words(&text, needle);
            } else if text.contains(needle.as_str()) {
                text = text.replace(needle.as_str(), MASK);
            }
        }
        text
    }
}

/// The value and the forms in which software usually repeats it.
fn spellings(value: &str, into: &mut BTreeSet<String>) {
    into.insert(value.to_owned());
    // Host names and header names come back in lower case.
    into.insert(value.to_lowercase());
    for set in [RFC3986, ECMASCRIPT] {
        let escaped = utf8_percent_encode(value, set).to_string();
        into.insert(escaped.replace("%20", "+"));
        into.insert(lower_escapes(&escaped));
        into.insert(escaped);
    }
    // JSON inside text: the escapes of quotes, backslashes and non-ASCII.
    let json = serde_json::Value::String(value.to_owned()).to_string();
    let json = json.get(1..json.len() - 1).unwrap_or_default();
    into.insert(json.to_owned());
    into.insert(json.replace('/', "\\/"));
    into.insert(value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"));
    for engine in [general_purpose::STANDARD, general_purpose::URL_SAFE] {
        // Inside a longer encoded text (`user:password`) the value starts at any
        // of three alignments; the characters that depend on neighbours are cut.
        for lead in 0..3_usize {
            let mut bytes = vec![0_u8; lead];
            bytes.extend_from_slice(value.as_bytes());
            let encoded = engine.encode(&bytes);
            let start = (lead * 8).div_ceil(6);
            let end = bytes.len() * 8 / 6;
            if let Some(core) = encoded.get(start..end)
                && core.len() >= SHORTEST_SUBSTRING
            {
                into.insert(core.to_owned());
            }
        }
        if value.chars().count() >= SHORTEST_SUBSTRING {
            let encoded = engine.encode(value);
            into.insert(encoded.trim_end_matches('=').to_owned());
            into.insert(encoded);
        }
    }
    into.remove("");
}

fn lower_escapes(escaped: &str) -> String {
    let mut characters = escaped.chars();
    let mut out = String::with_capacity(escaped.len());
    while let Some(character) = characters.next() {
        out.push(character);
        if character == '%' {
            out.extend(characters.by_ref().take(2).map(|digit| digit.to_ascii_lowercase()));
        }
    }
    out
}

fn mask_words(text: &str, needle: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(needle) {
        let joined_left =
            before.chars().next_back().or_else(|| out.chars().next_back()).is_some_and(char::is_alphanumeric);
        let joined_right = after.chars().next().is_some_and(char::is_alphanumeric);
        out.push_str(before);
        out.push_str(if joined_left || joined_right { needle } else { MASK });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Drops what could forge a log line, move a cursor or reorder what is read.
fn strip(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {}
            character if character.is_control() => {}
            character => out.push(character),
        }
    }
    out
}

/// Masks `user:password@` of any URL in the text: it may be a proxy's from
/// the environment, of which this client never learns the password.
fn mask_userinfo(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        out.push_str(before);
        out.push_str("://");
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '<' | '>'))
            .unwrap_or(after.len());
        let (authority, tail) = after.split_at(end);
        match authority.rsplit_once('@') {
            Some((_, host)) => {
                out.push_str(MASK);
                out.push('@');
                out.push_str(host);
            }
            None => out.push_str(authority),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}
