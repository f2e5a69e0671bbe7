//! Trunks that an apply left behind when it was killed.

use wavix_sim::Sim;

use crate::support::require::{numbers_asked_again, tells_an_apply_from_a_plan};
use crate::support::terraform::Terraform;

acceptance_trials! {
    a_plan_names_the_trunk_that_it_would_double,
    an_apply_takes_no_trunk_of_its_own_state_for_a_leftover,
}

const TRUNK: &str = "wavix_sip_trunk.main";
const CONFIG: &str = r#"resource "wavix_sip_trunk" "main" {
  label    = "Left behind"
  callerid = "+1 (313) 284-7320"
  password = "a password"
}
"#;

fn a_plan_names_the_trunk_that_it_would_double() {
    let sim = Sim::spawn();
    // Whose state is lost afterwards, as if it had never been written.
    let killed = Terraform::new(&sim);
    killed.config(CONFIG).apply_ok();
    let id = killed.trunk_id(TRUNK);

    let tf = Terraform::new(&sim);
    let warnings = tf.config(CONFIG).plan().succeeded().warnings();
    let [warning] = warnings.as_slice() else { panic!("not one warning: {warnings:?}") };
    assert_eq!(warning.summary, "Possible duplicate SIP trunk \"Left behind\"");
    assert!(warning.detail.contains(&format!("SIP trunk {id} with the label")), "{warning:?}");

    // Heeded, nothing is made twice, and nothing is left to warn of.
    tf.import(TRUNK, &id.to_string()).succeeded();
    assert!(tf.apply_ok().warnings().is_empty());
    assert_eq!(sim.journal().count("POST", "/v1/trunks"), 1, "{}", sim.journal());
}

/// Terraform plans the create once more while it applies, in a process that has
/// not read the trunks that stay as they are.
fn an_apply_takes_no_trunk_of_its_own_state_for_a_leftover() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let two = |second: &str| format!("{CONFIG}\n{}", CONFIG.replace("main", second));
    tf.config(CONFIG).apply_ok();
    tf.config(&two("second")).plan().succeeded();
    sim.journal().clear();
    let run = tf.run(["apply", "-input=false", "-json", "saved.plan"]).succeeded();
    let (creates, lists) =
        (sim.journal().count("POST", "/v1/trunks"), sim.journal().count("GET", "/v1/trunks"));
    // What was there before the create; the plan, saved before, had the other look.
    assert_eq!((creates, lists), (1, 1), "{}", sim.journal());
    assert_eq!(sim.journal().entries().len(), 2 + numbers_asked_again(), "{}", sim.journal());
    assert!(!tells_an_apply_from_a_plan() || run.warnings().is_empty(), "{run}");
    assert_eq!(sim.trunks().len(), 2);
}
