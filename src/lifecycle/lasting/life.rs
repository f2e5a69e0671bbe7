//! What is done to an object that is there already. Resources of one object take turns, and
//! what another one has by now is left to it.

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::resource::{Call, Outcome};
use crate::protocol::value::Value;

use super::super::compare::differences;
use super::super::context::{Context, options};
use super::super::noun::Verb;
use super::super::object::{RemoteObject, arguments, key_of, text_of, value_of, with};
use super::super::patience::pause;
use super::super::record::Record;
use super::super::run::Run;
use super::super::{
    absent, delete as deletion, endpoints, find, omission, patch, read as reading, unreadable,
};
use super::plan::MAKES;
use super::{KEEP, Lasting, ON_DESTROY, RELEASE, Shown, fate, told};

/// Adopts the object, and makes it what is planned.
pub(super) async fn create<T: Lasting>(
    call: &Call<'_, Context>,
    shown: Shown,
    mut plan: T::Model,
    outcome: &mut Outcome<T::Model>,
) -> Result<(), Diagnostics> {
    outcome.private.remove(MAKES);
    let name = T::called(&plan);
    let turn = call.ctx.part::<Run<T>>().turn(&name, shown.parts);
    let mut turn = turn.lock().await;
    let had = shown.had::<T>(&plan, |value| !value.is_null() && !value.is_unknown());
    if turn.is_held(&had) {
        return Err(told::twice::<T>(shown, &name).into());
    }
    turn.take(&had, &mut outcome.private);
    let adopted = adopt::<T>(call, &name, &mut plan, outcome).await;
    if adopted.is_err() {
        // What is destroyed because it failed is never given back.
        match outcome.state().cloned() {
            Some(found) => outcome.save(with::<T>(&found, [(ON_DESTROY, Value::string(KEEP))])),
            None => turn.leave(&outcome.private),
        }
    }
    adopted
}

async fn adopt<T: Lasting>(
    call: &Call<'_, Context>,
    name: &str,
    plan: &mut T::Model,
    outcome: &mut Outcome<T::Model>,
) -> Result<(), Diagnostics> {
    let failed = |error| T::NOUN.failed(Verb::Find, name, &error);
    let found = find::by_label::<T>(call.ctx, name, &options(call)).await.map_err(failed)?;
    let found = found.ok_or_else(|| told::not_owned::<T>(Verb::Create, name))?;
    unreadable::refuse(Verb::Find, &found)?;
    T::resolve(call, plan).await?;
    call.ctx.slot::<T>().claims().own(&found.key);
    // What the answer does not tell is not taken for what is planned.
    let untold = arguments::<T>().map(|argument| (argument.name.as_str(), Value::Null));
    let now = found.state(&with::<T>(plan, untold));
    outcome.save(now.clone());
    let changed = patch::change::<T>(call, Verb::Create, &found.key, (plan, &now), outcome).await;
    let tainted = |error: Diagnostic| {
        let detail = format!("{}\n\n{}", error.detail, told::tainted::<T>());
        Diagnostic { detail, ..error }
    };
    changed.map_err(|errors| errors.into_iter().map(tainted).collect())
}

/// Looks at the object, under whichever key it has now.
pub(super) async fn read<T: Lasting>(
    call: &Call<'_, Context>,
    shown: Shown,
    mut state: T::Model,
    outcome: &mut Outcome<T::Model>,
) -> Result<(), Diagnostics> {
    if key_of::<T>(&state).is_none() || text_of::<T>(&state, T::LABEL).is_none() {
        let default = (shown.schema)().attribute(ON_DESTROY).and_then(|argument| argument.default.clone());
        state = with::<T>(&imported::<T>(call, &state).await?, default.map(|fate| (ON_DESTROY, fate)));
    }
    let Some(mut record) = reading::read::<T>(call, &state, outcome).await? else { return Ok(()) };
    let name = T::called(&state);
    if !T::is_renewed(&state, &record) {
        // The key is another object's now.
        let failed = |error| T::NOUN.failed(Verb::Read, &name, &error);
        match find::by_label(call.ctx, &name, &options(call)).await.map_err(failed)? {
            Some(found) => record = found,
            None => {
                outcome.warn(absent::gone::<T>(&state, &record.key, None));
                outcome.gone();
                return Ok(());
            }
        }
    }
    let object = record.state(&state);
    T::remarks(&object).into_iter().for_each(|remark| outcome.warn(remark));
    call.ctx.part::<Run<T>>().held(&name, shown.part(), &fate::<T>(&object));
    reading::save::<T>(call, &state, object, outcome);
    Ok(())
}

