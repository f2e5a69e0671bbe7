//! A call from a gateway: INVITE, ACK, BYE.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::sync::mpsc::unbounded_channel;
use tokio::time::timeout;

use super::message::uri;
use super::wire::Wire;
use super::{GATEWAYS, PATIENCE, Shared, sdp};

/// Whom to call, and how.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The account whose contact is called.
    pub login: &'a str,
    /// From the address of which gateway; that of the registration if `None`.
    pub gateway: Option<&'a str>,
    /// From another address than a gateway's.
    pub from: Option<Ipv4Addr>,
    /// The host of the From header, if it is not that of the address.
    pub claims: Option<Ipv4Addr>,
    /// The user of the request; that of the contact, with its parameters, if `None`.
    pub user: Option<&'a str>,
    /// The dialled number, in the To header.
    pub number: &'a str,
    /// Offer SRTP.
    pub is_encrypted: bool,
    /// Where to, if not where the account registered from.
    pub at: Option<SocketAddr>,
}

impl<'a> Call<'a> {
    /// A call to the number, as the account registered.
    pub fn to(login: &'a str, number: &'a str) -> Self {
        Self {
            login,
            number,
            gateway: None,
            from: None,
            claims: None,
            user: None,
            is_encrypted: false,
            at: None,
        }
    }
}

/// How a call ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The final status; `None` if none came.
    pub status: Option<u16>,
    /// The provisional and final statuses.
    pub statuses: Vec<u16>,
    /// The answer's media.
    pub media: Option<sdp::Media>,
}

pub async fn place(shared: &Shared, call: Call<'_>) -> Outcome {
    let binding = shared.state().bindings.get(call.login).cloned();
    let named = call.gateway.map(|name| GATEWAYS.iter().find(|(host, _)| *host == name).unwrap().1);
    let peer = call.at.or(binding.as_ref().map(|binding| binding.wire.peer)).unwrap_or_else(|| {
        panic!("{} is not registered, and the call has no address", call.login);
    });
    let registered = binding.as_ref().map(|binding| &binding.wire);
    let local = call.from.or(named).or(registered.map(|wire| wire.local)).unwrap();
    let wire = match registered {
        Some(wire) if wire.transport != "UDP" && wire.local == local => wire.clone(),
        _ => {
            let socket = match shared.sockets.get(&local) {
                Some(socket) => std::sync::Arc::clone(socket),
                None => panic!("nothing listens at {local}"),
            };
            Wire::udp(&socket, local, peer)
        }
    };
    let host = GATEWAYS.iter().find(|(_, address)| *address == local).map_or("pbx.example", |(host, _)| host);
    let claimed = call.claims.map_or(host.to_owned(), |claimed| claimed.to_string());
    let request = match (call.user, &binding) {
        (None, Some(binding)) => binding.contact.clone(),
        (user, _) => format!("sip:{}@{peer}", user.unwrap_or(call.number)),
    };
    let id = format!("{:016x}@{local}", fastrand::u64(..));
    let (sender, mut answers) = unbounded_channel();
    shared.state().placed.insert(id.clone(), sender);
    let tag = fastrand::u32(..);
    let build = |method: &str, transaction: &str, request: &str, to_tag: &str, routes: &str, body: &str| {
        let transport = wire.transport;
        let number = if method == "BYE" { 2 } else { 1 };
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        format!(
            "{method} {request} SIP/2.0\r\n{routes}\
             Via: SIP/2.0/{transport} {local}:5060;branch=z9hG4bK{transaction}{tag};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:+493012345678@{claimed}>;tag={tag}\r\nTo: <sip:{}@{host}>{to_tag}\r\n\
             Call-ID: {id}\r\nCSeq: {number} {method}\r\n\
             Contact: <sip:carrier@{}>\r\n{kind}Content-Length: {}\r\n\r\n{body}",
            call.number,
            wire.here(),
            body.len()
        )
    };
    wire.send(build("INVITE", "INVITE", &request, "", "", &sdp::offer(local, call.is_encrypted)));
    let mut outcome = Outcome { status: None, statuses: Vec::new(), media: None };
    // Long for a PBX that is busy; short for one that says nothing at all.
    while let Ok(Some(answer)) = timeout(PATIENCE / 4, answers.recv()).await {
        outcome.statuses.push(answer.status());
        if answer.status() < 200 {
            continue;
        }
        outcome.status = Some(answer.status());
        outcome.media = sdp::media(&answer.body);
        let to = answer.must("To").to_owned();
        let to_tag = to.find(";tag=").map_or("", |at| &to[at..]);
        if answer.status() < 300 {
            let contact = uri(answer.must("Contact")).to_owned();
            let mut routes: Vec<_> =
                answer.all("Record-Route").map(|route| format!("Route: {route}\r\n")).collect();
            routes.reverse();
            let routes = routes.concat();
            wire.send(build("ACK", "ACK", &contact, to_tag, &routes, ""));
            wire.send(build("BYE", "BYE", &contact, to_tag, &routes, ""));
            // Its answer; whether it comes is not what is asked here.
            let _ = timeout(Duration::from_secs(5), answers.recv()).await;
        } else {
            // The ACK of a refusal belongs to the refused transaction.
            wire.send(build("ACK", "INVITE", &request, to_tag, "", ""));
        }
        break;
    }
    shared.state().placed.remove(&id);
    outcome
}
