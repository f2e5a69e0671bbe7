//! What there is to say of one kind of Wavix object so that all the rest of its management
//! follows. Facts, no procedure: what is done with them is in the files beside this one.

use std::fmt;
use std::future::Future;

use serde_json::{Map, Value as Json};

use crate::framework::diagnostics::Diagnostics;
use crate::framework::object::{Mapped, Object};
use crate::framework::resource::{Call, Outcome};
use crate::framework::schema::{Attribute, Mode, Schema};
use crate::protocol::value::Value;

use super::body::{self, Body};
use super::compare::Difference;
use super::context::Context;
use super::label::composed;
use super::noun::Noun;
use super::patience::Look;
use super::reconcile::Sought;
use super::record::Record;

/// What identifies an object in the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A number that the API gives, in the attribute and the field of this name.
    Assigned(&'static str),
    /// Text that the user chooses, in the attribute and the field of this name.
    Natural(&'static str),
}

/// How the API answers a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListShape {
    /// In pages, under this name.
    Pages(&'static str),
    /// A bare array, whole.
    Array,
}

/// How one object is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadBy {
    /// `GET` of the route and the key.
    Key,
    /// From the list: there is no other way.
    List,
}

/// How one object is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateBy {
    /// `PUT` of the whole object: what is left out is reset.
    Put,
    /// `PATCH` with what differs.
    Patch,
}

/// How one object is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeleteBy {
    /// `DELETE` of the route and the key.
    Path,
    /// `DELETE` of the route, with the key in this query parameter.
    Query(&'static str),
    /// The same with a list of one key. How lists are written is documented in two ways:
    /// where the first is refused, the second is tried.
    QueryList(&'static str, &'static str),
}

/// How an attribute is read from an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// From the field of its name, by its type.
    AsSchema,
    /// The answer does not speak of it.
    Untold,
    /// It is this; null when the answer says that there is none.
    Told(Value),
    /// What was answered has no meaning, for this reason.
    Odd(&'static str),
}

