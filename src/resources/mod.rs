//! One folder per Wavix object, all the same shape.
//!
//! It says what a practitioner may write, how that becomes a Wavix request and
//! how the answer becomes a state. It knows no gRPC and no HTTP detail: what a
//! plan is belongs to the framework, what an attempt is to the client.
//!
//! | file of a folder | decides |
//! |---|---|
//! | `mod.rs` | the resource: the ordinary one, or its verbs strung together |
//! | `object.rs` | what there is to say of the object, and its peculiarities |
//! | `schema.rs` | arguments and results, and their documentation |
//! | `rules.rs`, `validate.rs` | what a value, and what several together, must and should be |
//! | `model.rs` | configuration, plan and state |
//! | `limits.rs`, `ceilings.rs`, `password.rs`, … | a group of arguments: what follows from it, and what it must be |
//! | `take_over.rs` | objects of other providers |
//! | `ephemeral.rs` | the ephemeral resource |
//! | `revoke_action.rs` | the action |
//!
//! What all objects do the same way is the lifecycle layer's. Beside the folders
//! stands what several of them know: the account's limits, what an address is, how numbers
//! are written, and (`routes`, `ringing`) what numbers and trunks need to know of each other.

pub mod account_limits;
mod addresses;
mod ringing;
mod routes;
mod written_number;

pub mod api_key;
pub mod call_webhook;
pub mod functions;
pub mod phone_number;
pub mod sip_trunk;
pub mod sip_trunk_credentials;
pub mod webrtc_token;

#[cfg(test)]
mod tests;

use crate::framework::registry::Registry;
use crate::lifecycle::context::Context;

use self::phone_number::PhoneNumber;
use self::sip_trunk::SipTrunk;

/// THE registration list: every object the provider offers.
#[must_use]
pub fn registry() -> Registry<Context> {
    Registry::default()
        .resource(api_key::ApiKeyResource::NEW)
        .data_source(api_key::ApiKeysDataSource::NEW)
        .list_resource(api_key::ApiKeyList::NEW)
        .resource(SipTrunk)
        .data_source(sip_trunk::SipTrunkDataSource::NEW)
        .data_source(sip_trunk::SipTrunksDataSource::NEW)
        .list_resource(sip_trunk::SipTrunkList::NEW)
        .resource(call_webhook::CallWebhookResource::NEW)
        .data_source(call_webhook::CallWebhooksDataSource::NEW)
        .list_resource(call_webhook::CallWebhookList::NEW)
        .resource(phone_number::PhoneNumberResource::NEW)
        .data_source(phone_number::PhoneNumberDataSource::NEW)
        .data_source(phone_number::PhoneNumbersDataSource::NEW)
        .list_resource(phone_number::PhoneNumberList::NEW)
        .resource(phone_number::PhoneNumberRoutingResource::NEW)
        .ephemeral(sip_trunk_credentials::SipTrunkCredentials::<SipTrunk>::NEW)
        .ephemeral(webrtc_token::WebRtcToken::<SipTrunk>::NEW)
        .action(webrtc_token::RevokeWebRtcTokens::<SipTrunk>::NEW)
        .function(functions::CallbackSourceIps)
        .function(functions::E164)
        .function(functions::FreeswitchGateway)
        .function(functions::IpRanges)
        .function(functions::KamailioDispatcher)
        .function(functions::KamailioUacreg)
        .function(functions::PjsipEndpoint)
        .function(functions::SipGateways)
        .function(functions::SipUri)
}
