//! Examples that Terraform 1.11 cannot read: of the list and of the action. A
//! newer one runs them; and everywhere the built provider is asked what it would
//! be asked then, with the values that stand in the examples.

use registry_docs::schema::Kind;
use serde_json::{Value as Json, json};
use terraform_provider_wavix::facade::framework::action::Action as _;
use terraform_provider_wavix::facade::framework::list_resource::ListResource as _;
use terraform_provider_wavix::facade::framework::provider::Provider as _;
use terraform_provider_wavix::facade::framework::schema::Schema;
use terraform_provider_wavix::facade::protocol::dynamic_value;
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::provider_client::ProviderClient;
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::{
    DynamicValue, configure_provider, list_resource, validate_action_config, validate_list_resource_config,
};
use terraform_provider_wavix::facade::protocol::value::Value;
use terraform_provider_wavix::facade::provider::WavixProvider;
use terraform_provider_wavix::facade::provider::environment::Environment;
use terraform_provider_wavix::facade::resources::sip_trunk::SipTrunk;
use terraform_provider_wavix::facade::resources::sip_trunk::SipTrunkList;
use terraform_provider_wavix::facade::resources::webrtc_token::RevokeWebRtcTokens;
use tonic::transport::Channel;
use wavix_sim::Sim;

use super::{example, with_provider};
use crate::documentation::calls::expect_documented;
use crate::support::plugin::{Launch, Plugin};

/// The tests of this module.
pub fn trials() -> Vec<libtest_mimic::Trial> {
    asked::trials().into_iter().chain(run::trials()).collect()
}

const LIST: &str = "list-resources/wavix_sip_trunk/list-resource.tfquery.hcl";
const ACTION: &str = "actions/wavix_revoke_webrtc_tokens/action.tf";

/// The arguments of the example's `config` block, on the wire. References are
/// looked up in `known`.
fn config(text: &str, block: [&str; 3], schema: &Schema, known: &[(&str, &str)]) -> Option<DynamicValue> {
    let file: Json = hcl::from_str(text).unwrap();
    let config = &block.iter().fold(&file, |found, name| &found[*name])["config"];
    let mut arguments = config.as_object().unwrap_or_else(|| panic!("no {block:?} in {file}")).clone();
    let value = Value::map(schema.attributes.iter().map(|attribute| {
        let value = match arguments.remove(&attribute.name) {
            None => Value::Null,
            Some(Json::String(text)) => {
                let looked_up = known.iter().find(|(reference, _)| format!("${{{reference}}}") == text);
                Value::string(looked_up.map_or(text.as_str(), |(_, value)| value))
            }
            Some(other) => panic!("{} is no text: {other}", attribute.name),
        };
        (attribute.name.clone(), value)
    }));
    assert!(arguments.is_empty(), "not in the schema: {arguments:?}");
    Some(dynamic_value::encode(&value, &schema.ty()).unwrap())
}

/// An account with an office and another trunk; the office's login.
fn account() -> (Sim, String) {
    let sim = Sim::spawn();
    let office = sim.add_trunk(json!({ "label": "Office PBX", "callerid": "12345678900", "password": "p" }));
    sim.add_trunk(json!({ "label": "Warehouse", "callerid": "12345678900", "password": "p" }));
    let login = sim.trunk(office).unwrap().name;
    (sim, login)
}

/// Everywhere.
mod asked {
    use super::*;

    async_trials![the_list_accepts_its_example_and_finds_the_office, the_action_accepts_its_example];

    async fn configured(sim: &Sim) -> (Plugin, ProviderClient<Channel>) {
        let plugin = Launch::by_terraform()
            .env("WAVIX_API_KEY", sim.api_key())
            .env("WAVIX_BASE_URL", sim.base_url())
            .start();
        let mut provider = plugin.provider().await;
        let schema = WavixProvider::new(Environment::from_pairs::<String, String>([])).schema();
        let nothing = Value::map(schema.attributes.iter().map(|one| (one.name.clone(), Value::Null)));
        let config = Some(dynamic_value::encode(&nothing, &schema.ty()).unwrap());
        let request = configure_provider::Request { config, ..Default::default() };
        let answer = provider.configure_provider(request).await.unwrap().into_inner();
        assert_eq!(answer.diagnostics, []);
        (plugin, provider)
    }

    async fn the_list_accepts_its_example_and_finds_the_office() {
        let (sim, _) = account();
        let (_plugin, mut provider) = configured(&sim).await;
        let block = ["list", "wavix_sip_trunk", "offices"];
        let config = config(&example(LIST), block, &SipTrunkList::NEW.schema(), &[]);
        let type_name = "wavix_sip_trunk".to_owned();
        let request = validate_list_resource_config::Request {
            type_name: type_name.clone(),
            config: config.clone(),
            ..Default::default()
        };
        let answer = provider.validate_list_resource_config(request).await.unwrap().into_inner();
        assert_eq!(answer.diagnostics, []);

        let request = list_resource::Request { type_name, config, include_resource_object: true, limit: 100 };
        let mut events = provider.list_resource(request).await.unwrap().into_inner();
        let mut found = Vec::new();
        while let Some(event) = events.message().await.unwrap() {
            assert_eq!(event.diagnostic, []);
            assert!(event.resource_object.is_some());
            found.push(event.display_name);
        }
        assert_eq!(found, ["Office PBX"]);
        expect_documented(&sim, Kind::List, "wavix_sip_trunk", &["list"]);
    }

    async fn the_action_accepts_its_example() {
        let (sim, login) = account();
        let (_plugin, mut provider) = configured(&sim).await;
        let block = ["action", "wavix_revoke_webrtc_tokens", "office"];
        let known = [("data.wavix_sip_trunk.office.login", login.as_str())];
        let request = validate_action_config::Request {
            action_type: "wavix_revoke_webrtc_tokens".to_owned(),
            config: config(&example(ACTION), block, &RevokeWebRtcTokens::<SipTrunk>::NEW.schema(), &known),
        };
        let answer = provider.validate_action_config(request).await.unwrap().into_inner();
        assert_eq!(answer.diagnostics, []);
    }
}

/// Where Terraform is new enough.
mod run {
    use super::*;

    acceptance_trials! {
        ; since (1, 14):
        a_query_finds_the_office_and_writes_it_down,
        the_action_revokes_the_tokens_of_the_office,
    }

    fn a_query_finds_the_office_and_writes_it_down() {
        let (sim, _) = account();
        let tf = with_provider(&sim);
        tf.write("offices.tfquery.hcl", &example(LIST));
        let query = tf.run(["query", "-no-color", "-generate-config-out=trunks.tf"]).succeeded();
        assert!(query.text().contains("Office PBX") && !query.text().contains("Warehouse"), "{query}");
        let written = tf.read("trunks.tf");
        assert!(written.contains("label") && written.contains("\"Office PBX\""), "{written}");
    }

    fn the_action_revokes_the_tokens_of_the_office() {
        let (sim, login) = account();
        let tf = with_provider(&sim);
        let token = format!(
            "ephemeral \"wavix_webrtc_token\" \"left\" {{\n  sip_trunk       = \"{login}\"\n  ttl             = 3600\n  \
             revoke_on_close = false\n}}\n"
        );
        tf.config(&token).apply_ok();
        assert!(!sim.webrtc_tokens().is_empty());
        tf.config(&example(ACTION));
        let action = "-invoke=action.wavix_revoke_webrtc_tokens.office";
        tf.run(["apply", "-auto-approve", "-input=false", "-no-color", action]).succeeded();
        assert_eq!(sim.webrtc_tokens().len(), 0, "{}", sim.journal());
    }
}
