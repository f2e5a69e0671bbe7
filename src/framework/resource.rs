//! What the author of a managed resource writes. The erased twin that the server calls is
//! derived from this trait, never written.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::protocol::value::Value;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::identity::IdentitySchema;
use super::moving::MovedState;
use super::note::Note;
use super::object::{Mapped, Object};
use super::private::{Draft, Private};
use super::schema::Schema;

/// What a verb may use while it runs.
#[derive(Debug)]
pub struct Call<'a, Ctx> {
    /// The configured provider.
    pub ctx: &'a Ctx,
    /// Set when the user interrupts: stop waiting and send nothing new, but
    /// finish what was sent.
    pub cancel: &'a CancellationToken,
    /// When the operation's time-out ends.
    pub deadline: Instant,
}

/// The operations a `timeouts` block can bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `timeouts.create`
    Create,
    /// `timeouts.read`
    Read,
    /// `timeouts.update`
    Update,
    /// `timeouts.delete`
    Delete,
}

/// How long an operation may take when neither the configuration nor the resource
/// says.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// Where a verb puts its result. What is saved here survives an error, a panic
/// and an interrupt, which is why a verb saves as soon as there is something
/// to save.
#[derive(Debug)]
pub struct Outcome<M> {
    state: Option<M>,
    /// Kept beside the state.
    pub private: Private,
    warnings: Diagnostics,
    note: Note,
}

impl<M> Outcome<M> {
    /// Starts from what is true before the verb runs.
    pub fn starting_from(state: Option<M>, private: Private) -> Self {
        Self { state, private, warnings: Diagnostics::new(), note: Note::default() }
    }

    /// The same, with its notes going here.
    #[must_use]
    pub fn noting(self, note: Note) -> Self {
        Self { note, ..self }
    }

    /// The note that these go to.
    #[must_use]
    pub fn notes(&self) -> Note {
        self.note.clone()
    }

    /// Says what is known of the object by now, and how to find it, for the log
    /// if the process is ended before the verb is. Each note replaces the one
    /// before it. Never a secret.
    pub fn note(&self, line: impl Into<String>) {
        self.note.write(line);
    }

    /// The object is this now.
    pub fn save(&mut self, state: M) {
        self.state = Some(state);
    }

    /// The object is gone.
    pub fn gone(&mut self) {
        self.state = None;
    }

    /// What is saved.
    pub fn state(&self) -> Option<&M> {
        self.state.as_ref()
    }

    /// Tells the user something without failing.
    pub fn warn(&mut self, warning: Diagnostic) {
        self.warnings.push(warning);
    }

    /// The parts, for the server.
    pub fn into_parts(self) -> (Option<M>, Private, Diagnostics) {
        (self.state, self.private, self.warnings)
    }
}

/// What is asked of [`Resource::create`].
///
/// What was planned is what is to be done, so of the configuration a verb is
/// shown no more than a plan cannot hold. Terraform applies `ignore_changes` to
/// the configuration of a plan and not to that of an apply: whoever concludes
/// anything from the latter does what nobody was shown.
#[derive(Debug)]
pub struct CreateRequest<M> {
    /// The write-only values of the configuration, and nothing else: every other
    /// attribute is null, whatever the user wrote.
    pub write_only: M,
    /// What was planned: known values must come out as they are, unknown ones
    /// are the verb's to decide.
    pub plan: M,
}

/// What is asked of [`Resource::update`].
#[derive(Debug)]
pub struct UpdateRequest<M> {
    /// As in a [`CreateRequest`].
    pub write_only: M,
    /// What was planned.
    pub plan: M,
    /// What the state holds.
    pub prior: M,
}

/// When a plan is made. Terraform plans a second time while it applies, in a process
/// that has read no resource but those that change. Since 1.9 it gives itself away
/// by allowing deferral there, and else only for its experimental
/// `-allow-deferral`; OpenTofu allows it in every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Deferral is not allowed: a plan, or with versions before 1.9 perhaps an apply.
    Plan,
    /// Deferral is allowed, and a resource was read over this connection, which an
    /// apply does not do: a plan of OpenTofu.
    PlanAfterRead,
    /// Deferral is allowed, and nothing was read: an apply of Terraform, an apply of
    /// OpenTofu, or a plan of OpenTofu that has nothing to read.
    PlanOrApply,
}

