//! What Terraform demands of a schema, and this framework of the model beside it.
//! Terraform's own checks end in a message that names no attribute, or in a crash. They are
//! an author's mistakes, so tests look for them, and no user's process does.

use std::collections::BTreeSet;

use crate::protocol::types::Type;

use super::consistency::conformed;
use super::object::Object;
use super::provider::Provider;
use super::schema::{Attribute, Block, Kind, Mode, Nesting, Schema};

/// Every rule that the provider and what it registers break.
pub(crate) fn of_provider<P: Provider>(provider: &P) -> Vec<String> {
    let registry = provider.registry();
    let mut found = faults(&provider.schema(), P::Model::attributes());
    let mut names = BTreeSet::new();
    found.extend(
        registry
            .names()
            .iter()
            .filter(|name| !names.insert(**name))
            .map(|(kind, name)| format!("{kind} {name}: registered more than once")),
    );
    for (kind, object) in registry.objects() {
        let (name, schema) = (object.type_name(), object.schema());
        let mut broken = faults(&schema, object.model_attributes());
        if !is_name(name) {
            broken.push("the name consists of a-z, 0-9 and _".to_owned());
        }
        if schema.description.is_empty() {
            broken.push("the description is empty".to_owned());
        }
        // A list and an action are only told something.
        if ["list resource", "action"].contains(&kind) {
            let results = schema.attributes.iter().filter(|attribute| attribute.is_computed());
            broken.extend(results.map(|result| format!("{}: it has arguments only", result.name)));
        }
        found.extend(broken.into_iter().map(|fault| format!("{kind} {name}: {fault}")));
    }
    let mut identified = BTreeSet::new();
    for resource in registry.resources() {
        let Some(identity) = resource.identity_schema() else { continue };
        let name = resource.type_name();
        identified.insert(name);
        found.extend(identity.faults().into_iter().map(|fault| format!("resource {name}: {fault}")));
    }
    let lists = registry.list_resources().map(|list| list.type_name());
    let strangers = lists.filter(|name| !identified.contains(name));
    found.extend(strangers.map(|name| format!("list resource {name}: its resource has no identity")));
    found
}

/// Every broken rule, as a phrase with the path in front. `model` are the names
/// that the schema's model maps, if it has names of its own.
pub(crate) fn faults(schema: &Schema, model: Option<&[&str]>) -> Vec<String> {
    let mut found = Vec::new();
    if schema.version < 0 {
        found.push("the version is negative".to_owned());
    }
    check_object("", &schema.attributes, &schema.blocks, false, &mut found);
    let Some(model) = model else { return found };
    let names = || {
        schema.attributes.iter().map(|a| a.name.as_str()).chain(schema.blocks.iter().map(|b| b.name.as_str()))
    };
    for name in names().filter(|name| !model.contains(name)) {
        found.push(format!("{name}: missing in the model"));
    }
    for name in model.iter().filter(|name| !names().any(|known| known == **name)) {
        found.push(format!("{name}: in the model, but not in the schema"));
    }
    found
}

fn check_object(at: &str, attributes: &[Attribute], blocks: &[Block], in_set: bool, found: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for attribute in attributes {
        let path = format!("{at}{}", attribute.name);
        if !is_name(&attribute.name) {
            found.push(format!("{path}: a name consists of a-z, 0-9 and _"));
        }
        if !seen.insert(&attribute.name) {
            found.push(format!("{path}: the name is used twice"));
        }
        check_attribute(&path, attribute, in_set, found);
    }
    for block in blocks {
        let path = format!("{at}{}", block.name);
        if !is_name(&block.name) {
            found.push(format!("{path}: a name consists of a-z, 0-9 and _"));
        }
        if !seen.insert(&block.name) {
            found.push(format!("{path}: the name is used twice"));
        }
        if block.nesting == Nesting::Map {
            found.push(format!("{path}: blocks with keys are not supported"));
        }
        let in_set = in_set || block.nesting == Nesting::Set;
        check_object(&format!("{path}."), &block.attributes, &block.blocks, in_set, found);
    }
}

