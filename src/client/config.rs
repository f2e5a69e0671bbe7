//! What a client is configured with, checked once.
//!
//! [`ClientSettings`] is what somebody wrote; [`ClientConfig`] is what has been
//! found good. Nothing is opened, resolved or loaded here: validation is free.
//! Reading environment variables and files is the provider's work.

use std::{fmt, net::IpAddr, time::Duration};

use rustls_pki_types::{CertificateDer, pem::PemObject};
use url::{Host, Url};

use super::{
    proxy::{self, ChosenProxy, ProxyVariables},
    secret::Secret,
    transport::is_authority,
};

/// Where the Wavix API lives unless told otherwise.
pub const DEFAULT_BASE_URL: &str = "https://api.wavix.com";
/// Time allowed for one attempt.
pub const DEFAULT_REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Attempts after the first one.
pub const DEFAULT_MAX_RETRIES: u32 = 4;
/// Requests in flight at once. Wavix documents no limit; ten is what a caller
/// that works on ten objects at a time, as Terraform does, can make use of.
pub const DEFAULT_MAX_CONCURRENT_REQUESTS: usize = 10;

/// How the API key travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthScheme {
    /// `Authorization: Bearer <key>`, the documented way.
    #[default]
    Bearer,
    /// `?appid=<key>`, the way of the API's first generation. Deprecated by
    /// Wavix: a key in a URL ends up in the access logs of every proxy.
    AppId,
}

/// What the caller wants, unchecked. Fill in and call [`validate`](Self::validate).
#[derive(Clone)]
pub struct ClientSettings {
    /// Root of the API, optionally with a path prefix. HTTPS, except to the own machine.
    pub base_url: String,
    /// The API key.
    pub api_key: Secret,
    /// How the key travels.
    pub auth_scheme: AuthScheme,
    /// Time allowed for one attempt, from the connection to the last byte of the body.
    pub request_timeout: Duration,
    /// Attempts after the first one; 0 disables retrying.
    pub max_retries: u32,
    /// Upper bound for the whole process; `None` is no bound.
    pub requests_per_second: Option<f64>,
    /// Requests in flight at once, for the whole process.
    pub max_concurrent_requests: usize,
    /// Proxy URL, `http://` or `https://`. A secret, since it may carry a
    /// password. `None`: the environment's variables decide.
    pub http_proxy: Option<Secret>,
    /// The environment's say about proxies; `no_proxy` is heeded in any case.
    pub proxy_variables: ProxyVariables,
    /// PEM certificates trusted in addition to the system's.
    pub ca_bundle_pem: Option<Vec<u8>>,
    /// The whole `User-Agent` header.
    pub user_agent: String,
}

