//! Resources layer: what is said of a number before anything is done: what the
//! configuration alone shows, and what the account is like, as far as it can be asked.

use serde_json::json;

use crate::framework::diagnostics::Diagnostics;
use crate::framework::object::{Attr, Mapped};
use crate::framework::resource::PlanRequest;
use crate::lifecycle::context::Context;
use crate::lifecycle::noun::Verb;
use crate::lifecycle::omission;
use crate::lifecycle::plan::{is_applying, tell_trouble, without_refresh};
use crate::lifecycle::record::Record;
use crate::lifecycle::run::Run;
use crate::protocol::value::Value;
use crate::resources::routes;

use super::destinations::{self, DESTINATIONS, at};
use super::object::{PhoneNumberModel, URLS};
use super::places;
use super::schema::{KEEP, RELEASE};
use super::{PhoneNumber, told};

type Request<'a> = PlanRequest<'a, Context, PhoneNumberModel>;

/// Under this key stands the number that a create was planned for. The destroy of the old
/// object in a replacement gets it too, and knows itself by it.
pub(super) const MAKES: &str = "makes";

/// Where Wavix offers SMS.
const WITH_SMS: [&str; 2] = ["US", "CA"];

/// Rules between the arguments of a configuration.
pub(super) fn validate(config: &PhoneNumberModel, diagnostics: &mut Diagnostics) {
    destinations::validate(config.routes(), config.number.known().map(String::as_str), diagnostics);
    for (name, url) in URLS.into_iter().zip(config.urls()) {
        if url.known().is_some_and(|url| url.to_ascii_lowercase().starts_with("http://")) {
            diagnostics.push(told::without_tls(name));
        }
    }
    relay(config, &config.sms_enabled, diagnostics);
}

/// Refuses a URL for SMS where it is known that there are none.
fn relay(model: &PhoneNumberModel, sms: &Attr<bool>, diagnostics: &mut Diagnostics) {
    if model.urls()[0].known().is_some_and(|url| !url.is_empty()) && *sms == Attr::Known(false) {
        diagnostics.push(told::relay_without_sms());
    }
}

/// A create or an update.
pub(super) async fn change(
    form: &'static str,
    request: &Request<'_>,
    planned: &mut PhoneNumberModel,
    diagnostics: &mut Diagnostics,
) {
    without_refresh::<PhoneNumber>(request);
    let prior_list = request.prior.map(PhoneNumberModel::routes);
    destinations::complete(planned.routes_mut(), prior_list);
    omission::note::<PhoneNumber>(request, diagnostics);
    let number = planned.digits();
    if number.is_none() && planned.fate() == RELEASE {
        diagnostics.push(told::released_unseen());
    }
    let (Some(number), Some(ctx)) = (number, request.ctx) else { return };
    if let Some(prior) = request.prior.filter(|prior| prior.digits().as_ref() != Some(&number)) {
        // Another one is planned for it; of this one nothing else is said.
        return destroy(form, request, prior, diagnostics).await;
    }
    let run = ctx.part::<Run<PhoneNumber>>();
    let routes = request.config.is_some_and(|config| !config.routes().is_null());
    let is_twice = run.is_planned_twice(&number, &parts(form, routes), request);
    if is_twice {
        diagnostics.push(told::twice(&number));
    }
    if let Some(prior) = request.prior {
        relay(planned, &planned.sms_enabled, diagnostics);
        let is_new = prior.sms_enabled != planned.sms_enabled;
        sms_abroad(planned, prior.country.known().filter(|_| is_new).map(String::as_str), diagnostics);
    } else {
        request.private.set(MAKES, json!(number));
        if !is_twice && let Some(on_destroy) = run.is_made(&number, form) {
            diagnostics.push(told::recreated(&number, &on_destroy));
        }
        let found = if is_applying(request) { None } else { run.there(request, &number).await };
        match found {
            Some(None) if form == PhoneNumber::FORM => {
                diagnostics.push(told::not_owned(Verb::Create, &number));
            }
            Some(None) => diagnostics.push(told::not_owned_yet(&number)),
            Some(Some(found)) => compare(&number, planned, &found, diagnostics),
            None => {}
        }
    }
    if !is_applying(request) {
        trunks(ctx, request, planned, diagnostics).await;
    }
    tell_trouble::<PhoneNumber>(request, planned, diagnostics);
}

