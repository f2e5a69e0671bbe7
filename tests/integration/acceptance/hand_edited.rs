//! A state file that somebody has edited: diagnostics, and nothing is lost.

use serde_json::{Value, json};
use wavix_sim::Sim;

use crate::support::terraform::Terraform;

acceptance_trials! {
    an_id_of_another_trunk_is_noticed,
    an_id_that_is_none_is_named,
    what_was_removed_from_a_state_is_read_again,
    a_value_of_another_type_is_an_error_and_not_a_crash,
}

const TRUNK: &str = "wavix_sip_trunk.main";

/// An applied trunk, and its state file.
fn applied(sim: &Sim) -> (Terraform, Value) {
    let tf = Terraform::new(sim);
    tf.config(
        r#"resource "wavix_sip_trunk" "main" {
  label        = "Watched"
  callerid     = "13132847320"
  password     = "a password"
  max_channels = 3
}
"#,
    )
    .apply_ok();
    let state = tf.state_file().unwrap();
    (tf, state)
}

fn an_id_of_another_trunk_is_noticed() {
    let sim = Sim::spawn();
    let theirs = sim.add_trunk(json!({ "label": "Theirs", "created_at": "2023-05-16T17:13:25Z" }));
    let (tf, state) = applied(&sim);
    let before = sim.trunk(theirs);
    tf.edit_state(&state, |trunk| drop(trunk.insert("id".to_owned(), theirs.to_string().into())));
    let error = tf.plan_err().error();
    assert_eq!(error.summary, "Cannot read SIP trunk");
    for part in [theirs.to_string().as_str(), "another trunk", "terraform import"] {
        assert!(error.detail.contains(part), "no {part:?} in {}", error.detail);
    }
    assert_eq!(sim.trunk(theirs), before);
    assert_eq!(tf.state_addresses(), [TRUNK]);
}

fn an_id_that_is_none_is_named() {
    let sim = Sim::spawn();
    let (tf, state) = applied(&sim);
    for id in [json!("../profile"), json!(""), json!("-1"), Value::Null] {
        tf.edit_state(&state, |trunk| drop(trunk.insert("id".to_owned(), id.clone())));
        sim.journal().clear();
        let error = tf.plan_err().error();
        assert_eq!(error.summary, "Cannot read SIP trunk", "{id}");
        assert!(error.detail.contains("is not the id of a SIP trunk"), "{id}: {}", error.detail);
        assert_eq!(sim.journal().entries().len(), 0, "{id}");
    }
    assert_eq!(sim.trunks().len(), 1);
}

fn what_was_removed_from_a_state_is_read_again() {
    let sim = Sim::spawn();
    let (tf, state) = applied(&sim);
    tf.edit_state(&state, |trunk| {
        for name in
            ["label", "login", "created_at", "max_channels", "channels_restrict", "access_token", "timeouts"]
        {
            assert!(trunk.remove(name).is_some(), "{name}");
        }
    });
    tf.apply_ok();
    assert_eq!(tf.state(TRUNK), state["resources"][0]["instances"][0]["attributes"]);
    assert_eq!(sim.journal().count("POST", "/v1/trunks"), 1);
    assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), 0);
}

fn a_value_of_another_type_is_an_error_and_not_a_crash() {
    let sim = Sim::spawn();
    let (tf, state) = applied(&sim);
    for (name, value) in [
        ("max_channels", json!("many")),
        ("ip_restrict", json!({ "on": true })),
        ("allowed_ips", json!("198.51.100.7")),
        ("label", json!(["Watched"])),
    ] {
        tf.edit_state(&state, |trunk| drop(trunk.insert(name.to_owned(), value.clone())));
        let run = tf.plan_err();
        let error = run.error();
        assert!(error.detail.contains(name), "{name}: {}", error.detail);
        assert!(!run.text().contains("panic"), "{run}");
    }
    assert_eq!(sim.trunks().len(), 1);
    assert_eq!(tf.state_addresses(), [TRUNK]);
}
