//! Every knob of the simulator: where the documents of the API disagree or say nothing, one field
//! here picks a reading. Only the choice is here; what follows from it is in `resources`.

mod api_key;
mod call_webhook;
mod phone_number;
mod sip_trunk;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock;

pub use api_key::{KeyNames, KeyValue};
pub use call_webhook::{EmptySlot, SecondPost};
pub use phone_number::{
    ClearedUrl, DestinationOrder, EmptyDestinations, IdsEncoding, LoginMismatch, NumberBehaviour,
    NumberNotFound, PatchReply, Priorities, RoutedTrunk, SentDestinations, Tolerance,
};
pub use sip_trunk::{
    AllowedIpsMode, DecimalText, HostRequestChanged, HostRequestLeftOut, HostRequestResent, NotFoundText,
    PinnedCallerId, ProFeatures, UnsetText, UnusedLimits,
};

/// The families of routes that are a service of their own, which an account may be without.
pub const FAMILIES: &[&str] = &["api_keys", "embeddable", "numbers", "trunks", "webhooks"];

/// How the simulated API behaves.
///
/// [`Behaviour::default`] is the newest documented behaviour; where nothing is
/// documented, the strictest plausible one. Every field may be changed while the
/// simulator runs ([`crate::Sim::configure`]); a request uses the values in force when
/// it arrived. In JSON (`PATCH /_sim/behaviour`) the names are the same, in snake case.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behaviour {
    /// Where the API key is looked for. Default: [`AuthMode::Bearer`].
    pub auth: AuthMode,
    /// Whether the account has the trunk service. `false`: 403 on list, create, update and delete,
    /// 404 on `GET /v1/trunks/{id}`, all with the not-provisioned text. Default: `true`.
    pub provisioned: bool,
    /// [`FAMILIES`] of routes of which the account has not the service: 403 with the not-provisioned text.
    /// Default: none.
    pub unprovisioned_families: BTreeSet<String>,
    /// The address from which requests seem to come, for keys that are restricted to addresses. Default: `None`, the
    /// one from which they do.
    pub caller_address: Option<IpAddr>,
    /// What becomes of `call_recording_enabled`, `machine_detection_enabled`, `transcription_enabled` and
    /// `encrypted_media` when a request turns them on. Default: [`ProFeatures::Accepted`].
    pub pro_features: ProFeatures,
    /// Fields that are read otherwise than they were sent, on every route: the server's own mind about a flag, a
    /// ceiling, a spelling. A field that a body does not have is left alone. Default: none.
    pub forced: BTreeMap<String, Value>,
    /// What becomes of a key the request schema does not have. Default: [`UnknownKeys::Rejected`].
    pub unknown_keys: UnknownKeys,
    /// How a PUT treats `allowed_ips`. Default: [`AllowedIpsMode::Replace`].
    pub allowed_ips: AllowedIpsMode,
    /// What a PUT does to an optional field it leaves out. Default: [`Omitted::Reset`].
    pub omitted_on_put: Omitted,
    /// What `callerid` answers while `multiple_numbers` is true. Default: [`PinnedCallerId::Empty`].
    pub callerid_with_multiple_numbers: PinnedCallerId,
    /// Whether `callerid: ""` without `multiple_numbers` means "none" (answered as `null`) or is refused with
    /// 422. Default: `true`, it means none.
    pub empty_callerid_accepted: bool,
    /// Whether a limit sent while its flag is off is answered back. Default: [`UnusedLimits::Kept`].
    pub limits_while_off: UnusedLimits,
    /// The spelling of `max_call_cost` in answers. Default: [`DecimalText::Shortest`].
    pub decimal_text: DecimalText,
    /// What an unset `rewrite_prefix` or `rewrite_cond` answers. Default: [`UnsetText::Empty`].
    pub unset_rewrite: UnsetText,
    /// Whether the detail view has `passthrough`; the vendor's examples leave it out. Default: `true`.
    pub passthrough_in_detail: bool,
    /// Whether `created_at` has milliseconds (`.000Z`). Default: `true`.
    pub created_at_millis: bool,
    /// Whether a new trunk gets an access token; `false` answers `null`. Default: `true`.
    pub access_tokens: bool,
    /// What `GET /v1/trunks/{id}` says about an unknown id. Default: [`NotFoundText::NotProvisioned`].
    pub get_not_found: NotFoundText,
    /// Order of the list. Default: [`ListOrder::Ascending`].
    pub list_order: ListOrder,
    /// Order of `allowed_ips` when one trunk is read; ascending is as they were sent. Default: [`ListOrder::Ascending`].
    pub allowed_ips_order: ListOrder,
    /// What `sip_trunks` is when there is nothing to list. Default: [`EmptyList::Array`].
    pub empty_list: EmptyList,
    /// Greatest `per_page` the server grants; the granted value is echoed. Default: `Some(100)`.
    pub per_page_cap: Option<usize>,
    /// What `page` does to a list, on every route that has one. Default: [`Paging::Heeded`].
    pub paging: Paging,
    /// What a successful DELETE answers. Default: [`DeleteAnswer::Success`].
    pub delete_answer: DeleteAnswer,
    /// Whether refusals (400 to 422) come with status 200 and only the body says `success: false`.
    /// Default: `false`.
    pub refusals_with_status_200: bool,
    /// What a PUT does that sends the `host_request` the trunk already has. Default:
    /// [`HostRequestResent::KeepsStatus`].
    pub host_request_resent: HostRequestResent,
    /// What a PUT does that sends another `host_request.host`. Default: [`HostRequestChanged::ReopensReview`].
    pub host_request_changed: HostRequestChanged,
    /// What a PUT does to an IP-authenticated trunk when it leaves `host_request` out. Default:
    /// [`HostRequestLeftOut::RevertsToDigest`].
    pub host_request_left_out: HostRequestLeftOut,
    /// How many reads of a new object do not find it: GETs that answer 404, or lists where there is no GET by id.
    /// Default: 0.
    pub misses_after_create: u32,
    /// How many reads after an update still answer the previous version; a list where there is no GET by id. Default: 0.
    pub stale_reads_after_update: u32,
    /// How many list requests after a create miss the new object, and after a delete still show the old one.
    /// Default: 0.
    pub list_lag: u32,
    /// How long after a write an answer may be behind it, however few requests there were. Default: as long as it takes.
    /// In JSON `lag_at_most_ms`.
    #[serde(rename = "lag_at_most_ms", with = "milliseconds")]
    pub lag_at_most: Duration,
    /// Added before every answer. Default: zero. In JSON `latency_ms`.
    #[serde(rename = "latency_ms", with = "milliseconds")]
    pub latency: Duration,
    /// Requests per second and account; more answer 429 with `Retry-After: 1`. Default: `None`.
    pub requests_per_second: Option<u32>,
    /// Requests per second, account and family of routes; more answer 429 with `Retry-After: 1`. The families are
    /// `trunks`, `numbers`, `webhooks`, `api_keys`, `account` and `embeddable`. Default: none is limited.
    pub rate_limited_families: BTreeMap<String, u32>,
    /// Seconds by which the server's clock is ahead of this machine's (negative: behind). Default: 0.
    pub clock_offset_seconds: i64,
    /// Seconds by which the machine that dates objects is ahead of the one that dates answers (negative: behind).
    /// Default: 0.
    pub created_at_offset_seconds: i64,
    /// Whether `created_at` says its zone (`Z`). Default: `true`.
    pub created_at_zone: bool,
    /// Whether answers have a `Date`. Default: `true`.
    pub dated_answers: bool,
    /// What is stored of a label. Default: [`Labels::AsSent`].
    pub labels: Labels,
    /// What a POST does to a webhook's slot that is taken. Default: [`SecondPost::Rejected`].
    pub webhook_second_post: SecondPost,
    /// What a DELETE of a webhook's empty slot answers. Default: [`EmptySlot::Rejected`].
    pub webhook_empty_delete: EmptySlot,
    /// What answers after the create show of a key's value. Default: [`KeyValue::Always`].
    pub api_key_value: KeyValue,
    /// Whether the scopes of a key that is not restricted to any are answered as `null`. Default: `false`.
    pub api_key_null_scopes: bool,
    /// Under which names answers have a key's three flags. Default: [`KeyNames::New`].
    pub api_key_names: KeyNames,
    /// Whether a scope that does not exist is refused, as `unknown_keys` says; `false` drops it without a word, so that
    /// the key has less than was asked for. Default: `true`.
    pub api_key_scope_rejects_unknown: bool,
    /// How phone numbers behave.
    pub numbers: NumberBehaviour,
}

