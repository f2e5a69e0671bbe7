//! What happens to every request around its handler: journal, faults, rate limit, latency, authentication.
//! Which route does what is in `resources`; nothing here knows an object.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    body::{self, Body, Bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::Value;

use crate::{
    answer::Refusal,
    auth,
    behaviour::Behaviour,
    clock,
    faults::{Answer, Effect, Fault, Moment, edit},
    journal::{self, Answered},
    rate::Limited,
    shared::Shared,
    transmission::badly_sent,
    wire::{Connection, End, Script},
};

/// No request of this API comes near it.
const MAX_BODY_BYTES: usize = 1 << 20;

/// How a request ends: in an answer, or in bytes on the bare socket.
enum Outcome {
    Answer(Response),
    Script(Script),
}

/// The middleware. Its future belongs to the connection and dies with it; what changes the account runs in a task of
/// its own, because a server carries a request out even when its client has lost patience.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    axum::Extension(connection): axum::Extension<Arc<Connection>>,
    request: Request,
    next: Next,
) -> Response {
    let (head, body) = request.into_parts();
    let exchange = Exchange::begin(&shared, connection.peer, &head);
    let fault = shared.faults.take(head.method.as_str(), head.uri.path());
    if let Some(fault) = &fault {
        exchange.note(|entry| entry.fault = Some(fault.name));
    }
    if fault.as_ref().is_some_and(Fault::strikes_before_body) {
        exchange.finish(None);
        return give_up(&connection, Script { steps: Vec::new(), end: End::Reset }).await;
    }
    let Ok(body) = body::to_bytes(body, MAX_BODY_BYTES).await else {
        exchange.finish(Some(StatusCode::PAYLOAD_TOO_LARGE));
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let masked = journal::masked_body(&body);
    exchange.note(|entry| entry.body = masked);
    match tokio::spawn(carry_out(exchange, head, body, next, fault)).await {
        Ok(Outcome::Answer(answer)) => answer,
        Ok(Outcome::Script(script)) => give_up(&connection, script).await,
        // The task is never cancelled; it can only have panicked, which is a bug of the simulator.
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("simulator bug: {error}")).into_response(),
    }
}

async fn give_up(connection: &Connection, script: Script) -> Response {
    connection.take_over(script);
    // The connection's task drops this future when it takes the socket.
    std::future::pending().await
}

/// One request's line in the journal, and its place among the requests under way.
struct Exchange {
    shared: Arc<Shared>,
    sequence: u64,
    peer: SocketAddr,
}

impl Exchange {
    fn begin(shared: &Arc<Shared>, peer: SocketAddr, head: &Parts) -> Self {
        let sequence = shared.journal.request_arrived(peer, head);
        Self { shared: Arc::clone(shared), sequence, peer }
    }

    fn note(&self, change: impl FnOnce(&mut journal::Entry)) {
        self.shared.journal.note(self.sequence, change);
    }

