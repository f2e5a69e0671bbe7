//! API keys: a whole life by the real Terraform, with every way in which Wavix may
//! show a key, and the keys that somebody needs.

use serde_json::{Value, json};
use wavix_sim::behaviour::KeyValue;
use wavix_sim::{Access, ApiKey, Fault, Sim};

use crate::support::terraform::Terraform;

acceptance_trials! {
    a_key_lives_by_terraforms_rules,
    a_key_edited_elsewhere_is_put_right,
    however_a_value_is_shown_nothing_is_replaced,
    a_key_of_use_to_nobody_is_refused_before_anything_is_asked,
    the_key_that_terraform_runs_on_is_not_destroyed,
    a_lost_answer_costs_no_key,
    a_key_whose_value_is_lost_is_replaced_with_the_next_apply,
    keys_are_audited_without_their_values,
    ; since (1, 4):
    the_example_gives_each_environment_a_key_and_rotates_them,
    ; since (1, 12):
    a_key_is_imported_by_identity,
}

const KEY: &str = "wavix_api_key.main";
const KEYS: &str = "/v1/api-keys";
const OWN: &str = "the-key-that-terraform-runs-on-0123456789";

fn key(arguments: &str) -> String {
    format!("resource \"wavix_api_key\" \"main\" {{\n  label = \"pbx\"\n{arguments}\n}}\n")
}

const RESTRICTED: &str = "  permitted_ips = [\"192.0.2.10\", \"198.51.100.4\"]\n  scopes = { trunks = \"read\", calls = \"write\" }";

/// The keys of the account but the one that the provider presents.
fn managed(sim: &Sim) -> Vec<ApiKey> {
    sim.api_keys().into_iter().filter(|key| key.value() != sim.api_key()).collect()
}

fn id(tf: &Terraform, address: &str) -> i64 {
    tf.trunk_id(address)
}

fn a_key_lives_by_terraforms_rules() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&key(RESTRICTED)).apply_ok();
    let created = tf.state(KEY);
    let [stored] = managed(&sim).try_into().expect("one key");
    assert_eq!((&created["value"], &created["active"]), (&json!(stored.value()), &json!(true)));
    assert_eq!((stored.restricted, stored.scopes_enabled), (true, true));

    for arguments in [
        "  permitted_ips = [\"192.0.2.10\"]\n  scopes = { trunks = \"read\", calls = \"write\" }",
        "  permitted_ips = [\"192.0.2.10\"]\n  scopes = { trunks = \"read\" }",
        "  permitted_ips = [\"192.0.2.10\"]\n  scopes = { trunks = \"read\", billing = \"none\" }\n  active = false",
        "",
    ] {
        tf.config(&key(arguments)).apply_ok();
        assert_eq!(tf.state(KEY)["value"], created["value"], "{arguments}");
    }
    let sent: Vec<Value> = sim
        .journal()
        .matching("PATCH", "/v1/api-keys/*")
        .into_iter()
        .filter_map(|entry| entry.body)
        .collect();
    assert_eq!(sent[0], json!({ "restricted": true, "permitted_ips": ["192.0.2.10"] }));
    assert_eq!((sent[1].as_object().unwrap().len(), sent[1]["calls"]["allow"].as_str()), (14, Some("none")));
    assert_eq!(sent[2], json!({ "active": false }), "what is not listed is none");
    let [stored] = managed(&sim).try_into().expect("one key");
    assert_eq!((stored.restricted, stored.scopes_enabled, stored.active), (false, false, true));

    let state = tf.state(KEY);
    let key_id = id(&tf, KEY).to_string();
    tf.run(["state", "rm", KEY]).succeeded();
    tf.import(KEY, &key_id).succeeded();
    assert_eq!(tf.state(KEY), state);
    tf.apply_ok();
    assert_eq!(sim.journal().count("POST", KEYS), 1);
    tf.destroy(&sim);
    assert_eq!(managed(&sim).len(), 0);
}

