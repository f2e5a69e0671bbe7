//! Where Wavix is on the network. The API tells none of it; it is in the vendor's guides
//! for firewalls and for Asterisk, as read in [`AS_OF`]. The one place for it: functions,
//! documentation and tests take it from here.

/// The month in which the guides were read.
pub(super) const AS_OF: &str = "June 2026";

/// Region, host name and IPv4 address of each SIP gateway.
pub(in crate::resources) const GATEWAYS: [(&str, &str, &str); 4] = [
    ("au", "au.wavix.net", "173.234.106.26"),
    ("nl", "nl.wavix.net", "95.211.82.14"),
    ("sg", "sg.wavix.net", "23.108.101.90"),
    ("us", "us.wavix.net", "209.58.144.243"),
];

/// Where webhooks such as call events come from.
pub(super) const WEBHOOKS: [&str; 1] = ["62.212.73.112"];

/// Where call streams (WebSocket media) come from.
pub(super) const CALL_STREAMS: [&str; 1] = ["5.79.64.122"];

/// Port of SIP over UDP and TCP, and over TLS (RFC 3261 §19.1.2).
pub(super) const SIP_PORT: i64 = 5060;
pub(super) const SIPS_PORT: i64 = 5061;

/// First and last UDP port of media, which come from any address.
pub(super) const RTP_PORTS: (i64, i64) = (10_000, 20_000);

/// The range that holds one address.
pub(super) fn cidr(address: &str) -> String {
    format!("{address}/32")
}
