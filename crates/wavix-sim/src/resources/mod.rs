//! The API's objects, one module each: routes, validation, representation. Adding one is a module, a line in
//! [`routes`], and a line where an account has it, in `accounts`. What is the same for all is in `object`;
//! authentication, faults and the journal are around them, in `pipeline`.

pub(crate) mod api_key;
pub(crate) mod body;
mod call;
pub(crate) mod call_webhook;
pub(crate) mod inventory;
pub(crate) mod object;
mod page;
pub(crate) mod phone_number;
pub(crate) mod portal;
mod profile;
pub(crate) mod sip_trunk;
pub(crate) mod webrtc_token;

use std::sync::Arc;

use axum::Router;

use crate::shared::Shared;

/// Every route of the simulated API.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .merge(sip_trunk::routes())
        .merge(phone_number::routes())
        .merge(call_webhook::routes())
        .merge(api_key::routes())
        .merge(profile::routes())
        .merge(webrtc_token::routes())
}
