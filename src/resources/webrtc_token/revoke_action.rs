//! Action `wavix_revoke_webrtc_tokens`, which deletes every token of a SIP trunk, as after
//! a leak or when somebody leaves.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use crate::client;
use crate::framework::action::{Action, Progress};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::Attr;
use crate::framework::path::Path;
use crate::framework::resource::Call;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::validators;

use crate::lifecycle::context::{Context, look, options};
use crate::lifecycle::noun::Verb;
use crate::lifecycle::object::RemoteObject;
use crate::lifecycle::record::Record;

use super::deletion::{self, Evidence, Fate};
use super::endpoints::{self, WebRtcTokenRecord};
use super::{NOUN, named};

crate::object! {
    /// Arguments of `wavix_revoke_webrtc_tokens`.
    pub struct RevokeWebRtcTokensArguments {
        /// A login.
        pub sip_trunk: Attr<String>,
    }
}

/// The action.
#[derive(Debug)]
pub struct RevokeWebRtcTokens<T>(PhantomData<fn() -> T>);

impl<T> RevokeWebRtcTokens<T> {
    /// The only one.
    pub const NEW: Self = Self(PhantomData);
}

impl<T: RemoteObject> Action<Context> for RevokeWebRtcTokens<T> {
    type Model = RevokeWebRtcTokensArguments;