impl ClientSettings {
    /// The defaults, with this key.
    pub fn new(api_key: impl Into<Secret>) -> Self {
        Self {
            base_url: DEFAULT_BASE_URL.to_owned(),
            api_key: api_key.into(),
            auth_scheme: AuthScheme::default(),
            request_timeout: DEFAULT_REQUEST_TIMEOUT,
            max_retries: DEFAULT_MAX_RETRIES,
            requests_per_second: None,
            max_concurrent_requests: DEFAULT_MAX_CONCURRENT_REQUESTS,
            http_proxy: None,
            proxy_variables: ProxyVariables::default(),
            ca_bundle_pem: None,
            user_agent: concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }

    /// Checks everything.
    ///
    /// # Errors
    /// Every fault found, in the order of the fields, none of which shows a secret.
    pub fn validate(self) -> Result<ClientConfig, Vec<ConfigError>> {
        let mut faults = Vec::new();
        let mut check = |field, result: Result<(), String>| {
            if let Err(problem) = result {
                faults.push(ConfigError { field, problem });
            }
        };
        let mut base_url = None;
        check(ConfigField::BaseUrl, parse_base_url(&self.base_url).map(|url| base_url = Some(url)));
        check(ConfigField::ApiKey, check_api_key(&self.api_key));
        check(ConfigField::RequestTimeout, check_timeout(self.request_timeout));
        check(ConfigField::RequestsPerSecond, self.requests_per_second.map_or(Ok(()), check_rate));
        check(
            ConfigField::MaxConcurrentRequests,
            (1..=MAX_CONCURRENCY)
                .contains(&self.max_concurrent_requests)
                .then_some(())
                .ok_or_else(|| format!("must be between 1 and {MAX_CONCURRENCY}")),
        );
        let mut proxy = None;
        if let Some(text) = &self.http_proxy {
            let parsed = parse_proxy(text, base_url.as_ref());
            check(
                ConfigField::HttpProxy,
                parsed.map(|url| proxy = Some(ChosenProxy { url, variable: None })),
            );
            let exempts = |url| self.proxy_variables.exempts(url);
            proxy = proxy.filter(|_| !base_url.as_ref().is_some_and(exempts));
        } else if let Some(base_url) = &base_url {
            match self.proxy_variables.choose(base_url) {
                Ok(chosen) => proxy = chosen,
                Err((name, problem)) => check(ConfigField::ProxyVariable(name), Err(problem)),
            }
        }
        check(ConfigField::CaBundle, self.ca_bundle_pem.as_deref().map_or(Ok(()), check_pem));
        check(ConfigField::UserAgent, check_user_agent(&self.user_agent));

        match base_url {
            Some(base_url) if faults.is_empty() => Ok(ClientConfig {
                route: proxy::route(
                    proxy.as_ref(),
                    self.http_proxy.is_some(),
                    &self.proxy_variables,
                    &base_url,
                ),
                base_url,
                api_key: self.api_key,
                auth_scheme: self.auth_scheme,
                request_timeout: self.request_timeout,
                max_retries: self.max_retries,
                requests_per_second: self.requests_per_second,
                max_concurrent_requests: self.max_concurrent_requests,
                proxy,
                ca_bundle_pem: self.ca_bundle_pem,
                user_agent: self.user_agent,
            }),
            _ => Err(faults),
        }
    }
}

impl fmt::Debug for ClientSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The unchecked base URL may hold credentials, so it is not shown.
        f.debug_struct("ClientSettings").field("auth_scheme", &self.auth_scheme).finish_non_exhaustive()
    }
}

/// A checked configuration. Only [`ClientSettings::validate`] makes one.
#[derive(Clone)]
pub struct ClientConfig {
    pub(super) base_url: Url,
    pub(super) api_key: Secret,
    pub(super) auth_scheme: AuthScheme,
    pub(super) request_timeout: Duration,
    pub(super) max_retries: u32,
    pub(super) requests_per_second: Option<f64>,
    pub(super) max_concurrent_requests: usize,
    pub(super) proxy: Option<ChosenProxy>,
    /// The way to the API and why it is this one, for the log.
    pub(super) route: String,
    pub(super) ca_bundle_pem: Option<Vec<u8>>,
    pub(super) user_agent: String,
}

impl ClientConfig {
    /// The root of the API, without credentials, query or fragment.
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// Time allowed for one attempt.
    pub fn request_timeout(&self) -> Duration {
        self.request_timeout
    }

    /// The URL of an encoded path below the base URL's own path.
    pub(super) fn join(&self, path: &str) -> Url {
        let mut url = self.base_url.clone();
        let prefix = self.base_url.path().trim_end_matches('/');
        url.set_path(&format!("{prefix}{path}"));
        url
    }
}

impl fmt::Debug for ClientConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientConfig")
            .field("base_url", &self.base_url.as_str())
            .field("auth_scheme", &self.auth_scheme)
            .field("request_timeout", &self.request_timeout)
            .field("max_retries", &self.max_retries)
            .field("requests_per_second", &self.requests_per_second)
            .field("max_concurrent_requests", &self.max_concurrent_requests)
            .field("proxy", &self.proxy.as_ref().map(|_| "***"))
            .field("user_agent", &self.user_agent)
            .finish_non_exhaustive()
    }
}

/// One argument that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct ConfigError {
    /// Which argument.
    pub field: ConfigField,
    /// What is wrong with it, ready to follow the argument's name. Never shows the value of a secret.
    pub problem: String,
}

/// The arguments that can be wrong, by the provider's argument names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConfigField {
    /// `base_url`
    BaseUrl,
    /// `api_key`
    ApiKey,
    /// `request_timeout`
    RequestTimeout,
    /// `requests_per_second`
    RequestsPerSecond,
    /// `max_concurrent_requests`
    MaxConcurrentRequests,
    /// `http_proxy`
    HttpProxy,
    /// No argument: the environment variable of this name.
    ProxyVariable(&'static str),
    /// `ca_bundle`
    CaBundle,
    /// `user_agent_suffix`
    UserAgent,
}

