//! Many trunks: few requests, few connections.

use wavix_sim::Sim;

use crate::support::require::{LOOKS_OF_AN_APPLY, numbers_asked_again};
use crate::support::terraform::Terraform;

acceptance_trials! {
    a_hundred_trunks_are_refreshed_with_one_request_each,
}

fn a_hundred_trunks_are_refreshed_with_one_request_each() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(
        r#"resource "wavix_sip_trunk" "many" {
  count    = 100
  label    = "Trunk ${count.index}"
  callerid = "13132847320"
  password = "password ${count.index}"
}
"#,
    );
    let journal = sim.journal();
    tf.run(["apply", "-auto-approve", "-input=false", "-no-color"]).succeeded();
    assert_eq!(sim.trunks().len(), 100);
    assert_eq!(journal.count("POST", "/v1/trunks"), 100);
    let looks = LOOKS_OF_AN_APPLY;
    assert_eq!(
        journal.count("GET", "/v1/trunks"),
        looks,
        "a process looks once for all trunks it would double"
    );
    let numbers = journal.count("GET", "/v1/numbers");
    assert_eq!(numbers, 1 + numbers_asked_again(), "a process looks once for all caller IDs");
    assert_eq!(journal.entries().len(), 100 + looks + numbers, "a create is one request");

    journal.clear();
    let plan = tf.run(["plan", "-detailed-exitcode", "-input=false", "-no-color"]).succeeded();
    assert_eq!(journal.count("GET", "/v1/trunks/*"), 100, "{plan}");
    assert_eq!(journal.entries().len(), 100, "a refresh is one request for each trunk, and no list");
    assert!(journal.connections() <= 10, "{} connections", journal.connections());

    journal.clear();
    tf.run(["apply", "-destroy", "-auto-approve", "-input=false", "-no-color", "-refresh=false"]).succeeded();
    assert_eq!(journal.count("DELETE", "/v1/trunks/*"), 100);
    assert!(sim.trunks().is_empty());
}
