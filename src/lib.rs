//! Terraform provider for Wavix.

mod client;
pub mod facade;
mod framework;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod lifecycle;
mod protocol;
mod provider;
mod resources;

use framework::object::object;
