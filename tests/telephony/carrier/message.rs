//! A SIP message, as far as these tests read one (RFC 3261 §7).

/// A request or a response.
#[derive(Debug, Clone)]
pub struct Message {
    /// `INVITE sip:… SIP/2.0` or `SIP/2.0 200 OK`.
    pub first: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Message {
    /// Reads one that is whole; `None` for what is none, such as a keep-alive.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let mut lines = head.trim_start().split("\r\n");
        let first = lines.next()?.to_owned();
        let headers = lines.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((long(name.trim()), value.trim().to_owned()))
        });
        let message = Self { headers: headers.collect(), body: body.to_owned(), first };
        (message.first.contains("SIP/2.0") && message.header("Call-ID").is_some()).then_some(message)
    }

    /// How many bytes of a stream the first message takes; `None` while it is not whole.
    pub fn length(stream: &[u8]) -> Option<usize> {
        let head = stream.windows(4).position(|window| window == b"\r\n\r\n")?;
        let text = String::from_utf8_lossy(&stream[..head]);
        let length = text.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(':')?;
            (long(name.trim()) == "content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        let whole = head + 4 + length.unwrap_or(0);
        (stream.len() >= whole).then_some(whole)
    }

    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let name = name.to_ascii_lowercase();
        self.headers.iter().filter(move |(other, _)| *other == name).map(|(_, value)| value.as_str())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// A header that every message of ours and of a program that works has.
    pub fn must(&self, name: &str) -> &str {
        self.header(name).unwrap_or_default()
    }

    pub fn is_request(&self) -> bool {
        !self.first.starts_with("SIP/2.0 ")
    }

    /// Of a request, or of what a response answers.
    pub fn method(&self) -> &str {
        if self.is_request() {
            self.first.split(' ').next().unwrap_or_default()
        } else {
            self.must("CSeq").split(' ').nth(1).unwrap_or_default()
        }
    }

    pub fn uri(&self) -> &str {
        self.first.split(' ').nth(1).unwrap_or_default()
    }

    pub fn status(&self) -> u16 {
        self.uri().parse().unwrap_or_default()
    }

    /// Whether the request belongs to a dialog.
    pub fn is_inside(&self) -> bool {
        self.must("To").contains("tag=")
    }

    /// The response to this request. `extra`: header lines; `sdp`: its body.
    pub fn reply(&self, status: u16, reason: &str, tag: &str, extra: &[String], sdp: &str) -> String {
        let mut lines = vec![format!("SIP/2.0 {status} {reason}")];
        lines.extend(self.all("Via").map(|via| format!("Via: {via}")));
        lines.extend(self.all("Record-Route").map(|route| format!("Record-Route: {route}")));
        lines.push(format!("From: {}", self.must("From")));
        let tag = if self.is_inside() || status == 100 { String::new() } else { format!(";tag={tag}") };
        lines.push(format!("To: {}{tag}", self.must("To")));
        lines.push(format!("Call-ID: {}", self.must("Call-ID")));
        lines.push(format!("CSeq: {}", self.must("CSeq")));
        lines.extend(extra.iter().cloned());
        if !sdp.is_empty() {
            lines.push("Content-Type: application/sdp".to_owned());
        }
        lines.push(format!("Content-Length: {}", sdp.len()));
        format!("{}\r\n\r\n{sdp}", lines.join("\r\n"))
    }

    /// Notes where the request came from, so that the answer finds back (RFC 3581).
    pub fn stamp(&mut self, peer: std::net::SocketAddr) {
        if let Some((_, via)) = self.headers.iter_mut().find(|(name, _)| name == "via") {
            let stamp = format!(";received={};rport={}", peer.ip(), peer.port());
            *via = via.replacen(";rport", &stamp, 1);
        }
    }
}

/// The URI of `"Name" <sip:user@host>;tag=x`, without the brackets.
pub fn uri(header: &str) -> &str {
    let inner = header.split_once('<').map_or(header, |(_, rest)| rest);
    inner.split(['>']).next().unwrap_or_default().trim()
}

/// The user part of a URI; empty if it has none.
pub fn user(uri: &str) -> &str {
    let rest = uri.split_once(':').map_or(uri, |(_, rest)| rest);
    rest.split_once('@').map_or("", |(user, _)| user)
}

/// A header's name in full and in lower case.
fn long(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let full = match name.as_str() {
        "v" => "via",
        "f" => "from",
        "t" => "to",
        "i" => "call-id",
        "m" => "contact",
        "l" => "content-length",
        "c" => "content-type",
        "k" => "supported",
        other => other,
    };
    full.to_owned()
}