impl Behaviour {
    /// Whether the account has the service of this family of routes.
    pub(crate) fn provides(&self, family: &str) -> bool {
        !(self.unprovisioned_families.contains(family) || (family == "trunks" && !self.provisioned))
    }

    /// Now, by the server's clock.
    pub(crate) fn server_time(&self) -> String {
        clock::rfc3339(clock::now(self.clock_offset_seconds))
    }

    /// Now, by the clock that dates what is created.
    pub(crate) fn creation_time(&self) -> String {
        clock::rfc3339(clock::now(self.clock_offset_seconds.saturating_add(self.created_at_offset_seconds)))
    }

    /// A stored time as it is told.
    pub(crate) fn zoned(&self, time: String) -> String {
        match time.strip_suffix('Z') {
            Some(local) if !self.created_at_zone => local.to_owned(),
            _ => time,
        }
    }
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            auth: AuthMode::Bearer,
            provisioned: true,
            unprovisioned_families: BTreeSet::new(),
            caller_address: None,
            pro_features: ProFeatures::Accepted,
            forced: BTreeMap::new(),
            unknown_keys: UnknownKeys::Rejected,
            allowed_ips: AllowedIpsMode::Replace,
            omitted_on_put: Omitted::Reset,
            callerid_with_multiple_numbers: PinnedCallerId::Empty,
            empty_callerid_accepted: true,
            limits_while_off: UnusedLimits::Kept,
            decimal_text: DecimalText::Shortest,
            unset_rewrite: UnsetText::Empty,
            passthrough_in_detail: true,
            created_at_millis: true,
            access_tokens: true,
            get_not_found: NotFoundText::NotProvisioned,
            list_order: ListOrder::Ascending,
            allowed_ips_order: ListOrder::Ascending,
            empty_list: EmptyList::Array,
            per_page_cap: Some(100),
            paging: Paging::Heeded,
            delete_answer: DeleteAnswer::Success,
            refusals_with_status_200: false,
            host_request_resent: HostRequestResent::KeepsStatus,
            host_request_changed: HostRequestChanged::ReopensReview,
            host_request_left_out: HostRequestLeftOut::RevertsToDigest,
            misses_after_create: 0,
            stale_reads_after_update: 0,
            list_lag: 0,
            lag_at_most: Duration::MAX,
            latency: Duration::ZERO,
            requests_per_second: None,
            rate_limited_families: BTreeMap::new(),
            clock_offset_seconds: 0,
            created_at_offset_seconds: 0,
            created_at_zone: true,
            dated_answers: true,
            labels: Labels::AsSent,
            webhook_second_post: SecondPost::Rejected,
            webhook_empty_delete: EmptySlot::Rejected,
            api_key_value: KeyValue::Always,
            api_key_null_scopes: false,
            api_key_names: KeyNames::New,
            api_key_scope_rejects_unknown: true,
            numbers: NumberBehaviour::default(),
        }
    }
}

