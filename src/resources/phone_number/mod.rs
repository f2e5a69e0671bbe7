//! Resources layer: phone numbers of the account. Two resources manage them: one the
//! number with its settings, one nothing but where it rings. Both are forms of one object,
//! with one life.
//!
//! | file | decides |
//! |---|---|
//! | `object`, `schema` | what a number is, and how it is documented |
//! | `destinations`, `places` | what stands in a list of destinations, and what it means |
//! | `plan`, `told` | what is said before anything is done, and in which words |
//! | `life` | what is done to a number |
//! | `results` | what data sources and lists tell, and how they find it |
//! | `routing` | the form that is nothing but destinations |

mod destinations;
mod life;
mod object;
mod places;
mod plan;
mod results;
mod routing;
mod schema;
mod told;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::identity::{IdentityAttribute, IdentitySchema};
use crate::framework::object::{Attr, Mapped, Object};
use crate::framework::resource::{
    Call, CreateRequest, Operation, Outcome, PlanRequest, Resource, UpdateRequest,
};
use crate::framework::schema::Schema;
use crate::lifecycle::context::Context;
use crate::lifecycle::object::RemoteObject;
use crate::lifecycle::views;
use crate::protocol::value::{UNKNOWN, Value};

use self::life::Act;
pub use self::object::PhoneNumberModel;
use self::places::digits;
pub use self::routing::Routing;

/// All that there is to say of a phone number, and the form with all its settings.
#[derive(Debug, Clone, Copy, Default)]
pub struct PhoneNumber;

/// `resource "wavix_phone_number"`
pub type PhoneNumberResource = Managed<PhoneNumber>;
/// `data "wavix_phone_number"`
pub type PhoneNumberDataSource = views::One<PhoneNumber>;
/// `data "wavix_phone_numbers"`
pub type PhoneNumbersDataSource = views::Plural<PhoneNumber>;
/// `list "wavix_phone_number"`
pub type PhoneNumberList = views::List<PhoneNumber, PhoneNumberResource>;
/// `resource "wavix_phone_number_routing"`
pub type PhoneNumberRoutingResource = Managed<Routing>;

/// What a resource shows of a number: attributes of [`PhoneNumberModel`], with their rules.
pub trait Form: Send + Sync + 'static {
    /// Configuration, plan and state.
    type Model: Object + Default + PartialEq + fmt::Debug;

    /// The resource's type.
    const TYPE_NAME: &'static str;
    /// What a destroy does where nothing is said.
    const ON_DESTROY: &'static str;

    /// Arguments and results. Built once.
    fn schema() -> &'static Schema;
}

impl PhoneNumber {
    /// The form's type.
    const FORM: &'static str = <Self as Form>::TYPE_NAME;
}

impl Form for PhoneNumber {
    type Model = PhoneNumberModel;

    const TYPE_NAME: &'static str = object::NOUN.type_name;
    const ON_DESTROY: &'static str = schema::KEEP;

    fn schema() -> &'static Schema {
        <Self as RemoteObject>::schema()
    }
}

/// The number that a form shows a part of. What the form does not speak of is not known,
/// and so neither compared nor sent.
fn number<F: Form>(model: &F::Model) -> PhoneNumberModel {
    let mut values: BTreeMap<String, Value> =
        PhoneNumberModel::ATTRIBUTES.iter().map(|name| ((*name).to_owned(), UNKNOWN)).collect();
    if let Value::Map(shown) = model.clone().into_value() {
        values.extend(shown);
    }
    PhoneNumberModel::from_value(&Value::Map(values)).unwrap_or_default()
}

/// What a form shows of a number.
fn form<F: Form>(number: PhoneNumberModel) -> F::Model {
    F::Model::from_value(&number.into_value()).unwrap_or_default()
}

/// Does it to the number, and shows the form's part of what came of it.
async fn act<F: Form>(
    call: &Call<'_, Context>,
    act: Act,
    outcome: &mut Outcome<F::Model>,
) -> Result<(), Diagnostics> {
    let private = std::mem::take(&mut outcome.private);
    let mut whole = Outcome::starting_from(outcome.state().map(number::<F>), private).noting(outcome.notes());
    let result = life::act(call, F::TYPE_NAME, act, &mut whole).await;
    let (state, private, warnings) = whole.into_parts();
    match state {
        Some(state) => outcome.save(form::<F>(state)),
        None => outcome.gone(),
    }
    outcome.private = private;
    warnings.into_iter().for_each(|warning| outcome.warn(warning));
    result
}

/// The resource of a form.
#[derive(Debug)]
pub struct Managed<F>(PhantomData<fn() -> F>);

impl<F> Managed<F> {
    /// The only one.
    pub const NEW: Self = Self(PhantomData);
}