/// A planned change, which [`Resource::plan`] may refine.
#[derive(Debug)]
pub struct PlanRequest<'a, Ctx, M> {
    /// The configured provider; `None` while its configuration holds unknown
    /// values, and when nothing was configured.
    pub ctx: Option<&'a Ctx>,
    /// What the user wrote; may hold unknown values. `None` for a destroy.
    pub config: Option<&'a M>,
    /// What the state holds. `None` for a create.
    pub prior: Option<&'a M>,
    /// Whether this may be the second plan, which Terraform makes while it applies.
    pub phase: Phase,
    /// What is stored beside the state; what a plan notes here, the apply finds. The apply
    /// that removes the old object of a replacement is given what was noted for the new one.
    pub private: &'a Draft,
    /// Set when the user interrupts.
    pub cancel: &'a CancellationToken,
}

/// A managed resource. Contract:
///
/// 1. [`schema`](Self::schema) is pure and answers the same in every process.
/// 2. [`validate`](Self::validate) and [`plan`](Self::plan) never write to the
///    API. Unknown values trip no check.
/// 3. [`create`](Self::create) saves to its outcome *as soon as the object
///    exists*, with at least what [`read`](Self::read) needs to find it again.
///    An error after that keeps the object in the state (tainted); an error
///    before it means that no object was made, or names what may exist.
/// 4. On success the saved state is wholly known and every value that the plan
///    knew is unchanged. Spellings that mean the same are put right by the
///    framework, write-only values are removed by it.
/// 5. [`update`](Self::update)'s outcome starts as the prior state and
///    [`delete`](Self::delete)'s as the state to delete; an error keeps what is
///    saved then. A successful delete removes the state; an object that is
///    gone already is a success.
/// 6. [`read`](Self::read)'s outcome starts as the stored state. It saves what
///    the API says, calls [`Outcome::gone`] only when the object is certainly
///    gone, and on any doubt returns an error. It is never called without a
///    configured provider: then the framework keeps the stored state.
/// 7. [`import`](Self::import) checks the form of the id and makes a state that
///    `read` can complete. It need not ask the API: a read always follows.
/// 8. Verbs may run at the same time for different objects.
/// 9. [`identity_schema`](Self::identity_schema) is pure. With one, every state
///    that a verb leaves has a complete [`identity`](Self::identity), which stays
///    the same until the object is replaced; the framework holds verbs to it.
/// 10. [`import_identity`](Self::import_identity), [`generate`](Self::generate)
///     and [`take_over`](Self::take_over) are pure: they ask nobody, and the last
///     is called without a configured provider.
pub trait Resource<Ctx: Send + Sync + 'static>: Send + Sync + 'static {
    /// The struct for configuration, plan and state.
    type Model: Object;

    /// `<provider>_<object>`.
    fn type_name(&self) -> &'static str;

    /// Arguments and results.
    fn schema(&self) -> Schema;