/// Where the API key is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMode {
    /// `Authorization: Bearer KEY` only, the current generation.
    Bearer,
    /// `?appid=KEY` only, the generation before 2026.
    AppId,
    /// Either of the two.
    Both,
}

/// What becomes of a request key the schema does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownKeys {
    /// 400 naming the key (the schema says `additionalProperties: false`).
    Rejected,
    /// Dropped without a word.
    Ignored,
}

/// What a PUT does to an optional field it leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Omitted {
    /// It goes back to its default.
    Reset,
    /// It keeps its value.
    Kept,
}

/// Order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListOrder {
    /// Oldest first.
    Ascending,
    /// Newest first.
    Descending,
    /// Ascending, but rotated by one more place on every list request, so that a reader of several pages sees
    /// one trunk twice and misses another.
    Shifting,
}

/// What `sip_trunks` is when there is nothing to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyList {
    /// `[]`.
    Array,
    /// `null`, which the schema allows.
    Null,
}

/// What `page` does to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paging {
    /// It says which page is answered.
    Heeded,
    /// Nothing: the first page is answered, and says so.
    Ignored,
    /// Nothing: the first page is answered, and says that it is the one that was asked for.
    IgnoredButEchoed,
}

/// What a successful DELETE answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeleteAnswer {
    /// 200 `{"success":true}`.
    Success,
    /// 204 without a body.
    NoContent,
}

/// What is stored of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Labels {
    /// All of it.
    AsSent,
    /// Without blanks at its ends.
    Trimmed,
    /// With single blanks instead of several.
    Collapsed,
    /// In lower case.
    LowerCase,
    /// Its first 50 characters.
    Truncated,
}

impl Labels {
    /// What is stored of this one.
    pub(crate) fn kept(self, label: &str) -> String {
        match self {
            Self::AsSent => label.to_owned(),
            Self::Trimmed => label.trim().to_owned(),
            Self::Collapsed => label.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "),
            Self::LowerCase => label.to_lowercase(),
            Self::Truncated => label.chars().take(50).collect(),
        }
    }
}

/// A duration as a whole number of milliseconds.
mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        u64::try_from(value.as_millis()).unwrap_or(u64::MAX).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
