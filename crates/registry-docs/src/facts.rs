//! What a schema does not say of an object: the requests it makes, what is
//! noticed when somebody else changes it, where its secrets are. Kept beside the
//! object's code, in `documentation.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

use crate::DocsError;
use crate::schema::{Kind, Provider, Schema};

/// The facts about all objects, by the address form of their type:
/// `wavix_sip_trunk`, `data.wavix_sip_trunk`.
#[derive(Debug, Clone, Default)]
pub struct Facts(BTreeMap<String, ObjectFacts>);

/// The facts about one object.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectFacts {
    /// In the order of the page.
    pub operations: Vec<Operation>,
    /// Every attribute in exactly one row. Resources only.
    #[serde(default)]
    pub drift: Vec<Drift>,
    /// Where each secret lives.
    #[serde(default)]
    pub secrets: Vec<SecretPlaces>,
}

/// What one operation asks of the API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Its name: `create`.
    pub operation: String,
    /// In the order in which they are made.
    pub calls: Vec<Call>,
}

/// A request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Method and path, with `{id}` for what varies.
    pub request: String,
    /// What a restricted key must allow. Empty: no scope covers it, and no such key may.
    #[serde(default)]
    pub scope: String,
    /// When it is made, for one that is not always made.
    #[serde(default)]
    pub when: Option<String>,
    /// What else there is to know about it.
    #[serde(default)]
    pub note: Option<String>,
}

/// What is noticed of some attributes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    /// Which.
    pub attributes: Vec<String>,
    /// Whether a change made elsewhere is noticed.
    pub noticed: Noticed,
    /// What follows, or why it is not noticed.
    pub what: String,
}

/// Whether a change made elsewhere is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Noticed {
    /// The next plan changes it back.
    Yes,
    /// The next refresh records it; nothing is planned.
    Recorded,
    /// Under a condition.
    Partly,
    /// It cannot be.
    No,
}

/// Where a secret is, and in which form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretPlaces {
    /// The attribute.
    pub attribute: String,
    /// In the state file.
    pub state: String,
    /// In what a plan shows and in a saved plan.
    pub plan: String,
    /// In the log and in errors.
    pub log: String,
}

impl Facts {
    /// Reads `documentation.json` in every folder of `src/resources`.
    ///
    /// # Errors
    ///
    /// When one cannot be read, or two speak of the same object.
    pub fn read(root: &Path) -> Result<Self, DocsError> {
        let folder = root.join("src/resources");
        let entries = std::fs::read_dir(&folder).map_err(|error| DocsError::file(&folder, error))?;
        let mut all = BTreeMap::new();
        for entry in entries {
            let file =
                entry.map_err(|error| DocsError::file(&folder, error))?.path().join("documentation.json");
            if !file.is_file() {
                continue;
            }
            let text = std::fs::read_to_string(&file).map_err(|error| DocsError::file(&file, error))?;
            let facts: BTreeMap<String, ObjectFacts> =
                serde_json::from_str(&text).map_err(|error| DocsError::file(&file, error))?;
            for (name, of) in facts {
                if all.insert(name.clone(), of).is_some() {
                    return Err(DocsError::file(&file, format!("{name} is described twice; remove one")));
                }
            }
        }
        Ok(Self(all))
    }

    /// Those about one object.
    #[must_use]
    pub fn of(&self, kind: Kind, type_name: &str) -> Option<&ObjectFacts> {
        self.0.get(&format!("{}{type_name}", kind.prefix()))
    }

    /// What a key must be allowed for each object that asks the API, as a table: to look
    /// at it, and to do everything.
    #[must_use]
    pub fn scopes_table(&self) -> String {
        let mut table =
            "| object | plan and refresh | additionally for apply and destroy |\n|---|---|---|".to_owned();
        for (name, facts) in &self.0 {
            let reads = facts
                .scopes(|operation| ["plan", "read", "import", "list", "open", "close"].contains(&operation));
            let all = facts.scopes(|_| true);
            let writes = if name.contains('.') && reads == all { "–".to_owned() } else { all };
            let reads = if reads.is_empty() { "–".to_owned() } else { reads };
            let _ = write!(table, "\n| `{name}` | {reads} | {writes} |");
        }
        table
    }

