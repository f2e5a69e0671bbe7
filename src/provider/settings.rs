//! What configuration and environment come to, all arguments together. Pure; the one file
//! involved is read in [`Resolved::client_config`].

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::client::{
    AuthScheme, ClientConfig, ClientSettings, ConfigError, ConfigField, DEFAULT_MAX_CONCURRENT_REQUESTS,
    DEFAULT_MAX_RETRIES, DEFAULT_REQUEST_TIMEOUT, ProxyVariables, Secret,
};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::duration;
use crate::framework::object::{Attr, SetOf};
use crate::framework::path::Path;
use crate::framework::provider::Host;
use crate::protocol::number::Number;

use super::environment::Environment;
use super::model::ProviderModel;
use super::precedence::{Choice, Fault, Setting, Source, choose, variable};
use super::{ca_bundle, user_agent};

/// Retries after which nobody can want another.
const MAX_RETRIES: u32 = 100;

/// Everything that was found out about a configuration.
pub(super) struct Resolved {
    /// For the client, but for the certificates. The API key is empty when none
    /// is known.
    pub(super) client: ClientSettings,
    /// Path of the PEM file.
    pub(super) ca_bundle: Option<String>,
    /// Empty: any account.
    pub(super) allowed_account_ids: BTreeSet<i64>,
    /// Limits are not compared with the account's.
    pub(super) skip_account_limit_checks: bool,
    /// Arguments not known before apply.
    pub(super) unknown: Vec<Path>,
    faults: Vec<Fault>,
    sources: BTreeMap<&'static str, Source>,
    environment: Environment,
}

/// Puts configuration, environment and defaults together.
pub(super) fn resolve(config: &ProviderModel, environment: &Environment, host: &Host) -> Resolved {
    let mut resolver =
        Resolver { environment, unknown: Vec::new(), faults: Vec::new(), sources: BTreeMap::new() };
    let r = &mut resolver;

    let mut client = ClientSettings::new("");
    if let Some(key) = r.take("api_key", &config.api_key) {
        client.api_key = key;
    }
    if let Some(url) = r.take("base_url", &config.base_url) {
        client.base_url = url;
    }
    client.auth_scheme = r.read("auth_scheme", &config.auth_scheme, auth_scheme).unwrap_or_default();
    client.request_timeout = r
        .read("request_timeout", &config.request_timeout, request_timeout)
        .unwrap_or(DEFAULT_REQUEST_TIMEOUT);
    client.max_retries =
        r.read("max_retries", &config.max_retries, max_retries).unwrap_or(DEFAULT_MAX_RETRIES);
    client.requests_per_second = r.read("requests_per_second", &config.requests_per_second, rate);
    client.max_concurrent_requests = r
        .read("max_concurrent_requests", &config.max_concurrent_requests, count)
        .unwrap_or(DEFAULT_MAX_CONCURRENT_REQUESTS);
    client.http_proxy = r.take("http_proxy", &config.http_proxy);
    client.proxy_variables = proxy_variables(environment);
    let ca_bundle = r.take("ca_bundle", &config.ca_bundle);
    let allowed_account_ids =
        r.read("allowed_account_ids", &config.allowed_account_ids, account_ids).unwrap_or_default();
    let skip_account_limit_checks =
        r.take("skip_account_limit_checks", &config.skip_account_limit_checks).unwrap_or_default();
    let suffix = r.take("user_agent_suffix", &config.user_agent_suffix);
    client.user_agent = user_agent::user_agent(
        host,
        suffix.as_deref(),
        environment.get(user_agent::APPEND_VARIABLE).as_deref(),
    );

    let Resolver { unknown, faults, sources, .. } = resolver;
    let mut resolved = Resolved {
        client,
        ca_bundle,
        allowed_account_ids,
        skip_account_limit_checks,
        unknown,
        faults,
        sources,
        environment: environment.clone(),
    };
    if let Err(errors) = resolved.client.clone().validate() {
        for error in errors {
            // Whether a key is needed is for the caller to say.
            let is_missing_key = error.field == ConfigField::ApiKey && resolved.client.api_key.is_empty();
            if !is_missing_key {
                let fault = resolved.fault(&error);
                resolved.faults.push(fault);
            }
        }
    }
    resolved
}

impl Resolved {
    /// What is wrong with the arguments that are known.
    pub(super) fn faults(&self) -> Diagnostics {
        self.faults.iter().map(Diagnostic::from).collect()
    }

    /// The error for a missing API key, if it is missing.
    pub(super) fn missing_api_key(&self) -> Option<Diagnostic> {
        let known = !self.client.api_key.is_empty() || self.unknown.contains(&Path::root("api_key"));
        (!known).then(|| {
            Diagnostic::error(
                "Missing Wavix API key",
                format!(
                    "Set the environment variable {}, or the provider argument `api_key`. Neither is set, or the \
                     value is empty. The variable keeps the key out of the configuration files. API keys are created \
                     in the Wavix portal.",
                    variable("api_key")
                ),
            )
            .at(Path::root("api_key"))
        })
    }

