//! The API's objects, one module each: routes, validation, representation. Adding one is a module and a line in
//! [`routes`]. Authentication, faults and the journal are around them, in `pipeline`.

pub(crate) mod body;
mod page;
mod profile;
pub(crate) mod sip_trunk;
pub(crate) mod webrtc_token;

use std::sync::Arc;

use axum::Router;

use crate::shared::Shared;

/// Every route of the simulated API.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().merge(sip_trunk::routes()).merge(profile::routes()).merge(webrtc_token::routes())
}
