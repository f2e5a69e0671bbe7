//! The trunk's life.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tf_provider::schema::Schema;
use tf_provider::value::{Value, ValueBool, ValueEmpty, ValueNumber};
use tf_provider::{AttributePath, Diagnostics, Resource};

use crate::api::{AllowedIp, Api, HostRequest, Trunk, TrunkBody};

type Text = Value<String>;
/// The state, and nothing in the private data.
type Kept = (TrunkState, ValueEmpty);

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HostRequestState {
    host: Text,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TrunkState {
    id: Text,
    login: Text,
    created_at: Text,
    label: Text,
    callerid: Text,
    multiple_numbers: ValueBool,
    password: Text,
    ip_restrict: ValueBool,
    allowed_ips: Value<BTreeSet<Text>>,
    didinfo_enabled: ValueBool,
    call_restrict: ValueBool,
    call_limit: ValueNumber,
    cost_limit: ValueBool,
    max_call_cost: ValueNumber,
    channels_restrict: ValueBool,
    max_channels: ValueNumber,
    rewrite_enabled: ValueBool,
    rewrite_prefix: Text,
    rewrite_cond: Text,
    call_recording_enabled: ValueBool,
    machine_detection_enabled: ValueBool,
    transcription_enabled: ValueBool,
    transcription_threshold: ValueNumber,
    encrypted_media: ValueBool,
    host_request: Value<HostRequestState>,
    host: Text,
    auth_method: Text,
    status: Text,
    passthrough: ValueBool,
    access_token: Text,
}

#[derive(Debug, Default)]
pub struct SipTrunkResource {
    pub api: Arc<OnceLock<Api>>,
}

impl SipTrunkResource {
    fn api(&self, diags: &mut Diagnostics) -> Option<&Api> {
        let api = self.api.get();
        if api.is_none() {
            diags.root_error_short("The provider is not configured");
        }
        api
    }
}

#[async_trait]
impl Resource for SipTrunkResource {
    type State<'a> = TrunkState;
    type PrivateState<'a> = ValueEmpty;
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, _diags: &mut Diagnostics) -> Option<Schema> {
        Some(crate::schema::schema())
    }

    async fn validate<'a>(&self, diags: &mut Diagnostics, config: TrunkState) -> Option<()> {
        for (name, text) in [("label", &config.label), ("password", &config.password)] {
            if matches!(text, Value::Value(text) if text.is_empty()) {
                diags.error("Invalid value", "It must not be empty.", AttributePath::new(name.to_owned()));
            }
        }
        if config.callerid.is_null() && config.multiple_numbers.is_null() {
            diags.root_error("Missing caller ID", "Set callerid or multiple_numbers.");
        }
        Some(())
    }

    async fn read<'a>(
        &self,
        diags: &mut Diagnostics,
        mut state: TrunkState,
        private: ValueEmpty,
        _meta: ValueEmpty,
    ) -> Option<Kept> {
        let id = text(&state.id);
        match self.api(diags)?.read(&id).await {
            Ok(Some(trunk)) => state.set(trunk),
            Ok(None) => return None,
            Err(error) => fail(diags, "Cannot read SIP trunk", &error),
        }
        Some((state, private))
    }

    async fn plan_create<'a>(
        &self,
        diags: &mut Diagnostics,
        mut proposed: TrunkState,
        config: TrunkState,
        _meta: ValueEmpty,
    ) -> Option<Kept> {
        if config.password.is_null() {
            diags.root_error("Missing password", "Set password to create a SIP trunk.");
            return None;
        }
        proposed.derive(&config);
        for computed in [
            &mut proposed.id,
            &mut proposed.login,
            &mut proposed.created_at,
            &mut proposed.host,
            &mut proposed.auth_method,
            &mut proposed.status,
            &mut proposed.access_token,
        ] {
            *computed = Value::Unknown;
        }
        proposed.passthrough = Value::Unknown;
        Some((proposed, ValueEmpty::default()))
    }

    async fn plan_update<'a>(
        &self,
        _diags: &mut Diagnostics,
        prior: TrunkState,
        mut proposed: TrunkState,
        config: TrunkState,
        private: ValueEmpty,
        _meta: ValueEmpty,
    ) -> Option<(TrunkState, ValueEmpty, Vec<AttributePath>)> {
        proposed.derive(&config);
        if proposed.host_request != prior.host_request {
            for computed in [&mut proposed.host, &mut proposed.auth_method, &mut proposed.status] {
                *computed = Value::Unknown;
            }
        }
        Some((proposed, private, Vec::new()))
    }

    async fn plan_destroy<'a>(
        &self,
        _diags: &mut Diagnostics,
        _prior: TrunkState,
        private: ValueEmpty,
        _meta: ValueEmpty,
    ) -> Option<ValueEmpty> {
        Some(private)
    }

    async fn create<'a>(
        &self,
        diags: &mut Diagnostics,
        mut planned: TrunkState,
        _config: TrunkState,
        private: ValueEmpty,
        _meta: ValueEmpty,
    ) -> Option<Kept> {
        match self.api(diags)?.create(&planned.body()).await {
            Ok(trunk) => planned.set(trunk),
            Err(error) => {
                fail(diags, "Cannot create SIP trunk", &error);
                return None;
            }
        }
        Some((planned, private))
    }

    async fn update<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: TrunkState,
        mut planned: TrunkState,
        _config: TrunkState,
        private: ValueEmpty,
        _meta: ValueEmpty,
    ) -> Option<Kept> {
        match self.api(diags)?.update(&text(&planned.id), &planned.body()).await {
            Ok(trunk) => planned.set(trunk),
            Err(error) => {
                fail(diags, "Cannot update SIP trunk", &error);
                return Some((prior, private));
            }
        }
        Some((planned, private))
    }

    async fn destroy<'a>(
        &self,
        diags: &mut Diagnostics,
        state: TrunkState,
        _private: ValueEmpty,
        _meta: ValueEmpty,
    ) -> Option<()> {
        match self.api(diags)?.delete(&text(&state.id)).await {
            Ok(()) => Some(()),
            Err(error) => {
                fail(diags, "Cannot delete SIP trunk", &error);
                None
            }
        }
    }

    async fn import<'a>(&self, diags: &mut Diagnostics, id: String) -> Option<Kept> {
        match self.api(diags)?.read(&id).await {
            Ok(Some(trunk)) => {
                let mut state = TrunkState::default();
                state.set(trunk);
                Some((state, ValueEmpty::default()))
            }
            Ok(None) => {
                diags.root_error("Cannot import SIP trunk", "There is no trunk with this id.");
                None
            }
            Err(error) => {
                fail(diags, "Cannot import SIP trunk", &error);
                None
            }
        }
    }
}

