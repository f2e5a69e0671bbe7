//! Phone numbers: adopted, routed, changed and left alone, with every request counted.

use serde_json::{Value, json};
use wavix_sim::behaviour::RoutedTrunk;
use wavix_sim::{Access, ApiKey, Fault, Sim};

use crate::support::terraform::Terraform;

acceptance_trials! {
    three_numbers_ring_at_a_trunk_and_then_at_a_phone,
    numbers_stay_when_nobody_says_what_a_destroy_does,
    a_destination_of_one_kind_becomes_one_of_any_other,
    an_account_is_adopted_by_the_configuration_that_is_written_for_it,
    sms_comes_and_goes_with_its_relay,
    a_test_number_is_released_by_one_request_and_never_by_a_taint,
    a_number_that_failed_or_was_renamed_is_never_released,
    a_number_is_the_caller_id_of_the_trunk_where_it_rings,
    bad_numbers_are_refused_while_planning,
    one_number_has_one_resource,
    a_trunk_tells_which_numbers_ring_at_it_when_asked,
    a_trunk_that_numbers_ring_at_says_so_before_it_goes,
    a_caller_id_that_the_account_does_not_have_is_warned_of,
}

const NUMBERS: &str = "/v1/numbers";
const NUMBER: &str = "/v1/numbers/*";
const FIRST: &str = "12565378257";

fn account(numbers: usize) -> Sim {
    Sim::builder().phone_numbers(numbers).spawn()
}

const TRUNK: &str = r#"resource "wavix_sip_trunk" "office" {
  label    = "office"
  callerid = "+1 256 537 8257"
  password = "a password"
}
"#;

fn numbers(destinations: &str, more: &str) -> String {
    format!(
        r#"{TRUNK}
resource "wavix_phone_number" "office" {{
  for_each        = toset(["+12565378257", "+12565378258", "+12565378259"])
  number          = each.key
  destinations    = [{destinations}]
  call_status_url = "https://hooks.example.com/calls"
  {more}
}}
"#
    )
}

fn one(name: &str, more: &str) -> String {
    format!("resource \"wavix_phone_number\" \"{name}\" {{\n  number = \"+1 256 537 8257\"\n  {more}\n}}\n")
}

fn writes(sim: &Sim) -> (usize, usize) {
    (sim.journal().count("PATCH", NUMBER), sim.journal().count("DELETE", NUMBERS))
}

/// Transport and destination, in the order in which they ring.
fn rings(sim: &Sim, digits: &str) -> Vec<(i64, String)> {
    let mut all = sim.phone_number(digits).expect("owned").destination;
    all.sort_by_key(|one| one.priority);
    all.into_iter().map(|one| (one.transport, one.destination)).collect()
}

fn destroy(tf: &Terraform) {
    tf.run(["destroy", "-auto-approve", "-input=false", "-no-color"]).succeeded();
    assert_eq!(tf.state_addresses(), [""; 0]);
}

fn summaries(run: &crate::support::run::Run) -> Vec<String> {
    run.warnings().into_iter().map(|warning| warning.summary).collect()
}

const TO_TRUNK: &str = "{ sip_trunk_id = wavix_sip_trunk.office.id }";
const TO_PHONE: &str = "{ phone_number = \"+1 313 284 7320\" }";

