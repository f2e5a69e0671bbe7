//! The ordinary resource. It strings the functions of this layer together; an object whose
//! verbs differ overrides those, and only those.

use std::future::Future;
use std::marker::PhantomData;

use crate::framework::diagnostics::Diagnostics;
use crate::framework::identity::IdentitySchema;
use crate::framework::resource::{Call, CreateRequest, Outcome, PlanRequest, Resource, UpdateRequest};
use crate::framework::schema::Schema;
use crate::protocol::value::Value;

use super::body::Body;
use super::context::Context;
use super::create::{Made, create};
use super::noun::Verb;
use super::object::{ReadBy, RemoteObject, text_of};
use super::{delete, doubles, find, label, patch, plan, read, shown_once, take_back, unreadable, views};

/// An object with the ordinary life. What it says here is about plans; the verbs have
/// a default each.
pub trait Ordinary: RemoteObject {
    /// Rules between arguments. Unknown values trip none.
    fn validate(_config: &Self::Model, _diagnostics: &mut Diagnostics) {}

    /// Refines the plan of a create or an update.
    fn plan(
        _request: &PlanRequest<'_, Context, Self::Model>,
        _planned: &mut Self::Model,
        _diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// Says what there is to say before the object is destroyed.
    fn plan_destroy(
        _request: &PlanRequest<'_, Context, Self::Model>,
        _prior: &Self::Model,
        _diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// Makes the object.
    fn create(
        call: &Call<'_, Context>,
        plan: Self::Model,
        outcome: &mut Outcome<Self::Model>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        created::<Self>(call, plan, outcome)
    }

    /// Looks at the object.
    fn read(
        call: &Call<'_, Context>,
        state: Self::Model,
        outcome: &mut Outcome<Self::Model>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        was_read::<Self>(call, state, outcome)
    }

    /// Changes the object.
    fn update(
        call: &Call<'_, Context>,
        plan: Self::Model,
        prior: Self::Model,
        outcome: &mut Outcome<Self::Model>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        updated::<Self>(call, plan, prior, outcome)
    }

    /// Removes the object.
    fn delete(
        call: &Call<'_, Context>,
        state: Self::Model,
        outcome: &mut Outcome<Self::Model>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        deleted::<Self>(call, state, outcome)
    }
}

/// The ordinary way to make an object of which the API gives the key.
///
/// # Errors
/// See [`create`] and [`take_back`].
pub async fn created<T: RemoteObject>(
    call: &Call<'_, Context>,
    plan: T::Model,
    outcome: &mut Outcome<T::Model>,
) -> Result<(), Diagnostics> {
    // Creates of one label go one after the other where only the list tells what became of
    // one: an object whose answer was lost is told by label, second and contents, and must
    // not be a sibling's that is being made.
    let label = text_of::<T>(&plan, T::LABEL).unwrap_or_default();
    let slot = call.ctx.slot::<T>();
    let _turn = match T::READ {
        ReadBy::List => slot.creates().wait(&label::group(&label), call.deadline, call.cancel).await,
        ReadBy::Key => None,
    };
    let Made { record, is_new } = create::<T>(call, &plan, &Body::whole::<T>(&plan), outcome).await?;
    let object = record.state(&plan);
    unreadable::refuse(Verb::Create, &record)?;
    take_back::unless_as_planned::<T>(call, &plan, (&record.key, &object), is_new, outcome).await?;
    if let Some(warning) = find::unless_listed::<T>(call, &record.key).await {
        outcome.warn(warning);
    }
    shown_once::must_be_known::<T>(&record.key, &object)
}

/// The ordinary way to read an object.
///
/// # Errors
/// See [`read::read`].
pub async fn was_read<T: RemoteObject>(
    call: &Call<'_, Context>,
    state: T::Model,
    outcome: &mut Outcome<T::Model>,
) -> Result<(), Diagnostics> {
    if let Some(record) = read::read::<T>(call, &state, outcome).await? {
        let mut object = record.state(&state);
        T::add_listed(&record, &mut object);
        if read::is_import::<T>(&state, &record.key)
            && let Some(warning) = shown_once::imported_without::<T>(&record.key, &object)
        {
            outcome.warn(warning);
        }
        read::save::<T>(call, &state, object, outcome);
    }
    Ok(())
}

/// The ordinary way to change an object.
///
/// # Errors
/// See [`patch::change`].
pub async fn updated<T: Ordinary>(
    call: &Call<'_, Context>,
    plan: T::Model,
    prior: T::Model,
    outcome: &mut Outcome<T::Model>,
) -> Result<(), Diagnostics> {
    let key = read::known::<T>(Verb::Update, call, &prior)?;
    patch::change::<T>(call, Verb::Update, &key, (&plan, &prior), outcome).await
}

/// The ordinary way to remove an object.
///
/// # Errors
/// See [`delete`].
pub async fn deleted<T: RemoteObject>(
    call: &Call<'_, Context>,
    state: T::Model,
    outcome: &mut Outcome<T::Model>,
) -> Result<(), Diagnostics> {
    let key = read::known::<T>(Verb::Delete, call, &state)?;
    outcome.note(format!("{} {key}", T::NOUN.name));
    delete::delete::<T>(call, &state, &outcome.private, &key).await?;
    call.ctx.slot::<T>().trail().forget(&key);
    Ok(())
}

/// The resource of an ordinary object.
#[derive(Debug)]
pub struct Managed<T>(PhantomData<fn() -> T>);

impl<T> Managed<T> {
    /// The only one.
    pub const NEW: Self = Self(PhantomData);
}

impl<T: Ordinary> Resource<Context> for Managed<T> {
    type Model = T::Model;

    fn type_name(&self) -> &'static str {
        T::NOUN.type_name
    }

    fn schema(&self) -> Schema {
        T::schema().clone()
    }

    fn validate(&self, config: &T::Model, diagnostics: &mut Diagnostics) {
        T::validate(config, diagnostics);
    }

    async fn plan(
        &self,
        request: PlanRequest<'_, Context, T::Model>,
        planned: &mut Option<T::Model>,
        diagnostics: &mut Diagnostics,
    ) {
        match planned {
            Some(planned) => {
                plan::without_refresh::<T>(&request);
                T::plan(&request, planned, diagnostics).await;
                doubles::look_for::<T>(&request, planned, diagnostics).await;
                plan::tell_trouble::<T>(&request, planned, diagnostics);
            }
            None => {
                if let Some(prior) = request.prior {
                    T::plan_destroy(&request, prior, diagnostics).await;
                }
            }
        }
    }

    async fn create(
        &self,
        call: &Call<'_, Context>,
        request: CreateRequest<T::Model>,
        outcome: &mut Outcome<T::Model>,
    ) -> Result<(), Diagnostics> {
        T::create(call, request.plan, outcome).await
    }

    async fn read(
        &self,
        call: &Call<'_, Context>,
        state: T::Model,
        outcome: &mut Outcome<T::Model>,
    ) -> Result<(), Diagnostics> {
        T::read(call, state, outcome).await
    }

    async fn update(
        &self,
        call: &Call<'_, Context>,
        request: UpdateRequest<T::Model>,
        outcome: &mut Outcome<T::Model>,
    ) -> Result<(), Diagnostics> {
        T::update(call, request.plan, request.prior, outcome).await
    }

    async fn delete(
        &self,
        call: &Call<'_, Context>,
        state: T::Model,
        outcome: &mut Outcome<T::Model>,
    ) -> Result<(), Diagnostics> {
        T::delete(call, state, outcome).await
    }

    fn import(&self, id: &str) -> Result<T::Model, Diagnostics> {
        views::by_key::<T>(id)
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(views::identity_schema::<T>())
    }

    fn import_identity(&self, identity: &Value) -> Result<T::Model, Diagnostics> {
        let key = identity.get(T::KEY.attribute()).and_then(Value::as_str);
        views::by_key::<T>(key.unwrap_or_default())
    }

    fn generate(&self, _state: &T::Model, config: &mut T::Model) {
        T::generate(config);
    }
}
