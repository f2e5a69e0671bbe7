//! Resources layer: ephemeral resource `wavix_sip_trunk_credentials`, what a
//! softphone or a secret store needs of a trunk, without a state to leak it.

use crate::client::Secret;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::ephemeral::{Ephemeral, Opened};
use crate::framework::object::Attr;
use crate::framework::path::Path;
use crate::framework::resource::Call;
use crate::framework::schema::{Attribute, Schema};

use super::super::Context;
use super::super::failure::Verb;
use super::{KIND, endpoints, options, parse_id};

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
#[derive(Debug, Clone, Copy)]
pub struct SipTrunkCredentials;

impl Ephemeral<Context> for SipTrunkCredentials {
    type Model = SipTrunkCredentialsData;

    fn type_name(&self) -> &'static str {
        "wavix_sip_trunk_credentials"
    }

    fn schema(&self) -> Schema {
        Schema {
            description:
                "Reads the login and the access token of a SIP trunk into neither plan nor state. The SIP \
                          password is not among them: Wavix never tells it.\n\nNeeds the scope `trunks:read`."
                    .to_owned(),
            attributes: vec![
                Attribute::string("id")
                    .required()
                    .describe("Identifier of the trunk at Wavix, a decimal number as text."),
                Attribute::string("login").computed().describe("SIP user name (API field `name`)."),
                Attribute::string("access_token")
                    .computed()
                    .sensitive()
                    .describe("Static token of the trunk for WebRTC clients. Null when the trunk has none."),
            ],
            ..Schema::default()
        }
    }

    fn validate(&self, config: &SipTrunkCredentialsData, diagnostics: &mut Diagnostics) {
        if let Some(id) = config.id.known().filter(|id| parse_id(id).is_none()) {
            diagnostics.push(malformed_id(id));
        }
    }

    async fn open(
        &self,
        call: &Call<'_, Context>,
        config: SipTrunkCredentialsData,
    ) -> Result<Opened<SipTrunkCredentialsData>, Diagnostics> {
        let text = config.id.known().map_or("", String::as_str);
        let id = parse_id(text).ok_or_else(|| malformed_id(text))?;
        let trunk = endpoints::get(call.ctx.client(), id, &options(call)).await.map_err(|error| {
            let about_id = error.is_not_found();
            let failed = KIND.failed(Verb::Find, &format!("with the id {id}"), &error);
            let at_id = |diagnostic: Diagnostic| {
                if about_id { diagnostic.at(Path::root("id")) } else { diagnostic }
            };
            failed.into_iter().map(at_id).collect::<Diagnostics>()
        })?;
        Ok(Opened::new(SipTrunkCredentialsData {
            login: trunk.name.into(),
            access_token: trunk.access_token.into(),
            ..config
        }))
    }
}

fn malformed_id(id: &str) -> Diagnostic {
    let detail = format!(
        "The id of a SIP trunk is a decimal number such as `3107`; found {id:?}. The SIP login is not the id; the data \
         source `wavix_sip_trunk` finds the one by the other."
    );
    Diagnostic::error("Invalid id", detail).at(Path::root("id"))
}
