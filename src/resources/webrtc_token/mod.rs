//! WebRTC tokens, with which the Wavix Embeddable widget, a softphone in the browser,
//! registers at a SIP trunk. The API shows the token itself once, to its maker, so there is
//! no managed resource for it.

mod deletion;
pub mod endpoints;
mod ephemeral;
mod lost;
mod revoke_action;

#[cfg(test)]
mod tests;

use crate::lifecycle::noun::{Arguments, Noun};

pub use self::ephemeral::{WebRtcToken, WebRtcTokenData};
pub use self::revoke_action::{RevokeWebRtcTokens, RevokeWebRtcTokensArguments};

/// How failures speak of WebRTC tokens.
pub const NOUN: Noun = Noun {
    type_name: "wavix_webrtc_token",
    name: "WebRTC token",
    short: "token",
    scope: Some("embeddable"),
    arguments: Arguments::Named(&["sip_trunk", "ttl", "payload"]),
    words: &[],
    list: "",
    adopt: Some(
        "It cannot be imported. The action `wavix_revoke_webrtc_tokens` deletes all tokens of a SIP trunk.",
    ),
};

/// How many tokens a message names.
const NAMED: usize = 10;

/// Tokens as a list in a message, one a line.
fn named<'a>(uuids: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = uuids.len().saturating_sub(NAMED);
    let mut lines: Vec<String> = uuids.take(NAMED).map(|uuid| format!("  - {uuid}")).collect();
    if more > 0 {
        lines.push(format!("  - and {more} more"));
    }
    lines.join("\n")
}

/// How long a token lives, as the end of a sentence.
fn lifetime(ttl: Option<i64>) -> String {
    match ttl {
        Some(seconds) => format!("until {seconds} seconds after its creation"),
        None => "until it is deleted, because it has no `ttl`".to_owned(),
    }
}