fn three_numbers_ring_at_a_trunk_and_then_at_a_phone() {
    let sim = account(3);
    let tf = Terraform::new(&sim);
    let unroute = "on_destroy = \"unroute\"";
    tf.config(&numbers(&format!("{TO_TRUNK}, {TO_PHONE}"), unroute)).apply_ok();
    assert_eq!(writes(&sim), (3, 0), "one for each number:\n{}", sim.journal());
    let sent = sim.journal().last("PATCH", NUMBER).unwrap().body.unwrap();
    let trunk = tf.stored(&sim, "wavix_sip_trunk.office");
    assert_eq!(
        sent["destinations"],
        json!([
            { "destination": trunk.name, "priority": 1, "transport": 5, "trunk_id": trunk.id },
            { "destination": "13132847320", "priority": 2, "transport": 4 },
        ])
    );
    sim.journal().clear();
    tf.config(&numbers(&format!("{TO_PHONE}, {TO_TRUNK}"), unroute)).apply_ok();
    assert_eq!(writes(&sim), (3, 0), "{}", sim.journal());
    assert_eq!(rings(&sim, FIRST), [(4, "13132847320".to_owned()), (5, trunk.name)]);
    // Another spelling is no change.
    sim.journal().clear();
    let spelled = numbers(&format!("{{ phone_number = \"0013132847320\" }}, {TO_TRUNK}"), unroute);
    tf.config(&spelled).apply_ok();
    assert_eq!(writes(&sim), (0, 0));
    destroy(&tf);
    assert_eq!(writes(&sim), (3, 0), "the numbers are unrouted before the trunk goes:\n{}", sim.journal());
    assert_eq!(rings(&sim, FIRST), []);
    assert_eq!((sim.phone_numbers().len(), sim.trunks().len()), (3, 0));
}

fn numbers_stay_when_nobody_says_what_a_destroy_does() {
    let sim = account(3);
    let tf = Terraform::new(&sim);
    tf.config(&numbers(TO_TRUNK, "")).apply_ok();
    sim.journal().clear();
    let run = tf.run(["plan", "-destroy", "-input=false", "-json"]).succeeded();
    assert!(summaries(&run).contains(&"Phone number stays in the account".to_owned()), "{run}");
    destroy(&tf);
    assert_eq!(writes(&sim), (0, 0), "{}", sim.journal());
    assert_eq!(rings(&sim, FIRST).len(), 1, "it leads nowhere now, and that was said");
}

fn a_destination_of_one_kind_becomes_one_of_any_other() {
    let sim = account(1);
    let tf = Terraform::new(&sim);
    let login = || (5, sim.trunks()[0].name.clone());
    let trunk = "{ sip_trunk_id = wavix_sip_trunk.office.id }";
    let (phone, uri) = ("{ phone_number = \"+13137890021\" }", "{ sip_uri = \"a@sip.example.com\" }");
    for place in [trunk, phone, trunk, uri, phone, uri, trunk] {
        tf.config(&(TRUNK.to_owned() + &one("main", &format!("destinations = [{place}]")))).apply_ok();
        let leads_to = match place {
            place if place == trunk => login(),
            place if place == phone => (4, "13137890021".to_owned()),
            _ => (1, "a@sip.example.com".to_owned()),
        };
        assert_eq!(rings(&sim, FIRST), [leads_to], "{place}");
    }
}

fn an_account_is_adopted_by_the_configuration_that_is_written_for_it() {
    let sim = account(2);
    let trunk =
        sim.add_trunk(json!({ "label": "office", "name": "10001", "callerid": FIRST, "password": "p" }));
    sim.edit_phone_number(FIRST, |number| {
        number.sms_enabled = true;
        number.destination = vec![wavix_sim::Destination {
            id: 1,
            destination: "10001".to_owned(),
            priority: 1,
            transport: 5,
            trunk_id: Some(trunk),
            ..Default::default()
        }];
    });
    let tf = Terraform::new(&sim);
    tf.config(
        "import {\n  to = wavix_phone_number.main\n  id = \"+12565378257\"\n}\nimport {\n  to = wavix_phone_number.spare\n  \
         id = \"12565378258\"\n}\nimport {\n  to = wavix_sip_trunk.office\n  id = \"TRUNK\"\n}\n"
            .replace("TRUNK", &trunk.to_string())
            .as_str(),
    );
    tf.run(["plan", "-generate-config-out=generated.tf", "-input=false", "-no-color"]).succeeded();
    let written = tf.read("generated.tf");
    assert!(
        written.contains(&format!("sip_trunk_id    = \"{trunk}\"")) || written.contains("sip_trunk_id"),
        "{written}"
    );
    assert!(written.contains("\"+12565378257\"") && written.contains("\"+12565378258\""), "{written}");
    tf.apply_ok();
    assert_eq!(writes(&sim), (0, 0), "{}", sim.journal());
    destroy(&tf);
    assert_eq!(writes(&sim), (0, 0), "{}", sim.journal());
}

