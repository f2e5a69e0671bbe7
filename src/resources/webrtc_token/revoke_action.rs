//! Resources layer: action `wavix_revoke_webrtc_tokens`, which deletes every
//! token of a SIP trunk, as after a leak or when somebody leaves.

use crate::client;
use crate::framework::action::{Action, Progress};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::Attr;
use crate::framework::path::Path;
use crate::framework::resource::Call;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::validators;

use super::super::Context;
use super::super::failure::Verb;
use super::super::sip_trunk;
use super::endpoints::{self, WebRtcTokenRecord};
use super::{KIND, options};

crate::object! {
    /// Arguments of `wavix_revoke_webrtc_tokens`.
    pub struct RevokeWebRtcTokensArguments {
        /// A login.
        pub sip_trunk: Attr<String>,
    }
}

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RevokeWebRtcTokens;

impl Action<Context> for RevokeWebRtcTokens {
    type Model = RevokeWebRtcTokensArguments;

    fn type_name(&self) -> &'static str {
        "wavix_revoke_webrtc_tokens"
    }

    fn schema(&self) -> Schema {
        Schema {
            description: "Deletes all WebRTC tokens of a SIP trunk, whoever made them, and with them ends the sessions \
                          that use them. The trunk's own `access_token` is not among them.\n\nNeeds the scope \
                          `embeddable:write`."
                .to_owned(),
            attributes: vec![
                Attribute::string("sip_trunk")
                    .required()
                    .validate(validators::non_empty())
                    .describe("The `login` of the SIP trunk; not its id, not its label."),
            ],
            ..Schema::default()
        }
    }

    async fn invoke(
        &self,
        call: &Call<'_, Context>,
        config: RevokeWebRtcTokensArguments,
        progress: &Progress<'_>,
    ) -> Result<Diagnostics, Diagnostics> {
        let login = config.sip_trunk.known().cloned().unwrap_or_default();
        let listed = endpoints::list(call.ctx.client(), &options(call))
            .await
            .map_err(|error| KIND.failed(Verb::Find, "", &error))?;
        let tokens: Vec<WebRtcTokenRecord> =
            listed.into_iter().filter(|token| token.sip_trunk == login).collect();
        if tokens.is_empty() {
            progress.report(format!("SIP trunk {login} has no WebRTC tokens"));
            return Ok(unknown_trunk(call, &login).await.into_iter().collect());
        }
        revoke_all(call, &login, &tokens, progress).await?;
        Ok(Diagnostics::new())
    }
}

/// Deletes one after the other. A token that cannot be deleted keeps no other
/// from being deleted, unless the same would happen to all.
async fn revoke_all(
    call: &Call<'_, Context>,
    login: &str,
    tokens: &[WebRtcTokenRecord],
    progress: &Progress<'_>,
) -> Result<(), Diagnostics> {
    let total = tokens.len();
    let mut revoked = 0;
    let mut failures: Vec<(&str, client::Error)> = Vec::new();
    for (number, WebRtcTokenRecord { uuid, .. }) in (1..).zip(tokens) {
        if call.cancel.is_cancelled() {
            return Err(interrupted(login, revoked, total).into());
        }
        match endpoints::delete(call.ctx.client(), uuid, &options(call)).await {
            Ok(_) => {
                revoked += 1;
                progress.report(format!("Revoked WebRTC token {uuid} ({number} of {total})"));
            }
            Err(error) if error.is_not_found() => {
                revoked += 1;
                progress.report(format!("WebRTC token {uuid} was gone already ({number} of {total})"));
            }
            Err(error) if error.is_cancelled() => return Err(interrupted(login, revoked, total).into()),
            Err(error) => {
                progress.report(format!("Could not revoke WebRTC token {uuid} ({number} of {total})"));
                let hopeless = concerns_all(&error);
                failures.push((uuid, error));
                if hopeless {
                    break;
                }
            }
        }
    }
    match failures.as_slice() {
        [] => Ok(()),
        failures => Err(incomplete(login, revoked, total, failures).into()),
    }
}

/// Whether the next token would meet the same failure.
fn concerns_all(error: &client::Error) -> bool {
    !matches!(error.status(), Some(status) if !matches!(status, 401 | 403 | 429))
}

fn interrupted(login: &str, revoked: usize, total: usize) -> Diagnostic {
    Diagnostic::error(
        KIND.summary(Verb::Revoke),
        format!(
            "The action was interrupted. Of the {total} tokens of the SIP trunk {login}, {revoked} are revoked and {} \
             are still valid. Run the action again for the rest.",
            total - revoked
        ),
    )
}

fn incomplete(login: &str, revoked: usize, total: usize, failures: &[(&str, client::Error)]) -> Diagnostic {
    let causes: Vec<String> = failures.iter().map(|(uuid, error)| format!("  - {uuid}: {error}")).collect();
    let remedy = failures.last().and_then(|(_, error)| KIND.remedy(Verb::Revoke, error));
    let detail = format!(
        "Of the {total} tokens of the SIP trunk {login}, {revoked} are revoked; the others may still be valid:\n{}\n\n\
         Run the action again for the rest. {}",
        causes.join("\n"),
        remedy.unwrap_or_default()
    );
    Diagnostic::error(KIND.summary(Verb::Revoke), detail.trim_end())
}

/// A misspelt login must not look like a job well done. A trunk that was
/// deleted is no error, and a key that may not read trunks is none either.
async fn unknown_trunk(call: &Call<'_, Context>, login: &str) -> Option<Diagnostic> {
    let is_it = |trunk: &sip_trunk::endpoints::SipTrunkSummary| trunk.name.as_deref() == Some(login);
    match sip_trunk::list_of(call).await {
        Ok(trunks) if !trunks.iter().any(is_it) => Some(
            Diagnostic::warning(
                "Unknown SIP trunk",
                format!(
                    "No SIP trunk of the account has the login {login:?}, and no WebRTC token is for it, so nothing \
                     was revoked. `sip_trunk` is the trunk's `login`, not its id and not its label."
                ),
            )
            .at(Path::root("sip_trunk")),
        ),
        Ok(_) => None,
        Err(error) => {
            tracing::info!(%error, "whether the SIP trunk exists could not be looked up");
            None
        }
    }
}
