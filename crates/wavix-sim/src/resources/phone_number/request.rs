//! What a PATCH does to a number: which fields, which types, and the rules of each.

use serde_json::Value;

use crate::{
    accounts::Holdings,
    answer::Refusal,
    behaviour::{
        Behaviour, ClearedUrl, EmptyDestinations, LoginMismatch, Priorities, SentDestinations, Tolerance,
    },
    collection::Collection,
    resources::{
        body::{Fields, absolute_url, boolean, non_negative, text},
        object::pro_feature,
        sip_trunk::Trunk,
    },
};

use super::{Destination, PhoneNumber, number::Unsettled};

const NAMES: [&str; 7] = [
    "sms_enabled",
    "destinations",
    "sms_relay_url",
    "call_recording_enabled",
    "transcription_enabled",
    "transcription_threshold",
    "call_status_url",
];

/// The number as it is afterwards; on refusal nothing is changed. `others` are fields that are none of the number's.
pub(super) fn changed(
    before: &PhoneNumber,
    fields: &Fields<'_>,
    others: &[&str],
    behaviour: &Behaviour,
    holdings: &mut Holdings,
) -> Result<PhoneNumber, Refusal> {
    let mut number = before.clone();
    let switch = |name: &str, now: bool| fields.optional(name, boolean).map(|sent| sent.unwrap_or(now));
    number.sms_enabled = switch("sms_enabled", number.sms_enabled)?;
    let destinations = fields.optional("destinations", destinations)?;
    let relay = url("sms_relay_url", fields, behaviour)?;
    number.call_recording_enabled =
        pro_feature(switch("call_recording_enabled", number.call_recording_enabled)?, behaviour)?;
    number.transcription_enabled =
        pro_feature(switch("transcription_enabled", number.transcription_enabled)?, behaviour)?;
    let threshold = fields.optional("transcription_threshold", non_negative)?;
    number.transcription_threshold = threshold.unwrap_or(number.transcription_threshold);
    if let Some(url) = url("call_status_url", fields, behaviour)? {
        number.call_status_url = url;
    }
    fields.known(&[&NAMES, others].concat(), behaviour)?;

    if number.status != "active" && behaviour.numbers.inactive_patch == Tolerance::Rejected {
        return Err(Refusal::unprocessable("Phone number is not active"));
    }
    if number.sms_enabled && !before.sms_enabled && !number.can_have_messages() {
        return Err(Refusal::unprocessable("Inbound SMS can only be activated on US and CA phone numbers"));
    }
    if let Some(url) = relay {
        if url.is_some() && !number.sms_enabled {
            return Err(Refusal::unprocessable("Inbound SMS is not activated on the phone number"));
        }
        number.sms_relay_url = url;
    }
    if let Some(sent) = destinations {
        number.destination = routed(before, sent, behaviour, holdings)?;
    }
    let is_settled =
        (&number.destination, &number.sms_relay_url) == (&before.destination, &before.sms_relay_url);
    if !is_settled {
        number.unsettled = Some(Unsettled {
            destination: before.destination.clone(),
            sms_relay_url: before.sms_relay_url.clone(),
            left: behaviour.numbers.settle_reads,
        });
    }
    Ok(number)
}

/// A URL that is sent; `Some(None)` takes away the one that is there.
fn url(name: &str, fields: &Fields<'_>, behaviour: &Behaviour) -> Result<Option<Option<String>>, Refusal> {
    let Some(sent) = fields.0.get(name) else { return Ok(None) };
    let rejected = || Refusal::invalid_parameter(name);
    let is_empty = sent.as_str().is_some_and(str::is_empty);
    if !sent.is_null() && !is_empty {
        return absolute_url(sent).map(|url| Some(Some(url))).ok_or_else(rejected);
    }
    match behaviour.numbers.cleared_url {
        ClearedUrl::BothClear => Ok(Some(None)),
        ClearedUrl::NullClears if sent.is_null() => Ok(Some(None)),
        ClearedUrl::EmptyClears if is_empty => Ok(Some(None)),
        ClearedUrl::Ignored => Ok(None),
        ClearedUrl::NullClears | ClearedUrl::EmptyClears | ClearedUrl::Rejected => Err(rejected()),
    }
}

