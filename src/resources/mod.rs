//! Resources layer (L3): one folder per Wavix object, all the same shape.
//!
//! It says what a practitioner may write, how that becomes a Wavix request and
//! how the answer becomes a state. It knows no gRPC and no HTTP detail: what a
//! plan is belongs to the framework, what an attempt is to the client.
//!
//! | file of a folder | decides |
//! |---|---|
//! | `schema.rs` | arguments and results, and their documentation |
//! | `rules.rs`, `validate.rs`, `unusual.rs` | what a value, and what several together, must and should be |
//! | `plan.rs` | what follows from several arguments |
//! | `model.rs` | the state, and the request made from it |
//! | `answer.rs` | the state made from an answer |
//! | `twins.rs` | whether the account has an equal object already |
//! | `lost.rs`, `adopt.rs` | what became of a create whose answer was lost |
//! | `refused.rs` | what a create has left that was refused, or sent twice |
//! | `put.rs`, `change.rs`, `deletion.rs` | the same of an update and a delete |
//! | `finding.rs`, `lagging.rs` | the object by its id, also while Wavix is behind its own writes: for the resource, and for others |
//! | `absent.rs` | what is said of an object that is not there |
//! | `compare.rs`, `verdict.rs`, `take_back.rs` | what differs, whether Wavix did what it was asked, and undoing it |
//! | `endpoints.rs` | the API's objects and one function per HTTP call |
//! | `record.rs` | an object as the API answers it |
//! | `unreadable.rs` | what is said of an answer's field that has no meaning |
//! | `data_source.rs`, `plural_data_source.rs`, `results.rs` | the data sources |
//! | `list.rs`, `filter.rs` | the list for `terraform query`, and which objects are meant |
//! | `generate.rs`, `take_over.rs` | generated configurations, objects of other providers |
//! | `credentials.rs`, `ephemeral.rs` | the ephemeral resources |
//! | `revoke_action.rs` | the action |
//! | `mod.rs` | the lifecycle: create, read, update, delete, import |
//!
//! Beside the folders stands what all of them share: how failures are worded
//! ([`failure`]), how answers spell a flag, a number, a text, and nothing (`told`), what a 404 is taken for (`presence`), the walk through a list
//! that a refresh shares (`list_walk`), what a plan can do without (`lookup`), who has which object (`claims`), also in other
//! processes (`siblings`), which labels mean the same (`label`), how long ago something was written (`stamp`), what a phone
//! number is (`phone_number`), and how long to go on looking ([`Patience`]).

pub mod account_limits;
mod claims;
mod context;
pub mod failure;
mod label;
mod list_walk;
mod lookup;
mod patience;
mod phone_number;
mod presence;
mod secret_value;
mod siblings;
mod stamp;
mod told;

pub mod functions;
pub mod sip_trunk;
pub mod webrtc_token;

pub use context::Context;
pub use patience::Patience;

use crate::framework::registry::Registry;

/// THE registration list: every object the provider offers.
#[must_use]
pub fn registry() -> Registry<Context> {
    Registry::default()
        .resource(sip_trunk::SipTrunk)
        .data_source(sip_trunk::SipTrunkDataSource)
        .data_source(sip_trunk::SipTrunksDataSource)
        .list_resource(sip_trunk::SipTrunkList)
        .ephemeral(sip_trunk::SipTrunkCredentials)
        .ephemeral(webrtc_token::WebRtcToken)
        .action(webrtc_token::RevokeWebRtcTokens)
        .function(functions::E164)
        .function(functions::FreeswitchGateway)
        .function(functions::IpRanges)
        .function(functions::KamailioDispatcher)
        .function(functions::KamailioUacreg)
        .function(functions::PjsipEndpoint)
        .function(functions::SipGateways)
        .function(functions::SipUri)
}
