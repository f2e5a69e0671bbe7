//! Lifecycle layer: how messages speak of a kind of object, and what a failed API
//! call means to a practitioner, in one voice for all. It words; whether an object is
//! gone is decided in `presence`, and whether to try again in the client.

use std::time::Duration;

use crate::client::{self, Delivery, Kind};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::schema::{Mode, Schema};

pub use super::verb::Verb;

/// What helps when no request can be sent at all, whatever it is for.
pub const SETUP_REMEDY: &str = "Install the CA certificates of the system (in most container images the package \
                                `ca-certificates`), or name those to trust with `ca_bundle` in the provider \
                                configuration; check `http_proxy` there.";

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
pub const UNCLEAR: &str = "The request to delete it was answered with success, but not in the API's words.";

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
                "Look for it in the Wavix portal or with the `{}` data source. If it is there, adopt it with `terraform \
                 import` and its id; if it is not, apply again.",
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
        let mut detail = format!("{error}\n\n{}", what.now);
        if let Some(advice) = self.advice(verb, error, what.may_exist) {
            detail.push_str("\n\n");
            detail.push_str(&advice);
        }
        complaints
            .into_iter()
            .map(|(argument, complaint)| {
                let detail = match complaint {
                    Some(complaint) => format!("Wavix says: {complaint}\n\n{detail}"),
                    None => detail.clone(),
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
                "The {name} {which} may have been created all the same, and it is not in the state. It was \
                 not requested a second time, because that could make two. {}",
                self.adopt()
            ),
            (Verb::Open, Delivery::NotSent | Delivery::Refused) => format!("No {name} was created."),
            (Verb::Open, Delivery::Ambiguous) => {
                format!("The {name} {which} may have been created all the same. {}", self.adopt())
            }
            (Verb::Revoke, Delivery::NotSent | Delivery::Refused) => {
                format!("The {name} {which} was not revoked and is still valid.")
            }
            (Verb::Revoke, Delivery::Ambiguous) => {
                format!("The {name} {which} may or may not have been revoked.")
            }
            (Verb::Read, _) => format!("The {name} {which} stays in the state as it was."),
            (Verb::Find | Verb::List, _) => "Nothing was changed.".to_owned(),
            (Verb::Update, Delivery::NotSent | Delivery::Refused) => {
                format!("The {name} {which} was not changed, and the state was left as it was.")
            }
            (Verb::Update, Delivery::Ambiguous) => format!(
                "The {name} {which} may or may not have been changed. The state holds what is known of it; the \
                 next plan reads the {name} and shows what is left to change."
            ),
            (Verb::Delete, Delivery::NotSent | Delivery::Refused) => {
                format!("The {name} {which} was not deleted and stays in the state.")
            }
            (Verb::Delete, Delivery::Ambiguous) => format!(
                "The {name} {which} may or may not have been deleted. It stays in the state; the next plan \
                 finds out."
            ),
        }
    }

    /// What to do about it. What may have been created is not to be tried
    /// again: how to find it was said before.
    fn advice(&self, verb: Verb, error: &client::Error, may_exist: bool) -> Option<String> {
        let again = if may_exist || !is_passing(error) {
            None
        } else if error.is_cancelled() {
            Some("The operation was interrupted; run it again when ready.".to_owned())
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
                "If Wavix is merely slow, raise the operation's time in the resource's `timeouts` block, or \
                 `request_timeout` in the provider configuration."
                    .to_owned()
            }
            _ if error.is_timeout() => {
                "If Wavix is merely slow, raise `request_timeout` in the provider configuration.".to_owned()
            }
            (Kind::Connect, _) => "Check the network, and `base_url`, `http_proxy` and `ca_bundle` in the \
                                   provider configuration."
                .to_owned(),
            (Kind::Setup, _) => SETUP_REMEDY.to_owned(),
            (Kind::Redirected, _) => "Check `base_url`, its path included, and `http_proxy` in the provider \
                                      configuration: the Wavix API does not redirect."
                .to_owned(),
            (Kind::Undocumented, Some(..500)) => {
                "Check `base_url` and `http_proxy` in the provider configuration: something other than the \
                 Wavix API seems to have answered."
                    .to_owned()
            }
            (Kind::Incomplete, _) => {
                "The list may have been changing while it was read; if it goes on, ask Wavix \
                                      support why it lacks items."
                    .to_owned()
            }
            (Kind::Unsendable | Kind::Decode, _) => {
                "If this provider is up to date, please report the message to its developers.".to_owned()
            }
            (_, Some(402)) => "Top up the account in the Wavix portal, or ask Wavix support what is to be paid, and \
                               apply again."
                .to_owned(),
            (_, Some(400 | 409 | 422)) if self.is_exhausted(error) => {
                "The account has used up what it may have. Delete what it no longer needs, top it up in the Wavix \
                 portal, or ask Wavix support to raise its limit, and apply again."
                    .to_owned()
            }
            (_, Some(400 | 422)) => "Correct the configuration and apply again.".to_owned(),
            (_, Some(401)) => {
                "Check `api_key`: it may be wrong or inactive, or the key may be restricted to \
                               IP addresses other than the one this request came from."
                    .to_owned()
            }
            (_, Some(403)) => match self.scope {
                Some(scope) => format!(
                    "Check that the API key has the scope `{scope}:{}`, and that the account is provisioned for this \
                     service; Wavix support can tell and change the latter.",
                    verb.scope()
                ),
                None => "Use an API key with full access, which no scopes restrict: no scope covers this.".to_owned(),
            },
            (_, Some(404)) if verb == Verb::Update => format!(
                "If the {} was deleted outside Terraform, the next plan notices and offers to create it anew.",
                self.name
            ),
            (_, Some(404)) => format!(
                "Check that the account is provisioned for this service and that `api_key` belongs to the \
                 account that owns the {}.",
                self.name
            ),
            (_, Some(429)) => format!(
                "Wavix limits how fast it is asked{}. Set or lower `requests_per_second`, or lower \
                 `max_concurrent_requests`, in the provider configuration.",
                error.retry_after().map(wait_words).unwrap_or_default()
            ),
            (_, Some(500..)) => "The fault is on Wavix's side; if it goes on, ask Wavix support.".to_owned(),
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
        ..=1 => " and asks to wait 1 second".to_owned(),
        more => format!(" and asks to wait {more} seconds"),
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
