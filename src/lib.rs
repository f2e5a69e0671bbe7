//! Terraform provider for Wavix.

pub mod client;
pub mod framework;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod lifecycle;
pub mod protocol;
pub mod provider;
pub mod resources;
