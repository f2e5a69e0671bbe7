//! Answers that are lost on the way, through the real Terraform.

use wavix_sim::{Answer, Fault, Sim};

use crate::support::terraform::Terraform;

acceptance_trials! {
    equal_trunks_whose_answers_were_lost_are_adopted_one_by_one,
    an_update_and_a_delete_whose_answers_were_lost_succeed,
}

fn trunks(label: &str) -> String {
    format!(
        r#"resource "wavix_sip_trunk" "main" {{
  count    = 5
  label    = "{label}"
  callerid = "13132847320"
  password = "a password ${{count.index}}"
}}
"#
    )
}

fn equal_trunks_whose_answers_were_lost_are_adopted_one_by_one() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    for fault in [
        Fault::close_after_commit(),
        Fault::answer_after_commit(Answer::new(500)),
        Fault::answer_after_commit(Answer::new(200).html("<p>Welcome</p>")),
    ] {
        sim.fault("POST", "/v1/trunks", fault);
    }
    let run = tf.config(&trunks("Equal")).apply_ok();
    let warnings = run.warnings();
    assert!(warnings.iter().all(|warning| warning.summary.starts_with("Adopted SIP trunk ")), "{warnings:?}");
    assert_eq!(sim.journal().count("POST", "/v1/trunks"), 5, "{}", sim.journal());
    assert_eq!(sim.trunks().len(), 5);
    for index in 0..5 {
        let address = format!("wavix_sip_trunk.main[{index}]");
        assert_eq!(tf.stored(&sim, &address).password(), format!("a password {index}"));
        assert!(!tf.is_tainted(&address));
    }
    let ids: std::collections::BTreeSet<i64> =
        (0..5).map(|index| tf.trunk_id(&format!("wavix_sip_trunk.main[{index}]"))).collect();
    assert_eq!(ids.len(), 5, "each has its own");
    tf.destroy(&sim);
}

fn an_update_and_a_delete_whose_answers_were_lost_succeed() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&trunks("First")).apply_ok();
    for answer in [Answer::new(500), Answer::new(200).html("<p>Welcome</p>"), Answer::new(200).empty()] {
        sim.fault("PUT", "/v1/trunks/*", Fault::answer_after_commit(answer.clone()));
        sim.fault("PUT", "/v1/trunks/*", Fault::answer(answer.clone()));
        sim.fault("DELETE", "/v1/trunks/*", Fault::answer_after_commit(answer.clone()));
        sim.fault("DELETE", "/v1/trunks/*", Fault::answer(answer));
    }
    tf.config(&trunks("Second")).apply_ok();
    assert_eq!(sim.trunks_labelled("Second").len(), 5);
    tf.destroy(&sim);
}