    /// The client's configuration, with the certificates of `ca_bundle`.
    ///
    /// # Errors
    /// The file cannot be read or holds no certificates.
    pub(super) async fn client_config(&self) -> Result<ClientConfig, Diagnostics> {
        let mut settings = self.client.clone();
        if let Some(path) = &self.ca_bundle {
            let pem = ca_bundle::read(path).await.map_err(|problem| {
                let error = ConfigError { field: ConfigField::CaBundle, problem };
                Diagnostics::from(Diagnostic::from(&self.fault(&error)))
            })?;
            settings.ca_bundle_pem = Some(pem);
        }
        settings.validate().map_err(|errors| {
            errors
                .into_iter()
                .map(|mut error| {
                    if let (ConfigField::CaBundle, Some(path)) = (error.field, &self.ca_bundle) {
                        error.problem = format!("names the file {path}, which {}", error.problem);
                    }
                    Diagnostic::from(&self.fault(&error))
                })
                .collect()
        })
    }

    /// The client's complaint, with where the value was written.
    fn fault(&self, error: &ConfigError) -> Fault {
        let argument = error.field.argument();
        if let ConfigField::ProxyVariable(_) = error.field {
            return Fault::new(argument, Source::Process, error.problem.clone(), &self.environment);
        }
        let source = self.sources.get(argument).copied().unwrap_or(Source::Default);
        Fault::new(argument, source, error.problem.clone(), &self.environment)
    }
}

/// Goes from argument to argument and remembers what was found on the way.
struct Resolver<'a> {
    environment: &'a Environment,
    unknown: Vec<Path>,
    faults: Vec<Fault>,
    sources: BTreeMap<&'static str, Source>,
}

impl Resolver<'_> {
    /// The value that counts. The defaults are the client's, so that there is
    /// one place for them.
    fn take<T: Setting>(&mut self, argument: &'static str, config: &Attr<T>) -> Option<T> {
        match choose(argument, config, self.environment, None) {
            Ok(Choice::Set(value, source)) => {
                self.sources.insert(argument, source);
                return Some(value);
            }
            Ok(Choice::Unset) => {}
            Ok(Choice::Unknown) => self.unknown.push(Path::root(argument)),
            Err(fault) => self.faults.push(fault),
        }
        None
    }

    /// The same for a value that has a form.
    fn read<T: Setting, U>(
        &mut self,
        argument: &'static str,
        config: &Attr<T>,
        convert: fn(T) -> Result<U, String>,
    ) -> Option<U> {
        match convert(self.take(argument, config)?) {
            Ok(value) => Some(value),
            Err(problem) => {
                let source = self.sources.get(argument).copied().unwrap_or(Source::Default);
                self.faults.push(Fault::new(argument, source, problem, self.environment));
                None
            }
        }
    }
}

/// The variables of all programs, not of this provider alone. In a CGI program
/// `HTTP_PROXY` may be a header that somebody sent; its twin cannot be one.
fn proxy_variables(environment: &Environment) -> ProxyVariables {
    let first =
        |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, environment.get(name)?)));
    let secret = |(name, text): (&'static str, String)| (name, Secret::from(text));
    let is_cgi = environment.get("REQUEST_METHOD").is_some();
    ProxyVariables {
        https_proxy: first(["HTTPS_PROXY", "https_proxy"]).map(secret),
        http_proxy: first(["HTTP_PROXY", "http_proxy"])
            .filter(|(name, _)| !(is_cgi && *name == "HTTP_PROXY"))
            .map(secret),
        no_proxy: first(["NO_PROXY", "no_proxy"]).map(|(_, text)| text),
    }
}

fn auth_scheme(text: String) -> Result<AuthScheme, String> {
    match text.as_str() {
        "bearer" => Ok(AuthScheme::Bearer),
        "appid" => Ok(AuthScheme::AppId),
        _ => Err("must be `bearer` or `appid`".to_owned()),
    }
}

fn request_timeout(text: String) -> Result<Duration, String> {
    duration::parse(&text).map_err(|error| format!("{}, not {error}", duration::RULE))
}

fn max_retries(number: Number) -> Result<u32, String> {
    number
        .meant()
        .to_u64()
        .and_then(|number| u32::try_from(number).ok())
        .filter(|retries| *retries <= MAX_RETRIES)
        .ok_or_else(|| format!("must be a whole number from 0 to {MAX_RETRIES}"))
}

fn count(number: Number) -> Result<usize, String> {
    number
        .meant()
        .to_u64()
        .and_then(|number| usize::try_from(number).ok())
        .ok_or_else(|| "must be a whole number of at least 1".to_owned())
}

/// A rate is a pace and no amount: a float's precision is enough.
fn rate(number: Number) -> Result<f64, String> {
    number.to_string().parse().map_err(|_| "must be a number".to_owned())
}

fn account_ids(ids: SetOf<Attr<String>>) -> Result<BTreeSet<i64>, String> {
    let id = |id: Attr<String>| {
        id.known()
            .and_then(|id| id.trim().parse().ok())
            .filter(|id| *id > 0)
            .ok_or_else(|| "must contain only account ids, which are whole numbers such as `1234`".to_owned())
    };
    let mut all = BTreeSet::new();
    for each in ids.0 {
        all.insert(id(each)?);
    }
    Ok(all)
}
