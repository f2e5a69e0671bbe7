//! Ephemeral resource `wavix_webrtc_token`. Opening creates a token, closing deletes it,
//! unless it is to outlive the run.

use std::marker::PhantomData;

use crate::client::{self, CallOptions, Client, Delivery, Secret};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::ephemeral::{Ephemeral, Opened};
use crate::framework::object::Attr;
use crate::framework::path::Path;
use crate::framework::private::Private;
use crate::framework::resource::Call;
use crate::framework::schema::{Attribute, Schema, Validator};
use crate::framework::validators;
use crate::protocol::types::Type;
use crate::protocol::value::Value;

use crate::lifecycle::context::{Context, look, options};
use crate::lifecycle::noun::Verb;
use crate::lifecycle::object::RemoteObject;
use crate::lifecycle::trail;

use super::deletion::{self, Evidence, Fate};
use super::endpoints::{self, Payload, WebRtcTokenBody};
use super::{NOUN, lifetime, lost};

/// The key under which closing finds the token. Nothing else is kept: the
/// secret is in the result only.
const UUID: &str = "uuid";

crate::object! {
    /// Arguments and results of `wavix_webrtc_token`.
    pub struct WebRtcTokenData {
        /// API `sip_trunk`, a login.
        pub sip_trunk: Attr<String>,
        /// API `ttl`, in seconds.
        pub ttl: Attr<i64>,
        /// API `payload`, as JSON text.
        pub payload: Attr<String>,
        /// Null means true.
        pub revoke_on_close: Attr<bool>,
        /// API `uuid`.
        pub uuid: Attr<String>,
        /// API `token`, a JWT.
        pub token: Attr<Secret>,
    }
}

/// The ephemeral resource.
#[derive(Debug)]
pub struct WebRtcToken<T>(PhantomData<fn() -> T>);

impl<T> WebRtcToken<T> {
    /// The only one.
    pub const NEW: Self = Self(PhantomData);
}

impl<T: RemoteObject> Ephemeral<Context> for WebRtcToken<T> {
    type Model = WebRtcTokenData;

    fn type_name(&self) -> &'static str {
        "wavix_webrtc_token"
    }

    fn schema(&self) -> Schema {
        Schema {
            description: "Creates a WebRTC token, with which a browser with the Wavix Embeddable widget registers \
                          with a SIP trunk. Terraform creates the token in every plan and every apply, and the \
                          provider deletes it at the end of the run, which also ends the sessions that use it. For a \
                          token that outlives the run, set a `ttl` and disable the revocation.\n\nRequires the scope \
                          `embeddable:write`."
                .to_owned(),
            attributes: vec![
                Attribute::string("sip_trunk")
                    .required()
                    .validate(validators::non_empty())
                    .describe("The `login` of the SIP trunk to register with, not its ID or label."),
                Attribute::number("ttl")
                    .validate(validators::at_least(1))
                    .validate(validators::at_most(i64::from(i32::MAX)))
                    .describe(
                        "Lifetime of the token, in seconds. If omitted, the token does not expire. Set it: if a \
                         resource that uses the token fails, Terraform does not close the token, and a token without \
                         a `ttl` stays valid.",
                    ),
                Attribute::string("payload").validate(JsonObject).describe(
                    "Custom data that the widget receives with the token: a JSON object, as returned by \
                     `jsonencode`.",
                ),
                Attribute::bool("revoke_on_close").describe(
                    "Whether to delete the token at the end of the run. Default: `true`. If `false`, the token is \
                     valid until it expires, even if only a plan created it.",
                ),
                Attribute::string("uuid").computed().describe("ID of the token at Wavix."),
                Attribute::of("token", Type::String)
                    .computed()
                    .sensitive()
                    .describe("The token, a JWT. Wavix returns it only once."),
            ],
            ..Schema::default()
        }
    }

    fn validate(&self, config: &WebRtcTokenData, diagnostics: &mut Diagnostics) {
        if config.revoke_on_close == Attr::Known(false) && config.ttl.is_null() {
            let detail = "Set `ttl`, or remove `revoke_on_close = false`: every plan and every apply creates a token \
                          that never expires.";
            let trunk = config.sip_trunk.known().map(|login| format!(" of SIP trunk {login}"));
            let summary = format!("WebRTC token{} never expires", trunk.unwrap_or_default());
            diagnostics.push(Diagnostic::warning(summary, detail).at(Path::root("revoke_on_close")));
        }
    }

    async fn open(
        &self,
        call: &Call<'_, Context>,
        config: WebRtcTokenData,
    ) -> Result<Opened<WebRtcTokenData>, Diagnostics> {
        let body = body(&config)?;
        let client = call.ctx.client();
        let mut tries = 0;
        let made = loop {
            let made = endpoints::create(client, &body, &options(call)).await;
            // Refused, so none was made: the server may not know the trunk yet.
            let is_refused = made
                .as_ref()
                .is_err_and(|error| error.is_not_found() && error.delivery() == Delivery::Refused);
            if !is_refused || !trail::wait_for::<T>(call, "login", &body.sip_trunk, tries).await {
                break made;
            }
            tries += 1;
        };
        // From here on a token may exist, which neither an interrupt nor the end of the time undoes.
        let look = look(call);
        let made = match made {
            Ok(made) => made,
            Err(error) if error.delivery() == Delivery::Ambiguous => {
                return Err(lost::report(client, &body, &look, &error).await);
            }
            Err(error) => return Err(refused(&body, &error)),
        };
        let Some(token) = made.token else {
            // The answer names the token, so this one is ours for certain.
            let revoked = revoke(client, &made.uuid, body.ttl, &look).await;
            let mut diagnostics = Diagnostics::from(secret_missing(&made.uuid, revoked.is_ok()));
            diagnostics.extend(revoked.err());
            return Err(diagnostics);
        };
        let revoke_on_close = config.revoke_on_close.known().copied().unwrap_or(true);
        let mut opened = Opened::new(WebRtcTokenData {
            uuid: Attr::Known(made.uuid.clone()),
            token: Attr::Known(token),
            ..config
        });
        if revoke_on_close {
            opened.private.set(UUID, made.uuid.into());
        }
        Ok(opened)
    }

    async fn close(&self, call: &Call<'_, Context>, private: Private) -> Result<(), Diagnostics> {
        match private.get(UUID).and_then(serde_json::Value::as_str) {
            Some(uuid) => {
                revoke(call.ctx.client(), uuid, None, &options(call)).await.map_err(Diagnostics::from)
            }
            None => Ok(()),
        }
    }

    /// Also one that was to be handed on: nobody got it.
    async fn discard(
        &self,
        call: &Call<'_, Context>,
        opened: Opened<WebRtcTokenData>,
    ) -> Result<(), Diagnostics> {
        let token = opened.result;
        let ttl = token.ttl.known().copied();
        match token.uuid.known() {
            Some(uuid) => {
                revoke(call.ctx.client(), uuid, ttl, &options(call)).await.map_err(Diagnostics::from)
            }
            None => Ok(()),
        }
    }
}