fn sms_comes_and_goes_with_its_relay() {
    let sim = account(1);
    let tf = Terraform::new(&sim);
    let with = "sms_enabled = true\n  sms_relay_url = \"https://hooks.example.com/sms\"";
    tf.config(&one("main", with)).apply_ok();
    assert_eq!(writes(&sim), (1, 0), "{}", sim.journal());
    tf.config(&one("main", "sms_enabled = true\n  sms_relay_url = \"\"")).apply_ok();
    assert_eq!(sim.phone_number(FIRST).unwrap().sms_relay_url, None);
    sim.journal().clear();
    let run = tf.config(&one("main", "")).plan().succeeded();
    assert!(run.changes().values().all(|change| change == "no-op") || run.changes().is_empty(), "{run}");
    assert!(summaries(&run).contains(&"Argument is no longer managed".to_owned()), "{run}");
    assert!(sim.phone_number(FIRST).unwrap().sms_enabled, "what is left out stays");
    destroy(&tf);
    assert_eq!(writes(&sim), (0, 0));

    sim.add_phone_number(
        json!({ "number": "493012345678", "country_short_name": "DE", "country": "Germany" }),
    );
    let german = "resource \"wavix_phone_number\" \"berlin\" {\n  number = \"+49 30 12345678\"\n  sms_enabled = true\n}\n";
    let run = tf.config(german).plan().succeeded();
    assert!(summaries(&run).contains(&"SMS may not be available".to_owned()), "{run}");
    let error = tf.apply_err().error();
    assert!(error.detail.contains("US and CA"), "{error:?}");
    destroy(&tf);
}

fn a_test_number_is_released_by_one_request_and_never_by_a_taint() {
    let sim = account(2);
    let tf = Terraform::new(&sim);
    let release = "on_destroy = \"release\"";
    tf.config(&one("test", release)).apply_ok();
    // A taint would have it released and adopted anew.
    tf.run(["taint", "wavix_phone_number.test"]).succeeded();
    let error = tf.plan_err().error();
    assert_eq!(error.summary, "Phone number would be released and adopted again");
    tf.run(["apply", "-refresh=false", "-auto-approve", "-input=false", "-no-color"]).succeeded();
    assert_eq!(writes(&sim), (0, 0), "not without a refresh either:\n{}", sim.journal());
    tf.expect_empty_plans();
    let id = sim.phone_number(FIRST).unwrap().id;
    sim.journal().clear();
    destroy(&tf);
    assert_eq!(writes(&sim), (0, 1), "{}", sim.journal());
    assert_eq!(sim.journal().last("DELETE", NUMBERS).unwrap().query, Some(format!("ids={id}")));
    assert!(sim.phone_number(FIRST).is_none() && sim.phone_numbers().len() == 1);
    // An adopted number stays by default, and the plan says what it costs.
    let sim = account(1);
    let tf = Terraform::new(&sim);
    tf.config(&one("test", "lifecycle {\n    prevent_destroy = true\n  }")).apply_ok();
    tf.run(["destroy", "-auto-approve", "-input=false", "-no-color"]).failed();
    tf.config(&one("test", "")).apply_ok();
    let run = tf.run(["plan", "-destroy", "-input=false", "-json"]).succeeded();
    assert!(run.warnings().iter().any(|it| it.detail.contains("0.99 USD per month")), "{run}");
    sim.journal().clear();
    destroy(&tf);
    assert_eq!(writes(&sim), (0, 0));
}