/// A kind of Wavix object. The schema says most of it: what is writable is what it
/// says is neither computed nor write-only, what is equal is what it says means the
/// same. The defaults of the methods are those of an object without peculiarities.
pub trait RemoteObject: fmt::Debug + Sized + Send + Sync + 'static {
    /// Configuration, plan and state.
    type Model: Object + Default + PartialEq + fmt::Debug;

    /// How messages speak of it.
    const NOUN: Noun;
    /// The path of the collection.
    const ROUTE: &'static str;
    /// How the API answers the collection.
    const LIST: ListShape;
    /// How it is read.
    const READ: ReadBy;
    /// How it is changed.
    const UPDATE: UpdateBy = UpdateBy::Put;
    /// How it is deleted.
    const DELETE: DeleteBy = DeleteBy::Path;
    /// What identifies it.
    const KEY: Key;
    /// The attribute by which people know it; also the API's field.
    const LABEL: &'static str = "label";
    /// An attribute that never changes besides the key: two objects that differ in
    /// it and in `created_at` are two.
    const IMMUTABLE: Option<&'static str> = None;
    /// What people call that, and take for the key: `SIP login`.
    const IMMUTABLE_NAME: &'static str = "";
    /// What follows for users when the object is gone and made anew: the end of a
    /// sentence.
    const GONE: &'static str = ".";
    /// In what a double is alike besides the label: words behind it.
    const DOUBLE: &'static str = "";
    /// Attributes whose API field has another name.
    const RENAMED: &'static [(&'static str, &'static str)] = &[];
    /// Arguments that no answer tells: secrets, and what the API never hears of.
    const UNTOLD: &'static [&'static str] = &[];
    /// Arguments of which an empty value is not the same as none.
    const EMPTY_MATTERS: &'static [&'static str] = &[];
    /// Texts of which `""` is none, for which the API takes null or `""`: nobody says which.
    const EMPTIED: &'static [&'static str] = &[];
    /// Switches that the API leaves off without a word where the account's plan does not
    /// include them.
    const TIER_SWITCHES: &'static [&'static str] = &[];
    /// Arguments that take effect some time after the answer.
    const ASYNCHRONOUS: &'static [&'static str] = &[];
    /// What the list tells, in the order of the documentation. By default everything.
    const IN_LIST: Option<&'static [&'static str]> = None;
    /// What the data source for all leaves out of what the list tells.
    const NOT_IN_LIST: &'static [&'static str] = &[];
    /// What the data source for one object finds it by.
    const FOUND_BY: &'static [&'static str] = &[];
    /// The same as words of a sentence: `id, SIP login or label`.
    const FOUND_BY_IN_WORDS: &'static str = "";
    /// What data sources say of the secrets that they do not tell.
    const SECRETS: &'static str = "";
    /// What data sources and lists filter by, besides the label: an equal value.
    const FILTERS: &'static [&'static str] = &[];
    /// Fields of which [`leftovers`](Self::leftovers) needs more than the state holds.
    const RAW: &'static [&'static str] = &[];
    /// By what the data source for all sorts them, if not by the key.
    const SORTED_BY: Option<&'static str> = None;
    /// Whether reads of many share the list, which must tell everything.
    const SHARED_READS: bool = false;
    /// A secret that the API may show in the answer to a create alone.
    const SHOWN_ONCE: Option<&'static str> = None;
    /// A result that says when somebody used the object last.
    const USED_AT: Option<&'static str> = None;
    /// Attributes that the list alone tells.
    const LISTED: &'static [&'static str] = &[];

    /// Arguments and results. Built once.
    fn schema() -> &'static Schema;

    /// Filters of the API's own: optional arguments of data sources and lists, each a query
    /// parameter of the list under the same name. Built once.
    fn queries() -> &'static [Attribute] {
        &[]
    }

    /// The query by which the API finds the objects that have this text in one of
    /// [`FOUND_BY`](Self::FOUND_BY). It may find others too.
    fn search(_attribute: &str, _text: &str) -> Option<(&'static str, String)> {
        None
    }

    /// Whether a listed object has this text in one of [`FOUND_BY`](Self::FOUND_BY).
    fn is_found(listed: &Record<Self>, attribute: &str, text: &str) -> bool {
        listed.text(attribute).is_some_and(|found| composed(found) == composed(text))
    }

    /// What the data source for one object tells where it is asked to: a flag to ask with,
    /// and results. Built once.
    fn on_demand() -> &'static [Attribute] {
        &[]
    }

    /// The results of that, where the configuration asks for them.
    fn told_on_demand(
        _call: &Call<'_, Context>,
        _config: &Value,
        _found: &Record<Self>,
    ) -> impl Future<Output = Result<Vec<(&'static str, Value)>, Diagnostics>> + Send {
        async { Ok(Vec::new()) }
    }

    /// What may be in the way of a delete that was refused: a sentence or two.
    fn in_the_way(_call: &Call<'_, Context>, _key: &str) -> impl Future<Output = Option<String>> + Send {
        async { None }
    }

    /// What data sources tell besides, or tell in another form: computed
    /// attributes. Built once.
    fn results() -> &'static [Attribute] {
        &[]
    }

    /// The fields of a request that an argument becomes. By default the one that has
    /// its name, with its value.
    fn encode(argument: &'static str, value: &Value) -> Vec<(&'static str, Json)> {
        body::plain(value).map(|json| (field::<Self>(argument), json)).into_iter().collect()
    }

    /// An attribute as an answer with these fields tells it, where that is not simply
    /// the field that has its name.
    fn decode(_attribute: &str, _fields: &Map<String, Json>) -> Reading {
        Reading::AsSchema
    }

    /// Puts right what does not follow from the schema, in a state made from an
    /// answer. `held` is what the plan or the state says.
    fn refine(_record: &Record<Self>, _held: &Self::Model, _found: &mut Self::Model) {}

    /// Whether an argument has no effect now, so that no answer says anything
    /// about it.
    fn is_unenforced(_model: &Self::Model, _argument: &str) -> bool {
        false
    }

    /// Whether an object that differs so may be the requested one all the same.
    fn is_tolerated(difference: &Difference) -> bool {
        is_left_off::<Self>(difference)
    }

    /// Arguments in which a listed object differs from what is wanted, of those that
    /// [`ReadBy::Key`] does not tell.
    fn differs_in_list(_wanted: &Self::Model, _listed: &Record<Self>) -> Vec<&'static str> {
        Vec::new()
    }

    /// Whether a listed object with the label of a planned one may be its double.
    fn may_be_double(_planned: &Self::Model, _listed: &Record<Self>) -> bool {
        true
    }

    /// The argument for one of [`FILTERS`](Self::FILTERS), where it has a rule or a text
    /// of its own.
    fn filter(_attribute: &str) -> Option<Attribute> {
        None
    }

    /// Whether a listed object passes one of [`FILTERS`](Self::FILTERS).
    fn passes(listed: &Record<Self>, filter: &str, wanted: &Value) -> bool {
        listed.told(filter).is_some_and(|told| told.means(wanted))
    }

    /// How `terraform query` shows it.
    fn display_name(listed: &Record<Self>) -> String {
        let unnamed = || format!("{} {}", Self::NOUN.name, listed.key);
        listed.label().map_or_else(unnamed, str::to_owned)
    }

    /// What the data source for all tells of all of them together.
    fn summarize(_listed: &[&Record<Self>]) -> Option<(Attribute, Value)> {
        None
    }

    /// Whether a listed object is that of a state whose key is gone: it has a new one.
    fn is_renewed(_state: &Self::Model, _listed: &Record<Self>) -> bool {
        false
    }

    /// What identifies a listed object, as the state from which a read can find it.
    fn identified(listed: &Record<Self>) -> Self::Model {
        stub::<Self>(&listed.key)
    }

    /// Adds to a state what only the list tells.
    fn add_listed(_listed: &Record<Self>, _state: &mut Self::Model) {}

    /// How messages tell it from its siblings.
    fn called(model: &Self::Model) -> String {
        key_of::<Self>(model).unwrap_or_default()
    }

    /// Takes out of a generated configuration what follows from the rest.
    fn generate(_config: &mut Self::Model) {}

    /// What is to be sent after an answer that shows more than was written.
    fn leftovers(_sent: &Body, _answer: &Record<Self>) -> Option<Body> {
        None
    }

    /// Makes certain what an answer would have said of an object that was found in its
    /// place.
    fn confirm_adopted(
        _call: &Call<'_, Context>,
        _sought: &Sought<'_, Self>,
        found: Record<Self>,
        _look: &Look,
        _outcome: &mut Outcome<Self::Model>,
    ) -> impl Future<Output = Result<Record<Self>, Diagnostics>> + Send {
        async { Ok(found) }
    }

    /// A value of an argument as people read it, where it is none that they write in a line.
    fn in_words(_argument: &str, _value: &Value) -> Option<String> {
        None
    }
}