    /// The attributes and blocks of the model that the schema has, where another resource
    /// of the same object shows more. What is not shown is unknown to the verbs, and
    /// nothing that they make of it goes out.
    fn shows(&self) -> Option<&'static [&'static str]> {
        None
    }

    /// How long an operation may take when the configuration does not say.
    fn default_timeout(&self, _operation: Operation) -> Duration {
        DEFAULT_TIMEOUT
    }

    /// Rules that need more than one attribute. Attribute rules were checked
    /// before; values may be null or unknown.
    fn validate(&self, _config: &Self::Model, _diagnostics: &mut Diagnostics) {}

    /// Refines the plan after defaults, unknowns and modifiers were applied.
    /// `planned` is `None` for a destroy and must stay so. Called for every
    /// plan, also where nothing changes: an unchanged object must then be left
    /// unchanged. Where the hook itself starts a change, it is called a second
    /// time with what the change makes unknown, and only the second call
    /// counts: it must answer the same to the same request.
    fn plan(
        &self,
        _request: PlanRequest<'_, Ctx, Self::Model>,
        _planned: &mut Option<Self::Model>,
        _diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// Makes the object.
    fn create(
        &self,
        call: &Call<'_, Ctx>,
        request: CreateRequest<Self::Model>,
        outcome: &mut Outcome<Self::Model>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;

    /// Looks at the object. `state` is what the outcome starts from.
    fn read(
        &self,
        call: &Call<'_, Ctx>,
        state: Self::Model,
        outcome: &mut Outcome<Self::Model>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;

    /// Changes the object.
    fn update(
        &self,
        call: &Call<'_, Ctx>,
        request: UpdateRequest<Self::Model>,
        outcome: &mut Outcome<Self::Model>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;

    /// Removes the object.
    fn delete(
        &self,
        call: &Call<'_, Ctx>,
        state: Self::Model,
        outcome: &mut Outcome<Self::Model>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;

    /// The state from which a read can find the object with this id.
    ///
    /// # Errors
    /// The id is malformed, or the resource cannot be imported.
    fn import(&self, _id: &str) -> Result<Self::Model, Diagnostics> {
        Err(Diagnostic::error(
            format!("Cannot import {}", self.type_name()),
            "This resource does not support import. The state is unchanged.",
        )
        .into())
    }

    /// What identifies an object, apart from its state. `None`: this type has no
    /// identity.
    fn identity_schema(&self) -> Option<IdentitySchema> {
        None
    }

    /// The identity of the object with this state: an object of the identity
    /// schema's attributes. By default the state's attributes of the same names.
    fn identity(&self, state: &Self::Model) -> Option<Value> {
        self.identity_schema().map(|schema| schema.of_state(&state.clone().into_value()))
    }

    /// The state from which a read can find the object with this identity.
    /// Everything that an import must give is there.
    ///
    /// # Errors
    /// The identity is malformed, or the resource cannot be imported by it.
    fn import_identity(&self, _identity: &Value) -> Result<Self::Model, Diagnostics> {
        Err(Diagnostic::error(
            format!("Cannot import {} by identity", self.type_name()),
            "This resource does not support import by identity. Import it by its id: set `id` instead of `identity` \
             in the `import` block.",
        )
        .into())
    }

    /// Rewrites an identity of an older version to the next one. As
    /// [`upgrade`](Self::upgrade), for identities.
    ///
    /// # Errors
    /// The identity cannot be rewritten.
    fn upgrade_identity(
        &self,
        from: i64,
        _identity: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostics> {
        Err(Diagnostic::bug(
            format!("Cannot upgrade the identity of {}", self.type_name()),
            format!("The state is unchanged. The provider cannot upgrade identity version {from}."),
        )
        .into())
    }

    /// Takes out of a generated configuration what a person would not write,
    /// beyond what the schema says (see [`generation`](super::generation)), so
    /// that the object plans empty with it.
    fn generate(&self, _state: &Self::Model, _config: &mut Self::Model) {}

    /// The state of an object that was managed as another resource type. It
    /// needs no more than what [`read`](Self::read) needs. `None`: nothing is
    /// known of that type.
    ///
    /// # Errors
    /// The type is known, but this is no object that can be taken over.
    fn take_over(&self, _moved: &MovedState) -> Result<Option<Self::Model>, Diagnostics> {
        Ok(None)
    }

    /// Rewrites a state of an older schema version to the next one. Called once
    /// per version, oldest first. The value is the stored JSON.
    ///
    /// # Errors
    /// The state cannot be rewritten.
    fn upgrade(&self, from: i64, _state: serde_json::Value) -> Result<serde_json::Value, Diagnostics> {
        Err(Diagnostic::bug(
            format!("Cannot upgrade the state of {}", self.type_name()),
            format!("The state is unchanged. The provider cannot upgrade schema version {from}."),
        )
        .into())
    }
}

/// The name of the block that [`Operation`]s' time-outs are written in.
pub const TIMEOUTS: &str = "timeouts";

/// The `timeouts` value of a plan or state, if its schema has that block.
#[must_use]
pub fn timeouts_of(object: &Value) -> Option<&Value> {
    object.get(TIMEOUTS).filter(|value| !value.is_null() && !value.is_unknown())
}
