//! The part of the script that only reads.

use reqwest::Method;
use serde_json::Value;

use super::session::{Caller, Scheme, Session, Trouble};

/// An id that nothing has: the largest that the API's type allows.
pub(super) const NO_ID: &str = "2147483647";

/// Finds out who is there, before the key is sent, and whether the key opens anything.
pub(super) async fn introduce(session: &mut Session) -> Result<(), Trouble> {
    let path = "/v1/trunks?page=1&per_page=1";
    let stranger = session.send("stranger", Caller::Nobody, Method::GET, path, None).await?;
    if !stranger.is_refusal() {
        return Err(Trouble::NotWavix(format!("{} {}", stranger.status, stranger.content_type)));
    }
    let known = session.get("first", path).await?;
    if !known.succeeded() && (known.status == 401 || known.message() == stranger.message()) {
        return Err(Trouble::KeyRefused);
    }
    session.get("numbers", "/v1/numbers?page=1&per_page=100").await?;
    session.get("webhooks", "/v1/calls/webhooks").await?;
    Ok(())
}

/// Looks at everything that can be looked at.
pub(super) async fn look(session: &mut Session) -> Result<(), Trouble> {
    session.get("wide", "/v1/trunks?page=1&per_page=1000").await?;
    let trunks = session.get("trunks", "/v1/trunks?page=1&per_page=100").await?;
    session.get("trunks again", "/v1/trunks?page=1&per_page=100").await?;
    let beyond = trunks.total_pages().max(1) + 1;
    session.get("beyond", &format!("/v1/trunks?page={beyond}&per_page=100")).await?;
    let id = |item: &Value| item.get("id").and_then(Value::as_i64);
    if let Some(id) = trunks.items("sip_trunks").first().and_then(id) {
        session.get("a trunk", &format!("/v1/trunks/{id}")).await?;
    }
    session.get("no trunk", &format!("/v1/trunks/{NO_ID}")).await?;
    session.get("no number", &format!("/v1/numbers/{NO_ID}")).await?;
    session.get("keys", "/v1/api-keys").await?;
    session.get("tokens", "/v2/webrtc/tokens").await?;
    session.get("profile", "/v1/profile").await?;
    session.get("config", "/v1/profile/config").await?;
    if session.scheme() == Scheme::AppId {
        let path = "/v1/trunks?page=1&per_page=1";
        session.send("key by bearer", Caller::OwnerBy(Scheme::Bearer), Method::GET, path, None).await?;
    }
    Ok(())
}
