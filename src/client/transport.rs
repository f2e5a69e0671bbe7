//! One HTTP attempt.
//!
//! The only file that names the HTTP library. It adds the key, bounds time and
//! size, and tells "certainly not sent" from "may have arrived". It never
//! repeats a request, follows a redirect or looks into a body.

use std::{
    error::Error as StdError,
    io::{self, Read as _},
    iter,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use reqwest::{
    Certificate, Method as HttpMethod, Proxy, Response,
    header::{
        ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap, HeaderName,
        HeaderValue, LOCATION, RETRY_AFTER,
    },
    redirect,
};
use rustls_pki_types::CertificateDer;
use tokio::{
    sync::Mutex,
    time::{Instant, timeout_at},
};
use tokio_rustls::rustls;
use url::Url;

use super::{
    answer::Incoming,
    config::{AuthScheme, ClientConfig},
    connecting,
    failure::{Chance, Failure, Status},
    redact::Redactor,
    request::Method,
};

/// The longest answer that is read. A page of 100 trunks is under 100 KiB.
pub(super) const DEFAULT_BODY_LIMIT: usize = 16 * 1024 * 1024;
/// Idle connections kept for the next request.
const MAX_IDLE_CONNECTIONS: usize = 10;
/// Shorter than the idle timeouts of common servers and balancers, so that a
/// create is not written into a connection that is just being closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// The longest time to wait for a connection.
const MAX_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Headers of an answer that are read; HTTP/1 has a limit of about 400 KiB for
/// all of them besides, which is the library's.
const MAX_HEADERS: usize = 4096;
/// The same for HTTP/2, in bytes: as many as Go's servers take.
const MAX_HEADER_BYTES: u32 = 1 << 20;
/// The longest time between a sign of life and the next question for one, and
/// from there to the end of the connection.
const LONGEST_PING: Duration = Duration::from_secs(5);
/// Characters of a library's message that are shown.
const CAUSE_LIMIT: usize = 300;

/// What is sent. Borrowed from the request, so that a retry copies nothing.
pub(super) struct Outgoing<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) query: &'a [(&'static str, String)],
    pub(super) body: Option<Bytes>,
}

pub(super) struct Transport {
    config: Arc<ClientConfig>,
    body_limit: usize,
    /// Made by the first request: loading the trusted roots takes time that
    /// validating a configuration should not pay.
    http: Mutex<Option<Http>>,
    made: AtomicU64,
}

/// A client with its connections.
#[derive(Clone)]
struct Http {
    client: reqwest::Client,
    /// Tells it from those before it.
    number: u64,
}

impl Transport {
    pub(super) fn new(config: Arc<ClientConfig>, body_limit: usize) -> Self {
        Self { config, body_limit, http: Mutex::new(None), made: AtomicU64::new(0) }
    }

    /// Sends once and reads the whole answer, by `until` at the latest and in
    /// no more than `request_timeout`.
    pub(super) async fn exchange(
        &self,
        outgoing: Outgoing<'_>,
        until: Option<Instant>,
        redactor: &Redactor,
    ) -> Result<Incoming, Failure> {
        let http = self.http(redactor).await?;
        let request = self.request(outgoing, redactor)?;
        let began = Instant::now();
        let longest = began + self.config.request_timeout;
        let end = until.map_or(longest, |until| until.min(longest));
        let exchange = async {
            let response =
                http.client.execute(request).await.map_err(|error| self.failure(&error, redactor))?;
            self.receive(response, redactor).await
        };
        match timeout_at(end, exchange).await {
            Ok(outcome) => outcome,
            Err(_) => {
                // Its connection may be dead without a word, and HTTP/2 would send
                // the next request over the same one.
                self.forget(http.number).await;
                Err(Failure::Timeout { after: end - began })
            }
        }
    }

    /// Whoever comes next makes new connections. Requests under way keep theirs.
    async fn forget(&self, number: u64) {
        let mut current = self.http.lock().await;
        if current.as_ref().is_some_and(|http| http.number == number) {
            *current = None;
        }
    }

    async fn http(&self, redactor: &Redactor) -> Result<Http, Failure> {
        let mut current = self.http.lock().await;
        if let Some(http) = &*current {
            return Ok(http.clone());
        }
        tracing::debug!(host = self.config.base_url.host_str(), "requests go {}", self.config.route);
        let config = Arc::clone(&self.config);
        // Reading the system's certificates blocks.
        let client = tokio::task::spawn_blocking(move || build(&config))
            .await
            .map_err(|_| Failure::Unsendable { cause: "the HTTP client could not be started".to_owned() })?
            .map_err(|error| Failure::Setup {
                cause: redactor.clean(&chain(&error.without_url()), CAUSE_LIMIT),
            })?;
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        Ok(current.insert(Http { client, number }).clone())
    }

