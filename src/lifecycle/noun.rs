//! How messages speak of a kind of object, and what a failed API call means to a
//! practitioner, in one voice for all. It words; whether an object is gone is decided in
//! `presence`, and whether to try again in the client.

use std::time::Duration;

use crate::client::{self, Delivery, Kind};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::schema::{Mode, Schema};

pub use super::verb::Verb;

/// What helps when no request can be sent at all, whatever it is for.
pub const SETUP_REMEDY: &str = "Install the CA certificates of the system (in most container images the package \
                                `ca-certificates`), or set `ca_bundle` in the provider configuration. Also check \
                                `http_proxy` there.";

/// How messages speak of objects of one kind.
#[derive(Debug)]
pub struct Noun {
    /// The resource: `wavix_sip_trunk`.
    pub type_name: &'static str,
    /// As it stands after a verb: `SIP trunk`.
    pub name: &'static str,
    /// The same where the context says the rest: `trunk`.
    pub short: &'static str,
    /// The scope family of its endpoints: `trunks`. Of endpoints that no scope
    /// covers, nothing.
    pub scope: Option<&'static str>,
    /// The arguments that the API's texts may name.
    pub arguments: Arguments,
    /// Other words of the API's texts, in lower case, and the argument each means; a
    /// nested one with dots. More telling ones first.
    pub words: &'static [(&'static str, &'static str)],
    /// The data source that lists all of them.
    pub list: &'static str,
    /// What to do about an object that may have been created unseen, where it is not to
    /// look for it and to import it.
    pub adopt: Option<&'static str>,
}

/// Where the names of arguments stand.
#[derive(Debug, Clone, Copy)]
pub enum Arguments {
    /// In the schema of an object.
    Of(fn() -> &'static Schema),
    /// Here.
    Named(&'static [&'static str]),
}

/// What there is to say about an answer of success that acknowledges no deletion.
pub const UNCLEAR: &str = "The delete request succeeded, but the response does not have the documented form.";

/// What is true after a failure.
#[derive(Debug)]
pub struct What {
    /// In a sentence or more.
    pub now: String,
    /// Whether something may have been made that is not in the state.
    pub may_exist: bool,
}

impl Noun {
    /// What to do about an object that may have been created unseen.
    fn adopt(&self) -> String {
        let usual = || {
            format!(
                "Search for it in the Wavix portal or with the `{}` data source. If it exists, import it with \
                 `terraform import` and its id. If not, apply again.",
                self.list
            )
        };
        self.adopt.map_or_else(usual, str::to_owned)
    }

