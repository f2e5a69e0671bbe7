//! A trunk as the API shows it: the detail view of create, get and update, and the list item.

use serde_json::{Value, json};

use crate::{
    behaviour::{Behaviour, DecimalText, PinnedCallerId},
    decimal::Decimal,
};

use super::Trunk;

/// The 26 fields of the detail view. Never the password, nor what only lists show.
pub(super) fn detail(trunk: &Trunk, behaviour: &Behaviour) -> Value {
    let addresses: Vec<Value> =
        trunk.allowed_ips.iter().map(|allowed| json!({ "id": allowed.id, "ip": allowed.ip })).collect();
    let max_call_cost = trunk.max_call_cost.as_deref().map(|text| amount(text, behaviour.decimal_text));
    let mut view = json!({
        "id": trunk.id,
        "name": trunk.name,
        "callerid": caller_id(trunk, behaviour),
        "label": trunk.label,
        "ip_restrict": trunk.ip_restrict,
        "allowed_ips": addresses,
        "channels_restrict": trunk.channels_restrict,
        "max_channels": trunk.max_channels,
        "cost_limit": trunk.cost_limit,
        "max_call_cost": max_call_cost,
        "call_restrict": trunk.call_restrict,
        "call_limit": trunk.call_limit,
        "didinfo_enabled": trunk.didinfo_enabled,
        "rewrite_enabled": trunk.rewrite_enabled,
        "rewrite_prefix": trunk.rewrite_prefix,
        "rewrite_cond": trunk.rewrite_cond,
        "call_recording_enabled": trunk.call_recording_enabled,
        "machine_detection_enabled": trunk.machine_detection_enabled,
        "transcription_enabled": trunk.transcription_enabled,
        "transcription_threshold": trunk.transcription_threshold,
        "created_at": created_at(trunk, behaviour),
        "host": trunk.host,
        "multiple_numbers": trunk.multiple_numbers,
        "encrypted_media": trunk.encrypted_media,
        "access_token": trunk.access_token(),
    });
    behaviour.unset_rewrite.tell(&mut view, &["rewrite_prefix", "rewrite_cond"]);
    if let Value::Object(view) = &mut view
        && behaviour.passthrough_in_detail
    {
        view.insert("passthrough".to_owned(), trunk.passthrough.into());
    }
    view
}

/// The 17 fields of a list item. None of the limits.
pub(super) fn list_item(trunk: &Trunk, behaviour: &Behaviour) -> Value {
    let host_request =
        trunk.host_request.as_ref().map(|request| json!({ "host": request.host, "status": request.status }));
    json!({
        "id": trunk.id,
        "name": trunk.name,
        "callerid": caller_id(trunk, behaviour),
        "label": trunk.label,
        "auth_method": trunk.auth_method(),
        "host_request": host_request,
        "passthrough": trunk.passthrough,
        "multiple_numbers": trunk.multiple_numbers,
        "status": trunk.status,
        "talk_time": trunk.talk_time,
        "charge": trunk.charge,
        "call_recording_enabled": trunk.call_recording_enabled,
        "machine_detection_enabled": trunk.machine_detection_enabled,
        "transcription_enabled": trunk.transcription_enabled,
        "transcription_threshold": trunk.transcription_threshold,
        "encrypted_media": trunk.encrypted_media,
        "access_token": trunk.access_token(),
    })
}

fn caller_id(trunk: &Trunk, behaviour: &Behaviour) -> Value {
    match (&trunk.callerid, behaviour.callerid_with_multiple_numbers) {
        (_, PinnedCallerId::Empty) if trunk.multiple_numbers => "".into(),
        (None, PinnedCallerId::Echoed) if trunk.multiple_numbers => "".into(),
        (callerid, _) => callerid.as_deref().into(),
    }
}

fn amount(text: &str, spelling: DecimalText) -> String {
    // What is stored was checked on the way in, but a test may edit the store.
    let Some(amount) = Decimal::parse(text) else { return text.to_owned() };
    match spelling {
        DecimalText::Shortest => amount.shortest(),
        DecimalText::AsSent => amount.plain(),
        DecimalText::OneFractionDigit => {
            let shortest = amount.shortest();
            if shortest.contains('.') { shortest } else { format!("{shortest}.0") }
        }
        DecimalText::Fixed(scale) => amount.rounded(scale),
    }
}

fn created_at(trunk: &Trunk, behaviour: &Behaviour) -> String {
    behaviour.zoned(with_fraction(trunk, behaviour))
}

fn with_fraction(trunk: &Trunk, behaviour: &Behaviour) -> String {
    match trunk.created_at.strip_suffix('Z') {
        Some(seconds) if behaviour.created_at_millis && !seconds.contains('.') => format!("{seconds}.000Z"),
        _ => trunk.created_at.clone(),
    }
}
