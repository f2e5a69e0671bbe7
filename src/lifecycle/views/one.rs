//! The data source for one object, found by its key, its label or what else people know it
//! by.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::resource::Call;
use crate::framework::schema::{Mode, Schema};
use crate::framework::validators::non_empty;
use crate::protocol::value::Value;

use super::super::absent;
use super::super::context::{Context, options};
use super::super::endpoints;
use super::super::noun::Verb;
use super::super::object::RemoteObject;
use super::super::record::Record;
use super::super::slot::Records;
use super::super::trail;
use super::super::unreadable;
use super::{attributes, result_names, results};

/// The data source.
#[derive(Debug)]
pub struct One<T>(PhantomData<fn() -> T>);

impl<T> One<T> {
    /// The only one.
    pub const NEW: Self = Self(PhantomData);
}

/// Which object is meant.
#[derive(Debug)]
struct Sought<T> {
    argument: &'static str,
    text: String,
    object: PhantomData<fn() -> T>,
}

impl<T: RemoteObject> DataSource<Context> for One<T> {
    type Model = Value;

    fn type_name(&self) -> &'static str {
        T::NOUN.type_name
    }

    fn schema(&self) -> Schema {
        let mut all = attributes::<T>(&result_names::<T>());
        for attribute in all.iter_mut().filter(|found| T::FOUND_BY.contains(&found.name.as_str())) {
            attribute.mode = Mode::OptionalComputed;
            attribute.description.push_str(&format!(" Set exactly one of {}.", or::<T>("and")));
            // The label of an object may be blank.
            if attribute.name != T::LABEL {
                *attribute = attribute.clone().validate(non_empty());
            }
        }
        all.extend(T::on_demand().iter().cloned());
        Schema {
            description: format!(
                "Looks up one {} by its {}. {}",
                T::NOUN.name,
                T::FOUND_BY_IN_WORDS,
                T::SECRETS
            )
            .trim_end()
            .to_owned(),
            attributes: all,
            ..Schema::default()
        }
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        let part = |name: &str| config.get(name).unwrap_or(&Value::Null);
        let is_certain = |value: &Value| match value {
            Value::Unknown(unknown) => unknown.not_null,
            value => !value.is_null(),
        };
        let given: Vec<&str> = T::FOUND_BY.iter().copied().filter(|name| is_certain(part(name))).collect();
        let name = T::NOUN.name;
        let exactly_one = format!(
            "Set exactly one of the {}. To find more than one {name}, use the data source `{}`.",
            count(T::FOUND_BY.len()),
            T::NOUN.list
        );
        if let [_, .., last] = given.as_slice() {
            let given: Vec<String> = given.iter().map(|name| format!("`{name}`")).collect();
            let detail = format!("{} are set. {exactly_one}", given.join(" and "));
            diagnostics.push(Diagnostic::error(format!("Ambiguous {name}"), detail).at(Path::root(*last)));
        } else if T::FOUND_BY.iter().all(|name| part(name).is_null()) {
            let detail = format!("None of {} is set. {exactly_one}", or::<T>("and"));
            let key = T::KEY.attribute();
            diagnostics.push(Diagnostic::error(format!("Missing {name}"), detail).at(Path::root(key)));
        }
        if let Some(key) = part(T::KEY.attribute()).as_str().filter(|key| T::KEY.parse(key).is_none()) {
            let short = T::NOUN.short;
            let hint = match T::IMMUTABLE {
                Some(other) => {
                    format!("To find a {short} by its {}, set `{other}` instead.", T::IMMUTABLE_NAME)
                }
                None => format!("To find a {short} by its {}, set `{}` instead.", T::LABEL, T::LABEL),
            };
            let summary = format!("Invalid {}", T::KEY.attribute());
            diagnostics.push(absent::malformed_key::<T>(&summary, key, &hint));
        }
    }

    async fn read(&self, call: &Call<'_, Context>, config: Value) -> Result<Value, Diagnostics> {
        let sought = Sought::<T>::of(&config)?;
        let failed = |error| T::NOUN.failed(Verb::Find, &sought.to_string(), &error);
        let is_match = |listed: &[Record<T>]| listed.iter().any(|record| sought.matches(record));
        let is_key = sought.argument == T::KEY.attribute();
        let (all, is_whole) = match T::search(sought.argument, &sought.text) {
            // The list has nothing to say that the object itself does not.
            None if is_key && T::SHARED_READS => (Records::default(), false),
            None => (trail::list(call, is_match).await.map_err(failed)?, true),
            Some(query) => {
                let found = endpoints::search(call.ctx.client(), &[query], &options(call)).await;
                (Arc::new(found.map_err(failed)?), false)
            }
        };
        let not_found = || sought.not_found(is_whole.then_some(&**all));
        let matches: Vec<&Record<T>> = all.iter().filter(|record| sought.matches(record)).collect();
        let (key, listed) = match matches.as_slice() {
            [found] => (found.key.clone(), Some(*found)),
            // The detail view may know an object before the list does.
            [] if is_key => (sought.text.clone(), None),
            [] => return Err(not_found().into()),
            several => return Err(sought.several_found(several).into()),
        };
        match trail::get(call, &key, listed).await {
            Ok(record) => {
                unreadable::refuse(Verb::Find, &record)?;
                let mut told = results(&result_names::<T>(), &record, listed);
                // An argument comes back as it was written.
                told.insert(sought.argument.to_owned(), Value::string(&sought.text));
                for asked in T::on_demand() {
                    let asked = asked.name.as_str();
                    told.insert(asked.to_owned(), config.get(asked).cloned().unwrap_or(Value::Null));
                }
                let more = T::told_on_demand(call, &config, &record).await?;
                told.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
                Ok(Value::Map(told))
            }
            Err(error) if error.is_not_found() && listed.is_none() => Err(not_found().into()),
            Err(error) => Err(failed(error)),
        }
    }
}

