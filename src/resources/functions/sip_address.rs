//! The parts of a SIP address, as RFC 3261 §25.1 writes them.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::network::GATEWAYS;

/// RFC 1035: of a name and of one of its labels.
const LONGEST_HOST: usize = 253;
const LONGEST_LABEL: usize = 63;

/// `unreserved` and `user-unreserved`, without letters and digits.
const USER_CHARACTERS: &str = "-_.!~*'()&=+$,;?/";

/// The user part of a URI: what may not stand there as it is, is escaped.
///
/// # Errors
/// Why it cannot be a user: a clause.
pub(super) fn user(login: &str) -> Result<String, String> {
    if login.is_empty() {
        return Err("the login must not be empty".to_owned());
    }
    if login.chars().any(char::is_control) {
        return Err("the login must not contain control characters such as line breaks".to_owned());
    }
    let mut escaped = String::with_capacity(login.len());
    for byte in login.bytes() {
        let character = char::from(byte);
        if byte.is_ascii_alphanumeric() || USER_CHARACTERS.contains(character) {
            escaped.push(character);
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(escaped)
}

/// The host part of a URI: a host name, an IPv4 address, or an IPv6 address in
/// brackets. As it was written. The region of a gateway is a name by its
/// letters, and resolves to nothing.
///
/// # Errors
/// Why it is none: a clause. It does not repeat the text, which may be a password
/// in the wrong place.
pub(super) fn host(text: &str) -> Result<&str, String> {
    if let Some((region, host, _)) = GATEWAYS.iter().find(|(region, ..)| region.eq_ignore_ascii_case(text)) {
        return Err(format!(
            "the host is a key of sip_gateways(), not a host name; use its host, \"{host}\", which is \
             sip_gateways().{region}.host"
        ));
    }
    if is_name(text) || text.parse::<Ipv4Addr>().is_ok() || is_ipv6_reference(text) {
        return Ok(text);
    }
    let hint = match text.split_once(':') {
        _ if text.is_empty() => "it is empty",
        Some(("sip" | "sips", _)) => "remove the scheme",
        Some((_, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            "remove the port"
        }
        _ if text.parse::<Ipv6Addr>().is_ok() => "put an IPv6 address in brackets",
        _ if text.contains('@') => "remove the user",
        _ => "it must be a host name such as \"nl.wavix.net\" or an IP address",
    };
    Err(format!("the host is not valid: {hint}"))
}

/// A login that also names things in a program's file: taken only if it needs no
/// escape there.
///
/// # Errors
/// Why it cannot be one: a clause that does not repeat it.
pub(super) fn plain_login(login: &str) -> Result<&str, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if login.is_empty() {
        return Err("the login must not be empty".to_owned());
    }
    if !login.chars().all(fits) {
        return Err("the login must contain only letters, digits, \".\", \"_\" and \"-\"".to_owned());
    }
    Ok(login)
}

/// A host that cannot be mistaken for anything else on a line of a program's file:
/// brackets and colons of IPv6 mean other things there.
///
/// # Errors
/// As of [`host`].
pub(super) fn gateway(text: &str) -> Result<&str, String> {
    if text.starts_with('[') {
        return Err("the host is an IPv6 address; use a host name or an IPv4 address".to_owned());
    }
    host(text)
}

/// `hostname`: labels of letters, digits and inner hyphens; the last begins
/// with a letter, or it could be mistaken for a part of an address.
fn is_name(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_label = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= LONGEST_HOST
        && name.split('.').all(is_label)
        && last.starts_with(|first: char| first.is_ascii_alphabetic())
}

fn is_ipv6_reference(text: &str) -> bool {
    let inside = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    inside.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_escaped_where_the_grammar_needs_it() {
        for (login, escaped) in [
            ("67758", "67758"),
            ("alice.b-c_d!~*'()", "alice.b-c_d!~*'()"),
            ("a&=+$,;?/", "a&=+$,;?/"),
            ("a@b", "a%40b"),
            ("a:b", "a%3Ab"),
            ("a b", "a%20b"),
            ("50%", "50%25"),
            ("<a>\"#", "%3Ca%3E%22%23"),
            ("é", "%C3%A9"),
            ("a[b]", "a%5Bb%5D"),
        ] {
            assert_eq!(user(login).as_deref(), Ok(escaped), "{login:?}");
        }
    }

    #[test]
    fn an_empty_user_and_control_characters_are_refused() {
        for login in ["", "a\nb", "a\r", "\0", "a\u{85}b"] {
            assert!(user(login).is_err(), "{login:?}");
        }
    }

    #[test]
    fn hosts_are_names_and_addresses() {
        let long = format!("{}.net", "a".repeat(63));
        for text in [
            "nl.wavix.net",
            "nl.wavix.net.",
            "localhost",
            "3com.com",
            "a-b.c",
            "95.211.82.14",
            "[2001:db8::1]",
            &long,
        ] {
            assert_eq!(host(text), Ok(text));
        }
    }

    #[test]
    fn what_is_no_host_is_refused_with_a_hint() {
        let long_label = format!("{}.net", "a".repeat(64));
        let long_name = format!("{}net", "a.".repeat(126));
        for (text, hint) in [
            ("", "empty"),
            ("nl", "use its host, \"nl.wavix.net\""),
            ("SG", "sip_gateways().sg.host"),
            ("sip:nl.wavix.net", "scheme"),
            ("nl.wavix.net:5060", "port"),
            ("2001:db8::1", "brackets"),
            ("67758@nl.wavix.net", "user"),
            ("nl wavix net", "host name"),
            ("nl.wavix.net\n", "host name"),
            ("nl..wavix", "host name"),
            (".", "host name"),
            ("-a.net", "host name"),
            ("a-.net", "host name"),
            ("a_b.net", "host name"),
            ("95.211.82", "host name"),
            ("95.211.82.256", "host name"),
            ("[::1", "host name"),
            ("nl.wavix.net;transport=tls", "host name"),
            ("münchen.de", "host name"),
            (&long_label, "host name"),
            (&long_name, "host name"),
        ] {
            let error = host(text).unwrap_err();
            assert!(error.contains(hint), "{text:?}: {error}");
        }
    }
}
