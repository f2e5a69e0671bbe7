//! What is different between two documents, and whether the provider could break on it. A request that was valid must stay valid,
//! and an answer must have what it had: everything else is worth a look, and nothing more.

use std::{cmp::Reverse, collections::BTreeSet};

use serde_json::{Map, Value};

use super::{operations, resolved};

/// How bad a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// A description or an example: the meaning may have changed.
    Text,
    /// Something that is new, or allows more.
    Note,
    /// Something that is gone, or allows less.
    Breaking,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// How bad it is.
    pub weight: Weight,
    /// The operation, and where in it: `PUT /v1/trunks/{id} request.allowed_ips[]`.
    pub at: String,
    /// What it is.
    pub what: String,
}

/// Fields of answers that the provider does not read, so that it would not miss them.
const UNREAD: &[(&str, &[&str])] = &[("GET /v1/profile", &["id"])];

/// What differs between two documents in the operations that are used.
pub fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    if before.get("servers") != after.get("servers") {
        found.push(Change {
            weight: Weight::Breaking,
            at: "servers".to_owned(),
            what: "the API is at another address".to_owned(),
        });
    }
    for (method, path) in operations() {
        let at = format!("{} {path}", method.to_uppercase());
        let of = |document: &Value| at_path(document, path).and_then(|item| item.get(&method)).cloned();
        let (Some(old), new) = (of(before), of(after)) else { continue };
        let mut comparison =
            Comparison { before, after, found: &mut found, seen: BTreeSet::new(), reads: None };
        match new {
            Some(new) => comparison.operation(&at, &old, &new),
            None => comparison.breaks(&at, "is gone"),
        }
    }
    found.sort_by_key(|change| Reverse(change.weight));
    found.dedup();
    found
}

/// Which way data goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Request,
    Answer,
}

struct Comparison<'d> {
    before: &'d Value,
    after: &'d Value,
    found: &'d mut Vec<Change>,
    /// References that were followed, so that a schema which contains itself ends.
    seen: BTreeSet<(String, String, Way)>,
    /// The only fields of the answer that count, if not all do.
    reads: Option<&'static [&'static str]>,
}

