//! A provider for tests: one resource and one data source whose behaviour is a
//! set of functions, so that a test spells out only what it is about.

mod calls;
mod data_source;
mod list;
pub(crate) mod registered;

pub(crate) use calls::{Fake, assert_one_error, encode, errors, propose, stored_thing, thing};
use data_source::FakeDataSource;
use list::{FakeList, List};

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::object;
use crate::protocol::value::Value;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::erased::Verb;
use super::identity::{IdentityAttribute, IdentitySchema};
use super::moving::MovedState;
use super::object::Attr;
use super::provider::{Configured, Host, Provider};
use super::registry::Registry;
use super::resource::{Call, CreateRequest, Operation, Outcome, PlanRequest, Resource, UpdateRequest};
use super::schema::{Attribute, Schema};
use super::timeouts::{self, Timeouts};
use super::validators;

pub(crate) const THING: &str = "fake_thing";
pub(crate) const ADDRESS: &str = "registry.example.com/test/fake";

object! {
    /// What the fake resource holds.
    #[derive(Default)]
    pub(crate) struct Thing {
        /// Computed, kept.
        pub(crate) id: Attr<String>,
        /// Required, in any case.
        pub(crate) name: Attr<String>,
        /// A new one needs a new thing.
        pub(crate) kind: Attr<String>,
        /// Optional, 1 by default.
        pub(crate) size: Attr<i64>,
        /// Computed, changes with every change.
        pub(crate) etag: Attr<String>,
        /// Write-only.
        pub(crate) secret: Attr<String>,
        /// See [`timeouts`].
        pub(crate) timeouts: Attr<Timeouts>,
    }
}

pub(crate) fn ignoring_case(a: &Value, b: &Value) -> bool {
    a.as_str().map(str::to_lowercase) == b.as_str().map(str::to_lowercase)
}

pub(crate) fn thing_schema() -> Schema {
    Schema {
        version: 2,
        description: "A thing.".to_owned(),
        deprecation: None,
        attributes: vec![
            Attribute::string("id").computed().keep_state(),
            Attribute::string("name")
                .required()
                .validate(validators::non_empty())
                .same_meaning(ignoring_case),
            Attribute::string("kind").requires_replace(),
            Attribute::number("size")
                .default_value(Value::Number(1.into()))
                .validate(validators::at_least(1)),
            Attribute::string("etag").computed(),
            Attribute::string("secret").sensitive().write_only(),
        ],
        blocks: vec![timeouts::block(|_| Duration::from_secs(300))],
    }
}

/// What verbs work with: a list of what they did.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Vec<String>>);

impl Journal {
    pub(crate) fn note(&self, entry: impl Into<String>) {
        self.0.lock().unwrap().push(entry.into());
    }

    fn clear(&self) {
        self.0.lock().unwrap().clear();
    }

    pub(crate) fn entries(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

type Plan = dyn Fn(&PlanRequest<'_, Journal, Thing>, &mut Option<Thing>, &mut Diagnostics) + Send + Sync;
type Create = dyn for<'a> Fn(
        &'a Call<'a, Journal>,
        CreateRequest<Thing>,
        &'a mut Outcome<Thing>,
    ) -> Verb<'a, Result<(), Diagnostics>>
    + Send
    + Sync;
type Update = dyn for<'a> Fn(
        &'a Call<'a, Journal>,
        UpdateRequest<Thing>,
        &'a mut Outcome<Thing>,
    ) -> Verb<'a, Result<(), Diagnostics>>
    + Send
    + Sync;
type OfState = dyn for<'a> Fn(&'a Call<'a, Journal>, Thing, &'a mut Outcome<Thing>) -> Verb<'a, Result<(), Diagnostics>>
    + Send
    + Sync;

/// A resource made of functions. As it is, everything succeeds.
#[derive(Clone)]
pub(crate) struct FakeResource {
    pub(crate) schema: Schema,
    pub(crate) plan: Arc<Plan>,
    pub(crate) create: Arc<Create>,
    pub(crate) read: Arc<OfState>,
    pub(crate) update: Arc<Update>,
    pub(crate) delete: Arc<OfState>,
    /// None, unless a test gives it one.
    pub(crate) identity: Option<IdentitySchema>,
    /// None, unless a test gives it one. Needs the identity.
    pub(crate) list: Option<Arc<List>>,
}