    /// `a` or `an`, before the name.
    #[must_use]
    pub fn article(&self) -> &'static str {
        article(self.name)
    }

    /// The same before the short name.
    #[must_use]
    pub fn article_of_short(&self) -> &'static str {
        article(self.short)
    }

    /// `Cannot create SIP trunk`, `Cannot list SIP trunks`
    #[must_use]
    pub fn summary(&self, verb: Verb) -> String {
        let plural = if verb == Verb::List { "s" } else { "" };
        format!("Cannot {} {}{plural}", verb.word(), self.name)
    }

    /// Words a failed call. `which` tells the object from its siblings:
    /// `293`, `labelled "office"`.
    pub fn failed(&self, verb: Verb, which: &str, error: &client::Error) -> Diagnostics {
        let may_exist = matches!(verb, Verb::Create | Verb::Open) && error.delivery() == Delivery::Ambiguous;
        let now = self.now(verb, which, error.delivery());
        self.failed_with(verb, error, What { now, may_exist })
    }

    /// The same, where more is known of what is true now.
    pub fn failed_with(&self, verb: Verb, error: &client::Error, what: What) -> Diagnostics {
        let complaints: Vec<(Option<&'static str>, Option<&str>)> = if error.field_errors().is_empty() {
            let named =
                error.message().filter(|_| error.is_validation()).and_then(|text| self.argument(text));
            vec![(named, None)]
        } else {
            error
                .field_errors()
                .iter()
                .map(|complaint| {
                    let field = complaint.field.as_deref().unwrap_or(&complaint.message);
                    (self.argument(field), Some(complaint.message.as_str()))
                })
                .collect()
        };
        let mut truth = what.now;
        if let Some(advice) = self.advice(verb, error, what.may_exist) {
            truth = format!("{truth} {advice}");
        }
        complaints
            .into_iter()
            .map(|(argument, complaint)| {
                let detail = match complaint {
                    Some(complaint) => format!("{truth}\n\nWavix reports: {complaint}\n\n{error}"),
                    None => format!("{truth}\n\n{error}"),
                };
                let diagnostic = Diagnostic::error(self.summary(verb), detail);
                match argument {
                    Some(argument) => diagnostic.at(argument_path(argument)),
                    None => diagnostic,
                }
            })
            .collect()
    }

    /// The argument that a text of the API names.
    fn argument(&self, text: &str) -> Option<&'static str> {
        let text = text.to_lowercase();
        let mut arguments: Vec<&'static str> = match self.arguments {
            Arguments::Named(names) => names.to_vec(),
            Arguments::Of(schema) => {
                let all = schema().attributes.iter().filter(|argument| argument.mode != Mode::Computed);
                all.map(|argument| argument.name.as_str()).collect()
            }
        };
        // The more telling ones first.
        arguments.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let is_named = |name: &str| names(&text, name) || names(&text, &name.replace('_', " "));
        arguments
            .into_iter()
            .find(|name| is_named(name))
            .or_else(|| self.words.iter().find(|(word, _)| names(&text, word)).map(|(_, argument)| *argument))
    }

    /// Whether Wavix refuses for the account's sake, and no argument is at fault.
    fn is_exhausted(&self, error: &client::Error) -> bool {
        const WORDS: [&str; 7] = [
            "quota",
            "limit reached",
            "limit exceeded",
            "maximum number",
            "too many",
            "insufficient",
            "balance",
        ];
        error.field_errors().is_empty()
            && error.message().is_some_and(|text| {
                let text = text.to_lowercase();
                self.argument(&text).is_none() && WORDS.iter().any(|word| text.contains(word))
            })
    }

    /// What is true after the failure.
    fn now(&self, verb: Verb, which: &str, delivery: Delivery) -> String {
        let name = self.name;
        match (verb, delivery) {
            (Verb::Create, Delivery::NotSent | Delivery::Refused) => format!("No {name} was created."),
            (Verb::Create, Delivery::Ambiguous) => format!(
                "The {name} {which} may exist and is not in the state. To avoid a duplicate, the provider did not \
                 repeat the request. {}",
                self.adopt()
            ),
            (Verb::Open, Delivery::NotSent | Delivery::Refused) => format!("No {name} was created."),
            (Verb::Open, Delivery::Ambiguous) => {
                format!("The {name} {which} may exist. {}", self.adopt())
            }
            (Verb::Revoke, Delivery::NotSent | Delivery::Refused) => {
                format!("The {name} {which} was not revoked and is still valid.")
            }
            (Verb::Revoke, Delivery::Ambiguous) => {
                format!("The {name} {which} may still be valid.")
            }
            (Verb::Read, _) => format!("The {name} {which} stays in the state unchanged."),
            (Verb::Find | Verb::List, _) => "Nothing was changed.".to_owned(),
            (Verb::Update, Delivery::NotSent | Delivery::Refused) => {
                format!("The {name} {which} and the state are unchanged.")
            }
            (Verb::Update, Delivery::Ambiguous) => format!(
                "The {name} {which} may be changed. The next plan reads it and shows the remaining changes."
            ),
            (Verb::Delete, Delivery::NotSent | Delivery::Refused) => {
                format!("The {name} {which} was not deleted and stays in the state.")
            }
            (Verb::Delete, Delivery::Ambiguous) => format!(
                "The {name} {which} may be deleted. It stays in the state, and the next plan checks it."
            ),
        }
    }

    /// What to do about it. What may have been created is not to be tried
    /// again: how to find it was said before.
    fn advice(&self, verb: Verb, error: &client::Error, may_exist: bool) -> Option<String> {
        let again = if may_exist || !is_passing(error) {
            None
        } else if error.is_cancelled() {
            Some("The operation was interrupted; run it again.".to_owned())
        } else {
            Some("Try again.".to_owned())
        };
        let advice: Vec<String> = again.into_iter().chain(self.remedy(verb, error)).collect();
        (!advice.is_empty()).then(|| advice.join(" "))
    }

    /// What keeps it from happening again.
    #[must_use]
    pub fn remedy(&self, verb: Verb, error: &client::Error) -> Option<String> {
        let text = match (error.kind(), error.status()) {
            _ if error.is_cancelled() => return None,
            // It bounds an attempt of a read; what changes something is awaited
            // beyond it. The other verbs have none.
            _ if error.is_timeout() && verb == Verb::Read
                || error.is_past_deadline() && matches!(verb, Verb::Create | Verb::Update | Verb::Delete) =>
            {
                "If Wavix is slow, increase the timeout of the operation in the resource's `timeouts` block, or \
                 `request_timeout` in the provider configuration."
                    .to_owned()
            }
            _ if error.is_timeout() => {
                "If Wavix is slow, increase `request_timeout` in the provider configuration.".to_owned()
            }
            (Kind::Connect, _) => "Check the network, and `base_url`, `http_proxy` and `ca_bundle` in the \
                                   provider configuration."
                .to_owned(),
            (Kind::Setup, _) => SETUP_REMEDY.to_owned(),
            (Kind::Redirected, _) => "Check `base_url`, including its path, and `http_proxy` in the provider \
                                      configuration: the Wavix API does not redirect."
                .to_owned(),
            (Kind::Undocumented, Some(..500)) => {
                "Check `base_url` and `http_proxy` in the provider configuration: the response does not seem to come \
                 from the Wavix API."
                    .to_owned()
            }
            (Kind::Incomplete, _) => {
                "The list may have changed while it was read. If the problem persists, ask Wavix support why items \
                                      are missing."
                    .to_owned()
            }
            (Kind::Unsendable | Kind::Decode, _) => {
                "If this is the latest version of the provider, please report this message to its developers.".to_owned()
            }
            (_, Some(402)) => "Add funds to the account in the Wavix portal, or ask Wavix support about open \
                               payments, and apply again."
                .to_owned(),
            (_, Some(400 | 409 | 422)) if self.is_exhausted(error) => {
                "The account has reached a limit. Delete unused objects, add funds in the Wavix portal, or ask Wavix \
                 support to raise the limit, and apply again."
                    .to_owned()
            }
            (_, Some(400 | 422)) => "Correct the configuration and apply again.".to_owned(),
            (_, Some(401)) => {
                "Check `api_key`: the key may be wrong or inactive, or restricted to other IP addresses than the one \
                               of this machine."
                    .to_owned()
            }
            (_, Some(403)) => match self.scope {
                Some(scope) => format!(
                    "Check that the API key has the scope `{scope}:{}`, and ask Wavix support whether the account is \
                     provisioned for this service.",
                    verb.scope()
                ),
                None => "Use an API key with full access: no scope covers this request.".to_owned(),
            },
            (_, Some(404)) if verb == Verb::Update => format!(
                "If the {} was deleted outside Terraform, the next plan detects that and creates it again.",
                self.name
            ),
            (_, Some(404)) => format!(
                "Check that the account is provisioned for this service and that `api_key` belongs to the \
                 account that owns the {}.",
                self.name
            ),
            (_, Some(429)) => format!(
                "Wavix limits the request rate{}. Set or reduce `requests_per_second`, or reduce \
                 `max_concurrent_requests`, in the provider configuration.",
                error.retry_after().map(wait_words).unwrap_or_default()
            ),
            (_, Some(500..)) => "The error is at Wavix. If it persists, ask Wavix support.".to_owned(),
            _ => return None,
        };
        Some(text)
    }
}

