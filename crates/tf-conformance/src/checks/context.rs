//! What a check has to work with.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::run::Settings;
use super::{Stop, Verdict, fail, not_applicable};
use crate::api::ApiControl;
use crate::case::{Case, Fault, ResourceCase};
use crate::core::{
    Applied, CAPABILITIES, Instance, Launch, Resource, Session, Trace, errors, shown_diagnostics,
};
use crate::proto::tfplugin6 as pb;
use crate::schema::Schemas;
use crate::value::{Value, encode, from_json};

/// One check's surroundings.
pub struct Context<'a> {
    /// What is asked for.
    pub settings: &'a Settings,
    /// What the provider offers, as one process said.
    pub schemas: &'a Arc<Schemas>,
    /// What the check's sessions said.
    pub trace: Trace,
}

/// A resource case, and the file it is from.
pub(super) type Subject<'a> = (&'a Case, &'a ResourceCase);

impl<'a> Context<'a> {
    /// How Terraform would start the provider for this case. What belongs to
    /// no case gets the variables of all.
    pub(super) fn launch(&self, case: Option<&Case>) -> Result<Launch, Stop> {
        Ok(self.surroundings(self.settings.launch()?, case))
    }

    /// The same with a certificate, whatever the settings say.
    pub(super) fn launch_with_tls(&self) -> Result<Launch, Stop> {
        let launch = Launch::by_terraform(&self.settings.program, self.settings.patience)?;
        Ok(self.surroundings(launch, None))
    }

    /// How a person would start the provider.
    pub(super) fn launch_by_hand(&self) -> Result<Launch, Stop> {
        let launch = Launch::by_hand(&self.settings.program, self.settings.patience)?;
        Ok(self.surroundings(launch, None))
    }

    pub(super) fn surroundings(&self, launch: Launch, case: Option<&Case>) -> Launch {
        let launch = launch.envs(&self.settings.environment);
        match case {
            Some(case) => launch.envs(&case.environment),
            None => self.settings.cases.iter().fold(launch, |launch, case| launch.envs(&case.environment)),
        }
    }

    /// A session with schemas read in its process.
    pub(super) async fn session(&self, launch: Launch) -> Result<Session, Stop> {
        let mut session = Session::start(launch, self.settings.patience, self.trace.clone()).await?;
        session.load_schemas().await?;
        Ok(session)
    }

    /// A session with a configured provider.
    pub(super) async fn configured(&self, case: Option<&Case>) -> Result<Session, Stop> {
        self.configured_in(self.launch(case)?, case).await
    }

    /// The same for one plan, where there is one such object at most.
    pub(super) async fn own_session(&self, (case, subject): Subject<'_>) -> Result<Option<Session>, Stop> {
        Ok(if subject.once { Some(self.configured(Some(case)).await?) } else { None })
    }

    /// A session with a configured provider, started in a special way.
    pub(super) async fn configured_in(&self, launch: Launch, case: Option<&Case>) -> Result<Session, Stop> {
        let session = self.session(launch).await?;
        self.configure(&session, &self.provider_config(case)?).await?;
        Ok(session)
    }

    /// Configures the provider; its errors are the check's.
    pub(super) async fn configure(&self, session: &Session, config: &Value) -> Verdict {
        let diagnostics = self.try_configure(session, config).await?;
        no_errors("configuring the provider", &diagnostics)
    }

    /// Validates the provider's configuration, then configures it.
    pub(super) async fn try_configure(
        &self,
        session: &Session,
        config: &Value,
    ) -> Result<Vec<pb::Diagnostic>, Stop> {
        let msgpack = encode(config, &self.schemas.provider.ty());
        let config = Some(pb::DynamicValue { msgpack, json: Vec::new() });
        let request = pb::validate_provider_config::Request { config: config.clone() };
        let mut diagnostics = session.validate_provider_config(request).await?.diagnostics;
        self.trace.record("ValidateProviderConfig", Json::Null, shown_diagnostics(&diagnostics));
        let request = pb::configure_provider::Request {
            terraform_version: "1.14.0".to_owned(),
            config,
            client_capabilities: Some(CAPABILITIES),
        };
        let more = session.configure_provider(request).await?.diagnostics;
        self.trace.record("ConfigureProvider", Json::Null, shown_diagnostics(&more));
        diagnostics.extend(more);
        Ok(diagnostics)
    }

