//! `moved` blocks from other types: a trunk that was made with
//! `restapi_object`, by a stand-in for its provider, and what is no trunk.

use wavix_sim::Sim;

use crate::support::restapi;
use crate::support::terraform::Terraform;

acceptance_trials![; since (1, 8) or_opentofu (1, 10):
    a_restapi_object_becomes_a_trunk_and_nothing_is_written,
    a_source_that_is_no_trunk_is_refused_and_its_state_kept,
];

/// A directory in which both providers are installed, and the beginning of a
/// configuration.
fn both(sim: &Sim) -> (Terraform, String) {
    let terraform =
        Terraform::uninitialised().env("WAVIX_API_KEY", sim.api_key()).env("WAVIX_BASE_URL", sim.base_url());
    terraform.offer(restapi::SOURCE, restapi::VERSION, &std::env::current_exe().unwrap());
    let beginning = format!(
        r#"
terraform {{
  required_providers {{
    wavix   = {{ source = "wavix/wavix" }}
    restapi = {{ source = "{}" }}
  }}
}}

provider "restapi" {{
  uri     = "{}"
  headers = {{ Authorization = "Bearer {}" }}
}}
"#,
        restapi::SOURCE,
        sim.base_url(),
        sim.api_key()
    );
    terraform.config(&beginning);
    terraform.run(["init", "-no-color", "-input=false"]).succeeded();
    (terraform, beginning)
}

const OBJECT: &str = r#"
resource "restapi_object" "office" {
  path = "/v1/trunks"
  data = jsonencode({
    label                   = "Office"
    password                = "correct-horse-battery-staple"
    callerid                = "13132847320"
    ip_restrict             = true
    allowed_ips             = [{ ip = "203.0.113.10" }]
    didinfo_enabled         = true
    call_restrict           = false
    cost_limit              = true
    max_call_cost           = 0.18
    channels_restrict       = true
    max_channels            = 4
    rewrite_enabled         = false
    transcription_enabled   = false
    transcription_threshold = 6
  })
}
"#;

const TRUNK: &str = r#"
resource "wavix_sip_trunk" "office" {
  label         = "Office"
  password      = "correct-horse-battery-staple"
  callerid      = "+1 (313) 284-7320"
  allowed_ips   = ["203.0.113.10"]
  max_call_cost = 0.18
  max_channels  = 4
}

moved {
  from = restapi_object.office
  to   = wavix_sip_trunk.office
}
"#;

fn a_restapi_object_becomes_a_trunk_and_nothing_is_written() {
    let sim = Sim::spawn();
    let (terraform, beginning) = both(&sim);
    terraform.config(&format!("{beginning}{OBJECT}"));
    terraform.run(["apply", "-auto-approve", "-input=false", "-json"]).succeeded();
    assert_eq!(terraform.state_addresses(), ["restapi_object.office"]);
    let [made] = sim.trunks().try_into().unwrap();
    let written = sim.journal().committed();

    terraform.config(&format!("{beginning}{TRUNK}"));
    let plan = terraform.plan_json();
    let changes = plan["resource_changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{changes:#?}");
    assert_eq!(changes[0]["address"], "wavix_sip_trunk.office");
    assert_eq!(changes[0]["previous_address"], "restapi_object.office");
    assert_eq!(changes[0]["change"]["actions"], serde_json::json!(["no-op"]));

    terraform.apply_ok();
    assert_eq!(terraform.state_addresses(), ["wavix_sip_trunk.office"]);
    assert_eq!(terraform.trunk_id("wavix_sip_trunk.office"), made.id);
    assert_eq!(sim.trunks(), [made]);
    assert_eq!(sim.journal().committed(), written, "{}", sim.journal());

    // The block has done its work, and so has the other provider.
    terraform.config(&format!("{beginning}{}", TRUNK.split("moved {").next().unwrap()));
    terraform.expect_empty_plans();
}

fn a_source_that_is_no_trunk_is_refused_and_its_state_kept() {
    let sim = Sim::spawn();
    let (terraform, beginning) = both(&sim);
    let number = OBJECT.replace("/v1/trunks", "/v1/numbers").replace("label  ", "id = 7\n    label  ");
    let data = "resource \"terraform_data\" \"office\" {\n  input = \"Office\"\n}\n";
    for (source, from, reason) in [
        (number.as_str(), "restapi_object.office", "`path` is not `/v1/trunks`"),
        (data, "terraform_data.office", "`terraform_data`"),
    ] {
        terraform.config(&format!("{beginning}{source}"));
        terraform.run(["apply", "-auto-approve", "-input=false", "-json"]).succeeded();
        let before = terraform.read("terraform.tfstate");
        terraform.config(&format!("{beginning}{}", TRUNK.replace("restapi_object.office", from)));
        for command in
            [&["plan", "-input=false", "-json"][..], &["apply", "-auto-approve", "-input=false", "-json"]]
        {
            let error = terraform.run(command).failed().error();
            assert!(error.summary.starts_with("Cannot move "), "{error:?}");
            assert!(error.detail.contains(reason) && error.detail.contains("unchanged"), "{error:?}");
            assert_eq!(terraform.read("terraform.tfstate"), before, "the state is as it was");
        }
        assert!(sim.trunks().is_empty());
        // Forgotten, not destroyed: the stand-in deletes nothing.
        terraform.run(["state", "rm", from]).succeeded();
    }
}