fn check_attribute(path: &str, attribute: &Attribute, in_set: bool, found: &mut Vec<String>) {
    let mut fault = |text: &str| found.push(format!("{path}: {text}"));
    if attribute.default.is_some() && attribute.mode != Mode::OptionalComputed {
        fault("a default needs an optional and computed attribute");
    }
    if let Some(default) = &attribute.default
        && (default.is_null() || conformed(default.clone(), &attribute.ty()) != *default)
    {
        fault("the default is no value of the attribute's type");
    }
    if attribute.write_only && attribute.is_computed() {
        fault("a write-only attribute cannot be computed");
    }
    if attribute.write_only && in_set {
        fault("a write-only attribute cannot stand in a set");
    }
    match &attribute.kind {
        Kind::Value(ty) => {
            let inside = in_set && *ty == Type::Dynamic;
            if inside || holds_dynamic_elements(ty) {
                fault("a dynamic type cannot stand in a collection");
            }
        }
        Kind::Nested(nesting, attributes) => {
            let in_set = in_set || *nesting == Nesting::Set;
            check_object(&format!("{path}."), attributes, &[], in_set, found);
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn holds_dynamic_elements(ty: &Type) -> bool {
    fn holds_dynamic(ty: &Type) -> bool {
        *ty == Type::Dynamic || inside(ty).any(holds_dynamic)
    }
    fn inside(ty: &Type) -> Box<dyn Iterator<Item = &Type> + '_> {
        match ty {
            Type::List(element) | Type::Set(element) | Type::Map(element) => {
                Box::new(std::iter::once(&**element))
            }
            Type::Tuple(elements) => Box::new(elements.iter()),
            Type::Object(attributes) => Box::new(attributes.values()),
            _ => Box::new(std::iter::empty()),
        }
    }
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => holds_dynamic(element),
        other => inside(other).any(holds_dynamic_elements),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::diagnostics::Diagnostics;
    use crate::framework::fixtures::registered::registered;
    use crate::framework::fixtures::{FakeResource, Journal, Thing};
    use crate::framework::list_resource::{ListRequest, ListResource, ListResults};
    use crate::framework::resource::Call;
    use crate::protocol::value::Value;

    #[test]
    fn a_sound_schema_has_no_faults() {
        let schema = Schema {
            attributes: vec![
                Attribute::string("id").computed(),
                Attribute::of("anything", Type::Dynamic),
                Attribute::nested("hosts", Nesting::Set, vec![Attribute::string("name").required()]),
            ],
            ..Schema::default()
        };
        assert_eq!(faults(&schema, Some(&["id", "anything", "hosts"])), Vec::<String>::new());
    }

    #[test]
    fn each_broken_rule_is_found() {
        let block = |name: &str, nesting, attributes| Block {
            name: name.into(),
            nesting,
            description: String::new(),
            attributes,
            blocks: vec![],
        };
        let mut wrong_default = Attribute::string("d").default_value(Value::Bool(true));
        wrong_default.mode = Mode::Optional;
        let schema = Schema {
            version: -1,
            attributes: vec![
                Attribute::string("Name"),
                Attribute::string("twice"),
                wrong_default,
                Attribute::string("w").computed().write_only(),
                Attribute::of("l", Type::object([("x", Type::list(Type::Dynamic))])),
                Attribute::nested(
                    "s",
                    Nesting::Set,
                    vec![Attribute::string("w").write_only(), Attribute::of("d", Type::Dynamic)],
                ),
            ],
            blocks: vec![block("twice", Nesting::Map, vec![])],
            ..Schema::default()
        };
        assert_eq!(
            faults(&schema, Some(&["Name", "twice", "d", "w", "l", "extra"])),
            [
                "the version is negative",
                "Name: a name consists of a-z, 0-9 and _",
                "d: a default needs an optional and computed attribute",
                "d: the default is no value of the attribute's type",
                "w: a write-only attribute cannot be computed",
                "l: a dynamic type cannot stand in a collection",
                "s.w: a write-only attribute cannot stand in a set",
                "s.d: a dynamic type cannot stand in a collection",
                "twice: the name is used twice",
                "twice: blocks with keys are not supported",
                "s: missing in the model",
                "extra: in the model, but not in the schema",
            ]
        );
    }

    #[test]
    fn what_the_registered_objects_break_is_told_by_kind_and_name() {
        let found = of_provider(&registered(|registry| {
            let mut resource = FakeResource::default();
            resource.schema.description = "A thing.".to_owned();
            resource.schema.attributes.retain(|attribute| attribute.name != "etag");
            registry.resource(resource).list_resource(Unlistable).list_resource(Unlistable)
        }));
        assert_eq!(
            found,
            [
                "list resource fake_Unknown: registered more than once",
                "resource fake_thing: etag: in the model, but not in the schema",
                "list resource fake_Unknown: the name consists of a-z, 0-9 and _",
                "list resource fake_Unknown: the description is empty",
                "list resource fake_Unknown: id: it has arguments only",
                "list resource fake_Unknown: its resource has no identity",
            ]
        );
    }

    /// A list of what no resource manages, with a result.
    struct Unlistable;

    impl ListResource<Journal> for Unlistable {
        type Model = Value;
        type Resource = FakeResource;

        fn type_name(&self) -> &'static str {
            "fake_Unknown"
        }

        fn schema(&self) -> Schema {
            Schema { attributes: vec![Attribute::string("id").computed()], ..Schema::default() }
        }

        async fn list(
            &self,
            _: &Call<'_, Journal>,
            _: ListRequest<Value>,
            _: &mut ListResults<Thing>,
        ) -> Result<(), Diagnostics> {
            Ok(())
        }
    }
}
