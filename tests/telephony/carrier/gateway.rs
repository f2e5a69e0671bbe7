//! What a gateway answers to a request, and what a phone does.

use std::sync::Arc;

use super::digest::{Verdict, check};
use super::message::{Message, user};
use super::wire::Wire;
use super::{Binding, Event, GATEWAYS, Kind, Shared, sdp};

/// Takes a message from the wire. Answers to calls of ours go to who placed them.
pub fn take(shared: &Arc<Shared>, wire: &Wire, mut message: Message) {
    if !message.is_request() {
        let state = shared.state();
        if let Some(waiting) = state.placed.get(message.must("Call-ID")) {
            // It may have given up.
            let _ = waiting.send(message);
        }
        return;
    }
    message.stamp(wire.peer);
    let gateway = GATEWAYS.iter().find(|(_, address)| *address == wire.local).map(|(host, _)| *host);
    let (kind, answers) = match gateway {
        Some(host) => answer(shared, wire, host, &message),
        None => ring(wire, &message),
    };
    let at = gateway.map_or_else(|| wire.local.to_string(), str::to_owned);
    // Noted before it is answered: who sees the answer finds the note.
    shared.state().log.push(Event { kind, at, transport: wire.transport, message });
    for answer in answers {
        wire.send(answer);
    }
}

fn answer(shared: &Shared, wire: &Wire, host: &'static str, message: &Message) -> (Kind, Vec<String>) {
    let rules = shared.state().rules.clone();
    if rules.silent.contains(host) || (rules.demands_tls && wire.transport != "TLS") {
        return (Kind::Ignored, Vec::new());
    }
    let plain = |status: u16, reason: &str| vec![message.reply(status, reason, "gateway", &[], "")];
    match message.method() {
        "ACK" => (Kind::Other, Vec::new()),
        "REGISTER" => match authenticated(shared, host, message, "Authorization") {
            Ok(login) => (Kind::Registered(login.clone()), bind(shared, wire, &login, message)),
            Err(refusal) => refused(shared, host, message, refusal, 401),
        },
        "INVITE" if message.is_inside() => (Kind::Other, accept(wire, message)),
        "INVITE" => {
            let login = if rules.knows_address {
                Ok(String::new())
            } else {
                authenticated(shared, host, message, "Proxy-Authorization")
            };
            let login = match login {
                Ok(login) => login,
                Err(refusal) => return refused(shared, host, message, refusal, 407),
            };
            if user(message.uri()).starts_with('0') {
                let why = "a number without its country code".to_owned();
                return (Kind::Refused(why), plain(404, "Not Found"));
            }
            if rules.unavailable.contains(host) {
                return (Kind::Refused("unavailable".to_owned()), plain(503, "Service Unavailable"));
            }
            if rules.demands_srtp && !sdp::media(&message.body).is_some_and(|media| media.has_key) {
                return (Kind::Refused("no SRTP".to_owned()), plain(488, "Not Acceptable Here"));
            }
            (Kind::Called(login), accept(wire, message))
        }
        _ => (Kind::Other, plain(200, "OK")),
    }
}

/// A phone answers every call, whoever calls.
fn ring(wire: &Wire, message: &Message) -> (Kind, Vec<String>) {
    match message.method() {
        "INVITE" => (Kind::Rang(wire.local), accept(wire, message)),
        "ACK" => (Kind::Other, Vec::new()),
        _ => (Kind::Other, vec![message.reply(200, "OK", "phone", &[], "")]),
    }
}

fn accept(wire: &Wire, message: &Message) -> Vec<String> {
    let contact = [format!("Contact: <sip:answering@{}>", wire.here())];
    let body = sdp::media(&message.body).map(|media| sdp::answer(&media, wire.local)).unwrap_or_default();
    vec![
        message.reply(100, "Trying", "", &[], ""),
        message.reply(180, "Ringing", "answering", &contact, ""),
        message.reply(200, "OK", "answering", &contact, &body),
    ]
}

enum Refusal {
    NoCredentials,
    Wrong(String),
}

fn authenticated(shared: &Shared, realm: &str, message: &Message, header: &str) -> Result<String, Refusal> {
    let state = shared.state();
    match check(message, header, realm, &state.accounts(), |nonce| state.nonces.contains(nonce)) {
        Verdict::Right(login) => Ok(login),
        Verdict::Missing => Err(Refusal::NoCredentials),
        Verdict::Wrong(why) => Err(Refusal::Wrong(why)),
    }
}

/// Both who has no credentials and who has wrong ones is asked for them, as the
/// common SIP servers do.
fn refused(
    shared: &Shared,
    realm: &str,
    message: &Message,
    refusal: Refusal,
    status: u16,
) -> (Kind, Vec<String>) {
    let (header, reason) = match status {
        401 => ("WWW-Authenticate", "Unauthorized"),
        _ => ("Proxy-Authenticate", "Proxy Authentication Required"),
    };
    let nonce = format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
    let challenge =
        format!(r#"{header}: Digest realm="{realm}", nonce="{nonce}", algorithm=MD5, qop="auth""#);
    shared.state().nonces.insert(nonce);
    let kind = match refusal {
        Refusal::NoCredentials => Kind::Challenged,
        Refusal::Wrong(why) => Kind::Refused(why),
    };
    (kind, vec![message.reply(status, reason, "gateway", &[challenge], "")])
}

fn bind(shared: &Shared, wire: &Wire, login: &str, message: &Message) -> Vec<String> {
    let contact = message.must("Contact");
    let in_contact = contact.split(";expires=").nth(1);
    let expires = message.header("Expires").or(in_contact).unwrap_or("3600").to_owned();
    let mut state = shared.state();
    let mut lines = Vec::new();
    if expires == "0" {
        state.bindings.remove(login);
    } else {
        let bound = contact.split(";expires=").next().unwrap_or_default();
        lines.push(format!("Contact: {bound};expires={expires}"));
        let binding = Binding { contact: super::message::uri(contact).to_owned(), wire: wire.clone() };
        state.bindings.insert(login.to_owned(), binding);
    }
    vec![message.reply(200, "OK", "gateway", &lines, "")]
}
