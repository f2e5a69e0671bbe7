//! No version breaks what an earlier one promised, unless its major number says
//! so; and every kind of breach would be noticed.

use std::fs;

use registry_docs::compatibility::{breaking_changes, may_break};
use registry_docs::schema::{Attribute, NestedBlock, Provider, Schema};
use serde_json::json;

use super::pages::{self, root};
use super::{golden, text};

trials![
    no_released_version_is_broken,
    the_schema_of_this_version_is_kept,
    each_breach_is_noticed,
    what_users_need_not_notice_is_no_breach,
    only_the_major_number_allows_breaches,
];

const FOLDER: &str = "tests/integration/golden/schemas";

/// The versions whose schemas are kept.
fn versions() -> Vec<String> {
    let files = fs::read_dir(root().join(FOLDER)).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut versions: Vec<String> =
        names.map(|name| name.strip_suffix(".json").expect("a schema is JSON").to_owned()).collect();
    versions.sort();
    versions
}

fn no_released_version_is_broken() {
    let (current, this) = (golden(), env!("CARGO_PKG_VERSION"));
    for version in versions().iter().filter(|version| !may_break(version, this)) {
        let released = Provider::from_document(&text(&format!("{FOLDER}/{version}.json"))).unwrap();
        assert_eq!(breaking_changes(&released, &current), Vec::<String>::new(), "since {version}");
    }
}

fn the_schema_of_this_version_is_kept() {
    assert!(versions().contains(&env!("CARGO_PKG_VERSION").to_owned()), "{} is missing", pages::SCHEMA);
}

type Change = fn(&mut Provider);

fn trunk(provider: &mut Provider) -> &mut Schema {
    provider.resource_schemas.get_mut("wavix_sip_trunk").unwrap()
}

fn attribute<'a>(provider: &'a mut Provider, name: &str) -> &'a mut Attribute {
    trunk(provider).block.attributes.get_mut(name).unwrap()
}

fn optional() -> Attribute {
    Attribute { ty: Some(json!("string")), optional: true, ..Attribute::default() }
}

const BREACHES: [(&str, Change); 24] = [
    ("wavix_sip_trunk was removed", |provider| drop(provider.resource_schemas.remove("wavix_sip_trunk"))),
    ("data.wavix_sip_trunks was removed", |provider| {
        drop(provider.data_source_schemas.remove("wavix_sip_trunks"));
    }),
    ("ephemeral.wavix_webrtc_token was removed", |provider| {
        drop(provider.ephemeral_resource_schemas.remove("wavix_webrtc_token"));
    }),
    ("list.wavix_sip_trunk was removed", |provider| {
        drop(provider.list_resource_schemas.remove("wavix_sip_trunk"));
    }),
    ("action.wavix_revoke_webrtc_tokens was removed", |provider| provider.action_schemas.clear()),
    ("provider.max_retries was removed", |provider| {
        drop(provider.provider.block.attributes.remove("max_retries"));
    }),
    ("wavix_sip_trunk.call_limit was removed", |provider| {
        drop(trunk(provider).block.attributes.remove("call_limit"));
    }),
    ("wavix_sip_trunk.callerid is now required", |provider| {
        let callerid = attribute(provider, "callerid");
        (callerid.optional, callerid.required) = (false, true);
    }),
    ("wavix_sip_trunk.extra is new and required", |provider| {
        let extra = Attribute { optional: false, required: true, ..optional() };
        trunk(provider).block.attributes.insert("extra".to_owned(), extra);
    }),
    ("wavix_sip_trunk.max_channels: the type changed", |provider| {
        attribute(provider, "max_channels").ty = Some(json!("string"));
    }),
    ("wavix_sip_trunk.allowed_ips: the type changed", |provider| {
        attribute(provider, "allowed_ips").ty = Some(json!(["list", "string"]));
    }),
    ("wavix_sip_trunk.ip_restrict is no longer computed", |provider| {
        attribute(provider, "ip_restrict").computed = false;
    }),
    ("wavix_sip_trunk.ip_restrict can no longer be set", |provider| {
        attribute(provider, "ip_restrict").optional = false;
    }),
    ("wavix_sip_trunk.password is now write-only", |provider| {
        attribute(provider, "password").write_only = true;
    }),
    ("wavix_sip_trunk.host_request: the nesting changed from single to list", |provider| {
        attribute(provider, "host_request").nested_type.as_mut().unwrap().nesting_mode = "list".to_owned();
    }),
    ("wavix_sip_trunk.host_request.host was removed", |provider| {
        attribute(provider, "host_request").nested_type.as_mut().unwrap().attributes.clear();
    }),
    ("wavix_sip_trunk.host_request: the type changed", |provider| {
        let request = attribute(provider, "host_request");
        (request.nested_type, request.ty) = (None, Some(json!("string")));
    }),
    ("wavix_sip_trunk.timeouts: the block was removed", |provider| {
        trunk(provider).block.block_types.clear();
    }),
    ("wavix_sip_trunk.timeouts.read was removed", |provider| {
        let timeouts = trunk(provider).block.block_types.get_mut("timeouts").unwrap();
        drop(timeouts.block.attributes.remove("read"));
    }),
    ("wavix_sip_trunk.extra: the new block is required", |provider| {
        let extra = NestedBlock { nesting_mode: "list".to_owned(), min_items: 1, ..NestedBlock::default() };
        trunk(provider).block.block_types.insert("extra".to_owned(), extra);
    }),
    ("the function sip_uri was removed", |provider| drop(provider.functions.remove("sip_uri"))),
    ("the function sip_uri: the parameters changed", |provider| {
        drop(provider.functions.get_mut("sip_uri").unwrap().parameters.pop());
    }),
    ("the function e164: the result's type changed", |provider| {
        provider.functions.get_mut("e164").unwrap().return_type = json!("number");
    }),
    ("the identity of wavix_sip_trunk: id was removed", |provider| {
        provider.resource_identity_schemas.get_mut("wavix_sip_trunk").unwrap().attributes.clear();
    }),
];

fn each_breach_is_noticed() {
    let released = golden();
    for (breach, change) in BREACHES {
        let mut changed = released.clone();
        change(&mut changed);
        assert_eq!(breaking_changes(&released, &changed), [breach]);
    }
}

fn what_users_need_not_notice_is_no_breach() {
    let released = golden();
    let mut changed = released.clone();
    attribute(&mut changed, "label").description = "Other words.".to_owned();
    let label = attribute(&mut changed, "label");
    (label.required, label.optional) = (false, true);
    attribute(&mut changed, "call_limit").computed = true;
    attribute(&mut changed, "call_limit").deprecated = true;
    trunk(&mut changed).version += 1;
    trunk(&mut changed).block.attributes.insert("extra".to_owned(), optional());
    let number = Schema::default();
    changed.resource_schemas.insert("wavix_number".to_owned(), number);
    assert_eq!(breaking_changes(&released, &changed), Vec::<String>::new());
}

fn only_the_major_number_allows_breaches() {
    for (released, current, allowed) in [
        ("0.1.0", "0.1.1", false),
        ("0.1.0", "0.2.0", false),
        ("0.9.0", "1.0.0", true),
        ("1.2.3", "2.0.0", true),
    ] {
        assert_eq!(may_break(released, current), allowed, "{released} to {current}");
    }
}
