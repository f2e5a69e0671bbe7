//! `/v1/numbers`: what a number is, where its calls go, and how it is given back.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use wavix_sim::{Account, ApiKey, Sim};

use crate::{
    client::{Client, Reply, with},
    contract::Contract,
};

pub(crate) const NUMBERS: &str = "/v1/numbers";
const ONE: &str = "/v1/numbers/{id}";
/// The first that is seeded.
pub(crate) const DIGITS: &str = "12565378257";

/// An account with a number; gives its path too.
pub(crate) async fn start() -> (Sim, Client, String) {
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    let path = format!("{NUMBERS}/{}", sim.add_phone_number(json!({})));
    (sim, client, path)
}

pub(crate) fn message(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.json["message"].as_str().unwrap_or_default())
}

/// The number of the list that has these digits.
pub(crate) async fn listed(client: &Client, digits: &str) -> Value {
    let list = client.get(&format!("{NUMBERS}?search={digits}")).await;
    let items = list.json["items"].as_array().unwrap().clone();
    items.into_iter().find(|item| item["number"] == digits).unwrap_or_default()
}

pub(crate) fn pstn(priority: i64, number: &str) -> Value {
    json!({ "destination": number, "priority": priority, "transport": 4 })
}

/// Where the calls go, in the order of an answer.
pub(crate) fn targets(number: &Value) -> Vec<(&str, i64)> {
    let destinations = number["destination"].as_array().unwrap();
    destinations
        .iter()
        .map(|destination| {
            (destination["destination"].as_str().unwrap(), destination["priority"].as_i64().unwrap())
        })
        .collect()
}

#[tokio::test]
async fn a_number_is_listed_read_changed_and_released_as_documented() {
    let (sim, client, path) = start().await;
    let contract = Contract::load();
    let trunk = sim.add_trunk(json!({ "label": "Office" }));
    let login = sim.trunk(trunk).unwrap().name;
    let read = client.get(&path).await;
    contract.check("GET", ONE, &read);
    let mut documented = contract.properties("Number");
    documented.sort();
    assert_eq!(read.json.as_object().unwrap().keys().collect::<Vec<_>>(), documented);
    let list = client.get(NUMBERS).await;
    contract.check("GET", NUMBERS, &list);
    assert_eq!(list.json["items"], json!([read.json]), "an item is the whole number");

    let changes = json!({
        "destinations": [
            { "destination": login, "priority": 1, "transport": 5, "trunk_id": trunk },
            pstn(2, "13132847320"),
            { "destination": "[did]@pbx.example.com;transport=tls", "priority": 3, "transport": 1, "trunk_id": null },
        ],
        "sms_enabled": true,
        "sms_relay_url": "https://hooks.example.com/sms",
        "call_status_url": "https://hooks.example.com/calls",
        "call_recording_enabled": true,
        "transcription_enabled": true,
        "transcription_threshold": 9,
    });
    let documented: Vec<_> = contract.properties("NumberUpdateRequest").into_iter().cloned().collect();
    assert!(documented.iter().all(|name| changes.get(name).is_some()), "{documented:?}");
    let changed = client.patch(&path, &changes).await;
    contract.check("PATCH", ONE, &changed);
    assert_eq!(
        targets(&changed.json),
        [(login.as_str(), 1), ("13132847320", 2), ("[did]@pbx.example.com;transport=tls", 3)]
    );
    let first = &changed.json["destination"][0];
    assert_eq!((&first["trunk_id"], &first["trunk_label"]), (&json!(trunk), &json!("Office")));
    for (name, sent) in changes.as_object().unwrap().iter().filter(|(name, _)| *name != "destinations") {
        assert_eq!(&changed.json[name], sent, "{name}");
    }
    assert_eq!(client.get(&path).await.json, changed.json);
    sim.edit_trunk(trunk, |trunk| trunk.label = "Renamed".to_owned());
    assert_eq!(
        listed(&client, DIGITS).await["destination"][0]["trunk_label"],
        "Renamed",
        "it is the trunk's"
    );

    for nothing in [Some("{}".to_owned()), None] {
        let unchanged = client.try_send("PATCH", &path, nothing).await.unwrap();
        assert_eq!((unchanged.status, targets(&unchanged.json).len()), (200, 3), "what is left out stays");
    }
    let id = sim.phone_numbers()[0].id;
    let released = client.delete(&format!("{NUMBERS}?ids={id}")).await;
    contract.check("DELETE", NUMBERS, &released);
    assert_eq!((released.status, &released.json), (200, &json!({ "success": true })));
    assert!(sim.phone_numbers().is_empty());
    for gone in [client.get(&path).await, client.patch(&path, &json!({})).await] {
        assert_eq!(message(&gone), (404, "Record not found"));
    }
    assert_eq!(sim.inventory(), [DIGITS]);
    let rebought = sim.buy_phone_number(DIGITS).unwrap();
    assert!(rebought != id, "another record of the same number");
    assert_eq!((sim.buy_phone_number(DIGITS), sim.inventory().len()), (None, 0), "it is sold");
    let bought = sim.phone_number(DIGITS).unwrap();
    assert_eq!(
        (bought.destination.len(), bought.sms_enabled),
        (0, false),
        "of what its owner set, nothing is left"
    );
    sim.add_phone_number(json!({ "number": "541152354590", "require_docs": ["address"] }));
    assert!(sim.release_phone_number("541152354590") && sim.buy_phone_number("541152354590").is_some());
    assert_eq!(sim.phone_number("541152354590").unwrap().status, "inactive", "until it has its documents");
    for method in ["PUT", "POST"] {
        assert_eq!(
            client.send(method, &path, Some(&changes)).await.status,
            404,
            "{method}: there is no such"
        );
    }
}

