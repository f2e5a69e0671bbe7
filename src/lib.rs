//! Terraform provider for Wavix.

pub mod client;
pub mod framework;
pub mod protocol;
pub mod provider;
pub mod resources;
