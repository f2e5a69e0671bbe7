//! Ephemeral resource `wavix_sip_trunk_credentials`, what a softphone or a secret store
//! needs of a trunk, without a state to leak it.

use std::marker::PhantomData;

use crate::client::Secret;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::ephemeral::{Ephemeral, Opened};
use crate::framework::object::Attr;
use crate::framework::resource::Call;
use crate::framework::schema::{Attribute, Schema};
use crate::lifecycle::context::Context;
use crate::lifecycle::noun::Verb;
use crate::lifecycle::object::RemoteObject;
use crate::lifecycle::{absent, trail};

crate::object! {
    /// Arguments and results of `wavix_sip_trunk_credentials`.
    pub struct SipTrunkCredentialsData {
        /// API `id`, as decimal text.
        pub id: Attr<String>,
        /// API `name`.
        pub login: Attr<String>,
        /// API `access_token`.
        pub access_token: Attr<Secret>,
    }
}

/// The ephemeral resource.
#[derive(Debug)]
pub struct SipTrunkCredentials<T>(PhantomData<fn() -> T>);

impl<T> SipTrunkCredentials<T> {
    /// The only one.
    pub const NEW: Self = Self(PhantomData);
}

impl<T: RemoteObject> Ephemeral<Context> for SipTrunkCredentials<T> {
    type Model = SipTrunkCredentialsData;

    fn type_name(&self) -> &'static str {
        "wavix_sip_trunk_credentials"
    }

    fn schema(&self) -> Schema {
        Schema {
            description:
                "Reads the login and the access token of a SIP trunk without storing them in plan or state. It does \
                          not return the SIP password, because Wavix never does.\n\nRequires the scope `trunks:read`."
                    .to_owned(),
            attributes: vec![
                Attribute::string("id")
                    .required()
                    .describe("ID of the trunk at Wavix, a decimal number as a string."),
                Attribute::string("login").computed().describe("SIP user name (API field `name`)."),
                Attribute::string("access_token")
                    .computed()
                    .sensitive()
                    .describe("Static token of the trunk for WebRTC clients. Null if the trunk has none."),
            ],
            ..Schema::default()
        }
    }

    fn validate(&self, config: &SipTrunkCredentialsData, diagnostics: &mut Diagnostics) {
        if let Some(id) = config.id.known().filter(|id| T::KEY.parse(id).is_none()) {
            diagnostics.push(malformed_id::<T>(id));
        }
    }

    async fn open(
        &self,
        call: &Call<'_, Context>,
        config: SipTrunkCredentialsData,
    ) -> Result<Opened<SipTrunkCredentialsData>, Diagnostics> {
        let text = config.id.known().map_or("", String::as_str);
        let id = T::KEY.parse(text).ok_or_else(|| malformed_id::<T>(text))?;
        let failed = |error| T::NOUN.failed(Verb::Find, &format!("with the id {id}"), &error);
        let trunk = match trail::get::<T>(call, &id, None).await {
            Ok(trunk) => trunk,
            // The list tells a wrong id from an account without the service.
            Err(error) if error.is_not_found() => {
                let listed = call.ctx.slot::<T>().recent(call).await.map_err(failed)?;
                if listed.iter().all(|trunk| trunk.key != id) {
                    return Err(absent::unknown_key(T::NOUN.summary(Verb::Find), &id, Some(&listed)).into());
                }
                trail::get::<T>(call, &id, None).await.map_err(failed)?
            }
            Err(error) => return Err(failed(error)),
        };
        Ok(Opened::new(SipTrunkCredentialsData {
            login: trunk.text("login").map(str::to_owned).into(),
            access_token: trunk.text("access_token").map(Secret::from).into(),
            ..config
        }))
    }
}

