//! `callerid` and `multiple_numbers`.

use serde_json::json;
use wavix_sim::{Sim, behaviour::PinnedCallerId};

use crate::support::terraform::Terraform;

acceptance_trials! {
    every_spelling_of_a_number_is_kept_and_only_its_digits_are_sent,
    changing_the_number_is_an_update_and_respelling_it_is_not,
    multiple_numbers_may_come_with_or_without_a_number,
}

fn every_spelling_of_a_number_is_kept_and_only_its_digits_are_sent() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let spellings = [
        "13132847320",
        "+13132847320",
        "+1 (313) 284-7320",
        "1.313.284.7320",
        "1-313-284-7320",
        " 1 313 2847320 ",
    ];
    let listed = spellings.map(|spelling| format!("{spelling:?}")).join(", ");
    tf.config(&format!(
        r#"resource "wavix_sip_trunk" "spelled" {{
  count    = {}
  label    = "Spelled"
  callerid = [{listed}][count.index]
  password = "a password"
}}
"#,
        spellings.len()
    ))
    .apply_ok();
    for (index, spelling) in spellings.iter().enumerate() {
        let address = format!("wavix_sip_trunk.spelled[{index}]");
        assert_eq!(tf.state(&address)["callerid"], *spelling);
        assert_eq!(tf.stored(&sim, &address).callerid.as_deref(), Some("13132847320"), "{spelling}");
    }
    // A refresh must not rewrite what the user wrote.
    tf.refresh();
    assert_eq!(tf.state("wavix_sip_trunk.spelled[2]")["callerid"], "+1 (313) 284-7320");
    assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), 0);
}

fn changing_the_number_is_an_update_and_respelling_it_is_not() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let trunk = |label: &str, number: &str| {
        format!(
            r#"resource "wavix_sip_trunk" "main" {{
  label    = "{label}"
  callerid = "{number}"
  password = "a password"
}}
"#
        )
    };
    tf.config(&trunk("Desk", "+44 7700 900123")).apply_ok();
    tf.config(&trunk("Desk", "447700900123")).expect_empty_plans();
    // Respelled together with a real change.
    tf.config(&trunk("Line", "+447700900123")).apply_ok();
    tf.config(&trunk("Line", "+1 313 284 7320")).apply_ok();
    assert_eq!(tf.stored(&sim, "wavix_sip_trunk.main").callerid.as_deref(), Some("13132847320"));
    assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), 2);
}

fn multiple_numbers_may_come_with_or_without_a_number() {
    for pinned in [PinnedCallerId::Empty, PinnedCallerId::Echoed] {
        let sim = Sim::builder().behaviour(|knobs| knobs.callerid_with_multiple_numbers = pinned).spawn();
        let tf = Terraform::new(&sim);
        tf.config(
            r#"resource "wavix_sip_trunk" "without" {
  label            = "Any number"
  multiple_numbers = true
  password         = "a password"
}

resource "wavix_sip_trunk" "with" {
  label            = "Any number, this one by default"
  multiple_numbers = true
  callerid         = "+13132847320"
  password         = "a password"
}
"#,
        )
        .apply_ok();
        assert_eq!(tf.state("wavix_sip_trunk.without")["callerid"], json!(null), "{pinned:?}");
        assert_eq!(tf.state("wavix_sip_trunk.with")["callerid"], "+13132847320", "{pinned:?}");
        assert_eq!(tf.stored(&sim, "wavix_sip_trunk.with").callerid.as_deref(), Some("13132847320"));
        tf.refresh();
        assert_eq!(tf.state("wavix_sip_trunk.with")["callerid"], "+13132847320", "{pinned:?}");
    }
}
