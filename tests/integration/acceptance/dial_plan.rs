//! `rewrite_enabled`, `rewrite_prefix`, `rewrite_cond`: opaque digit strings.

use serde_json::json;
use wavix_sim::{Sim, behaviour::UnsetText};

use crate::support::terraform::Terraform;

acceptance_trials! {
    leading_zeros_are_kept,
    unset_and_empty_are_the_same_however_the_api_spells_it,
}

fn trunk(name: &str, arguments: &str) -> String {
    format!(
        r#"resource "wavix_sip_trunk" "{name}" {{
  label    = "{name}"
  callerid = "13132847320"
  password = "a password"
  {arguments}
}}
"#
    )
}

fn leading_zeros_are_kept() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&trunk("main", "rewrite_prefix = \"0049\"\n  rewrite_cond = \"0\"")).apply_ok();
    let stored = tf.stored(&sim, "wavix_sip_trunk.main");
    assert_eq!((stored.rewrite_prefix.as_deref(), stored.rewrite_cond.as_deref()), (Some("0049"), Some("0")));
    assert_eq!(tf.state("wavix_sip_trunk.main")["rewrite_prefix"], "0049");
    // 00 is another prefix than 0.
    tf.config(&trunk("main", "rewrite_prefix = \"0049\"\n  rewrite_cond = \"00\"")).apply_ok();
    assert_eq!(tf.stored(&sim, "wavix_sip_trunk.main").rewrite_cond.as_deref(), Some("00"));
    assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), 1);
}

fn unset_and_empty_are_the_same_however_the_api_spells_it() {
    for spelling in [UnsetText::Empty, UnsetText::Null, UnsetText::Absent] {
        let sim = Sim::builder().behaviour(|knobs| knobs.unset_rewrite = spelling).spawn();
        let tf = Terraform::new(&sim);
        let config = [
            trunk("unset", ""),
            trunk("empty", "rewrite_prefix = \"\"\n  rewrite_cond = \"\""),
            trunk("half", "rewrite_prefix = \"00\""),
        ];
        tf.config(&config.concat()).apply_ok();
        assert_eq!(tf.state("wavix_sip_trunk.unset")["rewrite_prefix"], json!(null), "{spelling:?}");
        assert_eq!(tf.state("wavix_sip_trunk.empty")["rewrite_enabled"], json!(false), "{spelling:?}");
        assert_eq!(tf.state("wavix_sip_trunk.half")["rewrite_enabled"], json!(true), "{spelling:?}");
        assert_eq!(tf.state("wavix_sip_trunk.half")["rewrite_cond"], json!(null), "{spelling:?}");
        tf.refresh();
        assert_eq!(tf.state("wavix_sip_trunk.unset")["rewrite_prefix"], json!(null), "{spelling:?}");
        assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), 0);
    }
}
