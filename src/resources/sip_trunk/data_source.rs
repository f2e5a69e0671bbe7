//! Resources layer: data source `wavix_sip_trunk`, one trunk by id, login or
//! label. What a trunk's results are is in `results`.

use std::fmt;

use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::{Attr, SetOf};
use crate::framework::path::Path;
use crate::framework::resource::Call;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::validators::non_empty;
use crate::protocol::number::Number;

use super::super::Context;
use super::super::failure::Verb;
use super::super::label::composed;
use super::endpoints::{SipTrunkRecord, SipTrunkSummary};
use super::model::SipTrunkModel;
use super::results::{self, HostRequestResult};
use super::{KIND, absent, lagging, parse_id, unreadable};

crate::object! {
    /// Arguments and results of the data source `wavix_sip_trunk`.
    pub struct SipTrunkData {
        /// API `id`, as decimal text.
        pub id: Attr<String>,
        /// API `label`.
        pub label: Attr<String>,
        /// API `name`.
        pub login: Attr<String>,
        /// API `status`.
        pub status: Attr<String>,
        /// API `auth_method`.
        pub auth_method: Attr<String>,
        /// API `host_request`.
        pub host_request: Attr<HostRequestResult>,
        /// API `callerid`.
        pub callerid: Attr<String>,
        /// API `multiple_numbers`.
        pub multiple_numbers: Attr<bool>,
        /// API `passthrough`.
        pub passthrough: Attr<bool>,
        /// API `encrypted_media`.
        pub encrypted_media: Attr<bool>,
        /// API `call_recording_enabled`.
        pub call_recording_enabled: Attr<bool>,
        /// API `machine_detection_enabled`.
        pub machine_detection_enabled: Attr<bool>,
        /// API `transcription_enabled`.
        pub transcription_enabled: Attr<bool>,
        /// API `transcription_threshold`, in seconds.
        pub transcription_threshold: Attr<i64>,
        /// API `talk_time`, in seconds.
        pub talk_time: Attr<Number>,
        /// API `charge`, in USD.
        pub charge: Attr<Number>,
        /// API `created_at`, as sent.
        pub created_at: Attr<String>,
        /// API `host`.
        pub host: Attr<String>,
        /// API `ip_restrict`.
        pub ip_restrict: Attr<bool>,
        /// API `allowed_ips[].ip`.
        pub allowed_ips: Attr<SetOf<Attr<String>>>,
        /// API `didinfo_enabled`.
        pub didinfo_enabled: Attr<bool>,
        /// API `call_restrict`.
        pub call_restrict: Attr<bool>,
        /// API `call_limit`, in seconds.
        pub call_limit: Attr<i64>,
        /// API `cost_limit`.
        pub cost_limit: Attr<bool>,
        /// API `max_call_cost`, in USD.
        pub max_call_cost: Attr<Number>,
        /// API `channels_restrict`.
        pub channels_restrict: Attr<bool>,
        /// API `max_channels`.
        pub max_channels: Attr<i64>,
        /// API `rewrite_enabled`.
        pub rewrite_enabled: Attr<bool>,
        /// API `rewrite_prefix`.
        pub rewrite_prefix: Attr<String>,
        /// API `rewrite_cond`.
        pub rewrite_cond: Attr<String>,
    }
}

/// The data source.
#[derive(Debug, Clone, Copy)]
pub struct SipTrunkDataSource;

/// The arguments of which exactly one says which trunk is meant.
const KEYS: [&str; 3] = ["id", "login", "label"];

/// Which trunk is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    Id(i64),
    Login(String),
    Label(String),
}

impl DataSource<Context> for SipTrunkDataSource {
    type Model = SipTrunkData;

