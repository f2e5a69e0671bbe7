//! Turns `tracing` events into the log lines Terraform reads from the plugin's standard
//! error.
//!
//! A line is one JSON object in hclog's layout. Terraform is strict about it:
//! `@level`, `@message` and `@timestamp` must be strings (Terraform itself
//! panics on anything else), the time must have exactly six digits of
//! fraction, and a line must stay below 64 KiB. Anything that is not such a
//! line is shown raw at DEBUG.
//!
//! A request's identity (`tf_req_id`, `tf_rpc`, `tf_resource_type`, …) is put
//! into the fields of a span around it, and every event inside carries it.
//! Such a span must be an `error_span!`: one of a lower level does not exist,
//! and neither do its fields, when only errors are logged.

use std::fmt;
use std::io::Write;

use serde_json::Value;
use time::OffsetDateTime;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

use super::environment::Environment;
use super::output;

/// A line, newline included, stays below what Terraform's scanner can take.
const MAX_LINE: usize = 64 * 1024 - 1;

/// How much of each value is kept: the first bound with which the line fits.
/// Text of nothing but control characters grows sixfold as JSON.
const VALUE_BOUNDS: [usize; 5] = [usize::MAX, 16 * 1024, 2 * 1024, 256, 32];

/// Starts logging for the whole process, at the levels the environment asks
/// for. `name` is the provider's type, such as `random`: it becomes a part of
/// the variable `TF_LOG_PROVIDER_<NAME>` and the root of every `@module`.
///
/// Calling it a second time changes nothing.
pub fn init(name: &'static str, environment: &Environment) {
    let subscriber = Registry::default()
        .with(filter(name, environment))
        .with(HclogLayer { name, write: output::write_stderr });
    // Fails only when a subscriber is already in place.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Which events exist at all. What is filtered out here is never formatted.
///
/// | variable | applies to | unset or not understood |
/// |---|---|---|
/// | `TF_LOG_PROVIDER_<NAME>` | everything of this crate | TRACE: the host filters |
/// | `TF_LOG_SDK` | the modules `protocol` and `framework` | as above |
/// | `TF_LOG_SDK_PROTO` | the module `protocol` | as `TF_LOG_SDK` |
/// | `TF_LOG_SDK_FRAMEWORK` | the module `framework` | as `TF_LOG_SDK` |
///
/// Events of other crates never exist: HTTP and TLS libraries log headers and
/// keys when asked for everything, and everything is the default.
fn filter(name: &str, environment: &Environment) -> Targets {
    let level = |variable: &str| environment.log_level(variable).and_then(parse_level);
    let root = level(&level_variable(name)).unwrap_or(LevelFilter::TRACE);
    let sdk = level("TF_LOG_SDK").unwrap_or(root);
    let own = crate_target();
    Targets::new()
        .with_default(LevelFilter::OFF)
        .with_target(own, root)
        .with_target(format!("{own}::protocol"), level("TF_LOG_SDK_PROTO").unwrap_or(sdk))
        .with_target(format!("{own}::framework"), level("TF_LOG_SDK_FRAMEWORK").unwrap_or(sdk))
}

fn level_variable(name: &str) -> String {
    format!("TF_LOG_PROVIDER_{}", name.to_uppercase().replace('-', "_"))
}

/// `None` for what is not a level. `JSON` is a form, not a level: it means
/// everything.
fn parse_level(text: &str) -> Option<LevelFilter> {
    Some(match text.to_ascii_uppercase().as_str() {
        "TRACE" | "JSON" => LevelFilter::TRACE,
        "DEBUG" => LevelFilter::DEBUG,
        "INFO" => LevelFilter::INFO,
        "WARN" => LevelFilter::WARN,
        "ERROR" => LevelFilter::ERROR,
        "OFF" => LevelFilter::OFF,
        _ => return None,
    })
}

/// The first part of every target in this crate.
fn crate_target() -> &'static str {
    let module = module_path!();
    module.split_once("::").map_or(module, |(root, _)| root)
}

/// Writes each event as one hclog line.
struct HclogLayer<W> {
    name: &'static str,
    write: W,
}

impl<S, W> Layer<S> for HclogLayer<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn(&[u8]) + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.inherit(outer);
            }
        }
        event.record(&mut fields);
        (self.write)(&line(self.name, event.metadata(), OffsetDateTime::now_utc(), &fields));
    }
}

/// The fields of a span or an event, as text, in the order of their first
/// appearance.
#[derive(Default)]
struct Fields {
    message: String,
    others: Vec<(&'static str, String)>,
}

impl Fields {
    /// The innermost value of a name is the one that counts.
    fn set(&mut self, name: &'static str, value: String) {
        match self.others.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.others.push((name, value)),
        }
    }

    fn inherit(&mut self, outer: &Self) {
        for (name, value) in &outer.others {
            self.set(name, value.clone());
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => value.clone_into(&mut self.message),
            name => self.set(name, value.to_owned()),
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        let mut text = value.to_string();
        let mut cause = value.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        self.record_str(field, &text);
    }
}

/// The finished line with its newline.
fn line(name: &str, metadata: &Metadata<'_>, now: OffsetDateTime, fields: &Fields) -> Vec<u8> {
    let module =
        metadata.target().split("::").skip(1).fold(name.to_owned(), |module, part| module + "." + part);
    let mut line = Vec::new();
    for bound in VALUE_BOUNDS {
        line.clear();
        let mut object = ObjectWriter { line: &mut line, bound };
        object.member("@level", level_text(*metadata.level()));
        object.member("@message", &fields.message);
        object.member("@module", &module);
        object.member("@timestamp", &timestamp(now));
        for (name, value) in &fields.others {
            object.member(name, value);
        }
        line.extend_from_slice(b"}\n");
        if line.len() <= MAX_LINE {
            break;
        }
    }
    line
}

/// Writes a JSON object of strings, member by member, without its end.
struct ObjectWriter<'a> {
    line: &'a mut Vec<u8>,
    bound: usize,
}

impl ObjectWriter<'_> {
    fn member(&mut self, name: &str, value: &str) {
        self.line.push(if self.line.is_empty() { b'{' } else { b',' });
        let kept = output::prefix(value, self.bound);
        // Writing to a Vec cannot fail.
        let _ = if kept.len() == value.len() {
            write!(self.line, "{}:{}", Value::from(name), Value::from(value))
        } else {
            let cut = format!("{kept}… ({} bytes in all)", value.len());
            write!(self.line, "{}:{}", Value::from(name), Value::from(cut))
        };
    }
}

fn level_text(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

/// RFC 3339 in UTC with six digits of fraction, no more and no fewer.
fn timestamp(now: OffsetDateTime) -> String {
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        now.year(),
        u8::from(now.month()),
        now.day(),
        now.hour(),
        now.minute(),
        now.second(),
        now.microsecond()
    )
}

#[cfg(test)]
mod tests;
