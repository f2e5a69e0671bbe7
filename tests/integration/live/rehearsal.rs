//! The stories as they run in an account, by its variables: this program starts itself once more, with a simulator in the
//! account's place.

#[path = "../../../examples/sweep/order.rs"]
mod order;

use std::process::{Command, Output};

use serde_json::json;
use wavix_sim::Sim;

use super::account::ASKED_BY;
use super::marks::{self, ALLOWED_BY, FOREIGN_TRUNKS, MARK};
use crate::support::block_on;

acceptance_trials! {
    the_stories_hold_and_leave_nothing_behind,
    an_account_that_is_not_for_tests_is_not_touched,
    the_sweeper_removes_what_tests_left_and_nothing_else,
}

/// An account for tests that somebody has used for something else as well.
fn account(foreign_trunks: usize) -> Sim {
    let sim = Sim::builder().phone_numbers(1).spawn();
    for number in 0..foreign_trunks {
        sim.add_trunk(json!({ "label": format!("Hotel {number}") }));
    }
    sim.set_webhook("post-call", "https://hotel.example/");
    sim.add_trunk(json!({ "label": format!("{}0 left", MARK.label) }));
    sim
}

fn rehearse(sim: &Sim, stories: &str) -> (Output, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([stories, "--test-threads", "2"]);
    command.env(ASKED_BY, "1").env("WAVIX_API_KEY", sim.api_key()).env("WAVIX_BASE_URL", sim.base_url());
    let output = command.env_remove(ALLOWED_BY).env_remove("WAVIX_ACC_CALLERID").output().unwrap();
    let text =
        [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).join("\n");
    (output, text)
}

fn the_stories_hold_and_leave_nothing_behind() {
    let sim = account(1);
    let (output, text) = rehearse(&sim, "live::stories");
    assert!(output.status.success() && text.contains(" 0 failed"), "{text}\n{}", sim.journal());
    assert!(!text.contains(" 0 passed"), "{text}");
    let labels: Vec<String> = sim.trunks().into_iter().map(|trunk| trunk.label).collect();
    assert_eq!((labels, sim.api_keys().len()), (vec!["Hotel 0".to_owned()], 1));
    assert_eq!(
        (sim.webhooks().len(), sim.webhook("post-call").as_deref()),
        (1, Some("https://hotel.example/"))
    );
    // What costs money, or changes what is in use, is not even asked for.
    for entry in sim.journal().entries().into_iter().filter(|entry| entry.method != "GET") {
        let path = entry.path.as_str();
        let free =
            ["/v1/trunks", "/v1/api-keys", "/v1/calls/webhooks"].iter().any(|free| path.starts_with(free));
        assert!(free, "{entry}");
    }
    for entry in sim.journal().matching("POST", "/v1/trunks") {
        let body = entry.body.unwrap();
        assert!(
            body["ip_restrict"] == true && body["label"].as_str().unwrap().starts_with(MARK.label),
            "{body}"
        );
    }
}

fn an_account_that_is_not_for_tests_is_not_touched() {
    let sim = account(FOREIGN_TRUNKS + 1);
    let (output, text) = rehearse(&sim, "live::stories::a_trunk_lives");
    assert!(!output.status.success() && text.contains("does not look like an account for tests"), "{text}");
    assert!(text.contains(ALLOWED_BY), "{text}");
    assert_eq!(sim.journal().committed(), 0, "{}", sim.journal());
}

fn the_sweeper_removes_what_tests_left_and_nothing_else() {
    let sim = account(1);
    let sweep = |arguments: &'static [&str], most: &'static str| {
        let variable = |name: &str| match name {
            "WAVIX_API_KEY" => Some(sim.api_key().to_owned()),
            "WAVIX_BASE_URL" => Some(sim.base_url()),
            ALLOWED_BY => Some(most.to_owned()),
            _ => None,
        };
        let mut outcome = None;
        block_on(async {
            outcome = Some(order::carry_out(arguments.iter().map(|a| (*a).to_owned()), variable).await)
        });
        outcome.map(|outcome| (outcome.code, outcome.text)).unwrap()
    };
    let left = sim.trunks()[1].id;
    assert_eq!(sweep(&["--dry-run"], ""), (0, format!("Would remove trunk {left}.\n")));
    let (code, text) = sweep(&[], "0");
    assert!(code == 1 && text.contains("1 SIP trunks") && text.contains(ALLOWED_BY), "{text}");
    assert_eq!(sim.journal().committed(), 0);
    assert_eq!(sweep(&[], ""), (0, "Removed 1 objects.\n".to_owned()));
    assert_eq!((sim.trunks().len(), sim.webhooks().len()), (1, 1));
    assert_eq!(sweep(&["--all"], "").0, 2);
}
