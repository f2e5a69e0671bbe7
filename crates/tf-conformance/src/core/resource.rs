//! One managed resource, driven as Core drives it: values in, values out, and
//! every answer ready to be judged.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::answers::{decoded, shown_diagnostics};
use super::trace::Words;
use super::{Applied, CallError, Imported, Instance, Planned, Session, proposed_new_state};
use crate::proto::tfplugin6 as pb;
use crate::schema::{IdentitySchema, Schema};
use crate::value::{Forms, Type, Value, ValueError, encode, encode_as, from_json, to_json};

/// What Terraform from 1.11 on can do.
pub const CAPABILITIES: pb::ClientCapabilities = pb::ClientCapabilities {
    deferral_allowed: false,
    write_only_attributes_allowed: true,
    store_planned_private: false,
    computed_blocks_allowed: false,
};

/// A resource type in a session.
pub struct Resource<'s> {
    session: &'s Session,
    words: Words,
    ty: Type,
    /// The type's name.
    pub type_name: String,
    /// What Core says it can do.
    pub capabilities: pb::ClientCapabilities,
}

impl<'s> Resource<'s> {
    /// A resource type.
    ///
    /// # Errors
    ///
    /// When the provider does not have it.
    pub fn new(session: &'s Session, type_name: &str) -> Result<Self, CallError> {
        let schemas = Arc::clone(&session.schemas);
        if !schemas.resources.contains_key(type_name) {
            let problem = format!("there is no resource type {type_name:?}");
            return Err(CallError::new("GetProviderSchema", problem));
        }
        let words = Words { schemas, type_name: type_name.to_owned() };
        let ty = words.schema().ty();
        Ok(Self { session, words, ty, type_name: type_name.to_owned(), capabilities: CAPABILITIES })
    }

    /// The schema.
    pub fn schema(&self) -> &Schema {
        self.words.schema()
    }