impl Comparison<'_> {
    fn push(&mut self, weight: Weight, at: &str, what: impl Into<String>) {
        self.found.push(Change { weight, at: at.to_owned(), what: what.into() });
    }

    fn breaks(&mut self, at: &str, what: impl Into<String>) {
        self.push(Weight::Breaking, at, what);
    }

    fn operation(&mut self, at: &str, old: &Value, new: &Value) {
        self.reads = UNREAD.iter().find(|(operation, _)| *operation == at).map(|(_, fields)| *fields);
        if old.get("security") != new.get("security") {
            self.breaks(at, format!("needs {}, not {}", scopes(new), scopes(old)));
        }
        if old.get("deprecated") != new.get("deprecated") {
            self.push(Weight::Note, at, "is deprecated, or no longer");
        }
        self.texts(at, old, new);
        self.parameters(at, old, new);
        let (old_body, new_body) = (json_of(old.get("requestBody")), json_of(new.get("requestBody")));
        match (old_body, new_body) {
            (Some(old), Some(new)) => self.schema(&format!("{at} request"), old, new, Way::Request),
            (None, None) => {}
            (None, Some(_)) => self.breaks(at, "now has a body"),
            (Some(_), None) => self.breaks(at, "no longer has a body"),
        }
        let empty = Map::new();
        let answers = |operation: &'_ Value| operation.get("responses").and_then(Value::as_object).cloned();
        let (old, new) = (answers(old).unwrap_or(empty.clone()), answers(new).unwrap_or(empty));
        for (status, old) in &old {
            match new.get(status) {
                None if status.starts_with('2') => self.breaks(at, format!("no longer answers {status}")),
                None => self.push(Weight::Note, at, format!("no longer answers {status}")),
                Some(new) => self.answer(&format!("{at} {status}"), old, new),
            }
        }
        for status in new.keys().filter(|status| !old.contains_key(*status)) {
            self.push(Weight::Note, at, format!("also answers {status}"));
        }
    }

    fn answer(&mut self, at: &str, old: &Value, new: &Value) {
        let (before, after) = (self.before, self.after);
        let (old, new) = (followed(before, old), followed(after, new));
        match (json_of(Some(old)), json_of(Some(new))) {
            (Some(old), Some(new)) => self.schema(at, old, new, Way::Answer),
            (Some(_), None) => self.breaks(at, "no longer has a body"),
            (None, _) => {}
        }
    }

    fn parameters(&mut self, at: &str, old: &Value, new: &Value) {
        let (old, new) = (parameters(old), parameters(new));
        for (name, old) in &old {
            match new.iter().find(|(other, _)| other == name) {
                None => self.breaks(at, format!("has no parameter {name} any more")),
                Some((_, new)) => {
                    let at = format!("{at} {name}");
                    if !is_required(old) && is_required(new) {
                        self.breaks(&at, "is required");
                    }
                    for keyword in ["style", "explode"] {
                        if old.get(keyword) != new.get(keyword) {
                            self.breaks(&at, format!("is written in another {keyword}"));
                        }
                    }
                    let nothing = Value::Null;
                    let schema =
                        |parameter: &Value| parameter.get("schema").cloned().unwrap_or(nothing.clone());
                    self.schema(&at, &schema(old), &schema(new), Way::Request);
                    self.texts(&at, old, new);
                }
            }
        }
        for (name, new) in new.iter().filter(|(name, _)| !old.iter().any(|(other, _)| other == name)) {
            let weight = if is_required(new) { Weight::Breaking } else { Weight::Note };
            self.push(weight, at, format!("has a new parameter {name}"));
        }
    }

    fn schema(&mut self, at: &str, old: &Value, new: &Value, way: Way) {
        let reference =
            |schema: &Value| schema.get("$ref").and_then(Value::as_str).unwrap_or_default().to_owned();
        let names = (reference(old), reference(new), way);
        let is_named = !names.0.is_empty() || !names.1.is_empty();
        if is_named && !self.seen.insert(names) {
            return;
        }
        let (before, after) = (self.before, self.after);
        let (old, new) = (followed(before, old), followed(after, new));
        self.types(at, old, new, way);
        self.values(at, old, new, way);
        self.fields(at, old, new, way);
        if let (Some(old), Some(new)) = (old.get("items"), new.get("items")) {
            self.schema(&format!("{at}[]"), old, new, way);
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let parts =
                |schema: &Value| schema.get(keyword).and_then(Value::as_array).cloned().unwrap_or_default();
            let (old, new) = (parts(old), parts(new));
            if old.len() != new.len() {
                self.breaks(at, format!("has other alternatives ({keyword})"));
            }
            for (old, new) in old.iter().zip(&new) {
                self.schema(at, old, new, way);
            }
        }
        for keyword in [
            "additionalProperties",
            "format",
            "pattern",
            "minLength",
            "maxLength",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "minItems",
            "maxItems",
            "uniqueItems",
            "const",
        ] {
            let (old, new) = (old.get(keyword), new.get(keyword));
            if old != new {
                let weight =
                    if way == Way::Request && new.is_some() { Weight::Breaking } else { Weight::Note };
                self.push(weight, at, format!("{keyword} is {}, not {}", shown(new), shown(old)));
            }
        }
        if old.get("default") != new.get("default") {
            self.push(
                Weight::Note,
                at,
                format!("defaults to {}, not {}", shown(new.get("default")), shown(old.get("default"))),
            );
        }
        self.texts(at, old, new);
    }

    fn types(&mut self, at: &str, old: &Value, new: &Value, way: Way) {
        let types = |schema: &Value| -> BTreeSet<String> {
            match schema.get("type") {
                Some(Value::String(one)) => BTreeSet::from([one.clone()]),
                Some(Value::Array(some)) => {
                    some.iter().filter_map(Value::as_str).map(str::to_owned).collect()
                }
                _ => BTreeSet::new(),
            }
        };
        let (old, new) = (types(old), types(new));
        if old == new {
            return;
        }
        // No type at all allows every one.
        let allows_more = new.is_empty() || (!old.is_empty() && old.is_subset(&new));
        let allows_less = old.is_empty() || (!new.is_empty() && new.is_subset(&old));
        let is_fine = match way {
            Way::Request => allows_more,
            Way::Answer => allows_less,
        };
        let weight = if is_fine { Weight::Note } else { Weight::Breaking };
        let list = |types: BTreeSet<String>| types.into_iter().collect::<Vec<_>>().join(" or ");
        self.push(weight, at, format!("is {}, not {}", list(new), list(old)));
    }

    fn values(&mut self, at: &str, old: &Value, new: &Value, way: Way) {
        let values = |schema: &Value| schema.get("enum").and_then(Value::as_array).cloned();
        match (values(old), values(new)) {
            (Some(old), Some(new)) => {
                for gone in old.iter().filter(|value| !new.contains(value)) {
                    let weight = if way == Way::Request { Weight::Breaking } else { Weight::Note };
                    self.push(weight, at, format!("no longer knows {gone}"));
                }
                for more in new.iter().filter(|value| !old.contains(value)) {
                    self.push(Weight::Note, at, format!("also knows {more}"));
                }
            }
            (None, Some(new)) => {
                let weight = if way == Way::Request { Weight::Breaking } else { Weight::Note };
                self.push(weight, at, format!("only knows {}", Value::from(new)));
            }
            (Some(_), None) => self.push(Weight::Note, at, "knows other values too"),
            (None, None) => {}
        }
    }

    fn fields(&mut self, at: &str, old: &Value, new: &Value, way: Way) {
        let fields =
            |schema: &Value| schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
        let required = |schema: &Value| -> BTreeSet<String> {
            let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
            names.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let (old_required, new_required) = (required(old), required(new));
        let (old, new) = (fields(old), fields(new));
        let counts = {
            let reads = self.reads.filter(|_| way == Way::Answer);
            move |name: &str| reads.is_none_or(|reads| reads.contains(&name))
        };
        for (name, old) in old.iter().filter(|(name, _)| counts(name)) {
            match new.get(name) {
                None => self.breaks(at, format!("has no `{name}` any more")),
                Some(new) => self.schema(&format!("{at}.{name}"), old, new, way),
            }
        }
        for name in new.keys().filter(|name| !old.contains_key(*name)) {
            self.push(Weight::Note, at, format!("has a new `{name}`"));
        }
        let (worse, better) = match way {
            Way::Request => ((&new_required, &old_required, "demands"), "no longer demands"),
            Way::Answer => ((&old_required, &new_required, "may lack"), "always has"),
        };
        for name in worse.0.difference(worse.1).filter(|name| counts(name)) {
            self.breaks(at, format!("{} `{name}`", worse.2));
        }
        for name in worse.1.difference(worse.0).filter(|name| counts(name) && new.contains_key(*name)) {
            self.push(Weight::Note, at, format!("{better} `{name}`"));
        }
    }

    fn texts(&mut self, at: &str, old: &Value, new: &Value) {
        for keyword in ["summary", "description"] {
            if old.get(keyword) != new.get(keyword) {
                let what =
                    format!("{keyword}: {}\n  was: {}", shown(new.get(keyword)), shown(old.get(keyword)));
                self.push(Weight::Text, at, what);
            }
        }
    }
}

