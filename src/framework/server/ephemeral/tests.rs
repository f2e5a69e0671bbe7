//! Ephemeral resources: what is opened is known to Terraform or taken back.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tonic::Request;

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::ephemeral::{Ephemeral, Opened, Renewed};
use crate::framework::fixtures::{Journal, assert_one_error, encode, errors, registered};
use crate::framework::object::Attr;
use crate::framework::private::Private;
use crate::framework::registry::Registry;
use crate::framework::resource::Call;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::server::ProviderServer;
use crate::framework::validators;
use crate::protocol::dynamic_value;
use crate::protocol::ending::Ending;
use crate::protocol::proto::tfplugin6::{
    close_ephemeral_resource, get_metadata, get_provider_schema, open_ephemeral_resource,
    renew_ephemeral_resource, stop_provider, validate_ephemeral_resource_config,
};
use crate::protocol::types::Type;
use crate::protocol::value::{UNKNOWN, Value};

const LEASE: &str = "fake_lease";
const RENEWAL: Duration = Duration::from_secs(1_000_000);

crate::object! {
    struct LeaseData {
        name: Attr<String>,
        secret: Attr<String>,
    }
}

/// An ephemeral resource; its name says what happens.
struct Lease;

impl Ephemeral<Journal> for Lease {
    type Model = LeaseData;

    fn type_name(&self) -> &'static str {
        LEASE
    }

    fn schema(&self) -> Schema {
        Schema {
            attributes: vec![
                Attribute::string("name").required().validate(validators::non_empty()),
                Attribute::string("secret").computed().sensitive(),
            ],
            ..Schema::default()
        }
    }

    fn validate(&self, config: &LeaseData, diagnostics: &mut Diagnostics) {
        if config.name.known().is_some_and(|name| name == "forbidden") {
            diagnostics.push(Diagnostic::error("Cannot use this name", "It is forbidden."));
        }
    }

    async fn open(
        &self,
        call: &Call<'_, Journal>,
        config: LeaseData,
    ) -> Result<Opened<LeaseData>, Diagnostics> {
        let name = config.name.known().cloned().unwrap_or_default();
        call.ctx.note(format!("open {name}"));
        if name == "slow" {
            tokio::time::sleep(Duration::from_secs(60)).await;
            call.ctx.note("opened slow");
        }
        if name == "missing" {
            return Err(Diagnostic::error("Cannot lease", "There is none.").into());
        }
        #[allow(clippy::panic, reason = "what the test is about")]
        if name == "panic" {
            panic!("planned");
        }
        let mut opened = Opened::new(LeaseData { secret: Attr::Known("s3cret".to_owned()), ..config });
        opened.private.set("name", name.as_str().into());
        opened.renew_at = Some(SystemTime::UNIX_EPOCH + RENEWAL);
        match name.as_str() {
            "undecided" => opened.result.secret = Attr::unknown(),
            "other" => opened.result.name = Attr::Known("changed".to_owned()),
            "warn" => opened.warnings.push(Diagnostic::warning("Short lease", "It ends soon.")),
            _ => {}
        }
        Ok(opened)
    }

    async fn renew(&self, call: &Call<'_, Journal>, private: Private) -> Result<Renewed, Diagnostics> {
        call.ctx.note(format!("renew {}", private.get("name").unwrap()));
        Ok(Renewed { private, renew_at: None })
    }

    async fn close(&self, call: &Call<'_, Journal>, private: Private) -> Result<(), Diagnostics> {
        let name = private.get("name").and_then(|name| name.as_str()).unwrap_or_default().to_owned();
        call.ctx.note(format!("close {name}"));
        if name == "slow to close" {
            tokio::time::sleep(Duration::from_secs(1)).await;
            call.ctx.note("closed slow to close");
        }
        #[allow(clippy::panic, reason = "what the test is about")]
        match name.as_str() {
            "stuck" => Err(Diagnostic::error("Cannot end the lease", "It is stuck.").into()),
            "close panic" => panic!("planned"),
            _ if call.cancel.is_cancelled() => {
                call.ctx.note(format!("{name} was not closed"));
                Err(Diagnostic::error("Cannot end the lease", "Interrupted.").into())
            }
            _ => Ok(()),
        }
    }
}

type Server = Arc<ProviderServer<registered::Registered>>;

fn register(registry: Registry<Journal>) -> Registry<Journal> {
    registry.ephemeral(Lease)
}

