//! `allowed_ips` and `ip_restrict`: a set of addresses, whatever the order.

use serde_json::{Value, json};
use wavix_sim::{AllowedIp, Sim, behaviour::AllowedIpsMode};

use crate::support::terraform::Terraform;

acceptance_trials! {
    order_and_repetition_mean_nothing,
    no_addresses_may_be_written_as_null_or_as_an_empty_set,
    addresses_are_added_and_removed_in_place,
    addresses_are_kept_and_watched_while_the_restriction_is_off,
    an_api_that_adds_instead_of_replacing_is_told_what_to_remove,
}

const TRUNK: &str = "wavix_sip_trunk.main";

fn trunk(arguments: &str) -> String {
    format!(
        r#"resource "wavix_sip_trunk" "main" {{
  label    = "Restricted"
  callerid = "13132847320"
  password = "a password"
  {arguments}
}}
"#
    )
}

fn order_and_repetition_mean_nothing() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&trunk(r#"allowed_ips = ["203.0.113.9", "198.51.100.7", "203.0.113.9", "203.0.113.20"]"#))
        .apply_ok();
    let stored = tf.stored(&sim, TRUNK);
    assert!(stored.ip_restrict);
    let mut addresses = stored.allowed_addresses();
    addresses.sort_unstable();
    assert_eq!(addresses, ["198.51.100.7", "203.0.113.20", "203.0.113.9"]);

    // The API may answer in any order.
    sim.edit_trunk(stored.id, |trunk| trunk.allowed_ips.reverse());
    tf.expect_empty_plans();
    tf.config(&trunk(r#"allowed_ips = ["203.0.113.20", "203.0.113.9", "198.51.100.7"]"#))
        .expect_empty_plans();
    assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), 0);
}

fn no_addresses_may_be_written_as_null_or_as_an_empty_set() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&trunk("allowed_ips = []")).apply_ok();
    assert_eq!(tf.state(TRUNK)["allowed_ips"], json!([]));
    assert_eq!(tf.state(TRUNK)["ip_restrict"], json!(false));
    for none in ["allowed_ips = null", "", "allowed_ips = []"] {
        tf.config(&trunk(none)).expect_empty_plans();
    }

    // However it is imported and written.
    let id = tf.trunk_id(TRUNK);
    for none in
        ["allowed_ips = null", "allowed_ips = []", "allowed_ips = data.wavix_sip_trunk.same.allowed_ips"]
    {
        let tf = Terraform::new(&sim);
        let same = format!("data \"wavix_sip_trunk\" \"same\" {{\n  id = \"{id}\"\n}}\n");
        tf.config(&(same + &trunk(none)));
        tf.import(TRUNK, &id.to_string()).succeeded();
        // The password is not known of an import, and so is a change; nothing else is.
        let plan = tf.plan_json();
        let change = &plan["resource_changes"][0]["change"];
        assert_eq!(change["before"]["allowed_ips"], change["after"]["allowed_ips"], "{none}");
    }
    assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), 0);

    // A state from before, with null for none, plans no change without a refresh either.
    tf.edit_state(&tf.state_file().unwrap(), |trunk| {
        assert_eq!(trunk.insert("allowed_ips".to_owned(), Value::Null), Some(json!([])));
    });
    tf.config(&trunk("")).expect_empty_plans();
}

fn addresses_are_added_and_removed_in_place() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    for (written, held) in [
        (r#"["198.51.100.7"]"#, vec!["198.51.100.7"]),
        (r#"["198.51.100.7", "198.51.100.8"]"#, vec!["198.51.100.7", "198.51.100.8"]),
        (r#"["198.51.100.8"]"#, vec!["198.51.100.8"]),
        ("null", vec![]),
    ] {
        tf.config(&trunk(&format!("allowed_ips = {written}"))).apply_ok();
        let stored = tf.stored(&sim, TRUNK);
        let mut addresses = stored.allowed_addresses();
        addresses.sort_unstable();
        assert_eq!(addresses, held);
        assert_eq!(stored.ip_restrict, !held.is_empty());
    }
    assert_eq!(sim.journal().count("POST", "/v1/trunks"), 1);
}

fn addresses_are_kept_and_watched_while_the_restriction_is_off() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&trunk("ip_restrict = false\n  allowed_ips = [\"198.51.100.7\"]")).apply_ok();
    let id = tf.trunk_id(TRUNK);
    assert!(!sim.trunk(id).unwrap().ip_restrict);

    sim.edit_trunk(id, |trunk| trunk.allowed_ips.push(AllowedIp { id: 1, ip: "192.0.2.66".to_owned() }));
    assert_eq!(tf.plan().succeeded().changes()[TRUNK], "update");
    tf.apply_ok();
    assert_eq!(tf.stored(&sim, TRUNK).allowed_addresses(), ["198.51.100.7"]);
}

fn an_api_that_adds_instead_of_replacing_is_told_what_to_remove() {
    let sim = Sim::builder().behaviour(|knobs| knobs.allowed_ips = AllowedIpsMode::NestedAttributes).spawn();
    let tf = Terraform::new(&sim);
    tf.config(&trunk(r#"allowed_ips = ["198.51.100.7"]"#)).apply_ok();
    tf.config(&trunk(r#"allowed_ips = ["198.51.100.8"]"#)).apply_ok();
    assert_eq!(tf.stored(&sim, TRUNK).allowed_addresses(), ["198.51.100.8"]);
}
