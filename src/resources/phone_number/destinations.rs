//! Resources layer: what stands in the list of `destinations`, and what follows from it.
//! What a destination means is in `places`.

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::Attr;
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Nesting, Validator};
use crate::framework::validators::at_least;
use crate::protocol::value::Value;
use crate::resources::functions::GATEWAYS;
use crate::resources::written_number::International;

use super::places::{digits, host, normal_uri, same_number, same_uri, same_whole};

/// The argument.
pub(super) const DESTINATIONS: &str = "destinations";
/// More than people use; how many Wavix takes is documented nowhere.
const MANY: usize = 20;
crate::object! {
    /// One of them. Exactly one of the first three is set, but for what Wavix answers.
    #[derive(Default)]
    pub struct Destination {
        /// API `trunk_id`, with transport 5.
        pub sip_trunk_id: Attr<String>,
        /// API `destination`, with transport 1.
        pub sip_uri: Attr<String>,
        /// API `destination`, with transport 4.
        pub phone_number: Attr<String>,
        /// API `destination`, with transport 5.
        pub sip_trunk_login: Attr<String>,
        /// API `priority`: the lowest first.
        pub priority: Attr<i64>,
    }
}

/// All of them, in the order in which they stand.
pub(super) type Destinations = Attr<Vec<Attr<Destination>>>;

/// The argument, optional.
pub(super) fn attribute() -> Attribute {
    let inside = vec![
        Attribute::string("sip_trunk_id").validate(Rule::TrunkId).describe(
            "`id` of the SIP trunk that the call goes to. While the trunk is replaced, calls would meet a deleted one: \
             set `create_before_destroy` there.",
        ),
        Attribute::string("sip_uri").validate(Rule::SipUri).same_meaning(same_uri).describe(
            "SIP URI that the call goes to, such as `calls@sip.example.com` or `[did]@sip.example.com;transport=tls`: \
             `[did]` is replaced by the number that was dialled. A leading `sip:` is left out. `sips:` is not \
             supported; write `;transport=tls`.",
        ),
        Attribute::string("phone_number").validate(International).same_meaning(same_number).describe(
            "Phone number that the call goes to over the public network, with its country code. The call is charged.",
        ),
        Attribute::string("sip_trunk_login").optional_computed().describe(
            "SIP login of the trunk in `sip_trunk_id`. If it is left out, it is looked up, for which the API key needs \
             the scope `trunks:read`.",
        ),
        Attribute::integer("priority").optional_computed().validate(at_least(0)).describe(
            "Rank of the destination: the lowest is tried first. Either all destinations have one or none has; without, \
             they are tried in the order in which they are written. Only the order counts, so a server that numbers \
             anew changes nothing.",
        ),
    ];
    Attribute::nested(DESTINATIONS, Nesting::List, inside).same_meaning(same_whole)
}

enum Rule {
    TrunkId,
    SipUri,
}

impl Validator for Rule {
    fn rule(&self) -> String {
        match self {
            Self::TrunkId => "must be the `id` of a SIP trunk, a decimal number",
            Self::SipUri => "must be a SIP URI of a host, without blanks and without `sips:`",
        }
        .to_owned()
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        let text = value.as_str().unwrap_or_default();
        let broken = |why: &str| Err(format!("The value {}{why}.", self.rule()));
        match self {
            Self::TrunkId => match text.parse::<i32>() {
                Ok(id) if id > 0 && id.to_string() == text => Ok(()),
                _ => broken("; the login of the trunk is not its id"),
            },
            Self::SipUri => {
                let (scheme, rest) = text.split_once(':').unwrap_or_default();
                if scheme.eq_ignore_ascii_case("sips") {
                    return Err(format!("Wavix does not take `sips:`. Write `{rest};transport=tls`."));
                }
                let host = host(text);
                let is_host = |c: char| c.is_ascii_alphanumeric() || ".-_[]:".contains(c);
                if host.is_empty() || !host.chars().all(is_host) || text.contains(char::is_whitespace) {
                    return broken("");
                }
                Ok(())
            }
        }
    }
}

fn known(list: &Destinations) -> impl Iterator<Item = (usize, &Destination)> {
    let all = list.known().map(Vec::as_slice).unwrap_or_default();
    all.iter().enumerate().filter_map(|(index, item)| Some((index, item.known()?)))
}

/// The trunks that a list names, with the place of each.
pub(super) fn trunks(list: &Destinations) -> impl Iterator<Item = (usize, &Destination, &String)> {
    known(list).filter_map(|(index, one)| Some((index, one, one.sip_trunk_id.known()?)))
}

/// The path of an argument of one of them.
pub(super) fn at(index: usize, name: &str) -> Path {
    Path::root(DESTINATIONS).index(index).attribute(name)
}

/// Fills in what the configuration leaves to the provider: the login of a trunk that
/// was there before, and priorities by the order.
pub(super) fn complete(list: &mut Destinations, prior: Option<&Destinations>) {
    let Attr::Known(all) = list else { return };
    for (position, item) in (1..).zip(all) {
        let Attr::Known(one) = item else { continue };
        if one.priority.is_unknown() {
            one.priority = Attr::Known(position);
        }
        if one.sip_trunk_login.is_unknown() {
            let before =
                prior.into_iter().flat_map(trunks).find(|(.., id)| Some(*id) == one.sip_trunk_id.known());
            one.sip_trunk_login = match before {
                Some((_, before, _)) => before.sip_trunk_login.clone(),
                None if one.sip_trunk_id.is_null() => Attr::Null,
                None => continue,
            };
        }
    }
}

