//! `/v1/profile` and `/v1/profile/config`: who the account is, and the ceilings of its trunks. Read only.

use std::sync::Arc;

use axum::{Router, http::StatusCode, response::Response, routing::get};
use serde_json::json;

use crate::{
    answer::{Refusal, json_response},
    auth::Access,
    shared::Shared,
};

use super::call::Call;

const FAMILY: &str = "account";

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/v1/profile", get(profile)).route("/v1/profile/config", get(config))
}

async fn profile(call: Call) -> Result<Response, Refusal> {
    call.require(FAMILY, Access::Read)?;
    let account = &call.holdings().account;
    let body = json!({
        "id": account.id,
        "email": account.email,
        "first_name": "Jason",
        "last_name": "Androux",
        "phone": null,
        "additional_info": null,
        "contact_email": account.email,
        "timezone": "UTC",
        "job_title": null,
        "default_short_link_endpoint": null,
        "default_destinations": [],
        "company_info": null,
    });
    Ok(json_response(StatusCode::OK, &body))
}

async fn config(call: Call) -> Result<Response, Refusal> {
    call.require(FAMILY, Access::Read)?;
    let account = &call.holdings().account;
    let body = json!({
        "balance": account.balance,
        "global_limits": {
            "max_call_duration": account.max_call_duration,
            "max_sip_channels": account.max_sip_channels,
            "max_call_rate": account.max_call_rate,
        },
    });
    Ok(json_response(StatusCode::OK, &body))
}
