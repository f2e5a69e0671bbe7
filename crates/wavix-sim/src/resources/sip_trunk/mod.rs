//! `/v1/trunks`: the routes and what each does to the store, in the order the API checks things:
//! scope, plan, existence, fields, rules.

mod representation;
mod request;
mod rules;

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::get,
};
use serde_json::{Map, Value, json};

use crate::{
    account::Account,
    answer::{NOT_PROVISIONED, RECORD_NOT_FOUND, Refusal, json_response, no_content},
    auth::{Access, ApiKey},
    behaviour::{Behaviour, DeleteAnswer, EmptyList, NotFoundText},
    clock,
    resources::{body, page::Page},
    shared::Shared,
    store::{Secret, Trunk, access_token},
};

const SCOPE: &str = "trunks";

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/trunks", get(list).post(create))
        .route("/v1/trunks/{id}", get(retrieve).put(update).delete(delete))
}

async fn list(
    State(shared): State<Arc<Shared>>,
    Extension(key): Extension<ApiKey>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    key.require(SCOPE, Access::Read)?;
    let behaviour = shared.behaviour();
    provisioned(&behaviour)?;
    let page = Page::requested(query.as_deref(), &behaviour)?;
    let (trunks, total) = shared.store().list(behaviour.list_order, page.skip(), page.take());
    let sip_trunks = match behaviour.empty_list {
        EmptyList::Null if trunks.is_empty() => Value::Null,
        _ => trunks.iter().map(|trunk| representation::list_item(trunk, &behaviour)).collect(),
    };
    let body = json!({ "sip_trunks": sip_trunks, "pagination": page.of(total) });
    Ok(json_response(StatusCode::OK, &body))
}

async fn create(
    State(shared): State<Arc<Shared>>,
    Extension(key): Extension<ApiKey>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    key.require(SCOPE, Access::Write)?;
    let behaviour = shared.behaviour();
    provisioned(&behaviour)?;
    let write = request::parse(&body::json_object(&headers, &body)?, &behaviour)?;
    let account = shared.account();
    let mut store = shared.store();
    let mut trunk = blank(&behaviour);
    rules::apply(&mut trunk, write, &behaviour, &account, || store.new_ip_id())?;
    (trunk.id, trunk.name) = store.new_identity();
    trunk.access_token = behaviour.access_tokens.then(|| access_token(trunk.id));
    let answer = json_response(StatusCode::CREATED, &representation::detail(&trunk, &behaviour));
    store.insert(trunk, &behaviour);
    Ok(answer)
}

async fn retrieve(
    State(shared): State<Arc<Shared>>,
    Extension(key): Extension<ApiKey>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    key.require(SCOPE, Access::Read)?;
    let behaviour = shared.behaviour();
    let text = match behaviour.get_not_found {
        NotFoundText::RecordNotFound if behaviour.provisioned => RECORD_NOT_FOUND,
        _ => NOT_PROVISIONED,
    };
    let read = |id| shared.store().read(id, behaviour.allowed_ips_order);
    let found = if behaviour.provisioned { id.parse().ok().and_then(read) } else { None };
    let trunk = found.ok_or_else(|| Refusal::not_found(text))?;
    Ok(json_response(StatusCode::OK, &representation::detail(&trunk, &behaviour)))
}

async fn update(
    State(shared): State<Arc<Shared>>,
    Extension(key): Extension<ApiKey>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    key.require(SCOPE, Access::Write)?;
    let behaviour = shared.behaviour();
    provisioned(&behaviour)?;
    let account = shared.account();
    let mut store = shared.store();
    let mut trunk = id
        .parse()
        .ok()
        .and_then(|id| store.get(id))
        .cloned()
        .ok_or_else(|| Refusal::not_found(RECORD_NOT_FOUND))?;
    let write = request::parse(&body::json_object(&headers, &body)?, &behaviour)?;
    rules::apply(&mut trunk, write, &behaviour, &account, || store.new_ip_id())?;
    let answer = json_response(StatusCode::OK, &representation::detail(&trunk, &behaviour));
    store.replace(trunk, &behaviour);
    Ok(answer)
}

async fn delete(
    State(shared): State<Arc<Shared>>,
    Extension(key): Extension<ApiKey>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    key.require(SCOPE, Access::Write)?;
    let behaviour = shared.behaviour();
    provisioned(&behaviour)?;
    id.parse()
        .ok()
        .and_then(|id| shared.store().remove(id, &behaviour))
        .ok_or_else(|| Refusal::not_found(RECORD_NOT_FOUND))?;
    Ok(match behaviour.delete_answer {
        DeleteAnswer::Success => json_response(StatusCode::OK, &json!({ "success": true })),
        DeleteAnswer::NoContent => no_content(),
    })
}