    fn type_name(&self) -> &'static str {
        "wavix_sip_trunk"
    }

    fn schema(&self) -> Schema {
        let mut attributes = results::in_list();
        for attribute in attributes.iter_mut().filter(|attribute| KEYS.contains(&attribute.name.as_str())) {
            let description = std::mem::take(&mut attribute.description);
            let description = format!("{description} Give exactly one of `id`, `login` and `label`.");
            let key = Attribute::string(&attribute.name).optional_computed().describe(description);
            // The label of a trunk may be blank.
            *attribute = if key.name == "label" { key } else { key.validate(non_empty()) };
        }
        attributes.extend(results::in_detail());
        Schema {
            description:
                "Looks up one SIP trunk by its id, SIP login or label. Passwords and tokens are not among \
                          the results."
                    .to_owned(),
            attributes,
            ..Schema::default()
        }
    }

    fn validate(&self, config: &SipTrunkData, diagnostics: &mut Diagnostics) {
        let keys = [&config.id, &config.login, &config.label];
        let given: Vec<&str> = KEYS
            .into_iter()
            .zip(keys)
            .filter(|(_, key)| key.is_certainly_set())
            .map(|(name, _)| name)
            .collect();
        if let [_, .., last] = given.as_slice() {
            let given: Vec<String> = given.iter().map(|name| format!("`{name}`")).collect();
            let detail = format!("{} are set. {EXACTLY_ONE}", given.join(" and "));
            diagnostics.push(Diagnostic::error("Ambiguous SIP trunk", detail).at(Path::root(*last)));
        } else if keys.iter().all(|key| key.is_null()) {
            let detail = format!("None of `id`, `login` and `label` is set. {EXACTLY_ONE}");
            diagnostics.push(Diagnostic::error("Missing SIP trunk", detail).at(Path::root("id")));
        }
        if let Some(id) = config.id.known().filter(|id| parse_id(id).is_none()) {
            diagnostics.push(malformed_id(id));
        }
    }

    async fn read(
        &self,
        call: &Call<'_, Context>,
        config: SipTrunkData,
    ) -> Result<SipTrunkData, Diagnostics> {
        let key = Key::of(&config)?;
        let failed = |error| KIND.failed(Verb::Find, &key.to_string(), &error);
        let is_match = |listed: &[SipTrunkSummary]| listed.iter().any(|trunk| key.matches(trunk));
        let listed = lagging::list(call, is_match).await.map_err(failed)?;
        let matches: Vec<&SipTrunkSummary> = listed.iter().filter(|trunk| key.matches(trunk)).collect();
        let (id, summary) = match (&key, matches.as_slice()) {
            (_, [found]) => (found.id, Some(*found)),
            // The detail view may know a trunk before the list does.
            (Key::Id(id), []) => (*id, None),
            (_, []) => return Err(not_found(&key, &listed).into()),
            (_, several) => return Err(several_found(&key, several).into()),
        };
        match lagging::get(call, id, summary.is_some()).await {
            Ok(record) => {
                unreadable::refuse(Verb::Find, &record)?;
                Ok(SipTrunkData::new(&record, summary))
            }
            Err(error) if error.is_not_found() && summary.is_none() => Err(not_found(&key, &listed).into()),
            Err(error) => Err(failed(error)),
        }
    }
}

const EXACTLY_ONE: &str = "Set exactly one of the three, to say which SIP trunk is meant. The data source \
                           `wavix_sip_trunks` finds more than one.";

impl Key {
    /// Validation has refused everything that has not exactly one, except where
    /// values were not known then.
    fn of(config: &SipTrunkData) -> Result<Self, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        SipTrunkDataSource.validate(config, &mut diagnostics);
        let keys = [
            config.id.known().and_then(|id| parse_id(id)).map(Self::Id),
            config.login.known().cloned().map(Self::Login),
            config.label.known().cloned().map(Self::Label),
        ];
        match keys.into_iter().flatten().next() {
            Some(key) if diagnostics.is_empty() => Ok(key),
            _ => Err(diagnostics),
        }
    }

    fn argument(&self) -> &'static str {
        match self {
            Self::Id(_) => "id",
            Self::Login(_) => "login",
            Self::Label(_) => "label",
        }
    }

    fn matches(&self, trunk: &SipTrunkSummary) -> bool {
        match self {
            Self::Id(id) => trunk.id == *id,
            Self::Login(login) => trunk.name.as_ref() == Some(login),
            Self::Label(label) => {
                trunk.label.as_ref().is_some_and(|found| composed(found) == composed(label))
            }
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "with the id {id}"),
            Self::Login(login) => write!(f, "with the login {login:?}"),
            Self::Label(label) => write!(f, "with the label {label:?}"),
        }
    }
}

