//! The part of the script that makes objects, changes and deletes them. What it makes costs nothing, cannot be used, and
//! has the mark of `belongings`: trunks with an unguessable password to which nobody can register, keys that are closed but for
//! one that may read trunks, and a webhook that leads nowhere.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{
    belongings::{Belongings, COMPARISON, in_slot},
    evidence::Reply,
    reading::NO_ID,
    session::{Caller, Scheme, Session, Trouble},
    unguessable,
};

/// Addresses of documentation (RFC 5737), from which nobody comes.
const ADDRESSES: [&str; 2] = ["192.0.2.2", "192.0.2.1"];
const OTHER_ADDRESS: &str = "192.0.2.3";

/// The flags of features that not every account has.
pub(super) const FEATURES: [&str; 4] =
    ["call_recording_enabled", "machine_detection_enabled", "transcription_enabled", "encrypted_media"];

/// The run, and what it has made so far.
pub(super) struct Workshop<'a> {
    pub(super) belongings: &'a mut Belongings,
    run: String,
    /// Whether IP authentication is asked for, which people look at.
    asks_for_review: bool,
    /// A caller ID that the account may present.
    callerid: Option<String>,
    /// The trunk on which most is tried, one whose features are, and one that asks for IP authentication.
    trunk: Option<i64>,
    featured: Option<i64>,
    reviewed: Option<i64>,
}

impl<'a> Workshop<'a> {
    pub(super) fn new(belongings: &'a mut Belongings, asks_for_review: bool) -> Result<Self, Trouble> {
        let run = unguessable(8)?;
        Ok(Self {
            belongings,
            run,
            asks_for_review,
            callerid: None,
            trunk: None,
            featured: None,
            reviewed: None,
        })
    }

    fn label(&self, what: &str) -> String {
        format!("{} {} {what}", COMPARISON.label, self.run)
    }

    /// The body of a trunk that nobody can use.
    fn body(&self, what: &str, fields: Value) -> Result<Value, Trouble> {
        let mut body = json!({
            "label": self.label(what),
            "password": unguessable(32)?,
            "callerid": "",
            "ip_restrict": true,
            "allowed_ips": ADDRESSES.map(|ip| json!({ "ip": ip })),
            "didinfo_enabled": false,
            "call_restrict": false,
            "cost_limit": false,
            "channels_restrict": true,
            "max_channels": 1,
            "rewrite_enabled": false,
            "transcription_enabled": false,
            "transcription_threshold": 7,
        });
        if let (Value::Object(body), Value::Object(fields)) = (&mut body, fields) {
            body.extend(fields);
        }
        Ok(body)
    }

    /// Makes what is then looked at.
    pub(super) async fn make(&mut self, session: &mut Session) -> Result<(), Trouble> {
        self.callerid = session.evidence.success("numbers").and_then(presentable);
        self.make_keys(session).await?;
        let limited = json!({ "call_limit": 60, "cost_limit": true, "max_call_cost": decimal("0.180"), "rewrite_prefix": "00" });
        self.trunk = self.make_trunk(session, "trunk made", "trunk", limited.clone()).await?;
        if self.trunk.is_none() {
            // An account may demand a caller ID; one of its own is as good as none, for nobody can register.
            let any = self.callerid.clone().map_or_else(
                || json!({ "multiple_numbers": true }),
                |callerid| json!({ "callerid": callerid }),
            );
            let fields = together(limited, any);
            self.trunk = self.make_trunk(session, "trunk made otherwise", "trunk", fields).await?;
        }
        let Some(id) = self.trunk else { return Ok(()) };
        let path = format!("/v1/trunks/{id}");
        session.get_until(("trunk found", "reads"), &path, Reply::succeeded).await?;
        session.get("trunk read", &path).await?;
        session.get("trunk read again", &path).await?;
        list_until(session, id).await?;
        let pinned =
            json!({ "multiple_numbers": true, "callerid": self.callerid.clone().unwrap_or_default() });
        let unknown = together(pinned.clone(), json!({ "wavix_sim_compare": true }));
        self.featured = self.make_trunk(session, "trunk with an unknown key", "features", unknown).await?;
        if self.featured.is_none() {
            self.featured = self.make_trunk(session, "trunk of any number", "features", pinned).await?;
        }
        if self.asks_for_review {
            let asks = json!({ "host_request": { "host": "192.0.2.10" }, "multiple_numbers": true });
            self.reviewed = self.make_trunk(session, "trunk for review", "review", asks).await?;
        }
        Ok(())
    }

    async fn make_trunk(
        &mut self,
        session: &mut Session,
        step: &'static str,
        what: &str,
        fields: Value,
    ) -> Result<Option<i64>, Trouble> {
        let reply = session.post(step, "/v1/trunks", &self.body(what, fields)?).await?;
        let id = reply.id().filter(|_| reply.succeeded());
        self.belongings.trunks.extend(id);
        Ok(id)
    }

