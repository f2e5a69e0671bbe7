//! A key as the API shows it.

use serde_json::{Map, Value, json};

use crate::behaviour::{Behaviour, KeyNames, KeyValue};

use super::{ApiKey, SCOPES};

/// As its create shows it: this once, the value is always whole.
pub(super) fn shown_whole(key: &ApiKey, behaviour: &Behaviour) -> Value {
    shown(key, behaviour, KeyValue::Always)
}

pub(super) fn shown(key: &ApiKey, behaviour: &Behaviour, value: KeyValue) -> Value {
    let mut view = Map::new();
    let mut show = |name: &str, value: Value| drop(view.insert(name.to_owned(), value));
    show("id", key.id.into());
    show("label", key.label.clone().into());
    match value {
        KeyValue::Always => show("value", key.value().into()),
        KeyValue::Masked => show("value", masked(key.value()).into()),
        KeyValue::NullAfterCreate => show("value", Value::Null),
        KeyValue::AbsentAfterCreate => {}
    }
    for (new, old, flag) in [
        ("active", "is_active", key.active),
        ("restricted", "is_restriction", key.restricted),
        ("scopes_enabled", "is_scopes_enabled", key.scopes_enabled),
    ] {
        if behaviour.api_key_names != KeyNames::Old {
            show(new, flag.into());
        }
        if behaviour.api_key_names != KeyNames::New {
            show(old, flag.into());
        }
    }
    show("permitted_ips", json!(key.permitted_ips));
    show("last_used_at", key.last_used_at.clone().map(|time| behaviour.zoned(time)).into());
    show("created_at", behaviour.zoned(key.created_at.clone()).into());
    for name in SCOPES {
        let nothing = behaviour.api_key_null_scopes && !key.scopes_enabled;
        show(name, if nothing { Value::Null } else { json!({ "allow": key.granted(name).name() }) });
    }
    view.into()
}

/// Its ends, as on an invoice.
fn masked(value: &str) -> String {
    let ends = |keep: usize| value.get(..keep).zip(value.get(value.len().saturating_sub(keep)..));
    ends(4).map_or_else(|| "*".repeat(8), |(head, tail)| format!("{head}{}{tail}", "*".repeat(42)))
}
