//! `/_sim/…`: what [`crate::Sim`] offers to its owner, over HTTP for those who are another process: queue a fault, turn a
//! knob, decide a review, give the account a number. Not part of the simulated API: needs no key, is in no journal, and no fault strikes it.
//! The crate's README describes the routes.

pub(crate) mod local;
mod rule;

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    middleware,
    response::Response,
    routing::{delete, get, patch, post},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use self::rule::RuleRequest;
use crate::{
    answer::{Refusal, json_response, no_content},
    behaviour::Behaviour,
    faults::Rule,
    page,
    resources::{body::json_object, phone_number::PhoneNumber, sip_trunk::Trunk},
    shared::Shared,
    sync::lock,
};

/// The routes, below `/_sim`.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/faults", get(pending).post(queue).delete(clear))
        .route("/behaviour", get(behaviour).patch(change).delete(restore))
        .route("/events", get(page::events))
        .route("/journal", delete(clear_journal))
        .route("/trunks/{id}/approve", post(approve))
        .route("/trunks/{id}/reject", post(reject))
        .route("/numbers", post(add_number))
        .route("/numbers/{digits}", patch(alter_number).delete(release_number))
        .fallback(async || Refusal::not_found("The simulator has no such control; see its README"))
        .layer(middleware::from_fn(local::only))
}

async fn pending(State(shared): State<Arc<Shared>>) -> Response {
    json_response(StatusCode::OK, &json!({ "pending": shared.faults.pending() }))
}

async fn queue(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let fields = json_object(&headers, &body)?;
    let request: RuleRequest = serde_json::from_value(Value::Object(fields)).map_err(no_such)?;
    shared.faults.push(Rule::try_from(request).map_err(Refusal::unprocessable)?);
    Ok(json_response(StatusCode::CREATED, &json!({ "pending": shared.faults.pending() })))
}

async fn clear(State(shared): State<Arc<Shared>>) -> Response {
    shared.faults.clear();
    no_content()
}

async fn clear_journal(State(shared): State<Arc<Shared>>) -> Response {
    shared.journal.clear();
    no_content()
}

async fn behaviour(State(shared): State<Arc<Shared>>) -> Result<Response, Refusal> {
    Ok(json_response(StatusCode::OK, &serde_json::to_value(shared.behaviour()).map_err(no_such)?))
}

async fn change(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let changes = json_object(&headers, &body)?;
    let mut current = lock(&shared.behaviour);
    *current = with(&*current, changes)?;
    Ok(json_response(StatusCode::OK, &serde_json::to_value(&*current).map_err(no_such)?))
}

/// The same but for these fields.
fn with<T: Serialize + DeserializeOwned>(current: &T, changes: Map<String, Value>) -> Result<T, Refusal> {
    let mut whole = serde_json::to_value(current).map_err(no_such)?;
    if let Value::Object(whole) = &mut whole {
        whole.extend(changes);
    }
    serde_json::from_value(whole).map_err(no_such)
}

async fn restore(State(shared): State<Arc<Shared>>) -> Response {
    let initial: Behaviour = shared.initial_behaviour.clone();
    *lock(&shared.behaviour) = initial;
    no_content()
}

async fn approve(State(shared): State<Arc<Shared>>, Path(id): Path<i64>) -> Result<Response, Refusal> {
    decide(&shared, id, Trunk::approve)
}

async fn reject(State(shared): State<Arc<Shared>>, Path(id): Path<i64>) -> Result<Response, Refusal> {
    decide(&shared, id, Trunk::reject)
}

fn decide(shared: &Shared, id: i64, decision: impl FnOnce(&mut Trunk)) -> Result<Response, Refusal> {
    if shared.main.edit_trunk(id, decision) {
        Ok(no_content())
    } else {
        Err(Refusal::not_found(format!("There is no trunk {id}")))
    }
}

async fn add_number(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let fields = json_object(&headers, &body)?;
    let id = shared.main.seed::<PhoneNumber>(Value::Object(fields)).map_err(Refusal::unprocessable)?;
    Ok(json_response(StatusCode::CREATED, &json!({ "id": id })))
}

async fn alter_number(
    State(shared): State<Arc<Shared>>,
    Path(digits): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let fields = json_object(&headers, &body)?;
    let alter = |number: &mut PhoneNumber| {
        let altered = with(number, fields)?;
        Refusal::unprocessable_if(&[(altered.id != number.id, "the id of a number does not change")])?;
        *number = altered;
        Ok(no_content())
    };
    let mut answer = Err(no_number(&digits));
    shared.main.edit_phone_number(&digits, |number| answer = alter(number));
    answer
}

async fn release_number(
    State(shared): State<Arc<Shared>>,
    Path(digits): Path<String>,
) -> Result<Response, Refusal> {
    if shared.main.release_phone_number(&digits) { Ok(no_content()) } else { Err(no_number(&digits)) }
}

fn no_number(digits: &str) -> Refusal {
    Refusal::not_found(format!("There is no number {digits}"))
}

/// Serde's message names the wrong word and those that would have been right.
fn no_such(error: serde_json::Error) -> Refusal {
    Refusal::unprocessable(error.to_string())
}
