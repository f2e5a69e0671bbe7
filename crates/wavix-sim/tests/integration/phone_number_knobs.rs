//! What the documents leave open about phone numbers, each reading of it.

use serde_json::{Value, json};
use wavix_sim::{
    Sim,
    behaviour::{
        ClearedUrl, DestinationOrder, EmptyDestinations, IdsEncoding, LoginMismatch, NumberBehaviour,
        NumberNotFound, PatchReply, Priorities, ProFeatures, RoutedTrunk, SentDestinations, Tolerance,
        UnsetText,
    },
};

use crate::{
    client::Client,
    phone_numbers::{DIGITS, NUMBERS, listed, message, pstn, start, targets},
};

/// Turns the knobs of numbers.
fn turn(sim: &Sim, change: impl FnOnce(&mut NumberBehaviour)) {
    sim.configure(|behaviour| {
        behaviour.numbers = NumberBehaviour::default();
        change(&mut behaviour.numbers);
    });
}

#[tokio::test]
async fn a_change_of_the_routing_may_settle_later_in_reads_and_lists() {
    let (sim, client, path) = start().await;
    turn(&sim, |numbers| (numbers.settle_reads, numbers.patch_reply) = (2, PatchReply::Stale));
    let changes = json!({
        "destinations": [pstn(1, "13132847320")], "sms_enabled": true, "sms_relay_url": "https://hooks.example.com/",
        "transcription_threshold": 9,
    });
    let shown = |number: &Value| {
        let routed = number["destination"].as_array().unwrap().len();
        (routed, number["sms_relay_url"].is_string(), number["transcription_threshold"].clone())
    };
    let reply = client.patch(&path, &changes).await;
    assert_eq!(shown(&reply.json), (0, false, json!(9)), "the rest is shown at once");
    assert_eq!(shown(&client.get(&path).await.json), (0, false, json!(9)));
    assert_eq!(shown(&listed(&client, DIGITS).await), (0, false, json!(9)));
    assert_eq!(shown(&client.get(&path).await.json), (1, true, json!(9)));
    assert_eq!(sim.phone_numbers()[0].destination.len(), 1, "it was carried out at once");
    turn(&sim, |numbers| numbers.settle_reads = 1);
    let reply = client.patch(&path, &json!({ "destinations": [] })).await;
    assert_eq!(shown(&reply.json).0, 0, "a fresh answer proves nothing");
    assert_eq!((shown(&client.get(&path).await.json).0, shown(&client.get(&path).await.json).0), (1, 0));
}

#[tokio::test]
async fn sent_destinations_may_be_added_and_none_may_mean_nothing() {
    let (sim, client, path) = start().await;
    let route =
        async |destinations: Value| client.patch(&path, &json!({ "destinations": destinations })).await;
    assert_eq!(route(json!([pstn(1, "13132847320")])).await.status, 200);
    let before = sim.phone_numbers()[0].destination[0].id;
    let again = route(json!([pstn(1, "13132847320")])).await;
    assert!(again.json["destination"][0]["id"] != before, "it is another one");

    turn(&sim, |numbers| numbers.destinations_on_patch = SentDestinations::Append);
    let added = route(json!([pstn(2, "14302287001")])).await;
    assert_eq!(targets(&added.json), [("13132847320", 1), ("14302287001", 2)]);
    for (knob, status, left) in [
        (EmptyDestinations::Rejected, 400, 2),
        (EmptyDestinations::Ignored, 200, 2),
        (EmptyDestinations::Clears, 200, 0),
    ] {
        turn(&sim, |numbers| numbers.empty_destinations = knob);
        assert_eq!(route(json!([])).await.status, status, "{knob:?}");
        assert_eq!(sim.phone_numbers()[0].destination.len(), left, "{knob:?}");
    }
}