impl<F: Form> Managed<F> {
    /// The state of an import.
    fn stub(number: Attr<String>, id: Attr<String>) -> F::Model {
        form::<F>(PhoneNumberModel { number, id, ..Default::default() })
    }
}

impl<F: Form> Resource<Context> for Managed<F> {
    type Model = F::Model;

    fn type_name(&self) -> &'static str {
        F::TYPE_NAME
    }

    fn schema(&self) -> Schema {
        F::schema().clone()
    }

    fn default_timeout(&self, operation: Operation) -> Duration {
        schema::timeout(operation)
    }

    fn validate(&self, config: &F::Model, diagnostics: &mut Diagnostics) {
        plan::validate(&number::<F>(config), diagnostics);
    }

    async fn plan(
        &self,
        request: PlanRequest<'_, Context, F::Model>,
        planned: &mut Option<F::Model>,
        diagnostics: &mut Diagnostics,
    ) {
        let (config, prior) = (request.config.map(number::<F>), request.prior.map(number::<F>));
        let PlanRequest { ctx, phase, private, cancel, .. } = request;
        let request =
            PlanRequest { ctx, config: config.as_ref(), prior: prior.as_ref(), phase, private, cancel };
        match planned {
            Some(planned) => {
                let mut whole = number::<F>(planned);
                plan::change(F::TYPE_NAME, &request, &mut whole, diagnostics).await;
                *planned = form::<F>(whole);
            }
            None => {
                if let Some(prior) = &prior {
                    plan::destroy(F::TYPE_NAME, &request, prior, diagnostics).await;
                }
            }
        }
    }

    async fn create(
        &self,
        call: &Call<'_, Context>,
        request: CreateRequest<F::Model>,
        outcome: &mut Outcome<F::Model>,
    ) -> Result<(), Diagnostics> {
        act::<F>(call, Act::Create(number::<F>(&request.plan)), outcome).await
    }

    async fn read(
        &self,
        call: &Call<'_, Context>,
        state: F::Model,
        outcome: &mut Outcome<F::Model>,
    ) -> Result<(), Diagnostics> {
        // After an import.
        act::<F>(call, Act::Read(number::<F>(&state).with_fate(F::ON_DESTROY)), outcome).await
    }

    async fn update(
        &self,
        call: &Call<'_, Context>,
        UpdateRequest { plan, prior, .. }: UpdateRequest<F::Model>,
        outcome: &mut Outcome<F::Model>,
    ) -> Result<(), Diagnostics> {
        let change = Box::new((number::<F>(&plan), number::<F>(&prior)));
        act::<F>(call, Act::Update(change), outcome).await
    }

    async fn delete(
        &self,
        call: &Call<'_, Context>,
        state: F::Model,
        outcome: &mut Outcome<F::Model>,
    ) -> Result<(), Diagnostics> {
        act::<F>(call, Act::Delete(number::<F>(&state)), outcome).await
    }

    /// Digits alone may be a number or a record id: the read finds out.
    fn import(&self, id: &str) -> Result<F::Model, Diagnostics> {
        let is_bare = !id.is_empty() && id.chars().all(|character| character.is_ascii_digit());
        if is_bare && !id.starts_with('0') {
            return Ok(Self::stub(Attr::Null, Attr::Known(id.to_owned())));
        }
        let checked = F::schema().attribute("number").into_iter().flat_map(|number| &number.validators);
        let problem = checked.filter_map(|rule| rule.check(&Value::string(id)).err()).next();
        match problem {
            None if id.contains('+') => Ok(Self::stub(Attr::Known(id.to_owned()), Attr::Null)),
            problem => Err(Diagnostic::error(
                "Cannot import phone number",
                format!(
                    "A phone number is imported by `+` and its digits, or by its record id; found {id:?}. {}Nothing was \
                     imported.",
                    problem.map(|problem| format!("{problem} ")).unwrap_or_default()
                ),
            )
            .into()),
        }
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        let description = "The number in E.164: `+` and its digits.";
        Some(IdentitySchema {
            version: 0,
            attributes: vec![IdentityAttribute::string("number", description)],
        })
    }

    fn identity(&self, state: &F::Model) -> Option<Value> {
        let number = number::<F>(state).digits().map(|digits| format!("+{digits}"));
        Some(Value::map([("number", number.map_or(Value::Null, Value::String))]))
    }

    fn import_identity(&self, identity: &Value) -> Result<F::Model, Diagnostics> {
        let text = identity.get("number").and_then(Value::as_str).unwrap_or_default();
        self.import(&format!("+{}", digits(text)))
    }

    fn generate(&self, _state: &F::Model, config: &mut F::Model) {
        let mut whole = number::<F>(config);
        plan::generate(&mut whole);
        *config = form::<F>(whole);
    }
}
