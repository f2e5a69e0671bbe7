//! Debug mode: a person starts the plugin and tells Terraform where it is.

use serde_json::Value;
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::get_provider_schema;
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::provider_client::ProviderClient;

use crate::support::plugin::{Launch, PATIENCE, Plugin, channel, connect_plain};

async_trials![
    what_is_printed_is_what_terraform_parses,
    clients_may_come_and_go_until_a_signal_of_the_person,
    a_client_certificate_in_the_environment_does_not_bring_tls,
];

/// The value of `TF_REATTACH_PROVIDERS` in what was printed, and the provider's
/// address in it.
fn reattach(plugin: &Plugin) -> (String, Value) {
    let line = plugin.stdout.line(2).expect("the variable is on the third line");
    let value = line.strip_prefix("\tTF_REATTACH_PROVIDERS='").and_then(|rest| rest.strip_suffix('\''));
    let value: Value = serde_json::from_str(value.unwrap_or_else(|| panic!("{line:?}"))).unwrap();
    let providers = value.as_object().unwrap();
    assert_eq!(providers.len(), 1);
    let (address, plugin) = providers.iter().next().unwrap();
    (address.clone(), plugin.clone())
}

async fn connect(plugin: &Plugin) -> ProviderClient<tonic::transport::Channel> {
    let (_, value) = reattach(plugin);
    let address = &value["Addr"];
    let stream =
        connect_plain(address["Network"].as_str().unwrap(), address["String"].as_str().unwrap()).await;
    ProviderClient::new(channel(stream).await)
}

async fn what_is_printed_is_what_terraform_parses() {
    let plugin = Launch::bare().argument("-debug").start();
    let (address, value) = reattach(&plugin);
    assert_eq!(address, "registry.terraform.io/wavix/wavix");
    assert_eq!(value["Protocol"], "grpc");
    assert_eq!(value["ProtocolVersion"], 6);
    assert_eq!(value["Pid"], plugin.pid());
    // Terraform crashes on anything else.
    assert_eq!(value["Test"], true);
    assert_eq!(value["Addr"]["Network"], "unix");
}

async fn clients_may_come_and_go_until_a_signal_of_the_person() {
    for signal in ["INT", "TERM"] {
        ended_by(signal).await;
    }
}

async fn ended_by(signal: &str) {
    let mut plugin = Launch::bare().argument("--debug").start();
    for _ in 0..3 {
        connect(&plugin).await.get_provider_schema(get_provider_schema::Request {}).await.unwrap();
    }
    assert!(plugin.is_running());
    plugin.signal(signal);
    assert_eq!(plugin.wait(PATIENCE).await.code(), Some(0));
    assert_eq!(plugin.temporary_files(), 0);
    let printed = plugin.stdout.all();
    assert_eq!(printed.len(), 4, "{printed:?}");
    assert!(printed[1].is_empty() && printed[3].is_empty(), "{printed:?}");
}

async fn a_client_certificate_in_the_environment_does_not_bring_tls() {
    // A person may have started the debugger from a shell that has it.
    let plugin = Launch::by_terraform().argument("-debug").start();
    connect(&plugin).await.get_provider_schema(get_provider_schema::Request {}).await.unwrap();
}
