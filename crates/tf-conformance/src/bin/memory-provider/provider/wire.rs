//! Diagnostics and values as they go over the wire.

use std::pin::Pin;

use tf_conformance::proto::tfplugin6 as pb;
use tf_conformance::value::{Type, Value, ValueError, decode, decode_leniently, encode};
use tokio_stream::Stream;
use tonic::{Response, Status};

use crate::breaks;

pub(super) fn diagnostic(severity: i32, summary: &str, attribute: Option<&str>) -> pb::Diagnostic {
    let attribute = attribute.map(|name| pb::AttributePath {
        steps: vec![pb::attribute_path::Step {
            selector: Some(pb::attribute_path::step::Selector::AttributeName(name.to_owned())),
        }],
    });
    pb::Diagnostic { severity, summary: summary.to_owned(), detail: String::new(), attribute }
}

pub(super) fn error(summary: &str) -> pb::Diagnostic {
    diagnostic(1, summary, None)
}

pub(super) fn read(value: Option<pb::DynamicValue>, ty: &Type) -> Result<Value, ValueError> {
    let bytes = value.unwrap_or_default().msgpack;
    if breaks("14") { decode(&bytes, ty) } else { decode_leniently(&bytes, ty) }
}

pub(super) fn write(value: &Value, ty: &Type) -> Option<pb::DynamicValue> {
    Some(pb::DynamicValue { msgpack: encode(value, ty), json: Vec::new() })
}

/// As `write`, with the elements of each set in the opposite order.
pub(super) fn write_turned(value: &Value, ty: &Type) -> Option<pb::DynamicValue> {
    let (Value::Map(entries), Type::Object(types)) = (value, ty) else { return write(value, ty) };
    let (mut entries, mut types) = (entries.clone(), types.clone());
    for (name, entry) in &mut entries {
        if let (Value::Set(elements), Some(ty)) = (&*entry, types.get_mut(name))
            && let Type::Set(element) = ty
        {
            // On the wire a set is a list, and that has the order it is given.
            *entry = Value::List(elements.iter().rev().cloned().collect());
            *ty = Type::List(element.clone());
        }
    }
    write(&Value::Map(entries), &Type::Object(types))
}

pub(super) type Events<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;
pub(super) type Answer<T> = Result<Response<T>, Status>;

/// What of `message` is about a type that there is; `None` otherwise.
pub(super) fn known<'a>(name: &str, wanted: &'a str) -> Option<&'a str> {
    (name == wanted).then_some(wanted)
}
