//! Resources layer: what is done to a number. It exists before its resource and after it:
//! a create adopts it, and a destroy leaves it alone unless told otherwise.

use serde_json::json;

use crate::client::{self, Delivery};
use crate::framework::diagnostics::Diagnostics;
use crate::framework::object::Attr;
use crate::framework::resource::{Call, Outcome};
use crate::lifecycle::body::Body;
use crate::lifecycle::compare::differences;
use crate::lifecycle::context::{Context, options};
use crate::lifecycle::noun::{Verb, What};
use crate::lifecycle::object::{RemoteObject, completed};
use crate::lifecycle::patch::Patch;
use crate::lifecycle::patience::pause;
use crate::lifecycle::record::Record;
use crate::lifecycle::verify::{self, Now};
use crate::lifecycle::write::Unwritten;
use crate::lifecycle::{delete, endpoints, read, settle, unreadable};
use crate::resources::routes;

use super::destinations::{self, DESTINATIONS, Destinations, at};
use super::object::{NOUN, PhoneNumberModel};
use super::places::of_unknown_kinds;
use super::plan::{MAKES, MANAGED, names};
use super::run::{Run, owned, parts};
use super::schema::{KEEP, RELEASE};
use super::{PhoneNumber, told};

type Saved<'a> = &'a mut Outcome<PhoneNumberModel>;

/// Under this key stand destinations of a kind that this provider does not know.
const UNKNOWN_KINDS: &str = "unknown_kinds";

/// Adopts the number, and makes it what is planned.
pub(super) async fn create(
    call: &Call<'_, Context>,
    form: &'static str,
    mut plan: PhoneNumberModel,
    outcome: Saved<'_>,
) -> Result<(), Diagnostics> {
    outcome.private.remove(MAKES);
    let number = plan.digits().unwrap_or_default();
    let turn = call.ctx.part::<Run>().turn(form, &number);
    let mut holders = turn.lock().await;
    if !holders.take(parts(form, plan.routes().known().is_some()), &mut outcome.private) {
        return Err(told::twice(&number).into());
    }
    let adopted = adopt(call, &number, &mut plan, outcome).await;
    if adopted.is_err() {
        // What is destroyed because it failed is never released.
        match outcome.state().cloned() {
            Some(found) => outcome.save(found.kept()),
            None => holders.leave(&outcome.private),
        }
    }
    adopted
}

async fn adopt(
    call: &Call<'_, Context>,
    number: &str,
    plan: &mut PhoneNumberModel,
    outcome: Saved<'_>,
) -> Result<(), Diagnostics> {
    let failed = |error| NOUN.failed(Verb::Find, &format!("+{number}"), &error);
    let found = owned(call.ctx, number, &options(call)).await.map_err(failed)?;
    let found = found.ok_or_else(|| told::not_owned(Verb::Create, number))?;
    unreadable::refuse(Verb::Find, &found)?;
    resolve(call, plan.routes_mut()).await?;
    call.ctx.slot::<PhoneNumber>().claims().own(&found.key);
    note_unknown_kinds(&found, outcome);
    let now = found.state(&PhoneNumber::identified(&found)).planned_as(plan);
    refuse_unknown_kinds(plan, &now, outcome)?;
    outcome.save(now.clone());
    let changed = change(call, Verb::Create, &found.key, plan, &now, outcome).await;
    changed.map_err(|errors| {
        let tainted = |mut error: crate::framework::diagnostics::Diagnostic| {
            error.detail = format!("{}\n\n{}", error.detail, told::TAINTED);
            error
        };
        errors.into_iter().map(tainted).collect()
    })
}