fn malformed_id<T: RemoteObject>(id: &str) -> Diagnostic {
    let hint =
        "The SIP login is not the id. To find the id of a login, use the data source `wavix_sip_trunk`.";
    absent::malformed_key::<T>("Invalid id", id, hint)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;
    use tokio::time::Instant;
    use tokio_util::sync::CancellationToken;
    use wavix_sim::{Fault, Sim};

    use super::*;
    use crate::client::{Client, ClientSettings};
    use crate::framework::path::Path;

    async fn open(sim: &Sim, id: &str) -> Result<Opened<SipTrunkCredentialsData>, Diagnostics> {
        let settings = ClientSettings {
            base_url: sim.base_url(),
            max_retries: 0,
            ..ClientSettings::new(sim.api_key().to_owned())
        };
        let ctx = Context::new(Client::new(settings.validate().unwrap()), Vec::new());
        let cancel = CancellationToken::new();
        let call = Call { ctx: &ctx, cancel: &cancel, deadline: Instant::now() + Duration::from_secs(60) };
        let config = SipTrunkCredentialsData {
            id: Attr::Known(id.to_owned()),
            login: Attr::Null,
            access_token: Attr::Null,
        };
        SipTrunkCredentials::<crate::resources::sip_trunk::SipTrunk>::NEW.open(&call, config).await
    }

    #[tokio::test]
    async fn login_and_access_token_are_read_and_nothing_is_kept() {
        let sim = Sim::start().await;
        let id = sim.add_trunk(json!({"label": "office"}));
        let trunk = sim.trunk(id).unwrap();
        let opened = open(&sim, &id.to_string()).await.unwrap();
        assert_eq!(opened.result.login, Attr::Known(trunk.name.clone()));
        assert_eq!(opened.result.access_token.known().unwrap().expose(), trunk.access_token().unwrap());
        assert!(opened.private.to_bytes().is_empty() && opened.renew_at.is_none());
        assert!(!format!("{opened:?}").contains(trunk.access_token().unwrap()));
    }

    #[tokio::test]
    async fn a_trunk_without_access_token_has_null() {
        let sim = Sim::start().await;
        let id = sim.add_trunk(json!({"label": "office"}));
        sim.fault("GET", "/v1/trunks/*", Fault::with("access_token", json!(null)));
        assert!(open(&sim, &id.to_string()).await.unwrap().result.access_token.is_null());
    }

    #[tokio::test]
    async fn an_unknown_or_malformed_id_is_an_error_at_the_argument() {
        let sim = Sim::start().await;
        let office = sim.add_trunk(json!({"label": "office"}));
        let login = sim.trunk(office).unwrap().name;
        let taken = format!("{login} is the login of the SIP trunk {office} (\"office\")");
        for (id, part) in [
            ("999", "The account has no SIP trunk with the id 999. It has:\n  - id"),
            (login.as_str(), taken.as_str()),
            ("office", "decimal number"),
            ("", "decimal number"),
        ] {
            let errors: Vec<Diagnostic> = open(&sim, id).await.unwrap_err().into_iter().collect();
            let [error] = errors.as_slice() else { panic!("not one error: {errors:?}") };
            assert_eq!(error.path, Some(Path::root("id")), "{id:?}");
            assert!(error.detail.contains(part), "{id:?}: {}", error.detail);
            for wrong in ["state", "provisioned"] {
                assert!(!error.detail.contains(wrong), "{wrong}: {}", error.detail);
            }
        }
        assert_eq!(sim.journal().count("GET", "/v1/trunks/*"), 2, "only what can be an id is asked for");
    }

    #[tokio::test]
    async fn an_account_without_the_service_is_no_wrong_id() {
        let sim = Sim::start().await;
        let id = sim.add_trunk(json!({"label": "office"}));
        sim.configure(|knobs| knobs.provisioned = false);
        let errors: Vec<Diagnostic> = open(&sim, &id.to_string()).await.unwrap_err().into_iter().collect();
        assert!(errors[0].detail.contains("provisioned"), "{errors:?}");
    }
}
