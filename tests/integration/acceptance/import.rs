//! Taking over a trunk that exists: `import`, `import` blocks, generated
//! configuration.

use serde_json::{Value, json};
use wavix_sim::{Sim, Trunk, behaviour::NotFoundText};

use crate::support::require::is_opentofu;
use crate::support::terraform::Terraform;

acceptance_trials! {
    an_imported_trunk_has_the_state_it_had_when_it_was_created,
    an_import_block_takes_over_without_a_change,
    generated_configuration_plans_no_change,
    what_is_no_id_is_refused_before_anything_is_asked,
    an_unknown_id_is_an_error_and_nothing_is_kept,
    updating_an_imported_trunk_needs_its_password,
    an_imported_trunk_takes_the_password_it_is_given,
    an_ip_authenticated_trunk_is_imported_with_its_review,
    the_recipe_of_the_guide_takes_over_a_mixed_account_without_a_change,
}

const TRUNK: &str = "wavix_sip_trunk.main";

const EVERYTHING: &str = r#"resource "wavix_sip_trunk" "main" {
  label                     = "Everything"
  callerid                  = "13132847320"
  password                  = "a password"
  allowed_ips               = ["198.51.100.7", "203.0.113.20"]
  didinfo_enabled           = false
  call_limit                = 600
  max_call_cost             = 0.18
  max_channels              = 4
  rewrite_prefix            = "00"
  rewrite_cond              = "1"
  call_recording_enabled    = true
  machine_detection_enabled = true
  transcription_enabled     = true
  transcription_threshold   = 10
  encrypted_media           = true
}
"#;

/// A trunk made in the portal, with a bit of everything.
fn portal_trunk(sim: &Sim) -> i64 {
    sim.add_trunk(json!({
        "label": "From the portal",
        "password": "portal password",
        "callerid": "13137890021",
        "allowed_ips": [{"ip": "198.51.100.7"}],
        "max_channels": 3,
        "max_call_cost": 0.25,
        "rewrite_enabled": true,
        "rewrite_prefix": "00",
    }))
}

fn matching_portal_trunk(arguments: &str) -> String {
    format!(
        r#"resource "wavix_sip_trunk" "main" {{
  label          = "From the portal"
  callerid       = "13137890021"
  allowed_ips    = ["198.51.100.7"]
  max_channels   = 3
  max_call_cost  = 0.25
  rewrite_prefix = "00"
  {arguments}
}}
"#
    )
}

fn without_password(mut state: Value) -> Value {
    let attributes = state.as_object_mut().unwrap();
    attributes.retain(|name, _| !name.starts_with("password"));
    state
}

fn an_imported_trunk_has_the_state_it_had_when_it_was_created() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let smallest = r#"resource "wavix_sip_trunk" "smallest" {
  label            = "Smallest"
  multiple_numbers = true
  password         = "a password"
}
"#;
    tf.config(&format!("{EVERYTHING}{smallest}")).apply_ok();
    for address in [TRUNK, "wavix_sip_trunk.smallest"] {
        let created = tf.state(address);
        let id = created["id"].as_str().unwrap().to_owned();
        tf.run(["state", "rm", address]).succeeded();
        tf.import(address, &id).succeeded();
        let imported = tf.state(address);
        assert_eq!(imported["password"], json!(null));
        assert_eq!(without_password(imported), without_password(created), "{address}");
    }
    // The API never returns a password, so a configured one is sent once.
    let changes = tf.plan().succeeded().changes();
    assert_eq!(changes[TRUNK], "update");
    tf.apply_ok();
    assert_eq!(sim.trunks().len(), 2);
    assert_eq!(sim.journal().count("POST", "/v1/trunks"), 2);
}

fn an_import_block_takes_over_without_a_change() {
    let sim = Sim::spawn();
    let id = portal_trunk(&sim);
    let before = sim.trunk(id).unwrap();
    let tf = Terraform::new(&sim);
    tf.write("import.tf", &format!("import {{\n  to = wavix_sip_trunk.main\n  id = \"{id}\"\n}}\n"));
    let run = tf.config(&matching_portal_trunk("")).apply_ok();
    assert_eq!(tf.trunk_id(TRUNK), id, "{run}");
    assert_eq!(sim.trunk(id).unwrap(), before);
    assert_eq!(sim.journal().committed(), 0, "an import writes nothing\n{}", sim.journal());
    tf.destroy(&sim);
}