fn a_number_that_failed_or_was_renamed_is_never_released() {
    let sim = account(1);
    let tf = Terraform::new(&sim);
    let wanted = format!("destinations = [{TO_PHONE}]\n  on_destroy = \"release\"");
    sim.faults().always("PATCH", NUMBER, Fault::status(422));
    tf.config(&one("first", &wanted)).apply_err();
    assert!(tf.is_tainted("wavix_phone_number.first"));
    sim.faults().clear();
    tf.apply_ok();
    assert_eq!(writes(&sim).1, 0, "{}", sim.journal());
    // Another name without a `moved` block.
    tf.config(&one("second", &wanted));
    let error = tf.plan_err().error();
    assert_eq!(error.summary, "Phone number would be released and adopted again");
    let keep = format!("destinations = [{TO_PHONE}]");
    tf.config(&one("first", &keep)).apply_ok();
    tf.config(&one("second", &keep)).apply_ok();
    assert_eq!(writes(&sim).1, 0);
    assert_eq!(rings(&sim, FIRST), [(4, "13132847320".to_owned())]);
    destroy(&tf);
}

fn a_number_is_the_caller_id_of_the_trunk_where_it_rings() {
    let sim = account(1);
    let tf = Terraform::new(&sim);
    let config = r#"resource "wavix_phone_number" "main" {
  number = "+12565378257"
}
resource "wavix_sip_trunk" "main" {
  label    = "main"
  callerid = wavix_phone_number.main.number
  password = "a password"
}
resource "wavix_phone_number_routing" "main" {
  number       = wavix_phone_number.main.number
  destinations = [{ sip_trunk_id = wavix_sip_trunk.main.id }]
}
"#;
    tf.config(config).apply_ok();
    assert_eq!(writes(&sim), (1, 0), "{}", sim.journal());
    assert_eq!(rings(&sim, FIRST).len(), 1);
    destroy(&tf);
    assert_eq!(rings(&sim, FIRST), [], "the routing goes before the trunk");
}

fn bad_numbers_are_refused_while_planning() {
    let sim = account(1);
    for (arguments, summary) in [
        ("destinations = [{ phone_number = \"+12565378257\" }]", "Destination is the number itself"),
        ("destinations = [{ sip_uri = \"sips:a@b.example.com\" }]", "Invalid value for an argument"),
        (
            "destinations = [{ sip_uri = \"a@b.example.com\", phone_number = \"+13132847320\" }]",
            "Ambiguous destination",
        ),
        ("destinations = [{}]", "Missing destination"),
        ("destinations = [{ sip_trunk_id = \"424242\" }]", "SIP trunk does not exist"),
        ("sms_relay_url = \"https://hooks.example.com/sms\"", "SMS relay URL without SMS"),
        ("on_destroy = \"sell\"", "Invalid value for an argument"),
    ] {
        let tf = Terraform::new(&sim);
        let error = tf.config(&one("bad", arguments)).plan_err().error();
        assert_eq!(error.summary, summary, "{arguments}");
    }
    let tf = Terraform::new(&sim);
    let error = tf
        .config("resource \"wavix_phone_number\" \"other\" {\n  number = \"+13132847320\"\n}\n")
        .plan_err()
        .error();
    assert!(error.detail.contains("does not own"), "{error:?}");
    let tf = Terraform::new(&sim);
    tf.config("resource \"wavix_phone_number\" \"other\" {\n  number = \"+13132847320\"\n}\n");
    let run =
        tf.run(["import", "-input=false", "-no-color", "wavix_phone_number.other", "+13132847320"]).failed();
    assert!(run.text().contains("owns no number"), "{run}");
    assert_eq!(writes(&sim), (0, 0));
}

fn one_number_has_one_resource() {
    let sim = account(1);
    let tf = Terraform::new(&sim);
    let error = tf.config(&format!("{}{}", one("a", ""), one("b", ""))).plan_err().error();
    assert_eq!(error.summary, "Phone number is managed twice");
    let routing = "resource \"wavix_phone_number_routing\" \"a\" {\n  number = \"12565378257\"\n  destinations = []\n}\n";
    let both = format!("{}{routing}", one("a", &format!("destinations = [{TO_PHONE}]")));
    let error = Terraform::new(&sim).config(&both).plan_err().error();
    assert_eq!(error.summary, "Phone number is managed twice");
    assert_eq!(writes(&sim), (0, 0));
}

