//! The API's WebRTC tokens and one function per HTTP call. Knows no plan and no state.
//!
//! Source of all fields: the Wavix OpenAPI document, `WebRTCTokenCreateRequest`,
//! `WebRTCTokenResponse` and `WebRTCTokensListResponse`.

use serde::{Deserialize, Deserializer, Serialize};

use crate::client::{ApiPath, CallOptions, Client, Error, Kind, Page, Pagination, Secret, null_as_empty};

pub use crate::lifecycle::presence::Deletion;
use crate::lifecycle::told::Told;

const ROUTE: &str = "/v2/webrtc/tokens";

/// A JSON object of the client's own.
pub type Payload = serde_json::Map<String, serde_json::Value>;

/// The body of a create.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WebRtcTokenBody {
    /// Login of the SIP trunk.
    pub sip_trunk: String,
    /// Seconds; `null`, which must be written, for no expiry.
    pub ttl: Option<i64>,
    /// Handed to the widget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<Payload>,
}

/// A token as create answers it. The secret is relied upon by nobody before it
/// was looked for: a token whose secret got lost must still be found to be
/// deleted.
#[derive(Debug, Clone)]
pub struct NewWebRtcToken {
    /// Never changes.
    pub uuid: String,
    /// The JWT. Shown here and never again.
    pub token: Option<Secret>,
}

impl<'de> Deserialize<'de> for NewWebRtcToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let told = &mut Told::deserialize(deserializer)?;
        Ok(Self { uuid: told.name("uuid")?, token: told.secret("token") })
    }
}

/// A token as the list answers it. Without `uuid` or `sip_trunk` it could be any
/// token of any trunk, so a list with such an item is no list.
#[derive(Debug, Clone, PartialEq)]
pub struct WebRtcTokenRecord {
    /// Never changes.
    pub uuid: String,
    /// Login of the SIP trunk.
    pub sip_trunk: String,
    /// Handed to the widget.
    pub payload: Option<Payload>,
    /// Seconds from its creation; none for no expiry.
    pub ttl: Option<i64>,
}

impl<'de> Deserialize<'de> for WebRtcTokenRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let told = &mut Told::deserialize(deserializer)?;
        Ok(Self {
            uuid: told.name("uuid")?,
            sip_trunk: told.name("sip_trunk")?,
            payload: told.map("payload").flatten(),
            ttl: told.whole("ttl").flatten(),
        })
    }
}

#[derive(Deserialize)]
struct WebRtcTokenPage {
    /// Null for none. Without it an answer is no list: it must not pass for a
    /// trunk whose tokens are all revoked.
    #[serde(deserialize_with = "null_as_empty")]
    items: Vec<WebRtcTokenRecord>,
    pagination: Option<Pagination>,
}

impl Page for WebRtcTokenPage {
    type Item = WebRtcTokenRecord;

    fn into_parts(self) -> (Vec<WebRtcTokenRecord>, Option<Pagination>) {
        (self.items, self.pagination)
    }
}

/// `POST /v2/webrtc/tokens`. Needs the scope `embeddable:write`. Sent once: see
/// [`Error::delivery`] for whether a token may exist after a failure.
///
/// # Errors
/// See [`Error`].
pub async fn create(
    client: &Client,
    body: &WebRtcTokenBody,
    options: &CallOptions,
) -> Result<NewWebRtcToken, Error> {
    let made: NewWebRtcToken = client.post(ROUTE).json(body).options(options).send().await?;
    if let Some(token) = &made.token {
        client.remember(token);
    }
    Ok(made)
}

/// `GET /v2/webrtc/tokens`, the active tokens of the account. Needs the scope
/// `embeddable:read`. The page parameters are documented nowhere; a list that
/// does not heed them and has more than one page is an error.
///
/// # Errors
/// See [`Error`].
pub async fn list(client: &Client, options: &CallOptions) -> Result<Vec<WebRtcTokenRecord>, Error> {
    client.get(ROUTE).options(options).pages::<WebRtcTokenPage, _>(|token| token.uuid.clone()).all().await
}

/// What a walk through the list has shown.
#[derive(Debug)]
pub struct Seen {
    /// The tokens, each once.
    pub tokens: Vec<WebRtcTokenRecord>,
    /// Why there may be more: the server heeds no page, or its count says so.
    pub is_partial: Option<Error>,
}

/// As [`list`], and also a part of the list is good for something.
///
/// # Errors
/// See [`Error`]; none for a list that is not whole.
pub async fn seen(client: &Client, options: &CallOptions) -> Result<Seen, Error> {
    let mut pages =
        client.get(ROUTE).options(options).pages::<WebRtcTokenPage, _>(|token| token.uuid.clone());
    let mut tokens = Vec::new();
    loop {
        let more = match pages.next().await {
            Ok(Some(items)) => {
                tokens.extend(items);
                continue;
            }
            Ok(None) => pages.is_to_be_walked_again(),
            Err(error) => Err(error),
        };
        match more {
            Ok(true) => {}
            Ok(false) => return Ok(Seen { tokens, is_partial: None }),
            Err(error)
                if matches!(error.kind(), Kind::Undocumented | Kind::Incomplete) && !tokens.is_empty() =>
            {
                return Ok(Seen { tokens, is_partial: Some(error) });
            }
            Err(error) => return Err(error),
        }
    }
}

/// `DELETE /v2/webrtc/tokens/{uuid}`. Ends the sessions that use the token.
/// Needs the scope `embeddable:write`.
///
/// # Errors
/// See [`Error`].
pub async fn delete(client: &Client, uuid: &str, options: &CallOptions) -> Result<Deletion, Error> {
    let path = ApiPath::new(ROUTE).segment(uuid);
    let answer = client.delete(path).options(options).send_full::<serde_json::Value>().await?;
    Ok(Deletion::of(answer.status, &answer.value))
}
