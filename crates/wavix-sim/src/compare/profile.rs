//! Knobs in a file: what a comparison found, and a simulator that behaves so.

use serde_json::{Map, Value};

use crate::behaviour::Behaviour;

/// Turns the knobs that a profile has; the others stay. Its form is that of `PATCH /_sim/behaviour`, except that a group of
/// knobs need not be whole.
///
/// # Errors
/// Says which knob or value is unknown.
pub fn behave(behaviour: &mut Behaviour, profile: &Value) -> Result<(), String> {
    if !profile.is_object() {
        return Err("a profile is a JSON object".to_owned());
    }
    let mut knobs = serde_json::to_value(&*behaviour).map_err(|error| error.to_string())?;
    merge(&mut knobs, profile);
    *behaviour = serde_json::from_value(knobs).map_err(|error| error.to_string())?;
    Ok(())
}

/// Puts the fields of one into the other. Lists are united.
pub(super) fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                match into.get_mut(name) {
                    // The variants of a choice are no group of knobs.
                    Some(there) if there.is_object() == value.is_object() => merge(there, value),
                    Some(there) => there.clone_from(value),
                    None => drop(into.insert(name.clone(), value.clone())),
                }
            }
        }
        (Value::Array(into), Value::Array(from)) => {
            for item in from {
                if !into.contains(item) {
                    into.push(item.clone());
                }
            }
        }
        (into, from) => into.clone_from(from),
    }
}

/// A value under the name of its knob, in which a dot leads into a group.
pub(super) fn patch(knob: &str, value: Value) -> Value {
    let wrap = |value, name: &str| Value::Object(Map::from_iter([(name.to_owned(), value)]));
    knob.rsplit('.').fold(value, wrap)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{behave, patch};
    use crate::behaviour::{Behaviour, DecimalText, NumberNotFound, PatchReply};

    #[test]
    fn a_profile_turns_what_it_names_and_nothing_else() {
        let mut behaviour = Behaviour::default();
        behaviour.numbers.patch_reply = PatchReply::Stale;
        let profile =
            json!({ "decimal_text": { "fixed": 4 }, "numbers": { "not_found": "html" }, "list_lag": 2 });
        behave(&mut behaviour, &profile).unwrap();
        assert_eq!((behaviour.decimal_text, behaviour.list_lag), (DecimalText::Fixed(4), 2));
        assert_eq!(behaviour.numbers.not_found, NumberNotFound::Html);
        assert_eq!(behaviour.numbers.patch_reply, PatchReply::Stale, "what it does not name stays");
        behave(&mut behaviour, &json!({ "decimal_text": "as_sent" })).unwrap();
        assert_eq!(behaviour.decimal_text, DecimalText::AsSent);
        for wrong in [json!({ "list_lags": 1 }), json!({ "decimal_text": "long" }), json!([])] {
            assert!(behave(&mut behaviour, &wrong).is_err(), "{wrong}");
        }
        assert_eq!(patch("numbers.not_found", json!("html")), json!({ "numbers": { "not_found": "html" } }));
    }
}