/// What a resource has of a number: itself, and where it rings if it says so.
pub(super) fn parts(form: &'static str, routes: bool) -> Vec<&'static str> {
    std::iter::once(form).chain(routes.then_some(DESTINATIONS)).collect()
}

/// Tells what the apply changes, and what it will meet.
fn compare(
    number: &str,
    planned: &PhoneNumberModel,
    found: &Record<PhoneNumber>,
    diagnostics: &mut Diagnostics,
) {
    if found.text("status").is_some_and(|status| status == "inactive") {
        diagnostics.push(told::inactive(number, found));
    }
    let wanted = planned.routes().clone().into_value();
    if let (Value::List(_), Some(now @ Value::List(items))) = (&wanted, found.told(DESTINATIONS))
        && !items.is_empty()
        && !places::same(&wanted, now)
    {
        diagnostics.push(told::rerouted(number, now));
    }
    let now = found.told("sms_enabled").and_then(Value::as_bool);
    let sms = if planned.sms_enabled.is_unknown() { now.into() } else { planned.sms_enabled };
    relay(planned, &sms, diagnostics);
    sms_abroad(planned, found.text("country").filter(|_| now != Some(true)), diagnostics);
}

fn sms_abroad(planned: &PhoneNumberModel, country: Option<&str>, diagnostics: &mut Diagnostics) {
    if let Some(country) = country.filter(|country| !WITH_SMS.contains(country))
        && planned.sms_enabled == Attr::Known(true)
    {
        diagnostics.push(told::sms_elsewhere(country));
    }
}

/// Refuses trunks that the account does not have. Those that were there before may be
/// gone since, and that is for the user to mend.
async fn trunks(
    ctx: &Context,
    request: &Request<'_>,
    planned: &PhoneNumberModel,
    diagnostics: &mut Diagnostics,
) {
    let before = |id: &String| {
        let mut held = request.prior.into_iter().flat_map(|prior| destinations::trunks(prior.routes()));
        held.any(|(.., held)| held == id)
    };
    for (index, _, id) in destinations::trunks(planned.routes()).filter(|(.., id)| !before(id)) {
        if routes::is_there(ctx, id, request.cancel).await == Some(false) {
            diagnostics.push(told::no_trunk(at(index, "sip_trunk_id"), id));
        }
    }
}

/// Says what there is to say before the resource goes.
pub(super) async fn destroy(
    form: &'static str,
    request: &Request<'_>,
    prior: &PhoneNumberModel,
    diagnostics: &mut Diagnostics,
) {
    let number = prior.digits().unwrap_or_default();
    if let Some(ctx) = request.ctx
        && let Some(on_destroy) = ctx.part::<Run<PhoneNumber>>().is_destroyed(&number, form, prior.fate())
    {
        diagnostics.push(told::recreated(&number, &on_destroy));
    }
    match prior.fate() {
        KEEP => diagnostics.push(told::stays(prior)),
        RELEASE => {
            diagnostics.push(told::is_released(prior));
            if let Some(ctx) = request.ctx.filter(|_| !is_applying(request)) {
                let trunks = routes::presenting(ctx, &number, request.cancel).await;
                if !trunks.is_empty() {
                    diagnostics.push(told::is_presented(&number, &trunks));
                }
            }
        }
        _ => {}
    }
}

/// Takes out of a generated configuration what is as if nothing were written.
pub(super) fn generate(config: &mut PhoneNumberModel) {
    destinations::generate(config.routes_mut());
    for switch in
        [&mut config.sms_enabled, &mut config.call_recording_enabled, &mut config.transcription_enabled]
    {
        if *switch == Attr::Known(false) {
            *switch = Attr::Null;
        }
    }
    if config.transcription_enabled.is_null() {
        config.transcription_threshold = Attr::Null;
    }
}
