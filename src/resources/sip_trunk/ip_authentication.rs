//! IP authentication of a SIP trunk, which Wavix reviews: what a plan must expect of it,
//! what an update may withdraw or reopen, and how it is told. Only the list tells where a
//! request stands.

use std::net::Ipv4Addr;

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::Attr;
use crate::framework::path::Path;
use crate::framework::resource::{Call, Outcome};

use crate::lifecycle::context::Context;
use crate::lifecycle::find::listed;
use crate::lifecycle::noun::Verb;
use crate::lifecycle::object::keep_promises;
use crate::lifecycle::record::Record;

use super::SipTrunk;
use super::model::{ACTIVE, HostRequestModel, SipTrunkModel};
use super::object::NOUN;

/// After an update: what has become of the request, or of the trust that there was.
pub(super) async fn follow_update(
    call: &Call<'_, Context>,
    id: &str,
    (prior, plan): (&SipTrunkModel, &SipTrunkModel),
    trunk: &mut SipTrunkModel,
    outcome: &mut Outcome<SipTrunkModel>,
) {
    if plan.host_request == prior.host_request {
        warn_of_reopened_review(call, id, prior, outcome).await;
    } else {
        follow_host_request(call, id, plan, trunk, outcome).await;
        outcome.save(trunk.clone());
    }
}

/// After a change of `host_request`: its fate is told by the list only.
async fn follow_host_request(
    call: &Call<'_, Context>,
    id: &str,
    plan: &SipTrunkModel,
    trunk: &mut SipTrunkModel,
    outcome: &mut Outcome<SipTrunkModel>,
) {
    match listed::<SipTrunk>(call, id).await {
        Ok(Some(found)) => trunk.add_listed(&found),
        Ok(None) => outcome.warn(status_unknown(id, "The list does not contain it.")),
        Err(error) => outcome.warn(status_unknown(id, &error.to_string())),
    }
    keep_promises::<SipTrunk>(plan, trunk);
}

/// An update repeats the request for IP authentication, since leaving it out may
/// withdraw it. If Wavix takes the repeat for a new request, a trunk that was
/// trusted is not any more until somebody has looked at it.
async fn warn_of_reopened_review(
    call: &Call<'_, Context>,
    id: &str,
    prior: &SipTrunkModel,
    outcome: &mut Outcome<SipTrunkModel>,
) {
    if prior.requested_host().is_none() || prior.status.known().map(String::as_str) != Some(ACTIVE) {
        return;
    }
    match listed::<SipTrunk>(call, id).await {
        Ok(Some(now)) if now.text("status").is_some_and(|status| status != ACTIVE) => {
            outcome.warn(review_reopened(id, now.text("status").unwrap_or_default()));
        }
        Ok(_) => {}
        Err(error) => tracing::info!(id, %error, "cannot check whether the review was reopened"),
    }
}

fn review_reopened(id: &str, status: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("SIP trunk {id} needs approval again"),
        format!(
            "Ask Wavix support to approve the SIP trunk {id}: its status was `{ACTIVE}` and is now `{status}`. Until \
             Wavix approves it again, calls from its IP address may fail.\n\nThe trunk was changed as planned. Every \
             update repeats the request for IP authentication, and Wavix has started a new review of the address. The \
             next refresh records the status."
        ),
    )
    .at(Path::root("host_request"))
}

/// A warning before an update that asks for another address: the trunk, which is
/// trusted now, will not be until Wavix has looked at that. Asks nobody.
pub(super) fn review_ahead(prior: &SipTrunkModel, planned: &SipTrunkModel) -> Option<Diagnostic> {
    let requested = planned.host_request.known()?;
    let is_active = prior.status.known().map(String::as_str) == Some(ACTIVE);
    if planned.host_request == prior.host_request || !is_active {
        return None;
    }
    let id = prior.id.known().map_or("", String::as_str);
    let now = prior.requested_host().map_or("with its password".to_owned(), |host| format!("from {host}"));
    let address = requested.host.known().map_or("the new address", String::as_str);
    let detail = format!(
        "After this apply, the SIP trunk {id} cannot place calls until Wavix approves {address}, which can take \
         days. To avoid an interruption, create a second trunk with the new address, and move the calls to it when \
         its `status` is `{ACTIVE}`.\n\nThe trunk is `{ACTIVE}` and places calls {now}. The plan requests IP \
         authentication for {address}, which Wavix reviews."
    );
    Some(
        Diagnostic::warning(format!("SIP trunk {id} will need approval again"), detail)
            .at(Path::root("host_request").attribute("host")),
    )
}

