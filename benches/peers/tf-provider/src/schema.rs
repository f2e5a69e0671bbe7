//! The attributes of a trunk that tf-provider can declare.

use std::collections::HashMap;

use tf_provider::schema::{Attribute, AttributeConstraint, AttributeType, Block, Description, Schema};

pub fn schema() -> Schema {
    use AttributeConstraint::{Computed, Optional, OptionalComputed, Required};
    use AttributeType::{Bool, Number, String};
    let attributes = [
        plain("id", String, Computed, "Identifier of the trunk."),
        plain("login", String, Computed, "SIP user name, made by Wavix."),
        plain("created_at", String, Computed, "When the trunk was created."),
        plain("label", String, Required, "Name of the trunk."),
        plain("callerid", String, Optional, "Caller ID of outbound calls."),
        plain("multiple_numbers", Bool, OptionalComputed, "Whether any number may be the caller ID."),
        secret("password", Optional, "SIP password, kept in the state."),
        plain("ip_restrict", Bool, OptionalComputed, "Whether devices may register only from `allowed_ips`."),
        plain(
            "allowed_ips",
            AttributeType::Set(Box::new(String)),
            Optional,
            "Addresses from which devices may register.",
        ),
        plain("didinfo_enabled", Bool, OptionalComputed, "Whether the `To` header holds the dialled number."),
        plain("call_restrict", Bool, OptionalComputed, "Whether `call_limit` is enforced."),
        plain("call_limit", Number, Optional, "Longest call in seconds."),
        plain("cost_limit", Bool, OptionalComputed, "Whether `max_call_cost` is enforced."),
        plain("max_call_cost", Number, Optional, "Highest cost of an outbound call in whole USD."),
        plain("channels_restrict", Bool, OptionalComputed, "Whether `max_channels` is enforced."),
        plain("max_channels", Number, Optional, "Most concurrent outbound calls."),
        plain("rewrite_enabled", Bool, OptionalComputed, "Whether dialled numbers are rewritten."),
        plain("rewrite_prefix", String, Optional, "Digits put in front of dialled numbers."),
        plain("rewrite_cond", String, Optional, "Leading digits taken off dialled numbers."),
        plain("call_recording_enabled", Bool, OptionalComputed, "Whether outbound calls are recorded."),
        plain("machine_detection_enabled", Bool, OptionalComputed, "Whether voicemail is detected."),
        plain("transcription_enabled", Bool, OptionalComputed, "Whether calls are transcribed."),
        plain("transcription_threshold", Number, OptionalComputed, "Seconds a call must last."),
        plain("encrypted_media", Bool, OptionalComputed, "Whether media is encrypted (SRTP)."),
        host_request(),
        plain("host", String, Computed, "`dynamic`, or the address that IP authentication accepts."),
        plain("auth_method", String, Computed, "How calls are authenticated."),
        plain("status", String, Computed, "`active`, `pending` or `rejected`."),
        plain("passthrough", Bool, Computed, "Whether caller ID passthrough is enabled."),
        secret("access_token", Computed, "Static token of the trunk."),
    ];
    let block = Block {
        version: 0,
        description: Description::markdown("A SIP trunk."),
        attributes: HashMap::from(attributes),
        ..Default::default()
    };
    Schema { version: 0, block }
}

fn plain(
    name: &str,
    attr_type: AttributeType,
    constraint: AttributeConstraint,
    description: &str,
) -> (String, Attribute) {
    let description = Description::markdown(description);
    (name.to_owned(), Attribute { attr_type, constraint, description, ..Default::default() })
}

fn secret(name: &str, constraint: AttributeConstraint, description: &str) -> (String, Attribute) {
    let (name, attribute) = plain(name, AttributeType::String, constraint, description);
    (name, Attribute { sensitive: true, ..attribute })
}

/// An object and no nested attribute: of those this version of the crate sends
/// both a type and a nested type, and Terraform refuses the whole schema.
fn host_request() -> (String, Attribute) {
    plain(
        "host_request",
        AttributeType::Object(HashMap::from([("host".to_owned(), AttributeType::String)])),
        AttributeConstraint::Optional,
        "Asks for IP authentication.",
    )
}