    async fn make_key(
        &mut self,
        session: &mut Session,
        step: &'static str,
        fields: Value,
    ) -> Result<Option<Reply>, Trouble> {
        let body = together(json!({ "label": self.label("key") }), fields);
        let reply = session.post(step, "/v1/api-keys", &body).await?;
        let made = reply.id().filter(|_| reply.succeeded());
        self.belongings.keys.extend(made);
        Ok(made.map(|_| reply))
    }

    async fn make_keys(&mut self, session: &mut Session) -> Result<(), Trouble> {
        let closed = json!({ "active": false, "restricted": true, "permitted_ips": [ADDRESSES[0]], "scopes_enabled": false });
        let unknown = json!({ "scopes_enabled": true, "wavix_sim_compare": { "allow": "read" } });
        self.make_key(session, "key with an unknown scope", together(closed.clone(), unknown)).await?;
        let Some(key) = self.make_key(session, "key made", closed).await? else { return Ok(()) };
        let id = key.field("id").clone();
        let is_there = |reply: &Reply| key_in(reply, &id).is_some();
        session.get_until(("key listed", "key lists"), "/v1/api-keys", is_there).await?;
        let list = "/v1/trunks?page=1&per_page=1";
        if let Some(value) = key.field("value").as_str() {
            let inactive = Caller::Key(session.scheme(), value);
            session.send("with an inactive key", inactive, Method::GET, list, None).await?;
        }
        let reads = json!({ "restricted": false, "scopes_enabled": true, "trunks": { "allow": "read" } });
        let Some(key) = self.make_key(session, "key with a scope", reads).await? else { return Ok(()) };
        if let Some(value) = key.field("value").as_str() {
            let caller = Caller::Key(session.scheme(), value);
            session.send("within the scope", caller, Method::GET, list, None).await?;
            session
                .send("outside the scope", caller, Method::GET, "/v1/numbers?page=1&per_page=1", None)
                .await?;
            session.send("keys by a key with scopes", caller, Method::GET, "/v1/api-keys", None).await?;
            session
                .send("key in the URL", Caller::Key(Scheme::AppId, value), Method::GET, list, None)
                .await?;
        }
        Ok(())
    }

    /// Changes what was made.
    pub(super) async fn change(&mut self, session: &mut Session) -> Result<(), Trouble> {
        if let Some(id) = self.featured {
            let flags: Map<String, Value> =
                FEATURES.map(|flag| (flag.to_owned(), true.into())).into_iter().collect();
            let fields = together(json!({ "multiple_numbers": true }), Value::Object(flags));
            session.put("features", &format!("/v1/trunks/{id}"), &self.body("features", fields)?).await?;
        }
        if let Some(id) = self.trunk {
            self.change_trunk(session, &format!("/v1/trunks/{id}")).await?;
        }
        let nothing = self.body("nothing", json!({ "multiple_numbers": true }))?;
        session.put("no trunk to change", &format!("/v1/trunks/{NO_ID}"), &nothing).await?;
        if let Some(id) = self.reviewed {
            let path = format!("/v1/trunks/{id}");
            session.get("list with a review", &last_page(session)).await?;
            let other = json!({ "host_request": { "host": "192.0.2.11" }, "multiple_numbers": true });
            session.put("another host", &path, &self.body("review", other)?).await?;
            let none = json!({ "multiple_numbers": true });
            session.put("no host", &path, &self.body("review", none)?).await?;
            session.get("list without a host", &last_page(session)).await?;
        }
        self.change_webhooks(session).await
    }

    async fn change_trunk(&mut self, session: &mut Session, path: &str) -> Result<(), Trouble> {
        // Whether there must be a caller ID is known from the create.
        let callerid = ["trunk made", "trunk made otherwise"].into_iter().find_map(|step| {
            let exchange = session.evidence.exchange(step).filter(|exchange| exchange.reply.succeeded())?;
            let sent = exchange.sent.as_ref()?;
            Some(json!({ "callerid": sent.get("callerid"), "multiple_numbers": sent.get("multiple_numbers") == Some(&Value::Bool(true)) }))
        });
        let callerid = callerid.unwrap_or_default();
        let costs = json!({ "cost_limit": true, "max_call_cost": 5 });
        let body = self.body("trunk", together(callerid.clone(), costs))?;
        session.put("left out", path, &body).await?;
        let other = json!({ "allowed_ips": [{ "ip": OTHER_ADDRESS }] });
        let body = self.body("trunk", together(callerid.clone(), other))?;
        session.put("other addresses", path, &body).await?;
        let odd = format!("  {}  ", self.label("Two  Blanks And More Than Fifty Letters And Digits"));
        let mut body = self.body("trunk", callerid)?;
        if let Value::Object(body) = &mut body {
            body.insert("label".to_owned(), odd.into());
        }
        let changed = session.put("odd label", path, &body).await?;
        if changed.succeeded() {
            let label = changed.field("label").clone();
            let shows_it = |reply: &Reply| reply.field("label") == &label;
            session.get_until(("trunk changed", "reads after an update"), path, shows_it).await?;
        }
        Ok(())
    }

