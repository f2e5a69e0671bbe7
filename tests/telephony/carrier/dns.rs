//! A resolver that knows the carrier's gateways and nothing else: A records,
//! and "no such record" or "no such name" for the rest.

use std::net::Ipv4Addr;

use tokio::net::UdpSocket;

use super::GATEWAYS;

/// Answers on port 53 until its runtime ends.
pub async fn serve() {
    let socket = UdpSocket::bind("127.0.0.1:53").await.expect("the namespace's port 53 is free");
    let mut buffer = [0; 1500];
    while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
        if let Some(answer) = answer(&buffer[..length]) {
            // Who asked may be gone.
            let _ = socket.send_to(&answer, peer).await;
        }
    }
}

fn answer(query: &[u8]) -> Option<Vec<u8>> {
    let mut labels = Vec::new();
    let mut at = 12;
    loop {
        let length = usize::from(*query.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(query.get(at..at + length)?).to_ascii_lowercase());
        at += length;
    }
    let question = query.get(12..at + 4)?;
    let is_for_an_address = question[question.len() - 4..] == [0, 1, 0, 1];
    let name = labels.join(".");
    let known = GATEWAYS.iter().find(|(host, _)| *host == name).map(|(_, address)| *address);
    let found = known.filter(|_| is_for_an_address);
    let mut reply = query[..2].to_vec();
    // A response, with authority; recursion was wanted and is given.
    reply.extend([0x85, if known.is_some() { 0x80 } else { 0x83 }]);
    reply.extend([0, 1, 0, u8::from(found.is_some()), 0, 0, 0, 0]);
    reply.extend(question);
    if let Some(address) = found {
        reply.extend([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4]);
        reply.extend(Ipv4Addr::octets(&address));
    }
    Some(reply)
}