/// Words as the beginning of a sentence.
#[must_use]
pub fn capitalized(words: &str) -> String {
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn article(name: &str) -> &'static str {
    if name.starts_with(['A', 'E', 'I', 'O', 'U', 'a', 'e', 'i', 'o']) { "an" } else { "a" }
}

/// Whether the same request may well succeed another time.
fn is_passing(error: &client::Error) -> bool {
    match error.kind() {
        _ if error.is_permanent() => false,
        Kind::Unsendable | Kind::Setup | Kind::Decode | Kind::Redirected => false,
        _ => !matches!(error.status(), Some(400..=404 | 422)),
    }
}

fn wait_words(wait: Duration) -> String {
    match wait.as_secs() {
        ..=1 => " and asks the client to wait 1 second".to_owned(),
        more => format!(" and asks the client to wait {more} seconds"),
    }
}

/// `host_request.host` as a path.
fn argument_path(argument: &str) -> Path {
    argument.split('.').fold(Path::top(), |path, name| path.attribute(name))
}

/// Whether `name` stands in `text` as a word of its own.
fn names(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(start, found)| {
        let before = text.get(..start).and_then(|head| head.chars().next_back());
        let after = text.get(start + found.len()..).and_then(|tail| tail.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_only_as_a_whole_word() {
        assert!(names("missing or invalid parameter call_limit", "call_limit"));
        assert!(names("call_limit: too high", "call_limit"));
        assert!(!names("missing or invalid parameter max_call_limit", "call_limit"));
        assert!(!names("unlabelled", "label"));
    }

    #[test]
    fn a_dotted_argument_is_a_nested_path() {
        assert_eq!(argument_path("host_request.host"), Path::root("host_request").attribute("host"));
    }
}