    /// The session.
    pub fn session(&self) -> &'s Session {
        self.session
    }

    /// The type of the state.
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// The identity's schema.
    pub fn identity_schema(&self) -> Option<&IdentitySchema> {
        self.words.schemas.identities.get(&self.type_name)
    }

    /// A configuration from JSON.
    ///
    /// # Errors
    ///
    /// When it does not fit the schema.
    pub fn config(&self, json: &Json) -> Result<Value, ValueError> {
        Ok(self.schema().block.complete(from_json(json, &self.ty)?))
    }

    fn dynamic(&self, value: &Value) -> Option<pb::DynamicValue> {
        Some(pb::DynamicValue { msgpack: encode(value, &self.ty), json: Vec::new() })
    }

    /// What Core sends as `provider_meta` where no module sets any.
    pub(crate) fn no_meta(&self) -> Option<pb::DynamicValue> {
        let null = || pb::DynamicValue { msgpack: encode(&Value::Null, &Type::Dynamic), json: Vec::new() };
        self.words.schemas.has_meta.then(null)
    }

    fn identity_data(&self, identity: &Value) -> Option<pb::ResourceIdentityData> {
        let schema = self.identity_schema().filter(|_| !identity.is_null())?;
        let msgpack = encode(identity, &schema.ty());
        Some(pb::ResourceIdentityData { identity_data: Some(pb::DynamicValue { msgpack, json: Vec::new() }) })
    }

    fn read_identity(
        &self,
        rpc: &'static str,
        data: Option<pb::ResourceIdentityData>,
    ) -> Result<Value, CallError> {
        let Some(value) = data.and_then(|data| data.identity_data) else { return Ok(Value::Null) };
        let Some(schema) = self.identity_schema() else {
            return Err(CallError::new(rpc, "an identity for a type without an identity schema"));
        };
        decoded(rpc, "the identity", Some(value), &schema.ty())
    }

    /// `ValidateResourceConfig`.
    ///
    /// # Errors
    ///
    /// When no answer comes.
    pub async fn validate(&self, config: &Value) -> Result<Vec<pb::Diagnostic>, CallError> {
        self.validate_as(config, &Forms::default()).await
    }

    /// `ValidateResourceConfig` with other encodings.
    ///
    /// # Errors
    ///
    /// When no answer comes.
    pub async fn validate_as(&self, config: &Value, forms: &Forms) -> Result<Vec<pb::Diagnostic>, CallError> {
        let request = pb::validate_resource_config::Request {
            type_name: self.type_name.clone(),
            config: Some(pb::DynamicValue { msgpack: encode_as(config, &self.ty, forms), json: Vec::new() }),
            client_capabilities: Some(self.capabilities),
        };
        let (words, asked) = (self.words.clone(), request.clone());
        let diagnostics = self.session.validate_resource_config(request).await?.diagnostics;
        let came = diagnostics.clone();
        self.session.trace.record_later("ValidateResourceConfig", move || {
            (json!({ "config": words.of(asked.config.as_ref()) }), shown_diagnostics(&came))
        });
        Ok(diagnostics)
    }

    /// `PlanResourceChange` for `config` on top of `prior`.
    ///
    /// # Errors
    ///
    /// When no answer comes, or Core could not read it.
    pub async fn plan(&self, prior: &Instance, config: &Value) -> Result<Planned, CallError> {
        self.plan_as(prior, config, &Forms::default()).await
    }

    /// `PlanResourceChange` with other encodings.
    ///
    /// # Errors
    ///
    /// When no answer comes, or Core could not read it.
    pub async fn plan_as(
        &self,
        prior: &Instance,
        config: &Value,
        forms: &Forms,
    ) -> Result<Planned, CallError> {
        const RPC: &str = "PlanResourceChange";
        let proposed = proposed_new_state(&self.schema().block, &prior.state, config);
        let request = self.request_to_plan(prior, config, &proposed, forms);
        let (words, asked) = (self.words.clone(), request.clone());
        let answer = self.session.plan_resource_change(request).await?;
        let came = answer.clone();
        self.session.trace.record_later(RPC, move || {
            let asked = json!({
                "type_name": asked.type_name, "prior_state": words.of(asked.prior_state.as_ref()),
                "config": words.of(asked.config.as_ref()), "prior_private": asked.prior_private.len(),
                "proposed_new_state": words.of(asked.proposed_new_state.as_ref()),
            });
            let came = json!({
                "planned_state": words.of(came.planned_state.as_ref()),
                "planned_private": came.planned_private.len(), "requires_replace": came.requires_replace.len(),
                "diagnostics": shown_diagnostics(&came.diagnostics),
            });
            (asked, came)
        });
        Ok(Planned {
            prior: prior.clone(),
            config: config.clone(),
            proposed,
            state: decoded(RPC, "planned_state", answer.planned_state, &self.ty)?,
            private: answer.planned_private,
            identity: self.read_identity(RPC, answer.planned_identity)?,
            replace: answer.requires_replace,
            diagnostics: answer.diagnostics,
            deferred: answer.deferred,
            legacy: answer.legacy_type_system,
        })
    }

    /// The request that `plan` sends.
    pub fn plan_request(
        &self,
        prior: &Instance,
        config: &Value,
        forms: &Forms,
    ) -> pb::plan_resource_change::Request {
        let proposed = proposed_new_state(&self.schema().block, &prior.state, config);
        self.request_to_plan(prior, config, &proposed, forms)
    }

    fn request_to_plan(
        &self,
        prior: &Instance,
        config: &Value,
        proposed: &Value,
        forms: &Forms,
    ) -> pb::plan_resource_change::Request {
        let written =
            |value| Some(pb::DynamicValue { msgpack: encode_as(value, &self.ty, forms), json: Vec::new() });
        pb::plan_resource_change::Request {
            type_name: self.type_name.clone(),
            prior_state: self.dynamic(&prior.state),
            proposed_new_state: written(proposed),
            config: written(config),
            prior_private: prior.private.clone(),
            provider_meta: self.no_meta(),
            client_capabilities: Some(self.capabilities),
            prior_identity: self.identity_data(&prior.identity),
            planned_private: Vec::new(),
        }
    }

    /// The plan of a delete: the provider's, or Core's own where the provider
    /// does not want to be asked.
    ///
    /// # Errors
    ///
    /// When no answer comes, or Core could not read it.
    pub async fn plan_destroy(&self, prior: &Instance) -> Result<Planned, CallError> {
        if self.words.schemas.capabilities.plan_destroy {
            let planned = self.plan(prior, &Value::Null).await?;
            // Core goes no further with anything else, so neither can a test
            // that is about what comes after.
            return Ok(Planned { state: Value::Null, ..planned });
        }
        Ok(Planned {
            prior: prior.clone(),
            config: Value::Null,
            proposed: Value::Null,
            state: Value::Null,
            private: prior.private.clone(),
            identity: Value::Null,
            replace: Vec::new(),
            diagnostics: Vec::new(),
            deferred: None,
            legacy: false,
        })
    }

    /// `ApplyResourceChange` for a plan.
    ///
    /// # Errors
    ///
    /// When no answer comes, or Core could not read it.
    pub async fn apply(&self, planned: &Planned) -> Result<Applied, CallError> {
        const RPC: &str = "ApplyResourceChange";
        let request = self.apply_request(planned);
        let (words, asked) = (self.words.clone(), request.clone());
        let answer = self.session.apply_resource_change(request).await?;
        let came = answer.clone();
        self.session.trace.record_later(RPC, move || {
            let asked = json!({
                "type_name": asked.type_name, "prior_state": words.of(asked.prior_state.as_ref()),
                "planned_state": words.of(asked.planned_state.as_ref()),
                "config": words.of(asked.config.as_ref()),
            });
            (asked, words.new_state(came.new_state.as_ref(), &came.private, &came.diagnostics))
        });
        let state = decoded(RPC, "new_state", answer.new_state, &self.ty)?;
        let identity = self.read_identity(RPC, answer.new_identity)?;
        Ok(Applied {
            planned: planned.clone(),
            instance: Instance { state, private: answer.private, identity },
            diagnostics: answer.diagnostics,
            legacy: answer.legacy_type_system,
        })
    }

    /// The request that `apply` sends.
    pub fn apply_request(&self, planned: &Planned) -> pb::apply_resource_change::Request {
        pb::apply_resource_change::Request {
            type_name: self.type_name.clone(),
            prior_state: self.dynamic(&planned.prior.state),
            planned_state: self.dynamic(&planned.state),
            config: self.dynamic(&planned.config),
            planned_private: planned.private.clone(),
            provider_meta: self.no_meta(),
            planned_identity: self.identity_data(&planned.identity),
        }
    }

    /// `ReadResource`. The diagnostics are in the second part.
    ///
    /// # Errors
    ///
    /// When no answer comes, or Core could not read it.
    pub async fn read(&self, instance: &Instance) -> Result<(Instance, Vec<pb::Diagnostic>), CallError> {
        const RPC: &str = "ReadResource";
        let request = self.read_request(instance);
        let (words, asked) = (self.words.clone(), request.clone());
        let answer = self.session.read_resource(request).await?;
        let came = answer.clone();
        self.session.trace.record_later(RPC, move || {
            let current = words.of(asked.current_state.as_ref());
            let asked = json!({ "type_name": asked.type_name, "current_state": current });
            (asked, words.new_state(came.new_state.as_ref(), &came.private, &came.diagnostics))
        });
        let state = decoded(RPC, "new_state", answer.new_state, &self.ty)?;
        let identity = self.read_identity(RPC, answer.new_identity)?;
        Ok((Instance { state, private: answer.private, identity }, answer.diagnostics))
    }

    /// The request that `read` sends.
    pub fn read_request(&self, instance: &Instance) -> pb::read_resource::Request {
        pb::read_resource::Request {
            type_name: self.type_name.clone(),
            current_state: self.dynamic(&instance.state),
            private: instance.private.clone(),
            provider_meta: self.no_meta(),
            client_capabilities: Some(self.capabilities),
            current_identity: self.identity_data(&instance.identity),
        }
    }

    /// `ImportResourceState`, by id, or by identity if the id is empty.
    ///
    /// # Errors
    ///
    /// When no answer comes, or Core could not read it.
    pub async fn import(
        &self,
        id: &str,
        identity: &Value,
    ) -> Result<(Vec<Imported>, Vec<pb::Diagnostic>), CallError> {
        const RPC: &str = "ImportResourceState";
        let request = pb::import_resource_state::Request {
            type_name: self.type_name.clone(),
            id: id.to_owned(),
            client_capabilities: Some(self.capabilities),
            identity: self.identity_data(identity),
        };
        let (words, asked) = (self.words.clone(), (id.to_owned(), identity.clone()));
        let answer = self.session.import_resource_state(request).await?;
        let came = answer.clone();
        self.session.trace.record_later(RPC, move || {
            let (id, identity) = &asked;
            let states = came.imported_resources.iter().map(|one| words.of(one.state.as_ref()));
            (
                json!({ "type_name": words.type_name, "id": id, "identity": to_json(identity) }),
                json!({ "states": states.collect::<Vec<_>>(), "diagnostics": shown_diagnostics(&came.diagnostics) }),
            )
        });
        let mut imported = Vec::new();
        for resource in answer.imported_resources {
            let state = decoded(RPC, "state", resource.state, &self.ty)?;
            let identity = self.read_identity(RPC, resource.identity)?;
            let instance = Instance { state, private: resource.private, identity };
            imported.push(Imported { type_name: resource.type_name, instance });
        }
        Ok((imported, answer.diagnostics))
    }

    /// `UpgradeResourceState` for the JSON of a state of `version`.
    ///
    /// # Errors
    ///
    /// When no answer comes, or Core could not read it.
    pub async fn upgrade(
        &self,
        version: i64,
        raw_state: pb::RawState,
    ) -> Result<(Value, Vec<pb::Diagnostic>), CallError> {
        const RPC: &str = "UpgradeResourceState";
        let request = pb::upgrade_resource_state::Request {
            type_name: self.type_name.clone(),
            version,
            raw_state: Some(raw_state),
        };
        let (words, asked) = (self.words.clone(), request.clone());
        let answer = self.session.upgrade_resource_state(request).await?;
        let came = answer.clone();
        self.session.trace.record_later(RPC, move || {
            let state = words.stored(asked.raw_state.as_ref());
            let upgraded = words.of(came.upgraded_state.as_ref());
            (
                json!({ "version": asked.version, "state": state }),
                json!({ "state": upgraded, "diagnostics": shown_diagnostics(&came.diagnostics) }),
            )
        });
        let state = decoded(RPC, "upgraded_state", answer.upgraded_state, &self.ty)?;
        Ok((state, answer.diagnostics))
    }
}