/// Refuses an update that would withdraw a request for IP authentication of which
/// the state does not know: leaving it out withdraws it.
pub(super) async fn withdraws_nothing_unseen(
    call: &Call<'_, Context>,
    id: &str,
    prior: &SipTrunkModel,
    plan: &SipTrunkModel,
) -> Result<(), Diagnostics> {
    if !prior.never_listed() || plan.requested_host().is_some() {
        return Ok(());
    }
    let refused = |cause: &str, advice: &str| {
        Diagnostic::error(
            NOUN.summary(Verb::Update),
            format!(
                "{advice} The SIP trunk {id} was not changed: the state does not show whether it has a request for \
                 IP authentication, and an update would withdraw the request.\n\n{cause}"
            ),
        )
        .at(Path::root("host_request"))
    };
    match listed::<SipTrunk>(call, id).await {
        Ok(Some(now)) if requested_host(&now).is_some() => {
            let cause = "Wavix lists the trunk with a request for IP authentication.";
            Err(refused(cause, "Run a plan with a refresh, which records the request and shows the changes.")
                .into())
        }
        Ok(_) => Ok(()),
        Err(error) => Err(refused(&error.to_string(), "Apply again.").into()),
    }
}

/// The warning for a trunk that was read without the list.
pub(super) fn request_unknown(id: &str, cause: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("Unknown status of SIP trunk {id}"),
        format!(
            "The SIP trunk {id} is in the state, but `status`, `auth_method` and `host_request` are null. The next \
             refresh sets them. Only the account's list of trunks contains them, and the provider could not read \
             it.\n\n{cause}"
        ),
    )
    .at(Path::root("status"))
}

/// The warning for IP authentication of which the list does not tell.
pub(super) fn status_unknown(id: &str, cause: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("Unknown status of SIP trunk {id}"),
        format!(
            "The SIP trunk {id} is in the state, but `status` and `auth_method` are null. The next refresh sets \
             them. The provider could not read the status of the request for IP authentication.\n\n{cause}"
        ),
    )
    .at(Path::root("status"))
}

/// Plans what another request changes.
pub(super) fn refine(prior: Option<&SipTrunkModel>, planned: &mut SipTrunkModel) {
    if prior.is_some_and(|prior| planned.host_request != prior.host_request) {
        forget_server_values(planned);
    }
}

/// Another request for IP authentication may change all of these.
fn forget_server_values(planned: &mut SipTrunkModel) {
    planned.host = Attr::unknown();
    planned.auth_method = Attr::unknown();
    planned.status = Attr::unknown();
    planned.passthrough = Attr::unknown();
    planned.access_token = Attr::unknown();
}

/// The address that asks for IP authentication, as the list tells it.
pub(super) fn requested_host(listed: &Record<SipTrunk>) -> Option<String> {
    listed.told("host_request")?.get("host")?.as_str().map(str::to_owned)
}

impl SipTrunkModel {
    /// Adds what only the list tells.
    pub(super) fn add_listed(&mut self, listed: &Record<SipTrunk>) {
        self.status = listed.text("status").map(str::to_owned).into();
        self.auth_method = listed.text("auth_method").map(str::to_owned).into();
        // A trunk that was switched to IP authentication without a request is
        // resent its address as well: a PUT without one may switch it back.
        let trusted = self.host.known().filter(|host| is_address(host)).cloned();
        self.host_request = requested_host(listed)
            .or(trusted)
            .map(|host| HostRequestModel { host: Attr::Known(host) })
            .into();
    }
}

/// The address by which a trunk is trusted.
pub(super) fn trusted_host(record: &Record<SipTrunk>) -> Option<String> {
    record.text("host").filter(|host| is_address(host)).map(str::to_owned)
}

fn is_address(host: &str) -> bool {
    host.parse::<Ipv4Addr>().is_ok()
}
