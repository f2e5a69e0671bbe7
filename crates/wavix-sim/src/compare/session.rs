//! Requests to a server that may be the real one: one at a time, with the key only for who has shown to be Wavix, never
//! through a redirect, and none after an interrupt but those that tidy up.

use std::{
    collections::VecDeque,
    fmt,
    net::IpAddr,
    time::{Duration, Instant, SystemTime},
};

use reqwest::{Method, Url, header};
use serde_json::Value;
use tokio::{sync::watch, time::sleep};

use crate::secret::Secret;

use super::evidence::{Evidence, Reply};

const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of an answer that are read; a page of a hundred trunks has about 60,000.
const LARGEST: usize = 16 << 20;
/// How often a request is sent again that met a limit.
const REPEATS: u32 = 5;
/// How often something is looked for that should be there.
const LOOKS: u32 = 10;
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

/// How the key is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `Authorization: Bearer KEY`.
    Bearer,
    /// `?appid=KEY`, which servers and proxies write into their logs.
    AppId,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Caller<'a> {
    Nobody,
    /// The account's key.
    Owner,
    /// The same, presented in this way.
    OwnerBy(Scheme),
    /// Another key.
    Key(Scheme, &'a str),
}

/// Why it did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The base URL is no URL, or not a safe one.
    BaseUrl(String),
    /// There is no answer.
    Unreachable(String),
    /// Another server.
    NotWavix(String),
    /// The key opens nothing.
    KeyRefused,
    /// The account has so many trunks that are not from tests, and no more than so many are allowed.
    NotForTests {
        /// Those it has.
        trunks: usize,
        /// Those that are allowed.
        most: usize,
    },
    /// Somebody asked to stop.
    Interrupted,
    /// This machine cannot do it.
    Here(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BaseUrl(why) => write!(formatter, "The base URL cannot be used: {why}."),
            Self::Unreachable(why) => write!(formatter, "There is no answer: {why}."),
            Self::NotWavix(why) => write!(
                formatter,
                "This is not the Wavix API: a request without a key returned {why}, not a refusal in the API's form. The key \
                 was not sent."
            ),
            Self::KeyRefused => formatter.write_str(
                "The key is refused (401). Check WAVIX_API_KEY and, if the key is restricted to addresses, the address of \
                 this machine. For a gateway that takes keys in the URL, add `--auth appid`.",
            ),
            Self::NotForTests { trunks, most } => write!(
                formatter,
                "The account has {trunks} SIP trunks that are not from tests, and {most} are allowed: it does not look like an \
                 account for tests. Nothing was changed."
            ),
            Self::Interrupted => formatter.write_str("Interrupted."),
            Self::Here(why) => write!(formatter, "This machine cannot do it: {why}."),
        }
    }
}

/// One conversation.
pub(super) struct Session {
    http: reqwest::Client,
    base: Url,
    key: Secret,
    scheme: Scheme,
    interrupted: watch::Receiver<bool>,
    /// Whether an interrupt is waited out.
    pub(super) tidies_up: bool,
    recent: VecDeque<Instant>,
    pub(super) evidence: Evidence,
}

