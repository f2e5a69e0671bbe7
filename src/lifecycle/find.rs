//! Looking at an object: by its key, in the list, and again where Wavix may be behind its
//! own writes. What a 404 is taken for is decided in [`presence`].

use crate::client::{self, CallOptions};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::private::Private;
use crate::framework::resource::Call;

use super::context::{Context, options};
use super::endpoints;
use super::noun::{Verb, What, capitalized};
use super::object::{ReadBy, RemoteObject, text_of};
use super::patience::pause;
use super::presence::{self, Presence};
use super::record::{CREATED_AT, Record, timestamp};
use super::settle::{Newness, Settling, unsettled};

/// What the list says about an object. One that the shared walk does not have may
/// have been made elsewhere since: the list is then walked anew.
///
/// # Errors
/// See [`client::Error`].
pub async fn listed<T: RemoteObject>(
    call: &Call<'_, Context>,
    key: &str,
) -> Result<Option<Record<T>>, client::Error> {
    let of = |records: &[Record<T>]| records.iter().find(|record| record.key == key).cloned();
    let slot = call.ctx.slot::<T>();
    if let Some(found) = of(&slot.recent(call).await?) {
        return Ok(Some(found));
    }
    Ok(of(&slot.fresh(call, &options(call)).await?))
}

/// Waits until the list has an object that was just made, where nothing else shows it:
/// a read that misses it would take it for gone. A warning when it has not by the deadline.
pub async fn unless_listed<T: RemoteObject>(call: &Call<'_, Context>, key: &str) -> Option<Diagnostic> {
    if T::READ != ReadBy::List {
        return None;
    }
    let mut tries = 0;
    let cause = loop {
        match get::<T>(call, key, &options(call)).await {
            Ok(Some(_)) => return None,
            Ok(None) => {}
            Err(error) => break error.to_string(),
        }
        if !pause(call.ctx.patience().to_settle(tries), call.deadline, call.cancel).await {
            break "The timeout of the create expired.".to_owned();
        }
        tries += 1;
    };
    let (name, short, list) = (T::NOUN.name, T::NOUN.short, T::NOUN.list);
    Some(Diagnostic::warning(
        format!("{} {key} is not listed yet", capitalized(name)),
        format!(
            "The {name} {key} is created and is in the state, but the account's list of {short}s does not show it \
             yet. A refresh that does not find it there removes it from the state. Before you apply again, check that \
             the `{list}` data source or the Wavix portal shows it.\n\n{cause}"
        ),
    ))
}

/// The object as it is now; `None` when a list does not have it.
///
/// # Errors
/// See [`client::Error`]; a 404 is one.
pub async fn get<T: RemoteObject>(
    call: &Call<'_, Context>,
    key: &str,
    options: &CallOptions,
) -> Result<Option<Record<T>>, client::Error> {
    match T::READ {
        ReadBy::Key => endpoints::get(call.ctx.client(), key, options).await.map(Some),
        ReadBy::List => {
            let records = call.ctx.slot::<T>().fresh(call, options).await?;
            Ok(records.iter().find(|record| record.key == key).cloned())
        }
    }
}

/// The object that people know by this label, as the API's own search finds it among others.
///
/// # Errors
/// See [`client::Error`].
pub async fn by_label<T: RemoteObject>(
    ctx: &Context,
    label: &str,
    options: &CallOptions,
) -> Result<Option<Record<T>>, client::Error> {
    let query: Vec<_> = T::search(T::LABEL, label).into_iter().collect();
    let found = endpoints::search::<T>(ctx.client(), &query, options).await?;
    Ok(found.into_iter().find(|record| T::is_found(record, T::LABEL, label)))
}

/// The object of a state as it is now, which is looked at before anything is written under
/// its key: for an object that may get another one, the stored key may be another object's
/// by now. `None`: the account does not have it.
///
/// # Errors
/// It cannot be looked at, so nothing was done.
pub async fn current<T: RemoteObject>(
    verb: Verb,
    call: &Call<'_, Context>,
    state: &T::Model,
    stored: &str,
) -> Result<Option<Record<T>>, Diagnostics> {
    let unread = |error| {
        let (name, which) = (T::NOUN.name, T::called(state));
        let now = format!("Nothing was changed, because the {name} {which} could not be read.");
        T::NOUN.failed_with(verb, &error, What { now, may_exist: false })
    };
    match endpoints::get::<T>(call.ctx.client(), stored, &options(call)).await {
        Ok(found) if T::is_renewed(state, &found) => return Ok(Some(found)),
        Err(error) if !error.is_not_found() => return Err(unread(error)),
        Ok(_) | Err(_) => {}
    }
    let label = text_of::<T>(state, T::LABEL).unwrap_or_default();
    by_label::<T>(call.ctx, &label, &options(call)).await.map_err(unread)
}

/// A listed object, as far as the API tells of it.
///
/// # Errors
/// See [`client::Error`].
pub async fn whole<T: RemoteObject>(
    call: &Call<'_, Context>,
    listed: &Record<T>,
    options: &CallOptions,
) -> Result<Record<T>, client::Error> {
    match T::READ {
        ReadBy::Key if !T::SHARED_READS => endpoints::get(call.ctx.client(), &listed.key, options).await,
        ReadBy::Key | ReadBy::List => Ok(listed.clone()),
    }
}

/// What became of an object of the state.
pub enum Found<T> {
    /// It is there.
    Object(Box<Record<T>>),
    /// It is certainly gone: this was answered, and the list lacks it.
    Gone(Option<client::Error>),
}