    fn request(&self, outgoing: Outgoing<'_>, redactor: &Redactor) -> Result<reqwest::Request, Failure> {
        let mut url = self.config.join(outgoing.path);
        if !outgoing.query.is_empty() {
            url.query_pairs_mut().extend_pairs(outgoing.query);
        }
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if outgoing.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let key = self.config.api_key.expose();
        match self.config.auth_scheme {
            AuthScheme::Bearer => {
                let mut value =
                    HeaderValue::try_from(format!("Bearer {key}")).map_err(|_| Failure::Unsendable {
                        cause: redactor.clean("the API key does not fit a header", CAUSE_LIMIT),
                    })?;
                value.set_sensitive(true);
                headers.insert(AUTHORIZATION, value);
            }
            AuthScheme::AppId => {
                url.query_pairs_mut().append_pair("appid", key);
            }
        }
        let mut request = reqwest::Request::new(http_method(outgoing.method), url);
        *request.headers_mut() = headers;
        *request.body_mut() = outgoing.body.map(Into::into);
        Ok(request)
    }

    async fn receive(&self, mut response: Response, redactor: &Redactor) -> Result<Incoming, Failure> {
        let code = response.status();
        let status = Status { code: code.as_u16(), reason: code.canonical_reason().unwrap_or_default() };
        let headers = response.headers();
        let mut incoming = Incoming {
            status,
            content_type: text(headers, &CONTENT_TYPE),
            retry_after: text(headers, &RETRY_AFTER),
            date: text(headers, &DATE).and_then(|date| httpdate::parse_http_date(&date).ok()),
            location: text(headers, &LOCATION).and_then(|target| origin(response.url(), &target)),
            body: Bytes::new(),
        };
        let too_long = || Failure::Undocumented {
            status,
            what: format!("a body of more than {} MiB", self.body_limit / (1024 * 1024)),
            excerpt: None,
            cut_short: false,
            retry_after: None,
        };
        let encoding = text(headers, &CONTENT_ENCODING);
        let announced = response.content_length().unwrap_or(0);
        if usize::try_from(announced).map_or(true, |length| length > self.body_limit) {
            return Err(too_long());
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failure(&error, redactor))? {
            if body.len() + chunk.len() > self.body_limit {
                return Err(too_long());
            }
            body.extend_from_slice(&chunk);
        }
        incoming.body = match unpacked(encoding.as_deref(), &body, self.body_limit) {
            None => body.freeze(),
            Some(Ok(bytes)) if bytes.len() > self.body_limit => return Err(too_long()),
            Some(Ok(bytes)) => bytes.into(),
            Some(Err(_)) => {
                return Err(Failure::Undocumented {
                    status,
                    what: "a body that does not match its content encoding".to_owned(),
                    excerpt: None,
                    cut_short: true,
                    retry_after: None,
                });
            }
        };
        Ok(incoming)
    }

    fn failure(&self, error: &reqwest::Error, redactor: &Redactor) -> Failure {
        let cause = || redactor.clean(&chain(error), CAUSE_LIMIT);
        if error.is_builder() {
            return Failure::Unsendable { cause: cause() };
        }
        if error.is_connect() {
            let known = connecting::read(causes_of(error));
            let chance = known.as_ref().map_or(Chance::Good, |known| known.chance);
            let cause = known.map_or_else(cause, |known| redactor.clean(&known.text, CAUSE_LIMIT));
            return Failure::Connect { cause, way: redactor.clean(&self.way(), CAUSE_LIMIT), chance };
        }
        if causes_of(error).any(is_unprocessed) {
            return Failure::Unprocessed { cause: cause() };
        }
        Failure::Lost { cause: cause() }
    }

    /// Where requests go: host and port, and the proxy on the way.
    fn way(&self) -> String {
        let place = |url: &Url| {
            let port = url.port_or_known_default().unwrap_or_default();
            format!("{}:{port}", url.host_str().unwrap_or_default())
        };
        let host = place(&self.config.base_url);
        match &self.config.proxy {
            None => host,
            Some(proxy) => format!(
                "{host} through the proxy {} ({})",
                place(&proxy.url),
                proxy.variable.unwrap_or("`http_proxy`")
            ),
        }
    }
}