#[tokio::test]
async fn the_list_is_searched_filtered_and_paged() {
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    sim.add_phone_numbers(120);
    sim.add_phone_number(json!({ "number": "447700900123", "city_id": 7, "label": "Desk" }));
    let numbers = async |query: &str| {
        let list = client.get(&format!("{NUMBERS}?{query}")).await.json;
        let items = list["items"].as_array().unwrap();
        let total = list["pagination"]["total"].as_i64().unwrap();
        (items.len(), total, items.last().map(|item| item["number"].as_str().unwrap().to_owned()))
    };
    let desk = Some("447700900123".to_owned());
    assert_eq!(numbers("").await, (25, 121, Some("12565378281".to_owned())));
    assert_eq!(numbers("per_page=500&page=2").await, (21, 121, desk.clone()));
    assert_eq!(numbers("search=125653782").await.1, 43, "a part finds neighbours");
    assert_eq!(numbers(&format!("search={DIGITS}")).await, (1, 1, Some(DIGITS.to_owned())));
    for query in ["label=Desk", "label_present=true", "city_id=7", "label=nonsense&label_present=true"] {
        assert_eq!(numbers(query).await, (1, 1, desk.clone()), "{query}");
    }
    assert_eq!(numbers("label=Des").await.1, 0, "a label is whole");
    assert_eq!(numbers("label_present=false&city_id=123").await.1, 120);
}

#[tokio::test]
async fn thousands_of_numbers_are_seeded_and_each_account_has_its_own() {
    let sim = Sim::builder().phone_numbers(3).start().await;
    sim.add_phone_number(json!({ "number": "12565378300" }));
    sim.add_phone_numbers(4_996);
    let numbers = sim.phone_numbers();
    assert_eq!((numbers.len(), numbers[0].number.as_str()), (5_000, DIGITS));
    let digits: BTreeSet<&String> = numbers.iter().map(|number| &number.number).collect();
    assert_eq!(digits.len(), 5_000);
    let other = sim.add_account(Account { id: 2, ..Account::default() }, ApiKey::new("other"));
    other.add_phone_number(json!({}));
    assert!(numbers.iter().all(|number| number.number != other.phone_numbers()[0].number));
    let stranger = Client::with_key(&sim, Some("other"));
    let foreign = format!("{NUMBERS}/{}", numbers[0].id);
    assert_eq!(stranger.get(&foreign).await.status, 404);
    assert_eq!(stranger.patch(&foreign, &json!({})).await.status, 404);
    assert_eq!(stranger.delete(&format!("{NUMBERS}?dids={DIGITS}")).await.status, 404);
    assert_eq!(sim.phone_numbers().len(), 5_000);
}