impl Key {
    /// The attribute, which is also the name of the field.
    #[must_use]
    pub fn attribute(self) -> &'static str {
        match self {
            Self::Assigned(name) | Self::Natural(name) => name,
        }
    }

    /// The key that a text writes.
    #[must_use]
    pub fn parse(self, text: &str) -> Option<String> {
        let is_key = match self {
            // A positive decimal number in its one usual spelling.
            Self::Assigned(_) => text.parse::<i64>().is_ok_and(|id| id > 0 && id.to_string() == text),
            Self::Natural(_) => !text.is_empty(),
        };
        is_key.then(|| text.to_owned())
    }
}

/// The API's field of an attribute.
pub fn field<T: RemoteObject>(attribute: &'static str) -> &'static str {
    T::RENAMED.iter().find(|(name, _)| *name == attribute).map_or(attribute, |(_, field)| field)
}

/// Whether a switch was left off because the account's plan does not include it.
pub fn is_left_off<T: RemoteObject>(difference: &Difference) -> bool {
    T::TIER_SWITCHES.contains(&difference.name) && difference.wanted == Value::Bool(true)
}

/// The arguments that a request carries and an answer tells: neither computed nor
/// write-only.
pub fn arguments<T: RemoteObject>() -> impl Iterator<Item = &'static Attribute> {
    T::schema().attributes.iter().filter(|attribute| {
        attribute.mode != Mode::Computed
            && !attribute.write_only
            && !T::UNTOLD.contains(&attribute.name.as_str())
    })
}

/// The key in a model.
pub fn key_of<T: RemoteObject>(model: &T::Model) -> Option<String> {
    text_of::<T>(model, T::KEY.attribute()).and_then(|text| T::KEY.parse(&text))
}

/// A text of a model, if it is known.
pub fn text_of<T: RemoteObject>(model: &T::Model, attribute: &str) -> Option<String> {
    value_of::<T>(model, attribute).as_str().map(str::to_owned)
}

/// A value of a model.
pub fn value_of<T: RemoteObject>(model: &T::Model, attribute: &str) -> Value {
    let value = model.clone().into_value();
    value.get(attribute).cloned().unwrap_or(Value::Null)
}

/// What is known of an object of which only the key is known.
pub fn stub<T: RemoteObject>(key: &str) -> T::Model {
    let known = Value::map([(T::KEY.attribute(), Value::string(key))]);
    T::Model::from_value(&known).unwrap_or_default()
}

/// What was planned, with the values of an object for what the plan leaves open.
pub fn completed<T: RemoteObject>(plan: &T::Model, object: &T::Model) -> T::Model {
    let (plan, by) = (plan.clone().into_value(), object.clone().into_value());
    let Value::Map(mut values) = plan else { return object.clone() };
    for (name, value) in &mut values {
        if !value.is_wholly_known() {
            *value = by.get(name).cloned().unwrap_or(Value::Null);
        }
    }
    // Of two objects of one type each mixture is one; at worst what there is stays.
    T::Model::from_value(&Value::Map(values)).unwrap_or_else(|_| object.clone())
}

/// The same with other values. What does not fit changes nothing.
pub fn with<'a, T: RemoteObject>(
    model: &T::Model,
    values: impl IntoIterator<Item = (&'a str, Value)>,
) -> T::Model {
    let Value::Map(mut all) = model.clone().into_value() else { return model.clone() };
    all.extend(values.into_iter().map(|(name, value)| (name.to_owned(), value)));
    T::Model::from_value(&Value::Map(all)).unwrap_or_else(|_| model.clone())
}

/// Puts back the values that are the server's to change and that the plan
/// promised: what the server has made of them is for the next refresh.
pub fn keep_promises<T: RemoteObject>(plan: &T::Model, object: &mut T::Model) {
    let plan = plan.clone().into_value();
    let results = T::schema().attributes.iter().filter(|attribute| attribute.mode == Mode::Computed);
    let promised = results.filter_map(|result| Some((result.name.as_str(), plan.get(&result.name)?.clone())));
    *object = with::<T>(object, promised.filter(|(_, value)| value.is_wholly_known()));
}