    /// What the facts leave unsaid about the schema, or say of what is not
    /// there.
    #[must_use]
    pub fn faults(&self, provider: &Provider) -> Vec<String> {
        let mut found = Vec::new();
        let mut known = BTreeSet::new();
        for kind in Kind::ALL {
            for (type_name, schema) in provider.objects(kind) {
                let name = format!("{}{type_name}", kind.prefix());
                match self.0.get(&name) {
                    None => found.push(format!("no documentation.json in src/resources speaks of {name}")),
                    Some(facts) => facts.faults(&name, kind, schema, &mut found),
                }
                known.insert(name);
            }
        }
        for name in self.0.keys().filter(|name| !known.contains(*name)) {
            found.push(format!("a documentation.json speaks of {name}, which the provider does not have"));
        }
        found
    }
}

impl ObjectFacts {
    /// The scopes that these operations need, each once, without those that another
    /// includes.
    fn scopes(&self, of: impl Fn(&str) -> bool) -> String {
        let operations = self.operations.iter().filter(|operation| of(&operation.operation));
        let needed: BTreeSet<&str> =
            operations.flat_map(|of| &of.calls).map(|call| call.scope.as_str()).collect();
        if needed.contains("") {
            return "full access".to_owned();
        }
        let is_included = |scope: &str| {
            scope
                .strip_suffix(":read")
                .is_some_and(|family| needed.contains(format!("{family}:write").as_str()))
        };
        let words = needed.iter().filter(|scope| !is_included(scope)).map(|scope| format!("`{scope}`"));
        words.collect::<Vec<_>>().join(", ")
    }

    fn faults(&self, name: &str, kind: Kind, schema: &Schema, found: &mut Vec<String>) {
        let attributes = &schema.block.attributes;
        if self.operations.is_empty() {
            found.push(format!("{name}: documentation.json names no operation"));
        }
        let mut told: BTreeMap<&str, usize> = BTreeMap::new();
        for attribute in self.drift.iter().flat_map(|row| &row.attributes) {
            *told.entry(attribute).or_default() += 1;
        }
        if kind == Kind::Resource {
            for attribute in attributes.keys() {
                match told.get(attribute.as_str()) {
                    None => found.push(format!(
                        "{name}.{attribute}: documentation.json does not say whether drift is noticed"
                    )),
                    Some(1) => {}
                    Some(_) => found.push(format!(
                        "{name}.{attribute}: documentation.json says twice whether drift is noticed"
                    )),
                }
            }
        }
        let secrets: BTreeSet<&str> = self.secrets.iter().map(|secret| secret.attribute.as_str()).collect();
        for (attribute, of) in attributes {
            if of.sensitive && !secrets.contains(attribute.as_str()) {
                found.push(format!(
                    "{name}.{attribute}: documentation.json does not say where this secret lives"
                ));
            }
        }
        for attribute in told.keys().chain(&secrets).filter(|told| !attributes.contains_key(**told)) {
            found.push(format!("{name}: documentation.json names {attribute}, which is no attribute"));
        }
    }

    /// The table of requests.
    #[must_use]
    pub fn calls_table(&self) -> String {
        let mut text = "| operation | request | scope of a restricted key |\n|---|---|---|\n".to_owned();
        for operation in &self.operations {
            let mut name = operation.operation.as_str();
            if operation.calls.is_empty() {
                let _ = writeln!(text, "| {name} | none | none |");
            }
            for call in &operation.calls {
                let words = call.when.iter().chain(&call.note);
                let when: String = words.map(|words| format!(", {words}")).collect();
                let scope = match call.scope.as_str() {
                    "" => "no scope: requires a key with full access".to_owned(),
                    scope => format!("`{scope}`"),
                };
                let _ = writeln!(text, "| {name} | `{}`{when} | {scope} |", call.request);
                name = "";
            }
        }
        text
    }

    /// The table of what is noticed.
    #[must_use]
    pub fn drift_table(&self) -> String {
        let mut text = "| changed elsewhere | detected | effect |\n|---|---|---|\n".to_owned();
        for row in &self.drift {
            let names: Vec<String> = row.attributes.iter().map(|name| format!("`{name}`")).collect();
            let noticed = match row.noticed {
                Noticed::Yes => "yes",
                Noticed::Recorded => "recorded",
                Noticed::Partly => "partly",
                Noticed::No => "no",
            };
            let _ = writeln!(text, "| {} | {noticed} | {} |", names.join(", "), row.what);
        }
        text
    }

    /// The table of secrets; nothing where there are none.
    #[must_use]
    pub fn secrets_table(&self) -> String {
        if self.secrets.is_empty() {
            return String::new();
        }
        let mut text = "| secret | state | plan | log and errors |\n|---|---|---|---|\n".to_owned();
        for SecretPlaces { attribute, state, plan, log } in &self.secrets {
            let _ = writeln!(text, "| `{attribute}` | {state} | {plan} | {log} |");
        }
        text
    }
}
