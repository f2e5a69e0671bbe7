//! What a well-formed write does to a trunk: defaults, the account's ceilings and numbers, the life cycle of IP
//! authentication. Types were checked by `request`.

use crate::{
    account::Account,
    answer::{Refusal, Verdict},
    behaviour::{
        AllowedIpsMode, Behaviour, HostRequestChanged, HostRequestLeftOut, HostRequestResent, Omitted,
        UnusedLimits,
    },
    resources::{body::is_e164, object::pro_feature},
    secret::Secret,
};

use super::{
    AllowedIp, HostRequest, Trunk,
    request::{AllowedIpWrite, TrunkWrite},
};

/// Applies a write to a blank trunk (create) or a copy of the stored one (update). On refusal the copy is discarded
/// by the caller, so that a refused write changes nothing.
pub(super) fn apply(
    trunk: &mut Trunk,
    write: TrunkWrite,
    behaviour: &Behaviour,
    account: &Account,
    is_owned: impl Fn(&str) -> bool,
    new_ip_id: impl FnMut() -> i64,
) -> Verdict {
    let kept = behaviour.omitted_on_put == Omitted::Kept;

    trunk.multiple_numbers = write.multiple_numbers.unwrap_or(kept && trunk.multiple_numbers);
    trunk.callerid = caller_id(&write.callerid, trunk.multiple_numbers, behaviour, account, is_owned)?;

    allowed_ips(trunk, write.allowed_ips, behaviour, new_ip_id)?;
    trunk.ip_restrict = write.ip_restrict;
    if trunk.ip_restrict && trunk.allowed_ips.is_empty() {
        return Err(Refusal::invalid_parameter("allowed_ips"));
    }

    let call_limit = write.call_limit.or(trunk.call_limit.filter(|_| kept));
    let max_channels = write.max_channels.or(trunk.max_channels.filter(|_| kept));
    let max_call_cost = write.max_call_cost.or(trunk.max_call_cost.take().filter(|_| kept));
    ceiling("Call limit", write.call_restrict, call_limit, account.max_call_duration)?;
    ceiling("Max channels", write.channels_restrict, max_channels, account.max_sip_channels)?;
    let stored = |flag: bool| flag || behaviour.limits_while_off == UnusedLimits::Kept;
    trunk.call_limit = call_limit.filter(|_| stored(write.call_restrict));
    trunk.max_channels = max_channels.filter(|_| stored(write.channels_restrict));
    trunk.max_call_cost = max_call_cost.filter(|_| stored(write.cost_limit));
    trunk.call_restrict = write.call_restrict;
    trunk.channels_restrict = write.channels_restrict;
    trunk.cost_limit = write.cost_limit;

    trunk.call_recording_enabled =
        pro_feature(write.call_recording_enabled.unwrap_or(kept && trunk.call_recording_enabled), behaviour)?;
    trunk.machine_detection_enabled = pro_feature(
        write.machine_detection_enabled.unwrap_or(kept && trunk.machine_detection_enabled),
        behaviour,
    )?;
    trunk.transcription_enabled = pro_feature(write.transcription_enabled, behaviour)?;
    trunk.encrypted_media =
        pro_feature(write.encrypted_media.unwrap_or(kept && trunk.encrypted_media), behaviour)?;

    host_request(trunk, write.host_request, behaviour)?;

    trunk.label = behaviour.labels.kept(&write.label);
    trunk.password = Secret::new(write.password);
    trunk.didinfo_enabled = write.didinfo_enabled;
    trunk.rewrite_enabled = write.rewrite_enabled;
    trunk.rewrite_prefix = write.rewrite_prefix.or(trunk.rewrite_prefix.take().filter(|_| kept));
    trunk.rewrite_cond = write.rewrite_cond.or(trunk.rewrite_cond.take().filter(|_| kept));
    trunk.transcription_threshold = write.transcription_threshold;
    Ok(())
}