fn generated_configuration_plans_no_change() {
    let sim = Sim::spawn();
    let ids = [
        portal_trunk(&sim),
        sim.add_trunk(json!({"label": "Digest only"})),
        sim.add_trunk(json!({"label": "Any number", "callerid": "", "multiple_numbers": true})),
        // A limit that is stored but not in force.
        sim.add_trunk(json!({"label": "Unused limit", "call_limit": 300, "call_restrict": false})),
        sim.add_trunk(json!({
            "label": "Watched addresses", "allowed_ips": [{"ip": "192.0.2.1"}], "ip_restrict": false,
        })),
        sim.add_trunk(json!({"label": "Dial plan off", "rewrite_prefix": "00", "rewrite_cond": "0"})),
        // What only the portal makes.
        sim.add_trunk(json!({"label": " "})),
        sim.add_trunk(json!({"label": "Odd plan", "rewrite_enabled": true, "rewrite_prefix": "8-"})),
        sim.add_trunk(json!({"label": "No number", "callerid": ""})),
        sim.add_trunk(json!({"label": "By address", "host_request": {"host": "198.51.100.44"}})),
    ];
    let tf = Terraform::new(&sim);
    let blocks = ids
        .iter()
        .enumerate()
        .map(|(index, id)| format!("import {{\n  to = wavix_sip_trunk.taken{index}\n  id = \"{id}\"\n}}\n"));
    tf.write("import.tf", &blocks.collect::<String>());
    tf.run(["plan", "-input=false", "-no-color", "-generate-config-out=generated.tf"]).succeeded();
    let generated = tf.read("generated.tf");
    assert_eq!(generated.matches("resource \"wavix_sip_trunk\"").count(), ids.len(), "{generated}");
    tf.apply_ok();
    assert_eq!(sim.journal().committed(), 0, "nothing had to be changed\n{}", sim.journal());
}

fn what_is_no_id_is_refused_before_anything_is_asked() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&matching_portal_trunk(""));
    for id in ["abc", "-1", "0", "007", "+7", "1.5", "99999999999999999999", "1/../2", "1 ", "３"] {
        let run = tf.run(["import", "-input=false", "-no-color", TRUNK, id]);
        let run = run.failed();
        assert!(run.text().contains("Cannot import SIP trunk"), "{id:?}\n{run}");
        assert!(tf.state_addresses().is_empty(), "{id:?}");
    }
    assert_eq!(sim.journal().entries().len(), 0, "{}", sim.journal());
}

fn an_unknown_id_is_an_error_and_nothing_is_kept() {
    for text in [NotFoundText::NotProvisioned, NotFoundText::RecordNotFound] {
        let sim = Sim::builder().behaviour(|knobs| knobs.get_not_found = text).spawn();
        let id = portal_trunk(&sim);
        let tf = Terraform::new(&sim);
        tf.config(&matching_portal_trunk(""));
        let login = sim.trunk(id).unwrap().name;
        let meant = format!("{login} is the login of the SIP trunk {id}");
        let unknown = (id + 1).to_string();
        for (wrong, says) in [(&unknown, "It has:"), (&login, meant.as_str())] {
            tf.write("import.tf", "");
            let run = tf.import(TRUNK, wrong).failed();
            assert!(run.text().contains("Cannot import SIP trunk"), "{run}");
            assert!(tf.state_addresses().is_empty());

            tf.write("import.tf", &format!("import {{\n  to = {TRUNK}\n  id = \"{wrong}\"\n}}\n"));
            let error = tf.plan_err().error();
            assert_eq!(error.summary, "Cannot import SIP trunk");
            assert!(error.detail.contains(&format!("the id {wrong}")), "{error:?}");
            assert!(error.detail.contains(says), "{error:?}");
        }
    }
}

fn updating_an_imported_trunk_needs_its_password() {
    let sim = Sim::spawn();
    let id = portal_trunk(&sim);
    let tf = Terraform::new(&sim);
    tf.config(&matching_portal_trunk(""));
    tf.import(TRUNK, &id.to_string()).succeeded();
    tf.expect_empty_plans();
    sim.journal().clear();

    let error = tf.config(&matching_portal_trunk("call_limit = 60")).plan_err().error();
    assert_eq!(error.summary, "Missing SIP trunk password");
    assert!(error.detail.contains("`call_limit`: Wavix has nothing, the configuration 60"), "{error:?}");
    assert_eq!(sim.journal().committed(), 0);

    // With one, the update carries it.
    tf.config(&matching_portal_trunk("call_limit = 60\n  password = \"portal password\"")).apply_ok();
    let stored = sim.trunk(id).unwrap();
    assert_eq!((stored.call_limit, stored.password()), (Some(60), "portal password"));
}