fn body(config: &WebRtcTokenData) -> Result<WebRtcTokenBody, Diagnostics> {
    let payload = config.payload.known().map(|text| payload(text)).transpose().map_err(|reason| {
        let detail = format!("{reason} No token was created.");
        Diagnostic::error("Invalid payload", detail).at(Path::root("payload"))
    })?;
    Ok(WebRtcTokenBody {
        sip_trunk: config.sip_trunk.known().cloned().unwrap_or_default(),
        ttl: config.ttl.known().copied(),
        payload,
    })
}

/// Deletes a token that is certainly ours. One that is gone is as good as
/// deleted.
async fn revoke(
    client: &Client,
    uuid: &str,
    ttl: Option<i64>,
    options: &CallOptions,
) -> Result<(), Diagnostic> {
    let fate = match deletion::request(client, uuid, options).await {
        Fate::Unknown(evidence) => evidence.with_list(uuid, &endpoints::list(client, options).await),
        fate => fate,
    };
    match fate {
        Fate::Gone => Ok(()),
        Fate::Unknown(evidence) | Fate::StillValid(evidence) => Err(perhaps_valid(uuid, ttl, &evidence)),
    }
}

fn perhaps_valid(uuid: &str, ttl: Option<i64>, evidence: &Evidence) -> Diagnostic {
    let Evidence { text, error } = evidence;
    let valid = match ttl {
        Some(_) => lifetime(ttl),
        None => "until it expires, or without limit if it has no `ttl`".to_owned(),
    };
    let remedy = error.as_ref().and_then(|error| NOUN.remedy(Verb::Revoke, error)).unwrap_or_default();
    let detail = format!(
        "The WebRTC token {uuid} may still be valid, {valid}. To delete all tokens of a SIP trunk, use the action \
         `wavix_revoke_webrtc_tokens`. {remedy}\n\n{text}"
    );
    Diagnostic::error(NOUN.summary(Verb::Revoke), detail.trim_end())
}

fn refused(body: &WebRtcTokenBody, error: &client::Error) -> Diagnostics {
    if !error.is_not_found() {
        return NOUN.failed(Verb::Open, "", error);
    }
    let detail = format!(
        "Check that a SIP trunk of the account has the login {:?}: `sip_trunk` is the `login` of the trunk, not its \
         id or label. If it is correct, ask Wavix support whether the account is provisioned for this service. No \
         WebRTC token was created.\n\n{error}",
        body.sip_trunk
    );
    Diagnostic::error(NOUN.summary(Verb::Open), detail).at(Path::root("sip_trunk")).into()
}

fn secret_missing(uuid: &str, is_deleted: bool) -> Diagnostic {
    let end = if is_deleted {
        "so the provider deleted it"
    } else {
        "and the provider could not delete it, as another \
                                                               error reports"
    };
    Diagnostic::error(
        NOUN.summary(Verb::Open),
        format!(
            "Run the command again. If the problem persists, ask Wavix support. Wavix created the token {uuid}, but \
             the response does not contain the token, {end}."
        ),
    )
}

/// The payload that a text writes.
fn payload(text: &str) -> Result<Payload, String> {
    // The parser's message may quote what it found; the place is enough.
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| {
        format!("The text is malformed JSON at line {}, column {}.", error.line(), error.column())
    })?;
    match value {
        serde_json::Value::Object(payload) => Ok(payload),
        _ => Err("The text is valid JSON, but not an object.".to_owned()),
    }
}

/// JSON text of an object.
struct JsonObject;

impl Validator for JsonObject {
    fn rule(&self) -> String {
        "must be a JSON object, as returned by `jsonencode({ … })`".to_owned()
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        match value.as_str().map(payload) {
            Some(Err(reason)) => Err(format!("The value {}. {reason}", self.rule())),
            Some(Ok(_)) | None => Ok(()),
        }
    }
}
