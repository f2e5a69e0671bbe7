//! A setting that the configuration leaves out stays as it is in the account. Which the
//! configuration had is noted beside the state, so that the loss of one is told.

use serde_json::{Value as Json, json};

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::Mapped;
use crate::framework::private::Private;
use crate::framework::resource::PlanRequest;
use crate::framework::schema::{Attribute, Mode};
use crate::protocol::value::Value;

use super::context::Context;
use super::object::{RemoteObject, arguments};

/// Under this key stands which settings the configuration had.
const MANAGED: &str = "managed";

/// Whether an argument is such a setting.
pub fn is_setting(argument: &Attribute) -> bool {
    argument.mode == Mode::OptionalComputed && argument.default.is_none()
}

/// Notes what is configured, and tells what is not any more.
pub fn note<T: RemoteObject>(request: &PlanRequest<'_, Context, T::Model>, diagnostics: &mut Diagnostics) {
    let configured = request.config.map(|config| config.clone().into_value()).unwrap_or(Value::Null);
    let is_set = |name: &&str| configured.get(name).is_some_and(|value| !value.is_null());
    let settings =
        arguments::<T>().filter(|argument| is_setting(argument)).map(|argument| argument.name.as_str());
    let managed: Vec<&str> = settings.filter(is_set).collect();
    let before = texts(request.private.get(MANAGED).as_ref());
    let lost = before.iter().filter(|name| !managed.contains(&name.as_str()));
    let lost: Vec<String> = lost.map(|name| format!("`{name}`")).collect();
    if request.prior.is_some() && !lost.is_empty() {
        let detail = format!(
            "{} is no longer configured and keeps its value in the account. To remove the value, set `[]` or `\"\"`.",
            lost.join(", ")
        );
        diagnostics.push(Diagnostic::warning("Argument is no longer managed", detail));
    }
    request.private.set(MANAGED, json!(managed));
}

/// The settings that the configuration had when the object was planned last.
pub fn managed(private: &Private) -> Vec<String> {
    texts(private.get(MANAGED))
}

/// The texts of a note.
pub fn texts(note: Option<&Json>) -> Vec<String> {
    let all = note.and_then(Json::as_array).into_iter().flatten();
    all.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}
