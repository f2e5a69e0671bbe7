//! `/v2/webrtc/tokens`: tokens of the browser softphone. The JWT is shown once, by create.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Router, http::StatusCode, routing::get};
use serde_json::{Map, Value, json};

use crate::{
    accounts::{Holdings, Portal, without_lag},
    answer::{RECORD_NOT_FOUND, Refusal, Verdict},
    behaviour::Behaviour,
    collection::Collection,
    secret::Secret,
    shared::Shared,
};

use super::{
    body::{Fields, non_empty, nullable, positive},
    object::{self, Change, Create, Listing, Object},
};

/// A live token.
#[derive(Debug, Clone)]
pub struct WebRtcToken {
    /// Its place in the order of creation, which its UUID ends with.
    id: i64,
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
}

impl Object for WebRtcToken {
    const FAMILY: &'static str = "embeddable";
    // The answer is documented to be paginated, the page parameters are not; they are taken all the same.
    const LISTING: Listing = Listing::Pages("items");
    const FIRST_ID: i64 = 1;

    fn id(&self) -> i64 {
        self.id
    }

    /// Without those that have expired since.
    fn collection(holdings: &mut Holdings) -> &mut Collection<Self> {
        let now = Instant::now();
        let expired = |token: &Self| token.expires.is_some_and(|expires| expires <= now);
        holdings.tokens.remove_all(expired, &without_lag());
        &mut holdings.tokens
    }

    fn named(path: &str) -> Option<i64> {
        let id = i64::from_str_radix(path.rsplit('-').next()?, 16).ok()?;
        (uuid(id) == path).then_some(id)
    }

    fn detail(&self, _: &Behaviour) -> Value {
        json!({ "uuid": self.uuid, "sip_trunk": self.sip_trunk, "payload": self.payload, "ttl": self.ttl })
    }
}

impl Create for WebRtcToken {
    const CREATED: StatusCode = StatusCode::CREATED;

    fn create(fields: &Fields<'_>, _: &Behaviour, holdings: &mut Holdings) -> Result<Self, Refusal> {
        let sip_trunk = fields.required("sip_trunk", non_empty)?;
        // `null` means that the token does not expire; leaving the field out is refused.
        let ttl = fields.required("ttl", nullable(positive))?;
        let payload = fields.optional("payload", nullable(object))?.flatten();
        fields.no_others()?;
        if !holdings.trunks.iter().any(|trunk| trunk.name == sip_trunk) {
            return Err(Refusal::not_found(RECORD_NOT_FOUND));
        }
        let lifetime = ttl.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs);
        let id = holdings.tokens.new_id();
        let token = Secret::new(format!("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.c2ltdWxhdGVk.{id:032x}"));
        let expires = lifetime.and_then(|lifetime| Instant::now().checked_add(lifetime));
        Ok(Self { id, uuid: uuid(id), sip_trunk, payload, ttl, token, expires })
    }

    fn created(&self, behaviour: &Behaviour) -> Value {
        let mut view = self.detail(behaviour);
        if let Value::Object(view) = &mut view {
            view.insert("token".to_owned(), self.token().into());
        }
        view
    }
}

impl Change for WebRtcToken {
    fn change(&mut self, fields: &Fields<'_>, _: &Behaviour, _: &mut Holdings) -> Verdict {
        self.payload = Some(fields.required("payload", object)?);
        fields.no_others()
    }
}

pub(crate) fn routes() -> Router<Arc<Shared>> {
    type Token = WebRtcToken;
    let one = get(object::retrieve::<Token>).put(object::update::<Token>).delete(object::delete::<Token>);
    Router::new()
        .route("/v2/webrtc/tokens", get(object::list::<Token>).post(object::create::<Token>))
        .route("/v2/webrtc/tokens/{uuid}", one)
}

/// WebRTC tokens.
impl Portal {
    /// The live WebRTC tokens, oldest first.
    pub fn webrtc_tokens(&self) -> Vec<WebRtcToken> {
        self.all()
    }
}

fn uuid(id: i64) -> String {
    format!("550e8400-e29b-41d4-a716-{id:012x}")
}

fn object(value: &Value) -> Option<Map<String, Value>> {
    value.as_object().cloned()
}
