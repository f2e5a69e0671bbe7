//! What is checked and said of a number before anything is done, as far as it can be asked,
//! and what follows from what a configuration leaves out. Summaries of warnings are
//! constant: Terraform folds equal ones into one.

use std::time::Duration;

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::Mapped;
use crate::framework::path::Path;
use crate::framework::resource::{Call, DEFAULT_TIMEOUT, Operation, PlanRequest};
use crate::lifecycle::context::Context;
use crate::lifecycle::lasting::Lasting;
use crate::lifecycle::object::RemoteObject;
use crate::lifecycle::plan::is_applying;
use crate::lifecycle::record::Record;
use crate::lifecycle::verify::shown;
use crate::protocol::value::Value;
use crate::resources::routes;

use super::PhoneNumber;
use super::destinations::{self, DESTINATIONS};
use super::object::{PhoneNumberModel, URLS};
use super::places::{self, UNKNOWN_KIND, digits, in_words};

/// Where Wavix offers SMS.
const WITH_SMS: [&str; 2] = ["US", "CA"];

fn warning(argument: &str, summary: &str, detail: String) -> Diagnostic {
    Diagnostic::warning(summary, detail).at(Path::root(argument))
}

/// Refuses a URL for SMS where it is known that there are none.
fn relay(model: &PhoneNumberModel, sms: Option<bool>, diagnostics: &mut Diagnostics) {
    if sms == Some(false) && model.sms_relay_url.known().is_some_and(|url| !url.is_empty()) {
        let detail = "Set `sms_enabled = true`, or `sms_relay_url = \"\"`: the number does not receive SMS.";
        diagnostics.push(Diagnostic::error("SMS relay URL without SMS", detail).at(Path::root(URLS[0])));
    }
}

impl Lasting for PhoneNumber {
    fn timeout(operation: Operation) -> Duration {
        if operation == Operation::Update { Duration::from_secs(2 * 60) } else { DEFAULT_TIMEOUT }
    }

    fn validate(config: &PhoneNumberModel, diagnostics: &mut Diagnostics) {
        destinations::validate(&config.destinations, &Self::called(config), diagnostics);
        for (name, url) in URLS.into_iter().zip([&config.sms_relay_url, &config.call_status_url]) {
            if url.known().is_some_and(|url| url.to_ascii_lowercase().starts_with("http://")) {
                let detail = "Use `https`: Wavix sends reports with phone numbers to this URL in plain text.";
                diagnostics.push(warning(name, "Webhook without TLS", detail.to_owned()));
            }
        }
        relay(config, config.sms_enabled.known().copied(), diagnostics);
    }

    fn complete(planned: &mut PhoneNumberModel, prior: Option<&PhoneNumberModel>) {
        destinations::complete(&mut planned.destinations, prior.map(|prior| &prior.destinations));
    }

    async fn plan(
        request: &PlanRequest<'_, Context, PhoneNumberModel>,
        planned: &PhoneNumberModel,
        found: Option<&Record<Self>>,
        diagnostics: &mut Diagnostics,
    ) {
        let number = Self::called(planned);
        if let Some(found) = found {
            diagnostics.extend(met(&number, planned, found));
        }
        let now = |name: &str| found.and_then(|found| found.told(name));
        let (had_sms, country) = match request.prior {
            Some(prior) => (prior.sms_enabled.known().copied(), prior.country.known().map(String::as_str)),
            None => (now("sms_enabled").and_then(Value::as_bool), now("country").and_then(Value::as_str)),
        };
        let sms = planned.sms_enabled.known().copied().or(had_sms);
        relay(planned, sms, diagnostics);
        if let Some(country) = country.filter(|country| !WITH_SMS.contains(country))
            && (sms, had_sms != Some(true)) == (Some(true), true)
        {
            let detail = format!(
                "The apply may fail: Wavix offers SMS only for numbers of the United States and Canada, and this \
                 number is from {country:?}."
            );
            diagnostics.push(warning("sms_enabled", "SMS may not be available", detail));
        }
        let Some(ctx) = request.ctx.filter(|_| !is_applying(request)) else { return };
        // Trunks that were there before may be gone since, and that is for the user to mend.
        let before = |id: &String| {
            let mut held = request.prior.into_iter().flat_map(|it| destinations::trunks(&it.destinations));
            held.any(|(.., held)| held == id)
        };
        for (index, _, id) in destinations::trunks(&planned.destinations).filter(|(.., id)| !before(id)) {
            if routes::is_there(ctx, id, request.cancel).await == Some(false) {
                diagnostics.push(destinations::no_trunk(index, id));
            }
        }
    }

