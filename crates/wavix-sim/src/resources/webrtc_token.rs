//! `/v2/webrtc/tokens`: tokens of the browser softphone. The JWT is shown once, by create.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Router, extract::Path, http::StatusCode, response::Response, routing::get};
use serde_json::{Map, Value, json};

use crate::{
    accounts::{Holdings, Portal},
    answer::{RECORD_NOT_FOUND, Refusal, json_response},
    auth::Access,
    secret::Secret,
    shared::Shared,
};

use super::{
    body::{Fields, non_empty, positive},
    call::Call,
    page::Page,
};

const FAMILY: &str = "embeddable";

/// A live token.
#[derive(Debug, Clone)]
pub struct WebRtcToken {
    /// The token's id.
    pub uuid: String,
    /// The login of its trunk.
    pub sip_trunk: String,
    /// Whatever the client attached.
    pub payload: Option<Map<String, Value>>,
    /// Seconds; `None`: it does not expire.
    pub ttl: Option<i64>,
    token: Secret,
    expires: Option<Instant>,
}

impl WebRtcToken {
    /// The JWT itself.
    pub fn token(&self) -> &str {
        self.token.reveal()
    }

    fn view(&self) -> Value {
        json!({ "uuid": self.uuid, "sip_trunk": self.sip_trunk, "payload": self.payload, "ttl": self.ttl })
    }
}

/// The account's tokens, oldest first.
#[derive(Debug)]
pub(crate) struct Tokens {
    tokens: Vec<WebRtcToken>,
    made: i64,
}

impl Tokens {
    /// None yet; `spared` numbers from the first on are another account's.
    pub(crate) fn new(spared: i64) -> Self {
        Self { tokens: Vec::new(), made: spared }
    }

    pub(crate) fn all(&mut self) -> Vec<WebRtcToken> {
        self.drop_expired();
        self.tokens.clone()
    }

    fn drop_expired(&mut self) {
        let now = Instant::now();
        self.tokens.retain(|token| token.expires.is_none_or(|expires| expires > now));
    }

    fn find(&mut self, uuid: &str) -> Result<&mut WebRtcToken, Refusal> {
        self.drop_expired();
        self.tokens
            .iter_mut()
            .find(|token| token.uuid == uuid)
            .ok_or_else(|| Refusal::not_found(RECORD_NOT_FOUND))
    }
}

/// WebRTC tokens.
impl Portal {
    /// The live WebRTC tokens, oldest first.
    pub fn webrtc_tokens(&self) -> Vec<WebRtcToken> {
        self.holdings().tokens.all()
    }
}

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v2/webrtc/tokens", get(list).post(create))
        .route("/v2/webrtc/tokens/{uuid}", get(retrieve).put(update).delete(delete))
}

async fn list(call: Call) -> Result<Response, Refusal> {
    call.require(FAMILY, Access::Read)?;
    // The answer is documented to be paginated, the page parameters are not; they are taken all the same.
    let page = Page::requested(call.query(), &call.behaviour)?;
    let tokens = call.holdings().tokens.all();
    let items: Vec<Value> =
        tokens.iter().skip(page.skip()).take(page.take()).map(WebRtcToken::view).collect();
    Ok(json_response(StatusCode::OK, &json!({ "items": items, "pagination": page.of(tokens.len()) })))
}

async fn create(call: Call) -> Result<Response, Refusal> {
    call.require(FAMILY, Access::Write)?;
    let body = call.object()?;
    let fields = Fields(&body);
    let sip_trunk = fields.required("sip_trunk", non_empty)?;
    let ttl = fields.required("ttl", nullable_seconds)?;
    let payload = fields.optional("payload", nullable_object)?.flatten();
    fields.only(&["sip_trunk", "ttl", "payload"])?;
    let Holdings { trunks, tokens, .. } = &mut *call.holdings();
    if !trunks.iter().any(|trunk| trunk.name == sip_trunk) {
        return Err(Refusal::not_found(RECORD_NOT_FOUND));
    }
    let lifetime = ttl.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs);
    tokens.made += 1;
    let token = WebRtcToken {
        uuid: format!("550e8400-e29b-41d4-a716-{:012x}", tokens.made),
        sip_trunk,
        payload,
        ttl,
        token: Secret::new(format!("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.c2ltdWxhdGVk.{:032x}", tokens.made)),
        expires: lifetime.and_then(|lifetime| Instant::now().checked_add(lifetime)),
    };
    let mut view = token.view();
    if let Value::Object(view) = &mut view {
        view.insert("token".to_owned(), token.token().into());
    }
    tokens.tokens.push(token);
    Ok(json_response(StatusCode::CREATED, &view))
}

async fn retrieve(Path(uuid): Path<String>, call: Call) -> Result<Response, Refusal> {
    call.require(FAMILY, Access::Read)?;
    let view = call.holdings().tokens.find(&uuid)?.view();
    Ok(json_response(StatusCode::OK, &view))
}

async fn update(Path(uuid): Path<String>, call: Call) -> Result<Response, Refusal> {
    call.require(FAMILY, Access::Write)?;
    let tokens = &mut call.holdings().tokens;
    let token = tokens.find(&uuid)?;
    let body = call.object()?;
    let payload = Fields(&body).required("payload", |value| value.as_object().cloned())?;
    Fields(&body).only(&["payload"])?;
    token.payload = Some(payload);
    Ok(json_response(StatusCode::OK, &token.view()))
}

async fn delete(Path(uuid): Path<String>, call: Call) -> Result<Response, Refusal> {
    call.require(FAMILY, Access::Write)?;
    let tokens = &mut call.holdings().tokens;
    tokens.find(&uuid)?;
    tokens.tokens.retain(|token| token.uuid != uuid);
    Ok(json_response(StatusCode::OK, &json!({ "success": true })))
}

/// `null` means that the token does not expire; leaving the field out is refused.
fn nullable_seconds(value: &Value) -> Option<Option<i64>> {
    if value.is_null() { Some(None) } else { positive(value).map(Some) }
}

fn nullable_object(value: &Value) -> Option<Option<Map<String, Value>>> {
    if value.is_null() { Some(None) } else { value.as_object().cloned().map(Some) }
}
