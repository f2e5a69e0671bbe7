//! The page's server-sent events: what has changed since the last, coalesced. Three kinds: `hello` begins a connection,
//! `account` has what the account owns and the queue of faults whole, `requests` the entries of the journal that are new or have
//! changed; `cleared` empties the journal.

use std::{collections::VecDeque, convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::stream::{self, Stream};
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use crate::{
    accounts::Holdings,
    faults::Rule,
    journal::{Answered, Entry},
    resources::{
        api_key::ApiKey, call_webhook::CallWebhook, object::Object, phone_number::PhoneNumber,
        sip_trunk::Trunk,
    },
    shared::Shared,
};

/// More trunks, numbers or keys than a page can show.
const MOST_SHOWN: usize = 200;
/// Letters of a key's value that tell it from others and give nothing away.
const BEGINNING: usize = 4;
/// Entries in one event, and how many of the past are told.
const MOST_ENTRIES: usize = 250;
/// A burst of requests is told at once.
const BURST: Duration = Duration::from_millis(30);
/// What changes without a request (a test edits a trunk, a fault is queued) is noticed after this.
const LOOK: Duration = Duration::from_millis(400);

/// `GET /_sim/events`. Ends with the connection.
pub(crate) async fn events(
    State(shared): State<Arc<Shared>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let listener = Listener {
        changes: shared.journal.changes(),
        told: shared.journal.before_the_last(MOST_ENTRIES),
        account: Value::Null,
        waiting: VecDeque::from([Event::default().event("hello").data("{}")]),
        shared,
    };
    let events = stream::unfold(listener, async |mut listener| {
        let event = listener.next().await;
        Some((Ok(event), listener))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// One open page, and what it was told.
struct Listener {
    shared: Arc<Shared>,
    changes: watch::Receiver<u64>,
    /// The revision of the journal up to which it was told.
    told: u64,
    account: Value,
    waiting: VecDeque<Event>,
}

impl Listener {
    async fn next(&mut self) -> Event {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return event;
            }
            self.look();
            if self.waiting.is_empty() {
                // Either way something may have changed. The sender lives as long as `shared`.
                if timeout(LOOK, self.changes.changed()).await.is_ok() {
                    sleep(BURST).await;
                }
            }
        }
    }

    /// Puts into words what has changed.
    fn look(&mut self) {
        self.changes.mark_unchanged();
        let account = account(&self.shared);
        if account != self.account {
            self.waiting.push_back(Event::default().event("account").data(account.to_string()));
            self.account = account;
        }
        let news = self.shared.journal.since(self.told);
        self.told = news.revision;
        if news.cleared {
            self.waiting.push_back(Event::default().event("cleared").data("{}"));
        }
        for entries in news.entries.chunks(MOST_ENTRIES) {
            let requests: Value = entries.iter().map(request).collect();
            self.waiting.push_back(Event::default().event("requests").data(requests.to_string()));
        }
    }
}

/// No field of it is a secret: neither password nor access token, and of a key's value only how it begins.
fn account(shared: &Shared) -> Value {
    let mut told = {
        let holdings = shared.main.holdings();
        let trunks = holdings.trunks.iter().count();
        json!({
            // The newest: an apply shows in them.
            "trunks": holdings.trunks.iter().skip(trunks.saturating_sub(MOST_SHOWN)).map(trunk).collect::<Value>(),
            "trunk_count": trunks,
            "numbers": holdings
                .phone_numbers
                .iter()
                .take(MOST_SHOWN)
                .map(|number| phone_number(number, &holdings))
                .collect::<Value>(),
            "number_count": holdings.phone_numbers.iter().count(),
            "webhooks": holdings.webhooks.iter().map(webhook).collect::<Value>(),
            "api_keys": holdings.api_keys.iter().take(MOST_SHOWN).map(api_key).collect::<Value>(),
            "api_key_count": holdings.api_keys.iter().count(),
        })
    };
    if let Value::Object(told) = &mut told {
        told.insert("faults".to_owned(), shared.faults.rules().iter().map(rule).collect());
    }
    told
}

fn webhook(webhook: &CallWebhook) -> Value {
    json!({ "event_type": webhook.event_type, "url": webhook.url })
}

fn phone_number(number: &PhoneNumber, holdings: &Holdings) -> Value {
    let mut number = number.clone();
    number.as_read(holdings);
    json!({
        "id": number.id,
        "number": number.number,
        "label": number.label,
        "destinations": number.destination,
        "sms_enabled": number.sms_enabled,
        "sms_relay_url": number.sms_relay_url,
        "call_status_url": number.call_status_url,
        "status": number.status,
    })
}

fn api_key(key: &ApiKey) -> Value {
    json!({
        "id": key.id,
        "label": key.label,
        "begins": key.value().chars().take(BEGINNING).collect::<String>(),
        "active": key.active,
        "permitted_ips": key.restricted.then_some(&key.permitted_ips),
        "scopes": key.scopes_enabled.then(|| key.scopes_granted()),
        "last_used_at": key.last_used_at,
    })
}

fn trunk(trunk: &Trunk) -> Value {
    json!({
        "id": trunk.id,
        "login": trunk.name,
        "label": trunk.label,
        "callerid": trunk.callerid,
        "multiple_numbers": trunk.multiple_numbers,
        "status": trunk.status,
        "host_request": trunk.host_request.as_ref().map(|request| &request.host),
        "allowed_ips": if trunk.ip_restrict { trunk.allowed_addresses() } else { Vec::new() },
        "max_channels": trunk.max_channels.filter(|_| trunk.channels_restrict),
        "call_limit": trunk.call_limit.filter(|_| trunk.call_restrict),
        "max_call_cost": trunk.max_call_cost.as_ref().filter(|_| trunk.cost_limit),
    })
}

fn rule(rule: &Rule) -> Value {
    json!({
        "method": rule.pattern().method(),
        "path": rule.pattern().path(),
        "fault": rule.fault().summary(),
        "left": rule.left(),
        "spare": rule.spare(),
    })
}

/// The journal has masked the secrets already.
fn request(entry: &Entry) -> Value {
    let at = entry.at.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    json!({
        "sequence": entry.sequence,
        "at": u64::try_from(at.as_millis()).unwrap_or(u64::MAX),
        "connection": entry.connection.port(),
        "client": entry.header("user-agent"),
        "method": entry.method,
        "path": entry.path,
        "query": entry.query,
        "body": entry.body,
        "status": entry.status,
        "done": entry.done,
        "committed": entry.committed,
        "fault": entry.fault,
        "answer": entry.answer.as_ref().map(Answered::shown),
    })
}
