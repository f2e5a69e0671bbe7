//! What the matrix tries: the objects of the provider, with what it must know of each
//! beside its documentation, which says what each verb requests.

mod api_key;
mod call_webhook;
mod phone_number;
mod sip_trunk;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use registry_docs::facts::{Facts, ObjectFacts};
use registry_docs::schema::Kind;
use serde_json::Value as Json;
use wavix_sim::Sim;

use super::verb::Verb;

/// Where the provider asks who it works for.
pub const PROFILE: &str = "/v1/profile";

/// Where the account's numbers are listed.
const NUMBERS: &str = "/v1/numbers";
/// Where its trunks are.
const TRUNKS: &str = "/v1/trunks";

/// Method and path, with `*` for what varies, as patterns of the simulator.
pub type Target = (String, String);

/// An object in an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What it is imported by.
    pub key: String,
    /// Of the argument that an update changes.
    pub value: String,
}

/// A kind of object, as its owner sees it who signs in to the portal.
pub trait Remote: Sync {
    fn type_name(&self) -> &'static str;

    /// What the state holds the key in.
    fn key(&self) -> &'static str {
        "id"
    }

    /// The argument that an update changes, and that somebody else edits.
    fn argument(&self) -> &'static str {
        "label"
    }

    /// The secret in the state, if there is one.
    fn secret(&self) -> Option<&'static str> {
        None
    }

    /// What is made, and the same after an update.
    fn values(&self) -> [&'static str; 2] {
        ["Reception", "Front desk"]
    }

    /// Whether what is made is told from others by when it was made.
    fn is_dated(&self) -> bool {
        true
    }

    /// Whether it is written and read as others are, so that what happens to connections
    /// and what the client repeats tells nothing more of it.
    fn is_like_others(&self) -> bool {
        false
    }

    /// With something of every kind that an answer may leave out.
    fn config(&self, value: &str) -> Json;

    /// The path of the list.
    fn list(&self) -> &'static str;

    /// What there is but for what the provider itself needs.
    fn all(&self, sim: &Sim) -> Vec<Seen>;

    /// How many a list has.
    fn listed(&self, sim: &Sim) -> usize {
        self.all(sim).len()
    }

    /// Adds somebody else's, which looks as much as may be like the one that is made;
    /// gives its key.
    fn twin(&self, sim: &Sim, value: &str) -> String;

    /// Adds as many as fit, for a list.
    fn fill(&self, sim: &Sim);

    fn edit(&self, sim: &Sim, key: &str, value: &str);

    fn remove(&self, sim: &Sim, key: &str);

    /// All that is stored of it.
    fn stored(&self, sim: &Sim, key: &str) -> String;

    /// Whether it has what a configuration with this value says, as far as no state
    /// shows it.
    fn has_secrets_of(&self, _sim: &Sim, _key: &str, _value: &str) -> bool {
        true
    }

    /// The secrets that a request of this verb shows the API.
    fn sent(&self, _verb: Verb) -> String {
        String::new()
    }

    /// The secrets that the account has made up.
    fn made_up(&self, sim: &Sim) -> Vec<String>;

    /// Where the fields of the object are in the answer to a verb: at the top, or in
    /// each item of a bare array.
    fn fields(&self, _verb: Verb) -> &'static str {
        "/"
    }

    /// Fields that an answer may lack.
    fn optional(&self, verb: Verb) -> Result<&'static [&'static str], &'static str>;

    /// What is clear, however it is spelt, and what nobody asks for.
    fn spellings(&self, verb: Verb) -> Result<Vec<(&'static str, Json)>, &'static str>;

    /// A field, with its JSON, that stands there twice.
    fn twice(&self) -> (&'static str, &'static str);

    /// A field that a verb judges, with a value that has no meaning.
    fn unreadable(&self) -> (&'static str, Json);
}

/// An object under test.
pub struct Subject {
    /// Of its file with what is expected.
    pub name: &'static str,
    /// What there is of it in the account, or what it is used with.
    pub remote: &'static dyn Remote,
    /// The request of each verb that is struck.
    targets: BTreeMap<Verb, Target>,
}

impl Subject {
    pub fn verbs(&self) -> impl Iterator<Item = Verb> {
        self.targets.keys().copied()
    }

    /// The request of this verb that is struck.
    pub fn target(&self, verb: Verb) -> (&str, &str) {
        let (method, path) = self.targets.get(&verb).expect("one of its verbs");
        (method, path)
    }

    /// The path of the collection.
    pub fn collection(&self) -> &str {
        let mut writes = self.targets.iter().filter(|(verb, _)| **verb != Verb::Configure);
        writes.next().map_or(PROFILE, |(_, (_, path))| path.strip_suffix("/*").unwrap_or(path))
    }

    /// The word for a request, if the object makes such.
    pub fn word(&self, method: &str, path: &str) -> Option<&'static str> {
        let inside = path.strip_prefix(self.collection());
        let is_listed = inside == Some("");
        match (method, inside) {
            ("GET", _) if path == PROFILE => Some("PROFILE"),
            // Those that ring at a trunk.
            ("GET", None) if path == NUMBERS => Some("NUMBERS"),
            // Those that present a number.
            ("GET", None) if path == TRUNKS => Some("TRUNKS"),
            ("GET", Some(_)) if is_listed => Some("LIST"),
            (_, Some(_)) => super::expectation::WORDS.into_iter().find(|word| *word == method),
            _ => None,
        }
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

/// The documented request of an operation that reads, or that writes: the one that is
/// always made before one that is sometimes.
fn documented(facts: &ObjectFacts, operation: &str, reads: bool) -> Target {
    let calls = facts.operations.iter().filter(|of| of.operation == operation).flat_map(|of| &of.calls);
    let fitting = calls.filter(|call| call.request.starts_with("GET ") == reads);
    let call = fitting.min_by_key(|call| call.when.is_some()).expect("the operation is documented");
    let (method, path) = call.request.split_once(' ').expect("method and path");
    let path: Vec<&str> =
        path.split('/').map(|part| if part.starts_with('{') { "*" } else { part }).collect();
    (method.to_owned(), path.join("/"))
}

/// A managed object.
fn managed(facts: &Facts, name: &'static str, remote: &'static dyn Remote, pages: bool) -> Subject {
    let of = |kind| facts.of(kind, remote.type_name()).expect("the object is documented");
    let (resource, list) = (of(Kind::Resource), of(Kind::List));
    let mut targets = BTreeMap::from([
        (Verb::Create, documented(resource, "create", false)),
        (Verb::Read, documented(resource, "read", true)),
        (Verb::Update, documented(resource, "update", false)),
        (Verb::Delete, documented(resource, "delete", false)),
        (Verb::ListFirst, documented(list, "list", true)),
    ]);
    if pages {
        targets.insert(Verb::ListNext, documented(list, "list", true));
    }
    Subject { name, remote, targets }
}

/// All of them, in the order of the documents.
pub static SUBJECTS: LazyLock<Vec<Subject>> = LazyLock::new(|| {
    let facts = Facts::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let token = facts.of(Kind::Ephemeral, "wavix_webrtc_token").expect("the token is documented");
    let check = BTreeMap::from([(Verb::Configure, ("GET".to_owned(), PROFILE.to_owned()))]);
    let tokens = BTreeMap::from([
        (Verb::Open, documented(token, "open", false)),
        (Verb::Close, documented(token, "close", false)),
    ]);
    let number = facts.of(Kind::Resource, "wavix_phone_number").expect("the number is documented");
    let listed = ("GET".to_owned(), NUMBERS.to_owned());
    let numbers = BTreeMap::from([
        (Verb::Create, documented(number, "create", false)),
        // What the list tells nobody asks for by itself.
        (Verb::Read, listed),
        (Verb::Update, documented(number, "update", false)),
        (Verb::Delete, documented(number, "delete", false)),
    ]);
    let release = BTreeMap::from([(Verb::Delete, ("DELETE".to_owned(), NUMBERS.to_owned()))]);
    vec![
        Subject { name: "provider", remote: &sip_trunk::Trunks, targets: check },
        managed(&facts, "sip_trunk", &sip_trunk::Trunks, true),
        managed(&facts, "call_webhook", &call_webhook::Webhooks, false),
        managed(&facts, "api_key", &api_key::Keys, false),
        Subject { name: "phone_number", remote: &phone_number::Numbers("unroute"), targets: numbers },
        Subject { name: "phone_number_release", remote: &phone_number::Numbers("release"), targets: release },
        Subject { name: "webrtc_token", remote: &sip_trunk::Trunks, targets: tokens },
    ]
});
