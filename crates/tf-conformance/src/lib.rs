//! A stand-in for Terraform Core: starts any provider binary with the real
//! handshake and mutual TLS, drives every RPC, and checks each answer against
//! the rules that Core enforces.
//!
//! - [`run`] runs the [`CHECKS`] on a binary: what the command line does.
//! - [`core`] is the client, for tests of one's own: [`core::Session`] is a
//!   connection, [`core::Resource`] drives one resource type.
//! - [`oracle`] has Core's rules as functions.
//!
//! It shares no code with any provider, so that a mistake in an encoding
//! cannot be on both sides.

pub mod api;
pub mod case;
pub mod checks;
pub mod core;
pub mod oracle;
pub mod proto;
pub mod report;
pub mod schema;
pub mod secrets;
pub mod value;

pub use checks::{CHECKS, Check, Checked, Outcome, Report, RunError, Settings, run};
pub use report::Format;
