//! The schema against the model, the API's own schema and the house rules.

use std::collections::BTreeSet;

use crate::framework::object::{Mapped, Object};
use crate::framework::resource::Resource;
use crate::framework::schema::{Attribute, Kind, Mode, Schema};
use crate::framework::schema_rules;
use crate::protocol::types::Type;
use crate::protocol::value::Value;

use super::super::{HostRequestModel, SipTrunk, SipTrunkModel};
use crate::lifecycle::object::arguments;

fn schema() -> Schema {
    Resource::schema(&SipTrunk)
}

fn names(attributes: &[Attribute]) -> BTreeSet<&str> {
    attributes.iter().map(|attribute| attribute.name.as_str()).collect()
}

#[test]
fn the_model_has_exactly_the_attributes_of_the_schema() {
    let schema = schema();
    assert_eq!(schema_rules::faults(&schema, SipTrunkModel::attributes()), Vec::<String>::new());
    let mut expected = names(&schema.attributes);
    expected.extend(schema.blocks.iter().map(|block| block.name.as_str()));
    assert_eq!(SipTrunkModel::ATTRIBUTES.iter().copied().collect::<BTreeSet<_>>(), expected);
    assert_eq!(SipTrunkModel::ATTRIBUTES.len(), schema.attributes.len() + schema.blocks.len());

    let Kind::Nested(_, nested) = &schema.attribute("host_request").unwrap().kind else {
        panic!("host_request is an object")
    };
    assert_eq!(HostRequestModel::ATTRIBUTES.iter().copied().collect::<BTreeSet<_>>(), names(nested));
}

fn sample(ty: &Type) -> Value {
    match ty {
        Type::Bool => Value::Bool(true),
        Type::Number => Value::Number(7.into()),
        Type::String => Value::string("7"),
        Type::Set(element) => Value::set([sample(element)]),
        Type::Object(attributes) => {
            Value::map(attributes.iter().map(|(name, ty)| (name.clone(), sample(ty))))
        }
        other => panic!("no attribute of this resource is {other:?}"),
    }
}

/// A type that differs would otherwise show as a provider bug at run time.
#[test]
fn every_value_the_schema_allows_maps_to_the_model_and_back() {
    let object = sample(&schema().ty());
    assert_eq!(SipTrunkModel::from_value(&object).unwrap().into_value(), object);
}

#[test]
fn every_attribute_is_documented_and_only_secrets_are_hidden() {
    for attribute in &schema().attributes {
        assert!(attribute.description.ends_with('.'), "{}", attribute.name);
        let is_secret = ["password", "password_wo", "access_token"].contains(&attribute.name.as_str());
        assert_eq!(attribute.sensitive, is_secret, "{}", attribute.name);
        assert_eq!(attribute.write_only, attribute.name == "password_wo", "{}", attribute.name);
        for validator in &attribute.validators {
            assert!(validator.rule().contains("must "), "{}: {}", attribute.name, validator.rule());
        }
        if let Some(default) = &attribute.default {
            let shown = match default {
                Value::Bool(truth) => truth.to_string(),
                Value::Number(number) => number.to_string(),
                Value::Set(items) if items.is_empty() => "[]".to_owned(),
                other => panic!("an unexpected default: {other:?}"),
            };
            let said = format!("Default: `{shown}`.");
            assert!(attribute.description.contains(&said), "{} does not say {said}", attribute.name);
        }
    }
    assert!(schema().blocks[0].attributes.iter().all(|attribute| !attribute.validators.is_empty()));
}

#[test]
fn arguments_and_results_are_what_the_design_says() {
    let with_mode = |mode| {
        schema()
            .attributes
            .iter()
            .filter(|attribute| attribute.mode == mode)
            .map(|attribute| attribute.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(with_mode(Mode::Required), ["label"]);
    assert_eq!(
        with_mode(Mode::Computed),
        ["id", "login", "created_at", "host", "auth_method", "status", "passthrough", "access_token"]
    );
    assert_eq!(
        with_mode(Mode::Optional),
        [
            "password",
            "password_wo",
            "password_wo_version",
            "callerid",
            "host_request",
            "call_limit",
            "max_call_cost",
            "max_channels",
            "rewrite_prefix",
            "rewrite_cond"
        ]
    );
}

fn vendor(component: &str) -> BTreeSet<String> {
    let document = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/crates/wavix-sim/openapi/trunks.json"));
    let document: serde_json::Value = serde_json::from_str(document).unwrap();
    let properties = &document["components"]["schemas"][component]["properties"];
    properties.as_object().unwrap().keys().cloned().collect()
}

/// All 22 request and 26 response fields, or their documented replacement.
#[test]
fn every_field_of_the_api_has_its_attribute() {
    let attributes: BTreeSet<String> =
        schema().attributes.iter().map(|attribute| attribute.name.clone()).collect();
    let replaced = |field: String| if field == "name" { "login".to_owned() } else { field };
    let mut fields: BTreeSet<String> = vendor("SIPTrunkCreateRequest").into_iter().collect();
    assert_eq!(fields.len(), 22);
    assert_eq!(vendor("SIPTrunkResponse").len(), 26);
    fields.extend(vendor("SIPTrunkResponse").into_iter().map(replaced));
    assert_eq!(fields.difference(&attributes).collect::<Vec<_>>(), Vec::<&String>::new());
    let own: Vec<&String> = attributes.difference(&fields).collect();
    assert_eq!(own, ["auth_method", "password_wo", "password_wo_version", "status"]);
}

#[test]
fn what_is_compared_is_what_a_request_carries() {
    let mut compared: BTreeSet<String> =
        arguments::<SipTrunk>().map(|argument| argument.name.clone()).collect();
    compared.insert("password".to_owned());
    assert_eq!(compared, vendor("SIPTrunkCreateRequest"));
}
