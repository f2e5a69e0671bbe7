//! The untyped twin of a data source.

use std::time::Duration;

use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::Diagnostics;
use crate::framework::object::Mapped;
use crate::framework::resource::Call;
use crate::framework::schema::Schema;
use crate::protocol::value::Value;

use super::{ErasedObject, Verb, check_model, model};

/// [`DataSource`] without its types.
pub trait ErasedDataSource<Ctx>: ErasedObject<Ctx> {
    /// See [`DataSource::timeout`].
    fn timeout(&self) -> Duration;
    /// See [`DataSource::validate`].
    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics);
    /// See [`DataSource::read`].
    fn read<'a>(&'a self, call: Call<'a, Ctx>, config: &'a Value) -> Verb<'a, Result<Value, Diagnostics>>;
}

/// The data source behind the twin.
#[derive(Debug)]
pub struct TypedDataSource<D>(D);

impl<D> TypedDataSource<D> {
    /// Erases `data_source`.
    pub fn new(data_source: D) -> Self {
        Self(data_source)
    }
}

impl<Ctx: Send + Sync + 'static, D: DataSource<Ctx>> ErasedObject<Ctx> for TypedDataSource<D> {
    fn type_name(&self) -> &'static str {
        self.0.type_name()
    }

    fn schema(&self) -> Schema {
        self.0.schema()
    }

    #[cfg(test)]
    fn model_attributes(&self) -> Option<&'static [&'static str]> {
        <D::Model as crate::framework::object::Object>::attributes()
    }
}

impl<Ctx: Send + Sync + 'static, D: DataSource<Ctx>> ErasedDataSource<Ctx> for TypedDataSource<D> {
    fn timeout(&self) -> Duration {
        self.0.timeout()
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        if let Some(config) = check_model(config, self.0.type_name(), diagnostics) {
            self.0.validate(&config, diagnostics);
        }
    }

    fn read<'a>(&'a self, call: Call<'a, Ctx>, config: &'a Value) -> Verb<'a, Result<Value, Diagnostics>> {
        Box::pin(async move {
            let config = model(config, self.0.type_name())?;
            self.0.read(&call, config).await.map(Mapped::into_value)
        })
    }
}
