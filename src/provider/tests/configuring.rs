//! From a `provider` block to a client that works, or to an error that says why
//! there is none.

use std::io::Write;

use tokio_util::sync::CancellationToken;
use wavix_sim::{Access, ApiKey, Fault, Sim};

use super::*;
use crate::framework::diagnostics::Diagnostics;
use crate::framework::path::Path;
use crate::framework::provider::{Configured, Provider};
use crate::lifecycle::context::Context;
use crate::lifecycle::endpoints;
use crate::protocol::value::UNKNOWN;
use crate::provider::WavixProvider;
use crate::resources::sip_trunk::SipTrunk;

async fn configure(
    arguments: &[(&str, Value)],
    variables: &[(&str, &str)],
) -> Result<Configured<Context>, Diagnostics> {
    configure_until(&CancellationToken::new(), arguments, variables).await
}

async fn configure_until(
    cancel: &CancellationToken,
    arguments: &[(&str, Value)],
    variables: &[(&str, &str)],
) -> Result<Configured<Context>, Diagnostics> {
    let host = Host { version: "1.14.0".to_owned() };
    let mut diagnostics = Diagnostics::new();
    let result = WavixProvider::new(environment(variables))
        .configure(block(arguments), host, cancel, &mut diagnostics)
        .await;
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    result
}

/// The arguments that lead to the simulator.
fn access(sim: &Sim) -> Vec<(&'static str, Value)> {
    vec![("base_url", Value::string(sim.base_url())), ("api_key", Value::string(sim.api_key()))]
}

async fn ready(arguments: &[(&str, Value)]) -> std::sync::Arc<Context> {
    match configure(arguments, &[]).await {
        Ok(Configured::Ready(context)) => context,
        other => panic!("not configured: {other:?}"),
    }
}

async fn error(arguments: &[(&str, Value)]) -> (Option<Path>, String, String) {
    let errors: Vec<_> = configure(arguments, &[]).await.unwrap_err().into_iter().collect();
    let [error] = errors.as_slice() else { panic!("not one error: {errors:?}") };
    (error.path.clone(), error.summary.clone(), error.detail.clone())
}

#[tokio::test]
async fn a_configured_provider_reaches_the_api_and_introduces_itself() {
    let sim = Sim::start().await;
    let mut arguments = access(&sim);
    arguments.push(("user_agent_suffix", Value::string("team/voice")));
    let context = match configure(&arguments, &[("TF_APPEND_USER_AGENT", "ci/7")]).await {
        Ok(Configured::Ready(context)) => context,
        other => panic!("not configured: {other:?}"),
    };
    assert_eq!(sim.journal().entries().len(), 0, "configuring asks nothing");
    endpoints::list::<SipTrunk>(context.client(), &Default::default()).await.unwrap();
    let entries = sim.journal().entries();
    let agent = entries[0].header("user-agent").unwrap();
    assert!(agent.starts_with("Terraform/1.14.0 terraform-provider-wavix/"), "{agent}");
    assert!(agent.ends_with(") team/voice ci/7"), "{agent}");
}

#[tokio::test]
async fn without_a_key_the_error_names_argument_and_variable() {
    for arguments in [vec![], vec![("api_key", Value::string(""))]] {
        let (path, summary, detail) = error(&arguments).await;
        assert_eq!((path, summary.as_str()), (Some(Path::root("api_key")), "Missing Wavix API key"));
        assert!(detail.contains("`api_key`") && detail.contains("WAVIX_API_KEY"), "{detail}");
    }
}

