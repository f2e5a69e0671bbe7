//! Compares the definitions in `proto/` with the tables of facts next to them.

use std::collections::BTreeSet;

use prost::Message;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet,
};

const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// What is known of one package: the lines of its table.
fn facts(table: &str) -> BTreeSet<String> {
    table.lines().skip(1).map(str::to_owned).collect()
}

/// The same lines, made from the definitions.
fn defined(package: &str) -> BTreeSet<String> {
    let files = FileDescriptorSet::decode(DESCRIPTORS).unwrap().file;
    let mut rows = BTreeSet::new();
    for file in files.iter().filter(|file| file.package() == package) {
        for message in &file.message_type {
            add_message(package, message, &mut rows);
        }
        for enumeration in &file.enum_type {
            add_enum(package, enumeration, &mut rows);
        }
        add_services(file, &mut rows);
    }
    rows
}

fn add_services(file: &FileDescriptorProto, rows: &mut BTreeSet<String>) {
    for service in &file.service {
        for method in &service.method {
            let kind = match (method.client_streaming(), method.server_streaming()) {
                (false, false) => "unary",
                (true, false) => "client_stream",
                (false, true) => "server_stream",
                (true, true) => "bidi_stream",
            };
            let (input, output) = (full_name(method.input_type()), full_name(method.output_type()));
            let (package, service, method) = (file.package(), service.name(), method.name());
            rows.insert(format!("{package}.{service}\t{method}\t\trpc {input} -> {output}\t{kind}"));
        }
    }
}

fn add_enum(scope: &str, enumeration: &EnumDescriptorProto, rows: &mut BTreeSet<String>) {
    for value in &enumeration.value {
        rows.insert(format!(
            "{scope}.{}\t{}\t{}\tenum_value\t",
            enumeration.name(),
            value.name(),
            value.number()
        ));
    }
}

fn add_message(scope: &str, message: &DescriptorProto, rows: &mut BTreeSet<String>) {
    let path = format!("{scope}.{}", message.name());
    for nested in message.nested_type.iter().filter(|nested| !is_map_entry(nested)) {
        add_message(&path, nested, rows);
    }
    for enumeration in &message.enum_type {
        add_enum(&path, enumeration, rows);
    }
    for field in &message.field {
        let (kind, label) = type_and_label(message, field);
        rows.insert(format!("{path}\t{}\t{}\t{kind}\t{label}", field.name(), field.number()));
    }
}

fn is_map_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry())
}

fn type_and_label(message: &DescriptorProto, field: &FieldDescriptorProto) -> (String, String) {
    let last = field.type_name().rsplit('.').next().unwrap();
    if let Some(entry) =
        message.nested_type.iter().find(|nested| is_map_entry(nested) && nested.name() == last)
    {
        let [key, value] = entry.field.as_slice() else { panic!("{entry:?}") };
        return (format!("map<{},{}>", type_text(key), type_text(value)), "map".to_owned());
    }
    let mut label = match (field.label(), field.oneof_index) {
        (Label::Repeated, _) => "repeated".to_owned(),
        _ if field.proto3_optional() => "optional".to_owned(),
        (_, Some(index)) => format!("oneof:{}", message.oneof_decl[usize::try_from(index).unwrap()].name()),
        _ => "singular".to_owned(),
    };
    if field.options.as_ref().is_some_and(|options| options.deprecated()) {
        label.push_str(",deprecated");
    }
    (type_text(field), label)
}

fn type_text(field: &FieldDescriptorProto) -> String {
    match field.r#type() {
        Type::Message | Type::Enum => full_name(field.type_name()).to_owned(),
        scalar => scalar.as_str_name().trim_start_matches("TYPE_").to_lowercase(),
    }
}

fn full_name(name: &str) -> &str {
    name.trim_start_matches('.')
}

fn assert_same(package: &str, table: &str) {
    let (facts, defined) = (facts(table), defined(package));
    assert!(!facts.is_empty());
    let missing: Vec<_> = facts.difference(&defined).collect();
    let surplus: Vec<_> = defined.difference(&facts).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "missing: {missing:#?}\nsurplus: {surplus:#?}");
}

#[test]
fn terraforms_protocol_is_defined_as_it_is() {
    assert_same("tfplugin6", include_str!("../../../proto/tfplugin6.tsv"));
}

#[test]
fn go_plugins_services_are_defined_as_they_are() {
    assert_same("plugin", include_str!("../../../proto/go_plugin.tsv"));
}
