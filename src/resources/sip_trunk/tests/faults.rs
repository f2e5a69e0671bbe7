//! What is told, and what stays true, when a call fails.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use wavix_sim::{Access, Answer, ApiKey, Fault, Sim};

use crate::client::Secret;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::object::Attr;

use super::super::SipTrunk;
use super::super::SipTrunkModel;
use super::{Bench, PASSWORD, config, everything, id_of, paths, plan, text};
use crate::lifecycle::object::arguments;

const TRUNKS: &str = "/v1/trunks";
const TRUNK: &str = "/v1/trunks/*";

fn says(error: &Diagnostic, parts: &[&str]) {
    for part in parts {
        assert!(error.detail.contains(part), "no {part:?} in: {}", error.detail);
    }
}

#[tokio::test]
async fn a_refused_create_makes_nothing_and_points_at_the_field_the_api_names() {
    for (status, message, path) in [
        (422, "Caller ID must be a verified number in E.164 format", "callerid"),
        (400, "Missing or invalid parameter callerid", "callerid"),
        (400, "Missing or invalid parameter max_call_cost", "max_call_cost"),
        (400, "Missing or invalid parameter host_request", "host_request"),
        (422, "call_limit must be less than or equal to 3600", "call_limit"),
        (400, "Missing or invalid parameter password", "password"),
        (400, "Missing or invalid parameter allowed_ips", "allowed_ips"),
        (422, "Insufficient funds", ""),
        // Not about a value, even if it speaks of one.
        (403, "The label is fine, but you are not", ""),
    ] {
        let bench = Bench::start().await;
        bench.sim.fault("POST", TRUNKS, Fault::answer(Answer::new(status).message(message)));
        let left = bench.create(&config(|_| {})).await;
        assert_eq!(paths(&left.errors), [path], "{message}");
        says(left.error(), &[message, "No SIP trunk was created."]);
        assert_eq!(left.state, None);
    }
}

/// An answer without everything that the API does not promise to tell: what a
/// request carries but for the label, and two results.
fn reticent() -> Fault {
    let arguments = arguments::<SipTrunk>()
        .map(|argument| argument.name.as_str())
        .filter(|name| !matches!(*name, "label" | "host_request"));
    arguments
        .chain(["passthrough", "host"])
        .fold(Fault::without("nothing"), |fault, field| fault.and_without(field))
}

#[tokio::test]
async fn what_an_answer_leaves_out_is_neither_refused_nor_drift() {
    for fault in [reticent as fn() -> Fault, || Fault::without("call_limit").and_without("rewrite_prefix")] {
        let bench = Bench::start().await;
        bench.sim.fault("POST", TRUNKS, fault());
        let created = bench.create(&everything()).await.ok();
        assert_eq!((&created.call_limit, &created.rewrite_prefix), (&Attr::Known(600), &text("00")));
        bench.sim.fault("GET", TRUNK, fault());
        let read = bench.read(&created).await.ok();
        assert_eq!(plan(&everything(), Some(&read)), read);

        let mut changed = everything();
        changed.call_limit = Attr::Known(700);
        bench.sim.fault("PUT", TRUNK, fault());
        let updated = bench.update(&changed, &read).await.ok();
        assert_eq!(updated.call_limit, Attr::Known(700));
        let read = bench.read(&updated).await.ok();
        assert_eq!(plan(&changed, Some(&read)), read);
    }
}

#[tokio::test]
async fn an_answer_with_a_limit_of_its_own_beside_a_flag_that_is_off_refuses_nothing() {
    let idle = config(|trunk| {
        trunk.call_restrict = Attr::Known(false);
        trunk.call_limit = Attr::Known(600);
        trunk.rewrite_enabled = Attr::Known(false);
        trunk.rewrite_prefix = text("00");
    });
    let others = || Fault::with("call_limit", 7200).and_with("rewrite_prefix", "");
    let bench = Bench::start().await;
    bench.sim.fault("POST", TRUNKS, others());
    let created = bench.create(&idle).await.ok();
    bench.sim.fault("GET", TRUNK, others());
    let read = bench.read(&created).await.ok();
    assert_eq!(plan(&idle, Some(&read)), read);
}

#[tokio::test]
async fn a_refused_password_points_at_the_argument_it_came_from_and_is_not_shown() {
    let bench = Bench::start().await;
    let refusal = format!("password {PASSWORD} is too weak");
    let refuse = || Fault::answer(Answer::new(422).message(&refusal));
    bench.sim.fault("POST", TRUNKS, refuse());
    let left = bench.create(&config(|_| {})).await;
    assert_eq!(paths(&left.errors), ["password"]);
    assert!(!format!("{left:?}").contains(PASSWORD), "{left:?}");

    bench.sim.fault("POST", TRUNKS, refuse());
    let write_only = config(|trunk| {
        trunk.password = Attr::Null;
        trunk.password_wo = Attr::Known(Secret::new(PASSWORD));
    });
    let left = bench.create(&write_only).await;
    assert_eq!(paths(&left.errors), ["password_wo"]);
    assert!(!format!("{left:?}").contains(PASSWORD), "{left:?}");
}

#[tokio::test]
async fn each_complaint_about_a_field_is_an_error_at_its_argument() {
    let bench = Bench::start().await;
    let answer = Answer::new(422).json(&json!({
        "success": false, "message": "Validation error",
        "errors": { "label": "is too long", "max_channels": "is too high" },
    }));
    bench.sim.fault("POST", TRUNKS, Fault::answer(answer));
    let left = bench.create(&config(|_| {})).await;
    let mut found = paths(&left.errors);
    found.sort();
    assert_eq!(found, ["label", "max_channels"]);
    assert!(left.errors.iter().any(|error| error.detail.contains("is too high")));
}

