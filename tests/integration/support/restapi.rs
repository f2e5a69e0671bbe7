//! A stand-in for the provider `Mastercard/restapi`, with which people manage
//! trunks where there is no provider for them: its `restapi_object`, as far as
//! a trunk needs it. This test binary is the plugin, under another name.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::Value as Json;
use terraform_provider_wavix::facade::client::{ApiPath, Client, ClientSettings};
use terraform_provider_wavix::facade::framework::diagnostics::{Diagnostic, Diagnostics};
use terraform_provider_wavix::facade::framework::provider::{Configured, Host, Provider};
use terraform_provider_wavix::facade::framework::registry::Registry;
use terraform_provider_wavix::facade::framework::resource::{
    Call, CreateRequest, Outcome, Resource, UpdateRequest,
};
use terraform_provider_wavix::facade::framework::schema::{Attribute, Schema};
use terraform_provider_wavix::facade::framework::server::ProviderServer;
use terraform_provider_wavix::facade::protocol::ending::Ending;
use terraform_provider_wavix::facade::protocol::process::{self, Identity, Mode};
use terraform_provider_wavix::facade::protocol::types::Type;
use terraform_provider_wavix::facade::protocol::value::Value;
use tokio_util::sync::CancellationToken;

/// `<namespace>/<type>`.
pub const SOURCE: &str = "mastercard/restapi";
/// The version it is offered as.
pub const VERSION: &str = "1.20.0";
/// How its program begins.
const PROGRAM: &str = "terraform-provider-restapi";
/// What is really asked of the API. Objects of other paths are only kept.
const TRUNKS: &str = "/v1/trunks";

const IDENTITY: Identity =
    Identity { name: "restapi", address: "registry.terraform.io/mastercard/restapi", version: VERSION };

/// Serves if this program was started as that provider.
pub fn serve_if_started_as_one() -> Option<ExitCode> {
    let program = std::env::args_os().next()?;
    let name = Path::new(&program).file_name()?.to_string_lossy().into_owned();
    name.starts_with(PROGRAM).then(|| {
        let ending = Ending::default();
        let server = ProviderServer::new(Arc::new(RestApi), IDENTITY.address).telling(ending.clone());
        process::run(IDENTITY, Mode::Managed, &ending, || server.for_new_connection())
    })
}

struct RestApi;

impl Provider for RestApi {
    type Ctx = Client;
    type Model = Value;

    fn schema(&self) -> Schema {
        let headers = Attribute::of("headers", Type::map(Type::String)).describe("Sent with every request.");
        Schema {
            attributes: vec![Attribute::string("uri").required().describe("Root of the API."), headers],
            ..Schema::default()
        }
    }

    async fn configure(
        &self,
        config: Value,
        _: Host,
        _: &CancellationToken,
        _: &mut Diagnostics,
    ) -> Result<Configured<Client>, Diagnostics> {
        let header = config.get("headers").map(|headers| text(headers, "Authorization")).unwrap_or_default();
        let mut settings = ClientSettings::new(header.strip_prefix("Bearer ").unwrap_or_default());
        settings.base_url = text(&config, "uri").to_owned();
        Ok(Configured::Ready(Arc::new(Client::new(
            settings.validate().map_err(|errors| failed(format!("{errors:?}")))?,
        ))))
    }

    fn registry(&self) -> Registry<Client> {
        Registry::default().resource(RestObject)
    }
}

/// Its only resource.
struct RestObject;

impl RestObject {
    /// The answer, in a state.
    fn filled(model: &Value, answer: &Json) -> Value {
        let fields = answer.as_object().into_iter().flatten();
        let fields = fields.map(|(name, value)| (name.clone(), Value::string(value.to_string())));
        let computed = [
            ("id", Value::string(answer["id"].to_string())),
            ("api_data", Value::Map(fields.collect())),
            ("api_response", Value::string(answer.to_string())),
        ];
        let Value::Map(mut entries) = model.clone() else { unreachable!("an object") };
        entries.extend(computed.map(|(name, value)| (name.to_owned(), value)));
        Value::Map(entries)
    }

    fn is_trunk(model: &Value) -> bool {
        text(model, "path") == TRUNKS
    }

    fn one(model: &Value) -> ApiPath {
        ApiPath::new(TRUNKS).segment(text(model, "id"))
    }
}

fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn failed(error: impl std::fmt::Display) -> Diagnostics {
    Diagnostic::error("Cannot do what the stand-in was asked", error.to_string()).into()
}

impl Resource<Client> for RestObject {
    type Model = Value;

    fn type_name(&self) -> &'static str {
        "restapi_object"
    }

    fn schema(&self) -> Schema {
        let computed = |attribute: Attribute, what: &str| attribute.computed().keep_state().describe(what);
        Schema {
            version: 1,
            attributes: vec![
                computed(Attribute::string("id"), "What the API calls it."),
                Attribute::string("path").required().describe("Of the collection."),
                Attribute::string("data").required().sensitive().describe("JSON that is sent."),
                computed(Attribute::of("api_data", Type::map(Type::String)), "The answer's fields."),
                computed(Attribute::string("api_response"), "The answer."),
            ],
            ..Schema::default()
        }
    }

    async fn create(
        &self,
        call: &Call<'_, Client>,
        request: CreateRequest<Value>,
        outcome: &mut Outcome<Value>,
    ) -> Result<(), Diagnostics> {
        let data: Json = serde_json::from_str(text(&request.plan, "data")).map_err(failed)?;
        let answer = if Self::is_trunk(&request.plan) {
            call.ctx.post(TRUNKS).json(&data).send().await.map_err(failed)?
        } else {
            data
        };
        outcome.save(Self::filled(&request.plan, &answer));
        Ok(())
    }

    async fn read(
        &self,
        call: &Call<'_, Client>,
        state: Value,
        outcome: &mut Outcome<Value>,
    ) -> Result<(), Diagnostics> {
        if Self::is_trunk(&state) {
            let answer: Json = call.ctx.get(Self::one(&state)).send().await.map_err(failed)?;
            outcome.save(Self::filled(&state, &answer));
        }
        Ok(())
    }

    async fn update(
        &self,
        _: &Call<'_, Client>,
        _: UpdateRequest<Value>,
        _: &mut Outcome<Value>,
    ) -> Result<(), Diagnostics> {
        Err(failed("no test changes an object"))
    }

    async fn delete(
        &self,
        _: &Call<'_, Client>,
        _: Value,
        _: &mut Outcome<Value>,
    ) -> Result<(), Diagnostics> {
        Err(failed("no test may delete an object: it would be the trunk's end"))
    }
}