fn provisioned(behaviour: &Behaviour) -> Result<(), Refusal> {
    if behaviour.provisioned { Ok(()) } else { Err(Refusal::forbidden(NOT_PROVISIONED)) }
}

/// A trunk with every default and no identity yet.
fn blank(behaviour: &Behaviour) -> Trunk {
    Trunk {
        id: 0,
        name: String::new(),
        label: String::new(),
        password: Secret::new(""),
        callerid: None,
        multiple_numbers: false,
        passthrough: false,
        host: "dynamic".to_owned(),
        host_request: None,
        status: "active".to_owned(),
        ip_restrict: false,
        allowed_ips: Vec::new(),
        didinfo_enabled: true,
        call_restrict: false,
        call_limit: None,
        cost_limit: false,
        max_call_cost: None,
        channels_restrict: false,
        max_channels: None,
        rewrite_enabled: false,
        rewrite_prefix: None,
        rewrite_cond: None,
        call_recording_enabled: false,
        machine_detection_enabled: false,
        transcription_enabled: false,
        transcription_threshold: 6,
        encrypted_media: false,
        access_token: None,
        talk_time: 0,
        charge: "0.0".to_owned(),
        created_at: clock::rfc3339(clock::now(
            behaviour.clock_offset_seconds.saturating_add(behaviour.created_at_offset_seconds),
        )),
    }
}

/// Puts a trunk into the store from a fixture: request fields, all optional, and the fields only the server sets.
pub(crate) fn seed(shared: &Shared, fields: Value) -> Result<i64, String> {
    let Value::Object(mut fields) = fields else { return Err("the fixture is not a JSON object".to_owned()) };
    let behaviour = Behaviour::default();
    let mut server_only = Map::new();
    for name in ["id", "name", "passthrough", "access_token", "talk_time", "charge", "created_at"] {
        if let Some(value) = fields.remove(name) {
            server_only.insert(name.to_owned(), value);
        }
    }
    let mut request = json!({
        "label": "Seeded trunk",
        "password": "seeded-password",
        "callerid": "13132847320",
        "ip_restrict": fields.contains_key("allowed_ips"),
        "didinfo_enabled": true,
        "call_restrict": fields.contains_key("call_limit"),
        "cost_limit": fields.contains_key("max_call_cost"),
        "channels_restrict": fields.contains_key("max_channels"),
        "rewrite_enabled": false,
        "transcription_enabled": false,
        "transcription_threshold": 6,
    });
    if let Value::Object(request) = &mut request {
        request.append(&mut fields);
    }
    let write = request
        .as_object()
        .ok_or_else(|| Refusal::bad_request("not an object"))
        .and_then(|request| request::parse(request, &behaviour))
        .map_err(|refusal| refusal.message)?;
    let unlimited = Account {
        any_caller_id: true,
        max_call_duration: i64::MAX,
        max_sip_channels: i64::MAX,
        ..Account::default()
    };
    let mut store = shared.store();
    let mut trunk = blank(&behaviour);
    rules::apply(&mut trunk, write, &behaviour, &unlimited, || store.new_ip_id())
        .map_err(|refusal| refusal.message)?;
    (trunk.id, trunk.name) = store.new_identity();
    trunk.access_token = Some(access_token(trunk.id));
    let wrong = |name: &str| format!("{name} has the wrong type");
    for (name, value) in server_only {
        match name.as_str() {
            "id" => trunk.id = value.as_i64().ok_or_else(|| wrong("id"))?,
            "talk_time" => trunk.talk_time = value.as_i64().ok_or_else(|| wrong("talk_time"))?,
            "passthrough" => trunk.passthrough = value.as_bool().ok_or_else(|| wrong("passthrough"))?,
            "access_token" => trunk.access_token = value.as_str().map(Secret::new),
            name => {
                let text = value.as_str().ok_or_else(|| wrong(name))?.to_owned();
                match name {
                    "name" => trunk.name = text,
                    "charge" => trunk.charge = text,
                    _ => trunk.created_at = text,
                }
            }
        }
    }
    let id = trunk.id;
    store.insert(trunk, &behaviour);
    Ok(id)
}