#[tokio::test]
async fn an_update_that_was_refused_changes_nothing_and_says_so() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    let renamed = config(|trunk| trunk.label = text("renamed"));
    for fault in [Fault::status(422), Fault::status(404), Fault::too_many_requests(Some("1"))] {
        bench.sim.fault("PUT", TRUNK, fault);
        let left = bench.update(&renamed, &created).await;
        assert_eq!(left.error().summary, "Cannot update SIP trunk");
        says(left.error(), &["unchanged", &id_of(&created).to_string()]);
        assert_eq!(left.state, Some(created.clone()));
    }
    bench.update(&renamed, &created).await.ok();
}

#[tokio::test]
async fn a_failed_read_keeps_the_state() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    for fault in [Fault::status(500), Fault::close(), Fault::html_200(), Fault::status(401)] {
        bench.sim.fault("GET", TRUNK, fault);
        let left = bench.read(&created).await;
        says(left.error(), &["stays in the state"]);
        assert_eq!(left.state, Some(created.clone()));
    }
}

#[tokio::test]
async fn a_delete_that_is_repeated_and_meets_its_own_work_succeeds() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    let patient = Bench { ctx: bench.context(|settings| settings.max_retries = 2), ..bench };
    patient.sim.fault("DELETE", TRUNK, Fault::close_after_commit());
    let left = patient.delete(&created).await;
    assert!(left.errors.is_empty() && left.state.is_none(), "{left:?}");
    assert_eq!(patient.sim.journal().count("DELETE", TRUNK), 2);
}

#[tokio::test]
async fn each_status_comes_with_what_to_do() {
    let refusal = |status, message: &str| Fault::answer(Answer::new(status).message(message));
    let cases: [(Fault, &[&str]); 10] = [
        (Fault::status(401), &["`api_key`", "restricted"]),
        (Fault::status(402), &["Add funds to the account", "apply again"]),
        (refusal(422, "SIP trunk quota exceeded"), &["reached a limit", "raise the limit"]),
        (refusal(422, "call_limit: limit exceeded"), &["Correct the configuration"]),
        (Fault::status(403), &["`trunks:write`", "provisioned"]),
        (Fault::status(422), &["Correct the configuration"]),
        (Fault::too_many_requests(Some("7")), &["`requests_per_second`", "7 seconds"]),
        (Fault::status(500), &["The error is at Wavix"]),
        (Fault::answer(Answer::new(404).html("<p>nginx</p>")), &["`base_url`"]),
        (Fault::redirect(302, "https://login.example.com/"), &["`base_url`"]),
    ];
    join_all(cases.map(async |(fault, advice)| {
        let bench = Bench::start().await;
        bench.sim.fault("POST", TRUNKS, fault);
        let left = bench.create(&config(|_| {})).await;
        says(left.error(), advice);
    }))
    .await;
}

#[tokio::test]
async fn a_read_needs_and_names_the_read_scope() {
    let sim = Sim::builder().key(ApiKey::new("nobody").scope("numbers", Access::Read)).start().await;
    let bench = Bench::with(sim);
    let left = bench.read(&SipTrunkModel::stub(1)).await;
    says(left.error(), &["GET /v1/trunks/1", "403", "`trunks:read`"]);
}

#[tokio::test]
async fn a_slow_answer_names_the_settings_that_bound_it() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    let hasty =
        Bench { ctx: bench.context(|settings| settings.request_timeout = Duration::from_secs(1)), ..bench };
    hasty.sim.fault("GET", TRUNK, Fault::delay_before_commit(Duration::from_secs(20)));
    let left = hasty.read(&created).await;
    says(left.error(), &["`request_timeout`", "`timeouts`", "stays in the state"]);
}

#[tokio::test]
async fn an_interrupt_before_the_request_sends_nothing() {
    let bench = Bench::start().await;
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.journal().clear();
    bench.cancel.cancel();
    let left = bench.create(&config(|_| {})).await;
    says(left.error(), &["No SIP trunk was created.", "interrupted"]);
    assert_eq!(bench.delete(&created).await.state, Some(created));
    assert_eq!(bench.sim.journal().entries().len(), 0);
}

#[tokio::test]
async fn a_state_with_the_id_of_another_trunk_is_refused_and_kept() {
    let bench = Bench::start().await;
    let theirs = json!({ "label": "theirs", "created_at": "2023-05-16T17:13:25.000Z" });
    let theirs = bench.sim.add_trunk(theirs);
    let mut state = bench.create(&config(|_| {})).await.ok();
    state.id = text(&theirs.to_string());
    let left = bench.read(&state).await;
    assert_eq!((paths(&left.errors), &left.state), (vec!["id".to_owned()], &Some(state)));
    says(left.error(), &["another trunk", "terraform state rm", "terraform import"]);
}

#[tokio::test]
async fn an_id_that_somebody_put_into_the_state_is_not_used() {
    let bench = Bench::start().await;
    let mut state = bench.create(&config(|_| {})).await.ok();
    state.id = text("../profile");
    bench.sim.journal().clear();
    for left in [bench.read(&state).await, bench.delete(&state).await] {
        assert_eq!(paths(&left.errors), ["id"]);
        assert_eq!(left.state, Some(state.clone()));
    }
    assert_eq!(bench.sim.journal().entries().len(), 0);
}
