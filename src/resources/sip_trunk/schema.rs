//! The arguments and results of a `wavix_sip_trunk`, their rules and their documentation.
//! What users read, and nothing that runs.

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

const DESCRIPTION: &str = "Manages a SIP trunk: the connection between a PBX, an SBC or SIP devices and Wavix, with \
    its credentials, caller ID, limits and dial plan.\n\nEach plan compares all arguments with Wavix, except those \
    that Wavix does not return. An update replaces the whole trunk at Wavix and sends all arguments, including the \
    password: an imported trunk can be planned and refreshed without a password, but not changed.\n\nDestroying a \
    trunk is permanent: calls through it stop immediately, and its `login` is lost. Set `lifecycle { prevent_destroy \
    = true }` on a trunk in production.\n\nIf the response to the create request is lost, the provider searches for \
    the trunk and adopts it, and does not create a second one. If Terraform or the provider is killed at that moment, \
    the trunk may exist without being in the state. Before you apply again, search for its `label` in the Wavix \
    portal or with the data source of all trunks, and import it with `terraform import`.";

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
    ("id", "ID of the trunk at Wavix, a decimal number as a string."),
    ("label", "Display name of the trunk. Does not have to be unique."),
    ("login", "SIP user name (API field `name`)."),
    (
        "status",
        "Status of the trunk: `active`, or, with IP authentication, `pending` during the review and `rejected` after \
         a rejection. Only an active trunk can place calls.",
    ),
    ("auth_method", "Authentication of calls: `Digest` (password) or `IP auth`."),
    ("callerid", "Caller ID of outbound calls, in digits. Null if none is set."),
    ("multiple_numbers", "Whether any active or verified number of the account may be the caller ID."),
    ("passthrough", "Whether caller ID passthrough is enabled."),
    ("encrypted_media", "Whether media is encrypted (SRTP)."),
    ("call_recording_enabled", "Whether outbound calls are recorded."),
    ("machine_detection_enabled", "Whether answering machines are detected."),
    ("transcription_enabled", "Whether calls are transcribed."),
    ("transcription_threshold", "Minimum duration of a transcribed call, in seconds."),
    ("ip_restrict", "Whether devices may register only from `allowed_ips`."),
    ("allowed_ips", "Addresses from which devices may register."),
    ("didinfo_enabled", "Whether the `To` header of inbound INVITE requests contains the dialed number."),
    ("call_restrict", "Whether the maximum call duration is enforced."),
    ("call_limit", "Maximum call duration, in seconds. Null if it is not enforced."),
    ("cost_limit", "Whether the maximum call cost is enforced."),
    ("max_call_cost", "Maximum cost of an outbound call, in USD. Null if it is not enforced."),
    ("channels_restrict", "Whether the maximum number of channels is enforced."),
    ("max_channels", "Maximum number of concurrent outbound calls. Null if it is not enforced."),
    ("rewrite_enabled", "Whether dialed numbers are rewritten."),
    ("rewrite_prefix", "Prefix that is added to dialed numbers. Null if they are not rewritten."),
    ("rewrite_cond", "Leading digits that are removed from dialed numbers. Null if they are not rewritten."),
];

fn identity() -> Vec<Attribute> {
    vec![
        Attribute::string("id")
            .computed()
            .keep_state()
            .describe("ID of the trunk at Wavix, a decimal number as a string. Also the import ID."),
        Attribute::string("label").required().same_meaning(same_label).describe(
            "Display name of the trunk. Does not have to be unique. Leading and trailing spaces are ignored.",
        ),
        Attribute::string("login")
            .computed()
            .keep_state()
            .describe("SIP user name, assigned by Wavix (API field `name`). Never changes."),
        Attribute::string("created_at")
            .computed()
            .keep_state()
            .describe("Creation time of the trunk: ISO 8601, UTC, as sent by Wavix."),
    ]
}

fn credentials() -> Vec<Attribute> {
    vec![
        Attribute::string("password").sensitive().validate(non_empty()).validate(Rule::Password).describe(
            "SIP password, stored in the state. To create or change the trunk, set exactly one of this argument and \
             the write-only `password_wo`. Wavix never returns the password, so Terraform does not detect a change \
             made elsewhere.",
        ),
        Attribute::string("password_wo").sensitive().write_only().validate(non_empty()).validate(Rule::Password).describe(
            "SIP password that is sent to Wavix, but stored in neither plan nor state. Requires Terraform 1.11 or \
             later. A new value is sent with the next change of the trunk; to send it immediately, also change its \
             version argument.",
        ),
        Attribute::integer("password_wo_version").validate(at_least(FIRST_VERSION)).describe(format!(
            "Version of the write-only password, which is required with it. A change sends the password again. {}. \
             Not sent to Wavix. In the state, `{UNCONFIRMED_VERSION}` marks a password that Wavix has not confirmed.",
            capitalized(&at_least(FIRST_VERSION).rule()),
        )),
    ]
}

fn calling() -> Vec<Attribute> {
    vec![
        Attribute::string("callerid").same_meaning(same_number).validate(Rule::CallerId).describe(format!(
            "Caller ID of outbound calls: an active or verified number of the account, starting with its country \
             code. Required unless `multiple_numbers` is true; Wavix then does not return it, and Terraform does not \
             detect changes made elsewhere. {} ignored: `+1 (313) 284-7320` and `13132847320` are the same.",
            capitalized(&format!("{SEPARATORS_IN_WORDS} are")),
        )),
        switch("multiple_numbers").describe(
            "Whether any active or verified number of the account may be the caller ID. Default: `false`.",
        ),
        Attribute::bool("didinfo_enabled")
            .default_value(Value::Bool(true))
            .describe("Whether the `To` header of inbound INVITE requests contains the dialed number. Default: \
                       `true`."),
    ]
}