#[tokio::test]
async fn several_are_changed_at_once_or_none_is() {
    let (sim, client, _) = start().await;
    let contract = Contract::load();
    sim.add_phone_number(json!({}));
    let ids: Vec<i64> = sim.phone_numbers().iter().map(|number| number.id).collect();
    let changes =
        json!({ "ids": ids, "destinations": [pstn(1, "13132847320")], "transcription_threshold": 3 });
    let changed = client.patch(NUMBERS, &changes).await;
    contract.check("PATCH", NUMBERS, &changed);
    assert_eq!(changed.json["items"].as_array().unwrap().len(), 2);
    assert!(sim.phone_numbers().iter().all(|number| number.destination.len() == 1));
    let destinations: Vec<i64> = sim.phone_numbers().iter().map(|number| number.destination[0].id).collect();
    assert!(destinations[0] != destinations[1], "each has its own");

    let before = sim.phone_numbers();
    for (refused, answer) in [
        (json!({ "ids": [ids[0], 7], "transcription_threshold": 1 }), (404, "Record not found")),
        (json!({ "transcription_threshold": 1 }), (400, "Missing or invalid parameter ids")),
        (json!({ "ids": ["1"] }), (400, "Missing or invalid parameter ids")),
        (json!({ "ids": ids, "label": "x" }), (400, "Missing or invalid parameter label")),
    ] {
        let reply = client.patch(NUMBERS, &refused).await;
        assert_eq!(message(&reply), answer, "{refused}");
        contract.check("PATCH", NUMBERS, &reply);
    }
    assert_eq!(sim.phone_numbers(), before);
}