impl TrunkState {
    /// Defaults, and each flag that is left out from its limit.
    fn derive(&mut self, config: &Self) {
        let set = |flag: &ValueBool, is_set: bool| match flag {
            Value::Null => Value::Value(is_set),
            given => *given,
        };
        let rewrites = !config.rewrite_prefix.is_null() || !config.rewrite_cond.is_null();
        self.multiple_numbers = set(&config.multiple_numbers, false);
        self.ip_restrict = set(&config.ip_restrict, !config.allowed_ips.is_null());
        self.didinfo_enabled = set(&config.didinfo_enabled, true);
        self.call_restrict = set(&config.call_restrict, !config.call_limit.is_null());
        self.cost_limit = set(&config.cost_limit, !config.max_call_cost.is_null());
        self.channels_restrict = set(&config.channels_restrict, !config.max_channels.is_null());
        self.rewrite_enabled = set(&config.rewrite_enabled, rewrites);
        self.call_recording_enabled = set(&config.call_recording_enabled, false);
        self.machine_detection_enabled = set(&config.machine_detection_enabled, false);
        self.transcription_enabled = set(&config.transcription_enabled, false);
        self.encrypted_media = set(&config.encrypted_media, false);
        if config.transcription_threshold.is_null() {
            self.transcription_threshold = Value::Value(6);
        }
    }