impl Session {
    pub(super) fn new(
        base_url: &str,
        key: &str,
        scheme: Scheme,
        interrupted: watch::Receiver<bool>,
    ) -> Result<Self, Trouble> {
        let base = safe(base_url).map_err(Trouble::BaseUrl)?;
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE);
        let http = if is_loopback(&base) { http.no_proxy() } else { http };
        let agent = concat!("wavix-sim/", env!("CARGO_PKG_VERSION"));
        let http = http.user_agent(agent).build().map_err(|error| Trouble::Here(error.to_string()))?;
        let (evidence, recent) = (Evidence::default(), VecDeque::new());
        Ok(Self {
            http,
            base,
            key: Secret::new(key),
            scheme,
            interrupted,
            tidies_up: false,
            recent,
            evidence,
        })
    }

    pub(super) fn scheme(&self) -> Scheme {
        self.scheme
    }

    pub(super) async fn get(&mut self, step: &'static str, path: &str) -> Result<Reply, Trouble> {
        self.send(step, Caller::Owner, Method::GET, path, None).await
    }

    pub(super) async fn post(
        &mut self,
        step: &'static str,
        path: &str,
        body: &Value,
    ) -> Result<Reply, Trouble> {
        self.send(step, Caller::Owner, Method::POST, path, Some(body)).await
    }

    pub(super) async fn put(
        &mut self,
        step: &'static str,
        path: &str,
        body: &Value,
    ) -> Result<Reply, Trouble> {
        self.send(step, Caller::Owner, Method::PUT, path, Some(body)).await
    }

    pub(super) async fn delete(&mut self, step: &'static str, path: &str) -> Result<Reply, Trouble> {
        self.send(step, Caller::Owner, Method::DELETE, path, None).await
    }

    /// Reads until the answer is as it should be, and counts under `what` how many were not.
    pub(super) async fn get_until(
        &mut self,
        (step, what): (&'static str, &'static str),
        path: &str,
        fits: impl Fn(&Reply) -> bool,
    ) -> Result<Option<Reply>, Trouble> {
        for misses in 0..=LOOKS {
            let reply = self.get(step, path).await?;
            if fits(&reply) {
                self.evidence.count(what, misses);
                return Ok(Some(reply));
            }
            self.pause(BETWEEN_LOOKS).await?;
        }
        Ok(None)
    }

    /// Sends a request and notes what came back. One that meets a limit is sent again when that allows it.
    pub(super) async fn send(
        &mut self,
        step: &'static str,
        caller: Caller<'_>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Reply, Trouble> {
        let mut repeats = 0;
        loop {
            self.go_on()?;
            let (reply, wait) = self.attempt(caller, method.clone(), path, body).await?;
            self.evidence.note(step, body, &reply);
            if reply.status != 429 || repeats == REPEATS {
                return Ok(reply);
            }
            repeats += 1;
            self.pause(wait).await?;
        }
    }

    async fn attempt(
        &mut self,
        caller: Caller<'_>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(Reply, Duration), Trouble> {
        let url = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        let mut url: Url = url.parse().map_err(|_| Trouble::BaseUrl(path.to_owned()))?;
        let presented = match caller {
            Caller::Nobody => None,
            Caller::Owner => Some((self.scheme, self.key.reveal())),
            Caller::OwnerBy(scheme) => Some((scheme, self.key.reveal())),
            Caller::Key(scheme, key) => Some((scheme, key)),
        };
        if let Some((Scheme::AppId, key)) = presented {
            url.query_pairs_mut().append_pair("appid", key);
        }
        let mut request = self.http.request(method, url).header(header::ACCEPT, "application/json");
        if let Some((Scheme::Bearer, key)) = presented {
            request = request.bearer_auth(key);
        }
        if let Some(body) = body {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body.to_string());
        }
        self.evidence.requests += 1;
        let sent = Instant::now();
        self.recent.push_back(sent);
        while self.recent.front().is_some_and(|first| sent.duration_since(*first) >= Duration::from_secs(1)) {
            self.recent.pop_front();
        }
        // The URL of an error may hold the key.
        let unreachable = |error: reqwest::Error| Trouble::Unreachable(cause(&error.without_url()));
        let mut answer = request.send().await.map_err(unreachable)?;
        let text = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let date = text(header::DATE).and_then(|date| httpdate::parse_http_date(date).ok());
        let content_type = text(header::CONTENT_TYPE).unwrap_or("no content type");
        let content_type = content_type.split(';').next().unwrap_or_default().to_owned();
        let wait = text(header::RETRY_AFTER).and_then(|wait| wait.parse().ok()).unwrap_or(1_u64);
        let status = answer.status().as_u16();
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LARGEST {
                return Err(Trouble::Unreachable(format!("an answer is larger than {LARGEST} bytes")));
            }
        }
        if status == 429 && self.evidence.limited_at.is_none() {
            // Without the one that was refused.
            let admitted = u32::try_from(self.recent.len()).unwrap_or(u32::MAX).saturating_sub(1);
            self.evidence.limited_at = Some(admitted.max(1));
        }
        let body = serde_json::from_slice(&bytes).ok();
        let reply = Reply { status, date, at: SystemTime::now(), body, content_type };
        Ok((reply, Duration::from_secs(wait.min(60))))
    }

    fn go_on(&self) -> Result<(), Trouble> {
        if *self.interrupted.borrow() && !self.tidies_up { Err(Trouble::Interrupted) } else { Ok(()) }
    }

    async fn pause(&mut self, duration: Duration) -> Result<(), Trouble> {
        if self.tidies_up {
            sleep(duration).await;
            return Ok(());
        }
        tokio::select! {
            () = sleep(duration) => {}
            // Whoever could have interrupted may be gone; then nobody does.
            Ok(_) = self.interrupted.wait_for(|interrupted| *interrupted) => {}
        }
        self.go_on()
    }
}

/// A base URL to which a key may be sent: HTTPS, or this machine.
fn safe(base_url: &str) -> Result<Url, String> {
    let base: Url = base_url.parse().map_err(|error| format!("{error}"))?;
    match base.scheme() {
        "https" => {}
        "http" if is_loopback(&base) => {}
        "http" => return Err("plain http would show the key to the network".to_owned()),
        other => return Err(format!("it begins with {other}:, not with https:")),
    }
    let has_user = !base.username().is_empty() || base.password().is_some();
    if base.query().is_some() || base.fragment().is_some() || has_user {
        return Err("it has more than scheme, host, port and path".to_owned());
    }
    Ok(base)
}

fn is_loopback(base: &Url) -> bool {
    base.host_str().is_some_and(|host| {
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    })
}

/// The last of an error's causes, which says what happened.
fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn a_key_goes_to_https_or_to_this_machine() {
        for good in ["https://api.wavix.com", "http://127.0.0.1:8787/", "http://localhost", "http://[::1]:1"]
        {
            assert!(safe(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.wavix.com",
            "ftp://127.0.0.1",
            "api.wavix.com",
            "https://a@b",
            "https://:a@b",
            "https://a?key=b",
        ] {
            assert!(safe(bad).is_err(), "{bad}");
        }
    }
}
