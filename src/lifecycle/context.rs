//! What the verbs of all objects work with. The provider layer builds it once per
//! configuration. Names no object: what a kind of object needs of its own is a [`Part`],
//! made when it is first asked for.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::client::{CallOptions, Client, Deadline};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::resource::Call;

use super::looks::Looks;
use super::noun::Noun;
use super::patience::Patience;
use super::siblings::Siblings;
use super::slot::Slot;

/// A configured provider, as resources and data sources see it.
#[derive(Debug)]
pub struct Context {
    client: Client,
    patience: Patience,
    siblings: Arc<Siblings>,
    looks: Looks,
    checks_account_limits: bool,
    parts: Parts,
}

/// Something that one configuration of the provider has once.
pub trait Part: Send + Sync + 'static {
    /// As it is before anything was asked of the API.
    fn new(ctx: &Context) -> Self;
}

#[derive(Default)]
struct Parts(Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Parts")
    }
}

impl Context {
    /// Works through `client`, and tells other processes on this machine of its
    /// creates in the first of these folders for temporary files that is there.
    /// Asks nothing of the API.
    #[must_use]
    pub fn new(client: Client, temporary: Vec<PathBuf>) -> Self {
        let siblings = Siblings::new(client.config().base_url().as_str(), temporary);
        Self {
            client,
            patience: Patience::default(),
            siblings: Arc::new(siblings),
            looks: Looks::default(),
            checks_account_limits: true,
            parts: Parts::default(),
        }
    }

    /// The same, as patient as this.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// The same, with no plan compared with the limits of the account.
    #[must_use]
    pub fn without_account_limits(self) -> Self {
        Self { checks_account_limits: false, ..self }
    }

    /// Whether plans are compared with the limits of the account.
    #[must_use]
    pub fn checks_account_limits(&self) -> bool {
        self.checks_account_limits
    }

    /// What this configuration has of that.
    #[must_use]
    pub fn part<P: Part>(&self) -> Arc<P> {
        let known =
            self.parts.0.lock().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<P>()).cloned();
        if let Some(known) = known.and_then(|part| part.downcast().ok()) {
            return known;
        }
        let made: Arc<P> = Arc::new(P::new(self));
        let mut parts = self.parts.0.lock().unwrap_or_else(PoisonError::into_inner);
        let part: Arc<dyn Any + Send + Sync> = Arc::<P>::clone(&made);
        // Who came meanwhile was first.
        Arc::clone(parts.entry(TypeId::of::<P>()).or_insert(part)).downcast().unwrap_or(made)
    }

    /// What this configuration knows of the objects of one kind.
    #[must_use]
    pub fn slot<T: super::object::RemoteObject>(&self) -> Arc<Slot<T>> {
        self.part()
    }

    /// What plans look up and can do without.
    #[must_use]
    pub fn looks(&self) -> &Looks {
        &self.looks
    }

    /// From now on plans ask for nothing.
    pub fn look_no_more(&self) {
        self.looks.end();
    }

    /// What there is to tell of a failure of their looks, once in a process: for the
    /// first `teller` who asks.
    pub fn trouble(&self, noun: &Noun, teller: &str) -> Option<Diagnostic> {
        self.looks.trouble(&self.client, noun, teller)
    }

    /// The API client.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The processes beside this one.
    #[must_use]
    pub fn siblings(&self) -> &Arc<Siblings> {
        &self.siblings
    }

    /// How long to go on looking.
    #[must_use]
    pub fn patience(&self) -> &Patience {
        &self.patience
    }
}

/// What bounds the requests of a verb: its deadline, and an interrupt.
pub fn options(call: &Call<'_, Context>) -> CallOptions {
    CallOptions::new(Deadline::at(call.deadline), call.cancel.clone())
}

/// What bounds the requests of a verb that must not leave anything unknown.
pub fn look(call: &Call<'_, Context>) -> super::patience::Look {
    call.ctx.patience().for_a_look(call.deadline, call.cancel)
}