fn a_key_edited_elsewhere_is_put_right() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&key(RESTRICTED)).apply_ok();
    let edits: [fn(&mut ApiKey); 5] = [
        |key| key.label = "edited".to_owned(),
        |key| key.active = false,
        |key| (key.restricted, key.scopes_enabled) = (false, false),
        |key| key.permitted_ips.clear(),
        |key| {
            key.scopes.insert("billing".to_owned(), Access::Write);
        },
    ];
    for edit in edits {
        sim.edit_api_key(id(&tf, KEY), edit);
        assert_eq!(tf.plan().succeeded().changes()[KEY], "update");
        tf.apply_ok();
        let [stored] = managed(&sim).try_into().expect("one key");
        assert_eq!((stored.label.as_str(), stored.active, stored.restricted), ("pbx", true, true));
        assert_eq!(stored.permitted_ips, ["192.0.2.10", "198.51.100.4"]);
        assert!(stored.scopes_enabled && stored.scopes["billing"] == Access::None);
    }
    let removed = id(&tf, KEY);
    sim.remove_api_key(removed);
    assert_eq!(tf.plan().succeeded().changes()[KEY], "create");
    tf.apply_ok();
    assert_ne!(id(&tf, KEY), removed);
    tf.destroy(&sim);
}

fn however_a_value_is_shown_nothing_is_replaced() {
    for shown in [KeyValue::Always, KeyValue::Masked, KeyValue::AbsentAfterCreate, KeyValue::NullAfterCreate]
    {
        let sim = Sim::spawn();
        sim.configure(|knobs| (knobs.api_key_value, knobs.list_lag) = (shown, 1));
        let tf = Terraform::new(&sim);
        tf.config(&key(RESTRICTED)).apply_ok();
        let value = managed(&sim)[0].value().to_owned();
        assert_eq!(tf.state(KEY)["value"], json!(value), "{shown:?}");
        tf.refresh();
        assert_eq!(tf.state(KEY)["value"], json!(value), "{shown:?}");

        let key_id = id(&tf, KEY).to_string();
        tf.run(["state", "rm", KEY]).succeeded();
        let import = tf.import(KEY, &key_id).succeeded();
        let is_lost = shown != KeyValue::Always;
        assert_eq!(import.text().contains("Imported API key without its value"), is_lost, "{import}");
        assert_eq!(tf.state(KEY)["value"].is_null(), is_lost);
        tf.expect_empty_plans();
        tf.config(&key("  scopes = { trunks = \"read\" }")).apply_ok();
        assert_eq!(sim.journal().count("POST", KEYS), 1, "{shown:?}");
        tf.destroy(&sim);
    }
}

fn a_key_of_use_to_nobody_is_refused_before_anything_is_asked() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    for (arguments, says) in [
        ("  permitted_ips = []", "no address"),
        ("  permitted_ips = [\"192.0.2.0/24\"]", "IPv4 address"),
        ("  scopes = {}", "has no access"),
        ("  scopes = { calls = \"none\" }", "has no access"),
        ("  scopes = { trunk = \"read\" }", "Did you mean \\\"trunks\\\"?"),
        ("  scopes = { trunks = \"all\" }", "`write`"),
    ] {
        let run = tf.config(&key(arguments)).validate_err();
        assert!(run.stdout.contains(says), "{arguments}\n{run}");
    }
    assert_eq!(sim.journal().entries().len(), 0, "{}", sim.journal());
}

fn the_key_that_terraform_runs_on_is_not_destroyed() {
    let sim = Sim::spawn();
    let own = sim.add_api_key(ApiKey::new(OWN).label("pbx"));
    let tf = Terraform::new(&sim).env("WAVIX_API_KEY", OWN);
    tf.config(&key(""));
    tf.import(KEY, &own.to_string()).succeeded();
    tf.expect_empty_plans();
    for arguments in [vec!["plan", "-destroy"], vec!["apply", "-auto-approve", "-replace", KEY]] {
        let arguments = arguments.into_iter().chain(["-input=false", "-no-color"]);
        let run = tf.run(arguments).failed();
        assert!(run.text().contains("Cannot delete API key"), "{run}");
        assert!(!run.text().contains(OWN));
    }
    let run = tf.config(&key("  active = false")).plan_err();
    assert!(run.stdout.contains("Cannot update API key"), "{run}");
    let run = tf.config(&key("  scopes = { trunks = \"read\" }")).plan().succeeded();
    assert!(run.stdout.contains("Restriction of this provider's API key"), "{run}");
    assert!(sim.api_keys().iter().any(|key| key.value() == OWN && key.active && !key.scopes_enabled));
    assert_eq!(sim.journal().count("DELETE", "/v1/api-keys/*"), 0);
}