/// Whether the other end of an HTTP/2 connection said that it has not begun with
/// the request.
fn is_unprocessed(cause: &(dyn StdError + 'static)) -> bool {
    cause.downcast_ref::<h2::Error>().is_some_and(|error| {
        let refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
        // A stream that GOAWAY counts as processed goes on, and ends in another error.
        error.is_remote() && (error.is_go_away() || refused)
    })
}

/// The body without the encoding that nobody asked for; `None` when it has none.
fn unpacked(encoding: Option<&str>, body: &[u8], limit: usize) -> Option<io::Result<Vec<u8>>> {
    // One byte more tells that there is more.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let read = |mut reader: io::Take<Box<dyn io::Read + '_>>| {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).map(|_| bytes)
    };
    let is_gzip = body.starts_with(&[0x1f, 0x8b]);
    match encoding.map(|name| name.trim().to_ascii_lowercase()).as_deref() {
        Some("deflate") => {
            let reader: Box<dyn io::Read> = Box::new(flate2::read::ZlibDecoder::new(body));
            Some(read(reader.take(most)))
        }
        // A proxy that unpacked it may have left the header, and the other way round.
        _ if is_gzip => {
            let reader: Box<dyn io::Read> = Box::new(flate2::read::MultiGzDecoder::new(body));
            Some(read(reader.take(most)))
        }
        _ => None,
    }
}

fn build(config: &ClientConfig) -> Result<reqwest::Client, reqwest::Error> {
    // The library's own repeats stay on: they are of requests that the server
    // declared unprocessed (HTTP/2 GOAWAY, REFUSED_STREAM), and of nothing else.
    let ping = (config.request_timeout / 6).min(LONGEST_PING);
    let mut builder = reqwest::Client::builder()
        .user_agent(config.user_agent.as_str())
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(MAX_CONNECT_TIMEOUT.min(config.request_timeout.mul_f64(0.9)))
        .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .tls_version_min(reqwest::tls::Version::TLS_1_2)
        // An answer to a create is not lost to its headers, which proxies add to.
        .http1_max_headers(MAX_HEADERS)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http1_ignore_invalid_headers_in_responses(true)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        // A connection that has gone silent is noticed while a request waits on it,
        // and long before its time is over.
        .http2_keep_alive_interval(ping)
        .http2_keep_alive_timeout(ping);
    builder = match &config.proxy {
        Some(proxy) => builder.proxy(Proxy::all(proxy.url.clone())?),
        None => builder.no_proxy(),
    };
    // Reading the system's certificates is most of the work, and without TLS in
    // vain.
    if config.base_url.scheme() == "http" && config.proxy.is_none() && config.ca_bundle_pem.is_none() {
        builder = builder.tls_certs_only([]);
    }
    if let Some(pem) = &config.ca_bundle_pem {
        builder = builder.tls_certs_merge(Certificate::from_pem_bundle(pem)?);
    }
    builder.build()
}

/// Whether TLS can trust what this certificate signs.
pub(super) fn is_authority(certificate: CertificateDer<'_>) -> bool {
    rustls::RootCertStore::empty().add(certificate).is_ok()
}

fn http_method(method: Method) -> HttpMethod {
    match method {
        Method::Get => HttpMethod::GET,
        Method::Post => HttpMethod::POST,
        Method::Put => HttpMethod::PUT,
        Method::Patch => HttpMethod::PATCH,
        Method::Delete => HttpMethod::DELETE,
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Where a redirect points to: scheme, host and port are all that may be shown.
fn origin(from: &Url, target: &str) -> Option<String> {
    let target = from.join(target).ok()?;
    let host = target.host_str()?;
    if target.origin() == from.origin() {
        return Some("another path of the same host".to_owned());
    }
    let port = target.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}://{host}{port}", target.scheme()))
}

/// The causes below the library's own error, whose text would hold the URL.
fn chain(error: &reqwest::Error) -> String {
    let mut causes = Vec::<String>::new();
    for cause in causes_of(error) {
        let text = cause.to_string();
        if causes.last().is_none_or(|last| !last.contains(&text)) {
            causes.push(text);
        }
    }
    if causes.is_empty() { "no further detail".to_owned() } else { causes.join(": ") }
}

/// All causes. An I/O error that wraps another error passes over it in
/// `source`, and the TLS connector wraps twice, so wrapped ones are unpacked.
fn causes_of(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    iter::successors(error.source(), |cause| next_cause(*cause))
}

fn next_cause<'a>(cause: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match cause.downcast_ref::<io::Error>() {
        Some(wrapper) => Some(wrapper.get_ref()?),
        None => cause.source(),
    }
}
