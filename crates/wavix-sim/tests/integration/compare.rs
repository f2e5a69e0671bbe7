//! Simulators compared with a fresh one, as the real API would be.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};
use tokio::sync::watch;
use wavix_sim::{
    Builder, Fault, Sim,
    behaviour::Behaviour,
    compare::{
        Assumption, COMPARISON, Comparison, Failure, Report, Scheme, Seen, Trouble, assumptions, behave,
    },
};

/// Knobs that no assumption has, and why.
const UNSEEN: &[(&str, &str)] = &[
    ("caller_address", "where requests come from is the tester's business"),
    ("lag_at_most_ms", "how long a lag lasts shows only by waiting for it"),
    ("latency_ms", "nothing depends on speed"),
    ("rate_limited_families", "a storm would be needed; a limit that is met is in a row"),
    ("host_request_resent", "shows only on an approved trunk"),
    ("numbers.settle_reads", ROUTES),
    ("numbers.patch_reply", ROUTES),
    ("numbers.destinations_on_patch", ROUTES),
    ("numbers.empty_destinations", ROUTES),
    ("numbers.cleared_url", ROUTES),
    ("numbers.trunk_login_mismatch", ROUTES),
    ("numbers.missing_trunk_id", ROUTES),
    ("numbers.destination_order", ROUTES),
    ("numbers.priorities", ROUTES),
    ("numbers.inactive_patch", ROUTES),
    ("numbers.ids_encoding", "would release a number"),
    ("numbers.routed_trunk_delete", ROUTES),
];

const ROUTES: &str = "calls of a number would go elsewhere";