impl FakeResource {
    /// Identified by its `id`, and by its `kind` if it has one.
    pub(crate) fn identified() -> Self {
        Self {
            identity: Some(IdentitySchema {
                version: 2,
                attributes: vec![
                    IdentityAttribute::string("id", "Number."),
                    IdentityAttribute::string("kind", "Kind.").optional_for_import(),
                ],
            }),
            ..Self::default()
        }
    }
}

/// The planned thing with everything the plan left open decided.
pub(crate) fn decided(plan: Thing) -> Thing {
    let decide =
        |attr: Attr<String>, text: &str| if attr.is_unknown() { Attr::Known(text.to_owned()) } else { attr };
    Thing { id: decide(plan.id, "new-id"), etag: decide(plan.etag, "new-etag"), ..plan }
}

impl Default for FakeResource {
    fn default() -> Self {
        Self {
            schema: thing_schema(),
            plan: Arc::new(|_, _, _| {}),
            create: Arc::new(|call, request, outcome| {
                Box::pin(async move {
                    call.ctx.note("create");
                    outcome.save(decided(request.plan));
                    Ok(())
                })
            }),
            read: Arc::new(|call, _, _| {
                Box::pin(async move {
                    call.ctx.note("read");
                    Ok(())
                })
            }),
            update: Arc::new(|call, request, outcome| {
                Box::pin(async move {
                    call.ctx.note("update");
                    outcome.save(decided(request.plan));
                    Ok(())
                })
            }),
            delete: Arc::new(|call, _, _| {
                Box::pin(async move {
                    call.ctx.note("delete");
                    Ok(())
                })
            }),
            identity: None,
            list: None,
        }
    }
}

impl Resource<Journal> for FakeResource {
    type Model = Thing;

    fn type_name(&self) -> &'static str {
        THING
    }

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    fn default_timeout(&self, operation: Operation) -> Duration {
        Duration::from_secs(if operation == Operation::Read { 60 } else { 300 })
    }

    fn validate(&self, config: &Thing, diagnostics: &mut Diagnostics) {
        if config.name.known().is_some_and(|name| name == "forbidden") {
            diagnostics.push(Diagnostic::error("Cannot use this name", "It is forbidden."));
        }
    }

    async fn plan(
        &self,
        request: PlanRequest<'_, Journal, Thing>,
        planned: &mut Option<Thing>,
        diagnostics: &mut Diagnostics,
    ) {
        (self.plan)(&request, planned, diagnostics);
    }

    async fn create(
        &self,
        call: &Call<'_, Journal>,
        request: CreateRequest<Thing>,
        outcome: &mut Outcome<Thing>,
    ) -> Result<(), Diagnostics> {
        (self.create)(call, request, outcome).await
    }

    async fn read(
        &self,
        call: &Call<'_, Journal>,
        state: Thing,
        outcome: &mut Outcome<Thing>,
    ) -> Result<(), Diagnostics> {
        (self.read)(call, state, outcome).await
    }

    async fn update(
        &self,
        call: &Call<'_, Journal>,
        request: UpdateRequest<Thing>,
        outcome: &mut Outcome<Thing>,
    ) -> Result<(), Diagnostics> {
        (self.update)(call, request, outcome).await
    }

    async fn delete(
        &self,
        call: &Call<'_, Journal>,
        state: Thing,
        outcome: &mut Outcome<Thing>,
    ) -> Result<(), Diagnostics> {
        (self.delete)(call, state, outcome).await
    }

    fn import(&self, id: &str) -> Result<Thing, Diagnostics> {
        if id.is_empty() {
            return Err(Diagnostic::error("Cannot import fake_thing", "The id is empty.").into());
        }
        let secret = if id == "careless" { Attr::Known("hunter2".to_owned()) } else { Attr::Null };
        let etag = if id == "undecided" { Attr::unknown() } else { Attr::Null };
        Ok(Thing { id: Attr::Known(id.to_owned()), secret, etag, ..empty_thing() })
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        self.identity.clone()
    }

    fn import_identity(&self, identity: &Value) -> Result<Thing, Diagnostics> {
        let text = |name: &str| identity.get(name).and_then(Value::as_str).map(str::to_owned).into();
        Ok(Thing { id: text("id"), kind: text("kind"), ..empty_thing() })
    }

    /// Version 0 called the id `number`.
    fn upgrade_identity(
        &self,
        from: i64,
        identity: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostics> {
        Ok(if from == 0 { serde_json::json!({ "id": identity["number"] }) } else { identity })
    }

    /// Nobody writes the kind of something called like its kind.
    fn generate(&self, state: &Thing, config: &mut Thing) {
        if state.kind == state.name {
            config.kind = Attr::Null;
        }
    }

    fn take_over(&self, moved: &MovedState) -> Result<Option<Thing>, Diagnostics> {
        if moved.type_name != "other_thing" || !moved.is_from("test/other") {
            return Ok(None);
        }
        match moved.text("number") {
            None => Err(Diagnostic::error("Cannot move other_thing", "It has no number.").into()),
            Some(number) => Ok(Some(Thing {
                id: Attr::Known(number.to_owned()),
                secret: Attr::Known("hunter2".to_owned()),
                ..empty_thing()
            })),
        }
    }

    /// Version 0 called the name `label`, version 1 kept the size as text.
    fn upgrade(&self, from: i64, mut state: serde_json::Value) -> Result<serde_json::Value, Diagnostics> {
        let missing = || Diagnostics::from(Diagnostic::error("Cannot upgrade", "There is no rule."));
        let object = state.as_object_mut().ok_or_else(missing)?;
        match from {
            0 => {
                let label = object.remove("label").unwrap_or_default();
                object.insert("name".to_owned(), label);
            }
            1 if object.contains_key("lost") => return Ok(serde_json::Value::Null),
            1 => {}
            _ => return Err(missing()),
        }
        Ok(state)
    }
}

