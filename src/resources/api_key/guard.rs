//! What is said before a key is changed or destroyed that somebody needs: this provider, or
//! whoever used it last.

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::Attr;
use crate::framework::path::Path;
use crate::framework::resource::{Call, Outcome, PlanRequest};
use crate::lifecycle::compare::differences;
use crate::lifecycle::context::Context;
use crate::lifecycle::managed::{Ordinary, deleted};
use crate::lifecycle::noun::Verb;
use crate::lifecycle::{in_use, plan};

use super::ApiKey;
use super::object::NOUN;
use super::schema::ApiKeyModel;

impl Ordinary for ApiKey {
    async fn plan(
        request: &PlanRequest<'_, Context, ApiKeyModel>,
        planned: &mut ApiKeyModel,
        diagnostics: &mut Diagnostics,
    ) {
        let Some(prior) = request.prior else { return };
        let is_own = request.ctx.is_some_and(|ctx| is_own(ctx, prior));
        if is_own && planned.active == Attr::Known(false) {
            diagnostics.push(refused(Verb::Update, prior));
        }
        // The plan has said the rest when it comes to applying.
        if plan::is_applying(request) {
            return;
        }
        for change in differences::<Self>(planned, prior) {
            match change.name {
                "permitted_ips" | "scopes" if change.wanted.is_null() => {
                    diagnostics.push(widened(prior, change.name));
                }
                "permitted_ips" | "scopes" if is_own => {
                    diagnostics.push(own_restricted(prior, change.name));
                }
                _ => {}
            }
        }
    }

    async fn plan_destroy(
        request: &PlanRequest<'_, Context, ApiKeyModel>,
        prior: &ApiKeyModel,
        diagnostics: &mut Diagnostics,
    ) {
        if request.ctx.is_some_and(|ctx| is_own(ctx, prior)) {
            return diagnostics.push(refused(Verb::Delete, prior));
        }
        let advice = "First switch its users to another key. To find out who uses it, set `active = false`.";
        let perhaps_own = "It may be the key of this provider: the provider cannot compare them, because the value is unknown.";
        let perhaps_own = Some(perhaps_own).filter(|_| prior.value.is_null());
        diagnostics.extend(in_use::warning::<Self>(request, prior, advice, perhaps_own).await);
    }

    /// A replacement destroys without a plan that could have refused it.
    async fn delete(
        call: &Call<'_, Context>,
        state: ApiKeyModel,
        outcome: &mut Outcome<ApiKeyModel>,
    ) -> Result<(), Diagnostics> {
        if is_own(call.ctx, &state) {
            return Err(refused(Verb::Delete, &state).into());
        }
        deleted::<Self>(call, state, outcome).await
    }
}

/// Whether this is the key that the provider presents, as far as its value is known.
fn is_own(ctx: &Context, key: &ApiKeyModel) -> bool {
    key.value.known().is_some_and(|value| ctx.client().presents(value))
}

/// The error for a key that is needed to manage keys.
fn refused(verb: Verb, key: &ApiKeyModel) -> Diagnostic {
    let id = key.id.known().map_or("", String::as_str);
    let (what, path) = match verb {
        Verb::Update => ("deactivated", Path::root("active")),
        _ => ("destroyed", Path::root("id")),
    };
    Diagnostic::error(
        NOUN.summary(verb),
        format!(
            "The API key {id} was not {what}, because this provider uses it. Set `api_key` in the provider \
             configuration to another key with full access, and apply again. Or remove the resource from the state \
             with `terraform state rm`."
        ),
    )
    .at(path)
}

fn widened(prior: &ApiKeyModel, name: &'static str) -> Diagnostic {
    let (id, label) = (prior.id.known().map_or("", String::as_str), prior.label.known());
    let label = label.map(String::as_str).unwrap_or_default();
    let (freed, kept) = match name {
        "scopes" => ("access everything in the account, including its keys", "the scopes that it needs"),
        _ => ("be used from any address", "its current addresses"),
    };
    Diagnostic::warning(
        format!("API key {id} loses its {name}"),
        format!(
            "Without `{name}`, the API key {id} ({label:?}) can {freed}. If that is not intended, set `{name}` to \
             {kept}."
        ),
    )
    .at(Path::root(name))
}

fn own_restricted(prior: &ApiKeyModel, name: &'static str) -> Diagnostic {
    let id = prior.id.known().map_or("", String::as_str);
    Diagnostic::warning(
        "Restriction of this provider's API key",
        format!(
            "Use a key with full access that Terraform does not manage for this provider: the plan changes `{name}` \
             of the API key {id}, which this provider uses. A key that is restricted to scopes cannot manage keys, \
             and a key that is restricted to other addresses does not work from this machine."
        ),
    )
    .at(Path::root(name))
}