/// Looks at the number, under whichever id it has now.
pub(super) async fn read(
    call: &Call<'_, Context>,
    form: &'static str,
    state: PhoneNumberModel,
    outcome: Saved<'_>,
) -> Result<(), Diagnostics> {
    let state =
        if state.number.is_null() || state.id.is_null() { imported(call, state).await? } else { state };
    let Some(mut record) = read::read::<PhoneNumber>(call, &state, outcome).await? else { return Ok(()) };
    let number = state.digits().unwrap_or_default();
    if !PhoneNumber::is_renewed(&state, &record) {
        // The id is another number's now.
        let failed = |error| NOUN.failed(Verb::Read, &format!("+{number}"), &error);
        match owned(call.ctx, &number, &options(call)).await.map_err(failed)? {
            Some(found) => record = found,
            None => {
                outcome.warn(crate::lifecycle::absent::gone::<PhoneNumber>(&state, &record.key, None));
                outcome.gone();
                return Ok(());
            }
        }
    }
    let object = record.state(&state);
    note_unknown_kinds(&record, outcome);
    let unknown: Vec<String> = names(outcome.private.get(UNKNOWN_KINDS)).collect();
    if !unknown.is_empty() {
        outcome.warn(told::unknown_kinds(&number, &unknown));
    }
    if destinations::has_trunk_without_id(object.routes()) {
        outcome.warn(told::trunk_without_id(&number));
    }
    call.ctx.part::<Run>().was_read(form, &object);
    read::save::<PhoneNumber>(call, &state, object, outcome);
    Ok(())
}

/// The state of an import, which says a number, a record id, or what may be either.
async fn imported(
    call: &Call<'_, Context>,
    state: PhoneNumberModel,
) -> Result<PhoneNumberModel, Diagnostics> {
    let failed = |error| NOUN.failed(Verb::Read, "", &error);
    let found = |record: &Record<PhoneNumber>| PhoneNumberModel {
        id: Attr::Known(record.key.clone()),
        number: if state.number.is_null() {
            PhoneNumber::identified(record).number
        } else {
            state.number.clone()
        },
        ..state.clone()
    };
    if let Some(number) = state.digits() {
        let record = owned(call.ctx, &number, &options(call)).await.map_err(failed)?;
        return record.as_ref().map(found).ok_or_else(|| told::not_imported(&format!("+{number}")).into());
    }
    let text = state.id.known().cloned().unwrap_or_default();
    let by_id = if text.parse::<i32>().is_ok() {
        match endpoints::get::<PhoneNumber>(call.ctx.client(), &text, &options(call)).await {
            Err(error) if error.is_not_found() => None,
            answer => Some(answer.map_err(failed)?),
        }
    } else {
        None
    };
    let by_number = owned(call.ctx, &text, &options(call)).await.map_err(failed)?;
    match (by_id, by_number) {
        (Some(a), Some(b)) if a.key != b.key => Err(told::ambiguous_import(&text).into()),
        (Some(record), _) | (None, Some(record)) => Ok(found(&record)),
        (None, None) => Err(told::not_imported(&text).into()),
    }
}

/// Sends what differs. What the API is not told of needs no request.
pub(super) async fn update(
    call: &Call<'_, Context>,
    form: &'static str,
    mut plan: PhoneNumberModel,
    prior: PhoneNumberModel,
    outcome: Saved<'_>,
) -> Result<(), Diagnostics> {
    let id = read::known::<PhoneNumber>(Verb::Update, call, &prior)?;
    let turn = call.ctx.part::<Run>().turn(form, &prior.digits().unwrap_or_default());
    let _turn = turn.lock().await;
    resolve(call, plan.routes_mut()).await?;
    refuse_unknown_kinds(&plan, &prior, outcome)?;
    change(call, Verb::Update, &id, &plan, &prior, outcome).await
}