impl<T> From<Record<T>> for Found<T> {
    fn from(record: Record<T>) -> Self {
        Self::Object(Box::new(record))
    }
}

/// The object, or that it is gone. One so new that not every server may know it
/// is asked for again until it has settled, and one that the list still has once
/// more.
///
/// # Errors
/// Whether it is gone is not certain.
pub async fn find<T: RemoteObject>(
    call: &Call<'_, Context>,
    state: &T::Model,
    private: &Private,
    key: &str,
) -> Result<Found<T>, Diagnostics> {
    let failed = |error: &client::Error| T::NOUN.failed(Verb::Read, key, error);
    let mut newness = Newness::of::<T>(state, private);
    if T::READ == ReadBy::List {
        return in_list(call, &mut newness, key).await;
    }
    let get = || async { endpoints::get::<T>(call.ctx.client(), key, &options(call)).await };
    let mut may_share = T::SHARED_READS;
    loop {
        let looked = if std::mem::take(&mut may_share) {
            call.ctx.slot::<T>().reads().get(call, key).await
        } else {
            get().await
        };
        let not_found = match looked {
            Ok(record) => return Ok(record.into()),
            Err(error) if error.is_not_found() => error,
            Err(error) => return Err(failed(&error)),
        };
        let presence = presence_after::<T>(Verb::Read, call, key, &not_found).await?;
        let settling = newness.wait(call).await;
        if settling == Settling::Waited {
            continue;
        }
        return match presence {
            Presence::Gone if settling == Settling::CutShort => {
                Err(unsettled::<T>(Verb::Read, key, &not_found.to_string()))
            }
            Presence::Gone => Ok(Found::Gone(Some(not_found))),
            Presence::Listed => match get().await {
                Ok(record) => Ok(record.into()),
                Err(error) if error.is_not_found() => Err(still_listed::<T>(Verb::Read, key, &error)),
                Err(error) => Err(failed(&error)),
            },
        };
    }
}

async fn in_list<T: RemoteObject>(
    call: &Call<'_, Context>,
    newness: &mut Newness,
    key: &str,
) -> Result<Found<T>, Diagnostics> {
    loop {
        match listed::<T>(call, key).await {
            Ok(Some(record)) => return Ok(record.into()),
            Ok(None) => {}
            Err(error) => return Err(T::NOUN.failed(Verb::Read, key, &error)),
        }
        match newness.wait(call).await {
            Settling::Waited => {}
            Settling::Over => return Ok(Found::Gone(None)),
            Settling::CutShort => {
                return Err(unsettled::<T>(Verb::Read, key, "The account's list does not contain it."));
            }
        }
    }
}

/// Refuses an object that cannot be the state's. What is immutable and the time of
/// creation never change, so where both are others, somebody has put another id into
/// the state, and everything that follows would happen to somebody else's object.
///
/// # Errors
/// It is another.
pub fn same_object<T: RemoteObject>(state: &T::Model, record: &Record<T>) -> Result<(), Diagnostics> {
    let Some(immutable) = T::IMMUTABLE else { return Ok(()) };
    let stored = text_of::<T>(state, CREATED_AT).and_then(|text| timestamp(&text));
    let (Some(stored), Some(found)) = (stored, record.created_at()) else { return Ok(()) };
    let (Some(old), Some(new)) = (text_of::<T>(state, immutable), record.text(immutable)) else {
        return Ok(());
    };
    if old == new || stored == found {
        return Ok(());
    }
    let (name, short, key) = (T::NOUN.name, T::NOUN.short, &record.key);
    Err(Diagnostic::error(
        T::NOUN.summary(Verb::Read),
        format!(
            "The id in the state belongs to another {short}, and was probably edited. If you want to manage the \
             {name} {key}, remove the resource from the state with `terraform state rm` and import the {short} with \
             `terraform import`. If not, restore the previous id. The state is unchanged.\n\nThe {name} {key} has the \
             {immutable} {new:?} and was created on {}; the state has {old:?} and {}. These values never change.",
            httpdate::fmt_http_date(found),
            httpdate::fmt_http_date(stored),
        ),
    )
    .at(Path::root(T::KEY.attribute()))
    .into())
}

/// What the list says about an object that a request did not find.
pub(super) async fn presence_after<T: RemoteObject>(
    verb: Verb,
    call: &Call<'_, Context>,
    key: &str,
    not_found: &client::Error,
) -> Result<Presence, Diagnostics> {
    let listed = call.ctx.slot::<T>().fresh(call, &options(call)).await;
    // The list says more about why than the 404 does.
    presence::in_list(listed, key).map_err(|error| {
        let mut diagnostics: Vec<Diagnostic> = T::NOUN.failed(verb, key, &error).into_iter().collect();
        for diagnostic in &mut diagnostics {
            let doubt = format!("\n\n{not_found} The provider could not confirm the deletion.");
            diagnostic.detail.push_str(&doubt);
        }
        diagnostics.into_iter().collect()
    })
}

/// The error for an object that the list has, whatever a request came to.
pub(super) fn still_listed<T: RemoteObject>(verb: Verb, key: &str, error: &client::Error) -> Diagnostics {
    Diagnostic::error(
        T::NOUN.summary(verb),
        format!(
            "The {} {key} exists and stays in the state: the account's list contains it. Try again. If the problem \
             persists, ask Wavix support why the {} cannot be accessed.\n\n{error}",
            T::NOUN.name,
            T::NOUN.short
        ),
    )
    .into()
}
