//! Tokens against a simulated account.

mod revoking;

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wavix_sim::{Access, Answer, ApiKey, Fault, Sim, WebRtcToken as SimToken, behaviour::Paging};

use super::super::Context;
use super::*;
use crate::client::{Client, ClientSettings};
use crate::framework::action::Action;
use crate::framework::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::framework::ephemeral::{Ephemeral, Opened};
use crate::framework::object::{Attr, Mapped, Object};
use crate::framework::path::Path;
use crate::framework::resource::Call;
use crate::protocol::value::Value;

const TOKEN: WebRtcToken<crate::resources::sip_trunk::SipTrunk> = WebRtcToken::NEW;
const REVOKE: RevokeWebRtcTokens<crate::resources::sip_trunk::SipTrunk> = RevokeWebRtcTokens::NEW;

const ROUTE: &str = "/v2/webrtc/tokens";
const EVERY: &str = "/v2/webrtc/tokens/*";

fn context(sim: &Sim) -> Context {
    persistent(sim, 0)
}

/// A provider that repeats so often what may be repeated.
fn persistent(sim: &Sim, max_retries: u32) -> Context {
    let settings = ClientSettings {
        base_url: sim.base_url(),
        max_retries,
        ..ClientSettings::new(sim.api_key().to_owned())
    };
    Context::new(Client::new(settings.validate().unwrap()), Vec::new())
}

fn call<'a>(ctx: &'a Context, cancel: &'a CancellationToken) -> Call<'a, Context> {
    Call { ctx, cancel, deadline: Instant::now() + Duration::from_secs(60) }
}

fn trunk(sim: &Sim) -> String {
    let id = sim.add_trunk(json!({"label": "office"}));
    sim.trunk(id).unwrap().name
}

fn text(text: impl Into<String>) -> Attr<String> {
    Attr::Known(text.into())
}

fn config(login: &str) -> WebRtcTokenData {
    WebRtcTokenData {
        sip_trunk: text(login),
        ttl: Attr::Known(3600),
        payload: Attr::Null,
        revoke_on_close: Attr::Null,
        uuid: Attr::Null,
        token: Attr::Null,
    }
}

async fn open(sim: &Sim, config: WebRtcTokenData) -> Result<Opened<WebRtcTokenData>, Diagnostics> {
    let (ctx, cancel) = (context(sim), CancellationToken::new());
    TOKEN.open(&call(&ctx, &cancel), config).await
}

/// Opens, and is interrupted when the token is made and not yet answered.
async fn open_interrupted(sim: &Sim, config: WebRtcTokenData) -> Diagnostics {
    let (ctx, cancel) = (context(sim), CancellationToken::new());
    let interrupt = async {
        while sim.webrtc_tokens().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        cancel.cancel();
    };
    let call = call(&ctx, &cancel);
    let (opened, ()) = tokio::join!(TOKEN.open(&call, config), interrupt);
    opened.unwrap_err()
}

/// Long enough for an interrupt to come in between.
const WHILE_INTERRUPTED: Duration = Duration::from_millis(500);

async fn close(sim: &Sim, opened: Opened<WebRtcTokenData>) -> Result<(), Diagnostics> {
    let (ctx, cancel) = (context(sim), CancellationToken::new());
    TOKEN.close(&call(&ctx, &cancel), opened.private).await
}

fn one(diagnostics: Diagnostics) -> Diagnostic {
    let all: Vec<Diagnostic> = diagnostics.into_iter().collect();
    let [one] = all.as_slice() else { panic!("not one: {all:?}") };
    one.clone()
}

