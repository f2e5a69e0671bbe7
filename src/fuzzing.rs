//! Entry points of the fuzzers: properties of arbitrary bytes.
//!
//! Each function takes whatever it is given and panics where a promise is
//! broken: `fuzz/` calls them with what libFuzzer makes up, and the tests below,
//! on any toolchain, with what proptest does and with the committed corpus. No
//! part of the provider: built for tests and with the feature `fuzzing` only.
#![allow(clippy::expect_used, reason = "a broken promise has to panic, or no fuzzer notices it")]

use std::ffi::OsString;

use crate::client;
use crate::framework::convert::attribute_path;
use crate::framework::object::Mapped;
use crate::framework::path::{Path, Step};
use crate::lifecycle::object::{RemoteObject, stub};
use crate::lifecycle::record::Record;
use crate::protocol::environment::Environment;
use crate::protocol::handshake::{self, Announcement, MAGIC_COOKIE};
use crate::protocol::tls::ServerTls;
use crate::protocol::types::Type;
use crate::protocol::value::Value;
use crate::protocol::{json, msgpack, type_json};
use crate::resources::api_key::ApiKey;
use crate::resources::call_webhook::CallWebhook;
use crate::resources::sip_trunk::SipTrunk;

#[cfg(test)]
mod tests;

/// The code of a refined unknown among MessagePack's extensions.
const REFINED_UNKNOWN: u8 = 12;

/// A value as Terraform sends it. The first byte chooses the type it is read as.
pub fn msgpack(data: &[u8]) {
    let Some((ty, bytes)) = typed(data) else { return };
    if let Ok(value) = msgpack::decode(bytes, &ty) {
        assert_survives(&value, &ty);
    }
}

/// A stored state, and a type as it is written next to it.
pub fn json(data: &[u8]) {
    let Some((ty, text)) = typed(data) else { return };
    let strict = json::decode(text, &ty);
    let lenient = json::decode_lenient(text, &ty);
    if let Ok(value) = &strict {
        assert_eq!(lenient.as_ref(), Ok(value), "the lenient reader takes what the strict one does");
    }
    if let Ok(value) = &lenient {
        assert_survives(value, &ty);
        let written = json::encode(value, &ty).expect("what JSON held can be written as JSON");
        assert_eq!(json::decode(&written, &ty).as_ref(), Ok(value));
    }
    if let Ok(ty) = type_json::decode(text) {
        assert_eq!(type_json::decode(&type_json::encode(&ty)), Ok(ty));
    }
}

/// An unknown value and what is known of it nevertheless: the body of an extension.
pub fn refined_unknown(data: &[u8]) {
    let Some((ty, body)) = typed(data) else { return };
    let Ok(length) = u16::try_from(body.len()) else { return };
    // ext 16
    let bytes = [&[0xc8], &length.to_be_bytes()[..], &[REFINED_UNKNOWN], body].concat();
    if let Ok(value) = msgpack::decode(&bytes, &ty) {
        assert!(value.is_unknown(), "an extension is an unknown value or none");
        assert_survives(&value, &ty);
    }
}

/// What a plugin is told through its environment: variables divided by zero bytes, the first byte of each chooses its name.
pub fn environment(data: &[u8]) {
    const NAMES: [&str; 12] = [
        "TF_PLUGIN_MAGIC_COOKIE",
        "PLUGIN_PROTOCOL_VERSIONS",
        "PLUGIN_MIN_PORT",
        "PLUGIN_MAX_PORT",
        "PLUGIN_CLIENT_CERT",
        "PLUGIN_UNIX_SOCKET_DIR",
        "PLUGIN_UNIX_SOCKET_GROUP",
        "PLUGIN_MULTIPLEX_GRPC",
        "PLUGIN_TRANSPORT",
        "TMPDIR",
        "TF_LOG",
        "TF_LOG_PROVIDER",
    ];
    let variables = data.split(|byte| *byte == 0).filter_map(|variable| {
        let (choice, value) = variable.split_first()?;
        Some((*NAMES.get(usize::from(*choice) % NAMES.len())?, os_string(value)))
    });
    let environment = Environment::from_pairs(variables);
    let cookie = environment.magic_cookie.as_deref();
    assert_eq!(handshake::cookie_matches(&environment), cookie == Some(MAGIC_COOKIE));
    if handshake::client_speaks_our_version(&environment) {
        assert!(environment.protocol_versions.is_some_and(|versions| versions.contains('6')));
    }
    let line = Announcement {
        network: "unix",
        address: "/tmp/s",
        certificate: Some(data),
        multiplexing_asked: environment.multiplex_grpc.is_some(),
    }
    .to_string();
    assert!(!line.contains('\n') && line.matches('|').count() >= 5, "{line}");
    if let Some(Err(error)) = environment.client_certificate.as_deref().map(ServerTls::new) {
        assert!(!error.to_string().is_empty());
    }
}