/// What a lookup found.
pub(super) fn set_login(list: &mut Destinations, index: usize, login: String) {
    if let Attr::Known(all) = list
        && let Some(Attr::Known(one)) = all.get_mut(index)
    {
        one.sip_trunk_login = Attr::Known(login);
    }
}

/// Whether a destination is this text as a URI.
pub(super) fn has_uri(list: &Destinations, text: &str) -> bool {
    let uri = |one: &Destination| one.sip_uri.known().is_some_and(|uri| normal_uri(uri) == normal_uri(text));
    known(list).any(|(_, one)| uri(one))
}

/// Whether a trunk is known by its login only.
pub(super) fn has_trunk_without_id(list: &Destinations) -> bool {
    known(list).any(|(_, one)| one.sip_trunk_id.is_null() && one.sip_trunk_login.known().is_some())
}

/// Takes out of a list what follows from the rest.
pub(super) fn generate(list: &mut Destinations) {
    let Attr::Known(all) = list else { return };
    if all.is_empty() {
        *list = Attr::Null;
        return;
    }
    let priorities: Vec<Option<i64>> =
        all.iter().map(|item| item.known().and_then(|one| one.priority.known().copied())).collect();
    let is_in_order = priorities.windows(2).all(|pair| matches!(pair, [Some(a), Some(b)] if a < b));
    for item in all {
        let Attr::Known(one) = item else { continue };
        if one.sip_trunk_id.known().is_some() {
            one.sip_trunk_login = Attr::Null;
        }
        if is_in_order {
            one.priority = Attr::Null;
        }
    }
}

/// Rules between the arguments of a list. `own` is the number that it is of.
pub(super) fn validate(list: &Destinations, own: Option<&str>, diagnostics: &mut Diagnostics) {
    let all = list.known().map(Vec::as_slice).unwrap_or_default();
    let error = |path, summary: &str, detail: String| Diagnostic::error(summary, detail).at(path);
    let mut priorities = Vec::new();
    for (index, one) in known(list) {
        let kinds = [
            ("sip_trunk_id", &one.sip_trunk_id),
            ("sip_uri", &one.sip_uri),
            ("phone_number", &one.phone_number),
        ];
        let set: Vec<&str> =
            kinds.iter().filter(|(_, kind)| kind.is_certainly_set()).map(|(name, _)| *name).collect();
        let exactly = "A destination is exactly one of `sip_trunk_id`, `sip_uri` and `phone_number`.";
        if let [_, .., last] = set.as_slice() {
            let detail = format!("{exactly} Make two destinations of it; the first is tried first.");
            diagnostics.push(error(at(index, last), "Ambiguous destination", detail));
        } else if kinds.iter().all(|(_, kind)| kind.is_null()) {
            let path = Path::root(DESTINATIONS).index(index);
            diagnostics.push(error(path, "Missing destination", format!("{exactly} None of them is set.")));
        }
        if one.sip_trunk_login.is_certainly_set() && one.sip_trunk_id.is_null() {
            let detail =
                "A login alone is no destination. Set `sip_trunk_id` to the trunk's `id`.".to_owned();
            diagnostics.push(error(at(index, "sip_trunk_login"), "Missing sip_trunk_id", detail));
        }
        if let (Some(number), Some(own)) = (one.phone_number.known(), own)
            && digits(number) == digits(own)
        {
            let detail = "The number would call itself, in a loop. Remove this destination.".to_owned();
            diagnostics.push(error(at(index, "phone_number"), "Destination is the number itself", detail));
        }
        let gateway =
            one.sip_uri.known().map(|uri| host(uri).split(':').next().unwrap_or_default().to_lowercase());
        if gateway.is_some_and(|host| GATEWAYS.iter().any(|(_, name, ip)| host == *name || host == *ip)) {
            diagnostics.push(
                Diagnostic::warning(
                    "Destination is a gateway of Wavix",
                    "Calls do not reach a device by the address of a gateway of Wavix. If the user of this URI is the \
                     login of a SIP trunk, set `sip_trunk_id` instead.",
                )
                .at(at(index, "sip_uri")),
            );
        }
        priorities.push((index, &one.priority));
    }
    let missing = priorities.iter().find(|(_, priority)| priority.is_null());
    if let Some((index, _)) =
        missing.filter(|_| priorities.iter().any(|(_, priority)| priority.is_certainly_set()))
    {
        let detail = "Some destinations have a `priority`, and this one has none. Give all of them one, or none: then \
                      they are tried in the order in which they are written.";
        diagnostics.push(error(at(*index, "priority"), "Missing priority", detail.to_owned()));
    }
    let is_double = |at: usize, priority: &Attr<i64>| {
        priority.known().is_some() && priorities.iter().take(at).any(|(_, other)| *other == priority)
    };
    if let Some((_, (index, _))) =
        priorities.iter().enumerate().find(|(at, (_, priority))| is_double(*at, priority))
    {
        let detail = "Two destinations have the same `priority`. Which is tried first is not defined.";
        diagnostics.push(Diagnostic::warning("Equal priorities", detail).at(at(*index, "priority")));
    }
    if all.len() > MANY {
        let detail = format!("{} destinations are more than Wavix is known to take.", all.len());
        diagnostics.push(Diagnostic::warning("Many destinations", detail).at(Path::root(DESTINATIONS)));
    }
}