fn an_imported_trunk_takes_the_password_it_is_given() {
    let sim = Sim::spawn();
    let id = portal_trunk(&sim);
    let tf = Terraform::new(&sim);
    tf.config(&matching_portal_trunk("password = \"chosen in the configuration\""));
    tf.import(TRUNK, &id.to_string()).succeeded();
    assert_eq!(tf.plan().succeeded().changes()[TRUNK], "update");
    tf.apply_ok();
    assert_eq!(sim.trunk(id).unwrap().password(), "chosen in the configuration");
    assert_eq!(sim.journal().count("PUT", "/v1/trunks/*"), 1);
}

fn an_ip_authenticated_trunk_is_imported_with_its_review() {
    let sim = Sim::spawn();
    let pending = sim.add_trunk(json!({"label": "Pending", "host_request": {"host": "198.51.100.44"}}));
    let active = sim.add_trunk(json!({"label": "Active", "host_request": {"host": "198.51.100.45"}}));
    assert!(sim.approve(active));
    let tf = Terraform::new(&sim);
    tf.config(
        r#"resource "wavix_sip_trunk" "pending" {
  label        = "Pending"
  callerid     = "13132847320"
  host_request = { host = "198.51.100.44" }
}

resource "wavix_sip_trunk" "active" {
  label        = "Active"
  callerid     = "13132847320"
  host_request = { host = "198.51.100.45" }
}
"#,
    );
    for (name, id, host, status) in
        [("pending", pending, "44", "pending"), ("active", active, "45", "active")]
    {
        let address = format!("wavix_sip_trunk.{name}");
        tf.import(&address, &id.to_string()).succeeded();
        let state = tf.state(&address);
        assert_eq!(state["host_request"]["host"], format!("198.51.100.{host}"));
        assert_eq!((&state["auth_method"], &state["status"]), (&json!("IP auth"), &json!(status)));
    }
    tf.expect_empty_plans();
}

/// What `docs/guides/adopting-an-account.md` says for Terraform before 1.14.
fn the_recipe_of_the_guide_takes_over_a_mixed_account_without_a_change() {
    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/guides/adopting-an-account.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let mut blocks = guide.split("```terraform\n").skip(1).filter_map(|block| block.split("```").next());
    let recipe =
        blocks.find(|block| block.contains("data \"wavix_sip_trunk\" \"each\"")).expect("the recipe");

    let sim = Sim::spawn();
    portal_trunk(&sim);
    for trunk in [
        json!({ "label": "Plain", "callerid": "13132847320" }),
        json!({ "label": "Many numbers", "multiple_numbers": true }),
        json!({ "label": "Bare", "callerid": "13132847320", "didinfo_enabled": false, "encrypted_media": true }),
        json!({ "label": "Trusted", "callerid": "13132847320", "host_request": { "host": "203.0.113.9" } }),
    ] {
        sim.add_trunk(trunk);
    }
    let before = sim.trunks();
    let tf = Terraform::new(&sim);
    let listed = in_opentofu(&guide, recipe, &before);
    tf.config(if is_opentofu() { &listed } else { recipe }).apply_ok();
    assert_eq!(
        tf.state_addresses().iter().filter(|address| address.contains("adopted")).count(),
        before.len()
    );
    assert_eq!(sim.journal().committed(), 0, "nothing was changed");
}

/// What the guide tells users of OpenTofu to write into the `import` block, with the ids of these trunks.
fn in_opentofu(guide: &str, recipe: &str, trunks: &[Trunk]) -> String {
    const SAID: &str = "for_each = toset([\"3107\", \"3108\"])";
    const BLOCK: &str = "import {\n  for_each = data.wavix_sip_trunk.each\n";
    assert!(guide.contains(SAID) && recipe.contains(BLOCK), "the guide says something else");
    let ids: Vec<String> = trunks.iter().map(|trunk| format!("\"{}\"", trunk.id)).collect();
    let listed = SAID.replace("\"3107\", \"3108\"", &ids.join(", "));
    recipe.replace(BLOCK, &format!("import {{\n  {listed}\n"))
}
