//! An object that is there before its resource and after it: a create adopts it, and a
//! destroy leaves it alone unless told otherwise. People know it by its label; the key is
//! another one when it was given back and had again. More than one kind of resource may
//! show it, and no two resources have the same part of it.
//!
//! | file | decides |
//! |---|---|
//! | `plan` | what is asked and said before anything is done |
//! | `life` | what is done to it |
//! | `told` | what users are told of it |

mod life;
mod plan;
mod told;

use std::future::Future;
use std::marker::PhantomData;
use std::time::Duration;

use crate::framework::diagnostics::Diagnostics;
use crate::framework::identity::{IdentityAttribute, IdentitySchema};
use crate::framework::object::Mapped;
use crate::framework::resource::{
    Call, CreateRequest, Operation, Outcome, PlanRequest, Resource, UpdateRequest,
};
use crate::framework::schema::{Attribute, Schema};
use crate::framework::validators::one_of;
use crate::protocol::value::Value;

use super::context::Context;
use super::object::{RemoteObject, stub, text_of, with};
use super::omission::is_setting;
use super::record::Record;
use super::views;

/// The argument that says what a destroy does; the API does not hear of it.
pub const ON_DESTROY: &str = "on_destroy";
/// Nothing.
pub const KEEP: &str = "keep";
/// It is given back.
pub const RELEASE: &str = "release";

/// What there is to say of such an object besides.
pub trait Lasting: RemoteObject {
    /// How long an operation may take where the configuration does not say.
    fn timeout(operation: Operation) -> Duration;

    /// Rules between arguments. Unknown values trip none.
    fn validate(_config: &Self::Model, _diagnostics: &mut Diagnostics) {}

    /// Fills in what a configuration leaves to the provider.
    fn complete(_planned: &mut Self::Model, _prior: Option<&Self::Model>) {}

    /// Says what a create or an update will meet: `found` is what a create adopts, if that
    /// could be looked up.
    fn plan(
        request: &PlanRequest<'_, Context, Self::Model>,
        planned: &Self::Model,
        found: Option<&Record<Self>>,
        diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = ()> + Send;

    /// Says what there is to say before it is given back.
    fn plan_release(
        request: &PlanRequest<'_, Context, Self::Model>,
        prior: &Self::Model,
        diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = ()> + Send;

    /// Looks up what a request needs and users may leave out.
    fn resolve(
        call: &Call<'_, Context>,
        plan: &mut Self::Model,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;

    /// What is odd about it, as a read finds it.
    fn remarks(_found: &Self::Model) -> Diagnostics {
        Diagnostics::new()
    }

    /// What it costs and does: sentences, each behind a blank.
    fn described(state: &Self::Model) -> String;

    /// What a destroy empties that neither keeps it nor gives it back. `managed` are the
    /// settings that the configuration has.
    fn emptied(managed: &[String]) -> Vec<(&'static str, Value)>;
}

/// What a resource shows of an object.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// The resource's type.
    pub type_name: &'static str,
    /// The attributes and blocks, if not all of them.
    pub attributes: Option<&'static [&'static str]>,
    /// The parts of the object that it has: the first one always, another where the
    /// argument of that name is set.
    pub parts: &'static [&'static str],
    /// Arguments and results.
    pub schema: fn() -> &'static Schema,
}

impl Shown {
    /// The part by which others know the resource.
    fn part(&self) -> &'static str {
        self.parts.first().copied().unwrap_or(self.type_name)
    }

    /// The parts that it has with these arguments.
    fn had<T: RemoteObject>(&self, model: &T::Model, is_set: fn(&Value) -> bool) -> Vec<&'static str> {
        let model = model.clone().into_value();
        let is_had = |part: &&'static str| *part == self.part() || model.get(part).is_some_and(is_set);
        self.parts.iter().copied().filter(is_had).collect()
    }
}

/// A kind of resource of such an object.
pub trait Form: Send + Sync + 'static {
    /// The object.
    type Object: Lasting;
    /// What it shows of it.
    const SHOWN: Shown;
}

/// [`ON_DESTROY`]: one of these, the first where nothing is said.
pub fn on_destroy(allowed: &'static [&'static str], words: &str) -> Attribute {
    let default = allowed.first().copied().unwrap_or_default();
    Attribute::string(ON_DESTROY).default_value(Value::string(default)).validate(one_of(allowed)).describe(format!(
        "Effect of a destroy at Wavix: {words} Default: `{default}`. Not sent to Wavix. A change must be applied \
         before the destroy."
    ))
}