    fn finish(&self, status: Option<StatusCode>) {
        self.note(|entry| {
            entry.status = status.map(|status| status.as_u16());
            entry.done = true;
        });
        if let Some(observer) = &self.shared.observer
            && let Some(entry) = self.shared.journal.entry(self.sequence)
        {
            observer(&entry);
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.shared.journal.request_done();
    }
}

async fn carry_out(
    exchange: Exchange,
    head: Parts,
    body: Bytes,
    next: Next,
    fault: Option<Fault>,
) -> Outcome {
    let behaviour = exchange.shared.behaviour();
    if let Some(refusal) = rate_limited(&exchange.shared, &behaviour) {
        return answered(&exchange, dated(refusal, &behaviour)).await;
    }
    let (mut before, after) = fault
        .as_ref()
        .map_or_else(Default::default, |fault| (fault.before_commit.clone(), fault.after_commit.clone()));
    before.time += behaviour.latency;
    before.over().await;

    let effect = fault.map_or(Effect::Unchanged, |fault| fault.effect);
    let real = if commits(&effect) {
        let mutating = head.method != Method::GET && head.method != Method::HEAD;
        let answer = authenticated(&exchange, &behaviour, head, body, next).await;
        exchange.note(|entry| entry.committed = mutating && answer.status().is_success());
        dated(under_status_200(answer, &behaviour), &behaviour)
    } else {
        dated(Response::new(Body::empty()), &behaviour)
    };
    after.over().await;

    match effect {
        Effect::Unchanged => answered(&exchange, real).await,
        Effect::Answer { answer, .. } => answered(&exchange, dated(replacement(answer), &behaviour)).await,
        Effect::Drop { end, .. } => {
            exchange.finish(None);
            Outcome::Script(Script { steps: Vec::new(), end })
        }
        Effect::Edit(edits) => {
            let (mut head, body) = real.into_parts();
            head.headers.remove(header::CONTENT_LENGTH);
            let body = edit::apply(&collected(body).await, &edits);
            answered(&exchange, Response::from_parts(head, Body::from(body))).await
        }
        Effect::Transmit(transmission) => {
            let (head, body) = real.into_parts();
            let body = collected(body).await;
            exchange.note(|entry| entry.answer = Some(Answered::new(&body)));
            exchange.finish(Some(head.status));
            Outcome::Script(badly_sent(&head, &body, transmission))
        }
    }
}

/// Whether the request is carried out at all.
fn commits(effect: &Effect) -> bool {
    match effect {
        Effect::Answer { commit, .. } => *commit,
        Effect::Drop { when, .. } => *when == Moment::AfterCommit,
        Effect::Unchanged | Effect::Edit(_) | Effect::Transmit(_) => true,
    }
}

async fn authenticated(
    exchange: &Exchange,
    behaviour: &Behaviour,
    head: Parts,
    body: Bytes,
    next: Next,
) -> Response {
    let accounts = exchange.shared.accounts();
    let found = auth::authenticate(&accounts, behaviour, &head.headers, head.uri.query(), exchange.peer.ip());
    match found {
        Ok(caller) => {
            let mut request = Request::from_parts(head, Body::from(as_the_server_sees_it(body, behaviour)));
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// A body with what the server has made up its own mind about.
fn as_the_server_sees_it(body: Bytes, behaviour: &Behaviour) -> Bytes {
    if behaviour.forced.is_empty() {
        return body;
    }
    let Ok(Value::Object(mut fields)) = serde_json::from_slice(&body) else { return body };
    for (name, value) in &behaviour.forced {
        if let Some(sent) = fields.get_mut(name) {
            sent.clone_from(value);
        }
    }
    Value::Object(fields).to_string().into()
}

async fn answered(exchange: &Exchange, answer: Response) -> Outcome {
    let (head, body) = answer.into_parts();
    let body = collected(body).await;
    exchange.note(|entry| entry.answer = Some(Answered::new(&body)));
    exchange.finish(Some(head.status));
    Outcome::Answer(Response::from_parts(head, Body::from(body)))
}

fn replacement(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    response.headers_mut().extend(answer.headers);
    response
}

fn under_status_200(mut answer: Response, behaviour: &Behaviour) -> Response {
    if behaviour.refusals_with_status_200 && answer.status().is_client_error() {
        *answer.status_mut() = StatusCode::OK;
    }
    answer
}

fn dated(mut answer: Response, behaviour: &Behaviour) -> Response {
    if !behaviour.dated_answers {
        return answer;
    }
    let date = clock::http_date(clock::now(behaviour.clock_offset_seconds));
    if let Ok(date) = HeaderValue::from_str(&date) {
        answer.headers_mut().insert(header::DATE, date);
    }
    answer
}

fn rate_limited(shared: &Shared, behaviour: &Behaviour) -> Option<Response> {
    let allowed = behaviour.requests_per_second?;
    (!shared.rates.admit(Limited::default(), allowed)).then(|| Refusal::too_many_requests().into_response())
}

async fn collected(body: Body) -> Bytes {
    // The simulator's own bodies are in memory: reading them cannot fail.
    body::to_bytes(body, usize::MAX).await.unwrap_or_default()
}
