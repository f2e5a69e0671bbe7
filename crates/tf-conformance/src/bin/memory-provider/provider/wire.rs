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

pub(super) type Events<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;
pub(super) type Answer<T> = Result<Response<T>, Status>;

/// What of `message` is about a type that there is; `None` otherwise.
pub(super) fn known<'a>(name: &str, wanted: &'a str) -> Option<&'a str> {
    (name == wanted).then_some(wanted)
}