fn fate<T: RemoteObject>(model: &T::Model) -> String {
    text_of::<T>(model, ON_DESTROY).unwrap_or_else(|| KEEP.to_owned())
}

/// The resource of a form.
#[derive(Debug)]
pub struct Managed<F>(PhantomData<fn() -> F>);

impl<F> Managed<F> {
    /// The only one.
    pub const NEW: Self = Self(PhantomData);
}

type Model<F> = <<F as Form>::Object as RemoteObject>::Model;

impl<F: Form> Resource<Context> for Managed<F> {
    type Model = Model<F>;

    fn type_name(&self) -> &'static str {
        F::SHOWN.type_name
    }

    fn schema(&self) -> Schema {
        (F::SHOWN.schema)().clone()
    }

    fn shows(&self) -> Option<&'static [&'static str]> {
        F::SHOWN.attributes
    }

    fn default_timeout(&self, operation: Operation) -> Duration {
        F::Object::timeout(operation)
    }

    fn validate(&self, config: &Model<F>, diagnostics: &mut Diagnostics) {
        F::Object::validate(config, diagnostics);
    }

    async fn plan(
        &self,
        request: PlanRequest<'_, Context, Model<F>>,
        planned: &mut Option<Model<F>>,
        diagnostics: &mut Diagnostics,
    ) {
        match (planned, request.prior) {
            (Some(planned), _) => {
                plan::change::<F::Object>(F::SHOWN, &request, planned, diagnostics).await;
            }
            (None, Some(prior)) => {
                plan::destroy::<F::Object>(F::SHOWN, &request, prior, diagnostics).await;
            }
            (None, None) => {}
        }
    }

    async fn create(
        &self,
        call: &Call<'_, Context>,
        request: CreateRequest<Model<F>>,
        outcome: &mut Outcome<Model<F>>,
    ) -> Result<(), Diagnostics> {
        life::create::<F::Object>(call, F::SHOWN, request.plan, outcome).await
    }

    async fn read(
        &self,
        call: &Call<'_, Context>,
        state: Model<F>,
        outcome: &mut Outcome<Model<F>>,
    ) -> Result<(), Diagnostics> {
        life::read::<F::Object>(call, F::SHOWN, state, outcome).await
    }

    async fn update(
        &self,
        call: &Call<'_, Context>,
        request: UpdateRequest<Model<F>>,
        outcome: &mut Outcome<Model<F>>,
    ) -> Result<(), Diagnostics> {
        life::update::<F::Object>(call, F::SHOWN, request.plan, request.prior, outcome).await
    }

    async fn delete(
        &self,
        call: &Call<'_, Context>,
        state: Model<F>,
        outcome: &mut Outcome<Model<F>>,
    ) -> Result<(), Diagnostics> {
        life::delete::<F::Object>(call, F::SHOWN, state, outcome).await
    }

    /// What may be a key may also be a label: the read finds out.
    fn import(&self, text: &str) -> Result<Model<F>, Diagnostics> {
        match F::Object::KEY.parse(text) {
            Some(key) => Ok(stub::<F::Object>(&key)),
            None => views::by_text::<F::Object>(F::Object::LABEL, text),
        }
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        let label = F::Object::schema().attribute(F::Object::LABEL)?.to_result();
        let attribute = IdentityAttribute::string(F::Object::LABEL, label.description);
        Some(IdentitySchema { version: 0, attributes: vec![attribute] })
    }

    fn identity(&self, state: &Model<F>) -> Option<Value> {
        let called = Some(F::Object::called(state)).filter(|called| !called.is_empty());
        Some(Value::map([(F::Object::LABEL, called.map_or(Value::Null, Value::String))]))
    }

    fn import_identity(&self, identity: &Value) -> Result<Model<F>, Diagnostics> {
        let label = identity.get(F::Object::LABEL).and_then(Value::as_str).unwrap_or_default();
        views::by_text::<F::Object>(F::Object::LABEL, label)
    }

    /// What is off or empty is as if nothing were written.
    fn generate(&self, _state: &Model<F>, config: &mut Model<F>) {
        let value = config.clone().into_value();
        let is_nothing = |name: &&str| match value.get(name) {
            Some(Value::List(items)) => items.is_empty(),
            value => value == Some(&Value::Bool(false)),
        };
        let settings = (F::SHOWN.schema)().attributes.iter().filter(|argument| is_setting(argument));
        let names = settings.map(|argument| argument.name.as_str()).filter(is_nothing);
        *config = with::<F::Object>(config, names.map(|name| (name, Value::Null)));
        F::Object::generate(config);
    }
}
