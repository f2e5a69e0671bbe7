//! Which of several given values of one argument counts. One pure function; what the value
//! means for a client is decided in `settings`.

use crate::client::Secret;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::object::{Attr, SetOf};
use crate::framework::path::Path;
use crate::protocol::number::Number;

use super::environment::Environment;

/// The environment variable of an argument: `WAVIX_` and its name.
pub(super) fn variable(argument: &str) -> String {
    format!("WAVIX_{}", argument.to_uppercase())
}

/// Arguments whose value is never shown.
pub(super) const SECRET: [&str; 2] = ["api_key", "http_proxy"];
/// Characters of a variable's value that a message shows.
const LONGEST_SHOWN: usize = 60;

/// Where the value that counts was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// In the `provider` block.
    Configuration,
    /// In the argument's environment variable.
    Environment,
    /// In a variable that is all programs', and no argument's.
    Process,
    /// Nowhere.
    Default,
}

/// What counts for one argument.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Choice<T> {
    /// Nothing was given, and there is no default.
    Unset,
    /// The configuration's value is not known before apply.
    Unknown,
    /// This value.
    Set(T, Source),
}

/// The type of an argument's value.
pub(super) trait Setting: Clone {
    /// True for a value that counts as none.
    fn is_blank(&self) -> bool {
        false
    }

    /// True when a part of the value is not known before apply.
    fn holds_unknown(&self) -> bool {
        false
    }

    /// Reads the value of an environment variable, which is not empty.
    ///
    /// # Errors
    /// What the value must be, without repeating it.
    fn from_variable(text: String) -> Result<Self, String>;
}

/// Configuration before environment before default, each only if it is set. An
/// unknown value in the configuration is one that is set: the environment must
/// not stand in for it during plan and lose to it during apply.
///
/// # Errors
/// The variable counts and cannot be read.
pub(super) fn choose<T: Setting>(
    argument: &'static str,
    config: &Attr<T>,
    environment: &Environment,
    default: Option<T>,
) -> Result<Choice<T>, Fault> {
    match config {
        Attr::Unknown(_) => return Ok(Choice::Unknown),
        Attr::Known(value) if value.holds_unknown() => return Ok(Choice::Unknown),
        Attr::Known(value) if !value.is_blank() => {
            return Ok(Choice::Set(value.clone(), Source::Configuration));
        }
        Attr::Known(_) | Attr::Null => {}
    }
    let source = Source::Environment;
    if let Some(text) = environment.get(&variable(argument)) {
        let value =
            T::from_variable(text).map_err(|problem| Fault::new(argument, source, problem, environment))?;
        if !value.is_blank() {
            return Ok(Choice::Set(value, source));
        }
    }
    Ok(default.map_or(Choice::Unset, |value| Choice::Set(value, Source::Default)))
}

/// A value that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) argument: &'static str,
    pub(super) source: Source,
    /// What is wrong, as the end of a sentence about the value; never the value.
    problem: String,
    /// The value, where only this message can show it: Terraform shows the line
    /// of the configuration, and nobody else the environment.
    value: Option<String>,
}

impl Fault {
    pub(super) fn new(
        argument: &'static str,
        source: Source,
        problem: String,
        environment: &Environment,
    ) -> Self {
        let value = environment.get(&variable(argument)).filter(|value| {
            // A user name in a URL stands before a password.
            source == Source::Environment && !SECRET.contains(&argument) && !value.contains('@')
        });
        Self { argument, source, problem, value }
    }
}

impl From<&Fault> for Diagnostic {
    fn from(fault: &Fault) -> Self {
        let Fault { argument, source, problem, value } = fault;
        let shown = value.as_deref().map(shown).unwrap_or_default();
        let variable = variable(argument);
        let detail = match source {
            Source::Configuration => format!(
                "The provider argument `{argument}` {problem}. Correct it in the provider block, or remove it there \
                 and set the environment variable {variable}."
            ),
            Source::Environment => format!(
                "The environment variable {variable}{shown} {problem}. Correct the variable, or set the provider \
                 argument `{argument}`, which takes precedence."
            ),
            Source::Process => format!(
                "The environment variable {argument}, the proxy for requests to Wavix, {problem}. Correct the \
                 variable, add the host to NO_PROXY, or set the provider argument `http_proxy`, which takes \
                 precedence. No request was sent."
            ),
            Source::Default => format!(
                "Set the provider argument `{argument}` or the environment variable {variable}: the default \
                 {problem}."
            ),
        };
        let diagnostic = Self::error(format!("Invalid {argument}"), detail);
        if *source == Source::Process { diagnostic } else { diagnostic.at(Path::root(*argument)) }
    }
}

/// A value between commas, shortened.
fn shown(value: &str) -> String {
    let mut start: String = value.chars().take(LONGEST_SHOWN).collect();
    if start.len() < value.len() {
        start.push('…');
    }
    format!(" ({start:?})")
}

impl Setting for String {
    fn is_blank(&self) -> bool {
        self.is_empty()
    }

    fn from_variable(text: String) -> Result<Self, String> {
        Ok(text)
    }
}

impl Setting for Secret {
    fn is_blank(&self) -> bool {
        self.is_empty()
    }

    fn from_variable(text: String) -> Result<Self, String> {
        Ok(Self::from(text))
    }
}

impl Setting for Number {
    fn from_variable(text: String) -> Result<Self, String> {
        text.trim().parse().map_err(|_| "must be a number".to_owned())
    }
}

impl Setting for bool {
    fn from_variable(text: String) -> Result<Self, String> {
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err("must be `true` or `false`".to_owned()),
        }
    }
}

/// In a variable: separated by commas.
impl Setting for SetOf<Attr<String>> {
    fn is_blank(&self) -> bool {
        self.0.is_empty()
    }

    fn holds_unknown(&self) -> bool {
        self.0.iter().any(Attr::is_unknown)
    }

    fn from_variable(text: String) -> Result<Self, String> {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        let items: Vec<_> = items.map(|item| Attr::Known(item.to_owned())).collect();
        // Commas around nothing are what a template makes of variables that are
        // not set. Taken for "not set", they would switch a guard off.
        if items.is_empty() {
            return Err("must be a comma-separated list, but contains only spaces and commas".to_owned());
        }
        Ok(Self(items))
    }
}
