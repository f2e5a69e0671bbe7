//! Many trunks, and an account that allows few requests.

use std::time::Duration;

use wavix_sim::{Entry, Sim};

use crate::support::terraform::Terraform;

acceptance_trials! {
    a_hundred_trunks_are_made_under_a_rate_limit_without_a_storm,
}

/// The account's limit, in requests per second. Any machine is quicker.
pub const SLOW: u32 = 5;
/// The provider's own bound on requests at a time.
const AT_ONCE: usize = 20;

/// Longer than three hundred trunks take at five per second.
const PATIENCE: Duration = Duration::from_secs(600);

fn a_hundred_trunks_are_made_under_a_rate_limit_without_a_storm() {
    apply_under(SLOW, 100);
}

/// Makes so many trunks against an account that allows so many requests per
/// second and answers 429 to more.
pub fn apply_under(per_second: u32, trunks: usize) {
    let sim = Sim::builder().behaviour(|knobs| knobs.requests_per_second = Some(per_second)).spawn();
    let tf = Terraform::new(&sim);
    tf.config(&format!(
        r#"provider "wavix" {{
  max_concurrent_requests = {AT_ONCE}
  max_retries             = 20
}}

resource "wavix_sip_trunk" "many" {{
  count    = {trunks}
  label    = "Trunk ${{count.index}}"
  callerid = "13132847320"
  password = "password ${{count.index}}"
}}
"#
    ));
    let apply = ["apply", "-auto-approve", "-input=false", "-no-color", &format!("-parallelism={AT_ONCE}")];
    tf.start(apply).finished_within(PATIENCE).succeeded();
    assert_eq!(sim.trunks().len(), trunks);
    assert_eq!(tf.state_addresses().len(), trunks);

    let posts = sim.journal().matching("POST", "/v1/trunks");
    let accepted = posts.iter().filter(|entry| entry.committed).count();
    let refused = posts.iter().filter(|entry| is_refused(entry)).count();
    println!("{trunks} trunks at {per_second}/s: {} requests, {refused} of them refused", posts.len());
    assert_eq!(accepted, trunks, "each trunk is made once");
    assert_eq!(posts.len(), accepted + refused, "a create is one request");
    assert!(refused > 0, "the limit was never met: nothing was shown");
    // Those under way when the limit is met are refused; then everybody waits.
    let longest = posts.chunk_by(|a, b| is_refused(a) == is_refused(b)).filter(|run| is_refused(&run[0]));
    let longest = longest.map(<[Entry]>::len).max().unwrap_or_default();
    assert!(longest <= AT_ONCE, "{longest} refusals in a row: a storm");
}

fn is_refused(entry: &Entry) -> bool {
    entry.status == Some(429)
}
