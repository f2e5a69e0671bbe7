//! What every managed object keeps, whatever it is: one entry each, and for each all
//! of the facts, in this process, against the simulator. Two configurations that differ
//! in every argument are the object's case of tf-conformance; all else is its schema's
//! and its `RemoteObject`'s.
//!
//! | file | facts about |
//! |---|---|
//! | `life` | made, changed, replaced, drifted, deleted behind its back |
//! | `views` | import, identity, generated configuration, data sources, list |
//! | `faults` | answers that are lost, services and scopes that are missing |

mod faults;
mod life;
mod views;

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value as Json};

use super::bench::{Bench, Tested};
use crate::framework::object::Mapped;
use crate::framework::private::Private;
use crate::framework::resource::Call;
use crate::framework::schema::{Attribute, Kind, Mode, Schema};
use crate::lifecycle::context::options;
use crate::lifecycle::object::{RemoteObject, key_of};
use crate::protocol::json;
use crate::protocol::value::Value;
use crate::resources::registry;

/// One test for each fact.
macro_rules! facts {
    ($resource:ty: $($about:ident::$fact:ident,)*) => {
        $(#[tokio::test]
        async fn $fact() {
            super::$about::$fact::<$resource>().await;
        })*
    };
}

/// All facts of each object, and those of objects that are there before their resource and
/// after it.
macro_rules! contract {
    ($($name:ident: $resource:ty,)*; $($adopted:ident: $adopting:ty,)*) => {
        const ENTRIES: &[&str] = &[$(stringify!($name),)* $(stringify!($adopted)),*];

        $(mod $name {
            facts! { $resource:
                life::what_was_made_reads_as_it_is_and_plans_nothing,
                life::a_change_is_made_in_place_and_plans_nothing,
                life::another_value_of_what_cannot_be_changed_replaces,
                life::drift_of_each_argument_is_seen_and_repaired,
                life::what_was_deleted_elsewhere_leaves_the_state,
                views::an_import_by_id_or_identity_finds_it_and_plans_nothing,
                views::data_sources_and_the_list_show_it_without_secrets,
                faults::a_create_whose_answer_is_lost_makes_one,
                faults::an_update_whose_answer_is_lost_arrives,
                faults::a_delete_whose_answer_is_lost_leaves_nothing,
                faults::without_the_service_nothing_is_lost,
                faults::a_missing_scope_is_named,
            }
        })*

        $(mod $adopted {
            facts! { $adopting:
                life::a_change_is_made_in_place_and_plans_nothing,
                life::drift_of_each_argument_is_seen_and_repaired,
                views::an_import_by_id_or_identity_finds_it_and_plans_nothing,
                views::data_sources_and_the_list_show_it_without_secrets,
                faults::an_update_whose_answer_is_lost_arrives,
                faults::without_the_service_nothing_is_lost,
                faults::a_missing_scope_is_named,
            }
        })*
    };
}

contract! {
    api_key: crate::resources::api_key::ApiKeyResource,
    call_webhook: crate::resources::call_webhook::CallWebhookResource,
    sip_trunk: crate::resources::sip_trunk::SipTrunk,
    ;
    phone_number: crate::resources::phone_number::PhoneNumberResource,
}

/// Arguments of which the two configurations have the same, and why.
const ALIKE: [(&str, &str, &str); 1] =
    [("sip_trunk", "host_request", "it takes a review: see the trunk's tests of IP authentication")];

/// Shows a part of an object that has an entry.
const PARTS: [&str; 1] = ["phone_number_routing"];

#[test]
fn every_registered_resource_has_an_entry() {
    let all = registry();
    let names = all.resources().map(|resource| resource.type_name().trim_start_matches("wavix_"));
    let names: BTreeSet<&str> = names.filter(|name| !PARTS.contains(name)).collect();
    assert_eq!(BTreeSet::from_iter(ENTRIES.iter().copied()), names, "one line for each");
}

/// What no schema says of an object.
struct Case<R: Tested> {
    /// As much as fits together.
    config: R::Model,
    /// The same object, and every argument with another value.
    changed: R::Model,
    /// A key that no object has.
    missing: String,
}

impl<R: Tested> Case<R> {
    fn read() -> Self {
        let name = R::ONLY.type_name().trim_start_matches("wavix_");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/conformance/{name}.json"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let case: Json = serde_json::from_str(&text).unwrap();
        let resource = &case["resource"];
        let missing = resource["missing_id"].as_str().unwrap().to_owned();
        Self { config: model::<R>(&resource["config"]), changed: model::<R>(&resource["changed"]), missing }
    }
}