#[test]
fn models_and_schemas_name_the_same_attributes() {
    let names = |schema: crate::framework::schema::Schema| {
        schema.attributes.iter().map(|attribute| attribute.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(TOKEN.schema()), WebRtcTokenData::ATTRIBUTES);
    assert_eq!(names(REVOKE.schema()), RevokeWebRtcTokensArguments::ATTRIBUTES);
}

#[tokio::test]
async fn a_token_lives_from_open_to_close() {
    let sim = Sim::start().await;
    let login = trunk(&sim);
    let payload = r#"{"user_id":"42","weight":0.10}"#;
    let opened = open(&sim, WebRtcTokenData { payload: text(payload), ..config(&login) }).await.unwrap();
    let [token] = <[SimToken; 1]>::try_from(sim.webrtc_tokens()).unwrap();
    assert_eq!(opened.result.token.known().unwrap().expose(), token.token());
    assert_eq!(opened.result.uuid, text(token.uuid.clone()));
    assert_eq!(opened.result.payload, text(payload), "as it was written");
    assert_eq!((token.sip_trunk.as_str(), token.ttl), (login.as_str(), Some(3600)));
    assert_eq!(
        serde_json::to_value(&token.payload).unwrap(),
        serde_json::from_str::<serde_json::Value>(payload).unwrap()
    );
    assert_eq!(opened.renew_at, None);
    let private = String::from_utf8(opened.private.to_bytes()).unwrap();
    assert_eq!(private, json!({"uuid": token.uuid}).to_string(), "the uuid only");
    assert!(opened.result.clone().into_value().is_wholly_known());
    assert!(!format!("{opened:?}").contains(token.token()));

    close(&sim, opened).await.unwrap();
    assert_eq!(sim.webrtc_tokens().len(), 0);
    assert_eq!(sim.journal().entries().len(), 2, "one request each");
}

#[tokio::test]
async fn a_token_without_expiry_is_asked_for_with_null() {
    let sim = Sim::start().await;
    let login = trunk(&sim);
    open(&sim, WebRtcTokenData { ttl: Attr::Null, ..config(&login) }).await.unwrap();
    assert_eq!(sim.webrtc_tokens()[0].ttl, None);
}

#[tokio::test]
async fn a_token_that_is_handed_on_outlives_the_run() {
    let sim = Sim::start().await;
    let handed_on = WebRtcTokenData { revoke_on_close: Attr::Known(false), ..config(&trunk(&sim)) };
    let opened = open(&sim, handed_on).await.unwrap();
    assert!(opened.private.to_bytes().is_empty());
    close(&sim, opened).await.unwrap();
    assert_eq!(sim.webrtc_tokens().len(), 1);
    assert_eq!(sim.journal().count("DELETE", EVERY), 0);
}

/// Nobody got it, so it cannot have been handed on.
#[tokio::test]
async fn a_token_that_terraform_never_got_is_deleted_in_any_case() {
    let sim = Sim::start().await;
    let handed_on = WebRtcTokenData { revoke_on_close: Attr::Known(false), ..config(&trunk(&sim)) };
    let opened = open(&sim, handed_on).await.unwrap();
    let (ctx, cancel) = (context(&sim), CancellationToken::new());
    TOKEN.discard(&call(&ctx, &cancel), opened).await.unwrap();
    assert_eq!(sim.webrtc_tokens().len(), 0);
}

#[tokio::test]
async fn closing_what_is_gone_is_a_success() {
    let sim = Sim::start().await;
    let opened = open(&sim, config(&trunk(&sim))).await.unwrap();
    let again = Opened { private: opened.private.clone(), ..Opened::new(opened.result.clone()) };
    close(&sim, opened).await.unwrap();
    close(&sim, again).await.unwrap();
}

/// A 404 proves it only to a key that can have no better proof.
#[tokio::test]
async fn a_404_that_no_list_confirms_is_believed_only_for_want_of_the_scope() {
    for (status, is_gone) in [(403, true), (503, false)] {
        let sim = Sim::start().await;
        let opened = open(&sim, config(&trunk(&sim))).await.unwrap();
        sim.fault("DELETE", EVERY, Fault::answer(Answer::new(404).message("Record not found")));
        sim.fault("GET", ROUTE, Fault::status(status));
        assert_eq!(close(&sim, opened).await.is_ok(), is_gone, "{status}");
    }
}

#[tokio::test]
async fn a_close_that_fails_says_which_token_is_still_valid() {
    let sim = Sim::start().await;
    let opened = open(&sim, config(&trunk(&sim))).await.unwrap();
    let uuid = opened.result.uuid.known().unwrap().clone();
    sim.fault("DELETE", EVERY, Fault::status(500));
    let error = one(close(&sim, opened).await.unwrap_err());
    assert_eq!(error.summary, "Cannot revoke WebRTC token");
    assert!(error.detail.contains(&uuid) && error.detail.contains("500"), "{}", error.detail);
}

#[tokio::test]
async fn an_unknown_trunk_is_an_error_at_the_argument() {
    let sim = Sim::start().await;
    trunk(&sim);
    let error = one(open(&sim, config("office")).await.unwrap_err());
    assert_eq!(error.path, Some(Path::root("sip_trunk")));
    assert!(error.detail.contains("not its id or label"), "{}", error.detail);
    assert!(error.detail.contains("No WebRTC token was created."), "{}", error.detail);
}

#[tokio::test]
async fn a_key_without_the_scope_is_told_which() {
    let key = ApiKey::new("k").scope("trunks", Access::Write);
    let sim = Sim::builder().key(key).start().await;
    let error = one(open(&sim, config(&trunk(&sim))).await.unwrap_err());
    assert!(error.detail.contains("`embeddable:write`"), "{}", error.detail);
    assert!(!error.detail.contains("state"), "there is none: {}", error.detail);
}

/// What is in the list proves nothing of whose it is: the one token there may
/// be another's, made in the same moment.
#[tokio::test]
async fn after_a_lost_answer_no_token_is_deleted_and_the_user_is_told_what_may_be_left() {
    let sim = Sim::start().await;
    let login = trunk(&sim);
    let others = open(&sim, WebRtcTokenData { ttl: Attr::Known(60), ..config(&login) }).await.unwrap();
    sim.fault("POST", ROUTE, Fault::close_after_commit());
    let error = one(open(&sim, config(&login)).await.unwrap_err());
    let tokens = sim.webrtc_tokens();
    assert_eq!(tokens.len(), 2);
    assert_eq!(sim.journal().count("DELETE", EVERY), 0);
    assert_eq!(sim.journal().count("POST", ROUTE), 2, "never asked for twice");
    assert_eq!(error.summary, "Cannot open WebRTC token");
    assert!(error.detail.contains(&tokens[1].uuid), "{}", error.detail);
    assert!(!error.detail.contains(others.result.uuid.known().unwrap()), "other arguments: {}", error.detail);
    assert!(error.detail.contains("3600 seconds after"), "{}", error.detail);
}

#[tokio::test]
async fn a_lost_token_without_expiry_is_said_to_live_for_ever() {
    let sim = Sim::start().await;
    let login = trunk(&sim);
    sim.fault("POST", ROUTE, Fault::cut_body());
    let error = one(open(&sim, WebRtcTokenData { ttl: Attr::Null, ..config(&login) }).await.unwrap_err());
    assert!(error.detail.contains("because it has no `ttl`"), "{}", error.detail);
}

#[tokio::test]
async fn a_lost_request_that_made_nothing_is_told_as_such() {
    let sim = Sim::start().await;
    let login = trunk(&sim);
    open(&sim, WebRtcTokenData { payload: text(r#"{"user":1}"#), ..config(&login) }).await.unwrap();
    sim.fault("POST", ROUTE, Fault::close());
    let error = one(open(&sim, config(&login)).await.unwrap_err());
    assert!(error.detail.contains("probably none was created"), "{}", error.detail);
}

#[tokio::test]
async fn a_lost_answer_and_a_list_that_fails_are_both_told() {
    let sim = Sim::start().await;
    let login = trunk(&sim);
    sim.fault("POST", ROUTE, Fault::close_after_commit());
    sim.fault("GET", ROUTE, Fault::status(503));
    let error = one(open(&sim, config(&login)).await.unwrap_err());
    assert!(error.detail.contains("could not check") && error.detail.contains("503"), "{}", error.detail);
}

/// Whatever ended the run, a token that may be left is looked for.
#[tokio::test]
async fn a_token_whose_answer_was_lost_in_an_interrupt_is_looked_for() {
    let sim = Sim::start().await;
    let login = trunk(&sim);
    sim.fault("POST", ROUTE, Fault::close_after_commit().and_then_waiting(WHILE_INTERRUPTED));
    let error = one(open_interrupted(&sim, config(&login)).await);
    assert!(error.detail.contains(&sim.webrtc_tokens()[0].uuid), "{}", error.detail);
}

#[tokio::test]
async fn a_token_without_its_secret_is_deleted_also_in_an_interrupt() {
    let sim = Sim::start().await;
    let login = trunk(&sim);
    sim.fault("POST", ROUTE, Fault::without("token").and_then_waiting(WHILE_INTERRUPTED));
    let error = one(open_interrupted(&sim, config(&login)).await);
    assert!(error.detail.contains("so the provider deleted it"), "{}", error.detail);
    assert_eq!(sim.webrtc_tokens().len(), 0);
}

#[tokio::test]
async fn a_token_without_its_secret_that_cannot_be_deleted_is_not_said_to_be() {
    let sim = Sim::start().await;
    let login = trunk(&sim);
    sim.fault("POST", ROUTE, Fault::without("token"));
    sim.fault("DELETE", EVERY, Fault::status(403));
    let errors: Vec<Diagnostic> = open(&sim, config(&login)).await.unwrap_err().into_iter().collect();
    let [useless, valid] = errors.as_slice() else { panic!("not two: {errors:?}") };
    assert!(useless.detail.contains("could not delete it"), "{}", useless.detail);
    let uuid = &sim.webrtc_tokens()[0].uuid;
    for part in [uuid, "3600 seconds after"] {
        assert!(valid.detail.contains(part), "no {part:?} in {}", valid.detail);
    }
}

/// The answer names it, so it is certainly ours.
#[tokio::test]
async fn a_token_without_its_secret_is_deleted() {
    for fault in [Fault::without("token"), Fault::with("token", ""), Fault::with("token", json!(null))] {
        let sim = Sim::start().await;
        let login = trunk(&sim);
        sim.fault("POST", ROUTE, fault);
        let error = one(open(&sim, config(&login)).await.unwrap_err());
        assert!(error.detail.contains("does not contain the token"), "{}", error.detail);
        assert_eq!(sim.webrtc_tokens().len(), 0);
    }
}

#[test]
fn a_payload_is_json_text_of_an_object() {
    let schema = TOKEN.schema();
    let rule = &schema.attribute("payload").unwrap().validators[0];
    for good in ["{}", r#"{"a":[1,null]}"#, " {\n} "] {
        assert_eq!(rule.check(&Value::string(good)), Ok(()), "{good}");
    }
    for bad in ["", "[]", "null", "1", "\"s3cret\"", "{s3cret}", "{} {}", r#"{"a":s3cret}"#] {
        let complaint = rule.check(&Value::string(bad)).unwrap_err();
        assert!(complaint.contains("jsonencode") && !complaint.contains("s3cret"), "{complaint}");
    }
}

/// Unknown when it was validated.
#[tokio::test]
async fn a_bad_payload_is_refused_before_anything_is_sent() {
    let sim = Sim::start().await;
    let bad = WebRtcTokenData { payload: text("[]"), ..config(&trunk(&sim)) };
    let error = one(open(&sim, bad).await.unwrap_err());
    assert_eq!(error.path, Some(Path::root("payload")));
    assert_eq!(sim.journal().entries().len(), 0);
}

#[test]
fn an_immortal_token_that_is_handed_on_is_warned_of() {
    let warnings = |ttl: Attr<i64>, revoke_on_close: Attr<bool>| {
        let mut diagnostics = Diagnostics::new();
        TOKEN.validate(&WebRtcTokenData { ttl, revoke_on_close, ..config("1") }, &mut diagnostics);
        assert!(diagnostics.iter().all(|diagnostic| diagnostic.severity == Severity::Warning));
        diagnostics.iter().count()
    };
    assert_eq!(warnings(Attr::Null, Attr::Known(false)), 1);
    assert_eq!(warnings(Attr::unknown(), Attr::Known(false)), 0);
    assert_eq!(warnings(Attr::Known(60), Attr::Known(false)), 0);
    assert_eq!(warnings(Attr::Null, Attr::Null), 0);
}
