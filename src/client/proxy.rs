//! Which proxy a request goes through. The rules are those of Go's
//! `golang.org/x/net/http/httpproxy`, which Terraform itself follows, so that one set of
//! variables means one thing in a run. There is one exception: a proxy that cannot be read
//! is an error and never a direct connection.

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

use super::{config::is_loopback, secret::Secret};

/// The variables of the process that choose a proxy, with the names under which
/// they were found. An empty one is none, and does not hide its twin.
#[derive(Clone, Default)]
pub struct ProxyVariables {
    /// `HTTPS_PROXY` or `https_proxy`.
    pub https_proxy: Option<(&'static str, Secret)>,
    /// `HTTP_PROXY` or `http_proxy`.
    pub http_proxy: Option<(&'static str, Secret)>,
    /// `NO_PROXY` or `no_proxy`.
    pub no_proxy: Option<String>,
}

/// A proxy, and who asked for it.
#[derive(Clone)]
pub(super) struct ChosenProxy {
    pub(super) url: Url,
    /// The variable that named it; `None`: the argument.
    pub(super) variable: Option<&'static str>,
}

impl ProxyVariables {
    /// The proxy of the environment for this URL.
    ///
    /// # Errors
    /// The variable that counts cannot be read; its name, and what is wrong with it.
    pub(super) fn choose(&self, base: &Url) -> Result<Option<ChosenProxy>, (&'static str, String)> {
        let variable = if base.scheme() == "http" { &self.http_proxy } else { &self.https_proxy };
        let Some((name, text)) = variable else { return Ok(None) };
        // As in Go's library, the environment's proxy is for other machines.
        if is_loopback(base) || self.exempts(base) {
            return Ok(None);
        }
        let url = parse(text).map_err(|problem| (*name, problem))?;
        Ok(Some(ChosenProxy { url, variable: Some(*name) }))
    }

    /// Whether `NO_PROXY` names the host of this URL.
    pub(super) fn exempts(&self, base: &Url) -> bool {
        let Some(host) = base.host() else { return false };
        let port = base.port_or_known_default().unwrap_or_default().to_string();
        let entries = self.no_proxy.as_deref().unwrap_or_default().split(',');
        entries.map(|entry| entry.trim().to_lowercase()).any(|entry| matches(&entry, &host, &port))
    }
}

/// The way to the API and why it is this one, as the log says it. Shows of a
/// proxy no more than host and port. `asked`: the argument names a proxy.
pub(super) fn route(
    chosen: Option<&ChosenProxy>,
    asked: bool,
    variables: &ProxyVariables,
    base: &Url,
) -> String {
    if let Some(ChosenProxy { url, variable }) = chosen {
        let port = url.port_or_known_default().unwrap_or_default();
        let host = url.host_str().unwrap_or_default();
        return format!("through {host}:{port}, because of {}", variable.unwrap_or("http_proxy"));
    }
    let (name, variable) = match base.scheme() {
        "http" => ("HTTP_PROXY", &variables.http_proxy),
        _ => ("HTTPS_PROXY", &variables.https_proxy),
    };
    match variable {
        _ if variables.exempts(base) && (asked || variable.is_some()) => {
            "directly, because of NO_PROXY".to_owned()
        }
        Some((name, _)) => format!("directly: {name} does not apply to this machine itself"),
        None => format!("directly: neither http_proxy nor {name} is set{SYSTEM}"),
    }
}

/// As Terraform, which does not look there either.
const SYSTEM: &str = if cfg!(any(windows, target_os = "macos")) {
    ", and the proxy in the system settings is not used"
} else {
    ""
};

/// The URL of a proxy; without a scheme it is `http`.
///
/// # Errors
/// What is wrong with it, without repeating it: it may hold a password.
pub(super) fn parse(text: &Secret) -> Result<Url, String> {
    let text = text.expose().trim();
    let parsed = Url::parse(text);
    let url = match parsed {
        Ok(url) if url.has_host() => url,
        // `proxy:3128` reads as a URL of the scheme `proxy`.
        parsed if text.contains("://") => parsed.map_err(|problem| format!("is not a URL: {problem}"))?,
        _ => Url::parse(&format!("http://{text}")).map_err(|problem| format!("is not a URL: {problem}"))?,
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("must be an http or https URL; `{}` proxies are not supported", url.scheme()));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("has no host".to_owned());
    }
    Ok(url)
}

/// Whether an entry of `NO_PROXY`, in lower case, names this host.
fn matches(entry: &str, host: &Host<&str>, port: &str) -> bool {
    if entry.is_empty() {
        return false;
    }
    if entry == "*" {
        return true;
    }
    let address = match host {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(IpAddr::V4(*address)),
        Host::Ipv6(address) => Some(IpAddr::V6(*address).to_canonical()),
    };
    if let Ok(network) = entry.parse::<IpNet>() {
        return address.is_some_and(|address| network.contains(&address));
    }
    let (name, only_port) = split_port(entry);
    if only_port.is_some_and(|only| only != port) || name.is_empty() {
        return false;
    }
    if let Ok(exempt) = name.parse::<IpAddr>() {
        return address == Some(exempt.to_canonical());
    }
    let Host::Domain(host) = host else { return false };
    let name = name.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(name);
    match name.strip_prefix('.') {
        Some(_) => host.ends_with(name),
        None => *host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')),
    }
}

/// Host and port of `host:port` and `[address]:port`; an address of many colons has none.
fn split_port(entry: &str) -> (&str, Option<&str>) {
    match entry.rsplit_once(':') {
        Some((host, port)) if host.starts_with('[') && host.ends_with(']') => {
            (host.get(1..host.len() - 1).unwrap_or_default(), Some(port))
        }
        Some((host, port)) if !host.contains(':') => (host, Some(port)),
        _ => (entry, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(https: &str, no_proxy: &str) -> ProxyVariables {
        ProxyVariables {
            https_proxy: (!https.is_empty()).then(|| ("HTTPS_PROXY", Secret::new(https))),
            http_proxy: None,
            no_proxy: Some(no_proxy.to_owned()),
        }
    }

    fn is_exempt(no_proxy: &str, url: &str) -> bool {
        variables("http://proxy:3128", no_proxy).choose(&Url::parse(url).unwrap()).unwrap().is_none()
    }

    /// The cases of Go's own tests, and of its documentation.
    #[test]
    fn no_proxy_means_what_it_means_to_go() {
        let api = "https://api.wavix.com";
        for exempting in [
            "*",
            "wavix.com",
            ".wavix.com",
            "*.wavix.com",
            "api.wavix.com",
            "API.Wavix.com",
            "a.example, wavix.com",
            "wavix.com:443",
            "*.wavix.com:443",
            ".wavix.com:443",
            " api.wavix.com ",
        ] {
            assert!(is_exempt(exempting, api), "{exempting}");
        }
        for other in [
            "",
            ",",
            "avix.com",
            ".api.wavix.com",
            "*.api.wavix.com",
            "wavix.com:8443",
            "api.wavix.com.example",
            "wavix",
            "10.0.0.0/8",
            ":443",
            "*wavix.com",
        ] {
            assert!(!is_exempt(other, api), "{other}");
        }
        for (exempting, url, expected) in [
            ("10.0.0.0/8", "https://10.1.2.3", true),
            ("10.0.0.0/8", "https://11.1.2.3", false),
            ("10.1.2.3", "https://10.1.2.3", true),
            ("10.1.2.3:8443", "https://10.1.2.3:8443", true),
            ("10.1.2.3:8443", "https://10.1.2.3", false),
            ("[2001:db8::1]:443", "https://[2001:db8::1]", true),
            ("2001:db8::/32", "https://[2001:db8::1]", true),
            ("2001:db8::1", "https://[2001:db8::2]", false),
            ("0.0.0.0/0", "https://192.0.2.1", true),
            ("192.0.2.0/33", "https://192.0.2.1", false),
            ("", "https://localhost", true),
            ("", "https://127.0.0.1", true),
        ] {
            assert_eq!(is_exempt(exempting, url), expected, "{exempting} {url}");
        }
    }

    #[test]
    fn the_log_says_which_way_a_request_goes_and_why_but_no_password() {
        let api = Url::parse("https://api.wavix.com").unwrap();
        let said = |variables: &ProxyVariables, asked: Option<&str>, base: &Url| {
            let argument = asked.map(|url| ChosenProxy { url: Url::parse(url).unwrap(), variable: None });
            let chosen = argument.or_else(|| variables.choose(base).unwrap());
            route(chosen.as_ref(), asked.is_some(), variables, base)
        };
        let with = variables("https://user:s3cret@proxy.example", "");
        assert_eq!(said(&with, None, &api), "through proxy.example:443, because of HTTPS_PROXY");
        assert_eq!(said(&with, Some("http://other:3128"), &api), "through other:3128, because of http_proxy");
        assert_eq!(said(&variables("http://p", "wavix.com"), None, &api), "directly, because of NO_PROXY");
        let here = Url::parse("https://localhost").unwrap();
        assert_eq!(said(&with, None, &here), "directly: HTTPS_PROXY does not apply to this machine itself");
        let none = said(&variables("", "wavix.com"), None, &api);
        assert!(none.starts_with("directly: neither http_proxy nor HTTPS_PROXY is set"), "{none}");
    }

    #[test]
    fn a_proxy_of_the_environment_is_read_as_go_reads_it_and_never_passed_over() {
        let api = Url::parse("https://api.wavix.com").unwrap();
        for (text, expected) in [
            ("http://proxy:3128", "http://proxy:3128/"),
            ("proxy:3128", "http://proxy:3128/"),
            ("proxy.example", "http://proxy.example/"),
            ("https://user:pw@proxy.example", "https://user:pw@proxy.example/"),
        ] {
            let chosen = variables(text, "").choose(&api).unwrap().unwrap();
            assert_eq!((chosen.url.as_str(), chosen.variable), (expected, Some("HTTPS_PROXY")), "{text}");
        }
        for text in ["socks5://proxy:1080", "http://", "http://[::1", "ftp://s3cret@proxy"] {
            let (variable, problem) = variables(text, "").choose(&api).err().expect(text);
            assert_eq!(variable, "HTTPS_PROXY");
            assert!(!problem.contains("s3cret"), "{problem}");
            assert!(variables(text, "wavix.com").choose(&api).unwrap().is_none(), "it is not needed");
        }
        // The variable of the other scheme says nothing.
        let plain =
            ProxyVariables { http_proxy: variables("http://p", "").https_proxy, ..Default::default() };
        assert!(plain.choose(&api).unwrap().is_none());
    }
}