#[tokio::test]
async fn a_url_is_taken_away_and_answered_in_the_way_that_is_chosen() {
    let (sim, client, path) = start().await;
    for (knob, null, empty) in [
        (ClearedUrl::NullClears, (200, true), (400, false)),
        (ClearedUrl::EmptyClears, (400, false), (200, true)),
        (ClearedUrl::BothClear, (200, true), (200, true)),
        (ClearedUrl::Rejected, (400, false), (400, false)),
        (ClearedUrl::Ignored, (200, false), (200, false)),
    ] {
        turn(&sim, |numbers| numbers.cleared_url = knob);
        for field in ["sms_relay_url", "call_status_url"] {
            for (sent, (status, cleared)) in [(Value::Null, null), (json!(""), empty)] {
                sim.edit_phone_number(DIGITS, |number| {
                    number.sms_enabled = true;
                    number.sms_relay_url = Some("https://hooks.example.com/sms".to_owned());
                    number.call_status_url = Some("https://hooks.example.com/calls".to_owned());
                });
                let case = format!("{knob:?} {field} {sent}");
                assert_eq!(client.patch(&path, &json!({ field: sent })).await.status, status, "{case}");
                assert_eq!(client.get(&path).await.json[field].is_null(), cleared, "{case}");
            }
        }
    }
    sim.edit_phone_number(DIGITS, |number| number.sms_relay_url = None);
    for (knob, shown) in
        [(UnsetText::Null, Some(Value::Null)), (UnsetText::Empty, Some(json!(""))), (UnsetText::Absent, None)]
    {
        turn(&sim, |numbers| numbers.unset_url_answer = knob);
        assert_eq!(client.get(&path).await.json.get("sms_relay_url"), shown.as_ref(), "{knob:?}");
    }
}

#[tokio::test]
async fn a_trunk_is_found_by_its_id_or_its_login() {
    let (sim, client, path) = start().await;
    let trunks = [sim.add_trunk(json!({})), sim.add_trunk(json!({}))];
    let logins = trunks.map(|id| sim.trunk(id).unwrap().name);
    let route = async |id: Value, login: &str| {
        let destination = json!({ "destination": login, "priority": 1, "transport": 5, "trunk_id": id });
        let reply = client.patch(&path, &json!({ "destinations": [destination] })).await;
        (reply.status, reply.json["destination"][0]["trunk_id"].as_i64())
    };
    for (knob, expected) in [
        (LoginMismatch::Rejected, (422, None)),
        (LoginMismatch::IdWins, (200, Some(trunks[0]))),
        (LoginMismatch::LoginWins, (200, Some(trunks[1]))),
    ] {
        turn(&sim, |numbers| numbers.trunk_login_mismatch = knob);
        assert_eq!(route(json!(trunks[0]), &logins[1]).await, expected, "{knob:?}");
        assert_eq!(route(json!(trunks[0]), &logins[0]).await, (200, Some(trunks[0])), "{knob:?}");
    }
    assert_eq!(route(Value::Null, &logins[1]).await, (200, Some(trunks[1])));
    turn(&sim, |numbers| numbers.missing_trunk_id = Tolerance::Rejected);
    assert_eq!(route(Value::Null, &logins[1]).await, (400, None));
}

#[tokio::test]
async fn destinations_are_ordered_and_numbered_in_the_way_that_is_chosen() {
    let (sim, client, path) = start().await;
    let sent = json!({ "destinations": [pstn(7, "111"), pstn(3, "222"), pstn(5, "333")] });
    let mut order = Vec::new();
    for knob in [DestinationOrder::Priority, DestinationOrder::Id, DestinationOrder::Reversed] {
        turn(&sim, |numbers| numbers.destination_order = knob);
        let reply = client.patch(&path, &sent).await.json;
        order.push(
            targets(&reply).iter().map(|(target, _)| (*target).to_owned()).collect::<Vec<_>>().join(" "),
        );
    }
    assert_eq!(order, ["222 333 111", "111 222 333", "111 333 222"]);
    for (knob, first) in [(Priorities::RenumberedFrom0, 0), (Priorities::RenumberedFrom1, 1)] {
        turn(&sim, |numbers| numbers.priorities = knob);
        let reply = client.patch(&path, &sent).await.json;
        assert_eq!(targets(&reply), [("222", first), ("333", first + 1), ("111", first + 2)], "{knob:?}");
    }
}