impl SipTrunkData {
    /// The detail view is read as the resource reads it, so that both always
    /// say the same. What only the list tells is null while the list lacks the
    /// trunk.
    fn new(record: &SipTrunkRecord, summary: Option<&SipTrunkSummary>) -> Self {
        let trunk = SipTrunkModel::from_record(record, &SipTrunkModel::stub(record.id));
        let listed = |text: fn(&SipTrunkSummary) -> Option<&String>| summary.and_then(text).cloned().into();
        Self {
            id: trunk.id,
            label: trunk.label,
            login: trunk.login,
            status: listed(|trunk| trunk.status.as_ref()),
            auth_method: listed(|trunk| trunk.auth_method.as_ref()),
            host_request: summary
                .and_then(|trunk| trunk.host_request.as_ref())
                .map(HostRequestResult::from)
                .into(),
            callerid: trunk.callerid,
            multiple_numbers: trunk.multiple_numbers,
            passthrough: trunk.passthrough,
            encrypted_media: trunk.encrypted_media,
            call_recording_enabled: trunk.call_recording_enabled,
            machine_detection_enabled: trunk.machine_detection_enabled,
            transcription_enabled: trunk.transcription_enabled,
            transcription_threshold: trunk.transcription_threshold,
            talk_time: summary.and_then(|trunk| trunk.talk_time.clone()).into(),
            charge: summary.and_then(|trunk| trunk.charge.clone()).into(),
            created_at: trunk.created_at,
            host: trunk.host,
            ip_restrict: trunk.ip_restrict,
            allowed_ips: Attr::Known(trunk.allowed_ips.into_known().unwrap_or_default()),
            didinfo_enabled: trunk.didinfo_enabled,
            call_restrict: trunk.call_restrict,
            call_limit: trunk.call_limit,
            cost_limit: trunk.cost_limit,
            max_call_cost: trunk.max_call_cost,
            channels_restrict: trunk.channels_restrict,
            max_channels: trunk.max_channels,
            rewrite_enabled: trunk.rewrite_enabled,
            rewrite_prefix: trunk.rewrite_prefix,
            rewrite_cond: trunk.rewrite_cond,
        }
    }
}

fn malformed_id(id: &str) -> Diagnostic {
    let hint = "To find a trunk by its SIP user name, set `login` instead.";
    absent::malformed_id("Invalid id", id, hint)
}

fn not_found(key: &Key, listed: &[SipTrunkSummary]) -> Diagnostic {
    let summary = KIND.summary(Verb::Find);
    if let Key::Id(id) = key {
        return absent::unknown_id(summary, *id, listed);
    }
    let argument = key.argument();
    Diagnostic::error(
        summary,
        format!(
            "There is no SIP trunk {key}. {}\n\nCorrect `{argument}`, or check that `api_key` belongs to the account \
             that owns the trunk.{}",
            absent::instead(listed),
            if matches!(key, Key::Label(_)) { " Upper and lower case matter." } else { "" }
        ),
    )
    .at(Path::root(argument))
}

fn several_found(key: &Key, found: &[&SipTrunkSummary]) -> Diagnostic {
    Diagnostic::error(
        KIND.summary(Verb::Find),
        format!(
            "There are {} SIP trunks {key}:\n{}\n\nSet `id` instead to say which is meant, or use the data source \
             `wavix_sip_trunks` for all of them.",
            found.len(),
            absent::candidates(found.iter().copied())
        ),
    )
    .at(Path::root(key.argument()))
}
