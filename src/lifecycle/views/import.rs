//! What an object is imported by. Asks nobody: a read follows.

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::identity::{IdentityAttribute, IdentitySchema};
use crate::framework::path::Path;
use crate::protocol::value::Value;

use super::super::absent;
use super::super::object::{Key, RemoteObject, stub, with};

/// The key alone.
#[must_use]
pub fn identity_schema<T: RemoteObject>() -> IdentitySchema {
    let (name, short) = (T::KEY.attribute(), T::NOUN.short);
    let description = match T::KEY {
        Key::Assigned(_) => format!("ID of the {short} at Wavix, a decimal number as a string."),
        Key::Natural(_) => format!("Event type of the {short}."),
    };
    IdentitySchema { version: 0, attributes: vec![IdentityAttribute::string(name, description)] }
}

/// The state from which a read can find the object.
///
/// # Errors
/// The text can be no key.
pub fn by_key<T: RemoteObject>(key: &str) -> Result<T::Model, Diagnostics> {
    let summary = format!("Cannot import {}", T::NOUN.name);
    let list = T::NOUN.list;
    match T::KEY {
        Key::Assigned(_) => T::KEY.parse(key).map(|key| stub::<T>(&key)).ok_or_else(|| {
            let not = match T::IMMUTABLE_NAME {
                "" => String::new(),
                other => format!(" The {other} is not the id."),
            };
            let hint = format!("The Wavix portal and the `{list}` data source show the ids.{not}");
            absent::malformed_key::<T>(&summary, key, &hint).into()
        }),
        Key::Natural(attribute) => by_text::<T>(attribute, key),
    }
}

/// The same of an attribute that users write.
///
/// # Errors
/// The text breaks its rules.
pub fn by_text<T: RemoteObject>(attribute: &str, text: &str) -> Result<T::Model, Diagnostics> {
    let value = Value::string(text);
    let mut validators = T::schema().attribute(attribute).into_iter().flat_map(|found| &found.validators);
    let Some(problem) = validators.find_map(|validator| validator.check(&value).err()) else {
        return Ok(with::<T>(&T::Model::default(), [(attribute, value)]));
    };
    let detail = format!(
        "Import {} {} by its `{attribute}`; found {text:?}. {problem}",
        T::NOUN.article(),
        T::NOUN.name,
    );
    Err(Diagnostic::error(format!("Cannot import {}", T::NOUN.name), detail).at(Path::root(attribute)).into())
}