#[tokio::test]
async fn tier_and_status_may_forbid_what_a_number_can_do() {
    let (sim, client, path) = start().await;
    let on = json!({ "call_recording_enabled": true, "transcription_enabled": true });
    for (knob, status, shown) in [
        (ProFeatures::Refused, 403, false),
        (ProFeatures::SilentlyOff, 200, false),
        (ProFeatures::Accepted, 200, true),
    ] {
        sim.configure(|behaviour| behaviour.pro_features = knob);
        assert_eq!(client.patch(&path, &on).await.status, status, "{knob:?}");
        assert_eq!(client.get(&path).await.json["transcription_enabled"], shown, "{knob:?}");
    }
    sim.edit_phone_number(DIGITS, |number| number.status = "inactive".to_owned());
    assert_eq!(client.patch(&path, &on).await.status, 200);
    turn(&sim, |numbers| numbers.inactive_patch = Tolerance::Rejected);
    assert_eq!(message(&client.patch(&path, &on).await), (422, "Phone number is not active"));
}

#[tokio::test]
async fn a_number_that_is_not_there_is_told_of_in_the_way_that_is_chosen() {
    let (sim, client, _) = start().await;
    for (knob, text) in [
        (NumberNotFound::RecordNotFound, "Record not found"),
        (NumberNotFound::DidWithId, "DID with id=77 not found"),
        (NumberNotFound::Html, "<h1>"),
    ] {
        turn(&sim, |numbers| numbers.not_found = knob);
        let one = format!("{NUMBERS}/77");
        for reply in [
            client.get(&one).await,
            client.patch(&one, &json!({})).await,
            client.delete(&format!("{NUMBERS}?ids=77")).await,
        ] {
            assert!(reply.status == 404 && reply.text.contains(text), "{knob:?}: {}", reply.text);
        }
    }
}

#[tokio::test]
async fn several_ids_are_spelt_in_the_way_that_is_chosen() {
    for (knob, spelling, left) in [
        (IdsEncoding::Repeat, "ids=ONE&ids=TWO", 1),
        (IdsEncoding::Repeat, "ids[]=ONE&ids[]=TWO", 3),
        (IdsEncoding::Brackets, "ids=ONE", 3),
        (IdsEncoding::Brackets, "ids[]=ONE&ids%5B%5D=TWO", 1),
        (IdsEncoding::Both, "ids=ONE&ids[]=TWO", 1),
        (IdsEncoding::LastWins, "ids=ONE&ids=TWO", 2),
        (IdsEncoding::Repeat, "dids=12565378257,12565378258", 1),
    ] {
        let sim = Sim::start().await;
        sim.add_phone_numbers(3);
        turn(&sim, |numbers| numbers.ids_encoding = knob);
        let ids: Vec<String> = sim.phone_numbers().iter().map(|number| number.id.to_string()).collect();
        let query = spelling.replace("ONE", &ids[0]).replace("TWO", &ids[1]);
        let reply = Client::new(&sim).delete(&format!("{NUMBERS}?{query}")).await;
        assert_eq!(reply.status, if left == 3 { 422 } else { 200 }, "{knob:?} {spelling}");
        assert_eq!(sim.phone_numbers().len(), left, "{knob:?} {spelling}");
    }
}

#[tokio::test]
async fn the_delete_of_a_trunk_does_to_its_numbers_what_is_chosen() {
    for (knob, status, left) in
        [(RoutedTrunk::Dangling, 200, 2), (RoutedTrunk::Dropped, 200, 1), (RoutedTrunk::Rejected, 422, 2)]
    {
        let (sim, client, path) = start().await;
        let (trunk, free) = (sim.add_trunk(json!({ "label": "Office" })), sim.add_trunk(json!({})));
        let login = sim.trunk(trunk).unwrap().name;
        let destination = json!({ "destination": login, "priority": 1, "transport": 5, "trunk_id": trunk });
        client.patch(&path, &json!({ "destinations": [destination, pstn(2, "13132847320")] })).await;
        turn(&sim, |numbers| numbers.routed_trunk_delete = knob);
        assert_eq!(client.delete(&format!("/v1/trunks/{trunk}")).await.status, status, "{knob:?}");
        assert_eq!(client.delete(&format!("/v1/trunks/{free}")).await.status, 200, "{knob:?}");
        let number = client.get(&path).await.json;
        assert_eq!(number["destination"].as_array().unwrap().len(), left, "{knob:?}");
        if knob == RoutedTrunk::Dangling {
            let dangling = &number["destination"][0];
            assert_eq!((&dangling["trunk_id"], &dangling["trunk_label"]), (&json!(trunk), &Value::Null));
        }
    }
}
