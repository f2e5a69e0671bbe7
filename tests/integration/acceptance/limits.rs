//! Limits and the flags that switch them on; money.

use serde_json::{Value, json};
use wavix_sim::{Behaviour, Sim, behaviour};

use crate::support::terraform::Terraform;

acceptance_trials! {
    a_flag_follows_its_limit_and_removing_the_limit_switches_it_off,
    a_limit_beside_a_flag_that_is_off_is_a_warning_and_is_kept,
    a_limit_the_api_reports_while_the_flag_is_off_is_ignored,
    a_flag_without_its_limit_is_settled_before_anything_is_sent,
    money_is_exact_in_every_spelling,
    a_float_that_is_spelt_out_makes_no_trunk_or_the_right_one,
}

const TRUNK: &str = "wavix_sip_trunk.main";

fn trunk(arguments: &str) -> String {
    named("main", arguments)
}

fn named(name: &str, arguments: &str) -> String {
    format!(
        r#"resource "wavix_sip_trunk" "{name}" {{
  label    = "Limited"
  callerid = "13132847320"
  password = "a password"
  {arguments}
}}
"#
    )
}

fn flags(state: &Value) -> Value {
    let names = ["call_restrict", "cost_limit", "channels_restrict", "rewrite_enabled", "ip_restrict"];
    names.iter().map(|name| state[name].clone()).collect()
}

fn a_flag_follows_its_limit_and_removing_the_limit_switches_it_off() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&trunk(
        r#"call_limit     = 60
  max_call_cost  = 1.5
  max_channels   = 1
  rewrite_prefix = "00"
  allowed_ips    = ["198.51.100.7"]"#,
    ));
    tf.apply_ok();
    assert_eq!(flags(&tf.state(TRUNK)), json!([true, true, true, true, true]));

    // One limit remains.
    tf.config(&trunk("max_channels = 1"));
    let plan = tf.plan_json();
    assert_eq!(
        flags(&plan["resource_changes"][0]["change"]["after"]),
        json!([false, false, true, false, false])
    );
    tf.apply_ok();
    let stored = tf.stored(&sim, TRUNK);
    assert!(stored.channels_restrict && !stored.call_restrict && !stored.cost_limit);
    assert!(!stored.rewrite_enabled && !stored.ip_restrict);
    assert_eq!(stored.call_limit, None);

    // A written flag is obeyed, whatever the limit says.
    tf.config(&trunk("rewrite_enabled = true\n  rewrite_cond = \"011\"")).apply_ok();
    assert_eq!(flags(&tf.state(TRUNK)), json!([false, false, false, true, false]));
    assert_eq!(tf.stored(&sim, TRUNK).rewrite_cond.as_deref(), Some("011"));
}

fn a_limit_beside_a_flag_that_is_off_is_a_warning_and_is_kept() {
    for unused in [behaviour::UnusedLimits::Kept, behaviour::UnusedLimits::Dropped] {
        let sim = Sim::builder().behaviour(|knobs: &mut Behaviour| knobs.limits_while_off = unused).spawn();
        let tf = Terraform::new(&sim);
        tf.config(&trunk(
            r#"call_restrict     = false
  call_limit        = 60
  cost_limit        = false
  max_call_cost     = 0.5
  channels_restrict = false
  max_channels      = 2"#,
        ));
        let warnings = tf.validate_ok().warnings();
        let pointed: Vec<_> = warnings.iter().filter_map(|warning| warning.code.as_deref()).collect();
        for attribute in ["call_", "cost", "channels"] {
            assert!(
                pointed.iter().any(|code| code.contains(attribute)),
                "{unused:?} {attribute}: {warnings:?}"
            );
        }
        tf.apply_ok();
        let state = tf.state(TRUNK);
        assert_eq!(
            (&state["call_restrict"], &state["call_limit"]),
            (&json!(false), &json!(60)),
            "{unused:?}"
        );
        assert!(!tf.stored(&sim, TRUNK).call_restrict);
        assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), 0);
    }
}

