//! Resources layer: what is done to a number. It exists before its resource and after it:
//! a create adopts it, and a destroy leaves it alone unless told otherwise.

use serde_json::json;

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::resource::{Call, Outcome};
use crate::lifecycle::compare::differences;
use crate::lifecycle::context::{Context, options};
use crate::lifecycle::noun::Verb;
use crate::lifecycle::object::RemoteObject;
use crate::lifecycle::patience::pause;
use crate::lifecycle::record::Record;
use crate::lifecycle::run::Run;
use crate::lifecycle::{absent, delete, endpoints, find, omission, patch, read, unreadable};
use crate::resources::routes;

use super::destinations::{self, DESTINATIONS, Destinations, at};
use super::object::{NOUN, PhoneNumberModel};
use super::places::of_unknown_kinds;
use super::plan::{MAKES, parts};
use super::schema::{KEEP, RELEASE};
use super::{PhoneNumber, told};

type Saved<'a> = &'a mut Outcome<PhoneNumberModel>;

/// Under this key stand destinations of a kind that this provider does not know.
const UNKNOWN_KINDS: &str = "unknown_kinds";

/// What is done.
pub(super) enum Act {
    /// This is planned.
    Create(PhoneNumberModel),
    Read(PhoneNumberModel),
    /// This is planned, and that was.
    Update(Box<(PhoneNumberModel, PhoneNumberModel)>),
    Delete(PhoneNumberModel),
}

/// Does it, for a resource of this form.
pub(super) async fn act(
    call: &Call<'_, Context>,
    form: &'static str,
    act: Act,
    outcome: Saved<'_>,
) -> Result<(), Diagnostics> {
    match act {
        Act::Create(plan) => create(call, form, plan, outcome).await,
        Act::Read(state) => read(call, form, state, outcome).await,
        Act::Update(change) => update(call, form, *change, outcome).await,
        Act::Delete(state) => delete(call, form, state, outcome).await,
    }
}

