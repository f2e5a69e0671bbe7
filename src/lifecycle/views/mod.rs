//! What else Terraform shows of the objects that a resource manages: data sources for one
//! and for all, the list for `terraform query`, identity and import. All are views of the
//! resource's own schema.

mod filter;
mod import;
mod list;
mod one;
mod plural;

use std::collections::BTreeMap;

use crate::framework::object::Mapped;
use crate::framework::schema::Attribute;
use crate::protocol::value::{Value, sorted};

use super::object::{RemoteObject, stub};
use super::record::Record;

pub use self::import::{by_key, by_text, identity_schema};
pub use self::list::List;
pub use self::one::One;
pub use self::plural::Plural;

/// A result, by its name.
fn result<T: RemoteObject>(name: &str) -> Option<Attribute> {
    let of_its_own = T::results().iter().find(|result| result.name == name).cloned();
    of_its_own.or_else(|| T::schema().attribute(name).map(Attribute::to_result))
}

/// What data sources tell, without secrets: those of a whole account would spread over
/// states. What the list tells comes first.
fn result_names<T: RemoteObject>() -> Vec<&'static str> {
    let listed = T::IN_LIST.unwrap_or_default().iter().copied();
    let own = T::schema().attributes.iter().filter(|attribute| {
        !attribute.sensitive && !attribute.write_only && !T::UNTOLD.contains(&attribute.name.as_str())
    });
    let own = own.map(|attribute| attribute.name.as_str());
    let more = T::results().iter().map(|result| result.name.as_str());
    let mut names: Vec<&'static str> = Vec::new();
    for name in listed.chain(own).chain(more) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What the list tells.
fn listed_names<T: RemoteObject>() -> Vec<&'static str> {
    let all = T::IN_LIST.map_or_else(result_names::<T>, <[_]>::to_vec);
    all.into_iter().filter(|name| !T::NOT_IN_LIST.contains(name)).collect()
}

fn attributes<T: RemoteObject>(names: &[&str]) -> Vec<Attribute> {
    names.iter().filter_map(|name| result::<T>(name)).collect()
}

/// The results of an object. It is read as the resource reads it, so that both always
/// say the same. What only the list tells is null while the list lacks the object.
fn results<T: RemoteObject>(
    names: &[&'static str],
    record: &Record<T>,
    listed: Option<&Record<T>>,
) -> BTreeMap<String, Value> {
    let state = record.state(&stub::<T>(&record.key)).into_value();
    let is_of_its_own = |name: &str| T::results().iter().any(|result| result.name == name);
    let value = |name: &str| {
        if is_of_its_own(name) || T::LISTED.contains(&name) {
            let told = listed.and_then(|listed| listed.told(name)).or_else(|| record.told(name));
            return told.cloned().unwrap_or(Value::Null);
        }
        state.get(name).cloned().unwrap_or(Value::Null)
    };
    sorted(names.iter().map(|name| ((*name).to_owned(), value(name))))
}

/// The same of an object in a list: what that does not tell is null.
fn listed_results<T: RemoteObject>(names: &[&'static str], listed: &Record<T>) -> BTreeMap<String, Value> {
    let mut found = results(names, listed, Some(listed));
    if T::IN_LIST.is_some() {
        for (name, value) in &mut found {
            if name != T::KEY.attribute() && listed.told(name).is_none_or(Value::is_null) {
                *value = Value::Null;
            }
        }
    }
    found
}