fn a_limit_the_api_reports_while_the_flag_is_off_is_ignored() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&trunk("")).apply_ok();
    sim.edit_trunk(tf.trunk_id(TRUNK), |trunk| {
        trunk.call_limit = Some(900);
        trunk.max_channels = Some(7);
        trunk.max_call_cost = Some("9.99".to_owned());
    });
    tf.expect_empty_plans();
    tf.refresh();
    let state = tf.state(TRUNK);
    assert_eq!(
        json!([state["call_limit"], state["max_channels"], state["max_call_cost"]]),
        json!([null, null, null])
    );
}

fn a_flag_without_its_limit_is_settled_before_anything_is_sent() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&trunk("ip_restrict = true"));
    let error = tf.validate_err().error();
    assert!(error.code.unwrap().contains("ip_restrict"), "{} {}", error.summary, error.detail);
    // An empty set is no addresses either.
    tf.config(&trunk("ip_restrict = true\n  allowed_ips = []"));
    tf.validate_err().error();
    assert_eq!(sim.journal().entries().len(), 0);
}

fn money_is_exact_in_every_spelling() {
    use behaviour::DecimalText::{AsSent, Fixed, OneFractionDigit, Shortest};
    // Written in the configuration, and the number the account must hold.
    let amounts = [
        ("plain", "0.18", "0.18"),
        ("zero", "0.180", "0.18"),
        ("text", "\"0.180\"", "0.18"),
        ("whole", "5", "5"),
        ("large", "9999999999", "9999999999"),
        // More digits than a float has.
        ("long", "1234567890.0987654321", "1234567890.0987654321"),
        // Calculated: not quite the number, and rounded as the documentation says.
        ("product", "0.15 * 1.2", "0.18"),
        ("third", "tonumber(format(\"%.4f\", 1 / 3))", "0.3333"),
    ];
    let config: String =
        amounts.iter().map(|(name, written, _)| named(name, &format!("max_call_cost = {written}"))).collect();
    for spelling in [Shortest, AsSent, OneFractionDigit, Fixed(28)] {
        let sim = Sim::builder().behaviour(|knobs| knobs.decimal_text = spelling).spawn();
        let tf = Terraform::new(&sim);
        tf.config(&config).apply_ok();
        for (name, _, held) in amounts {
            let stored = tf.stored(&sim, &format!("wavix_sip_trunk.{name}"));
            let sent = stored.max_call_cost.as_deref().unwrap();
            let shortest =
                if sent.contains('.') { sent.trim_end_matches('0').trim_end_matches('.') } else { sent };
            assert_eq!(shortest, held, "{name} {spelling:?}");
        }
        assert_eq!(sim.journal().count("POST", "/v1/trunks"), amounts.len());
        assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), 0);
        if spelling != Shortest {
            continue;
        }
        for body in sim.journal().matching("POST", "/v1/trunks").iter().filter_map(|entry| entry.body.clone())
        {
            assert!(body["max_call_cost"].is_number(), "the API wants a number: {body}");
        }
    }
}

/// Terraform sends for this literal what it sends for a float that another provider
/// made of 0.18, and takes for the two of them different answers. The guide says so.
fn a_float_that_is_spelt_out_makes_no_trunk_or_the_right_one() {
    const SPELT_OUT: &str = "0.179999999999999993338661852249060757458209991455078125";
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&trunk(&format!("max_call_cost = {SPELT_OUT}")));
    let run = tf.run(["apply", "-auto-approve", "-input=false", "-json"]);
    if run.status == Some(0) {
        assert_eq!(
            tf.stored(&sim, TRUNK).max_call_cost.map(|cost| cost.to_string()).as_deref(),
            Some("0.18")
        );
        return;
    }
    let run = run.failed();
    assert!(format!("{:?}", run.diagnostics()).contains("does not match config value"), "{run}");
    assert_eq!((sim.trunks().len(), sim.journal().count("POST", "/v1/trunks")), (0, 0), "{run}");
    tf.config(&trunk("max_call_cost = 0.18")).apply_ok();
}
