//! Trunks that look alike, where one create is never carried out: nobody takes
//! another's.

use wavix_sim::{Fault, Sim};

use crate::support::terraform::Terraform;

acceptance_trials! {
    two_provider_blocks_with_equal_trunks_never_share_one,
    a_trunk_that_is_replaced_is_not_adopted_in_its_own_place,
}

const TRUNKS: &str = "/v1/trunks";

fn trunk(name: &str, rest: &str) -> String {
    format!(
        r#"resource "wavix_sip_trunk" "{name}" {{
  label    = "Alike"
  callerid = "13132847320"
  password = "a password"
{rest}
}}
"#
    )
}

fn two_provider_blocks_with_equal_trunks_never_share_one() {
    for _ in 0..3 {
        let sim = Sim::spawn();
        let tf = Terraform::new(&sim);
        let other = trunk("two", "  provider = wavix.other");
        tf.config(&format!("provider \"wavix\" {{\n  alias = \"other\"\n}}\n\n{}{other}", trunk("one", "")));
        sim.fault("POST", TRUNKS, Fault::close());
        tf.apply_err();
        assert_eq!((sim.trunks().len(), tf.state_addresses().len()), (1, 1), "{}", sim.journal());
        tf.apply_ok();
        let ids = ["one", "two"].map(|name| tf.trunk_id(&format!("wavix_sip_trunk.{name}")));
        assert_ne!(ids[0], ids[1]);
        assert_eq!(sim.trunks().len(), 2);
        tf.destroy(&sim);
    }
}

fn a_trunk_that_is_replaced_is_not_adopted_in_its_own_place() {
    let create_first = "  lifecycle {\n    create_before_destroy = true\n  }";
    for rest in [create_first, ""] {
        let sim = Sim::spawn();
        let tf = Terraform::new(&sim);
        tf.config(&trunk("main", rest)).apply_ok();
        let old = tf.trunk_id("wavix_sip_trunk.main");
        sim.fault("POST", TRUNKS, Fault::close());
        let run =
            tf.run(["apply", "-input=false", "-auto-approve", "-json", "-replace=wavix_sip_trunk.main"]);
        let error = run.failed().error();
        assert!(error.detail.contains("may exist and is not in the state"), "{error:?}");
        let left: Vec<i64> = sim.trunks().iter().map(|trunk| trunk.id).collect();
        assert_eq!(left, if rest.is_empty() { vec![] } else { vec![old] });
        tf.apply_ok();
        assert_eq!(sim.trunks().len(), 1);
        tf.destroy(&sim);
    }
}
