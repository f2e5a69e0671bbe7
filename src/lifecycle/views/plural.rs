//! The data source for all objects of a kind, filtered.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::Diagnostics;
use crate::framework::resource::Call;
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::protocol::value::Value;

use super::super::context::{Context, options};
use super::super::endpoints;
use super::super::noun::{Noun, Verb};
use super::super::object::{ListShape, RemoteObject};
use super::super::trail;
use super::filter::{self, Filter};
use super::{attributes, listed_names, listed_results};

/// The data source.
#[derive(Debug)]
pub struct Plural<T>(PhantomData<fn() -> T>);

impl<T> Plural<T> {
    /// The only one.
    pub const NEW: Self = Self(PhantomData);
}

/// The result: `sip_trunks` of `wavix_sip_trunks`.
fn list_name<T: RemoteObject>() -> &'static str {
    T::NOUN.list.split_once('_').map_or(T::NOUN.list, |(_, name)| name)
}

impl<T: RemoteObject> DataSource<Context> for Plural<T> {
    type Model = Value;

    fn type_name(&self) -> &'static str {
        let Noun { list, .. } = T::NOUN;
        list
    }

    fn schema(&self) -> Schema {
        let (name, short) = (T::NOUN.name, T::NOUN.short);
        let counted = match T::LIST {
            ListShape::Pages(_) => "An incomplete list is an error. ",
            ListShape::Array => "",
        };
        let mut arguments = filter::arguments::<T>();
        let which = filter::which(&arguments);
        let by = T::SORTED_BY.unwrap_or(T::KEY.attribute());
        arguments.push(
            Attribute::nested(list_name::<T>(), Nesting::List, attributes::<T>(&listed_names::<T>()))
                .computed()
                .describe(format!("The {short}s, sorted by {by}. Empty if there are none.")),
        );
        arguments.extend(T::summarize(&[]).map(|(attribute, _)| attribute));
        Schema {
            description: format!("Lists the {name}s of the account{which}. {counted}{}", T::SECRETS)
                .trim_end()
                .to_owned(),
            attributes: arguments,
            ..Schema::default()
        }
    }

    async fn read(&self, call: &Call<'_, Context>, config: Value) -> Result<Value, Diagnostics> {
        let filter = Filter::new::<T>(&config)?;
        let listed = match filter.query() {
            [] => trail::list::<T>(call, |_| false).await,
            query => {
                let found = endpoints::search(call.ctx.client(), query, &options(call)).await;
                found.map(Arc::new)
            }
        };
        let listed = listed.map_err(|error| T::NOUN.failed(Verb::List, "", &error))?;
        let names = listed_names::<T>();
        let mut matching: Vec<_> = listed.iter().filter(|record| filter.matches(record)).collect();
        // What the API has filtered comes in its order.
        matching.sort_by_cached_key(|record| match T::SORTED_BY {
            Some(attribute) => (None, record.text(attribute).unwrap_or_default().to_owned()),
            None => record.place(),
        });
        let found = matching.iter().map(|record| Value::Map(listed_results(&names, record))).collect();
        let Value::Map(mut result) = config else { return Ok(config) };
        result.insert(list_name::<T>().to_owned(), Value::List(found));
        result.extend(T::summarize(&matching).map(|(attribute, value)| (attribute.name, value)));
        Ok(Value::Map(result))
    }
}
