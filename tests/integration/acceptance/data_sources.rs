//! `data "wavix_sip_trunk"` and `data "wavix_sip_trunks"`.

use serde_json::json;
use wavix_sim::{Sim, behaviour::EmptyList};

use crate::support::terraform::Terraform;

acceptance_trials! {
    one_trunk_is_found_by_id_login_or_label,
    a_label_that_fits_none_or_several_is_an_error,
    the_choice_of_key_is_checked,
    many_trunks_are_listed_over_several_pages_and_filtered,
    an_empty_account_lists_nothing,
    a_data_source_can_follow_a_resource,
    a_number_is_looked_up_beside_what_manages_it,
    ; since (1, 7) or_opentofu None:
    a_list_that_terraform_cannot_mock_is_handed_in_as_the_guide_says,
}

fn one_trunk_is_found_by_id_login_or_label() {
    let sim = Sim::spawn();
    let id = sim.add_trunk(json!({
        "label": "Wanted", "name": "67758", "callerid": "13137890021", "max_channels": 3, "max_call_cost": 0.18,
        "allowed_ips": [{"ip": "198.51.100.7"}], "talk_time": 42, "charge": "1.25",
    }));
    sim.add_trunk(json!({"label": "wanted"}));
    sim.add_trunk(json!({"label": "Wanted too"}));
    let tf = Terraform::new(&sim);
    tf.config(&format!(
        r#"data "wavix_sip_trunk" "by_id" {{
  id = "{id}"
}}

data "wavix_sip_trunk" "by_login" {{
  login = "67758"
}}

data "wavix_sip_trunk" "by_label" {{
  label = "Wanted"
}}

output "same" {{
  value = length(distinct([
    data.wavix_sip_trunk.by_id, data.wavix_sip_trunk.by_login, data.wavix_sip_trunk.by_label,
  ])) == 1
}}
"#
    ))
    .apply_ok();
    assert_eq!(tf.output("same"), json!(true));
    let found = tf.state("data.wavix_sip_trunk.by_label");
    let expected = json!({
        "id": id.to_string(), "login": "67758", "label": "Wanted", "callerid": "13137890021",
        "allowed_ips": ["198.51.100.7"], "max_channels": 3, "channels_restrict": true,
        "auth_method": "Digest", "status": "active", "talk_time": 42,
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&found[name], value, "{name}");
    }
    assert_eq!(found["max_call_cost"].to_string(), "0.18");
    assert_eq!(found["charge"].to_string().trim_matches('"'), "1.25");
    assert!(
        !found.as_object().unwrap().keys().any(|name| name.contains("password") || name == "access_token")
    );
}

fn a_label_that_fits_none_or_several_is_an_error() {
    let sim = Sim::spawn();
    let first = sim.add_trunk(json!({"label": "Twin"}));
    let second = sim.add_trunk(json!({"label": "Twin"}));
    let tf = Terraform::new(&sim);
    let error = tf.config("data \"wavix_sip_trunk\" \"it\" {\n  label = \"Twin\"\n}\n").plan_err().error();
    for id in [first, second] {
        assert!(error.detail.contains(&id.to_string()), "each is named: {error:?}");
    }
    for (key, value) in [("label", "Nobody"), ("login", "00000"), ("id", "999999")] {
        let config = format!("data \"wavix_sip_trunk\" \"it\" {{\n  {key} = \"{value}\"\n}}\n");
        let error = tf.config(&config).plan_err().error();
        assert!(error.detail.contains(value), "{key}: {error:?}");
        assert_eq!(error.address.as_deref(), Some("data.wavix_sip_trunk.it"));
    }
}

fn the_choice_of_key_is_checked() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    for arguments in ["", "id = \"1\"\n  label = \"a\"", "id = \"abc\""] {
        tf.config(&format!("data \"wavix_sip_trunk\" \"it\" {{\n  {arguments}\n}}\n"));
        tf.validate_err().error();
    }
    tf.config("data \"wavix_sip_trunks\" \"some\" {\n  label_regex = \"(\"\n}\n");
    assert!(tf.validate_err().error().code.unwrap().contains("label_regex"));
    tf.config("data \"wavix_sip_trunks\" \"some\" {\n  status = \"asleep\"\n}\n");
    assert!(tf.validate_err().error().code.unwrap().contains("status"));
    assert_eq!(sim.journal().entries().len(), 0);
}