/// A server that is configured, what its verbs did, and the end of its process.
async fn mortal() -> (Server, Arc<Journal>, Ending) {
    let (server, journal) = registered::unconfigured(register);
    let ending = Ending::default();
    let server = Arc::new(Arc::into_inner(server).unwrap().telling(ending.clone()));
    registered::configure(&server, Value::string("good")).await;
    (server, journal, ending)
}

fn ty() -> Type {
    Lease.schema().ty()
}

fn opening(name: Value) -> Request<open_ephemeral_resource::Request> {
    let config = encode(&Value::map([("name", name), ("secret", Value::Null)]), &ty());
    Request::new(open_ephemeral_resource::Request {
        type_name: LEASE.to_owned(),
        config: Some(config),
        ..Default::default()
    })
}

async fn open(server: &Server, name: &str) -> open_ephemeral_resource::Response {
    server.open_ephemeral_resource(opening(Value::string(name))).await.unwrap().into_inner()
}

async fn close(server: &Server, private: &'static [u8]) -> Vec<String> {
    let request = close_ephemeral_resource::Request {
        type_name: LEASE.to_owned(),
        private: Some(bytes::Bytes::from_static(private)),
    };
    errors(&server.close_ephemeral_resource(Request::new(request)).await.unwrap().into_inner().diagnostics)
}