/// A list whose items have the right types; ids are given later.
fn destinations(sent: &Value) -> Option<Vec<Destination>> {
    let destination = |item: &Value| {
        let fields = Fields(item.as_object()?);
        fields.only(&["destination", "priority", "transport", "trunk_id"]).ok()?;
        let transport = fields.required("transport", Value::as_i64).ok()?;
        let trunk = fields.0.get("trunk_id").filter(|id| !id.is_null());
        Some(Destination {
            destination: fields.required("destination", text).ok()?,
            priority: fields.required("priority", non_negative).ok()?,
            transport: [1, 4, 5].contains(&transport).then_some(transport)?,
            trunk_id: trunk.map(|id| id.as_i64().ok_or(())).transpose().ok()?,
            ..Destination::default()
        })
    };
    sent.as_array()?.iter().map(destination).collect()
}

/// Where the calls of the number go afterwards.
fn routed(
    before: &PhoneNumber,
    sent: Vec<Destination>,
    behaviour: &Behaviour,
    holdings: &mut Holdings,
) -> Result<Vec<Destination>, Refusal> {
    if sent.is_empty() {
        match behaviour.numbers.empty_destinations {
            EmptyDestinations::Rejected => return Err(Refusal::invalid_parameter("destinations")),
            EmptyDestinations::Ignored => return Ok(before.destination.clone()),
            EmptyDestinations::Clears => {}
        }
    }
    let mut routed = match behaviour.numbers.destinations_on_patch {
        SentDestinations::Replace => Vec::new(),
        SentDestinations::Append if sent.is_empty() => Vec::new(),
        SentDestinations::Append => before.destination.clone(),
    };
    for destination in sent {
        let mut destination = reachable(destination, behaviour, &holdings.trunks)?;
        destination.id = holdings.phone_numbers.new_id();
        routed.push(destination);
    }
    let first = match behaviour.numbers.priorities {
        Priorities::Kept => return Ok(routed),
        Priorities::RenumberedFrom0 => 0,
        Priorities::RenumberedFrom1 => 1,
    };
    routed.sort_by_key(|destination| destination.priority);
    for (destination, priority) in routed.iter_mut().zip(first..) {
        destination.priority = priority;
    }
    Ok(routed)
}

/// A destination that calls can go to.
fn reachable(
    mut sent: Destination,
    behaviour: &Behaviour,
    trunks: &Collection<Trunk>,
) -> Result<Destination, Refusal> {
    let refused = |text: &str| Err(Refusal::unprocessable(text));
    let target = sent.destination.as_str();
    if sent.transport != 5 {
        sent.trunk_id = None;
        let is_number = (3..=15).contains(&target.len()) && target.bytes().all(|byte| byte.is_ascii_digit());
        let is_uri = !target.is_empty() && !target.contains(char::is_whitespace);
        return match sent.transport {
            4 if !is_number => refused("Destination must be a phone number in E.164 format"),
            1 if !is_uri => refused("Destination must be a SIP URI"),
            _ => Ok(sent),
        };
    }
    let by_login = trunks.iter().find(|trunk| trunk.name == target);
    let trunk = match (sent.trunk_id, behaviour.numbers.trunk_login_mismatch) {
        (None, _) if behaviour.numbers.missing_trunk_id == Tolerance::Rejected => {
            return Err(Refusal::invalid_parameter("destinations"));
        }
        (None, _) | (Some(_), LoginMismatch::LoginWins) => by_login,
        (Some(id), LoginMismatch::IdWins) => trunks.get(id),
        (Some(id), LoginMismatch::Rejected) => trunks.get(id).filter(|trunk| trunk.name == target),
    };
    let Some(trunk) = trunk else { return refused("Destination must be a SIP trunk of the account") };
    sent.trunk_id = Some(trunk.id);
    sent.destination.clone_from(&trunk.name);
    Ok(sent)
}
