//! The scenarios: each is applied as a user would, plans nothing afterwards,
//! passes its own tests with and without an API, and is destroyed.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use wavix_sim::{Access, ApiKey, Sim};

use crate::support::run::Run;
use crate::support::terraform::Terraform;

acceptance_trials! {
    // They keep passwords out of the state.
    ; since (1, 11):
    asterisk_is_applied_and_tested,
    the_tests_of_a_scenario_notice_a_mistake,
    // Their tests override single instances or a check that is not known before the
    // apply, or compare with an earlier run, which OpenTofu 1.11 refuses.
    ; since (1, 11) or_opentofu None:
    the_keys_and_webhooks_are_applied_rotated_and_tested,
    the_call_center_is_applied_and_tested,
    the_regions_are_applied_and_tested,
    the_customers_are_applied_and_tested,
    the_voice_service_is_applied_and_tested,
}

/// The tests that need an API; all others are mocked.
const SIMULATED: &str = "tests/simulated.tftest.hcl";

/// What a user sets and no file may hold: planted, to be looked for.
const PLANTED: &str = "planted; 4711";

fn folder(scenario: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/scenarios").join(scenario)
}

/// Every file of a scenario below `inside`, by its path in the scenario.
fn files(folder: &Path, inside: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder.join(inside)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        // What somebody's own `init` and `apply` may have left there.
        if name.starts_with('.') || name.contains(".tfstate") {
            continue;
        }
        let path = if inside.is_empty() { name } else { format!("{inside}/{name}") };
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(folder, &path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The scenario in a directory of its own, after `init`, without an account.
fn scenario(name: &str, passwords: &Map<String, Value>) -> Terraform {
    let tf = Terraform::uninitialised()
        .env("TF_VAR_sip_password", PLANTED)
        .env("TF_VAR_sip_passwords", json!(passwords).to_string())
        // Nobody here is called asterisk.
        .env("TF_VAR_owner", "");
    for file in files(&folder(name), "") {
        tf.write(&file, &fs::read_to_string(folder(name).join(&file)).unwrap());
    }
    tf.run(["init", "-input=false", "-no-color"]).succeeded();
    tf
}

/// Runs the scenario's mocked tests, applies it, has `look` look at the result,
/// destroys it, and runs its tests that need an API. `names`: whose passwords
/// it wants.
#[track_caller]
fn applied_and_tested(name: &str, names: &[&str], look: impl FnOnce(&Terraform, &Sim)) {
    let passwords =
        names.iter().map(|name| ((*name).to_owned(), json!(format!("{PLANTED} {name}")))).collect();
    let tf = scenario(name, &passwords);
    let mocked: Vec<_> = files(&folder(name), "tests")
        .into_iter()
        .filter(|file| file.ends_with(".tftest.hcl") && file != SIMULATED)
        .collect();
    assert!(!mocked.is_empty(), "{name} can only be tested with an account");
    // There is none yet: a test that asked for one would fail.
    for file in mocked {
        assert_tests_pass(&tf, name, &file);
    }

    // Who has numbers is told of caller IDs that are none of them: three where they are used.
    let numbers = if name == "voice-service" { 3 } else { 0 };
    let sim = Sim::builder().phone_numbers(numbers).spawn();
    let tf = tf.env("WAVIX_API_KEY", sim.api_key()).env("WAVIX_BASE_URL", sim.base_url());
    let run = tf.apply_ok();
    // The digits alone turn up in a random lineage or id.
    assert!(!run.text().contains("planted") && !tf.read("terraform.tfstate").contains("planted"), "{run}");
    look(&tf, &sim);
    let written = files(tf.path(), "");
    tf.destroy(&sim);
    // What was written may be included by a program, which is started again some day.
    assert_eq!(files(tf.path(), ""), written, "a destroy removes files");

    assert_tests_pass(&tf, name, SIMULATED);
    assert_eq!(sim.trunks(), [], "the tests left trunks behind");
    assert_eq!((sim.api_keys().len(), sim.webhooks()), (1, vec![]), "the tests left keys or webhooks behind");
}

/// Every `run` block of the file passes: one that is skipped does not count.
#[track_caller]
fn assert_tests_pass(tf: &Terraform, name: &str, file: &str) {
    let runs = tf.read(file).matches("\nrun \"").count();
    assert!(runs > 0, "{name}/{file} tests nothing");
    let run = test(tf, file).succeeded();
    let summary = format!("Success! {runs} passed, 0 failed.");
    assert!(run.stdout.contains(&summary), "{name}/{file}: not {summary:?}\n{run}");
}

fn test(tf: &Terraform, file: &str) -> Run {
    tf.run(["test", "-no-color", &format!("-filter={file}")])
}

fn the_call_center_is_applied_and_tested() {
    applied_and_tested("call-center", &["sales", "support", "dialler"], |tf, sim| {
        let support = sim.trunks_labelled("Queue support").remove(0);
        assert_eq!(support.password(), format!("{PLANTED} support"));
        assert_eq!((support.call_limit, support.max_channels), (Some(2700), Some(3)));
        assert!(support.call_recording_enabled && support.transcription_enabled && support.encrypted_media);
        assert_eq!(support.allowed_addresses(), ["203.0.113.10", "203.0.113.11"]);
        let dialler = tf.stored(sim, "wavix_sip_trunk.dialler");
        assert!(dialler.multiple_numbers && dialler.machine_detection_enabled);
        assert_eq!(tf.output("registrations")["dialler"]["login"], json!(dialler.name));
    });
}

fn the_regions_are_applied_and_tested() {
    applied_and_tested("multi-region", &["amsterdam", "detroit", "singapore"], |tf, sim| {
        let everywhere =
            |status: &str| json!({ "amsterdam": status, "detroit": status, "singapore": status });
        assert_eq!(tf.output("status"), everywhere("pending"));
        let warning = "Wavix has not approved the address of: amsterdam, detroit, singapore.";
        assert!(tf.plan().succeeded().text().contains(warning), "the check warns");

        for trunk in sim.trunks() {
            sim.approve(trunk.id);
        }
        let refreshed = tf.refresh();
        assert!(!refreshed.text().contains("has not approved"), "{refreshed}");
        assert_eq!(tf.output("status"), everywhere("active"));
        tf.expect_empty_plans();

        let list = tf.output("dispatcher")["detroit"].as_str().unwrap().to_owned();
        assert!(list.contains("\n1 sip:us.wavix.net:5060 0 40\n"), "{list}");
    });
}

fn asterisk_is_applied_and_tested() {
    applied_and_tested("asterisk", &[], |tf, sim| {
        let login = sim.trunks().remove(0).name;
        let conf = tf.read("pjsip_wavix.conf");
        let expected = format!("\nusername = {login}\npassword = planted\\; 4711\n");
        assert!(conf.contains(&expected), "not the login and the password of the trunk");
        let dial_plan = tf.output("extensions_conf");
        let dial = format!("Dial(PJSIP/${{EXTEN}}@wavix-{login},60)");
        assert!(dial_plan.as_str().unwrap().contains(&dial), "{dial_plan}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(tf.path().join("pjsip_wavix.conf")).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "only its owner may read a password");
        }
    });
}

fn the_customers_are_applied_and_tested() {
    applied_and_tested("per-customer-module", &["northwind", "tailspin", "litware"], |tf, sim| {
        let labels: Vec<_> = sim.trunks().into_iter().map(|trunk| trunk.label).collect();
        for name in ["northwind", "tailspin", "litware"] {
            assert!(labels.contains(&format!("Customer {name}")), "{labels:?}");
        }
        let open = sim.trunks_labelled("Customer tailspin").remove(0);
        assert!(!open.ip_restrict && !open.rewrite_enabled, "{open:?}");
        let closed = sim.trunks_labelled("Customer northwind").remove(0);
        assert!(closed.ip_restrict && closed.rewrite_enabled, "{closed:?}");
        assert_eq!(tf.output("handover")["litware"]["registrar"], "nl.wavix.net");
        assert_eq!(tf.output("handover")["litware"]["callerid"], "+447700900123");
    });
}

fn the_keys_and_webhooks_are_applied_rotated_and_tested() {
    applied_and_tested("keys-and-webhooks", &[], |tf, sim| {
        let keys = |sim: &Sim| {
            let own = sim.api_key().to_owned();
            sim.api_keys().into_iter().filter(|key| key.value() != own).collect::<Vec<_>>()
        };
        let before = keys(sim);
        assert_eq!(before.len(), 6);
        let pbx = before.iter().find(|key| key.label == "production-pbx").unwrap();
        assert_eq!(pbx.permitted_ips, ["198.51.100.4", "198.51.100.5"]);
        let granted: Vec<_> = pbx.scopes.iter().filter(|(_, access)| **access != Access::None).collect();
        assert_eq!(granted, [(&"calls".to_owned(), &Access::Write), (&"trunks".to_owned(), &Access::Read)]);
        assert_eq!(sim.webhook("post-call").as_deref(), Some("https://hooks.example.com/cdr"));

        sim.journal().clear();
        tf.write("terraform.tfvars", &tf.read("terraform.tfvars").replace("2026-11", "2026-12"));
        let rotated = tf.apply_ok();
        let after = keys(sim);
        assert!(
            after.len() == 6 && after.iter().all(|key| before.iter().all(|old| old.id != key.id)),
            "{rotated}"
        );
        let sent = sim.journal().entries();
        let first = |method: &str| sent.iter().position(|entry| entry.method == method).unwrap();
        assert!(first("POST") < first("DELETE"), "a new key works before the old one goes");

        sim.add_api_key(ApiKey::new("a-key-of-somebody-elses").label("open"));
        assert!(
            tf.plan().succeeded().text().contains("More than one active API key has full access"),
            "told"
        );
        sim.remove_api_key(sim.api_keys().last().unwrap().id);
    });
}

fn the_voice_service_is_applied_and_tested() {
    applied_and_tested("voice-service", &["detroit", "lansing"], |tf, sim| {
        let detroit = tf.stored(sim, "wavix_sip_trunk.office[\"detroit\"]");
        let lansing = tf.stored(sim, "wavix_sip_trunk.office[\"lansing\"]");
        let rings = |digits: &str| {
            let mut all = sim.phone_number(digits).unwrap().destination;
            all.sort_by_key(|one| one.priority);
            all.into_iter().map(|one| one.destination).collect::<Vec<_>>()
        };
        let phone = "13132847320".to_owned();
        assert_eq!(rings("12565378257"), [detroit.name.clone(), lansing.name.clone(), phone.clone()]);
        assert_eq!(rings("12565378259"), [lansing.name, detroit.name, phone]);
        assert_eq!(tf.output("monthly_fees"), json!(2.97));
        // One PATCH for each number, and none of them looks a login up.
        assert_eq!(sim.journal().count("PATCH", "/v1/numbers/*"), 3, "{}", sim.journal());
        assert_eq!(sim.webhooks().len(), 2);
    });
}

/// The tests above would be worth nothing if `terraform test` passed anyway.
fn the_tests_of_a_scenario_notice_a_mistake() {
    let tf = scenario("call-center", &Map::new());
    let right = tf.read("main.tf");
    let wrong = right.replace("longest_call_minutes * 60", "longest_call_minutes");
    assert_ne!(right, wrong);
    tf.write("main.tf", &wrong);
    let run = test(&tf, "tests/mocked.tftest.hcl").failed();
    assert!(run.text().contains("45 minutes are 2700 seconds."), "{run}");
}