/// The digits to store. A caller ID must be a number that the account has, or has verified, unless any may be used.
fn caller_id(
    sent: &str,
    multiple_numbers: bool,
    behaviour: &Behaviour,
    account: &Account,
    is_owned: impl Fn(&str) -> bool,
) -> Result<Option<String>, Refusal> {
    let digits = sent.strip_prefix('+').unwrap_or(sent);
    if digits.is_empty() && (multiple_numbers || behaviour.empty_callerid_accepted) {
        return Ok(None);
    }
    let verified = account.any_caller_id
        || account.verified_numbers.iter().any(|number| number == digits)
        || is_owned(digits);
    if is_e164(digits) && (verified || multiple_numbers) {
        Ok(Some(digits.to_owned()))
    } else {
        Err(Refusal::unprocessable("Caller ID must be a verified number in E.164 format"))
    }
}

fn ceiling(name: &str, enforced: bool, limit: Option<i64>, most: i64) -> Verdict {
    match limit {
        // The status and the text are not documented, only that the limit must not be exceeded.
        Some(limit) if enforced && limit > most => {
            Err(Refusal::unprocessable(format!("{name} must be less than or equal to {most}")))
        }
        _ => Ok(()),
    }
}

fn allowed_ips(
    trunk: &mut Trunk,
    sent: Option<Vec<AllowedIpWrite>>,
    behaviour: &Behaviour,
    mut new_ip_id: impl FnMut() -> i64,
) -> Verdict {
    match (behaviour.allowed_ips, sent) {
        (AllowedIpsMode::NestedAttributes, None) => {}
        (AllowedIpsMode::Replace, None) => {
            if behaviour.omitted_on_put == Omitted::Reset {
                trunk.allowed_ips.clear();
            }
        }
        (AllowedIpsMode::Replace, Some(items)) => {
            let mut before = std::mem::take(&mut trunk.allowed_ips);
            for ip in items.into_iter().filter_map(|item| item.ip) {
                let known = before.iter().position(|allowed| allowed.ip == ip);
                let id = known.map_or_else(&mut new_ip_id, |index| before.swap_remove(index).id);
                trunk.allowed_ips.push(AllowedIp { id, ip });
            }
        }
        (AllowedIpsMode::NestedAttributes, Some(items)) => {
            for item in items {
                match (item.id, item.ip) {
                    (Some(id), _) if item.destroy => trunk.allowed_ips.retain(|allowed| allowed.id != id),
                    (Some(id), ip) => {
                        let allowed = trunk.allowed_ips.iter_mut().find(|allowed| allowed.id == id);
                        let allowed = allowed.ok_or_else(|| Refusal::invalid_parameter("allowed_ips"))?;
                        allowed.ip = ip.unwrap_or_else(|| allowed.ip.clone());
                    }
                    (None, Some(ip)) if !item.destroy => {
                        trunk.allowed_ips.push(AllowedIp { id: new_ip_id(), ip });
                    }
                    (None, _) => {}
                }
            }
        }
    }
    Ok(())
}

fn host_request(trunk: &mut Trunk, sent: Option<String>, behaviour: &Behaviour) -> Verdict {
    let review = |trunk: &mut Trunk, host: String| {
        trunk.host_request = Some(HostRequest { host, status: "pending".to_owned() });
        trunk.status = "pending".to_owned();
    };
    match (sent, &trunk.host_request) {
        (None, None) => {}
        (None, Some(_)) => {
            if behaviour.host_request_left_out == HostRequestLeftOut::RevertsToDigest {
                trunk.host_request = None;
                trunk.host = "dynamic".to_owned();
                trunk.status = "active".to_owned();
            }
        }
        (Some(host), Some(before)) if before.host == host => {
            if behaviour.host_request_resent == HostRequestResent::ReopensReview {
                review(trunk, host);
            }
        }
        (Some(_), Some(_)) if behaviour.host_request_changed == HostRequestChanged::Refused => {
            return Err(Refusal::unprocessable("Host request cannot be changed"));
        }
        (Some(host), _) => review(trunk, host),
    }
    Ok(())
}