    fn type_name(&self) -> &'static str {
        "wavix_revoke_webrtc_tokens"
    }

    fn schema(&self) -> Schema {
        Schema {
            description: "Deletes all WebRTC tokens of a SIP trunk, whoever created them, and ends the sessions that \
                          use them. It does not delete the `access_token` of the trunk.\n\nRequires the scope \
                          `embeddable:write`."
                .to_owned(),
            attributes: vec![
                Attribute::string("sip_trunk")
                    .required()
                    .validate(validators::non_empty())
                    .describe("The `login` of the SIP trunk, not its ID or label."),
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
        let mut tried = BTreeSet::new();
        // A server that answers the same page again and again shows more of its list
        // when what it has shown is gone.
        loop {
            let seen = endpoints::seen(call.ctx.client(), &options(call))
                .await
                .map_err(|error| NOUN.failed(Verb::List, "", &error))?;
            let is_new = |token: &WebRtcTokenRecord| token.sip_trunk == login && !tried.contains(&token.uuid);
            let tokens: Vec<WebRtcTokenRecord> = seen.tokens.into_iter().filter(is_new).collect();
            match seen.is_partial {
                Some(cause) if tokens.is_empty() => return Err(unseen(&login, tried.len(), &cause).into()),
                None if tokens.is_empty() && tried.is_empty() => {
                    progress.report(format!("SIP trunk {login} has no WebRTC tokens"));
                    return Ok(unknown_trunk::<T>(call, &login).await.into_iter().collect());
                }
                is_partial => {
                    revoke_all(call, &login, &tokens, progress).await?;
                    if is_partial.is_none() {
                        return Ok(Diagnostics::new());
                    }
                    progress.report("Listing the next WebRTC tokens");
                }
            }
            tried.extend(tokens.into_iter().map(|token| token.uuid));
        }
    }
}

/// The error for tokens that nothing shows.
fn unseen(login: &str, revoked: usize, cause: &client::Error) -> Diagnostic {
    Diagnostic::error(
        NOUN.summary(Verb::Revoke),
        format!(
            "More WebRTC tokens of the SIP trunk {login} may be valid. Revoked so far: {revoked}. Run the action \
             again when tokens of other trunks have expired or are revoked, or ask Wavix support for the whole list. \
             Wavix returns only part of the list of tokens.\n\n{cause}"
        ),
    )
}

/// What became of the tokens. All are revoked, or failures or a stop say why not.
struct Revocation<'a> {
    login: &'a str,
    total: usize,
    revoked: usize,
    /// Tokens whose deletion no answer has acknowledged.
    doubtful: Vec<(&'a str, Evidence)>,
    failures: Vec<(&'a str, Evidence)>,
    stop: Option<Stop<'a>>,
}

/// The failure after which no other token was tried.
struct Stop<'a> {
    uuid: &'a str,
    error: client::Error,
    untried: &'a [WebRtcTokenRecord],
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
    let mut revocation =
        Revocation { login, total, revoked: 0, doubtful: Vec::new(), failures: Vec::new(), stop: None };
    let mut rest = tokens;
    while let [WebRtcTokenRecord { uuid, .. }, untried @ ..] = rest {
        rest = untried;
        let number = total - untried.len();
        if call.cancel.is_cancelled() {
            return Err(revocation.interrupted().into());
        }
        let fate = deletion::request(call.ctx.client(), uuid, &options(call)).await;
        let error = match &fate {
            Fate::Gone => None,
            Fate::Unknown(evidence) | Fate::StillValid(evidence) => evidence.error.clone(),
        };
        if error.as_ref().is_some_and(client::Error::is_cancelled) {
            return Err(revocation.interrupted().into());
        }
        match fate {
            Fate::Gone => {
                revocation.revoked += 1;
                progress.report(format!("Revoked WebRTC token {uuid} ({number} of {total})"));
            }
            Fate::Unknown(evidence) => {
                progress.report(format!("WebRTC token {uuid} may not be revoked ({number} of {total})"));
                revocation.doubtful.push((uuid, evidence));
            }
            Fate::StillValid(evidence) => {
                progress.report(format!("Could not revoke WebRTC token {uuid} ({number} of {total})"));
                revocation.failures.push((uuid, evidence));
            }
        }
        if let Some(error) = error.filter(concerns_all) {
            revocation.stop = Some(Stop { uuid, error, untried });
            break;
        }
    }
    revocation.look(call, progress).await;
    if revocation.revoked == total { Ok(()) } else { Err(revocation.incomplete().into()) }
}

impl Revocation<'_> {
    /// Where no answer said plainly that a token is gone, the list does.
    async fn look(&mut self, call: &Call<'_, Context>, progress: &Progress<'_>) {
        if self.doubtful.is_empty() {
            return;
        }
        let look = look(call);
        let listed = endpoints::list(call.ctx.client(), &look).await;
        for (uuid, evidence) in std::mem::take(&mut self.doubtful) {
            match evidence.with_list(uuid, &listed) {
                Fate::Gone => {
                    self.revoked += 1;
                    progress.report(format!("WebRTC token {uuid} is deleted"));
                }
                Fate::Unknown(evidence) | Fate::StillValid(evidence) => {
                    progress.report(format!("Could not revoke WebRTC token {uuid}"));
                    self.failures.push((uuid, evidence));
                }
            }
        }
    }

    /// What was done, as a sentence without its end.
    fn so_far(&self) -> String {
        let Self { login, total, revoked, .. } = self;
        format!("Revoked {revoked} of {total} WebRTC tokens of the SIP trunk {login}")
    }

    fn interrupted(&self) -> Diagnostic {
        Diagnostic::error(
            NOUN.summary(Verb::Revoke),
            format!(
                "Run the action again: it was interrupted. {}; the others may still be valid.",
                self.so_far()
            ),
        )
    }

    fn incomplete(&self) -> Diagnostic {
        let Self { failures, stop, .. } = self;
        let mut paragraphs = vec![format!("{}.", self.so_far())];
        if !failures.is_empty() {
            let causes: Vec<String> =
                failures.iter().map(|(uuid, Evidence { text, .. })| format!("  - {uuid}: {text}")).collect();
            paragraphs.push(format!("These tokens may still be valid:\n{}", causes.join("\n")));
        }
        if let Some(Stop { uuid, error, untried }) = stop.as_ref().filter(|stop| !stop.untried.is_empty()) {
            let is_told = failures.iter().any(|(failed, _)| failed == uuid);
            let gone = if is_told { String::new() } else { format!("{error} That token is deleted. ") };
            paragraphs.push(format!(
                "{gone}These tokens were not tried, because the same failure is likely, and may still be valid:\n{}",
                named(untried.iter().map(|token| token.uuid.as_str()))
            ));
        }
        let mut errors = failures.iter().rev().filter_map(|(_, evidence)| evidence.error.as_ref());
        let last = stop.as_ref().map(|stop| &stop.error).or_else(|| errors.next());
        let remedy = last.and_then(|error| NOUN.remedy(Verb::Revoke, error)).unwrap_or_default();
        paragraphs.push(format!("Run the action again. {remedy}").trim_end().to_owned());
        Diagnostic::error(NOUN.summary(Verb::Revoke), paragraphs.join("\n\n"))
    }
}

/// Whether the next token would meet the same failure.
fn concerns_all(error: &client::Error) -> bool {
    !matches!(error.status(), Some(status) if !matches!(status, 401 | 403 | 429))
}

/// A misspelt login must not look like a job well done. A trunk that was
/// deleted is no error, and a key that may not read trunks is none either.
async fn unknown_trunk<T: RemoteObject>(call: &Call<'_, Context>, login: &str) -> Option<Diagnostic> {
    let is_it = |trunk: &Record<T>| trunk.text("login") == Some(login);
    match call.ctx.slot::<T>().recent(call).await {
        Ok(trunks) if !trunks.iter().any(is_it) => Some(
            Diagnostic::warning(
                format!("Unknown SIP trunk {login:?}"),
                format!(
                    "Set `sip_trunk` to the `login` of the trunk, not its id or label: no SIP trunk of the account \
                     and no WebRTC token has the login {login:?}. Nothing was revoked."
                ),
            )
            .at(Path::root("sip_trunk")),
        ),
        Ok(_) => None,
        Err(error) => {
            tracing::info!(%error, "cannot check whether the SIP trunk exists");
            None
        }
    }
}
