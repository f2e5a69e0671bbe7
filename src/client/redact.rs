//! Makes foreign text fit to be shown.
//!
//! Whatever Wavix, a proxy or a library says passes here before it can reach an
//! error: secrets and their usual encodings become `***`, control characters
//! go, the length is capped. Which text is shown at all is decided elsewhere.

use std::{cmp::Reverse, collections::BTreeSet, iter, sync::Arc};

use base64::{Engine as _, engine::general_purpose};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::secret::Secret;

mod decoded;

const MASK: &str = "***";

/// Below this many characters a secret is masked only where it stands alone:
/// masking every `1` of a message would hide the message and not the secret.
const SHORTEST_SUBSTRING: usize = 4;

/// `encodeURIComponent` and RFC 3986 leave different characters as they are.
const RFC3986: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const ECMASCRIPT: &AsciiSet = &RFC3986.remove(b'!').remove(b'*').remove(b'\'').remove(b'(').remove(b')');

/// Replaces known secrets in foreign text. A clone shares what it looks for.
#[derive(Clone, Default)]
pub(super) struct Redactor {
    /// Of the secrets that are known to all: up to thousands of needles, which
    /// no request copies.
    shared: Arc<Needles>,
    /// Of those that only this one looks for.
    own: Arc<Needles>,
}

/// Secrets, and what they look like.
#[derive(Default)]
struct Needles {
    secrets: Vec<Secret>,
    /// All spellings of all of them, longest first.
    spellings: Vec<Arc<str>>,
}

impl Needles {
    fn of<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let secrets: Vec<Secret> = secrets.into_iter().filter(|secret| !secret.is_empty()).cloned().collect();
        let mut found = BTreeSet::new();
        for secret in &secrets {
            spellings(secret.expose(), &mut found);
        }
        let mut spellings: Vec<Arc<str>> = found.into_iter().map(Arc::from).collect();
        spellings.sort_by_key(|spelling| Reverse(spelling.len()));
        Self { secrets, spellings }
    }

    fn and(&self, others: &Self) -> Self {
        Self {
            secrets: self.secrets.iter().chain(&others.secrets).cloned().collect(),
            spellings: longest_first(&self.spellings, &others.spellings).cloned().collect(),
        }
    }
}

/// Two lists, each longest first, as one that is.
fn longest_first<'a>(one: &'a [Arc<str>], other: &'a [Arc<str>]) -> impl Iterator<Item = &'a Arc<str>> {
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    iter::from_fn(move || match (one.peek(), other.peek()) {
        (Some(first), Some(second)) if first.len() < second.len() => other.next(),
        (Some(_), _) => one.next(),
        (None, _) => other.next(),
    })
}

impl Redactor {
    pub(super) fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        Self { shared: Arc::new(Needles::of(secrets)), own: Arc::default() }
    }

    /// Whether this secret is looked for. That it is a spelling of another is
    /// not enough: it has spellings of its own.
    pub(super) fn knows(&self, secret: &Secret) -> bool {
        secret.is_empty() || self.shared.secrets.contains(secret) || self.own.secrets.contains(secret)
    }

    /// How many secrets are looked for.
    pub(super) fn secrets(&self) -> usize {
        self.shared.secrets.len() + self.own.secrets.len()
    }

    /// The same, with more secrets of its own.
    pub(super) fn with<'a>(&self, secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let own = Needles::of(secrets).and(&self.own);
        Self { shared: Arc::clone(&self.shared), own: Arc::new(own) }
    }

    /// The same, with its own secrets among those that are known to all.
    pub(super) fn sharing(&self) -> Self {
        Self { shared: Arc::new(self.own.and(&self.shared)), own: Arc::default() }
    }

    /// Masks, strips and caps. `limit` counts characters.
    ///
    /// Masking comes before the cap, or a secret on the cut would survive in
    /// part, and again after the strip, or a secret with a control character
    /// put inside it would survive whole.
    pub(super) fn clean(&self, text: &str, limit: usize) -> String {
        let masked = self.mask(text);
        let stripped = strip(&masked);
        let masked = mask_tokens(&mask_userinfo(&self.mask(&stripped)));
        let mut characters = masked.trim().chars();
        let mut kept: String = characters.by_ref().take(limit).collect();
        if characters.next().is_some() {
            kept.push('…');
        }
        kept
    }

    /// The same with no more than so many secrets that are known to all: the newest,
    /// which come first, and the oldest `always`, which come last.
    pub(super) fn keeping(&self, newest: usize, always: usize) -> Self {
        let known = &self.shared.secrets;
        let old = known.len().saturating_sub(always);
        let kept = known.iter().take(newest.min(old)).chain(known.iter().skip(old));
        Self { shared: Arc::new(Needles::of(kept)), own: Arc::clone(&self.own) }
    }

    /// Longest first over all needles, so that none is left half-masked by a
    /// shorter one: an encoding by a piece of it, a secret by its beginning.
    fn mask(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for needle in longest_first(&self.own.spellings, &self.shared.spellings) {
            // Most needles are longer than a path, and the rest of most texts is not in them.
            if needle.len() > text.len() || !text.contains(&**needle) {
                continue;
            }
            text = if needle.chars().count() < SHORTEST_SUBSTRING {
                mask_words(&text, needle)
            } else {
                text.replace(&**needle, MASK)
            };
        }
        let secrets = self.own.secrets.iter().chain(&self.shared.secrets).map(Secret::expose);
        let long = secrets.filter(|value| value.chars().count() >= SHORTEST_SUBSTRING);
        for place in decoded::places(&text, long).into_iter().rev() {
            text.replace_range(place, MASK);
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

/// Masks what has the form of a JSON web token, whoever's it is: an answer may
/// repeat one that this client has never seen.
fn mask_tokens(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("eyJ") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let length = from.find(|c: char| !is_part(c) && c != '.').unwrap_or(from.len());
        let (word, after) = from.split_at(length);
        let parts: Vec<&str> = word.trim_end_matches('.').split('.').collect();
        let is_token = parts.len() >= 3 && parts.iter().take(2).all(|part| part.len() >= SHORTEST_SUBSTRING);
        out.push_str(if is_token { MASK } else { word });
        rest = after;
    }
    out.push_str(rest);
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
