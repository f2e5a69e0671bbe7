//! The guide "The first day with a real account", walked from its blocks: to the first call, into production, and back.

use serde_json::json;
use wavix_sim::Sim;

use crate::support::terraform::Terraform;

acceptance_trials! {
    ; since (1, 11):
    the_first_trunk_and_its_number_are_made_and_undone,
    a_trunk_of_production_is_adopted_changed_and_forgotten,
}

/// The blocks of the page, each as it stands there.
fn blocks() -> Vec<String> {
    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/guides/first-day.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let blocks = guide.split("```terraform\n").skip(1).filter_map(|block| block.split("```").next());
    blocks.map(str::to_owned).collect()
}

fn block(with: &str) -> String {
    blocks().into_iter().find(|block| block.contains(with)).unwrap_or_else(|| panic!("no block has {with}"))
}

fn the_first_trunk_and_its_number_are_made_and_undone() {
    let sim = Sim::builder().phone_numbers(1).spawn();
    let number = sim.phone_numbers()[0].number.clone();
    let patch = json!({ "destination": [{ "destination": "13137890021", "priority": 1, "transport": 4 }] });
    assert!(sim.edit_phone_number(&number, |number| {
        number.destination = serde_json::from_value(patch["destination"].clone()).unwrap();
    }));
    let trunk = block("\"first_day\" {\n  label");
    // The mirror has the terraform block already.
    let trunk = trunk.split_once("provider \"wavix\" {}").map(|(_, rest)| rest.to_owned()).unwrap();
    let routing = block("resource \"wavix_phone_number\"");
    let tf = Terraform::new(&sim).env("TF_VAR_sip_password", "a password of the first day");
    tf.config(&trunk).apply_ok();
    assert_eq!(tf.output("register")["status"], "active");
    assert_eq!(tf.output("register")["user"], sim.trunks()[0].name.as_str());
    assert_eq!(sim.trunks()[0].password(), "a password of the first day");

    tf.config(&format!("{trunk}\n{routing}")).apply_ok();
    assert!(sim.phone_numbers()[0].destination[0].trunk_id == Some(sim.trunks()[0].id));

    // Back: the destination that the plan showed, then without the block.
    let before = routing.replace(
        "[{ sip_trunk_id = wavix_sip_trunk.first_day.id }]",
        "[{ phone_number = \"+13137890021\" }]",
    );
    assert_ne!(before, routing);
    tf.config(&format!("{trunk}\n{before}")).apply_ok();
    tf.config(&trunk).apply_ok();
    let destination = &sim.phone_numbers()[0].destination[0];
    let leads_to = (destination.transport, destination.destination.as_str());
    assert_eq!(leads_to, (4, "13137890021"), "{:#?}", sim.journal().matching("PATCH", "/v1/numbers/*"));
    tf.destroy(&sim);
    assert_eq!(sim.phone_numbers().len(), 1, "the number is the account's as before");
}

fn a_trunk_of_production_is_adopted_changed_and_forgotten() {
    let sim = Sim::spawn();
    let id = sim.add_trunk(
        json!({ "id": 3107, "label": "Reception", "callerid": "13132847320", "password": "of the devices" }),
    );
    let untouched = sim.trunks();
    let tf = Terraform::new(&sim);
    tf.config(&block("output \"before\"")).apply_ok();
    assert_eq!(tf.output("before")["login"], untouched[0].name.as_str());

    let adopted = block("prevent_destroy");
    let plan = tf.config(&adopted).run(["plan", "-input=false", "-no-color"]).succeeded();
    assert!(plan.text().contains("1 to import, 0 to add, 0 to change, 0 to destroy"), "{plan}");
    tf.apply_ok();
    assert_eq!(sim.journal().committed(), 0, "{}", sim.journal());

    let changed = adopted.replace("\"Reception\"", "\"Reception desk\"\n  password = \"of the devices\"");
    tf.config(&changed).apply_ok();
    let trunk = sim.trunk(id).unwrap();
    assert_eq!(
        (trunk.label.as_str(), trunk.password(), &trunk.name),
        ("Reception desk", "of the devices", &untouched[0].name)
    );
    tf.run(["apply", "-destroy", "-auto-approve", "-input=false", "-json"]).failed();
    assert_eq!(sim.trunks().len(), 1, "prevent_destroy holds");
    tf.config(&changed.replace("Reception desk", "Reception")).apply_ok();

    let (changed, requests) = (sim.trunks(), sim.journal().committed());
    tf.config(&block("removed {").replace("former_reception", "reception")).apply_ok();
    assert_eq!(tf.state_addresses(), Vec::<String>::new());
    assert_eq!((sim.trunks(), sim.journal().committed()), (changed, requests), "forgotten, and as it was");
}