/// Adopts the number, and makes it what is planned.
async fn create(
    call: &Call<'_, Context>,
    form: &'static str,
    mut plan: PhoneNumberModel,
    outcome: Saved<'_>,
) -> Result<(), Diagnostics> {
    outcome.private.remove(MAKES);
    let number = plan.digits().unwrap_or_default();
    let turn = call.ctx.part::<Run<PhoneNumber>>().turn(&number, &parts(form, true));
    let mut turn = turn.lock().await;
    let own = parts(form, plan.routes().known().is_some());
    if turn.is_held(&own) {
        return Err(told::twice(&number).into());
    }
    turn.take(&own, &mut outcome.private);
    let adopted = adopt(call, &number, &mut plan, outcome).await;
    if adopted.is_err() {
        // What is destroyed because it failed is never released.
        match outcome.state().cloned() {
            Some(found) => outcome.save(found.kept()),
            None => turn.leave(&outcome.private),
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
    let found = find::by_label::<PhoneNumber>(call.ctx, number, &options(call)).await.map_err(failed)?;
    let found = found.ok_or_else(|| told::not_owned(Verb::Create, number))?;
    unreadable::refuse(Verb::Find, &found)?;
    resolve(call, plan.routes_mut()).await?;
    call.ctx.slot::<PhoneNumber>().claims().own(&found.key);
    note_unknown_kinds(&found, outcome);
    let now = found.state(&PhoneNumber::identified(&found)).planned_as(plan);
    refuse_unknown_kinds(plan, &now, outcome)?;
    outcome.save(now.clone());
    let changed = patch::change::<PhoneNumber>(call, Verb::Create, &found.key, (plan, &now), outcome).await;
    let tainted = |error: Diagnostic| {
        let detail = format!("{}\n\n{}", error.detail, told::TAINTED);
        Diagnostic { detail, ..error }
    };
    changed.map_err(|errors| errors.into_iter().map(tainted).collect())
}

/// Looks at the number, under whichever id it has now.
async fn read(
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
        match find::by_label(call.ctx, &number, &options(call)).await.map_err(failed)? {
            Some(found) => record = found,
            None => {
                outcome.warn(absent::gone::<PhoneNumber>(&state, &record.key, None));
                outcome.gone();
                return Ok(());
            }
        }
    }
    let object = record.state(&state);
    note_unknown_kinds(&record, outcome);
    let unknown = omission::texts(outcome.private.get(UNKNOWN_KINDS));
    if !unknown.is_empty() {
        outcome.warn(told::unknown_kinds(&number, &unknown));
    }
    if destinations::has_trunk_without_id(object.routes()) {
        outcome.warn(told::trunk_without_id(&number));
    }
    call.ctx.part::<Run<PhoneNumber>>().held(&number, form, object.fate());
    read::save::<PhoneNumber>(call, &state, object, outcome);
    Ok(())
}

/// The state of an import, which says a number, a record id, or what may be either.
async fn imported(
    call: &Call<'_, Context>,
    state: PhoneNumberModel,
) -> Result<PhoneNumberModel, Diagnostics> {
    let failed = |error| NOUN.failed(Verb::Read, "", &error);
    let number = state.digits();
    let text = number.clone().or_else(|| state.id.known().cloned()).unwrap_or_default();
    let mut by_id = None;
    if number.is_none() && text.parse::<i32>().is_ok() {
        by_id = match endpoints::get::<PhoneNumber>(call.ctx.client(), &text, &options(call)).await {
            Err(error) if error.is_not_found() => None,
            answer => Some(answer.map_err(failed)?),
        };
    }
    let by_number = find::by_label(call.ctx, &text, &options(call)).await.map_err(failed)?;
    let found = match (by_id, by_number) {
        (Some(a), Some(b)) if a.key != b.key => return Err(told::ambiguous_import(&text).into()),
        (by_id, by_number) => by_id.or(by_number),
    };
    let named = number.map_or(text, |number| format!("+{number}"));
    let found = PhoneNumber::identified(&found.ok_or_else(|| told::not_imported(&named))?);
    let number = if state.number.is_null() { found.number } else { state.number };
    Ok(PhoneNumberModel { id: found.id, number, ..state })
}

/// Sends what differs. What the API is not told of needs no request.
async fn update(
    call: &Call<'_, Context>,
    form: &'static str,
    (mut plan, prior): (PhoneNumberModel, PhoneNumberModel),
    outcome: Saved<'_>,
) -> Result<(), Diagnostics> {
    let mut id = read::known::<PhoneNumber>(Verb::Update, call, &prior)?;
    let number = prior.digits().unwrap_or_default();
    let turn = call.ctx.part::<Run<PhoneNumber>>().turn(&number, &parts(form, true));
    let _turn = turn.lock().await;
    resolve(call, plan.routes_mut()).await?;
    refuse_unknown_kinds(&plan, &prior, outcome)?;
    if !differences::<PhoneNumber>(&plan, &prior).is_empty() {
        let current = find::current::<PhoneNumber>(Verb::Update, call, &prior, &id).await?;
        id = current.ok_or_else(|| told::not_owned(Verb::Update, &number))?;
    }
    patch::change::<PhoneNumber>(call, Verb::Update, &id, (&plan, &prior), outcome).await
}

/// Does what `on_destroy` says, unless the number is another resource's by now.
async fn delete(
    call: &Call<'_, Context>,
    form: &'static str,
    state: PhoneNumberModel,
    outcome: Saved<'_>,
) -> Result<(), Diagnostics> {
    let number = state.digits().unwrap_or_default();
    let parts = parts(form, true);
    let turn = call.ctx.part::<Run<PhoneNumber>>().turn(&number, &parts);
    let mut turn = turn.lock().await;
    // A replacement by itself: what is destroyed is made anew.
    if outcome.private.get(MAKES).and_then(|made| made.as_str()) == Some(&number) {
        turn.free(&parts);
        return Ok(());
    }
    if state.fate() != KEEP && !turn.is_taken(&parts, &outcome.private) {
        let stored = read::known::<PhoneNumber>(Verb::Delete, call, &state)?;
        outcome.note(format!("phone number +{number}"));
        match find::current::<PhoneNumber>(Verb::Delete, call, &state, &stored).await? {
            None => {}
            Some(id) if state.fate() == RELEASE => release(call, &state, &number, &id, outcome).await?,
            Some(id) => {
                let plan = state.clone().unrouted(&omission::managed(&outcome.private));
                patch::change::<PhoneNumber>(call, Verb::Delete, &id, (&plan, &state), outcome).await?;
            }
        }
        call.ctx.slot::<PhoneNumber>().trail().forget(&stored);
    }
    turn.leave(&outcome.private);
    Ok(())
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
        let why = match find::by_label::<PhoneNumber>(call.ctx, number, &options(call)).await {
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
    let mut kept = omission::texts(outcome.private.get(UNKNOWN_KINDS));
    kept.retain(|text| destinations::has_uri(plan.routes(), text));
    if changes && !kept.is_empty() { Err(told::not_written_back(&kept).into()) } else { Ok(()) }
}
