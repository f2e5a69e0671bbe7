//! Destinations: what means the same, and what may be written.

use crate::framework::schema::Validator;
use crate::protocol::number::Number;

use super::super::destinations::attribute;
use super::super::places::{in_words, same, same_whole};
use super::*;

fn all(items: Vec<Destination>) -> Value {
    list(items).into_value()
}

fn ranked(item: Destination, priority: i64) -> Destination {
    Destination { priority: Attr::Known(priority), ..item }
}

#[test]
fn the_same_places_in_the_same_order_are_the_same_routing() {
    let (a, b) = (|| trunk(7), || pstn("+1 313 284 7320"));
    let plain = all(vec![a(), b()]);
    for other in [
        all(vec![ranked(a(), 1), ranked(b(), 2)]),
        all(vec![ranked(a(), 0), ranked(b(), 1)]),
        all(vec![ranked(b(), 20), ranked(a(), 10)]),
        all(vec![Destination { sip_trunk_login: text("10001"), ..a() }, pstn("13132847320")]),
    ] {
        assert!(same(&plain, &other) && same(&other, &plain), "{other:?}");
    }
    for other in [
        all(vec![b(), a()]),
        all(vec![a()]),
        all(vec![ranked(a(), 1), ranked(b(), 1)]),
        all(vec![trunk(8), b()]),
        all(vec![a(), pstn("+1 313 284 7321")]),
        all(vec![a(), uri("13132847320@example.com")]),
        all(Vec::new()),
    ] {
        assert!(!same(&plain, &other) && !same(&other, &plain), "{other:?}");
    }
    let equal = |first: Destination, second: Destination| all(vec![ranked(first, 1), ranked(second, 1)]);
    assert!(same(&equal(a(), b()), &equal(b(), a())), "of equal rank there is no order");
}

/// Every list of at most two places over every other, as Terraform proposes it: what the configuration leaves
/// out of an element, it copies from the one that stood there. The plan is empty only where calls ring as before.
#[test]
fn a_plan_is_empty_only_where_calls_ring_at_the_same_places() {
    let places = || [trunk(7), trunk(8), pstn("+1 313 284 7320"), uri("calls@sip.example.com")];
    let lists = || {
        let pairs = places().into_iter().flat_map(|a| places().map(|b| vec![a.clone(), b]));
        let single = places().map(|a| vec![a]);
        std::iter::once(Vec::new()).chain(single).chain(pairs).collect::<Vec<_>>()
    };
    let in_state = |(position, place): (i64, Destination)| {
        let login = place.sip_trunk_id.known().map_or(Attr::Null, |id| text(&format!("1000{id}")));
        ranked(Destination { sip_trunk_login: login, ..place }, position)
    };
    for before in lists() {
        let prior: Vec<Destination> = (1..).zip(before.clone()).map(in_state).collect();
        for after in lists() {
            let proposed = after.iter().enumerate().map(|(index, place)| match prior.get(index) {
                Some(Destination { sip_trunk_login, priority, .. }) => Destination {
                    sip_trunk_login: sip_trunk_login.clone(),
                    priority: *priority,
                    ..place.clone()
                },
                None => place.clone(),
            });
            let (prior, proposed) = (all(prior.clone()), all(proposed.collect()));
            assert_eq!(same_whole(&prior, &proposed), before == after, "{proposed:?} over {prior:?}");
            assert_eq!(in_words(&proposed), in_words(&all(after.clone())), "nobody reads of what is copied");
        }
    }
}

#[test]
fn a_uri_is_the_same_with_scheme_and_in_any_case_of_its_host() {
    for other in ["sip:calls@sip.example.com", "SIP:calls@SIP.Example.COM", "calls@sip.example.com"] {
        assert!(same(&all(vec![uri("calls@sip.example.com")]), &all(vec![uri(other)])), "{other}");
    }
    assert!(!same(&all(vec![uri("calls@sip.example.com")]), &all(vec![uri("Calls@sip.example.com")])));
}

#[test]
fn a_trunk_without_an_id_is_told_by_its_login() {
    let by_login = || Destination { sip_trunk_login: text("10001"), ..Default::default() };
    let whole = Destination { sip_trunk_login: text("10001"), ..trunk(7) };
    assert!(same(&all(vec![whole]), &all(vec![by_login()])));
    assert!(!same(&all(vec![trunk(7)]), &all(vec![by_login()])));
}

#[test]
fn they_are_shown_in_the_order_in_which_they_are_tried() {
    let shown =
        in_words(&all(vec![ranked(pstn("+13132847320"), 2), ranked(trunk(7), 1), ranked(uri("a@b.c"), 3)]));
    assert_eq!(shown, "SIP trunk 7, then +13132847320, then a@b.c");
    assert_eq!(in_words(&Value::List(Vec::new())), "nothing");
}

/// What is wrong with the value of an argument of a destination.
fn check(name: &str, value: &str) -> Option<String> {
    let crate::framework::schema::Kind::Nested(_, inside) = attribute().kind else { panic!("objects") };
    let found = inside.iter().find(|attribute| attribute.name == name).unwrap();
    let rules = found.validators.iter();
    rules.filter_map(|rule: &std::sync::Arc<dyn Validator>| rule.check(&Value::string(value)).err()).next()
}

#[test]
fn the_sip_uris_that_guides_name_are_destinations() {
    let guides = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/guides");
    let mut found = 0;
    for guide in std::fs::read_dir(guides).unwrap() {
        let page = std::fs::read_to_string(guide.unwrap().path()).unwrap();
        let is_uri = |text: &&str| {
            !text.contains(char::is_whitespace)
                && text.contains('@')
                && (text.contains("[did]") || text.contains(";transport="))
        };
        // Every other part is between backquotes.
        for uri in page.split('`').skip(1).step_by(2).filter(is_uri) {
            // An underscore is in the reader's own part.
            assert_eq!(check("sip_uri", &uri.replace('_', "-")), None, "{uri}");
            found += 1;
        }
    }
    assert!(found >= 7, "{found}");
}

#[test]
fn bad_destinations_are_refused_where_they_stand() {
    for (name, good) in [
        ("sip_trunk_id", "7"),
        ("sip_uri", "sip:calls@sip.example.com:5060;transport=tls"),
        ("sip_uri", "[did]@192.0.2.1"),
        ("sip_uri", "pbx.example.com"),
        ("sip_uri", "calls@[2001:db8::1]"),
        ("phone_number", "+1 313 284 7320"),
    ] {
        assert_eq!(check(name, good), None, "{good}");
    }
    for (name, bad, said) in [
        ("sip_trunk_id", "office", "not its id"),
        ("sip_trunk_id", "007", "not its id"),
        ("sip_uri", "sips:calls@sip.example.com", "`;transport=tls`"),
        ("sip_uri", "calls @sip.example.com", "without spaces"),
        ("sip_uri", "calls@", "SIP URI"),
        ("sip_uri", "", "SIP URI"),
        ("phone_number", "911", "7 to 15"),
    ] {
        let told = check(name, bad);
        assert!(told.as_ref().is_some_and(|told| told.contains(said)), "{bad}: {told:?}");
    }
    assert_eq!(Number::from(1).to_string(), "1");
}