/// `` `id`, `login` and `label` ``
fn or<T: RemoteObject>(word: &str) -> String {
    let names: Vec<String> = T::FOUND_BY.iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {word} {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

fn count(of: usize) -> &'static str {
    match of {
        2 => "two",
        3 => "three",
        _ => "arguments",
    }
}

impl<T: RemoteObject> Sought<T> {
    /// Validation has refused everything that has not exactly one, except where
    /// values were not known then.
    fn of(config: &Value) -> Result<Self, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        One::<T>::NEW.validate(config, &mut diagnostics);
        let given = T::FOUND_BY.iter().find_map(|name| {
            let text = config.get(name)?.as_str()?.to_owned();
            Some(Self { argument: name, text, object: PhantomData })
        });
        given.filter(|_| diagnostics.is_empty()).ok_or(diagnostics)
    }

    fn matches(&self, record: &Record<T>) -> bool {
        if self.argument == T::KEY.attribute() {
            return record.key == self.text;
        }
        T::is_found(record, self.argument, &self.text)
    }

    /// `listed` is all that there is, if it was listed.
    fn not_found(&self, listed: Option<&[Record<T>]>) -> Diagnostic {
        let summary = T::NOUN.summary(Verb::Find);
        if self.argument == T::KEY.attribute() {
            return absent::unknown_key(summary, &self.text, listed);
        }
        Diagnostic::error(
            summary,
            format!(
                "The account has no {} {self}.{}\n\nCorrect `{}`, or check that `api_key` belongs to the account \
                 that owns the {}.{}",
                T::NOUN.name,
                absent::instead(listed),
                self.argument,
                T::NOUN.short,
                if self.argument == T::LABEL && listed.is_some() {
                    " The label is case-sensitive."
                } else {
                    ""
                }
            ),
        )
        .at(Path::root(self.argument))
    }

    fn several_found(&self, found: &[&Record<T>]) -> Diagnostic {
        Diagnostic::error(
            T::NOUN.summary(Verb::Find),
            format!(
                "The account has {} {}s {self}:\n{}\n\nTo select one, set `{}` instead. For all of them, use the \
                 data source `{}`.",
                found.len(),
                T::NOUN.name,
                absent::candidates(found.iter().copied()),
                T::KEY.attribute(),
                T::NOUN.list
            ),
        )
        .at(Path::root(self.argument))
    }
}

impl<T: RemoteObject> fmt::Display for Sought<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.argument == T::KEY.attribute() {
            write!(f, "with the {} {}", self.argument, self.text)
        } else {
            write!(f, "with the {} {:?}", self.argument, self.text)
        }
    }
}
