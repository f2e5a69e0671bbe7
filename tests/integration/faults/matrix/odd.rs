//! The rows of the matrix in which an answer is odd: what is odd about it depends
//! on its shape.

use serde_json::{Value as Json, json};
use wavix_sim::Fault;

use super::subjects::Subject;
use super::verb::Verb;

/// Why a row has no cell for a verb.
const NO_OBJECT: &str = "the answer has no fields";
const NO_FIELD: &str = "it judges no field of the answer";

/// An odd answer to a verb, or why there is none.
pub type Odd = Result<Fault, &'static str>;

fn id(subject: &Subject, verb: Verb) -> String {
    let field = if verb == Verb::Open { "uuid" } else { subject.remote.key() };
    format!("{}{field}", subject.remote.fields(verb))
}

pub fn without_the_id(subject: &Subject, verb: Verb) -> Odd {
    if verb.is_answered_with_an_object() { Ok(Fault::without(&id(subject, verb))) } else { Err(NO_OBJECT) }
}

pub fn without_optional_fields(subject: &Subject, verb: Verb) -> Odd {
    let (fields, prefix) = (subject.remote.optional(verb)?, subject.remote.fields(verb));
    // Something is left out that is not there, for the type's sake.
    let fault = Fault::without("nothing");
    Ok(fields.iter().fold(fault, |fault, field| fault.and_without(&format!("{prefix}{field}"))))
}

pub fn with_unknown_fields(subject: &Subject, verb: Verb) -> Odd {
    let fault = Fault::with("news", json!({ "of": ["the", { "day": 1 }] }));
    Ok(if verb.is_answered_with_an_object() {
        fault.and_with(&format!("{}region", subject.remote.fields(verb)), "eu")
    } else {
        fault
    })
}

pub fn with_wrong_types(subject: &Subject, verb: Verb) -> Odd {
    let wrong: Json = json!({ "not": "this" });
    match verb {
        Verb::Delete | Verb::Close => Ok(Fault::with("success", wrong)),
        // What cannot be told from others is nothing that can be kept.
        _ => Ok(Fault::with(&id(subject, verb), wrong)),
    }
}

/// What is clear, however it is spelt, and what nobody asks for.
pub fn spellings(subject: &Subject, verb: Verb) -> Odd {
    let mut fields = subject.remote.spellings(verb)?.into_iter();
    let named = |field: &str| format!("{}{field}", subject.remote.fields(verb));
    let (field, value) = fields.next().ok_or(NO_OBJECT)?;
    let fault = Fault::with(&named(field), value);
    Ok(fields.fold(fault, |fault, (field, value)| fault.and_with(&named(field), value)))
}

/// The same field twice, which no parser need take.
pub fn field_twice(subject: &Subject, verb: Verb) -> Odd {
    let (field, json) = match verb {
        Verb::Configure => ("email", "\"a@example.com\""),
        Verb::Open => ("ttl", "3600"),
        Verb::Delete | Verb::Close => ("success", "true"),
        _ if subject.remote.fields(verb) != "/" => {
            return Err("the fields of an item are not at the top");
        }
        _ => subject.remote.twice(),
    };
    Ok(Fault::again(field, json))
}

/// Half of a character, which JSON can say and UTF-8 cannot.
pub fn lone_surrogate(subject: &Subject, verb: Verb) -> Odd {
    let field = match verb {
        Verb::Create | Verb::Read | Verb::Update => subject.remote.argument(),
        _ => "news",
    };
    Ok(Fault::again(field, r#""\ud83d""#))
}

/// A field that the verb judges, and that has no meaning.
pub fn unreadable_field(subject: &Subject, verb: Verb) -> Odd {
    let (field, value) = subject.remote.unreadable();
    match verb {
        Verb::Create | Verb::Read | Verb::Update => {
            Ok(Fault::with(&format!("{}{field}", subject.remote.fields(verb)), value))
        }
        _ => Err(NO_FIELD),
    }
}