#[test]
fn validation_needs_no_key() {
    let mut diagnostics = Diagnostics::new();
    WavixProvider::new(environment(&[])).validate(&block(&[]), &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
}

#[tokio::test]
async fn unknown_arguments_put_the_configuration_off() {
    let arguments = [("base_url", UNKNOWN), ("api_key", UNKNOWN), ("max_retries", Value::Null)];
    match configure(&arguments, &[("WAVIX_API_KEY", "k")]).await {
        Ok(Configured::Deferred(paths)) => {
            assert_eq!(paths, [Path::root("api_key"), Path::root("base_url")]);
        }
        other => panic!("not deferred: {other:?}"),
    }
}

#[tokio::test]
async fn the_key_of_an_allowed_account_is_accepted_after_one_request() {
    let sim = Sim::builder().account(|account| account.id = 4711).start().await;
    let mut arguments = access(&sim);
    arguments.push(("allowed_account_ids", Value::set([Value::string("1"), Value::string("4711")])));
    ready(&arguments).await;
    assert_eq!(sim.journal().count("GET", "/v1/profile"), 1);
    assert_eq!(sim.journal().entries().len(), 1);
}

#[tokio::test]
async fn the_key_of_another_account_is_refused() {
    let sim = Sim::builder().account(|account| account.id = 4711).start().await;
    let mut arguments = access(&sim);
    arguments.push(("allowed_account_ids", Value::set([Value::string("1"), Value::string("2")])));
    let (path, summary, detail) = error(&arguments).await;
    assert_eq!(path, Some(Path::root("allowed_account_ids")));
    assert_eq!(summary, "Cannot use this Wavix account");
    assert!(detail.contains("account 4711") && detail.contains("allowed accounts are 1, 2"), "{detail}");
}

#[tokio::test]
async fn a_key_that_cannot_say_whose_it_is_is_refused() {
    let sim = Sim::builder().key(ApiKey::new("k").scope("trunks", Access::Write)).start().await;
    let mut arguments = access(&sim);
    arguments.push(("allowed_account_ids", Value::set([Value::string("1")])));
    let (path, summary, detail) = error(&arguments).await;
    assert_eq!(path, Some(Path::root("allowed_account_ids")));
    assert_eq!(summary, "Cannot verify the Wavix account");
    assert!(detail.contains("403") && detail.contains("`account:read`"), "{detail}");
}

#[tokio::test]
async fn a_wrong_key_is_told_from_a_missing_scope() {
    let sim = Sim::start().await;
    let arguments = [
        ("base_url", Value::string(sim.base_url())),
        ("api_key", Value::string("wr0ng")),
        ("allowed_account_ids", Value::set([Value::string("1")])),
    ];
    let (_, _, detail) = error(&arguments).await;
    assert!(detail.contains("401") && detail.contains("`api_key`"), "{detail}");
    assert!(!detail.contains("account:read") && !detail.contains("wr0ng"), "{detail}");
}

#[tokio::test]
async fn an_interrupt_ends_the_check_of_the_account() {
    let sim = Sim::start().await;
    sim.fault("GET", "/v1/profile", Fault::too_many_requests(Some("60")));
    let mut arguments = access(&sim);
    arguments.push(("allowed_account_ids", Value::set([Value::string("1")])));
    let cancel = CancellationToken::new();
    let interrupt = async {
        while sim.journal().entries().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(configure_until(&cancel, &arguments, &[]), interrupt);
    let errors: Vec<_> = outcome.unwrap_err().into_iter().collect();
    assert_eq!(errors[0].summary, "Cannot verify the Wavix account");
    assert!(errors[0].detail.contains("run it again"), "{}", errors[0].detail);
    assert_eq!(sim.journal().entries().len(), 1, "nothing is asked after the interrupt");
}

#[tokio::test]
async fn a_profile_of_another_form_is_no_permission() {
    let sim = Sim::start().await;
    sim.fault("GET", "/v1/profile", Fault::without("id"));
    let mut arguments = access(&sim);
    arguments.push(("allowed_account_ids", Value::set([Value::string("1")])));
    assert_eq!(error(&arguments).await.1, "Cannot verify the Wavix account");
}

#[tokio::test]
async fn account_limits_are_looked_up_unless_that_is_switched_off() {
    let sim = Sim::start().await;
    let cancel = CancellationToken::new();
    let mut arguments = access(&sim);
    assert!(crate::resources::account_limits::of(&*ready(&arguments).await, &cancel).await.is_some());
    arguments.push(("skip_account_limit_checks", Value::Bool(true)));
    assert!(crate::resources::account_limits::of(&*ready(&arguments).await, &cancel).await.is_none());
    assert_eq!(sim.journal().count("GET", "/v1/profile/config"), 1);
}

/// A certificate authority that no system trusts.
fn certificate() -> String {
    rcgen::generate_simple_self_signed(["wavix.example".to_owned()]).unwrap().cert.pem()
}

#[tokio::test]
async fn a_ca_bundle_is_read_from_its_file() {
    let sim = Sim::start().await;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(certificate().as_bytes()).unwrap();
    let mut arguments = access(&sim);
    arguments.push(("ca_bundle", Value::string(file.path().to_str().unwrap())));
    ready(&arguments).await;
}

#[tokio::test]
async fn a_ca_bundle_without_certificates_is_an_error_that_names_the_file() {
    let sim = Sim::start().await;
    let directory = tempfile::tempdir().unwrap();
    let empty = directory.path().join("empty.pem");
    std::fs::write(&empty, "none\n").unwrap();
    for (path, reason) in [
        (directory.path().join("missing.pem"), "the provider cannot read"),
        (directory.path().to_owned(), "the provider cannot read"),
        (empty, "contains no PEM certificate"),
    ] {
        let path = path.to_str().unwrap();
        let mut arguments = access(&sim);
        arguments.push(("ca_bundle", Value::string(path)));
        let (at, summary, detail) = error(&arguments).await;
        assert_eq!((at, summary.as_str()), (Some(Path::root("ca_bundle")), "Invalid ca_bundle"));
        assert!(detail.contains(path) && detail.contains(reason), "{detail}");
        assert!(detail.contains("WAVIX_CA_BUNDLE"), "{detail}");
    }
}

#[test]
fn nothing_that_is_formatted_shows_the_key() {
    let key = "s3cretKey";
    let model =
        block(&[("api_key", Value::string(key)), ("http_proxy", Value::string("http://u:s3cretPw@p"))]);
    let provider = WavixProvider::new(environment(&[("WAVIX_API_KEY", key)]));
    for text in [format!("{model:?}"), format!("{provider:?}")] {
        assert!(!text.contains("s3cret"), "{text}");
    }
}