pub(crate) fn empty_thing() -> Thing {
    Thing::default()
}

object! {
    /// The fake provider's configuration.
    pub(crate) struct FakeConfig {
        /// `bad` makes configuring fail.
        pub(crate) key: Attr<String>,
    }
}

pub(crate) struct FakeProvider {
    pub(crate) resource: FakeResource,
    pub(crate) journal: Arc<Journal>,
}

impl Provider for FakeProvider {
    type Ctx = Journal;
    type Model = FakeConfig;

    fn schema(&self) -> Schema {
        let key = Attribute::string("key").validate(validators::characters("a-z"));
        Schema { attributes: vec![key], ..Schema::default() }
    }

    fn validate(&self, config: &FakeConfig, diagnostics: &mut Diagnostics) {
        if config.key.known().is_some_and(|key| key == "bad") {
            diagnostics.push(Diagnostic::warning("Bad key", "It will not work."));
        }
    }

    async fn configure(
        &self,
        config: FakeConfig,
        host: Host,
        cancel: &CancellationToken,
        diagnostics: &mut Diagnostics,
    ) -> Result<Configured<Journal>, Diagnostics> {
        self.journal.note(format!("configure for {}", host.version));
        match &config.key {
            Attr::Unknown(_) => Ok(Configured::Deferred(vec![super::path::Path::root("key")])),
            Attr::Known(key) if key == "bad" => {
                Err(Diagnostic::error("Cannot configure the provider", "The key is bad.").into())
            }
            Attr::Known(key) if key == "slow" => {
                cancel.cancelled().await;
                Err(Diagnostic::error("Cannot configure the provider", "It was interrupted.").into())
            }
            Attr::Known(key) if key == "worse" => {
                diagnostics.push(Diagnostic::error("Cannot configure the provider", "The key is worse."));
                Ok(Configured::Ready(Arc::clone(&self.journal)))
            }
            _ => Ok(Configured::Ready(Arc::clone(&self.journal))),
        }
    }

    fn registry(&self) -> Registry<Journal> {
        let registry = Registry::default().resource(self.resource.clone()).data_source(FakeDataSource);
        match &self.resource.list {
            Some(list) => registry.list_resource(FakeList(Arc::clone(list))),
            None => registry,
        }
    }
}