/// An answer of the API: the first byte chooses the status, the second the content type, the rest is the body, of an object
/// of any kind.
pub fn answer(data: &[u8]) {
    const STATUSES: [u16; 12] = [200, 201, 204, 301, 400, 401, 404, 409, 422, 429, 500, 502];
    const CONTENT_TYPES: [Option<&str>; 4] =
        [None, Some("application/json"), Some("text/html"), Some("text/plain")];
    let [status, content_type, body @ ..] = data else { return };
    let Some(status) = STATUSES.get(usize::from(*status) % STATUSES.len()) else { return };
    let content_type = CONTENT_TYPES.get(usize::from(*content_type) % CONTENT_TYPES.len()).copied().flatten();
    answered::<SipTrunk>(*status, content_type, body);
    answered::<ApiKey>(*status, content_type, body);
    answered::<CallWebhook>(*status, content_type, body);
}

fn answered<T: RemoteObject>(status: u16, content_type: Option<&str>, body: &[u8]) {
    match client::read_answer::<Record<T>>(status, content_type, body) {
        Ok(record) => {
            let imported = record.state(&stub::<T>(&record.key));
            // The next refresh finds nothing to change.
            assert_eq!(record.state(&imported), imported);
            assert_survives(&imported.into_value(), &T::schema().ty());
        }
        Err(told) => {
            assert!(told.chars().count() < 20_000, "an answer decides what is told, not how much");
            assert!(!told.chars().any(char::is_control), "{told:?}");
        }
    }
}

/// A path to an attribute: each step is a kind, a length and so many bytes.
pub fn path(data: &[u8]) {
    let mut path = Path::top();
    let mut rest = data;
    while let [kind, length, tail @ ..] = rest {
        let (name, tail) = tail.split_at(usize::from(*length).min(tail.len()));
        let text = String::from_utf8_lossy(name).into_owned();
        path = path.step(match kind % 4 {
            0 => Step::Attribute(text),
            1 => Step::Key(text),
            2 => Step::Index(name.iter().fold(0, |index, byte| (index << 8) | usize::from(*byte))),
            _ => Step::Element,
        });
        rest = tail;
    }
    let shown = path.to_string();
    assert_eq!(shown.is_empty() && !path.steps().iter().any(is_blank), path.steps().is_empty());
    let wire = attribute_path(&path);
    let until_set = path.steps().iter().take_while(|step| **step != Step::Element).count();
    assert_eq!(wire.steps.len(), until_set);
    assert!(wire.steps.iter().all(|step| step.selector.is_some()));
}

/// An attribute without a name is shown as nothing.
fn is_blank(step: &Step) -> bool {
    matches!(step, Step::Attribute(name) if name.is_empty())
}

fn typed(data: &[u8]) -> Option<(Type, &[u8])> {
    let (choice, rest) = data.split_first()?;
    let ty = match choice % 9 {
        0 => Type::Dynamic,
        1 => Type::String,
        2 => Type::Number,
        3 => Type::Bool,
        4 => Type::list(Type::Dynamic),
        5 => Type::set(Type::object([("a", Type::String), ("b", Type::Number)])),
        6 => Type::map(Type::list(Type::Bool)),
        7 => Type::Tuple(vec![Type::String, Type::Dynamic]),
        _ => <SipTrunk as RemoteObject>::schema().ty(),
    };
    Some((ty, rest))
}

fn assert_survives(value: &Value, ty: &Type) {
    let bytes = msgpack::encode(value, ty).expect("what was read can be written");
    assert_eq!(msgpack::decode(&bytes, ty).as_ref(), Ok(value), "and read again");
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}
