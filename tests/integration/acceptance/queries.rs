//! `terraform query`: what it finds is written down and imported.

use serde_json::json;
use wavix_sim::Sim;

use crate::support::terraform::Terraform;

acceptance_trials! {
    ; since (1, 14):
    what_a_query_finds_and_writes_down_is_imported_and_nothing_is_changed,
}

/// Numbers of one country, among others and on several pages.
fn what_a_query_finds_and_writes_down_is_imported_and_nothing_is_changed() {
    let sim = Sim::builder().phone_numbers(3).spawn();
    let trunk = sim.add_trunk(json!({ "label": "office", "name": "10001" }));
    let rings = json!({ "id": 1, "destination": "10001", "priority": 1, "transport": 5, "trunk_id": trunk });
    sim.add_phone_number(json!({ "number": "13132847320", "label": "Desk", "destination": [rings] }));
    sim.add_phone_number(json!({ "number": "493012345678", "country_short_name": "DE" }));
    sim.configure(|behaviour| behaviour.per_page_cap = Some(2));
    let tf = Terraform::new(&sim);
    tf.config("provider \"wavix\" {}\n");
    tf.write(
        "numbers.tfquery.hcl",
        "list \"wavix_phone_number\" \"us\" {\n  provider = wavix\n  config {\n    country = \"US\"\n  }\n}\n",
    );
    let query = tf.run(["query", "-no-color", "-generate-config-out=numbers.tf"]).succeeded();
    assert!(query.text().contains("+13132847320 Desk") && !query.text().contains("+49"), "{query}");
    let (lists, gets) =
        (sim.journal().count("GET", "/v1/numbers"), sim.journal().count("GET", "/v1/numbers/*"));
    assert!(lists <= 2 * 3 && gets == 0, "a walk or two, and no number by itself: {}", sim.journal());
    let written = tf.read("numbers.tf");
    assert_eq!(written.matches("resource \"wavix_phone_number\"").count(), 4, "{written}");
    assert!(
        written.contains(&format!("sip_trunk_id = \"{trunk}\"")) && !written.contains("fee"),
        "{written}"
    );
    tf.apply_ok();
    tf.run(["destroy", "-auto-approve", "-input=false", "-no-color"]).succeeded();
    let writes = sim.journal().entries().into_iter().filter(|entry| entry.method != "GET").count();
    assert_eq!(writes, 0, "{}", sim.journal());
}
