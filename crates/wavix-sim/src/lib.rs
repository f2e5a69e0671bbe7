//! A simulator of the Wavix API: a real HTTP server with a stateful account behind it, strict about what it is sent,
//! and able to fail in every way a network and a server can.
//!
//! It shares no code with the provider, so that a misspelt field cannot be wrong on both sides. Its answers are
//! checked against the vendor's own schema in `tests/`.
//!
//! ```
//! use wavix_sim::{Fault, Sim};
//!
//! let sim = Sim::spawn();
//! sim.fault("POST", "/v1/trunks", Fault::close_after_commit());
//! // … point a client at sim.base_url() with sim.api_key() …
//! assert_eq!(sim.journal().count("POST", "/v1/trunks"), 0);
//! assert!(sim.trunks().is_empty());
//! ```
//!
//! - [`Sim`]: start and stop. [`Portal`]: inspect an account, edit it behind the client's back.
//! - [`Behaviour`]: a knob for everything the API's documents leave open.
//! - [`Fault`], [`Faults`]: failures on demand, per route.
//! - [`Outage`], [`Certificate`]: a host that is out of reach, and one that is not who it says.
//! - [`Journal`]: what was asked, secrets masked.
//! - [`compare`]: what of all this is true of the real API.
//! - [`contract`]: what a newer document of the API changes.
//! - `/_sim/…`: faults and knobs over HTTP, for programs that are not the owner; see the crate's README.

mod account;
mod accounts;
mod answer;
mod auth;
pub mod behaviour;
mod clock;
mod collection;
pub mod compare;
pub mod contract;
mod control;
mod decimal;
mod faults;
mod journal;
mod outage;
mod page;
mod path_pattern;
mod pipeline;
mod rate;
mod resources;
mod secret;
mod server;
mod shared;
mod sim;
mod sync;
mod tls;
mod transmission;
mod wire;

pub use account::{Account, VERIFIED_NUMBERS};
pub use accounts::Portal;
pub use auth::Access;
pub use behaviour::Behaviour;
pub use faults::{Answer, Fault, Faults, Gate, Rule};
pub use journal::{Entry, Journal, MASK};
pub use outage::Outage;
pub use resources::{
    api_key::ApiKey,
    call_webhook::CallWebhook,
    phone_number::{Destination, PhoneNumber},
    sip_trunk::{AllowedIp, HostRequest, Trunk},
    webrtc_token::WebRtcToken,
};
pub use secret::Secret;
pub use sim::{Builder, DEFAULT_API_KEY, Sim};
pub use tls::Certificate;
