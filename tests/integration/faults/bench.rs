//! The built plugin as Terraform starts it, and the account it works for.

use std::time::Duration;

use serde_json::{Value as Json, json};
use tf_conformance::core::{CAPABILITIES, Launch, Patience, Resource, Session, Trace};
use tf_conformance::proto::tfplugin6 as pb;
use tf_conformance::schema::Schema;
use tf_conformance::value::{Value, encode, from_json};
use wavix_sim::Sim;

use crate::support::plugin::{BINARY, release_binary};

/// The resource type that most of this is about.
pub const TRUNK: &str = "wavix_sip_trunk";

/// A plugin process. It can be configured again and again, as no Terraform
/// does, to save the start of a process for each question.
pub struct Bench {
    session: Session,
}

impl Bench {
    /// Starts the plugin, the release build if one is named, with variables
    /// besides those of Terraform.
    pub async fn start(environment: &[(&str, &str)]) -> Self {
        let patience = Patience {
            start: Duration::from_secs(120),
            // What hangs does so for ever; what is slow may be so for the machine's sake.
            answer: Duration::from_secs(1800),
            ..Patience::default()
        };
        // Whoever runs the tests may be behind a proxy; loopback is not.
        let binary = release_binary().unwrap_or_else(|| BINARY.into());
        let launch = Launch::by_terraform(&binary, patience).unwrap().env("NO_PROXY", "localhost,127.0.0.1");
        let launch = environment.iter().fold(launch, |launch, (name, value)| launch.env(name, value));
        let mut session = Session::start(launch, patience, Trace::default()).await.unwrap();
        session.load_schemas().await.unwrap();
        Self { session }
    }

    /// Another connection to the same process: with a configuration of its own.
    pub async fn another(&self) -> Self {
        Self { session: self.session.another(Trace::default()).await.unwrap() }
    }

    /// The connection.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The trunks.
    pub fn trunks(&self) -> Resource<'_> {
        self.objects(TRUNK)
    }

    /// The objects of a type.
    pub fn objects(&self, type_name: &str) -> Resource<'_> {
        Resource::new(&self.session, type_name).unwrap()
    }

    /// `ConfigureProvider`.
    pub async fn configure(&self, arguments: &Json) -> Vec<pb::Diagnostic> {
        let request = pb::configure_provider::Request {
            terraform_version: "1.14.0".to_owned(),
            config: Some(written(&self.session.schemas.provider, arguments)),
            client_capabilities: Some(CAPABILITIES),
        };
        self.session.configure_provider(request).await.unwrap().diagnostics
    }

    /// Configures for an account; nothing must go wrong.
    pub async fn configure_for(&self, sim: &Sim) {
        let diagnostics = self.configure(&arguments(sim)).await;
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
    }

    /// The identities that `terraform query` shows, and what is said about it.
    pub async fn list(&self, type_name: &str) -> (usize, Vec<pb::Diagnostic>) {
        let request = pb::list_resource::Request {
            type_name: type_name.to_owned(),
            config: Some(written(&self.session.schemas.lists[type_name], &json!({}))),
            include_resource_object: false,
            limit: 1000,
        };
        let mut events = self.session.list_resource(request).await.unwrap();
        let (mut found, mut diagnostics) = (0, Vec::new());
        while let Some(event) = events.message().await.unwrap() {
            found += usize::from(event.identity.is_some());
            diagnostics.extend(event.diagnostic);
        }
        (found, diagnostics)
    }

    /// Opens a WebRTC token of the trunk with this login.
    pub async fn open_token(&self, login: &str) -> pb::open_ephemeral_resource::Response {
        let request = pb::open_ephemeral_resource::Request {
            type_name: TOKEN.to_owned(),
            config: Some(written(
                &self.session.schemas.ephemeral[TOKEN],
                &json!({ "sip_trunk": login, "ttl": 3600 }),
            )),
            client_capabilities: Some(pb::ClientCapabilities::default()),
        };
        self.session.open_ephemeral_resource(request).await.unwrap()
    }

    /// Closes a token with what opening it gave.
    pub async fn close_token(&self, private: Option<Vec<u8>>) -> Vec<pb::Diagnostic> {
        let request = pb::close_ephemeral_resource::Request { type_name: TOKEN.to_owned(), private };
        self.session.close_ephemeral_resource(request).await.unwrap().diagnostics
    }
}

const TOKEN: &str = "wavix_webrtc_token";

/// How often a request is repeated in these tests: enough to see that it is.
pub const MAX_RETRIES: u32 = 2;

/// A provider configuration for an account.
pub fn arguments(sim: &Sim) -> Json {
    json!({ "api_key": sim.api_key(), "base_url": sim.base_url(), "max_retries": MAX_RETRIES })
}

/// `json` as a configuration of this schema, as Core writes it.
fn written(schema: &Schema, json: &Json) -> pb::DynamicValue {
    let value: Value = schema.block.complete(from_json(json, &schema.ty()).unwrap());
    pb::DynamicValue { msgpack: encode(&value, &schema.ty()), json: Vec::new() }
}
