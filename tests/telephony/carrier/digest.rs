//! Digest authentication as a server does it (RFC 2617, RFC 8760): MD5 with
//! `qop=auth`, what Wavix documents.

use std::collections::BTreeMap;

use md5::{Digest as _, Md5};

use super::message::Message;

/// What the credentials of a request are worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It has none for this realm.
    Missing,
    /// They are right, and whose.
    Right(String),
    /// Why not.
    Wrong(String),
}

/// Checks `header` of a request for `realm`.
pub fn check(
    message: &Message,
    header: &str,
    realm: &str,
    accounts: &BTreeMap<String, String>,
    is_ours: impl Fn(&str) -> bool,
) -> Verdict {
    let mut realms = Vec::new();
    for value in message.all(header) {
        let parameters = parameters(value);
        let get = |name: &str| parameters.get(name).map_or("", String::as_str);
        if get("realm") != realm {
            realms.push(get("realm").to_owned());
            continue;
        }
        if !is_ours(get("nonce")) {
            return Verdict::Wrong("a nonce that was not given".to_owned());
        }
        let user = get("username");
        let Some(password) = accounts.get(user) else {
            return Verdict::Wrong(format!("no account {user:?}"));
        };
        let secret = hex(&format!("{user}:{realm}:{password}"));
        let request = hex(&format!("{}:{}", message.method(), get("uri")));
        let nonce = get("nonce");
        let expected = if get("qop").is_empty() {
            hex(&format!("{secret}:{nonce}:{request}"))
        } else {
            hex(&format!("{secret}:{nonce}:{}:{}:{}:{request}", get("nc"), get("cnonce"), get("qop")))
        };
        return if expected == get("response") {
            Verdict::Right(user.to_owned())
        } else {
            Verdict::Wrong(format!("a wrong response for {user:?}"))
        };
    }
    if realms.is_empty() {
        Verdict::Missing
    } else {
        Verdict::Wrong(format!("credentials for the realms {realms:?} and not for {realm:?}"))
    }
}

fn hex(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `Digest a="b", c=d`, unquoted and unescaped.
fn parameters(value: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest = value.trim_start().strip_prefix("Digest").unwrap_or_default().trim_start();
    while let Some((name, after)) = rest.split_once('=') {
        let mut text = String::new();
        let after = after.trim_start();
        if let Some(quoted) = after.strip_prefix('"') {
            let mut characters = quoted.char_indices();
            let mut end = quoted.len();
            while let Some((index, character)) = characters.next() {
                match character {
                    '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
                    '"' => {
                        end = index + 1;
                        break;
                    }
                    other => text.push(other),
                }
            }
            rest = quoted.get(end..).unwrap_or_default();
        } else {
            let end = after.find(',').unwrap_or(after.len());
            text.push_str(after[..end].trim());
            rest = &after[end..];
        }
        found.insert(name.trim().to_ascii_lowercase(), text);
        rest = rest.trim_start_matches([',', ' ', '\t']);
    }
    found
}

/// Parts of the reading itself.
pub mod reading {
    use super::*;

    trials![a_quoted_comma_and_an_escaped_quote_stay_in_their_value, the_example_of_rfc_2617_is_right];

    fn a_quoted_comma_and_an_escaped_quote_stay_in_their_value() {
        let found = parameters(r#"Digest username="a\"b, c", nc=00000001, uri="sip:x",qop=auth"#);
        let expected = [("username", "a\"b, c"), ("nc", "00000001"), ("uri", "sip:x"), ("qop", "auth")];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }

    fn the_example_of_rfc_2617_is_right() {
        let request = "GET /dir/index.html SIP/2.0\r\nCall-ID: 1\r\nAuthorization: Digest username=\"Mufasa\", \
            realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", \
            uri=\"/dir/index.html\", qop=auth, nc=00000001, cnonce=\"0a4f113b\", \
            response=\"6629fae49393a05397450978507c4ef1\"\r\n\r\n";
        let message = Message::parse(request.as_bytes()).unwrap();
        let verdict = |password: &str| {
            let accounts = [("Mufasa".to_owned(), password.to_owned())].into();
            check(&message, "Authorization", "testrealm@host.com", &accounts, |_| true)
        };
        assert_eq!(verdict("Circle Of Life"), Verdict::Right("Mufasa".to_owned()));
        assert!(matches!(verdict("Circle of Life"), Verdict::Wrong(_)));
    }
}