    async fn change_webhooks(&mut self, session: &mut Session) -> Result<(), Trouble> {
        let path = "/v1/calls/webhooks";
        let before = session.get("webhooks before", path).await?;
        let is_empty = |event: &&&str| before.succeeded() && in_slot(&before, event).is_empty();
        let Some(event) = ["post-call", "on-call"].iter().find(is_empty) else { return Ok(()) };
        let url = |which: &str| json!({ "event_type": event, "url": format!("{}{}/{which}", COMPARISON.webhook, self.run) });
        // Before the answer: it may be lost.
        self.belongings.events.insert((*event).to_owned());
        let made = session.post("webhook made", path, &url("first")).await?;
        if !made.succeeded() {
            return Ok(());
        }
        session.post("webhook made again", path, &url("second")).await?;
        let is_there = |reply: &Reply| !in_slot(reply, event).is_empty();
        let Some(list) = session.get_until(("webhooks after", "webhook lists"), path, is_there).await? else {
            return Ok(());
        };
        if in_slot(&list, event).iter().any(|url| !url.starts_with(COMPARISON.webhook)) {
            return Ok(());
        }
        let slot = format!("{path}?event_type={event}");
        if session.delete("webhook removed", &slot).await?.succeeded() {
            let is_empty = |reply: &Reply| reply.succeeded() && in_slot(reply, event).is_empty();
            let empty = session.get_until(("webhooks empty", "lists after a delete"), path, is_empty).await?;
            if empty.is_some() {
                session.delete("webhook removed again", &slot).await?;
            }
        }
        Ok(())
    }

    /// Deletes the trunk on which most was tried.
    pub(super) async fn unmake(&mut self, session: &mut Session) -> Result<(), Trouble> {
        let Some(id) = self.trunk else { return Ok(()) };
        let path = format!("/v1/trunks/{id}");
        session.delete("trunk deleted", &path).await?;
        session.delete("trunk deleted again", &path).await?;
        Ok(())
    }
}

/// Looks through the list until the new trunk is in it, and counts how often it was not. Objects are most often listed by their
/// age, so the last page comes first.
async fn list_until(session: &mut Session, id: i64) -> Result<(), Trouble> {
    let is_it = |item: &Value| item.get("id").and_then(Value::as_i64) == Some(id);
    let first = session.get("pages", "/v1/trunks?page=1&per_page=100").await?;
    if !first.succeeded() {
        return Ok(());
    }
    let mut misses = u32::from(!first.items("sip_trunks").iter().any(is_it));
    let mut found = misses == 0;
    let is_one_page = first.total_pages() <= 1;
    while !found && misses <= 10 {
        let pages =
            if is_one_page { 1 } else { session.evidence.reply("pages").map_or(1, Reply::total_pages) };
        for page in (1..=pages).rev() {
            let reply = session.get("pages", &format!("/v1/trunks?page={page}&per_page=100")).await?;
            found = reply.items("sip_trunks").iter().any(is_it);
            if found {
                break;
            }
        }
        if !found {
            misses += 1;
        }
    }
    // On the first of many pages it need not be.
    let misses = if is_one_page { misses } else { misses.saturating_sub(1) };
    if found {
        session.evidence.count("lists", misses);
    }
    Ok(())
}

/// The page of the list on which new trunks are.
fn last_page(session: &Session) -> String {
    let page = session.evidence.reply("trunks").map_or(1, Reply::total_pages).max(1);
    format!("/v1/trunks?page={page}&per_page=100")
}

/// A number of the account that may be shown to whom it calls.
fn presentable(numbers: &Reply) -> Option<String> {
    let is_active = |number: &&Value| number.get("status").and_then(Value::as_str) == Some("active");
    let number = numbers.items("items").iter().find(is_active)?;
    number.get("number").and_then(Value::as_str).map(str::to_owned)
}

/// The key with this id in a list of keys.
pub(super) fn key_in<'r>(list: &'r Reply, id: &Value) -> Option<&'r Value> {
    list.items("items").iter().find(|item| item.get("id") == Some(id))
}

/// A number that keeps its spelling.
fn decimal(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// The fields of both; the second's count.
fn together(first: Value, second: Value) -> Value {
    match (first, second) {
        (Value::Object(mut first), Value::Object(second)) => {
            first.extend(second);
            Value::Object(first)
        }
        (first, _) => first,
    }
}
