//! What a comparison made, how it is told from everything else, and its removal: at the end, after an interrupt, and at
//! the start of the next one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    evidence::Reply,
    session::{Session, Trouble},
};

/// How what a program makes is told from everything else.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    /// With what its labels begin, in whatever case a server keeps them.
    pub label: &'static str,
    /// With what the URLs of its webhooks begin. Names in `.invalid` lead nowhere (RFC 2606), so nothing of a call gets out.
    pub webhook: &'static str,
}

/// Of comparisons.
pub const COMPARISON: Mark =
    Mark { label: "wavix-sim-compare", webhook: "https://wavix-sim-compare.invalid/" };

impl Mark {
    fn is_on(&self, label: &Value) -> bool {
        label.as_str().is_some_and(|label| label.trim_start().to_lowercase().starts_with(self.label))
    }

    /// The ids of those in a list that have it.
    pub(super) fn ids<'r>(&self, list: &'r Reply, name: &str) -> impl Iterator<Item = i64> + use<'r> {
        let mark = *self;
        let items = list.items(name).iter();
        items
            .filter(move |item| mark.is_on(item.get("label").unwrap_or(&Value::Null)))
            .filter_map(|item| item.get("id").and_then(Value::as_i64))
    }
}

/// What is known to have been made.
#[derive(Debug, Default)]
pub(super) struct Belongings {
    pub(super) trunks: BTreeSet<i64>,
    pub(super) keys: BTreeSet<i64>,
    /// Events into whose empty slots a webhook was put.
    pub(super) events: BTreeSet<String>,
}

/// Removes what is known and all that has the mark, whoever left it. How many were removed, and what could not be.
pub(super) async fn remove(session: &mut Session, known: &Belongings, mark: Mark) -> (usize, Vec<String>) {
    session.tidies_up = true;
    let mut left = Vec::new();
    let mut removed = 0;
    for outcome in [
        remove_trunks(session, known, mark).await,
        remove_keys(session, known, mark).await,
        remove_webhooks(session, known, mark).await,
    ] {
        match outcome {
            Ok((count, kept)) => {
                removed += count;
                left.extend(kept);
            }
            Err(trouble) => {
                let label = mark.label;
                left.push(format!(
                    "perhaps something labelled `{label}…`, for it could not be asked: {trouble}"
                ));
            }
        }
    }
    session.tidies_up = false;
    (removed, left)
}

type Outcome = Result<(usize, Vec<String>), Trouble>;

async fn remove_trunks(session: &mut Session, known: &Belongings, mark: Mark) -> Outcome {
    let mut ids = known.trunks.clone();
    ids.extend(trunks(session, mark).await?.0);
    each(session, ids, "trunk", "/v1/trunks").await
}

/// The ids of the trunks with the mark, and how many there are without it.
pub(super) async fn trunks(session: &mut Session, mark: Mark) -> Result<(BTreeSet<i64>, usize), Trouble> {
    let (mut ids, mut foreign, mut page) = (BTreeSet::new(), 0, 1);
    loop {
        let reply = session.get("trunks left", &format!("/v1/trunks?page={page}&per_page=100")).await?;
        let before = ids.len();
        ids.extend(mark.ids(&reply, "sip_trunks"));
        foreign += reply.items("sip_trunks").len().saturating_sub(ids.len() - before);
        if page >= reply.total_pages() {
            return Ok((ids, foreign));
        }
        page += 1;
    }
}

async fn remove_keys(session: &mut Session, known: &Belongings, mark: Mark) -> Outcome {
    let reply = session.get("keys left", "/v1/api-keys").await?;
    let ids = mark.ids(&reply, "items").chain(known.keys.iter().copied()).collect();
    each(session, ids, "API key", "/v1/api-keys").await
}

async fn each(session: &mut Session, ids: BTreeSet<i64>, noun: &str, path: &str) -> Outcome {
    let (mut removed, mut left) = (0, Vec::new());
    for id in ids {
        let reply = session.delete("removed", &format!("{path}/{id}")).await?;
        if reply.succeeded() {
            removed += 1;
        } else if reply.status != 404 && !says_gone(&reply) {
            left.push(format!("{noun} {id}"));
        }
    }
    Ok((removed, left))
}

/// Whether a refusal with another status than 404 says that there is none.
fn says_gone(reply: &Reply) -> bool {
    reply.is_refusal() && reply.message().is_some_and(|message| message.to_lowercase().contains("not found"))
}

async fn remove_webhooks(session: &mut Session, known: &Belongings, mark: Mark) -> Outcome {
    let reply = session.get("webhooks left", "/v1/calls/webhooks").await?;
    let (mut removed, mut left) = (0, Vec::new());
    for event in ["on-call", "post-call"] {
        let urls = in_slot(&reply, event);
        let ours = urls.iter().filter(|url| url.starts_with(mark.webhook)).count();
        if ours == 0 && !(known.events.contains(event) && urls.is_empty()) {
            continue;
        }
        // A DELETE empties the whole slot.
        if ours < urls.len() {
            left.push(format!("the {event} webhook of {}, beside another one", mark.webhook));
            continue;
        }
        let reply = session.delete("removed", &format!("/v1/calls/webhooks?event_type={event}")).await?;
        if reply.succeeded() {
            removed += ours.max(1);
        } else if ours > 0 && reply.status != 404 {
            let again = session.get("webhooks left", "/v1/calls/webhooks").await?;
            if !in_slot(&again, event).is_empty() {
                left.push(format!("the {event} webhook of {}", mark.webhook));
            }
        }
    }
    Ok((removed, left))
}

/// The URLs that a list has for an event.
pub(super) fn in_slot<'r>(list: &'r Reply, event: &str) -> Vec<&'r str> {
    let of_event = |item: &&Value| item.get("event_type").and_then(Value::as_str) == Some(event);
    let items = list.items("items").iter().filter(of_event);
    items.filter_map(|item| item.get("url").and_then(Value::as_str)).collect()
}
