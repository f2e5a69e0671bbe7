//! The rows of the matrix in which an answer is odd: what is odd about it depends
//! on its shape.

use serde_json::{Value as Json, json};
use wavix_sim::Fault;

use super::verb::Verb;

/// Why a row has no cell for a verb.
const NO_OBJECT: &str = "the answer has no fields";
const NO_TRUNK: &str = "the answer is no trunk";

/// Where the fields of the object are in the answer to a verb.
fn prefix(verb: Verb) -> &'static str {
    if matches!(verb, Verb::ListFirst | Verb::ListNext) { "/sip_trunks/0/" } else { "/" }
}

fn id(verb: Verb) -> String {
    format!("{}{}", prefix(verb), if verb == Verb::Open { "uuid" } else { "id" })
}

pub fn without_the_id(verb: Verb) -> Result<Fault, &'static str> {
    if verb.is_answered_with_an_object() { Ok(Fault::without(&id(verb))) } else { Err(NO_OBJECT) }
}

pub fn without_optional_fields(verb: Verb) -> Result<Fault, &'static str> {
    let fields: &[&str] = match verb {
        Verb::Configure => &["email", "first_name", "timezone"],
        Verb::Create | Verb::Read | Verb::Update => {
            &["passthrough", "allowed_ips", "call_restrict", "call_limit", "rewrite_prefix"]
        }
        Verb::ListFirst | Verb::ListNext => &["talk_time", "charge", "callerid"],
        Verb::Open => &["payload", "ttl"],
        Verb::Delete | Verb::Close => return Err(NO_OBJECT),
    };
    // Something is left out that is not there, for the type's sake.
    let fault = Fault::without("nothing");
    Ok(fields.iter().fold(fault, |fault, field| fault.and_without(&format!("{}{field}", prefix(verb)))))
}

pub fn with_unknown_fields(verb: Verb) -> Result<Fault, &'static str> {
    let fault = Fault::with("news", json!({ "of": ["the", { "day": 1 }] }));
    Ok(if verb.is_answered_with_an_object() {
        fault.and_with(&format!("{}region", prefix(verb)), "eu")
    } else {
        fault
    })
}

pub fn with_wrong_types(verb: Verb) -> Result<Fault, &'static str> {
    let wrong: Json = json!({ "not": "this" });
    match verb {
        Verb::Delete | Verb::Close => Ok(Fault::with("success", wrong)),
        // What cannot be told from others is nothing that can be kept.
        _ => Ok(Fault::with(&id(verb), wrong)),
    }
}

/// What is clear, however it is spelt, and what nobody asks for.
pub fn spellings(verb: Verb) -> Result<Fault, &'static str> {
    let number = |text: &str| serde_json::from_str::<Json>(text).unwrap();
    match verb {
        Verb::Configure => Ok(Fault::with("email", 1).and_with("active_services", "none")),
        Verb::Create | Verb::Read | Verb::Update => Ok(Fault::with("call_limit", number("600.0"))
            .and_with("callerid", 13_132_847_320_i64)
            .and_with("ip_restrict", 1)
            .and_with("encrypted_media", 0)
            .and_with("max_channels", "4")
            .and_with("max_call_cost", number("1e-05"))),
        Verb::ListFirst | Verb::ListNext => Ok(Fault::with("/sip_trunks/0/charge", "8.3e-05")
            .and_with("/sip_trunks/0/talk_time", 12.5)
            .and_with("/sip_trunks/0/callerid", 13_132_847_320_i64)),
        Verb::Open => Ok(Fault::with("ttl", "3600")),
        Verb::Delete | Verb::Close => Err(NO_OBJECT),
    }
}

/// The same field twice, which no parser need take.
pub fn field_twice(verb: Verb) -> Result<Fault, &'static str> {
    match verb {
        Verb::Configure => Ok(Fault::again("email", "\"a@example.com\"")),
        Verb::Create | Verb::Read | Verb::Update => Ok(Fault::again("call_limit", "600")),
        Verb::ListFirst | Verb::ListNext => Err("the fields of an item are not at the top"),
        Verb::Open => Ok(Fault::again("ttl", "3600")),
        Verb::Delete | Verb::Close => Ok(Fault::again("success", "true")),
    }
}

/// Half of a character, which JSON can say and UTF-8 cannot.
pub fn lone_surrogate(verb: Verb) -> Result<Fault, &'static str> {
    let field = match verb {
        Verb::Create | Verb::Read | Verb::Update => "label",
        _ => "news",
    };
    Ok(Fault::again(field, r#""\ud83d""#))
}

/// A field that the verb judges, and that has no meaning.
pub fn unreadable_limit(verb: Verb) -> Result<Fault, &'static str> {
    match verb {
        Verb::Create | Verb::Read | Verb::Update => Ok(Fault::with("call_limit", json!({ "seconds": 600 }))),
        _ => Err(NO_TRUNK),
    }
}
