//! Resources layer: the arguments and results of a `wavix_sip_trunk`, their
//! rules and their documentation. What users read, and nothing that runs.

use crate::framework::resource::DEFAULT_TIMEOUT;
use crate::framework::schema::{Attribute, Nesting, Schema, Validator};
use crate::framework::timeouts;
use crate::framework::validators::{at_least, each, ip_or_network, ipv4, non_empty};
use crate::protocol::types::Type;
use crate::protocol::value::Value;

use crate::lifecycle::compare::same_label;
use crate::lifecycle::noun::capitalized;
use crate::resources::written_number::SEPARATORS_IN_WORDS;

use super::caller_id::same_number;
use super::model::DEFAULT_TRANSCRIPTION_THRESHOLD;
use super::rules::{FIRST_VERSION, Rule, UNCONFIRMED_VERSION};

const DESCRIPTION: &str = "A SIP trunk: the connection between a PBX, an SBC or SIP devices and Wavix, with its \
    credentials, caller ID, limits and dial plan.\n\n\
    Every argument is compared with Wavix on each plan, except where its description says that Wavix does not \
    return it. An update replaces the whole trunk at Wavix, so it always sends every argument, the password \
    included: an imported trunk can be planned and refreshed without a password, but changed only with one.\n\n\
    Destroying a trunk is permanent: Wavix stops routing through it at once, and its `login` does not come back. Set \
    `lifecycle { prevent_destroy = true }` on a trunk that carries calls.\n\n\
    When the answer to the request that creates a trunk is lost, the trunk is looked for and adopted, never requested \
    a second time. If Terraform or the provider is killed in that moment, nobody is left to look: the trunk may exist \
    without being in the state. Look for its `label` before you apply again, in the Wavix portal or with the \
    `wavix_sip_trunks` data source, and adopt it with `terraform import`.";

/// The schema.
pub(super) fn schema() -> Schema {
    let mut attributes = identity();
    attributes.extend(credentials());
    attributes.extend(calling());
    attributes.extend(registration());
    attributes.extend(limits());
    attributes.extend(rewriting());
    attributes.extend(features());
    attributes.extend(server_side());
    for (name, words) in AS_RESULTS {
        if let Some(attribute) = attributes.iter_mut().find(|attribute| attribute.name == name) {
            words.clone_into(&mut attribute.result);
        }
    }
    Schema {
        version: 0,
        description: DESCRIPTION.to_owned(),
        attributes,
        blocks: vec![timeouts::block(|_| DEFAULT_TIMEOUT)],
        ..Schema::default()
    }
}

/// What data sources say of an attribute, where that is not what its resource says.
const AS_RESULTS: [(&str, &str); 25] = [
    ("id", "Identifier of the trunk at Wavix, a decimal number as text."),
    ("label", "Name of the trunk, for people. Not necessarily unique."),
    ("login", "SIP user name (API field `name`)."),
    (
        "status",
        "`active`, or `pending` or `rejected` while IP authentication is under review or refused; such a trunk \
         cannot place calls.",
    ),
    ("auth_method", "How calls are authenticated: `Digest` (password) or `IP auth`."),
    ("callerid", "Caller ID of outbound calls, in digits. Null when none is pinned."),
    ("multiple_numbers", "Whether any active or verified number of the account may be the caller ID."),
    ("passthrough", "Whether caller ID passthrough is enabled."),
    ("encrypted_media", "Whether media is encrypted (SRTP)."),
    ("call_recording_enabled", "Whether outbound calls are recorded."),
    ("machine_detection_enabled", "Whether voicemail is detected."),
    ("transcription_enabled", "Whether calls are transcribed."),
    ("transcription_threshold", "Seconds a call must last to be transcribed."),
    ("ip_restrict", "Whether devices may register only from `allowed_ips`."),
    ("allowed_ips", "Addresses from which devices may register."),
    ("didinfo_enabled", "Whether the `To` header of inbound INVITEs holds the dialled number."),
    ("call_restrict", "Whether `call_limit` is enforced."),
    ("call_limit", "Longest call in seconds. Null while `call_restrict` is false."),
    ("cost_limit", "Whether `max_call_cost` is enforced."),
    ("max_call_cost", "Highest cost of an outbound call in USD. Null while `cost_limit` is false."),
    ("channels_restrict", "Whether `max_channels` is enforced."),
    ("max_channels", "Most concurrent outbound calls. Null while `channels_restrict` is false."),
    ("rewrite_enabled", "Whether dialled numbers are rewritten."),
    ("rewrite_prefix", "Digits put in front of dialled numbers. Null while `rewrite_enabled` is false."),
    ("rewrite_cond", "Leading digits taken off dialled numbers. Null while `rewrite_enabled` is false."),
];

