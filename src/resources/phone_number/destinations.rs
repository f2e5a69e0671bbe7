//! What stands in the list of `destinations`, and what follows from it. What a destination
//! means is in `places`.

use std::collections::BTreeSet;

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::object::Attr;
use crate::framework::path::Path;
use crate::framework::resource::Call;
use crate::framework::schema::{Attribute, Nesting};
use crate::framework::validators::{at_least, because};
use crate::lifecycle::context::Context;
use crate::protocol::value::Value;
use crate::resources::functions::GATEWAYS;
use crate::resources::routes;
use crate::resources::written_number::International;

use super::places::{digits, host, same_number, same_uri, same_whole};

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

impl Destination {
    /// Whether it is a trunk that is known by its login only.
    pub(super) fn is_trunk_without_id(&self) -> bool {
        self.sip_trunk_id.is_null() && self.sip_trunk_login.known().is_some()
    }
}

/// All of them, in the order in which they stand.
pub(super) type Destinations = Attr<Vec<Attr<Destination>>>;

/// The argument, optional.
pub(super) fn attribute() -> Attribute {
    let text = |value: &Value, test: fn(&str) -> bool| value.as_str().is_some_and(test);
    let trunk_id = because(
        "must be the `id` of a SIP trunk, a decimal number",
        "The value must be the `id` of a SIP trunk, a decimal number; the login of the trunk is not its id.",
        move |value| text(value, |id| id.parse::<i32>().is_ok_and(|it| it > 0 && it.to_string() == id)),
    );
    let no_sips = because(
        "must not start with `sips:`",
        "Remove `sips:`, which Wavix does not support, and add `;transport=tls` at the end.",
        move |value| text(value, |uri| !uri.to_ascii_lowercase().starts_with("sips:")),
    );
    let of_host = because(
        "must be a SIP URI with a host, without spaces",
        "The value must be a SIP URI with a host, without spaces.",
        move |value| {
            let is_host = |c: char| c.is_ascii_alphanumeric() || ".-_[]:".contains(c);
            let host = value.as_str().map(host).unwrap_or_default();
            !host.is_empty()
                && host.chars().all(is_host)
                && text(value, |uri| !uri.contains(char::is_whitespace))
        },
    );
    let inside = vec![
        Attribute::string("sip_trunk_id").validate(trunk_id).describe(
            "ID of the SIP trunk that receives the call. Use the create-before-destroy lifecycle for the trunk.",
        ),
        Attribute::string("sip_uri").validate(no_sips).validate(of_host).same_meaning(same_uri).describe(
            "SIP URI that receives the call, such as `calls@sip.example.com` or \
             `[did]@sip.example.com;transport=tls`. `[did]` stands for the dialed number, and `;transport=tls` \
             replaces `sips:`.",
        ),
        Attribute::string("phone_number").validate(International).same_meaning(same_number).describe(
            "Phone number with country code that receives the call over the public network. The call is charged.",
        ),
        Attribute::string("sip_trunk_login").optional_computed().describe(
            "SIP login of the trunk. If omitted, the provider reads it, which requires the scope `trunks:read`.",
        ),
        Attribute::integer("priority").optional_computed().validate(at_least(0)).describe(
            "Priority of the destination: the lowest is tried first. Set it for all destinations or for none; \
             without it, they are tried in the order of the list.",
        ),
    ];
    Attribute::nested(DESTINATIONS, Nesting::List, inside).same_meaning(same_whole)
}

/// Those that are known, with the place of each.
pub(super) fn each(list: &Destinations) -> impl Iterator<Item = (usize, &Destination)> {
    let all = list.known().map(Vec::as_slice).unwrap_or_default();
    all.iter().enumerate().filter_map(|(index, item)| Some((index, item.known()?)))
}

/// The same, to be changed.
pub(super) fn each_mut(list: &mut Destinations) -> impl Iterator<Item = (usize, &mut Destination)> {
    let all = if let Attr::Known(all) = list { all.as_mut_slice() } else { &mut [] };
    let known = all.iter_mut().enumerate();
    known.filter_map(|(index, item)| if let Attr::Known(one) = item { Some((index, one)) } else { None })
}

/// The trunks that a list names, with the place of each.
pub(super) fn trunks(list: &Destinations) -> impl Iterator<Item = (usize, &Destination, &String)> {
    each(list).filter_map(|(index, one)| Some((index, one, one.sip_trunk_id.known()?)))
}

/// The path of an argument of one of them.
fn at(index: usize, name: &str) -> Path {
    Path::root(DESTINATIONS).index(index).attribute(name)
}

/// A trunk that is not there.
pub(super) fn no_trunk(index: usize, id: &str) -> Diagnostic {
    let detail = format!(
        "Correct `sip_trunk_id`: the account has no SIP trunk with the id {id}. It is the `id` of a \
         `wavix_sip_trunk`, not its login."
    );
    Diagnostic::error("SIP trunk does not exist", detail).at(at(index, "sip_trunk_id"))
}