    async fn plan_release(
        request: &PlanRequest<'_, Context, PhoneNumberModel>,
        prior: &PhoneNumberModel,
        diagnostics: &mut Diagnostics,
    ) {
        let (Some(ctx), number) = (request.ctx, Self::called(prior)) else { return };
        let trunks = routes::presenting(ctx, &digits(&number), request.cancel).await;
        if !trunks.is_empty() {
            let detail = format!(
                "Change the caller ID of these SIP trunks, which present the number {number}: {trunks}."
            );
            diagnostics.push(warning(Self::LABEL, "Released phone number is a caller ID", detail));
        }
    }

    async fn resolve(call: &Call<'_, Context>, plan: &mut PhoneNumberModel) -> Result<(), Diagnostics> {
        destinations::resolve(call, &mut plan.destinations).await
    }

    fn remarks(found: &PhoneNumberModel) -> Diagnostics {
        let (number, mut remarks) = (Self::called(found), Diagnostics::new());
        let uris = destinations::each(&found.destinations).filter_map(|(_, one)| one.sip_uri.known());
        let unknown: Vec<&str> =
            uris.filter(|uri| uri.starts_with(UNKNOWN_KIND)).map(String::as_str).collect();
        if !unknown.is_empty() {
            let detail = format!(
                "Replace these destinations of the number {number}, or omit `{DESTINATIONS}`: {}. The provider does \
                 not support their type, shows them as `sip_uri`, and does not write them.",
                unknown.join(", ")
            );
            remarks.push(warning(DESTINATIONS, "Unsupported type of destination", detail));
        }
        if destinations::each(&found.destinations).any(|(_, one)| one.is_trunk_without_id()) {
            let detail = format!(
                "A destination of {number} has no `sip_trunk_id`, because Wavix returns only the login of the trunk."
            );
            remarks.push(warning(DESTINATIONS, "SIP trunk without an id", detail));
        }
        remarks
    }

    fn described(state: &PhoneNumberModel) -> String {
        let cost = state.monthly_fee.known().map(|fee| format!(" It costs {} USD per month.", fee.meant()));
        let list = state.destinations.clone().into_value();
        let rings =
            (!places::items(&list).is_empty()).then(|| format!(" Its calls go to {}.", in_words(&list)));
        format!("{}{}", cost.unwrap_or_default(), rings.unwrap_or_default())
    }

    fn emptied(managed: &[String]) -> Vec<(&'static str, Value)> {
        let urls = URLS.into_iter().filter(|url| managed.iter().any(|name| name == url));
        let destinations = (DESTINATIONS, Value::List(Vec::new()));
        std::iter::once(destinations).chain(urls.map(|url| (url, Value::string("")))).collect()
    }
}

/// What an apply meets, and what it replaces.
fn met(number: &str, planned: &PhoneNumberModel, found: &Record<PhoneNumber>) -> Vec<Diagnostic> {
    let mut told = Vec::new();
    if found.text("status") == Some("inactive") {
        let kinds: Vec<String> = places::items(found.told("require_docs")).iter().map(shown).collect();
        let wanted = match kinds.as_slice() {
            [] => String::new(),
            kinds => format!(" Wavix requires these documents: {}.", kinds.join(", ")),
        };
        let detail = format!("The number {number} receives no calls until it is active.{wanted}");
        told.push(warning(PhoneNumber::LABEL, "Phone number is inactive", detail));
    }
    let wanted = planned.destinations.clone().into_value();
    if let (Value::List(_), Some(now)) = (&wanted, found.told(DESTINATIONS))
        && !places::items(now).is_empty()
        && !places::same(&wanted, now)
    {
        let detail = format!("This apply replaces the routing of {number}, which is {}.", in_words(now));
        told.push(warning(DESTINATIONS, "Phone number is already routed", detail));
    }
    told
}