#[tokio::test]
async fn what_the_api_refuses_changes_nothing() {
    let (sim, client, path) = start().await;
    let trunk = sim.add_trunk(json!({}));
    let german = sim.add_phone_number(json!({ "number": "4930123456", "country_short_name": "DE" }));
    let german = format!("{NUMBERS}/{german}");
    let foreign = sim.add_account(Account { id: 2, ..Account::default() }, ApiKey::new("other"));
    let foreign_trunk = foreign.add_trunk(json!({}));
    let foreign_login = foreign.trunk(foreign_trunk).unwrap().name;
    let before = sim.phone_numbers();
    let destination = |value: Value| json!({ "destinations": [value] });
    let malformed = "Missing or invalid parameter destinations";
    for (path, body, answer) in [
        (
            &german,
            json!({ "sms_enabled": true }),
            (422, "Inbound SMS can only be activated on US and CA phone numbers"),
        ),
        (
            &path,
            json!({ "sms_relay_url": "https://hooks.example.com/" }),
            (422, "Inbound SMS is not activated on the phone number"),
        ),
        (&path, json!({ "sms_enabled": null }), (400, "Missing or invalid parameter sms_enabled")),
        (&path, json!({ "call_status_url": "hooks" }), (400, "Missing or invalid parameter call_status_url")),
        (
            &path,
            json!({ "transcription_threshold": "6" }),
            (400, "Missing or invalid parameter transcription_threshold"),
        ),
        (&path, json!({ "label": "x" }), (400, "Missing or invalid parameter label")),
        (&path, json!({ "destinations": null }), (400, malformed)),
        (&path, destination(json!({ "destination": "1", "transport": 4 })), (400, malformed)),
        (&path, destination(json!({ "destination": "a", "priority": 1, "transport": 2 })), (400, malformed)),
        (
            &path,
            destination(json!({ "destination": "a", "priority": "1", "transport": 1 })),
            (400, malformed),
        ),
        (
            &path,
            destination(json!({ "destination": "a", "priority": 1, "transport": 1, "label": "x" })),
            (400, malformed),
        ),
        (
            &path,
            destination(pstn(1, "+13132847320")),
            (422, "Destination must be a phone number in E.164 format"),
        ),
        (
            &path,
            destination(json!({ "destination": "a b@c", "priority": 1, "transport": 1 })),
            (422, "Destination must be a SIP URI"),
        ),
        (
            &path,
            destination(json!({ "destination": "nobody", "priority": 1, "transport": 5, "trunk_id": trunk })),
            (422, "Destination must be a SIP trunk of the account"),
        ),
        (
            &path,
            destination(
                json!({ "destination": foreign_login, "priority": 1, "transport": 5, "trunk_id": foreign_trunk }),
            ),
            (422, "Destination must be a SIP trunk of the account"),
        ),
    ] {
        let reply = client.patch(path, &body).await;
        assert_eq!(message(&reply), answer, "{body}");
    }
    assert_eq!(client.try_send("PATCH", &path, Some("[]".to_owned())).await.unwrap().status, 400);
    for query in ["", "?ids=1848&dids=12565378257", "?ids[]=1848"] {
        let reply = client.delete(&format!("{NUMBERS}{query}")).await;
        assert_eq!(message(&reply), (422, "Missing or invalid parameter ids"), "{query}");
    }
    assert_eq!(client.delete(&format!("{NUMBERS}?ids=1848&ids=7")).await.status, 404);
    assert_eq!(sim.phone_numbers(), before);
    assert_eq!(sim.journal().committed(), 0);
}

#[tokio::test]
async fn a_trunk_may_present_a_number_that_the_account_owns_while_it_is_active() {
    let (sim, client, _) = start().await;
    let present = async || client.post("/v1/trunks", &with(json!({ "callerid": DIGITS }))).await.status;
    assert_eq!(present().await, 201);
    sim.edit_phone_number(DIGITS, |number| number.status = "inactive".to_owned());
    assert_eq!(present().await, 422);
}

#[tokio::test]
async fn the_control_gives_alters_and_releases_numbers() {
    let sim = Sim::start().await;
    let control = Client::with_key(&sim, None);
    let fields = json!({ "number": "447700900123", "country_short_name": "GB", "label": "Desk" });
    let added = control.post("/_sim/numbers", &fields).await;
    assert_eq!((added.status, &added.json["id"]), (201, &json!(sim.phone_numbers()[0].id)));
    assert_eq!(control.post("/_sim/numbers", &json!({})).await.status, 201);
    let one = "/_sim/numbers/447700900123";
    let routed = json!({ "destination": [pstn(1, "13132847320")], "status": "inactive" });
    assert_eq!(control.patch(one, &routed).await.status, 204);
    let number = sim.phone_number("447700900123").unwrap();
    assert_eq!(
        (number.destination.len(), number.status.as_str(), number.label.as_deref()),
        (1, "inactive", Some("Desk"))
    );
    for (refused, reason) in
        [(json!({ "labl": "x" }), "unknown field `labl`"), (json!({ "id": 1 }), "does not change")]
    {
        let reply = control.patch(one, &refused).await;
        assert!(reply.status == 422 && reply.text.contains(reason), "{}", reply.text);
    }
    assert_eq!(control.post("/_sim/numbers", &fields).await.status, 422, "the digits are taken");
    assert_eq!(control.delete(one).await.status, 204);
    for gone in [control.delete(one).await, control.patch(one, &routed).await] {
        assert_eq!(gone.status, 404);
    }
    assert_eq!(sim.phone_numbers().len(), 1);
    assert!(sim.journal().entries().is_empty(), "{}", sim.journal());
}