    fn body(&self) -> TrunkBody {
        let on = |flag: &ValueBool| matches!(flag, Value::Value(true));
        let addresses = match &self.allowed_ips {
            Value::Value(set) => set.iter().map(|ip| AllowedIp { ip: text(ip) }).collect(),
            _ => Vec::new(),
        };
        TrunkBody {
            label: text(&self.label),
            password: text(&self.password),
            host_request: match &self.host_request {
                Value::Value(request) => Some(HostRequest { host: text(&request.host) }),
                _ => None,
            },
            callerid: digits(&text(&self.callerid)),
            multiple_numbers: on(&self.multiple_numbers),
            ip_restrict: on(&self.ip_restrict),
            allowed_ips: addresses,
            didinfo_enabled: on(&self.didinfo_enabled),
            call_restrict: on(&self.call_restrict),
            call_limit: number(&self.call_limit),
            cost_limit: on(&self.cost_limit),
            max_call_cost: number(&self.max_call_cost),
            channels_restrict: on(&self.channels_restrict),
            max_channels: number(&self.max_channels),
            rewrite_enabled: on(&self.rewrite_enabled),
            rewrite_prefix: text(&self.rewrite_prefix),
            rewrite_cond: text(&self.rewrite_cond),
            call_recording_enabled: on(&self.call_recording_enabled),
            transcription_enabled: on(&self.transcription_enabled),
            transcription_threshold: number(&self.transcription_threshold).unwrap_or(6),
            machine_detection_enabled: on(&self.machine_detection_enabled),
            encrypted_media: on(&self.encrypted_media),
        }
    }

    /// Takes over what the API answered. What it answers for people in another
    /// spelling stays in the user's.
    fn set(&mut self, trunk: Trunk) {
        self.id = Value::Value(trunk.id.to_string());
        self.login = Value::Value(trunk.name);
        self.created_at = Value::Value(trunk.created_at);
        self.label = Value::Value(trunk.label);
        let answered = trunk.callerid.unwrap_or_default();
        if !trunk.multiple_numbers && digits(&text(&self.callerid)) != answered {
            self.callerid = some(answered);
        }
        self.multiple_numbers = Value::Value(trunk.multiple_numbers);
        self.ip_restrict = Value::Value(trunk.ip_restrict);
        if !trunk.allowed_ips.is_empty() || !self.allowed_ips.is_null() {
            let addresses = trunk.allowed_ips.into_iter().map(|address| Value::Value(address.ip));
            self.allowed_ips = Value::Value(addresses.collect());
        }
        self.didinfo_enabled = Value::Value(trunk.didinfo_enabled);
        self.call_restrict = Value::Value(trunk.call_restrict);
        if let (true, Some(limit)) = (trunk.call_restrict, trunk.call_limit) {
            self.call_limit = Value::Value(limit);
        }
        self.cost_limit = Value::Value(trunk.cost_limit);
        self.channels_restrict = Value::Value(trunk.channels_restrict);
        if let (true, Some(limit)) = (trunk.channels_restrict, trunk.max_channels) {
            self.max_channels = Value::Value(limit);
        }
        self.rewrite_enabled = Value::Value(trunk.rewrite_enabled);
        if trunk.rewrite_enabled {
            self.rewrite_prefix = some(trunk.rewrite_prefix.unwrap_or_default());
            self.rewrite_cond = some(trunk.rewrite_cond.unwrap_or_default());
        }
        self.call_recording_enabled = Value::Value(trunk.call_recording_enabled);
        self.machine_detection_enabled = Value::Value(trunk.machine_detection_enabled);
        self.transcription_enabled = Value::Value(trunk.transcription_enabled);
        self.transcription_threshold = Value::Value(trunk.transcription_threshold);
        self.encrypted_media = Value::Value(trunk.encrypted_media);
        // Only the list says more about a trunk with IP authentication.
        let dynamic = trunk.host == "dynamic";
        self.auth_method = Value::Value(if dynamic { "Digest" } else { "IP auth" }.to_owned());
        self.status = Value::Value("active".to_owned());
        self.host = Value::Value(trunk.host);
        self.passthrough = Value::Value(trunk.passthrough);
        self.access_token = trunk.access_token.map_or(Value::Null, Value::Value);
    }
}

fn text(value: &Text) -> String {
    match value {
        Value::Value(text) => text.clone(),
        _ => String::new(),
    }
}

fn some(text: String) -> Text {
    if text.is_empty() {
        Value::Null
    } else {
        Value::Value(text)
    }
}

fn number(value: &ValueNumber) -> Option<i64> {
    match value {
        Value::Value(number) => Some(*number),
        _ => None,
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn fail(diags: &mut Diagnostics, summary: &'static str, error: &impl Display) {
    diags.root_error(summary, format!("{error:#}"));
}
