//! What a PATCH does to a number and to where its calls go.

use serde_json::Value;

use crate::{
    accounts::Holdings,
    answer::Refusal,
    behaviour::{
        Behaviour, ClearedUrl, EmptyDestinations, LoginMismatch, NumberBehaviour, PatchReply, Priorities,
        SentDestinations, Tolerance,
    },
    collection::Collection,
    resources::{
        body::{Fields, absolute_url, boolean, non_negative},
        object::{Change, pro_feature},
        sip_trunk::Trunk,
    },
};

use super::{Destination, PhoneNumber};

impl Change for PhoneNumber {
    fn change(
        &mut self,
        fields: &Fields<'_>,
        behaviour: &Behaviour,
        holdings: &mut Holdings,
    ) -> Result<(), Refusal> {
        let (knobs, had_sms) = (&behaviour.numbers, self.sms_enabled);
        fields.set("sms_enabled", boolean, &mut self.sms_enabled)?;
        fields.set("transcription_threshold", non_negative, &mut self.transcription_threshold)?;
        let recording = ("call_recording_enabled", &mut self.call_recording_enabled);
        for (name, feature) in [recording, ("transcription_enabled", &mut self.transcription_enabled)] {
            fields.set(name, boolean, feature)?;
            *feature = pro_feature(*feature, behaviour)?;
        }
        let sent = fields.optional("destinations", destinations)?;
        let relay = url("sms_relay_url", fields, self.sms_relay_url.clone(), knobs)?;
        self.call_status_url = url("call_status_url", fields, self.call_status_url.clone(), knobs)?;
        fields.known(behaviour)?;

        let can_have_messages = ["US", "CA"].contains(&self.country_short_name.as_str());
        let refused = if self.status != "active" && knobs.inactive_patch == Tolerance::Rejected {
            "Phone number is not active"
        } else if self.sms_enabled && !had_sms && !can_have_messages {
            "Inbound SMS can only be activated on US and CA phone numbers"
        } else if relay.is_some() && relay != self.sms_relay_url && !self.sms_enabled {
            "Inbound SMS is not activated on the phone number"
        } else {
            self.sms_relay_url = relay;
            return sent.map_or(Ok(()), |sent| self.route(sent, knobs, holdings));
        };
        Err(Refusal::unprocessable(refused))
    }

    fn settling(&self, before: &Self) -> Self {
        let Self { destination, sms_relay_url, .. } = before.clone();
        Self { destination, sms_relay_url, ..self.clone() }
    }

    fn lag(behaviour: &Behaviour) -> (bool, u32) {
        (behaviour.numbers.patch_reply == PatchReply::Stale, behaviour.numbers.settle_reads)
    }
}

/// The URL that is sent, or the one that is there; `None` takes that away.
fn url(
    name: &str,
    fields: &Fields<'_>,
    now: Option<String>,
    knobs: &NumberBehaviour,
) -> Result<Option<String>, Refusal> {
    let Some(sent) = fields.get(name) else { return Ok(now) };
    if let Some(url) = absolute_url(sent) {
        return Ok(Some(url));
    }
    match (sent, knobs.cleared_url) {
        (Value::Null, ClearedUrl::NullClears | ClearedUrl::BothClear) => Ok(None),
        (Value::String(text), ClearedUrl::EmptyClears | ClearedUrl::BothClear) if text.is_empty() => Ok(None),
        (Value::Null, ClearedUrl::Ignored) => Ok(now),
        (Value::String(text), ClearedUrl::Ignored) if text.is_empty() => Ok(now),
        _ => Err(Refusal::invalid_parameter(name)),
    }
}

/// A list whose items have the right types; ids are given later.
fn destinations(sent: &Value) -> Option<Vec<Destination>> {
    const NEEDED: [&str; 3] = ["destination", "priority", "transport"];
    let destination = |item: &Value| {
        let fields = item.as_object()?;
        let is_whole = NEEDED.iter().all(|name| fields.contains_key(*name));
        let is_known = fields.keys().all(|name| NEEDED.contains(&name.as_str()) || name == "trunk_id");
        let one: Destination = serde_json::from_value(item.clone()).ok()?;
        let is_valid =
            i32::try_from(one.priority).is_ok_and(|rank| rank >= 0) && [1, 4, 5].contains(&one.transport);
        (is_whole && is_known && is_valid).then_some(one)
    };
    sent.as_array()?.iter().map(destination).collect()
}

impl PhoneNumber {
    fn route(
        &mut self,
        sent: Vec<Destination>,
        knobs: &NumberBehaviour,
        holdings: &mut Holdings,
    ) -> Result<(), Refusal> {
        match knobs.empty_destinations {
            EmptyDestinations::Rejected if sent.is_empty() => {
                return Err(Refusal::invalid_parameter("destinations"));
            }
            EmptyDestinations::Ignored if sent.is_empty() => return Ok(()),
            _ => {}
        }
        if knobs.destinations_on_patch == SentDestinations::Replace || sent.is_empty() {
            self.destination.clear();
        }
        for destination in sent {
            let reachable = reachable(destination, knobs, &holdings.trunks)?;
            self.destination.push(Destination { id: holdings.phone_numbers.new_id(), ..reachable });
        }
        if knobs.priorities != Priorities::Kept {
            self.destination.sort_by_key(|destination| destination.priority);
            let first = i64::from(knobs.priorities == Priorities::RenumberedFrom1);
            for (destination, priority) in self.destination.iter_mut().zip(first..) {
                destination.priority = priority;
            }
        }
        Ok(())
    }
}

/// A destination that calls can go to.
fn reachable(
    sent: Destination,
    knobs: &NumberBehaviour,
    trunks: &Collection<Trunk>,
) -> Result<Destination, Refusal> {
    let target = sent.destination.as_str();
    let is_number = (3..=15).contains(&target.len()) && target.bytes().all(|byte| byte.is_ascii_digit());
    let is_uri = !target.is_empty() && !target.contains(char::is_whitespace);
    let by_login = || trunks.iter().find(|trunk| trunk.name == target);
    let trunk = match (sent.transport, sent.trunk_id, knobs.trunk_login_mismatch) {
        (4, ..) if !is_number => Err("Destination must be a phone number in E.164 format"),
        (1, ..) if !is_uri => Err("Destination must be a SIP URI"),
        (1 | 4, ..) => return Ok(Destination { trunk_id: None, ..sent }),
        (_, None, _) if knobs.missing_trunk_id == Tolerance::Rejected => {
            return Err(Refusal::invalid_parameter("destinations"));
        }
        (_, None, _) | (_, _, LoginMismatch::LoginWins) => Ok(by_login()),
        (_, Some(id), LoginMismatch::IdWins) => Ok(trunks.get(id)),
        (_, Some(id), LoginMismatch::Rejected) => Ok(trunks.get(id).filter(|trunk| trunk.name == target)),
    };
    let trunk = trunk.and_then(|trunk| trunk.ok_or("Destination must be a SIP trunk of the account"));
    let trunk = trunk.map_err(Refusal::unprocessable)?;
    Ok(Destination { trunk_id: Some(trunk.id), destination: trunk.name.clone(), ..sent })
}
