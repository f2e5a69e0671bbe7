//! What is refused before anything is asked, and what means the same.

use crate::framework::object::{Attr, Mapped};
use crate::framework::validation::{self, WriteOnly};
use crate::lifecycle::compare::differences;
use crate::lifecycle::object::RemoteObject;

use super::super::ApiKey;
use super::super::schema::ApiKeyModel;
use super::{addresses, config, everything, scopes};

/// The complaints about a configuration: where, and what.
fn complaints(config: &ApiKeyModel) -> Vec<String> {
    let schema = <ApiKey as RemoteObject>::schema();
    let found = validation::check(schema, "API key", &config.clone().into_value(), WriteOnly::Understood);
    let shown = |found: crate::framework::diagnostics::Diagnostic| {
        format!("{}: {}", found.path.map(|path| path.to_string()).unwrap_or_default(), found.detail)
    };
    found.into_iter().map(shown).collect()
}

#[test]
fn a_key_of_use_to_nobody_is_refused_with_its_argument() {
    let dead: [(ApiKeyModel, &str, &str); 4] = [
        (config(|key| key.permitted_ips = addresses(&[])), "permitted_ips", "no address"),
        (config(|key| key.scopes = scopes(&[])), "scopes", "has no access"),
        (config(|key| key.scopes = scopes(&[("trunks", "none")])), "scopes", "has no access"),
        (config(|key| key.label = super::text(" ")), "label", "must not be empty"),
    ];
    for (config, path, why) in dead {
        let found = complaints(&config);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(path) && found[0].contains(why), "{found:?}");
    }
}

#[test]
fn what_is_no_address_and_no_scope_is_named_with_a_guess() {
    for text in ["192.0.2.0/24", "2001:db8::1", "192.0.2", "192.0.2.010", "pbx.example.com"] {
        let found = complaints(&config(|key| key.permitted_ips = addresses(&[text, "192.0.2.1"])));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(text) && found[0].contains("IPv4"), "{found:?}");
    }
    for (name, guess) in [("trunk", "trunks"), ("call", "calls"), ("number", "numbers"), ("2fa", "two_fa")] {
        let found = complaints(&config(|key| key.scopes = scopes(&[(name, "read")])));
        assert_eq!(found.len(), 1, "{found:?}");
        let is_guessed = found[0].contains(&format!("Did you mean {guess:?}?"));
        assert_eq!(is_guessed, name != "2fa", "{found:?}");
        assert!(found[0].contains(&format!("`{guess}`")) && found[0].contains(name), "{found:?}");
    }
    let found = complaints(&config(|key| key.scopes = scopes(&[("trunks", "Read")])));
    assert!(found[0].contains("`read`") && found[0].contains("trunks"), "{found:?}");
}

#[test]
fn what_is_not_known_yet_and_what_is_in_order_is_no_complaint() {
    let unknown = config(|key| {
        key.permitted_ips = Attr::unknown();
        key.scopes = Attr::Known([("trunks".to_owned(), Attr::unknown())].into());
    });
    for config in [unknown, everything(), config(|_| {})] {
        assert_eq!(complaints(&config), [""; 0]);
    }
}

#[test]
fn no_restriction_is_another_than_one_that_allows_nothing() {
    let open = config(|_| {});
    let granted = config(|key| key.scopes = scopes(&[("trunks", "read")]));
    let written = config(|key| key.scopes = scopes(&[("trunks", "read"), ("calls", "none")]));
    let more = config(|key| key.scopes = scopes(&[("trunks", "read"), ("calls", "read")]));
    let names = |a: &ApiKeyModel, b: &ApiKeyModel| -> Vec<&str> {
        differences::<ApiKey>(a, b).into_iter().map(|difference| difference.name).collect()
    };
    assert_eq!(names(&open, &config(|key| key.permitted_ips = addresses(&[]))), ["permitted_ips"]);
    assert_eq!(names(&open, &config(|key| key.scopes = scopes(&[]))), ["scopes"]);
    assert_eq!(names(&granted, &written), [""; 0], "what is not listed is none");
    assert_eq!(names(&granted, &more), ["scopes"]);
}
