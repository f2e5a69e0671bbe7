//! `wavix_api_key`. An ordinary object, but that the key in use must not be cut off.

mod guard;
mod object;
mod schema;

#[cfg(test)]
mod tests;

use crate::lifecycle::managed::Managed;
use crate::lifecycle::views;

/// All that there is to say of an API key.
#[derive(Debug, Clone, Copy, Default)]
pub struct ApiKey;

/// `resource "wavix_api_key"`
pub type ApiKeyResource = Managed<ApiKey>;
/// `data "wavix_api_keys"`
pub type ApiKeysDataSource = views::Plural<ApiKey>;
/// `list "wavix_api_key"`
pub type ApiKeyList = views::List<ApiKey, ApiKeyResource>;
