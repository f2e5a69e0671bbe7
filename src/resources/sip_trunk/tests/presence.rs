//! Gone, or only hidden: what a 404 is taken for.

use wavix_sim::behaviour::NotFoundText;
use wavix_sim::{Access, Answer, ApiKey, Fault, Rule, Sim};

use super::{Bench, config, id_of};

const TRUNK: &str = "/v1/trunks/*";

fn not_found(message: &str) -> Fault {
    Fault::answer(Answer::new(404).message(message))
}

#[tokio::test]
async fn a_trunk_that_neither_its_id_nor_the_list_finds_is_gone() {
    for text in [NotFoundText::NotProvisioned, NotFoundText::RecordNotFound] {
        let bench = Bench::with(Sim::builder().behaviour(|knobs| knobs.get_not_found = text).start().await);
        bench.create(&config(|_| {})).await.ok();
        let created = bench.create(&config(|_| {})).await.ok();
        bench.sim.delete_trunk(id_of(&created));
        let left = bench.read(&created).await;
        assert!(left.errors.is_empty() && left.state.is_none(), "{text:?}: {left:?}");
        assert_eq!(bench.lists(), 1, "the 404 alone proves nothing");
        let [warning] = left.warnings.as_slice() else { panic!("not one warning: {left:?}") };
        assert_eq!(warning.summary, format!("SIP trunk {} is gone", id_of(&created)));
        let (id, login) = (created.id.known().unwrap(), created.login.known().unwrap());
        for part in
            ["404", "list", id, "\"office\"", login, "new login", "`api_key`", "`allowed_account_ids`"]
        {
            assert!(warning.detail.contains(part), "{part}: {}", warning.detail);
        }
    }
}

#[tokio::test]
async fn an_account_without_the_service_loses_no_trunk() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.configure(|knobs| knobs.provisioned = false);
    for (verb, left) in [("read", bench.read(&created).await), ("delete", bench.delete(&created).await)] {
        assert_eq!(left.error().summary, format!("Cannot {verb} SIP trunk"));
        let detail = &left.error().detail;
        assert!(detail.contains("not provisioned"), "{detail}");
        assert!(detail.contains("stays in the state"), "{detail}");
        assert_eq!(left.state, Some(created.clone()));
    }
}

#[tokio::test]
async fn a_listed_trunk_is_not_gone_whatever_its_id_says() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.faults().times(2, "GET", TRUNK, not_found("Record not found"));
    let left = bench.read(&created).await;
    assert!(left.error().detail.contains("the account's list contains it"), "{}", left.error().detail);
    assert_eq!(left.state, Some(created));
}

#[tokio::test]
async fn a_trunk_too_new_for_every_server_to_know_is_asked_for_once_more() {
    let bench = Bench::start().await;
    bench.sim.configure(|knobs| knobs.misses_after_create = 1);
    let created = bench.create(&config(|_| {})).await.ok();
    assert_eq!(bench.read(&created).await.ok(), created);
    assert_eq!((bench.sim.journal().count("GET", TRUNK), bench.lists()), (2, 1));
}

#[tokio::test]
async fn a_list_that_cannot_be_read_proves_nothing() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.delete_trunk(id_of(&created));
    for fault in [Fault::status(500), Fault::html_200(), Fault::status(403), Fault::close()] {
        bench.sim.fault("GET", "/v1/trunks", fault);
        let left = bench.read(&created).await;
        let detail = &left.error().detail;
        assert!(detail.contains("could not confirm"), "{detail}");
        assert_eq!(left.state, Some(created.clone()));
    }
}

#[tokio::test]
async fn a_list_that_is_known_to_lack_trunks_proves_nothing() {
    let bench = Bench::start().await;
    for _ in 0..4 {
        bench.sim.add_trunk(serde_json::json!({ "label": "another" }));
    }
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.configure(|knobs| knobs.per_page_cap = Some(2));
    let without_page_2 = || {
        let gap = Fault::with("sip_trunks", serde_json::Value::Null);
        bench.sim.faults().push(Rule::new("GET", "/v1/trunks", gap).skip(1).always());
    };
    without_page_2();
    bench.sim.faults().always("GET", TRUNK, not_found("The service is not provisioned for your account."));
    let left = bench.read(&created).await;
    let detail = &left.error().detail;
    for part in ["could not confirm", "incomplete list", "of 5 items", "stays in the state", "Try again"] {
        assert!(detail.contains(part), "no {part:?} in: {detail}");
    }
    assert_eq!(left.state, Some(created.clone()));

    bench.sim.faults().clear();
    for unclear in [Fault::answer(Answer::new(200).empty()), not_found("Record not found")] {
        without_page_2();
        bench.sim.fault("DELETE", TRUNK, unclear);
        let left = bench.delete(&created).await;
        assert!(left.error().detail.contains("could not confirm"), "{}", left.error().detail);
        assert_eq!(left.state, Some(created.clone()));
        bench.sim.faults().clear();
    }
    assert_eq!(bench.read(&created).await.ok(), created);
    assert!(bench.delete(&created).await.errors.is_empty());
}

#[tokio::test]
async fn a_404_that_is_not_the_apis_is_an_error_at_once() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.fault("GET", TRUNK, Fault::answer(Answer::new(404).html("<h1>Not Found</h1>")));
    let left = bench.read(&created).await;
    assert!(left.error().detail.contains("base_url"), "{}", left.error().detail);
    assert_eq!((left.state, bench.lists()), (Some(created), 0));
}

/// The list is asked after the 404, so an older walk that still has the trunk
/// (or no longer has it) is not enough.
#[tokio::test]
async fn the_list_that_settles_a_404_is_walked_after_it() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    // An import walks the list, which is then shared for a while.
    bench.import(id_of(&created)).await.ok();
    assert_eq!(bench.lists(), 1);
    bench.sim.delete_trunk(id_of(&created));
    let left = bench.read(&created).await;
    assert!(left.errors.is_empty() && left.state.is_none(), "{left:?}");
    assert_eq!(bench.lists(), 2);
}

#[tokio::test]
async fn deleting_a_trunk_that_is_gone_succeeds() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.delete_trunk(id_of(&created));
    let left = bench.delete(&created).await;
    assert!(left.errors.is_empty() && left.warnings.is_empty() && left.state.is_none(), "{left:?}");
    assert_eq!(bench.lists(), 1, "a 404 alone proves nothing, in whatever words");

    bench.sim.fault("DELETE", TRUNK, not_found("The service is not provisioned for your account."));
    let left = bench.delete(&created).await;
    assert!(left.errors.is_empty() && left.state.is_none());
    assert_eq!(bench.lists(), 2);
}

#[tokio::test]
async fn a_key_that_may_not_write_deletes_nothing_and_is_told_its_scope() {
    let sim = Sim::builder().key(ApiKey::new("reader").scope("trunks", Access::Read)).start().await;
    let bench = Bench::with(sim);
    let id = bench.sim.add_trunk(serde_json::json!({ "label": "office" }));
    let state = bench.import(id).await.ok();
    let left = bench.delete(&state).await;
    assert!(left.error().detail.contains("`trunks:write`"), "{}", left.error().detail);
    assert_eq!(left.state, Some(state));
    assert_eq!(bench.sim.trunks().len(), 1);
}