/// Null for everything.
fn nothing(schema: &Schema) -> Map<String, Json> {
    let blocks = schema.blocks.iter().map(|block| block.name.clone());
    let names = schema.attributes.iter().map(|attribute| attribute.name.clone()).chain(blocks);
    names.map(|name| (name, Json::Null)).collect()
}

fn inside(attribute: &Attribute) -> &[Attribute] {
    if let Kind::Nested(_, inside) = &attribute.kind { inside } else { &[] }
}

/// The objects of a value, each with null for the attributes that it leaves out.
fn whole(within: &[Attribute], written: &Json) -> Json {
    match written {
        Json::Array(items) => items.iter().map(|item| whole(within, item)).collect(),
        Json::Object(fields) if !within.is_empty() => {
            let of = |of: &Attribute| whole(inside(of), fields.get(&of.name).unwrap_or(&Json::Null));
            within
                .iter()
                .map(|attribute| (attribute.name.clone(), of(attribute)))
                .collect::<Map<_, _>>()
                .into()
        }
        other => other.clone(),
    }
}

fn model<R: Tested>(written: &Json) -> R::Model {
    let schema = R::ONLY.schema();
    let mut all = nothing(&schema);
    for (name, json) in written.as_object().unwrap() {
        let within = schema.attribute(name).map_or(&[][..], inside);
        all.insert(name.clone(), whole(within, json));
    }
    let value = json::decode(&serde_json::to_vec(&all).unwrap(), &schema.ty()).unwrap();
    R::Model::from_value(&value).unwrap()
}

/// A state as the framework compares it: whatever the order of its sets.
fn compared<R: Tested>(model: &R::Model) -> Value {
    model.clone().into_value()
}

/// The same with another value of one attribute.
fn with<R: Tested>(model: &R::Model, attribute: &str, value: Value) -> R::Model {
    let Value::Map(mut values) = compared::<R>(model) else { panic!("an object") };
    values.insert(attribute.to_owned(), value);
    R::Model::from_value(&Value::Map(values)).unwrap()
}

/// What somebody writes who wants exactly this state, with the secrets of `config`.
fn written<R: Tested>(state: &R::Model, config: &R::Model) -> R::Model {
    let config = compared::<R>(config);
    R::ONLY.schema().attributes.iter().fold(state.clone(), |written, attribute| {
        let name = attribute.name.as_str();
        match attribute.mode {
            Mode::Computed => with::<R>(&written, name, Value::Null),
            _ if attribute.write_only => with::<R>(&written, name, config.get(name).unwrap().clone()),
            _ => written,
        }
    })
}

/// The keys of all objects in the account, as somebody else sees them.
async fn keys<R: Tested>(bench: &Bench<R>) -> BTreeSet<String> {
    let ctx = bench.context(|_| {});
    let call = Call { ctx: &ctx, ..bench.call() };
    let listed = ctx.slot::<R::Remote>().fresh(&call, &options(&call)).await.unwrap();
    listed.iter().map(|record| record.key.clone()).collect()
}

/// The only key that is new since `before`.
async fn made_since<R: Tested>(bench: &Bench<R>, before: &BTreeSet<String>) -> Vec<String> {
    keys(bench).await.difference(before).cloned().collect()
}

fn key<R: Tested>(state: &R::Model) -> String {
    key_of::<R::Remote>(state).expect("a state has a key")
}

/// An account with one object that was made there.
async fn with_one<R: Tested>(config: &R::Model) -> (Bench<R>, R::Model, Private) {
    let bench = Bench::<R>::start().await;
    let (left, private) = bench.create(config).await.and_private();
    assert_eq!(left.warned(), [""; 0]);
    let made = left.ok();
    (bench, made, private)
}

/// Insists that a new process of the provider finds nothing to do, before a refresh and
/// after it.
async fn is_settled<R: Tested>(
    bench: Bench<R>,
    config: &R::Model,
    state: &R::Model,
    private: Private,
) -> Bench<R> {
    let bench = bench.again();
    let left = bench.read_with(state, private).await;
    assert_eq!(left.warned(), [""; 0]);
    let read = left.ok();
    assert_eq!(compared::<R>(&read), compared::<R>(state), "a refresh changes nothing");
    let planned = bench.try_plan(config, Some(state)).await;
    assert_eq!(compared::<R>(&planned.state), compared::<R>(state), "a plan changes nothing");
    assert!(planned.diagnostics.is_empty(), "{planned:?}");
    bench
}

/// The path of the collection.
fn route<R: Tested>() -> &'static str {
    <R::Remote as RemoteObject>::ROUTE
}
