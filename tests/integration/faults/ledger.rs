//! What Terraform keeps about one object, and does with it: state, taint, and
//! the rules by which Core takes or refuses an answer.

use tf_conformance::core::{Instance, Planned, Resource};
use tf_conformance::oracle::Violation;
use tf_conformance::proto::tfplugin6 as pb;
use tf_conformance::value::Value;

/// One resource instance of a state.
pub struct Ledger<'s> {
    resource: Resource<'s>,
    /// What the state holds.
    pub instance: Instance,
    /// Whether the next plan replaces it.
    pub tainted: bool,
}

/// A broken rule of Core's, or no answer at all: a bug of the provider.
pub type Broken = String;

impl<'s> Ledger<'s> {
    /// Nothing yet.
    pub fn new(resource: Resource<'s>) -> Self {
        Self { resource, instance: Instance::absent(), tainted: false }
    }

    /// The id in the state, where it is a number.
    pub fn id(&self) -> Option<i64> {
        self.instance.state.get("id").as_str().and_then(|id| id.parse().ok())
    }

    /// A configuration.
    pub fn config(&self, json: &serde_json::Value) -> Value {
        self.resource.config(json).unwrap()
    }

    /// Plans and applies as Core does. What is tainted is deleted first.
    pub async fn apply(&mut self, config: &Value) -> Result<Vec<pb::Diagnostic>, Broken> {
        if self.tainted {
            let said = self.destroy().await?;
            if has_errors(&said) {
                return Ok(said);
            }
        }
        match self.plan(config).await? {
            Ok(Some(planned)) => self.carry_out(&planned).await,
            Ok(None) => Ok(Vec::new()),
            Err(said) => Ok(said),
        }
    }

    /// Plans: what is to be done, if anything, or the errors. What a plan only
    /// warns of is of no interest here.
    pub async fn plan(&self, config: &Value) -> Result<Result<Option<Planned>, Vec<pb::Diagnostic>>, Broken> {
        let planned = self.resource.plan(&self.instance, config).await.map_err(|error| error.to_string())?;
        if has_errors(&planned.diagnostics) {
            return Ok(Err(planned.diagnostics));
        }
        unbroken("the plan", &self.resource.judge_plan(&planned))?;
        Ok(Ok(Some(planned).filter(|planned| planned.state != self.instance.state)))
    }

    /// Applies a plan.
    pub async fn carry_out(&mut self, planned: &Planned) -> Result<Vec<pb::Diagnostic>, Broken> {
        let applied = self.resource.apply(planned).await.map_err(|error| error.to_string())?;
        let failed = has_errors(&applied.diagnostics);
        if !failed {
            unbroken("the apply", &self.resource.judge_apply(&applied))?;
        }
        // Core keeps what was there when a failed apply answers nothing, and
        // mistrusts what a failed create answers.
        if !(failed && applied.instance.state.is_null()) {
            self.tainted = failed && self.instance.state.is_null();
            self.instance = applied.instance;
        }
        Ok(applied.diagnostics)
    }

    /// Deletes.
    pub async fn destroy(&mut self) -> Result<Vec<pb::Diagnostic>, Broken> {
        let planned = self.resource.plan_destroy(&self.instance).await.map_err(|error| error.to_string())?;
        if has_errors(&planned.diagnostics) {
            return Ok(planned.diagnostics);
        }
        let applied = self.resource.apply(&planned).await.map_err(|error| error.to_string())?;
        if !has_errors(&applied.diagnostics) {
            unbroken("the delete", &self.resource.judge_apply(&applied))?;
            *self = Self::new(Resource::new(self.resource.session(), &self.resource.type_name).unwrap());
        } else if !applied.instance.state.is_null() {
            self.instance = applied.instance;
        }
        Ok(applied.diagnostics)
    }

    /// Refreshes.
    pub async fn refresh(&mut self) -> Result<Vec<pb::Diagnostic>, Broken> {
        if self.instance.state.is_null() {
            return Ok(Vec::new());
        }
        let (read, said) = self.resource.read(&self.instance).await.map_err(|error| error.to_string())?;
        if !has_errors(&said) {
            self.tainted &= !read.state.is_null();
            self.instance = read;
        }
        Ok(said)
    }

    /// Imports, as whoever reads an error that names an object would.
    pub async fn import(&mut self, id: impl ToString) -> Result<Vec<pb::Diagnostic>, Broken> {
        let imported = self.resource.import(&id.to_string(), &Value::Null).await;
        let (mut objects, mut said) = imported.map_err(|error| error.to_string())?;
        if let Some(object) = objects.pop() {
            self.instance = object.instance;
            said.extend(self.refresh().await?);
        }
        Ok(said)
    }

    /// Whether a plan would do nothing.
    pub async fn is_settled(&self, config: &Value) -> Result<bool, Broken> {
        let planned = self.resource.plan(&self.instance, config).await.map_err(|error| error.to_string())?;
        Ok(!self.tainted && !has_errors(&planned.diagnostics) && planned.state == self.instance.state)
    }
}

/// Whether anything in it is an error.
pub fn has_errors(diagnostics: &[pb::Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity() == pb::diagnostic::Severity::Error)
}

/// All of it as one text.
pub fn text(diagnostics: &[pb::Diagnostic]) -> String {
    let texts = diagnostics.iter().map(|one| format!("{}: {}", one.summary, one.detail));
    texts.collect::<Vec<_>>().join("\n")
}

fn unbroken(what: &str, violations: &[Violation]) -> Result<(), Broken> {
    if violations.is_empty() {
        return Ok(());
    }
    Err(format!("{what} breaks rules of Core: {violations:?}"))
}