/// The state of an import, which says a label, a key, or what may be either.
async fn imported<T: Lasting>(call: &Call<'_, Context>, state: &T::Model) -> Result<T::Model, Diagnostics> {
    let failed = |error| T::NOUN.failed(Verb::Read, "", &error);
    let (key, label) = (key_of::<T>(state), text_of::<T>(state, T::LABEL));
    let text = label.or_else(|| key.clone()).unwrap_or_default();
    let by_key = match key {
        // Ids have 32 bits.
        Some(key) if key.parse::<i32>().is_ok() => {
            match endpoints::get::<T>(call.ctx.client(), &key, &options(call)).await {
                Err(error) if error.is_not_found() => None,
                answer => Some(answer.map_err(failed)?),
            }
        }
        _ => None,
    };
    let by_label = find::by_label::<T>(call.ctx, &text, &options(call)).await.map_err(failed)?;
    match (by_key, by_label) {
        (Some(other), Some(found)) if other.key != found.key => {
            Err(told::ambiguous_import::<T>(&text, &T::called(&T::identified(&found))).into())
        }
        (Some(found), _) | (None, Some(found)) => Ok(T::identified(&found)),
        (None, None) => Err(told::not_imported::<T>(&text).into()),
    }
}

/// Sends what differs. What the API is not told of needs no request.
pub(super) async fn update<T: Lasting>(
    call: &Call<'_, Context>,
    shown: Shown,
    mut plan: T::Model,
    prior: T::Model,
    outcome: &mut Outcome<T::Model>,
) -> Result<(), Diagnostics> {
    let mut key = reading::known::<T>(Verb::Update, call, &prior)?;
    let name = T::called(&prior);
    let turn = call.ctx.part::<Run<T>>().turn(&name, shown.parts);
    let _turn = turn.lock().await;
    T::resolve(call, &mut plan).await?;
    if !differences::<T>(&plan, &prior).is_empty() {
        let current = find::current::<T>(Verb::Update, call, &prior, &key).await?;
        key = current.ok_or_else(|| told::not_owned::<T>(Verb::Update, &name))?.key;
    }
    patch::change::<T>(call, Verb::Update, &key, (&plan, &prior), outcome).await
}

/// Does what `on_destroy` says, unless the object is another resource's by now.
pub(super) async fn delete<T: Lasting>(
    call: &Call<'_, Context>,
    shown: Shown,
    state: T::Model,
    outcome: &mut Outcome<T::Model>,
) -> Result<(), Diagnostics> {
    let (name, fate) = (T::called(&state), fate::<T>(&state));
    let turn = call.ctx.part::<Run<T>>().turn(&name, shown.parts);
    let mut turn = turn.lock().await;
    // A replacement by itself: what is destroyed is made anew.
    if outcome.private.get(MAKES).and_then(|made| made.as_str()) == Some(&name) {
        turn.free(shown.parts);
        return Ok(());
    }
    if fate != KEEP && !turn.is_taken(shown.parts, &outcome.private) {
        let stored = reading::known::<T>(Verb::Delete, call, &state)?;
        outcome.note(format!("{} {name}", T::NOUN.name));
        match find::current::<T>(Verb::Delete, call, &state, &stored).await? {
            None => {}
            Some(found) if fate == RELEASE => release::<T>(call, &state, &name, &found.key, outcome).await?,
            Some(found) => empty::<T>(call, &state, &found, outcome).await?,
        }
        call.ctx.slot::<T>().trail().forget(&stored);
    }
    turn.leave(&outcome.private);
    Ok(())
}

/// Takes away what the configuration has set, by the state or by what is found: an update
/// that failed may have set more than the state says.
async fn empty<T: Lasting>(
    call: &Call<'_, Context>,
    state: &T::Model,
    found: &Record<T>,
    outcome: &mut Outcome<T::Model>,
) -> Result<(), Diagnostics> {
    let emptied = T::emptied(&omission::managed(&outcome.private));
    let plan = with::<T>(state, emptied.clone());
    let (by_state, shown) = (differences::<T>(&plan, state), found.state(state));
    let rest =
        emptied.iter().map(|(name, _)| *name).filter(|name| by_state.iter().all(|it| it.name != *name));
    let now = with::<T>(state, rest.map(|name| (name, value_of::<T>(&shown, name))));
    patch::change::<T>(call, Verb::Delete, &found.key, (&plan, &now), outcome).await
}

async fn release<T: RemoteObject>(
    call: &Call<'_, Context>,
    state: &T::Model,
    name: &str,
    key: &str,
    outcome: &mut Outcome<T::Model>,
) -> Result<(), Diagnostics> {
    deletion::delete::<T>(call, state, &outcome.private, key).await?;
    let mut tries = 0;
    loop {
        let why = match find::by_label::<T>(call.ctx, name, &options(call)).await {
            Ok(None) => return Ok(()),
            Ok(Some(_)) => format!("The account still lists the {}.", T::NOUN.short),
            Err(error) => error.to_string(),
        };
        if !pause(call.ctx.patience().to_settle(tries), call.deadline, call.cancel).await {
            return Err(told::still_owned::<T>(name, &why).into());
        }
        tries += 1;
    }
}
