//! Resources layer: action `wavix_revoke_webrtc_tokens`, which deletes every
//! token of a SIP trunk, as after a leak or when somebody leaves.

use crate::client::{self, Delivery};
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
use super::endpoints::{self, Deletion, WebRtcTokenRecord};
use super::{KIND, UNCLEAR, options};

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
            .map_err(|error| KIND.failed(Verb::List, "", &error))?;
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

/// What became of the tokens.
struct Revocation<'a> {
    login: &'a str,
    total: usize,
    revoked: usize,
    /// Tokens whose deletion no answer has acknowledged, and what was answered.
    doubtful: Vec<Unrevoked<'a>>,
    failures: Vec<Unrevoked<'a>>,
}

/// A token that may still be valid.
struct Unrevoked<'a> {
    uuid: &'a str,
    cause: String,
    /// What was answered, unless that was a success of some kind.
    error: Option<client::Error>,
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
    let mut revocation = Revocation { login, total, revoked: 0, doubtful: Vec::new(), failures: Vec::new() };
    for (number, WebRtcTokenRecord { uuid, .. }) in (1..).zip(tokens) {
        if call.cancel.is_cancelled() {
            return Err(revocation.interrupted().into());
        }
        let error = match endpoints::delete(call.ctx.client(), uuid, &options(call)).await {
            Ok(Deletion::Acknowledged) => {
                revocation.revoked += 1;
                progress.report(format!("Revoked WebRTC token {uuid} ({number} of {total})"));
                continue;
            }
            Ok(Deletion::Unclear) => None,
            Err(error) if error.is_cancelled() => return Err(revocation.interrupted().into()),
            Err(error) => Some(error),
        };
        let hopeless = error.as_ref().is_some_and(concerns_all);
        let is_doubtful = error
            .as_ref()
            .is_none_or(|error| error.is_not_found() || error.delivery() == Delivery::Ambiguous);
        let cause = error.as_ref().map_or_else(|| UNCLEAR.to_owned(), ToString::to_string);
        let unrevoked = Unrevoked { uuid, cause, error };
        if is_doubtful {
            progress.report(format!("Unclear whether WebRTC token {uuid} is revoked ({number} of {total})"));
            revocation.doubtful.push(unrevoked);
        } else {
            progress.report(format!("Could not revoke WebRTC token {uuid} ({number} of {total})"));
            revocation.failures.push(unrevoked);
        }
        if hopeless {
            break;
        }
    }
    revocation.look(call, progress).await;
    if revocation.failures.is_empty() { Ok(()) } else { Err(revocation.incomplete().into()) }
}

impl Revocation<'_> {
    /// Where no answer said plainly that a token is gone, the list does.
    async fn look(&mut self, call: &Call<'_, Context>, progress: &Progress<'_>) {
        if self.doubtful.is_empty() {
            return;
        }
        let listed = endpoints::list(call.ctx.client(), &options(call)).await;
        for mut token in std::mem::take(&mut self.doubtful) {
            let uuid = token.uuid;
            let left = match &listed {
                Ok(listed) if listed.iter().all(|other| other.uuid != uuid) => {
                    self.revoked += 1;
                    progress.report(format!("WebRTC token {uuid} is gone"));
                    continue;
                }
                Ok(_) => "The account's list still holds it.".to_owned(),
                Err(error) => format!("Whether it is gone could not be looked up. {error}"),
            };
            progress.report(format!("Could not revoke WebRTC token {uuid}"));
            token.cause = format!("{} {left}", token.cause);
            self.failures.push(token);
        }
    }

    fn interrupted(&self) -> Diagnostic {
        let Self { login, total, revoked, .. } = self;
        Diagnostic::error(
            KIND.summary(Verb::Revoke),
            format!(
                "The action was interrupted. Of the {total} tokens of the SIP trunk {login}, {revoked} are revoked \
                 and {} may still be valid. Run the action again for the rest.",
                total - revoked
            ),
        )
    }

    fn incomplete(&self) -> Diagnostic {
        let Self { login, total, revoked, failures, .. } = self;
        let causes: Vec<String> =
            failures.iter().map(|token| format!("  - {}: {}", token.uuid, token.cause)).collect();
        let last = failures.iter().rev().find_map(|token| token.error.as_ref());
        let remedy = last.and_then(|error| KIND.remedy(Verb::Revoke, error)).unwrap_or_default();
        let detail = format!(
            "Of the {total} tokens of the SIP trunk {login}, {revoked} are revoked; the others may still be \
             valid:\n{}\n\nRun the action again for the rest. {remedy}",
            causes.join("\n"),
        );
        Diagnostic::error(KIND.summary(Verb::Revoke), detail.trim_end())
    }
}

/// Whether the next token would meet the same failure.
fn concerns_all(error: &client::Error) -> bool {
    !matches!(error.status(), Some(status) if !matches!(status, 401 | 403 | 429))
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