fn identity() -> Vec<Attribute> {
    vec![
        Attribute::string("id")
            .computed()
            .keep_state()
            .describe("Identifier of the trunk at Wavix, a decimal number as text. Also the import id."),
        Attribute::string("label").required().same_meaning(same_label).describe(
            "Name of the trunk, for people. Wavix does not ask it to be unique. Blanks at its ends make no difference.",
        ),
        Attribute::string("login").computed().keep_state().describe(
            "SIP user name, made by Wavix (API field `name`). Never changes. It is also the destination of \
             numbers routed to the trunk.",
        ),
        Attribute::string("created_at")
            .computed()
            .keep_state()
            .describe("When the trunk was created: ISO 8601, UTC, as sent by Wavix."),
    ]
}

fn credentials() -> Vec<Attribute> {
    vec![
        Attribute::string("password").sensitive().validate(non_empty()).validate(Rule::Password).describe(
            "SIP password, kept in the state. Set exactly one of `password` and `password_wo` when the \
             trunk is created or changed. Wavix never returns it, so a password changed elsewhere is not \
             noticed.",
        ),
        Attribute::string("password_wo").sensitive().write_only().validate(non_empty()).validate(Rule::Password).describe(
            "SIP password that is sent to Wavix and kept neither in the plan nor in the state. Needs \
             Terraform 1.11 or newer. A new value is sent with the next change of the trunk; change \
             `password_wo_version` to send it at once.",
        ),
        Attribute::integer("password_wo_version").validate(at_least(FIRST_VERSION)).describe(format!(
            "A change of it sends `password_wo` again. {}. Needs `password_wo`. Not sent to Wavix. In the state, \
             `{UNCONFIRMED_VERSION}` stands for a password that was sent and never confirmed.",
            capitalized(&at_least(FIRST_VERSION).rule()),
        )),
    ]
}

fn calling() -> Vec<Attribute> {
    vec![
        Attribute::string("callerid").same_meaning(same_number).validate(Rule::CallerId).describe(format!(
            "Caller ID of outbound calls: an active or verified number of the account, which begins with its \
             country code. Required unless `multiple_numbers` is true. {} ignored: `+1 (313) 284-7320` \
             and `13132847320` are the same. While `multiple_numbers` is true, Wavix does not return it, and \
             changes made elsewhere are not noticed; what it returns all the same for a trunk without a configured caller ID \
             is ignored.",
            capitalized(&format!("{SEPARATORS_IN_WORDS} are")),
        )),
        switch("multiple_numbers").describe(
            "Whether any active or verified number of the account may be the caller ID. Default `false`.",
        ),
        Attribute::bool("didinfo_enabled")
            .default_value(Value::Bool(true))
            .describe("Whether the `To` header of inbound INVITEs holds the dialled number. Default `true`."),
    ]
}

fn registration() -> Vec<Attribute> {
    let host = Attribute::string("host")
        .required()
        .validate(ipv4())
        .describe(format!("Public static address of the SIP endpoint. {}.", capitalized(&ipv4().rule())));
    vec![
        derived("ip_restrict", "devices may register only from `allowed_ips`", "`allowed_ips` is not empty"),
        Attribute::of("allowed_ips", Type::set(Type::String))
            .default_value(Value::Set(Vec::new()))
            .validate(each(ip_or_network()))
            .describe(format!(
            "Public static addresses from which devices may register. {}. Wavix documents single IPv4 addresses; \
             others are warned of. Default `[]`. Compared with Wavix also while `ip_restrict` is false. To authenticate \
             calls by address instead of password, see \
             `host_request`.",
            capitalized(&each(ip_or_network()).rule())
        )),
        Attribute::nested("host_request", Nesting::Single, vec![host]).describe(
            "Asks for IP authentication: calls from this address are accepted without a password, once \
             Wavix has approved the request (see `status`; this can take days and is not waited for). One \
             address may serve one trunk only. Another address may be refused or reviewed anew.",
        ),
    ]
}