fn registration() -> Vec<Attribute> {
    let host = Attribute::string("host")
        .required()
        .validate(ipv4())
        .describe(format!("Public static address of the SIP endpoint. {}.", capitalized(&ipv4().rule())));
    vec![
        derived("ip_restrict", "devices may register only from `allowed_ips`", "that list is not empty"),
        Attribute::of("allowed_ips", Type::set(Type::String))
            .default_value(Value::Set(Vec::new()))
            .validate(each(ip_or_network()))
            .describe(format!(
            "Public static addresses from which devices may register. {}. Wavix documents only single IPv4 \
             addresses; for others, the plan shows a warning. Default: `[]`. To authenticate calls by address instead \
             of password, use `host_request`.",
            capitalized(&each(ip_or_network()).rule())
        )),
        Attribute::nested("host_request", Nesting::Single, vec![host]).describe(
            "Request for IP authentication: after Wavix approves it, calls from this address are accepted without a \
             password. The approval can take days, and the apply does not wait for it; see `status`. An address can \
             belong to one trunk only. A change of the address may need a new approval.",
        ),
    ]
}

fn limits() -> Vec<Attribute> {
    vec![
        derived("call_restrict", "the maximum call duration is enforced", "`call_limit` is set"),
        limit("call_limit", "Maximum call duration, in seconds", "not above the limit of the account", "call_restrict"),
        derived("cost_limit", "the maximum call cost is enforced", "that maximum is set"),
        Attribute::number("max_call_cost").validate(Rule::Money).describe(format!(
            "Maximum cost of an outbound call, in USD, as an exact decimal. {}. Round the result of a division, as \
             in `tonumber(format(\"%.4f\", 1 / 3))`. {}",
            capitalized(&Rule::Money.rule()),
            ignored_while_off("cost_limit"),
        )),
        derived("channels_restrict", "the maximum number of channels is enforced", "that maximum is set"),
        limit(
            "max_channels",
            "Maximum number of concurrent outbound calls",
            "not above the capacity of the account",
            "channels_restrict",
        ),
    ]
}

fn rewriting() -> Vec<Attribute> {
    let digits = |name: &str, what: &str| {
        Attribute::string(name).describe(format!(
            "{what}, as a string, including leading zeros. Allowed are digits, plus, star and hash; for other \
             characters, the plan shows a warning. {}",
            ignored_while_off("rewrite_enabled"),
        ))
    };
    vec![
        derived("rewrite_enabled", "dialed numbers are rewritten", "digits to add or to remove are set"),
        digits("rewrite_prefix", "Prefix that is added to dialed numbers"),
        digits(
            "rewrite_cond",
            "Leading digits that are removed from dialed numbers before the prefix is added",
        ),
    ]
}

fn features() -> Vec<Attribute> {
    const PRO: &str = "Available for Flex Pro accounts; for other accounts the apply fails and does not create a \
                       trunk.";
    vec![
        switch("call_recording_enabled")
            .describe(format!("Whether outbound calls are recorded. Default: `false`. {PRO}")),
        switch("machine_detection_enabled")
            .describe(format!("Whether answering machines are detected. Default: `false`. {PRO}")),
        switch("transcription_enabled")
            .describe(format!("Whether calls are transcribed. Default: `false`. {PRO}")),
        Attribute::integer("transcription_threshold")
            .default_value(Value::Number(DEFAULT_TRANSCRIPTION_THRESHOLD.into()))
            .validate(Rule::WholeNumber(0))
            .describe(format!(
                "Minimum duration of a transcribed call, in seconds. {}. Default: \
                 `{DEFAULT_TRANSCRIPTION_THRESHOLD}`.",
                capitalized(&Rule::WholeNumber(0).rule())
            )),
        switch("encrypted_media").describe(
            "Whether media is encrypted (SRTP). Default: `false`. Wavix support enables SRTP for an account; \
             otherwise the apply fails.",
        ),
    ]
}

fn server_side() -> Vec<Attribute> {
    let server = |attribute: Attribute| attribute.computed().keep_state();
    vec![
        server(Attribute::string("host")).describe(
            "`dynamic` if devices register with a password, or the address that IP authentication accepts.",
        ),
        server(Attribute::string("auth_method")).describe(
            "Authentication of calls: `Digest` (password) or `IP auth`. For `IP auth`, the provider reads it from \
             the account's list of trunks.",
        ),
        server(Attribute::string("status")).describe(
            "Status of the trunk: `active`, or, with IP authentication, `pending` during the review and `rejected` \
             after a rejection. Only an active trunk can place calls. The next refresh records a change.",
        ),
        server(Attribute::bool("passthrough"))
            .describe("Whether caller ID passthrough is enabled. Wavix enables it on request."),
        server(Attribute::string("access_token"))
            .sensitive()
            .describe("Static token of the trunk for the embeddable dialer. May be null."),
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
        .describe(format!("Whether {what}. Default: `true` if {when}, otherwise `false`."))
}

fn limit(name: &str, what: &str, ceiling: &str, flag: &str) -> Attribute {
    Attribute::integer(name).validate(Rule::WholeNumber(0)).describe(format!(
        "{what}. {}, and {ceiling}. {}",
        capitalized(&Rule::WholeNumber(0).rule()),
        ignored_while_off(flag)
    ))
}

fn ignored_while_off(flag: &str) -> String {
    format!(
        "If `{flag}` is false, Wavix ignores the value, and Terraform does not detect changes made elsewhere."
    )
}
