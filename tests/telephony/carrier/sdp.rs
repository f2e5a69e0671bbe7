//! Offers and answers of media: what is negotiated, never what is heard.

/// What a body of SDP asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// `RTP/AVP`, or `RTP/SAVP` for SRTP.
    pub profile: String,
    /// Payload types, the preferred one first.
    pub payloads: Vec<String>,
    /// Has a key for SRTP (RFC 4568).
    pub has_key: bool,
}

/// Reads the audio of `body`; `None` if there is none.
pub fn media(body: &str) -> Option<Media> {
    let audio = body.lines().find_map(|line| line.strip_prefix("m=audio "))?;
    let mut parts = audio.split_whitespace().skip(1).map(str::to_owned);
    let profile = parts.next()?;
    Some(Media { profile, payloads: parts.collect(), has_key: body.contains("\na=crypto:") })
}

const KEY: &str = "AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

/// An offer of G.711 in both kinds, from `address`.
pub fn offer(address: impl std::fmt::Display, is_encrypted: bool) -> String {
    let (profile, key) =
        if is_encrypted { ("RTP/SAVP", format!("a=crypto:1 {KEY}\r\n")) } else { ("RTP/AVP", String::new()) };
    body(address, profile, "8 0 101", &key)
}

/// An answer to `offer` that takes its preferred payload.
pub fn answer(offer: &Media, address: impl std::fmt::Display) -> String {
    let known = offer.payloads.iter().find(|payload| matches!(payload.as_str(), "0" | "8"));
    let payload = known.or(offer.payloads.first()).map_or("0", String::as_str);
    let key = if offer.has_key { format!("a=crypto:1 {KEY}\r\n") } else { String::new() };
    body(address, &offer.profile, payload, &key)
}

fn body(address: impl std::fmt::Display, profile: &str, payloads: &str, key: &str) -> String {
    let event = if payloads.contains("101") { "a=rtpmap:101 telephone-event/8000\r\n" } else { "" };
    format!(
        "v=0\r\no=- 1 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n\
         m=audio 20100 {profile} {payloads}\r\n{event}{key}a=sendrecv\r\n"
    )
}