    /// The provider's configuration for a case.
    pub(super) fn provider_config(&self, case: Option<&Case>) -> Result<Value, Stop> {
        let own = case.or(self.settings.cases.first()).and_then(|case| case.provider.as_ref());
        let json = own.or(self.settings.config.as_ref());
        let schema = &self.schemas.provider;
        let Some(json) = json else { return Ok(schema.empty()) };
        Ok(schema.block.complete(from_json(json, &schema.ty())?))
    }

    /// The cases with a managed resource.
    pub(super) fn subjects(&self) -> Result<Vec<Subject<'a>>, Stop> {
        let cases = &self.settings.cases;
        let subjects: Vec<_> =
            cases.iter().filter_map(|case| case.resource.as_ref().map(|resource| (case, resource))).collect();
        if !subjects.is_empty() {
            Ok(subjects)
        } else if self.schemas.resources.is_empty() {
            not_applicable("the provider has no managed resources")
        } else {
            not_applicable("no case file has a managed resource")
        }
    }

    /// Creates a resource, asks `question` about it, and deletes it, whatever
    /// the answer.
    pub(super) async fn with_created<F>(
        &self,
        resource: &Resource<'_>,
        config: &Value,
        question: F,
    ) -> Verdict
    where
        F: AsyncFnOnce(&Instance) -> Verdict,
    {
        let created = create(resource, config).await?;
        let verdict = question(&created.instance).await;
        destroy(resource, &created.instance).await;
        verdict
    }

    /// Begins a fault, or says that it cannot be brought about.
    pub(super) async fn begin(
        &self,
        case: &Case,
        fault: Fault,
    ) -> Result<Option<BTreeMap<String, String>>, Stop> {
        let control: &dyn ApiControl = self.settings.api.as_deref().unwrap_or(case);
        control.begin(fault).await.map_err(|reason| Stop::Fail(format!("cannot break the API: {reason}")))
    }

    /// Ends a fault.
    pub(super) async fn end(&self, case: &Case, fault: Fault) -> Verdict {
        let control: &dyn ApiControl = self.settings.api.as_deref().unwrap_or(case);
        control.end(fault).await.map_err(|reason| Stop::Fail(format!("cannot mend the API: {reason}")))
    }

    /// Asks `question` in a session that begins while the API is broken.
    pub(super) async fn while_broken<F>(&self, case: &Case, fault: Fault, question: F) -> Verdict
    where
        F: AsyncFnOnce(Session) -> Verdict,
    {
        let Some(environment) = self.begin(case, fault).await? else {
            return not_applicable(format!("no API control: the case does not say how to make it {fault:?}"));
        };
        let launch = self.launch(Some(case))?.envs(&environment);
        let verdict = match self.configured_in(launch, Some(case)).await {
            Ok(session) => question(session).await,
            Err(stop) => Err(stop),
        };
        self.end(case, fault).await?;
        verdict
    }
}

/// Error diagnostics are a failure.
pub(super) fn no_errors(what: &str, diagnostics: &[pb::Diagnostic]) -> Verdict {
    errors(diagnostics).map_or(Ok(()), |errors| fail(format!("{what}: {errors}")))
}

/// Plans and applies a create.
pub(super) async fn create(resource: &Resource<'_>, config: &Value) -> Result<Applied, Stop> {
    let planned = resource.plan(&Instance::absent(), config).await?;
    no_errors("planning the create", &planned.diagnostics)?;
    let applied = resource.apply(&planned).await?;
    no_errors("creating", &applied.diagnostics)?;
    if applied.instance.state.is_null() {
        return fail("creating: no error, and no state");
    }
    Ok(applied)
}

/// Deletes a resource, as well as may be.
pub(super) async fn destroy(resource: &Resource<'_>, instance: &Instance) {
    if instance.state.is_null() {
        return;
    }
    if let Ok(planned) = resource.plan_destroy(instance).await {
        // What cannot be deleted is found by the check that is about deletes.
        let _ = resource.apply(&planned).await;
    }
}
