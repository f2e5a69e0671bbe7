//! What the account must hold after a configuration was applied, said once
//! more and without the provider's code; and what of it an import can bring
//! back.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};
use tf_conformance::value::Value;
use wavix_sim::{Sim, Trunk};

/// Compares the trunk in the account with the configuration.
pub fn check(sim: &Sim, config: &Map<String, Json>, state: &Value) -> Result<(), String> {
    let id = state.get("id").as_str().and_then(|id| id.parse().ok()).ok_or("the state has no id")?;
    let trunk = sim.trunk(id).ok_or_else(|| format!("the account has no trunk {id}"))?;
    let different = wanted(config, &trunk).into_iter().find(|(_, wanted, stored)| wanted != stored);
    match different {
        None => Ok(()),
        Some((name, wanted, stored)) => Err(format!("{name} is stored as {stored:?} instead of {wanted:?}")),
    }
}

type Pair = (&'static str, Option<String>, Option<String>);

fn wanted(config: &Map<String, Json>, trunk: &Trunk) -> Vec<Pair> {
    let text = |name: &str| config.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let flag = |name: &str, otherwise: bool| config.get(name).and_then(Json::as_bool).unwrap_or(otherwise);
    let set = |name: &str| config.contains_key(name);
    let number = |name: &str| config.get(name).and_then(|number| decimal(&number.to_string()));
    let some = |value: &dyn ToString| Some(value.to_string());
    let digits: String = text("callerid").chars().filter(char::is_ascii_digit).collect();
    // No country code begins with 0.
    let digits = digits.trim_start_matches("00");
    let addresses: BTreeSet<&str> = config
        .get("allowed_ips")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .collect();
    let held: BTreeSet<&str> = trunk.allowed_ips.iter().map(|address| address.ip.as_str()).collect();
    let password = if set("password") { text("password") } else { text("password_wo") };
    let rewrites = !text("rewrite_prefix").is_empty() || !text("rewrite_cond").is_empty();
    let host = config.get("host_request").and_then(|request| request["host"].as_str()).map(str::to_owned);
    vec![
        ("label", some(&text("label")), some(&trunk.label)),
        ("the password", some(&password), some(&trunk.password())),
        ("callerid", some(&digits), Some(trunk.callerid.clone().unwrap_or_default())),
        ("multiple_numbers", some(&flag("multiple_numbers", false)), some(&trunk.multiple_numbers)),
        ("ip_restrict", some(&flag("ip_restrict", !addresses.is_empty())), some(&trunk.ip_restrict)),
        ("allowed_ips", Some(format!("{addresses:?}")), Some(format!("{held:?}"))),
        ("didinfo_enabled", some(&flag("didinfo_enabled", true)), some(&trunk.didinfo_enabled)),
        ("call_restrict", some(&flag("call_restrict", set("call_limit"))), some(&trunk.call_restrict)),
        ("call_limit", number("call_limit"), trunk.call_limit.map(|limit| limit.to_string())),
        ("cost_limit", some(&flag("cost_limit", set("max_call_cost"))), some(&trunk.cost_limit)),
        ("max_call_cost", number("max_call_cost"), trunk.max_call_cost.as_deref().and_then(decimal)),
        (
            "channels_restrict",
            some(&flag("channels_restrict", set("max_channels"))),
            some(&trunk.channels_restrict),
        ),
        ("max_channels", number("max_channels"), trunk.max_channels.map(|limit| limit.to_string())),
        ("rewrite_enabled", some(&flag("rewrite_enabled", rewrites)), some(&trunk.rewrite_enabled)),
        (
            "rewrite_prefix",
            some(&text("rewrite_prefix")),
            Some(trunk.rewrite_prefix.clone().unwrap_or_default()),
        ),
        ("rewrite_cond", some(&text("rewrite_cond")), Some(trunk.rewrite_cond.clone().unwrap_or_default())),
        (
            "call_recording_enabled",
            some(&flag("call_recording_enabled", false)),
            some(&trunk.call_recording_enabled),
        ),
        (
            "machine_detection_enabled",
            some(&flag("machine_detection_enabled", false)),
            some(&trunk.machine_detection_enabled),
        ),
        (
            "transcription_enabled",
            some(&flag("transcription_enabled", false)),
            some(&trunk.transcription_enabled),
        ),
        (
            "transcription_threshold",
            number("transcription_threshold").or(some(&6)),
            some(&trunk.transcription_threshold),
        ),
        ("encrypted_media", some(&flag("encrypted_media", false)), some(&trunk.encrypted_media)),
        ("host_request", host, trunk.host_request.as_ref().map(|request| request.host.clone())),
    ]
}

/// One spelling for each number.
fn decimal(text: &str) -> Option<String> {
    Value::number(text).map(|number| number.to_string())
}

/// Whether an import brings this argument back: Wavix returns it, and the
/// configuration does not say in two ways that there is none.
pub fn can_be_imported(config: &Map<String, Json>, name: &str, value: &Json) -> bool {
    let any_number = config.get("multiple_numbers") == Some(&Json::Bool(true));
    let is_nothing = value == "" || value.as_array().is_some_and(Vec::is_empty);
    let is_off = |flag: &str| config.get(flag) == Some(&Json::Bool(false));
    match name {
        // Wavix ignores a limit while its flag is off, and its answers may have it, lack it or have the account's
        // instead: an import does not take over what nobody can tell from a default.
        "call_limit" => !is_off("call_restrict"),
        "max_call_cost" => !is_off("cost_limit"),
        "max_channels" => !is_off("channels_restrict"),
        "rewrite_prefix" | "rewrite_cond" => !is_off("rewrite_enabled") && !is_nothing,
        "password" | "password_wo" | "password_wo_version" | "timeouts" => false,
        "callerid" => !any_number,
        _ => !is_nothing,
    }
}