fn a_trunk_tells_which_numbers_ring_at_it_when_asked() {
    let sim = account(3);
    let tf = Terraform::new(&sim);
    let asked = |more: &str| {
        format!(
            r#"{}
data "wavix_sip_trunk" "office" {{
  id         = wavix_sip_trunk.office.id
  depends_on = [wavix_phone_number.office]
  {more}
}}
output "ringing" {{
  value = jsonencode(data.wavix_sip_trunk.office.phone_numbers)
}}
"#,
            numbers(&format!("{TO_PHONE}, {TO_TRUNK}"), "")
        )
    };
    tf.config(&asked("include_phone_numbers = true")).apply_ok();
    let ringing: Value = serde_json::from_str(tf.output("ringing").as_str().unwrap()).unwrap();
    let told: Vec<_> = ringing.as_array().unwrap().iter().map(|one| &one["number"]).collect();
    assert_eq!(told, [&json!("+12565378257"), &json!("+12565378258"), &json!("+12565378259")]);
    let id = sim.phone_number(FIRST).unwrap().id.to_string();
    assert_eq!(ringing[0], json!({ "number": "+12565378257", "id": id, "priority": 2, "backup": true }));
    tf.config(&asked("")).apply_ok();
    assert_eq!(tf.output("ringing"), "null");
    // Who asks needs the scope, and nobody else does.
    let sim = Sim::builder().key(ApiKey::new("k").scope("trunks", Access::Write)).spawn();
    let id = sim.add_trunk(json!({ "label": "office", "callerid": FIRST, "password": "p" }));
    let data =
        |more: &str| format!("data \"wavix_sip_trunk\" \"office\" {{\n  id = \"{id}\"\n  {more}\n}}\n");
    let tf = Terraform::new(&sim);
    tf.config(&data("")).apply_ok();
    let error = tf.config(&data("include_phone_numbers = true")).plan_err().error();
    assert!(error.detail.contains("numbers:read"), "{error:?}");
}

fn a_trunk_that_numbers_ring_at_says_so_before_it_goes() {
    let sim = account(3);
    sim.configure(|knobs| knobs.numbers.routed_trunk_delete = RoutedTrunk::Rejected);
    let tf = Terraform::new(&sim);
    tf.config(&numbers(TO_TRUNK, "")).apply_ok();
    let run = tf.run(["plan", "-destroy", "-input=false", "-json"]).succeeded();
    let warned = run.warnings();
    let warning = warned.iter().find(|it| it.summary.starts_with("Phone numbers are routed"));
    let warning = warning.unwrap_or_else(|| panic!("{run}"));
    assert!(warning.detail.contains("+12565378257, +12565378258, +12565378259"), "{warning:?}");
    let run = tf.run(["destroy", "-auto-approve", "-input=false", "-no-color"]).failed();
    let text = run.text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("+12565378259") && text.contains("on_destroy"), "{run}");
    assert_eq!(sim.trunks().len(), 1);
    // What the error says is what helps.
    tf.config(&numbers(TO_TRUNK, "on_destroy = \"unroute\"")).apply_ok();
    destroy(&tf);
    assert_eq!(sim.trunks().len(), 0);
}

fn a_caller_id_that_the_account_does_not_have_is_warned_of() {
    let sim = account(1);
    let warned = |callerid: &str| {
        let tf = Terraform::new(&sim);
        let run = tf.config(&TRUNK.replace("+1 256 537 8257", callerid)).plan().succeeded();
        summaries(&run)
    };
    assert_eq!(warned("+1 256 537 8257"), [""; 0]);
    assert_eq!(warned("+1 313 284 7320"), ["Caller ID may be rejected"]);
    sim.edit_phone_number(FIRST, |number| number.status = "inactive".to_owned());
    assert_eq!(warned("+1 256 537 8257"), ["Caller ID may be rejected"]);
    // Whoever has no number presents those of others.
    sim.release_phone_number(FIRST);
    assert_eq!(warned("+1 313 284 7320"), [""; 0]);
}
