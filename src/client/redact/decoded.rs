//! Secrets in encoded text. Whoever repeats a value may write any of its characters in
//! another way (`it&#39;s`, `it%27s`, `it\u0027s`), so the text is decoded, and the secret
//! looked for in what it says.

use std::ops::Range;

/// How many encodings over one another are taken off.
const LAYERS: usize = 4;
/// Bytes that are looked through: many times what is ever shown.
const LONGEST: usize = 64 * 1024;
/// One way to write a character: what the text begins with, and its length.
type Decoder = fn(&str) -> Option<(String, usize)>;
/// Together where encodings are mixed, alone where a character of one stands in
/// the secret itself.
const DECODERS: [&[Decoder]; 7] = [
    &[entity],
    &[escape],
    &[percent],
    &[entity, escape],
    &[entity, percent],
    &[escape, percent],
    &[entity, escape, percent],
];
/// The longest entity that is looked for: `&#x10FFFF;`.
const LONGEST_ENTITY: usize = 10;

/// A text, and where in the original each of its bytes comes from.
struct Reading {
    text: String,
    /// One for each byte, and the end.
    origins: Vec<usize>,
}

/// The places of these values in the text, in any mixture of encodings, as
/// ranges of bytes in order; they may touch but do not overlap.
pub(super) fn places<'a>(text: &str, values: impl Iterator<Item = &'a str> + Clone) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    if !text.contains(['&', '%', '\\']) {
        return found;
    }
    let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    let text = text.get(..end).unwrap_or_default();
    for decoders in DECODERS {
        let mut reading = Reading { text: text.to_owned(), origins: (0..=text.len()).collect() };
        for _ in 0..LAYERS {
            let Some(decoded) = reading.decoded(decoders) else { break };
            reading = decoded;
            for value in values.clone() {
                found.extend(reading.text.match_indices(value).filter_map(|(start, found)| {
                    let (start, end) = (start, start + found.len());
                    Some(*reading.origins.get(start)?..*reading.origins.get(end)?)
                }));
            }
        }
    }
    found.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in found {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

impl Reading {
    /// With one layer taken off; `None` when there is none.
    fn decoded(&self, decoders: &[Decoder]) -> Option<Self> {
        let mut out = Self { text: String::with_capacity(self.text.len()), origins: Vec::new() };
        let mut at = 0;
        let mut changed = false;
        while let Some(rest) = self.text.get(at..).filter(|rest| !rest.is_empty()) {
            let (plain, length) = match decoders.iter().find_map(|decoder| decoder(rest)) {
                Some(decoded) => {
                    changed = true;
                    decoded
                }
                None => {
                    let character = rest.chars().next()?;
                    (character.to_string(), character.len_utf8())
                }
            };
            let origin = *self.origins.get(at)?;
            out.origins.extend(std::iter::repeat_n(origin, plain.len()));
            out.text.push_str(&plain);
            at += length;
        }
        out.origins.push(*self.origins.last()?);
        changed.then_some(out)
    }
}

/// `&amp;`, `&#39;`, `&#x27;`: what it stands for, and its length.
fn entity(text: &str) -> Option<(String, usize)> {
    let inner = text.strip_prefix('&')?;
    let (name, _) = inner.split_once(';').filter(|(name, _)| name.len() <= LONGEST_ENTITY)?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "sol" => '/',
        "bsol" => '\\',
        "nbsp" => '\u{a0}',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((character.to_string(), name.len() + 2))
}

/// `\u0027`, `\/`, `\"`: what JSON means by it, and its length.
fn escape(text: &str) -> Option<(String, usize)> {
    let inner = text.strip_prefix('\\')?;
    let character = match inner.chars().next()? {
        'u' => char::from_u32(u32::from_str_radix(inner.get(1..5)?, 16).ok()?)?,
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        plain @ ('"' | '\\' | '/' | '\'') => plain,
        _ => return None,
    };
    Some((character.to_string(), if inner.starts_with('u') { 6 } else { 2 }))
}

/// `%C3%A9`: the text of the bytes that are escaped in a row, and its length.
fn percent(text: &str) -> Option<(String, usize)> {
    let mut bytes = Vec::new();
    while let Some(digits) =
        text.get(bytes.len() * 3..).and_then(|rest| rest.strip_prefix('%')).and_then(|rest| rest.get(..2))
    {
        let Ok(byte) = u8::from_str_radix(digits, 16) else { break };
        bytes.push(byte);
        // One character at a time, so that each has its own place.
        if let Ok(character) = std::str::from_utf8(&bytes) {
            return Some((character.to_owned(), bytes.len() * 3));
        }
        if bytes.len() == 4 {
            break;
        }
    }
    None
}
