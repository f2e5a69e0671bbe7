//! What a newer document of the vendor would change, and whether that is noticed.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use wavix_sim::contract::{Change, EXCERPT, Weight, changes, excerpt, operations};

fn kept() -> Value {
    static KEPT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(EXCERPT).unwrap());
    KEPT.clone()
}

/// What is found when this is done to the document.
fn after(change: impl FnOnce(&mut Value)) -> Vec<Change> {
    let mut document = kept();
    change(&mut document);
    let kept = kept();
    assert_ne!(document, kept, "nothing was changed");
    changes(&kept, &document)
}

fn at<'d>(document: &'d mut Value, pointer: &str) -> &'d mut Value {
    document.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}"))
}

fn fields<'d>(document: &'d mut Value, pointer: &str) -> &'d mut Map<String, Value> {
    at(document, pointer).as_object_mut().unwrap()
}

#[test]
fn the_excerpt_is_its_own_excerpt_and_has_the_operations_that_are_used() {
    assert_eq!(excerpt(&kept()).unwrap(), kept());
    assert_eq!(changes(&kept(), &kept()), []);
    let paths = kept()["paths"].as_object().unwrap().clone();
    let kept = paths.iter().map(|(_, methods)| methods.as_object().unwrap().len()).sum::<usize>();
    assert_eq!(operations().count(), kept);
    // Of a whole document, it leaves out what nobody uses.
    let mut whole = self::kept();
    fields(&mut whole, "/paths").insert("/v1/fax".to_owned(), json!({ "get": {} }));
    fields(&mut whole, "/components/schemas").insert("Fax".to_owned(), json!({ "type": "object" }));
    whole["tags"] = json!([]);
    assert_eq!(excerpt(&whole).unwrap(), self::kept());
}

#[test]
fn an_operation_or_a_reference_that_is_gone_is_named() {
    let mut document = kept();
    fields(&mut document, "/paths").remove("/v1/profile");
    fields(&mut document, "/components/schemas").remove("Pagination");
    assert_eq!(excerpt(&document).unwrap_err(), ["GET /v1/profile", "#/components/schemas/Pagination"]);
}

const REQUEST: &str = "/components/schemas/SIPTrunkCreateRequest";
const ANSWER: &str = "/components/schemas/SIPTrunkResponse";

#[test]
fn what_the_provider_would_break_on_is_breaking() {
    type Edit = fn(&mut Value);
    let edits: [(&str, Edit); 14] = [
        ("is gone", |d| drop(fields(d, "/paths").remove("/v1/trunks"))),
        ("has no `rewrite_cond` any more", |d| {
            drop(fields(d, &format!("{REQUEST}/properties")).remove("rewrite_cond"))
        }),
        ("has no `access_token` any more", |d| {
            drop(fields(d, &format!("{ANSWER}/properties")).remove("access_token"))
        }),
        ("demands `region`", |d| {
            at(d, &format!("{REQUEST}/required")).as_array_mut().unwrap().push(json!("region"))
        }),
        ("may lack `id`", |d| {
            *at(d, &format!("{ANSWER}/required")) =
                json!(["name", "callerid", "label", "allowed_ips", "created_at"])
        }),
        ("is string, not integer", |d| at(d, &format!("{ANSWER}/properties/id"))["type"] = json!("string")),
        ("is null or string, not string", |d| {
            at(d, &format!("{ANSWER}/properties/label"))["type"] = json!(["string", "null"])
        }),
        ("maxLength is 20, not nothing", |d| {
            at(d, &format!("{REQUEST}/properties/label"))["maxLength"] = json!(20)
        }),
        ("only knows [\"a\"]", |d| at(d, &format!("{REQUEST}/properties/label"))["enum"] = json!(["a"])),
        ("no longer answers 201", |d| drop(fields(d, "/paths/~1v1~1trunks/post/responses").remove("201"))),
        ("has no parameter query:page any more", |d| {
            *at(d, "/paths/~1v1~1trunks/get/parameters") = json!([])
        }),
        ("has a new parameter header:Idempotency-Key", |d| {
            at(d, "/paths/~1v1~1trunks/post")["parameters"] = json!([{ "name": "Idempotency-Key", "in": "header", "required": true, "schema": { "type": "string" } }]);
        }),
        ("needs [{\"bearerAuth\":[\"voice:write\"]}]", |d| {
            at(d, "/paths/~1v1~1trunks/post")["security"] = json!([{ "bearerAuth": ["voice:write"] }])
        }),
        ("the API is at another address", |d| d["servers"][0]["url"] = json!("https://api.example")),
    ];
    for (what, edit) in edits {
        let found = after(edit);
        let says = |change: &Change| change.weight == Weight::Breaking && change.what.starts_with(what);
        assert!(found.iter().any(says), "{what}: {found:#?}");
    }
}

#[test]
fn every_field_of_every_schema_is_missed() {
    let document = kept();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut tried = 0;
    for (schema, definition) in schemas {
        for field in definition["properties"].as_object().into_iter().flat_map(Map::keys) {
            let found = after(|document| {
                fields(document, &format!("/components/schemas/{schema}/properties")).remove(field);
            });
            let is_breaking = found.iter().any(|change| change.weight == Weight::Breaking);
            // Who the account's owner is, is none of the provider's business.
            let is_unread = schema == "ProfileResponse" && field != "id";
            assert!(is_breaking != is_unread, "{schema}.{field}: {found:?}");
            tried += 1;
        }
    }
    assert!(tried > 150, "{tried}");
}

#[test]
fn what_is_new_or_allowed_now_breaks_nothing() {
    type Edit = fn(&mut Value);
    let edits: [(Weight, &str, Edit); 6] = [
        (Weight::Note, "has a new `region`", |d| {
            drop(
                fields(d, &format!("{ANSWER}/properties"))
                    .insert("region".to_owned(), json!({ "type": "string" })),
            )
        }),
        (Weight::Note, "has a new `region`", |d| {
            drop(
                fields(d, &format!("{REQUEST}/properties"))
                    .insert("region".to_owned(), json!({ "type": "string" })),
            )
        }),
        (Weight::Note, "also answers 409", |d| {
            drop(fields(d, "/paths/~1v1~1trunks/post/responses").insert("409".to_owned(), json!({})))
        }),
        (Weight::Note, "no longer demands `cost_limit`", |d| {
            at(d, &format!("{REQUEST}/required")).as_array_mut().unwrap().retain(|name| name != "cost_limit")
        }),
        (Weight::Note, "is null or string, not string", |d| {
            at(d, &format!("{REQUEST}/properties/label"))["type"] = json!(["string", "null"])
        }),
        (Weight::Text, "description: \"Adds what is sent.\"", |d| {
            at(d, "/paths/~1v1~1trunks~1{id}/put")["description"] = json!("Adds what is sent.")
        }),
    ];
    for (weight, what, edit) in edits {
        let found = after(edit);
        assert!(
            found.iter().any(|change| change.weight == weight && change.what.starts_with(what)),
            "{what}: {found:#?}"
        );
        assert!(found.iter().all(|change| change.weight != Weight::Breaking), "{what}: {found:#?}");
    }
}

#[test]
fn the_name_of_a_part_of_a_path_is_nobodys_business() {
    let found = after(|document| {
        let trunk = fields(document, "/paths").remove("/v1/trunks/{id}").unwrap();
        fields(document, "/paths").insert("/v1/trunks/{uuid}".to_owned(), trunk);
        *at(document, "/paths/~1v1~1trunks~1{uuid}/get/parameters/0/name") = json!("uuid");
    });
    assert_eq!(found, []);
}