impl ConfigField {
    /// The name of the provider argument.
    pub fn argument(self) -> &'static str {
        match self {
            Self::BaseUrl => "base_url",
            Self::ApiKey => "api_key",
            Self::RequestTimeout => "request_timeout",
            Self::RequestsPerSecond => "requests_per_second",
            Self::MaxConcurrentRequests => "max_concurrent_requests",
            Self::HttpProxy => "http_proxy",
            Self::ProxyVariable(name) => name,
            Self::CaBundle => "ca_bundle",
            Self::UserAgent => "user_agent_suffix",
        }
    }
}

impl fmt::Display for ConfigField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.argument())
    }
}

const MAX_CONCURRENCY: usize = 1024;
/// One request in a thousand seconds; anything slower is a mistake.
const MIN_RATE: f64 = 0.001;
const MAX_RATE: f64 = 1_000_000.0;
const MAX_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

fn parse_base_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(not_a_url)?;
    let loopback = is_loopback(&url);
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => {
            return Err("must use https, because plain http sends the API key unencrypted; http is accepted only for \
                        this machine (localhost, 127.0.0.0/8, ::1)"
                .to_owned());
        }
        _ => return Err("must be an https URL".to_owned()),
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("has no host".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not contain a user name or password; set the key in api_key".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must not contain a query or a fragment".to_owned());
    }
    // A gateway may have its own paths; this one can only be the API's.
    if let path @ ("/v1" | "/v2") = url.path().trim_end_matches('/') {
        return Err(format!("must not end in `{path}`: the provider adds the API version"));
    }
    Ok(url)
}

/// The parser's message does not repeat the text.
fn not_a_url(problem: url::ParseError) -> String {
    match problem {
        url::ParseError::RelativeUrlWithoutBase => {
            "is not a URL: it must begin with a scheme, as in `https://` and a host".to_owned()
        }
        problem => format!("is not a URL: {problem}"),
    }
}

/// Whether the URL's host can only be this machine. Names other than
/// `localhost` are not looked up: what they resolve to may change.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        None => false,
    }
}

fn check_api_key(key: &Secret) -> Result<(), String> {
    if key.expose().trim().is_empty() {
        return Err("is empty".to_owned());
    }
    if !key.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("contains a space, a line break or another character that a key cannot contain; it may have been \
                    copied with surrounding text"
            .to_owned());
    }
    Ok(())
}

fn check_timeout(timeout: Duration) -> Result<(), String> {
    if timeout.is_zero() || timeout > MAX_TIMEOUT {
        return Err("must be greater than 0 and at most 24 hours".to_owned());
    }
    Ok(())
}

fn check_rate(rate: f64) -> Result<(), String> {
    if !(MIN_RATE..=MAX_RATE).contains(&rate) {
        return Err(format!("must be a number between {MIN_RATE} and {MAX_RATE}"));
    }
    Ok(())
}

fn parse_proxy(text: &Secret, base_url: Option<&Url>) -> Result<Url, String> {
    let url = proxy::parse(text)?;
    if base_url.is_some_and(|base| base.scheme() == "http") && !is_loopback(&url) {
        return Err(
            "is on another machine, and base_url uses plain http: the proxy would receive the API key \
                    unencrypted"
                .to_owned(),
        );
    }
    Ok(url)
}

fn check_pem(pem: &[u8]) -> Result<(), String> {
    let mut found = false;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate =
            certificate.map_err(|_| "contains a certificate that is not valid PEM".to_owned())?;
        if !is_authority(certificate) {
            return Err("contains a PEM block (BEGIN CERTIFICATE) that is not a certificate".to_owned());
        }
        found = true;
    }
    found.then_some(()).ok_or_else(|| "contains no PEM certificate (BEGIN CERTIFICATE)".to_owned())
}

fn check_user_agent(text: &str) -> Result<(), String> {
    if text.trim().is_empty() || !text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return Err("must be printable ASCII on one line".to_owned());
    }
    Ok(())
}