/// Does what `on_destroy` says, unless the number is another resource's by now.
pub(super) async fn delete(
    call: &Call<'_, Context>,
    form: &'static str,
    state: PhoneNumberModel,
    outcome: Saved<'_>,
) -> Result<(), Diagnostics> {
    let number = state.digits().unwrap_or_default();
    let turn = call.ctx.part::<Run>().turn(form, &number);
    let mut holders = turn.lock().await;
    // A replacement by itself: what is destroyed is made anew.
    if outcome.private.get(MAKES).and_then(|made| made.as_str()) == Some(&number) {
        holders.free(&parts(form, true));
        return Ok(());
    }
    if state.fate() == KEEP || holders.is_taken(&parts(form, true), &outcome.private) {
        holders.leave(&outcome.private);
        return Ok(());
    }
    let stored = read::known::<PhoneNumber>(Verb::Delete, call, &state)?;
    outcome.note(format!("phone number +{number}"));
    if let Some(id) = followed(call, &state, &number, &stored).await? {
        if state.fate() == RELEASE {
            release(call, &state, &number, &id, outcome).await?;
        } else {
            unroute(call, &state, &number, &id, outcome).await?;
        }
    }
    holders.leave(&outcome.private);
    call.ctx.slot::<PhoneNumber>().trail().forget(&stored);
    Ok(())
}

/// The id of the number, if it is another number's that stands in the state: what is
/// released never comes back. `None` when the account does not have the number any more.
async fn followed(
    call: &Call<'_, Context>,
    state: &PhoneNumberModel,
    number: &str,
    stored: &str,
) -> Result<Option<String>, Diagnostics> {
    let failed = |error| NOUN.failed(Verb::Delete, &format!("+{number}"), &error);
    match endpoints::get::<PhoneNumber>(call.ctx.client(), stored, &options(call)).await {
        Ok(found) if !PhoneNumber::is_renewed(state, &found) => {
            let found = owned(call.ctx, number, &options(call)).await.map_err(failed)?;
            Ok(found.map(|found| found.key))
        }
        Err(error) if !error.is_not_found() => Err(failed(error)),
        // What a 404 is worth, the request itself finds out.
        _ => Ok(Some(stored.to_owned())),
    }
}

async fn unroute(
    call: &Call<'_, Context>,
    state: &PhoneNumberModel,
    number: &str,
    id: &str,
    outcome: Saved<'_>,
) -> Result<(), Diagnostics> {
    let managed: Vec<String> = names(outcome.private.get(MANAGED)).collect();
    let plan = state.clone().unrouted(&managed);
    let Err(errors) = change(call, Verb::Delete, id, &plan, state, outcome).await else { return Ok(()) };
    // Nothing rings that the account does not have.
    let is_gone = matches!(owned(call.ctx, number, &options(call)).await, Ok(None));
    if is_gone { Ok(()) } else { Err(errors) }
}

async fn release(
    call: &Call<'_, Context>,
    state: &PhoneNumberModel,
    number: &str,
    id: &str,
    outcome: Saved<'_>,
) -> Result<(), Diagnostics> {
    delete::delete::<PhoneNumber>(call, state, &outcome.private, id).await?;
    let mut tries = 0;
    loop {
        let why = match owned(call.ctx, number, &options(call)).await {
            Ok(None) => return Ok(()),
            Ok(Some(other)) if other.key != id => {
                return Err(told::still_owned(number, "The account has the number under another id now."));
            }
            Ok(Some(_)) => "The account still lists the number.".to_owned(),
            Err(error) => error.to_string(),
        };
        if !pause(call.ctx.patience().to_settle(tries), call.deadline, call.cancel).await {
            return Err(told::still_owned(number, &why));
        }
        tries += 1;
    }
}

/// Looks up the logins of the trunks that destinations name.
async fn resolve(call: &Call<'_, Context>, list: &mut Destinations) -> Result<(), Diagnostics> {
    destinations::complete(list, None);
    let missing = destinations::trunks(list).filter(|(_, one, _)| one.sip_trunk_login.known().is_none());
    let missing: Vec<(usize, String)> = missing.map(|(index, _, id)| (index, id.clone())).collect();
    for (index, id) in missing {
        let path = at(index, "sip_trunk_id");
        let login = routes::login(call, &id).await?.ok_or_else(|| told::no_trunk(path, &id))?;
        destinations::set_login(list, index, login);
    }
    Ok(())
}