/// Fills in what the configuration leaves to the provider: the login of a trunk that
/// was there before, and priorities by the order.
pub(super) fn complete(list: &mut Destinations, prior: Option<&Destinations>) {
    for (index, one) in each_mut(list) {
        if one.priority.is_unknown() {
            one.priority = i64::try_from(index + 1).ok().into();
        }
        if one.sip_trunk_login.is_unknown() {
            let mut before = prior.into_iter().flat_map(trunks);
            if let Some((_, before, _)) = before.find(|(.., id)| Some(*id) == one.sip_trunk_id.known()) {
                one.sip_trunk_login = before.sip_trunk_login.clone();
            } else if one.sip_trunk_id.is_null() {
                one.sip_trunk_login = Attr::Null;
            }
        }
    }
}

/// Looks up the logins that are still missing.
pub(super) async fn resolve(call: &Call<'_, Context>, list: &mut Destinations) -> Result<(), Diagnostics> {
    complete(list, None);
    for (index, one) in each_mut(list) {
        if let (Some(id), None) = (one.sip_trunk_id.known(), one.sip_trunk_login.known()) {
            let login = routes::login(call, id).await?.ok_or_else(|| no_trunk(index, id))?;
            one.sip_trunk_login = Attr::Known(login);
        }
    }
    Ok(())
}

/// Takes out of a list what follows from the rest.
pub(super) fn generate(list: &mut Destinations) {
    let priorities: Vec<Option<&i64>> = each(list).map(|(_, one)| one.priority.known()).collect();
    let is_in_order = priorities.windows(2).all(|pair| matches!(pair, [Some(a), Some(b)] if a < b));
    for (_, one) in each_mut(list) {
        if one.sip_trunk_id.known().is_some() {
            one.sip_trunk_login = Attr::Null;
        }
        if is_in_order {
            one.priority = Attr::Null;
        }
    }
}

fn is_gateway(uri: &str) -> bool {
    let host = host(uri).split(':').next().unwrap_or_default();
    GATEWAYS.iter().any(|(_, name, ip)| host.eq_ignore_ascii_case(name) || host == *ip)
}

/// Rules between the arguments of a list. `own` is the number that it is of.
pub(super) fn validate(list: &Destinations, own: &str, diagnostics: &mut Diagnostics) {
    let exactly = "A destination is exactly one of `sip_trunk_id`, `sip_uri` and `phone_number`.";
    let mut tell = |diagnostic: Diagnostic, path: Path| diagnostics.push(diagnostic.at(path));
    for (index, one) in each(list) {
        let kinds = [
            ("sip_trunk_id", &one.sip_trunk_id),
            ("sip_uri", &one.sip_uri),
            ("phone_number", &one.phone_number),
        ];
        let set: Vec<_> = kinds.iter().filter(|(_, kind)| kind.is_certainly_set()).collect();
        if let [_, .., (last, _)] = set.as_slice() {
            let detail = format!("{exactly} Split it into two destinations; the first one is tried first.");
            tell(Diagnostic::error("Ambiguous destination", detail), at(index, last));
        } else if kinds.iter().all(|(_, kind)| kind.is_null()) {
            let detail = format!("{exactly} None of them is set.");
            tell(Diagnostic::error("Missing destination", detail), Path::root(DESTINATIONS).index(index));
        }
        if one.sip_trunk_login.is_certainly_set() && one.sip_trunk_id.is_null() {
            let detail = "Set `sip_trunk_id` to the `id` of the trunk: a login alone is not a destination.";
            tell(Diagnostic::error("Missing sip_trunk_id", detail), at(index, "sip_trunk_login"));
        }
        if one.phone_number.known().is_some_and(|number| digits(number) == digits(own)) {
            let detail = "Remove this destination: calls to the number would loop.";
            tell(Diagnostic::error("Destination is the number itself", detail), at(index, "phone_number"));
        }
        if one.sip_uri.known().is_some_and(|uri| is_gateway(uri)) {
            let detail = "If the user of this URI is the login of a SIP trunk, set `sip_trunk_id` instead: calls to \
                          the address of a Wavix gateway do not reach a device.";
            tell(Diagnostic::warning("Destination is a gateway of Wavix", detail), at(index, "sip_uri"));
        }
    }
    if each(list).any(|(_, one)| one.priority.is_certainly_set())
        && let Some((index, _)) = each(list).find(|(_, one)| one.priority.is_null())
    {
        let detail = "Set `priority` for all destinations or for none: this one has none.";
        tell(Diagnostic::error("Missing priority", detail), at(index, "priority"));
    }
    let mut ranks = BTreeSet::new();
    let mut is_double = |one: &Destination| one.priority.known().is_some_and(|rank| !ranks.insert(*rank));
    if let Some((index, _)) = each(list).find(|(_, one)| is_double(one)) {
        let detail =
            "Set different values: two destinations have the same `priority`, so their order is undefined.";
        tell(Diagnostic::warning("Equal priorities", detail), at(index, "priority"));
    }
    if let Some(count) = list.known().map(Vec::len).filter(|count| *count > MANY) {
        let detail = format!("{count} destinations are more than Wavix documents.");
        tell(Diagnostic::warning("Many destinations", detail), Path::root(DESTINATIONS));
    }
}
