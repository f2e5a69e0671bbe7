//! The untyped twin of an ephemeral resource.

use std::time::Duration;

use crate::framework::diagnostics::Diagnostics;
use crate::framework::ephemeral::{Ephemeral, Opened, Renewed};
use crate::framework::object::Mapped;
use crate::framework::private::Private;
use crate::framework::resource::Call;
use crate::framework::schema::Schema;
use crate::protocol::value::Value;

use super::{ErasedObject, Verb, check_model, model};

/// [`Ephemeral`] without its types.
pub trait ErasedEphemeral<Ctx>: ErasedObject<Ctx> {
    /// See [`Ephemeral::timeout`].
    fn timeout(&self) -> Duration;
    /// See [`Ephemeral::validate`].
    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics);
    /// See [`Ephemeral::open`].
    fn open<'a>(
        &'a self,
        call: Call<'a, Ctx>,
        config: &'a Value,
    ) -> Verb<'a, Result<Opened<Value>, Diagnostics>>;
    /// See [`Ephemeral::renew`].
    fn renew<'a>(&'a self, call: Call<'a, Ctx>, private: Private) -> Verb<'a, Result<Renewed, Diagnostics>>;
    /// See [`Ephemeral::close`].
    fn close<'a>(&'a self, call: Call<'a, Ctx>, private: Private) -> Verb<'a, Result<(), Diagnostics>>;
    /// See [`Ephemeral::discard`].
    fn discard<'a>(&'a self, call: Call<'a, Ctx>, opened: Opened<Value>)
    -> Verb<'a, Result<(), Diagnostics>>;
}

/// The ephemeral resource behind the twin.
#[derive(Debug)]
pub struct TypedEphemeral<E>(E);

impl<E> TypedEphemeral<E> {
    /// Erases `ephemeral`.
    pub fn new(ephemeral: E) -> Self {
        Self(ephemeral)
    }
}

impl<Ctx: Send + Sync + 'static, E: Ephemeral<Ctx>> ErasedObject<Ctx> for TypedEphemeral<E> {
    fn type_name(&self) -> &'static str {
        self.0.type_name()
    }

    fn schema(&self) -> Schema {
        self.0.schema()
    }

    #[cfg(test)]
    fn model_attributes(&self) -> Option<&'static [&'static str]> {
        <E::Model as crate::framework::object::Object>::attributes()
    }
}

impl<Ctx: Send + Sync + 'static, E: Ephemeral<Ctx>> ErasedEphemeral<Ctx> for TypedEphemeral<E> {
    fn timeout(&self) -> Duration {
        self.0.timeout()
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        if let Some(config) = check_model(config, self.0.type_name(), diagnostics) {
            self.0.validate(&config, diagnostics);
        }
    }

    fn open<'a>(
        &'a self,
        call: Call<'a, Ctx>,
        config: &'a Value,
    ) -> Verb<'a, Result<Opened<Value>, Diagnostics>> {
        Box::pin(async move {
            let config = model(config, self.0.type_name())?;
            let Opened { result, private, renew_at, warnings } = self.0.open(&call, config).await?;
            Ok(Opened { result: result.into_value(), private, renew_at, warnings })
        })
    }

    fn renew<'a>(&'a self, call: Call<'a, Ctx>, private: Private) -> Verb<'a, Result<Renewed, Diagnostics>> {
        Box::pin(async move { self.0.renew(&call, private).await })
    }

    fn close<'a>(&'a self, call: Call<'a, Ctx>, private: Private) -> Verb<'a, Result<(), Diagnostics>> {
        Box::pin(async move { self.0.close(&call, private).await })
    }

    fn discard<'a>(
        &'a self,
        call: Call<'a, Ctx>,
        opened: Opened<Value>,
    ) -> Verb<'a, Result<(), Diagnostics>> {
        Box::pin(async move {
            let Opened { result, private, renew_at, warnings } = opened;
            let result = model(&result, self.0.type_name())?;
            self.0.discard(&call, Opened { result, private, renew_at, warnings }).await
        })
    }
}