/// Notes what is not to be written back.
fn note_unknown_kinds(record: &Record<PhoneNumber>, outcome: Saved<'_>) {
    let unknown = record.raw("destination").map(of_unknown_kinds).unwrap_or_default();
    if unknown.is_empty() {
        outcome.private.remove(UNKNOWN_KINDS);
    } else {
        outcome.private.set(UNKNOWN_KINDS, json!(unknown));
    }
}

fn refuse_unknown_kinds(
    plan: &PhoneNumberModel,
    now: &PhoneNumberModel,
    outcome: &Outcome<PhoneNumberModel>,
) -> Result<(), Diagnostics> {
    let changes =
        differences::<PhoneNumber>(plan, now).iter().any(|difference| difference.name == DESTINATIONS);
    let unknown = names(outcome.private.get(UNKNOWN_KINDS));
    let kept: Vec<String> = unknown.filter(|text| destinations::has_uri(plan.routes(), text)).collect();
    if changes && !kept.is_empty() { Err(told::not_written_back(&kept).into()) } else { Ok(()) }
}

/// Makes a number that is `now` what is planned: one PATCH with what differs.
async fn change(
    call: &Call<'_, Context>,
    verb: Verb,
    id: &str,
    plan: &PhoneNumberModel,
    now: &PhoneNumberModel,
    outcome: Saved<'_>,
) -> Result<(), Diagnostics> {
    let changed: Vec<&'static str> =
        differences::<PhoneNumber>(plan, now).iter().map(|change| change.name).collect();
    if changed.is_empty() {
        outcome.save(completed::<PhoneNumber>(plan, now));
        return Ok(());
    }
    let number = plan.digits().unwrap_or_default();
    outcome.note(format!("phone number +{number}"));
    let body = Body::of::<PhoneNumber>(plan, |name| changed.contains(&name));
    let mut patch = Patch::<PhoneNumber> { call, key: id.to_owned(), plan, prior: now, changed };
    let mut answer = patch.send(&body).await;
    // It is followed to another id, once.
    if answer.as_ref().is_err_and(|unwritten| unwritten.error.is_not_found())
        && let Ok(Some(found)) = owned(call.ctx, &number, &options(call)).await
        && found.key != patch.key
    {
        patch.key = found.key;
        answer = patch.send(&body).await;
    }
    let record = match answer {
        Ok(record) => record,
        Err(Unwritten { error, seen }) => {
            if error.delivery() == Delivery::Ambiguous
                && let Some(seen) = seen
            {
                outcome.save(seen.state(now));
            }
            let errors = NOUN.failed(verb, &format!("+{number}"), &error);
            return Err(if verb == Verb::Create { unchanged(&number, &error) } else { errors });
        }
    };
    let (record, unseen) = patch.settled(record).await;
    unseen.into_iter().for_each(|error| outcome.warn(told::not_confirmed(&number, &error)));
    settle::note_update::<PhoneNumber>(call, plan, now, &mut outcome.private);
    let missed = patch.missed(&record);
    // In the plan's spelling; and what was not to change is for the next refresh.
    let object = patch.result(&record, &missed);
    outcome.save(object.clone());
    call.ctx.slot::<PhoneNumber>().trail().note(&object, Some(call.ctx.patience().settling));
    unreadable::refuse(Verb::Update, &record)?;
    let besides = patch.changed.iter().any(|change| missed.iter().all(|missed| missed.name != *change));
    let errors = verify::errors::<PhoneNumber>(&format!("+{number}"), &missed, Now::Changed { besides });
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// The number is in the state as it was found.
fn unchanged(number: &str, error: &client::Error) -> Diagnostics {
    let now = format!("The number +{number} was adopted, and its settings are what they were, or not known.");
    NOUN.failed_with(Verb::Update, error, What { now, may_exist: false })
}