fn a_lost_answer_costs_no_key() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    sim.fault("POST", KEYS, Fault::close_after_commit());
    let run = tf.config(&key(RESTRICTED)).apply_ok();
    assert!(run.text().contains("Adopted API key"), "{run}");
    assert_eq!(tf.state(KEY)["value"], json!(managed(&sim)[0].value()));
    sim.fault("PATCH", "/v1/api-keys/*", Fault::reset_after_commit());
    tf.config(&key("  scopes = { trunks = \"read\" }")).apply_ok();
    sim.fault("DELETE", "/v1/api-keys/*", Fault::cut_body());
    tf.destroy(&sim);
    assert_eq!((managed(&sim).len(), sim.journal().count("POST", KEYS)), (0, 1));
}

fn a_key_whose_value_is_lost_is_replaced_with_the_next_apply() {
    let sim = Sim::spawn();
    sim.configure(|knobs| knobs.api_key_value = KeyValue::Masked);
    let tf = Terraform::new(&sim);
    sim.fault("POST", KEYS, Fault::close_after_commit());
    let run = tf.config(&key(RESTRICTED)).apply_err();
    assert!(run.stdout.contains("nobody can use it") && tf.is_tainted(KEY), "{run}");
    let lost = id(&tf, KEY);
    tf.apply_ok();
    let [stored] = managed(&sim).try_into().expect("one key");
    assert_ne!(stored.id, lost);
    assert_eq!(tf.state(KEY)["value"], json!(stored.value()));
    tf.destroy(&sim);
}

fn keys_are_audited_without_their_values() {
    let sim = Sim::spawn();
    sim.add_api_key(ApiKey::new("old-value-0123456789").label("old").scope("trunks", Access::Read));
    let tf = Terraform::new(&sim);
    tf.config(&super::examples::example("data-sources/wavix_api_keys/data-source.tf")).apply_ok();
    assert_eq!(tf.output("keys_with_full_access"), json!(["Default"]));
    let state = tf.read("terraform.tfstate");
    assert!(!state.contains("old-value") && !state.contains(sim.api_key()), "{state}");
}

fn the_example_gives_each_environment_a_key_and_rotates_them() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let example = super::examples::example("resources/wavix_api_key/resource.tf");
    tf.config(&example).apply_ok();
    let before = managed(&sim);
    let labels: Vec<&str> = before.iter().map(|key| key.label.as_str()).collect();
    assert!(
        labels.len() == 2 && labels.contains(&"pbx-staging") && labels.contains(&"pbx-production"),
        "{labels:?}"
    );
    for key in &before {
        assert!(key.restricted && key.scopes_enabled && key.scopes["billing"] == Access::None);
    }

    let rotated = example.replace("2026-11", "2026-12");
    assert_ne!(rotated, example);
    tf.config(&rotated).apply_ok();
    let now = managed(&sim);
    assert_eq!(now.len(), 2);
    for key in &now {
        assert!(before.iter().all(|old| old.id != key.id && old.value() != key.value()));
        let environment = key.label.strip_prefix("pbx-").unwrap();
        assert_eq!(tf.output("pbx_keys")[environment], json!(key.value()));
        // Its predecessor worked until it was there.
        let journal = sim.journal();
        let deleted = before.iter().find(|old| old.label == key.label).unwrap().id;
        let deleted = journal.last("DELETE", &format!("{KEYS}/{deleted}")).unwrap().sequence;
        let posts = journal.matching("POST", KEYS);
        let made =
            posts.iter().rfind(|post| post.body.as_ref().unwrap()["label"] == key.label.as_str()).unwrap();
        assert!(made.sequence < deleted, "{journal}");
    }
    tf.destroy(&sim);
    assert_eq!(managed(&sim).len(), 0);
}

fn a_key_is_imported_by_identity() {
    let sim = Sim::spawn();
    let key = ApiKey::new("staging-value-0123456789").label("pbx-staging");
    let staging = sim.add_api_key(key);
    let tf = Terraform::new(&sim);
    let block = super::examples::example("resources/wavix_api_key/import-by-identity.tf");
    assert!(block.contains(&format!("\"{staging}\"")), "the id is {staging}:\n{block}");
    tf.write("import.tf", &block);
    tf.config(&super::examples::example("resources/wavix_api_key/resource.tf")).apply_ok();
    assert_eq!(managed(&sim).len(), 2, "one was adopted and one made");
    tf.destroy(&sim);
}
