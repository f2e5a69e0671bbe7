//! What plans and validation say.

use crate::framework::diagnostics::{Diagnostics, Severity};
use crate::framework::object::Attr;
use crate::framework::resource::Resource;
use crate::framework::schema::Validator;
use crate::lifecycle::object::RemoteObject;

use super::super::{CallWebhook, CallWebhookModel, CallWebhookResource};
use super::{Bench, EVENT, NEW, OLD, OTHER, overwriting, text, webhook};

#[tokio::test]
async fn a_slot_that_is_taken_is_told_while_planning_and_nothing_fails() {
    let bench = Bench::start().await;
    bench.sim.set_webhook(EVENT, OTHER);
    let told = bench.said(&webhook(NEW), None).await;
    let [warning] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(
        (warning.severity, warning.summary.as_str()),
        (Severity::Warning, "Call webhook already exists")
    );
    assert!(warning.detail.contains(OTHER) && warning.detail.contains("`overwrite = true`"), "{warning:?}");
}

#[tokio::test]
async fn a_plan_says_nothing_of_a_slot_that_is_free_or_its_own_or_may_be_overwritten() {
    for (there, config) in [(None, webhook(NEW)), (Some(NEW), webhook(NEW)), (Some(OTHER), overwriting(NEW))]
    {
        let bench = Bench::start().await;
        there.into_iter().for_each(|url| bench.sim.set_webhook(EVENT, url));
        assert_eq!(bench.said(&config, None).await, [], "{there:?}");
    }
    let bench = Bench::start().await;
    bench.sim.set_webhook(EVENT, OTHER);
    bench.read(&webhook(OLD)).await;
    assert_eq!(bench.said(&webhook(NEW), Some(&webhook(OLD))).await, []);
}

#[tokio::test]
async fn a_plan_does_without_a_look_that_is_refused() {
    let bench = Bench::start().await;
    bench.sim.set_webhook(EVENT, OTHER);
    bench.sim.faults().always("GET", super::PATH, wavix_sim::Fault::status(403));
    assert_eq!(bench.said(&webhook(NEW), None).await, []);
}

#[tokio::test]
async fn two_resources_of_one_slot_are_an_error_while_planning() {
    let old = webhook(OLD);
    for (prior, second) in [(None, webhook(NEW)), (Some(&old), webhook(NEW))] {
        let bench = Bench::start().await;
        bench.read(&webhook(OLD)).await;
        assert_eq!(bench.said(&webhook(OLD), prior).await, []);
        let told = bench.said(&second, prior).await;
        let [error] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(error.severity, Severity::Error);
        assert_eq!(error.path.as_ref().unwrap().to_string(), "event_type");
        assert!(error.detail.contains("Another resource of this configuration"), "{error:?}");
    }
    // One is kept, another is new.
    let bench = Bench::start().await;
    assert_eq!(bench.said(&webhook(OLD), Some(&old)).await, []);
    assert_eq!(bench.said(&webhook(NEW), None).await.len(), 1);
}

/// With `-replace`, and with another event.
#[tokio::test]
async fn a_resource_that_is_replaced_is_not_its_own_double() {
    let bench = Bench::start().await;
    assert_eq!(bench.said(&webhook(OLD), Some(&webhook(OLD))).await, []);
    assert_eq!(bench.said(&webhook(OLD), None).await, []);

    let bench = Bench::start().await;
    let other = CallWebhookModel { event_type: text("post-call"), ..webhook(OLD) };
    assert_eq!(bench.said(&webhook(OLD), Some(&other)).await, []);
    assert_eq!(bench.said(&webhook(OLD), None).await, []);
    // Its successor there is another.
    assert_eq!(bench.said(&other, None).await, []);
}

#[tokio::test]
async fn what_is_unknown_trips_nothing() {
    let bench = Bench::start().await;
    let unknown = CallWebhookModel { event_type: Attr::unknown(), ..webhook(OLD) };
    assert_eq!(bench.said(&unknown, None).await, []);
    assert_eq!(bench.said(&unknown, None).await, []);
    assert_eq!(bench.said(&CallWebhookModel { url: Attr::unknown(), ..webhook(OLD) }, None).await, []);
    assert_eq!(bench.sim.journal().entries().len(), 0);
}

#[test]
fn bad_values_are_refused() {
    let schema = CallWebhook::schema();
    let check = |name: &str, value: &str| {
        let value = crate::protocol::value::Value::string(value);
        let validators = &schema.attribute(name).unwrap().validators;
        validators.iter().find_map(|rule: &std::sync::Arc<dyn Validator>| rule.check(&value).err())
    };
    assert!(check("event_type", "answered").unwrap().contains("`on-call`, `post-call`"));
    assert!(check("url", "/calls").unwrap().contains("absolute"));
    assert_eq!((check("event_type", EVENT), check("url", NEW)), (None, None));
}

#[test]
fn a_url_that_gives_something_away_is_warned_of_without_its_password() {
    for (url, told) in [
        (NEW, vec![]),
        ("http://hooks.example.com", vec!["Call webhook without TLS"]),
        ("https://user:planted-secret@hooks.example.com", vec!["Credentials in the URL of a call webhook"]),
        ("https://planted-secret@hooks.example.com", vec!["Credentials in the URL of a call webhook"]),
    ] {
        let mut diagnostics = Diagnostics::new();
        CallWebhookResource::NEW.validate(&webhook(url), &mut diagnostics);
        let summaries: Vec<&str> = diagnostics.iter().map(|warning| warning.summary.as_str()).collect();
        assert_eq!(summaries, told, "{url}");
        for warning in diagnostics.iter() {
            assert_eq!(warning.severity, Severity::Warning);
            assert_eq!(warning.path.as_ref().unwrap().to_string(), "url");
            assert!(!warning.detail.contains("planted-secret"), "{warning:?}");
        }
    }
}