#[tokio::test]
async fn an_object_lives_from_open_over_renew_to_close() {
    let (server, journal) = registered::ready(register).await;
    let opened = open(&server, "a").await;
    assert_eq!(errors(&opened.diagnostics), Vec::<String>::new());
    let result = dynamic_value::decode(opened.result.as_ref(), &ty()).unwrap();
    assert_eq!(result, Value::map([("name", Value::string("a")), ("secret", Value::string("s3cret"))]));
    assert_eq!(opened.renew_at.unwrap().seconds, 1_000_000);
    assert!(opened.deferred.is_none());
    let private = opened.private.unwrap();
    assert!(!private.windows(6).any(|bytes| bytes == b"s3cret"));

    let request =
        renew_ephemeral_resource::Request { type_name: LEASE.to_owned(), private: Some(private.clone()) };
    let renewed = server.renew_ephemeral_resource(Request::new(request)).await.unwrap().into_inner();
    assert_eq!((renewed.private, renewed.renew_at), (Some(private), None));
    assert_eq!(close(&server, br#"{"name":"a"}"#).await, Vec::<String>::new());
    assert_eq!(journal.entries(), ["open a", "renew \"a\"", "close a"]);
}

#[tokio::test]
async fn closing_works_after_a_stop() {
    let (server, journal) = registered::ready(register).await;
    server.stop_provider(Request::new(stop_provider::Request {})).await.unwrap();
    assert_eq!(close(&server, br#"{"name":"a"}"#).await, Vec::<String>::new());
    assert_eq!(journal.entries(), ["close a"]);
}

#[tokio::test]
async fn without_a_configuration_nothing_is_opened() {
    let (server, journal) = registered::unconfigured(register);
    assert_one_error(&open(&server, "a").await.diagnostics, "is not configured");
    registered::configure(&server, UNKNOWN).await;
    assert_one_error(&open(&server, "a").await.diagnostics, "not known yet: `key`");
    assert_eq!(journal.entries(), [""; 0]);
}

#[tokio::test]
async fn an_unknown_argument_is_refused_and_nothing_opened() {
    let (server, journal) = registered::ready(register).await;
    let answer = server.open_ephemeral_resource(opening(UNKNOWN)).await.unwrap().into_inner();
    assert_one_error(&answer.diagnostics, "not fully known");
    assert_eq!(journal.entries(), [""; 0]);
}

#[tokio::test]
async fn a_result_that_terraform_would_refuse_is_taken_back() {
    for (name, fragment) in [("undecided", "`secret`"), ("other", "`name`")] {
        let (server, journal) = registered::ready(register).await;
        let answer = open(&server, name).await;
        assert_one_error(&answer.diagnostics, fragment);
        assert!(answer.result.is_none() && answer.private.is_none());
        assert!(!format!("{:?}", answer.diagnostics).contains("s3cret"));
        assert_eq!(journal.entries(), [format!("open {name}"), format!("close {name}")]);
    }
}

#[tokio::test]
async fn errors_and_warnings_of_the_verb_arrive() {
    let (server, journal) = registered::ready(register).await;
    assert_one_error(&open(&server, "missing").await.diagnostics, "There is none.");
    let warned = open(&server, "warn").await;
    assert_eq!(warned.diagnostics[0].summary, "Short lease");
    assert!(warned.result.is_some());
    assert_eq!(journal.entries(), ["open missing", "open warn"]);
}

#[tokio::test]
async fn a_panic_is_an_error_that_says_what_may_be_left() {
    let (server, _) = registered::ready(register).await;
    assert_one_error(&open(&server, "panic").await.diagnostics, "may remain valid until it expires");
    let [error] = close(&server, br#"{"name":"close panic"}"#).await.try_into().unwrap();
    assert!(error.starts_with("Cannot close ephemeral resource fake_lease"), "{error}");
}

#[tokio::test]
async fn a_failed_close_and_foreign_private_data_are_errors() {
    let (server, journal) = registered::ready(register).await;
    assert_eq!(close(&server, br#"{"name":"stuck"}"#).await, ["Cannot end the lease: It is stuck."]);
    let [error] = close(&server, b"not ours").await.try_into().unwrap();
    assert!(error.contains("private data of fake_lease"), "{error}");
    assert_eq!(journal.entries(), ["close stuck"]);
}

/// The library drops the handler when the client resets the request.
#[tokio::test(start_paused = true)]
async fn what_is_opened_for_nobody_is_taken_back() {
    let (server, journal) = registered::ready(register).await;
    let abandoned = server.open_ephemeral_resource(opening(Value::string("slow")));
    assert!(tokio::time::timeout(Duration::from_secs(1), abandoned).await.is_err());
    assert_eq!(journal.entries(), ["open slow"]);
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(journal.entries(), ["open slow", "opened slow", "close slow"]);
}

/// Terraform was interrupted twice: it has reset the request and ends the process.
#[tokio::test(start_paused = true)]
async fn what_is_opened_after_the_end_has_begun_is_taken_back_before_it() {
    let (server, journal, ending) = mortal().await;
    let abandoned = server.open_ephemeral_resource(opening(Value::string("slow")));
    assert!(tokio::time::timeout(Duration::from_secs(1), abandoned).await.is_err());
    ending.begin_to_end();
    ending.finished().await;
    assert_eq!(journal.entries(), ["open slow", "opened slow", "close slow"]);
}

#[tokio::test(start_paused = true)]
async fn a_close_that_is_under_way_when_the_end_begins_is_waited_for_and_not_interrupted() {
    let (server, journal, ending) = mortal().await;
    let closing = tokio::spawn({
        let server = Arc::clone(&server);
        async move { close(&server, br#"{"name":"slow to close"}"#).await }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    server.stop_provider(Request::new(stop_provider::Request {})).await.unwrap();
    ending.begin_to_end();
    ending.finished().await;
    assert_eq!(journal.entries(), ["close slow to close", "closed slow to close"]);
    assert_eq!(closing.await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn closing_after_the_end_has_begun_is_not_interrupted() {
    let (server, journal, ending) = mortal().await;
    ending.begin_to_end();
    assert_eq!(close(&server, br#"{"name":"a"}"#).await, Vec::<String>::new());
    assert_eq!(journal.entries(), ["close a"]);
}

#[tokio::test]
async fn rules_of_schema_and_author_are_checked_without_a_configuration() {
    let (server, _) = registered::unconfigured(register);
    let validate = async |name: Value| {
        let config = encode(&Value::map([("name", name), ("secret", Value::Null)]), &ty());
        let request =
            validate_ephemeral_resource_config::Request { type_name: LEASE.to_owned(), config: Some(config) };
        let answer = server.validate_ephemeral_resource_config(Request::new(request)).await.unwrap();
        errors(&answer.into_inner().diagnostics).len()
    };
    assert_eq!(validate(Value::string("a")).await, 0);
    assert_eq!(validate(UNKNOWN).await, 0);
    for bad in [Value::string(""), Value::string("forbidden"), Value::Null] {
        assert_eq!(validate(bad.clone()).await, 1, "{bad:?}");
    }
}

#[tokio::test]
async fn ephemeral_resources_are_announced() {
    let (server, _) = registered::unconfigured(register);
    let metadata = server.get_metadata(Request::new(get_metadata::Request {})).await.unwrap().into_inner();
    assert_eq!(metadata.ephemeral_resources[0].type_name, LEASE);
    let schema = server.get_provider_schema(Request::new(get_provider_schema::Request {})).await.unwrap();
    assert!(schema.into_inner().ephemeral_resource_schemas[LEASE].block.is_some());
}
