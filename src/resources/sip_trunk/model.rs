//! Configuration, plan and state of a `wavix_sip_trunk`, and how they become what the API
//! wants. What the API answers is read in `object`. Asks nobody and decides no plan.

use crate::client::Secret;
use crate::framework::object::{Attr, SetOf};
use crate::framework::timeouts::Timeouts;
use crate::lifecycle::body::Body;
use crate::protocol::number::Number;

use super::SipTrunk;
use super::rules::UNCONFIRMED_VERSION;
use crate::resources::addresses::in_order;

/// The `host` of a trunk whose devices register with a password.
pub(super) const DYNAMIC_HOST: &str = "dynamic";
/// The `status` of a trunk that can place calls.
pub(super) const ACTIVE: &str = "active";
/// The `auth_method` of a trunk whose devices register with a password.
const DIGEST: &str = "Digest";
/// What the API sets for a threshold that was left out, in seconds.
pub(super) const DEFAULT_TRANSCRIPTION_THRESHOLD: i64 = 6;

crate::object! {
    /// Configuration, plan and state of a `wavix_sip_trunk`. Null by default.
    #[derive(Default)]
    pub struct SipTrunkModel {
        /// API `id`, as decimal text.
        pub id: Attr<String>,
        /// API `name`: the SIP login.
        pub login: Attr<String>,
        /// API `created_at`, as sent.
        pub created_at: Attr<String>,
        /// API `label`.
        pub label: Attr<String>,
        /// API `callerid`, in the user's spelling.
        pub callerid: Attr<String>,
        /// API `multiple_numbers`.
        pub multiple_numbers: Attr<bool>,
        /// API `password`, kept in the state.
        pub password: Attr<Secret>,
        /// API `password`, kept nowhere.
        pub password_wo: Attr<Secret>,
        /// Changes when `password_wo` is to be sent again.
        pub password_wo_version: Attr<i64>,
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
        /// API `call_recording_enabled`.
        pub call_recording_enabled: Attr<bool>,
        /// API `machine_detection_enabled`.
        pub machine_detection_enabled: Attr<bool>,
        /// API `transcription_enabled`.
        pub transcription_enabled: Attr<bool>,
        /// API `transcription_threshold`, in seconds.
        pub transcription_threshold: Attr<i64>,
        /// API `encrypted_media`.
        pub encrypted_media: Attr<bool>,
        /// API `host_request`; answered by the list only.
        pub host_request: Attr<HostRequestModel>,
        /// API `host`.
        pub host: Attr<String>,
        /// API `auth_method`; answered by the list only.
        pub auth_method: Attr<String>,
        /// API `status`; answered by the list only.
        pub status: Attr<String>,
        /// API `passthrough`.
        pub passthrough: Attr<bool>,
        /// API `access_token`.
        pub access_token: Attr<Secret>,
        /// How long the operations may take.
        pub timeouts: Attr<Timeouts>,
    }
}

crate::object! {
    /// The request for IP authentication.
    pub struct HostRequestModel {
        /// API `host_request.host`.
        pub host: Attr<String>,
    }
}

impl SipTrunkModel {
    /// Whether nothing but the id is known, as between an import and its read.
    /// Every trunk that was created or read has a label.
    pub(super) fn is_stub(&self) -> bool {
        self.label.is_null() && self.login.is_null()
    }

    /// The body of a create or update: the whole trunk, since the API replaces it.
    pub(super) fn body(&self, password: &Secret) -> Body {
        Body::whole::<SipTrunk>(self).with_secret("password", password)
    }

    /// Adds what is true of every trunk without IP authentication.
    pub(super) fn add_digest_facts(&mut self) {
        self.status = Attr::Known(ACTIVE.to_owned());
        self.auth_method = Attr::Known(DIGEST.to_owned());
    }

    /// The address that asks for IP authentication.
    pub(super) fn requested_host(&self) -> Option<&str> {
        self.host_request.known().and_then(|request| request.host.known()).map(String::as_str)
    }

    /// Whether the trunk may have another password than it was sent.
    pub(super) fn password_is_unconfirmed(&self) -> bool {
        self.password_wo_version.known() == Some(&UNCONFIRMED_VERSION)
    }

    /// Whether what only the list tells is not known.
    pub(super) fn lacks_listing(&self) -> bool {
        self.status.is_null() || self.auth_method.is_null()
    }

    /// True when IP authentication is in use, asked for, or cannot be excluded:
    /// then `status`, `auth_method` and `host_request` are to be had from the
    /// list. `held` is the state before the read.
    pub(super) fn needs_listing(&self, held: &Self) -> bool {
        held.never_listed() || self.has_ip_authentication(held)
    }

    /// True when IP authentication is known to be in use or asked for.
    pub(super) fn has_ip_authentication(&self, held: &Self) -> bool {
        held.host_request.known().is_some() || self.host.known().is_some_and(|host| host != DYNAMIC_HOST)
    }

    /// True of a state from an import that could not read the list: whether the
    /// trunk asks for IP authentication is not known. Every other has a status.
    pub(super) fn never_listed(&self) -> bool {
        self.status.is_null() && self.auth_method.is_null() && self.host_request.is_null()
    }

    /// The known addresses, in order.
    pub(super) fn allowed_addresses(&self) -> Vec<String> {
        let known = self.allowed_ips.known().map(|set| set.0.as_slice()).unwrap_or_default();
        in_order(known.iter().filter_map(|ip| ip.known().map(String::as_str)))
    }
}
