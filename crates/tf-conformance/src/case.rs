//! Case files: what the checks need to know about a provider, in JSON. The
//! format is described in the crate's README.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value as Json;

/// One case file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Case {
    /// What it is about, for people.
    pub description: String,
    /// Variables for the provider's process.
    pub environment: BTreeMap<String, String>,
    /// The provider's configuration; instead of the one for all cases.
    pub provider: Option<Json>,
    /// A managed resource.
    pub resource: Option<ResourceCase>,
    /// How to make the API fail.
    pub faults: BTreeMap<Fault, FaultControl>,
    /// Variables with which planning this case's resource panics, if the
    /// provider has such a hook.
    pub panic_environment: BTreeMap<String, String>,
    /// Data sources to read.
    pub data_sources: Vec<ObjectCase>,
    /// Ephemeral resources to open.
    pub ephemeral: Vec<ObjectCase>,
    /// Lists to ask for.
    pub lists: Vec<ObjectCase>,
    /// Actions to invoke.
    pub actions: Vec<ObjectCase>,
    /// Functions to call.
    pub functions: Vec<FunctionCase>,
    /// Checks that have nothing to ask of this provider, and why. One that
    /// has is not let off.
    pub not_applicable: BTreeMap<u8, String>,
}

/// A managed resource.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceCase {
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// A configuration that can be created.
    pub config: Json,
    /// The same with something changed that can be updated in place.
    #[serde(default)]
    pub changed: Option<Json>,
    /// The attribute whose value imports it.
    #[serde(default = "id")]
    pub import_id: String,
    /// An id that is well-formed, but nobody's.
    #[serde(default = "missing_id")]
    pub missing_id: String,
    /// A string attribute that may have any text after what `config` gives it.
    #[serde(default)]
    pub unique: Option<String>,
    /// Whether there is one such object at most, so that a process plans one at a time.
    #[serde(default)]
    pub once: bool,
    /// Whether a destroy leaves the object there, as one that the resource has adopted.
    #[serde(default)]
    pub remains: bool,
    /// Configurations that validation refuses.
    #[serde(default)]
    pub invalid: Vec<Json>,
    /// States of earlier schema versions.
    #[serde(default)]
    pub older_states: Vec<OlderState>,
}

fn id() -> String {
    "id".to_owned()
}

fn missing_id() -> String {
    "999999999".to_owned()
}

/// A state as an earlier version stored it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OlderState {
    /// The schema version.
    pub version: i64,
    /// The state.
    pub state: Json,
}

/// A configured object of any kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectCase {
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its configuration. A string `${name}` stands for that attribute of the
    /// case's resource, which then is created first.
    pub config: Json,
}

/// A call of a function.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionCase {
    /// Its name.
    pub name: String,
    /// The arguments.
    pub arguments: Vec<Json>,
    /// The result that is expected; any if left out.
    #[serde(default)]
    pub result: Option<Json>,
    /// The number of the argument that is refused, from 0.
    #[serde(default)]
    pub refused: Option<i64>,
}

/// What an API can do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The object is created, and its id is known, but something else fails:
    /// it is not as asked, or what the provider asks next is refused.
    FailAfterCreate,
    /// The request that creates takes some seconds.
    Slow,
    /// Lists, sets and keys come in another order each time.
    Reorder,
}

/// How to bring about a fault.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FaultControl {
    /// Variables for the provider's process.
    pub environment: BTreeMap<String, String>,
    /// Requests to send before.
    #[serde(rename = "break")]
    pub begin: Vec<HttpRequest>,
    /// Requests to send after.
    #[serde(rename = "mend")]
    pub end: Vec<HttpRequest>,
}

/// A request to an API's control.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpRequest {
    /// The method.
    pub method: String,
    /// An `http://` address. `${name}` in it stands for that string attribute
    /// of the provider's configuration.
    pub url: String,
    /// The body, sent as JSON.
    #[serde(default)]
    pub body: Option<Json>,
    /// The JSON that must be answered; any success if left out.
    #[serde(default)]
    pub answer: Option<Json>,
}

/// A file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot use {}: {reason}", path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

/// Reads a JSON file.
///
/// # Errors
///
/// When it does not exist, or is something else.
pub fn read_file<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, FileError> {
    let unusable = |reason: String| FileError { path: path.to_owned(), reason };
    let bytes = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| unusable(error.to_string()))
}

impl Case {
    /// Puts the provider's configuration into the addresses of the API's
    /// control.
    ///
    /// # Errors
    ///
    /// When an address names an attribute that is not set.
    pub(crate) fn resolve_urls(&mut self, configuration: &Json) -> Result<(), String> {
        for control in self.faults.values_mut() {
            for request in control.begin.iter_mut().chain(&mut control.end) {
                request.url = with_attributes(&request.url, configuration)?;
            }
        }
        Ok(())
    }
}

/// Replaces every `${name}`.
fn with_attributes(text: &str, configuration: &Json) -> Result<String, String> {
    let Some((before, rest)) = text.split_once("${") else { return Ok(text.to_owned()) };
    let (name, after) = rest.split_once('}').ok_or_else(|| format!("{text}: a }} is missing"))?;
    let value = configuration.get(name).and_then(Json::as_str);
    let value =
        value.ok_or_else(|| format!("{text}: the provider's configuration has no text for {name}"))?;
    Ok(format!("{before}{value}{}", with_attributes(after, configuration)?))
}

impl ObjectCase {
    /// The attribute names that its configuration takes from the resource.
    pub fn borrows(&self) -> bool {
        self.config.to_string().contains("\"${")
    }

    /// The configuration with `${name}` replaced by the resource's attributes.
    pub fn resolved(&self, attribute: &dyn Fn(&str) -> Json) -> Json {
        resolve(&self.config, attribute)
    }
}

fn resolve(json: &Json, attribute: &dyn Fn(&str) -> Json) -> Json {
    match json {
        Json::String(text) => match text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => attribute(name),
            None => json.clone(),
        },
        Json::Array(elements) => elements.iter().map(|element| resolve(element, attribute)).collect(),
        Json::Object(entries) => Json::Object(
            entries.iter().map(|(key, entry)| (key.clone(), resolve(entry, attribute))).collect(),
        ),
        other => other.clone(),
    }
}