fn many_trunks_are_listed_over_several_pages_and_filtered() {
    let sim = Sim::spawn();
    let ids: Vec<i64> =
        (0..130).map(|index| sim.add_trunk(json!({"label": format!("Trunk {index:03}")}))).collect();
    let pending =
        sim.add_trunk(json!({"label": "Trunk by address", "host_request": {"host": "198.51.100.44"}}));
    let tf = Terraform::new(&sim);
    tf.config(
        r#"data "wavix_sip_trunks" "all" {}

data "wavix_sip_trunks" "tens" {
  label_regex = "^Trunk .*0$"
}

data "wavix_sip_trunks" "pending" {
  status = "pending"
}

output "ids" {
  value = data.wavix_sip_trunks.all.sip_trunks[*].id
}
"#,
    )
    .apply_ok();
    let listed: Vec<i64> =
        tf.output("ids").as_array().unwrap().iter().map(|id| id.as_str().unwrap().parse().unwrap()).collect();
    assert_eq!(listed, ids.iter().copied().chain([pending]).collect::<Vec<_>>(), "by ascending id");
    let tens = tf.state("data.wavix_sip_trunks.tens");
    assert_eq!(tens["sip_trunks"].as_array().unwrap().len(), 13);
    let found = &tf.state("data.wavix_sip_trunks.pending")["sip_trunks"];
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["auth_method"], "IP auth");
    assert_eq!(found[0]["host_request"]["status"], "pending");
    assert!(!found[0].as_object().unwrap().contains_key("access_token"));
}

fn an_empty_account_lists_nothing() {
    for empty in [EmptyList::Array, EmptyList::Null] {
        let sim = Sim::builder().behaviour(|knobs| knobs.empty_list = empty).spawn();
        let tf = Terraform::new(&sim);
        tf.config("data \"wavix_sip_trunks\" \"all\" {}\n").apply_ok();
        assert_eq!(tf.state("data.wavix_sip_trunks.all")["sip_trunks"], json!([]), "{empty:?}");
    }
}

fn a_data_source_can_follow_a_resource() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(
        r#"resource "wavix_sip_trunk" "main" {
  label    = "Followed"
  callerid = "+1 313 284 7320"
  password = "a password"
}

data "wavix_sip_trunk" "main" {
  id = wavix_sip_trunk.main.id
}

output "callerid" {
  value = data.wavix_sip_trunk.main.callerid
}
"#,
    )
    .apply_ok();
    assert_eq!(tf.output("callerid"), "13132847320");
    tf.destroy(&sim);
}

fn a_number_is_looked_up_beside_what_manages_it() {
    let sim = Sim::builder().phone_numbers(2).spawn();
    // What was written shows late, and answers show the old routing meanwhile.
    sim.configure(|behaviour| behaviour.numbers.settle_reads = 2);
    let tf = Terraform::new(&sim);
    for (number, rings) in [("+1 313 284 7320", 1), ("+1 313 284 7321", 1)] {
        tf.config(&format!(
            r#"resource "wavix_phone_number" "desk" {{
  number       = "+1 (256) 537-8257"
  destinations = [{{ phone_number = "{number}" }}]
}}

data "wavix_phone_number" "desk" {{
  number     = "+1.256.537.8257"
  depends_on = [wavix_phone_number.desk]
}}

data "wavix_phone_numbers" "all" {{
  depends_on = [wavix_phone_number.desk]
}}

output "rings_at" {{
  value = data.wavix_phone_number.desk.destinations[*].phone_number
}}

output "ringing" {{
  value = length([for number in data.wavix_phone_numbers.all.phone_numbers : number if length(number.destinations) > 0])
}}
"#
        ))
        .apply_ok();
        let digits: String = number.chars().filter(|character| *character != ' ').collect();
        assert_eq!(tf.output("rings_at"), json!([digits]));
        assert_eq!(tf.output("ringing"), json!(rings));
        assert_eq!(sim.journal().count("PATCH", "/v1/numbers/*"), 1, "{}", sim.journal());
        sim.journal().clear();
    }
}

/// When Terraform can, the guide about testing offline has to say so.
fn a_list_that_terraform_cannot_mock_is_handed_in_as_the_guide_says() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(
        r#"data "wavix_sip_trunks" "all" {}

output "ids" {
  value = data.wavix_sip_trunks.all.sip_trunks[*].id
}
"#,
    );
    tf.write(
        "mocked.tftest.hcl",
        r#"mock_provider "wavix" {
  override_data {
    target = data.wavix_sip_trunks.all
    values = { sip_trunks = [{ id = "293" }] }
  }
}

run "mocked" {
  command = plan
}
"#,
    );
    let run = tf.run(["test", "-no-color"]).failed();
    let said = run.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("expected object type, found tuple"), "{run}");

    // The module takes the list, and the data source is outside of it.
    let tf = Terraform::new(&sim);
    tf.config(
        r#"variable "trunks" {
  type = list(object({ id = string }))
}

output "ids" {
  value = var.trunks[*].id
}
"#,
    );
    tf.write(
        "handed_in.tftest.hcl",
        r#"run "handed_in" {
  command = plan

  variables {
    trunks = [{ id = "293" }]
  }

  assert {
    condition     = output.ids[0] == "293"
    error_message = "It is the first."
  }
}
"#,
    );
    tf.run(["test", "-no-color"]).succeeded();
}