fn limits() -> Vec<Attribute> {
    vec![
        derived("call_restrict", "`call_limit` is enforced", "`call_limit` is set"),
        limit("call_limit", "Longest call in seconds", "not above the account's maximum", "call_restrict"),
        derived("cost_limit", "`max_call_cost` is enforced", "`max_call_cost` is set"),
        Attribute::number("max_call_cost").validate(Rule::Money).describe(format!(
            "Highest cost of an outbound call in USD, an exact decimal. {}. What a calculation \
             such as `0.15 * 1.2` adds beyond the 30th decimal is rounded away; round the result of a division, as \
             in `tonumber(format(\"%.4f\", 1 / 3))`. {}",
            capitalized(&Rule::Money.rule()),
            ignored_while_off("cost_limit"),
        )),
        derived("channels_restrict", "`max_channels` is enforced", "`max_channels` is set"),
        limit(
            "max_channels",
            "Most concurrent outbound calls",
            "not above the account's capacity",
            "channels_restrict",
        ),
    ]
}

fn rewriting() -> Vec<Attribute> {
    let digits = |name: &str, what: &str| {
        Attribute::string(name).describe(format!(
            "{what}, as text, leading zeros included. Of digits, `+`, `*` and `#`; others are warned of. {}",
            ignored_while_off("rewrite_enabled"),
        ))
    };
    vec![
        derived(
            "rewrite_enabled",
            "dialled numbers are rewritten",
            "`rewrite_prefix` or `rewrite_cond` is set",
        ),
        digits("rewrite_prefix", "Digits put in front of dialled numbers"),
        digits(
            "rewrite_cond",
            "Leading digits taken off dialled numbers before `rewrite_prefix` is put in front (one \
             description of Wavix calls it the number of such digits)",
        ),
    ]
}

fn features() -> Vec<Attribute> {
    const PRO: &str = "Offered to Flex Pro accounts; where the account's tier does not include it, the apply \
                       fails, says so, and leaves no new trunk behind.";
    vec![
        switch("call_recording_enabled")
            .describe(format!("Whether outbound calls are recorded. Default `false`. {PRO}")),
        switch("machine_detection_enabled")
            .describe(format!("Whether voicemail is detected. Default `false`. {PRO}")),
        switch("transcription_enabled")
            .describe(format!("Whether calls are transcribed. Default `false`. {PRO}")),
        Attribute::integer("transcription_threshold")
            .default_value(Value::Number(DEFAULT_TRANSCRIPTION_THRESHOLD.into()))
            .validate(Rule::WholeNumber(0))
            .describe(format!(
                "Seconds a call must last to be transcribed. {}. Default \
                 `{DEFAULT_TRANSCRIPTION_THRESHOLD}`.",
                capitalized(&Rule::WholeNumber(0).rule())
            )),
        switch("encrypted_media").describe(
            "Whether media is encrypted (SRTP). Default `false`. Wavix support switches SRTP on for an \
             account; where it is not, the apply fails and says so.",
        ),
    ]
}

fn server_side() -> Vec<Attribute> {
    let server = |attribute: Attribute| attribute.computed().keep_state();
    vec![
        server(Attribute::string("host")).describe(
            "`dynamic` when devices register with a password, or the address that IP authentication accepts.",
        ),
        server(Attribute::string("auth_method")).describe(
            "How calls are authenticated: `Digest` (password) or `IP auth`. For `IP auth` it is looked up in \
             the account's list of trunks.",
        ),
        server(Attribute::string("status")).describe(
            "`active`, or `pending` or `rejected` while IP authentication is under review or refused; such a \
             trunk cannot place calls. Recorded by the next refresh when it changes.",
        ),
        server(Attribute::bool("passthrough"))
            .describe("Whether caller ID passthrough is enabled, which Wavix grants on request."),
        server(Attribute::string("access_token"))
            .sensitive()
            .describe("Static token of the trunk, with which the embeddable dialler signs in. May be null."),
    ]
}

/// A switch that is off unless somebody turns it on.
fn switch(name: &str) -> Attribute {
    Attribute::bool(name).default_value(Value::Bool(false))
}

/// A flag that follows from its limit when it is left out.
fn derived(name: &str, what: &str, when: &str) -> Attribute {
    Attribute::bool(name)
        .optional_computed()
        .describe(format!("Whether {what}. Left out, it is true when {when}, and false otherwise."))
}

fn limit(name: &str, what: &str, ceiling: &str, flag: &str) -> Attribute {
    Attribute::integer(name).validate(Rule::WholeNumber(0)).describe(format!(
        "{what}. {}, and {ceiling}. {}",
        capitalized(&Rule::WholeNumber(0).rule()),
        ignored_while_off(flag)
    ))
}

fn ignored_while_off(flag: &str) -> String {
    format!("Ignored by Wavix while `{flag}` is false; changes made elsewhere then go unnoticed.")
}