/// Values of knobs that are numbers or lists, where the table cannot have all.
const SAMPLES: &[(&str, &str)] = &[
    ("clock_offset_seconds", "3600"),
    ("clock_offset_seconds", "-7200"),
    ("created_at_offset_seconds", "-3600"),
    ("per_page_cap", "50"),
    ("misses_after_create", "2"),
    ("list_lag", "2"),
    ("stale_reads_after_update", "2"),
    ("forced", r#"{ "transcription_threshold": 10 }"#),
    ("forced", r#"{ "encrypted_media": false, "didinfo_enabled": true }"#),
    ("unprovisioned_families", r#"["numbers"]"#),
    ("unprovisioned_families", r#"["webhooks", "api_keys", "embeddable"]"#),
];

/// An account with something of everything.
fn account() -> Builder {
    let trunk = |label: &str| json!({ "label": label });
    Sim::builder().trunk(trunk("Jane Doe")).trunk(trunk("Hotel")).phone_numbers(2)
}

async fn behaving(profile: &Value) -> Sim {
    let change = |behaviour: &mut Behaviour| behave(behaviour, profile).unwrap();
    account().behaviour(change).start().await
}

fn with(sim: &Sim) -> Comparison {
    Comparison::new(sim.base_url(), sim.api_key())
}

async fn run(comparison: Comparison) -> Result<Report, Failure> {
    let (_interrupt, never) = watch::channel(false);
    comparison.run(never).await
}

async fn found(comparison: Comparison) -> Report {
    run(comparison).await.unwrap()
}

fn told(report: &Report) -> Vec<(&'static str, &Seen)> {
    report.rows.iter().map(|row| (row.assumption.title, &row.seen)).collect()
}

fn patch(knob: &str, value: Value) -> Value {
    knob.rsplit('.').fold(value, |value, name| json!({ name: value }))
}

fn assert_nothing_is_left(sim: &Sim) {
    let trunks: Vec<String> = sim.trunks().into_iter().map(|trunk| trunk.label).collect();
    assert_eq!(trunks, ["Jane Doe", "Hotel"], "{}", sim.journal());
    assert_eq!(sim.api_keys().len(), 1, "{}", sim.journal());
    assert!(
        sim.webhooks().iter().all(|webhook| !webhook.url.contains(COMPARISON.label)),
        "{}",
        sim.journal()
    );
}

#[tokio::test]
async fn an_untouched_simulator_shows_no_difference_and_everything_is_seen() {
    let sim = account().start().await;
    let report = found(with(&sim).ask_for_review()).await;
    let unseen = |(_, seen): &(&str, &Seen)| matches!(seen, Seen::Nothing(_));
    assert_eq!(told(&report).into_iter().filter(unseen).collect::<Vec<_>>(), []);
    assert_eq!(report.differences().map(|row| row.assumption.title).collect::<Vec<_>>(), [] as [&str; 0]);
    assert_eq!((report.profile(), report.left.len()), (json!({}), 0));
    assert_nothing_is_left(&sim);
    for row in &report.rows {
        if let (Some((assumed, _)), Seen::Knob(seen)) = (row.assumption.readings.first(), &row.assumed) {
            assert_eq!(serde_json::from_str::<Value>(assumed).unwrap(), *seen, "{}", row.assumption.title);
        }
    }
}

#[tokio::test]
async fn every_knob_that_is_turned_is_found_and_its_profile_behaves_the_same() {
    let all: Vec<&Assumption> = assumptions().filter(|one| one.knob.is_some()).collect();
    let read =
        all.iter().flat_map(|one| one.readings.iter().skip(1).map(|(value, _)| (one.knob.unwrap(), *value)));
    for (knob, value) in read.chain(SAMPLES.iter().copied()) {
        let turned = patch(knob, serde_json::from_str(value).unwrap());
        let sim = behaving(&turned).await;
        let scheme = if value == "\"app_id\"" { Scheme::AppId } else { Scheme::Bearer };
        let compare = |sim: &Sim| with(sim).ask_for_review().scheme(scheme);
        let report = found(compare(&sim)).await;
        let rows: Vec<_> = report.differences().filter(|row| row.assumption.knob == Some(knob)).collect();
        assert!(!rows.is_empty(), "{turned} is not found:\n{report}");
        let profile = report.profile();
        let group = knob.split('.').next().unwrap();
        let same = profile[group] == turned[group];
        assert!(same, "{turned} is taken for {profile}");
        let twin = found(compare(&behaving(&profile).await)).await;
        assert_eq!(told(&twin), told(&report), "the profile of {turned}");
        if knob != "provisioned" && knob != "unprovisioned_families" {
            assert_nothing_is_left(&sim);
        }
    }
}

#[test]
fn every_knob_has_an_assumption_or_a_reason() {
    let knobs = serde_json::to_value(Behaviour::default()).unwrap();
    let names = knobs.as_object().unwrap().iter().flat_map(|(name, value)| match value {
        Value::Object(group) if name == "numbers" => {
            group.keys().map(|knob| format!("{name}.{knob}")).collect()
        }
        _ => vec![name.clone()],
    });
    for name in names {
        let has_row = assumptions().any(|one| one.knob == Some(&name));
        let has_reason = UNSEEN.iter().any(|(unseen, reason)| *unseen == name && !reason.is_empty());
        assert!(
            has_row != has_reason,
            "{name}: a row in the table of assumptions, or a reason here, and not both"
        );
    }
}

#[tokio::test]
async fn a_limit_that_is_met_is_waited_for_and_said() {
    let sim = account().start().await;
    let limit = Fault::too_many_requests(Some("0"));
    sim.fault("GET", "/v1/api-keys", limit);
    let report = found(with(&sim)).await;
    let knobs: Vec<_> = report.differences().map(|row| row.assumption.knob).collect();
    assert_eq!(knobs, [Some("requests_per_second")], "{report}");
    assert_eq!(sim.journal().count("GET", "/v1/api-keys"), 2);
}

#[tokio::test]
async fn without_write_nothing_is_written() {
    let sim = account().start().await;
    let report = found(with(&sim)).await;
    let methods: Vec<String> = sim.journal().entries().into_iter().map(|entry| entry.method).collect();
    assert!(methods.len() > 10 && methods.iter().all(|method| method == "GET"), "{}", sim.journal());
    assert_eq!(sim.journal().committed(), 0);
    assert_eq!(report.differences().count(), 0, "{report}");
    assert!(
        told(&report).iter().filter(|(_, seen)| !matches!(seen, Seen::Nothing(_))).count() > 25,
        "{report}"
    );
}

#[tokio::test]
async fn with_write_only_its_own_things_are_touched() {
    let sim = account().start().await;
    sim.set_webhook("post-call", "https://hotel.example/post");
    sim.set_webhook("on-call", "https://hotel.example/on");
    let (trunks, numbers) = (sim.trunks(), sim.phone_numbers());
    found(with(&sim).ask_for_review()).await;
    assert_eq!((sim.trunks(), sim.phone_numbers()), (trunks.clone(), numbers));
    assert_eq!(sim.webhooks().len(), 2, "no slot is empty, so none is tried");
    let foreign: Vec<String> = trunks.iter().map(|trunk| format!("/v1/trunks/{}", trunk.id)).collect();
    for entry in sim.journal().entries().iter().filter(|entry| entry.method != "GET") {
        assert!(["/v1/trunks", "/v1/api-keys"].iter().any(|path| entry.path.starts_with(path)), "{entry}");
        assert!(!foreign.contains(&entry.path), "{entry}");
    }
    for entry in sim.journal().matching("POST", "/v1/trunks") {
        let body = entry.body.unwrap();
        let closed = body["ip_restrict"] == true
            && body["allowed_ips"]
                .as_array()
                .unwrap()
                .iter()
                .all(|item| item["ip"].as_str().unwrap().starts_with("192.0.2."));
        assert!(closed && body["label"].as_str().unwrap().starts_with(COMPARISON.label), "{body}");
    }
}

#[tokio::test]
async fn an_account_with_nothing_in_it_is_compared_too() {
    let sim = Sim::start().await;
    for comparison in [with(&sim), with(&sim).write()] {
        let report = found(comparison).await;
        assert_eq!(report.differences().count(), 0, "{report}");
    }
    assert_eq!((sim.trunks().len(), sim.api_keys().len(), sim.webhooks().len()), (0, 1, 0));
}

#[tokio::test]
async fn wherever_it_is_interrupted_nothing_is_left() {
    let whole = account().start().await;
    found(with(&whole).ask_for_review()).await;
    let requests = whole.journal().entries().len();
    for stop in (0..requests).step_by(3) {
        let (interrupt, interrupted) = watch::channel(false);
        let answered = AtomicUsize::new(0);
        let observe = move |_: &wavix_sim::Entry| {
            if answered.fetch_add(1, Ordering::SeqCst) == stop {
                interrupt.send_replace(true);
            }
        };
        let sim = account().on_request(observe).start().await;
        let outcome = with(&sim).ask_for_review().run(interrupted).await;
        assert_nothing_is_left(&sim);
        // The last requests tidy up, and are not given up.
        if let Err(failure) = outcome {
            assert_eq!((failure.trouble, failure.left.len()), (Trouble::Interrupted, 0), "after {stop}");
        }
    }
}

#[tokio::test]
async fn what_is_made_and_not_answered_is_removed_and_so_are_leftovers() {
    for path in ["/v1/trunks", "/v1/api-keys", "/v1/calls/webhooks"] {
        let sim = account().start().await;
        sim.fault("POST", path, Fault::close_after_commit());
        let failure = run(with(&sim).write()).await.unwrap_err();
        assert!(matches!(failure.trouble, Trouble::Unreachable(_)), "{failure:?}");
        assert_nothing_is_left(&sim);
    }
    let sim = account().start().await;
    sim.add_trunk(json!({ "label": "wavix-sim-compare 1234abcd trunk" }));
    sim.set_webhook("on-call", "https://wavix-sim-compare.invalid/1234abcd/first");
    found(with(&sim)).await;
    assert_eq!((sim.trunks().len(), sim.webhooks().len()), (3, 1), "reading removes nothing");
    found(with(&sim).write()).await;
    assert_nothing_is_left(&sim);
}

#[tokio::test]
async fn what_cannot_be_removed_is_named() {
    let sim = account().start().await;
    sim.faults().always("DELETE", "/v1/trunks/*", Fault::status(500));
    let report = found(with(&sim).write()).await;
    let left: Vec<String> = sim.trunks()[2..].iter().map(|trunk| format!("trunk {}", trunk.id)).collect();
    assert_eq!((report.left.clone(), left.len()), (left, 2), "{report}");
}

#[tokio::test]
async fn a_server_that_is_not_wavix_is_not_told_the_key() {
    use axum::{Router, extract::Request, http::StatusCode, response::Redirect};
    let key = "a-key-that-nobody-else-may-see";
    let told = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&told);
    let page = move |request: Request| {
        let text = format!("{:?}", request);
        if text.contains(key) || request.headers().contains_key("authorization") {
            seen.fetch_add(1, Ordering::SeqCst);
        }
        async { "<html>Welcome</html>" }
    };
    let away = Router::new().fallback(async || Redirect::temporary("https://elsewhere.example/"));
    let other = Router::new().fallback(async || (StatusCode::UNAUTHORIZED, "{\"error\":\"invalid_token\"}"));
    for router in [Router::new().fallback(page), away, other] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let failure = run(Comparison::new(base_url, key).write()).await.unwrap_err();
        let says = failure.trouble.to_string();
        assert!(
            matches!(failure.trouble, Trouble::NotWavix(_)) && says.contains("not the Wavix API"),
            "{says}"
        );
    }
    assert_eq!(told.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_refused_key_and_an_unsafe_address_are_said_before_anything_is_done() {
    let sim = account().start().await;
    let failure = run(Comparison::new(sim.base_url(), "wr0ng").write()).await.unwrap_err();
    assert_eq!(failure.trouble, Trouble::KeyRefused);
    assert_eq!(sim.journal().entries().len(), 2);
    let failure = run(Comparison::new("http://api.wavix.example", "k")).await.unwrap_err();
    assert!(matches!(failure.trouble, Trouble::BaseUrl(_)), "{failure:?}");
    drop(sim);
}

#[tokio::test]
async fn the_table_has_nothing_of_the_account() {
    let sim = account().api_key("K3yOfTheHotelThatMustNotBeShown000000000000000000").start().await;
    let url = sim.base_url();
    // Texts of refusals may quote what is the account's.
    sim.faults().always(
        "GET",
        "/v1/numbers/*",
        Fault::answer(
            wavix_sim::Answer::new(404)
                .json(&json!({ "success": false, "message": "jane@hotel.example owns 12565378257" })),
        ),
    );
    sim.faults().always(
        "PUT",
        "/v1/trunks/2147483647",
        Fault::answer(
            wavix_sim::Answer::new(404)
                .json(&json!({ "success": false, "message": "Account 4711 has none" })),
        ),
    );
    let table = found(with(&sim).write()).await.to_string();
    for secret in ["Jane Doe", "Hotel", "12565378257", "1256537", "@", "K3yOf", "4711", &url] {
        assert!(!table.contains(secret), "{secret} is in\n{table}");
    }
    assert!(
        table.contains("404 `Account #### has none`") && table.contains("(a text with an address)"),
        "{table}"
    );
    for line in table.lines().filter(|line| line.starts_with('|')) {
        assert_eq!(line.matches('|').count(), 7, "a cell of the table is broken: {line}");
    }
}
