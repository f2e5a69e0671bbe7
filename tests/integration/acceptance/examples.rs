//! The examples, as the documentation shows them: each is applied, plans nothing
//! afterwards, and is destroyed without harm to what the account had.

pub mod newer;
pub mod scenarios;

use std::fs;
use std::path::Path;

use serde_json::json;
use wavix_sim::Sim;

use crate::support::terraform::Terraform;

acceptance_trials! {
    the_first_lines_of_the_readme_apply,
    the_data_sources_find_what_they_say,
    the_webhooks_are_created_rotated_and_destroyed,
    the_webhook_is_imported,
    examples_are_formatted,
    ; since (1, 8):
    each_function_gives_what_it_says,
    ; since (1, 10):
    each_ephemeral_resource_is_opened,
    // The resource's example keeps its passwords out of the state.
    ; since (1, 11):
    the_resource_is_created_and_destroyed,
    the_resource_is_imported,
    ; since (1, 12):
    the_resource_is_imported_by_identity,
    the_webhook_is_imported_by_identity,
}

pub fn example(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// A directory with the example of the provider block, which names its source
/// and version itself.
fn with_provider(sim: &Sim) -> Terraform {
    let tf = Terraform::new(sim)
        .env("TF_VAR_office_sip_password", "office password")
        .env("TF_VAR_sbc_sip_password", "sbc password");
    tf.write("versions.tf", &example("provider/provider.tf"));
    tf
}

fn the_first_lines_of_the_readme_apply() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let hcl = readme.split("```hcl\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim).env("TF_VAR_sip_password", "a password");
    tf.config(hcl).apply_ok();
    assert_eq!(tf.stored(&sim, "wavix_sip_trunk.office").password(), "a password");
    tf.destroy(&sim);
}

fn the_resource_is_created_and_destroyed() {
    let sim = Sim::spawn();
    let tf = with_provider(&sim);
    tf.config(&example("resources/wavix_sip_trunk/resource.tf")).apply_ok();

    let office = tf.stored(&sim, "wavix_sip_trunk.office");
    assert_eq!(office.password(), "office password");
    assert_eq!(office.callerid.as_deref(), Some("13132847320"));
    assert_eq!(tf.output("office_sip_login"), json!(office.name));
    assert_eq!(tf.output("sbc_status"), "pending");
    assert_eq!(sim.journal().count("POST", "/v1/trunks"), 2, "{}", sim.journal());
    tf.destroy(&sim);
}

fn the_resource_is_imported() {
    adopted_with("import-by-string-id.tf");
}

fn the_resource_is_imported_by_identity() {
    adopted_with("import-by-identity.tf");
}

#[track_caller]
fn adopted_with(file: &str) {
    let sim = Sim::spawn();
    let id = sim.add_trunk(json!({ "label": "Office", "callerid": "12345678900", "password": "old" }));
    let tf = with_provider(&sim);
    let block = example(&format!("resources/wavix_sip_trunk/{file}"));
    assert!(block.contains(&format!("\"{id}\"")), "the simulator's first id is {id}:\n{block}");
    assert!(example("resources/wavix_sip_trunk/import.sh").contains(&format!("office {id}")));

    tf.write("import.tf", &block);
    tf.config(&example("resources/wavix_sip_trunk/resource.tf")).apply_ok();
    assert_eq!(tf.trunk_id("wavix_sip_trunk.office"), id);
    assert_eq!(sim.trunks().len(), 2, "the office was adopted and only the other trunk made");
    tf.destroy(&sim);
}

fn the_webhooks_are_created_rotated_and_destroyed() {
    let sim = Sim::spawn();
    for host in ["hooks.example.com", "new.example.com"] {
        let tf = with_provider(&sim).env("TF_VAR_hook_host", host);
        tf.config(&example("resources/wavix_call_webhook/resource.tf")).apply_ok();
        assert_eq!(sim.webhook("on-call"), Some(format!("https://{host}/live")));
        assert_eq!(sim.webhook("post-call"), Some(format!("https://{host}/cdr")));
        let looking = with_provider(&sim);
        looking.config(&example("data-sources/wavix_call_webhooks/data-source.tf")).apply_ok();
        assert_eq!(looking.output("cdr_url"), json!(format!("https://{host}/cdr")));
        destroyed(&tf, &sim);
        assert!(sim.webhooks().is_empty());
    }
}

fn the_webhook_is_imported() {
    webhook_adopted_with("import-by-string-id.tf");
}

fn the_webhook_is_imported_by_identity() {
    webhook_adopted_with("import-by-identity.tf");
}

#[track_caller]
fn webhook_adopted_with(file: &str) {
    let sim = Sim::spawn();
    sim.set_webhook("on-call", "https://hooks.example.com/live");
    let tf = with_provider(&sim);
    tf.write("import.tf", &example(&format!("resources/wavix_call_webhook/{file}")));
    tf.config(&example("resources/wavix_call_webhook/resource.tf")).apply_ok();
    assert_eq!(sim.journal().count("POST", "/v1/calls/webhooks"), 1, "the other: {}", sim.journal());
    let import = example("resources/wavix_call_webhook/import.sh");
    assert!(import.contains("'wavix_call_webhook.this[\"on-call\"]' on-call"), "{import}");
    destroyed(&tf, &sim);
}

/// Destroys what an example made. What the account had before stays.
#[track_caller]
fn destroyed(tf: &Terraform, sim: &Sim) {
    let before = sim.trunks();
    tf.run(["destroy", "-auto-approve", "-input=false", "-no-color"]).succeeded();
    assert_eq!(tf.state_addresses(), [""; 0]);
    assert_eq!(sim.trunks(), before);
}

fn the_data_sources_find_what_they_say() {
    let sim = Sim::spawn();
    let trunk = |label: &str| json!({ "label": label, "callerid": "12345678900", "password": "p" });
    let office = sim.add_trunk(trunk("Office PBX"));
    sim.add_trunk(trunk("Officer"));
    let mut asking = trunk("Border");
    asking["host_request"] = json!({ "host": "203.0.113.20" });
    sim.add_trunk(asking);
    let login = sim.trunk(office).unwrap().name;

    let tf = with_provider(&sim);
    tf.config(&example("data-sources/wavix_sip_trunk/data-source.tf")).apply_ok();
    assert_eq!(tf.output("office_sip_login"), json!(login));
    destroyed(&tf, &sim);

    let tf = with_provider(&sim);
    tf.config(&example("data-sources/wavix_sip_trunks/data-source.tf")).apply_ok();
    assert_eq!(tf.output("office_logins"), json!({ "Office PBX": [login] }));
    assert_eq!(tf.output("addresses_under_review"), json!(["203.0.113.20"]));
    destroyed(&tf, &sim);

    sim.add_phone_numbers(2);
    sim.add_phone_number(
        json!({ "number": "447700900123", "country_short_name": "GB", "monthly_fee": "2.5" }),
    );
    sim.edit_phone_number("12565378257", |number| {
        let to = |priority, transport, destination: &str, trunk_id| wavix_sim::Destination {
            priority,
            transport,
            destination: destination.to_owned(),
            trunk_id,
            ..wavix_sim::Destination::default()
        };
        number.destination =
            vec![to(1, 5, &login, Some(office)), to(2, 4, "13132847320", None), to(3, 5, "11111", Some(7))];
    });
    let tf = with_provider(&sim);
    tf.config(&example("data-sources/wavix_phone_number/data-source.tf")).apply_ok();
    let rings = json!(["Office PBX", "+13132847320", "a deleted trunk"]);
    assert_eq!(tf.output("front_desk_rings_at"), rings);
    destroyed(&tf, &sim);

    let tf = with_provider(&sim);
    tf.config(&example("data-sources/wavix_phone_numbers/data-source.tf")).apply_ok();
    assert_eq!(tf.output("huntsville"), json!(["+12565378257", "+12565378258"]));
    assert_eq!(tf.output("silent"), json!(["+12565378258", "+447700900123"]));
    assert_eq!(tf.output("monthly_fees").to_string(), "4.48");
    destroyed(&tf, &sim);
}

fn each_function_gives_what_it_says() {
    let sim = Sim::spawn();
    let results = |function: &str| {
        let tf = with_provider(&sim).env("TF_VAR_pbx_sip_password", "pbx password");
        tf.config(&example(&format!("functions/{function}/function.tf"))).apply_ok();
        tf
    };
    assert_eq!(results("callback_source_ips").output("webhook_senders"), json!(["62.212.73.112"]));
    assert_eq!(results("e164").output("front_desk"), "+13132847320");
    let gateways = results("sip_gateways");
    assert_eq!(gateways.output("gateway"), "nl.wavix.net");
    assert_eq!(gateways.output("gateway_addresses").as_array().unwrap().len(), 4);
    assert_eq!(results("sip_uri").output("address_of_record"), "sip:67758@nl.wavix.net");
    let pjsip = results("pjsip_endpoint").output("pjsip_conf");
    assert!(pjsip.as_str().unwrap().contains("password = pbx password\n"), "{pjsip}");
    let uacreg = results("kamailio_uacreg").output("uacreg");
    assert!(uacreg.as_str().unwrap().contains("\n2:67758-2:"), "{uacreg}");
    destroyed(&gateways, &sim);
}

/// Terraform opens what nothing refers to as well.
fn each_ephemeral_resource_is_opened() {
    let sim = Sim::spawn();
    sim.add_trunk(json!({ "label": "Office PBX", "callerid": "12345678900", "password": "p" }));
    for name in ["wavix_webrtc_token", "wavix_sip_trunk_credentials"] {
        let tf = with_provider(&sim);
        tf.config(&example(&format!("ephemeral-resources/{name}/ephemeral-resource.tf"))).apply_ok();
        destroyed(&tf, &sim);
    }
    let left = sim.webrtc_tokens();
    assert!(!left.is_empty(), "the token for the shift is handed on: {}", sim.journal());
    assert!(left.iter().all(|token| token.ttl == Some(8 * 60 * 60)), "the other is not: {left:?}");
}

fn examples_are_formatted() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    Terraform::unconfigured().run(["fmt", "-check", "-recursive", examples.to_str().unwrap()]).succeeded();
}
