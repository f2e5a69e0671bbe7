//! Resources layer (L3): one folder per Wavix object, all the same shape.
//!
//! It says what a practitioner may write, how that becomes a Wavix request and
//! how the answer becomes a state. It knows no gRPC and no HTTP detail: what a
//! plan is belongs to the framework, what an attempt is to the client.
//!
//! | file of a folder | decides |
//! |---|---|
//! | `schema.rs` | arguments, rules for single values, documentation |
//! | `model.rs` | the state, and how it maps to and from the API's objects |
//! | `endpoints.rs` | the API's objects and one function per HTTP call |
//! | `plan.rs`, `validate.rs` | what follows from several arguments |
//! | `data_source.rs`, `plural_data_source.rs`, `results.rs` | the data sources |
//! | `mod.rs` | the lifecycle: create, read, update, delete, import |

pub mod account_limits;
mod context;
pub mod failure;
mod list_walk;
mod presence;
mod secret_value;

pub mod sip_trunk;

pub use context::Context;

use crate::framework::registry::Registry;

/// THE registration list: every object the provider offers.
#[must_use]
pub fn registry() -> Registry<Context> {
    Registry::default()
        .resource(sip_trunk::SipTrunk)
        .data_source(sip_trunk::SipTrunkDataSource)
        .data_source(sip_trunk::SipTrunksDataSource)
}