/// The operations of a path. What the document calls its parameters, no request shows.
fn at_path<'d>(document: &'d Value, path: &str) -> Option<&'d Value> {
    let paths = document.get("paths")?.as_object()?;
    paths
        .get(path)
        .or_else(|| paths.iter().find(|(other, _)| shape(other) == shape(path)).map(|(_, item)| item))
}

fn shape(path: &str) -> Vec<&str> {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect()
}

/// The schema of a JSON body.
fn json_of(body: Option<&Value>) -> Option<&Value> {
    body?.get("content")?.get("application/json")?.get("schema")
}

/// A part of a document, or what it refers to. A loop of references would end nowhere; none is that long.
fn followed<'d>(document: &'d Value, mut part: &'d Value) -> &'d Value {
    for _ in 0..8 {
        let target = part.get("$ref").and_then(Value::as_str).and_then(|name| resolved(document, name));
        match target {
            Some(target) => part = target,
            None => break,
        }
    }
    part
}

/// The parameters of an operation, by place and name, but for those of its path.
fn parameters(operation: &Value) -> Vec<(String, Value)> {
    let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let parameters =
        parameters.filter(|parameter| parameter.get("in").and_then(Value::as_str) != Some("path"));
    let named = parameters.filter_map(|parameter| {
        let text = |name: &str| parameter.get(name).and_then(Value::as_str);
        Some((format!("{}:{}", text("in")?, text("name")?), parameter.clone()))
    });
    named.collect()
}

fn is_required(parameter: &Value) -> bool {
    parameter.get("required") == Some(&Value::Bool(true))
}

fn scopes(operation: &Value) -> String {
    operation.get("security").map_or_else(|| "any key".to_owned(), Value::to_string)
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}
