//! Configurations of a trunk as people might write them: every subset of the
//! arguments, every spelling, and anything that may be unknown during the plan.
//! All of them are valid, whatever the unknown values turn out to be.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use tf_conformance::schema::Schema;
use tf_conformance::value::{Forms, NumberForm};

/// What the simulated account allows: seconds, and channels.
const CEILINGS: (i64, i64) = (3600, 8);

/// A configuration, and how it reaches the provider first.
#[derive(Debug, Clone)]
pub struct Step {
    /// The arguments that are set.
    pub config: Map<String, Json>,
    /// Arguments whose values nobody knows yet when the plan is made.
    pub unknown: BTreeSet<String>,
    /// Whether only a part of a set or of a nested object is unknown.
    pub in_part: bool,
    /// How its numbers are written.
    pub numbers: NumberForm,
}

impl Step {
    /// How its values are written.
    pub fn forms(&self) -> Forms {
        Forms { number: self.numbers, ..Forms::default() }
    }
}

/// Everything that may be unknown during a plan. Of a block only what is in it
/// may.
pub fn arguments(schema: &Schema) -> Vec<String> {
    let attributes = schema.block.attributes.iter().filter(|(_, attribute)| attribute.configurable());
    attributes.map(|(name, _)| name.clone()).collect()
}

type Part = BoxedStrategy<Map<String, Json>>;

/// Any step, with any of these arguments unknown.
pub fn step(arguments: &[String]) -> impl Strategy<Value = Step> + use<> {
    let arguments = arguments.to_vec();
    // Half of all plans know everything.
    let unknown = prop_oneof![
        Just(Vec::new()),
        prop::sample::subsequence(arguments.clone(), 0..=6),
        Just(arguments),
        Just(Vec::new()),
    ];
    let numbers = prop_oneof![Just(NumberForm::Core), Just(NumberForm::Text)];
    (config(), unknown, any::<bool>(), numbers).prop_map(|(config, unknown, in_part, numbers)| Step {
        config,
        unknown: unknown.into_iter().collect(),
        in_part,
        numbers,
    })
}

fn config() -> impl Strategy<Value = Map<String, Json>> {
    let parts: Vec<Part> = vec![
        always("label", label()),
        calling(),
        credentials(),
        registration(),
        limit("call_restrict", "call_limit", whole(1, CEILINGS.0), whole(1, i64::from(i32::MAX))),
        limit("channels_restrict", "max_channels", whole(1, CEILINGS.1), whole(1, i64::from(i32::MAX))),
        limit("cost_limit", "max_call_cost", amount(), amount()),
        rewriting(),
        optional("didinfo_enabled", flag()),
        optional("call_recording_enabled", flag()),
        optional("machine_detection_enabled", flag()),
        optional("transcription_enabled", flag()),
        optional("encrypted_media", flag()),
        optional("transcription_threshold", whole(0, i64::from(i32::MAX))),
        optional("host_request", address().prop_map(|host| json!({ "host": host })).boxed()),
        optional("timeouts", timeouts()),
    ];
    parts.prop_map(|parts| parts.into_iter().flatten().collect())
}

fn one(name: &str, value: Json) -> Map<String, Json> {
    Map::from_iter([(name.to_owned(), value)])
}

fn always(name: &'static str, value: BoxedStrategy<Json>) -> Part {
    value.prop_map(move |value| one(name, value)).boxed()
}

fn optional(name: &'static str, value: BoxedStrategy<Json>) -> Part {
    let value = prop::option::of(value);
    value.prop_map(move |value| value.map(|value| one(name, value)).unwrap_or_default()).boxed()
}

fn flag() -> BoxedStrategy<Json> {
    any::<bool>().prop_map(Json::from).boxed()
}

fn whole(least: i64, most: i64) -> BoxedStrategy<Json> {
    prop_oneof![Just(least), Just(most), least..=most].prop_map(Json::from).boxed()
}

/// Text with what needs escaping somewhere, and letters of several alphabets.
fn label() -> BoxedStrategy<Json> {
    let text = "[a-zA-Z0-9 äßé日本Жñ\"'\\\\<>&%{}$#/.,;:\n\t-]{1,24}";
    text.prop_filter("not blank", |text| !text.trim().is_empty()).prop_map(Json::from).boxed()
}

fn secret() -> BoxedStrategy<Json> {
    "[!-~äß日]{1,32}".prop_map(Json::from).boxed()
}

/// An international number with what people put in front of it and between its
/// digits.
fn caller_id() -> impl Strategy<Value = String> {
    let prefix = prop::sample::select(vec!["", "+", " +", "(+"]);
    let separator = prop::sample::select(vec!["", "", "", "", " ", "-", ".", "(", ")"]);
    let digit = (separator, 0..=9_u8).prop_map(|(separator, digit)| format!("{separator}{digit}"));
    let digits = prop::collection::vec(digit, 6..=14).prop_map(|digits| digits.concat());
    let number =
        (prefix, 1..=9_u8, digits).prop_map(|(prefix, first, rest)| format!("{prefix}{first}{rest}"));
    let groups = |number: &str| number.split(|c: char| !c.is_ascii_digit()).map(str::len).collect::<Vec<_>>();
    number
        .prop_filter("not part of an international number", |number| !number.replace(' ', "").contains("(0)"))
        .prop_filter("how a national number is written", move |number| groups(number) != [3, 3, 4])
}

fn calling() -> Part {
    let any_number = prop_oneof![Just(None), Just(Some(String::new())), caller_id().prop_map(Some)];
    let with_any = any_number.prop_map(|callerid| {
        let callerid = callerid.map(|callerid| one("callerid", callerid.into())).unwrap_or_default();
        callerid.into_iter().chain(one("multiple_numbers", true.into())).collect()
    });
    let with_one = (caller_id(), any::<bool>()).prop_map(|(callerid, says_no)| {
        let flag = if says_no { one("multiple_numbers", false.into()) } else { Map::new() };
        one("callerid", callerid.into()).into_iter().chain(flag).collect()
    });
    prop_oneof![with_one, with_any].boxed()
}

fn credentials() -> Part {
    let write_only = (secret(), prop::option::of(whole(0, i64::MAX)));
    let write_only = write_only.prop_map(|(secret, version)| {
        let version = version.map(|version| one("password_wo_version", version)).unwrap_or_default();
        one("password_wo", secret).into_iter().chain(version).collect()
    });
    prop_oneof![always("password", secret()), write_only].boxed()
}

fn address() -> impl Strategy<Value = String> {
    any::<u32>().prop_map(|bits| Ipv4Addr::from(bits).to_string())
}

fn registration() -> Part {
    let addresses = prop::option::of(prop::collection::btree_set(address(), 0..=5));
    (addresses, prop::option::of(any::<bool>()))
        .prop_map(|(addresses, restrict)| {
            // Without an address no device could register, which is refused.
            let none = addresses.as_ref().is_none_or(BTreeSet::is_empty);
            let restrict = restrict.filter(|restrict| !(*restrict && none));
            let restrict = restrict.map(|restrict| one("ip_restrict", restrict.into())).unwrap_or_default();
            let addresses =
                addresses.map(|addresses| one("allowed_ips", json!(addresses))).unwrap_or_default();
            restrict.into_iter().chain(addresses).collect()
        })
        .boxed()
}

/// A limit and its flag. The account's ceiling matters only while the flag is on.
fn limit(
    flag: &'static str,
    name: &'static str,
    in_force: BoxedStrategy<Json>,
    switched_off: BoxedStrategy<Json>,
) -> Part {
    let off = optional(name, switched_off)
        .prop_map(move |limit| limit.into_iter().chain(one(flag, false.into())).collect::<Map<_, _>>());
    let on = optional(name, in_force.clone())
        .prop_map(move |limit| limit.into_iter().chain(one(flag, true.into())).collect::<Map<_, _>>());
    prop_oneof![optional(name, in_force), off, on].boxed()
}

/// Decimals of up to 10 digits on either side of the point. JSON has no other
/// spellings that HCL has not.
fn amount() -> BoxedStrategy<Json> {
    let text = prop_oneof![
        "[1-9][0-9]{0,9}",
        "[0-9]{1,10}\\.[0-9]{0,9}[1-9]",
        "[1-9][0-9]{0,3}\\.[0-9]{1,3}0{1,3}",
        "[1-9]\\.[0-9]{1,3}e-[1-7]",
        "[1-9]E[0-9]",
    ];
    let number = |text: String| {
        let digits = text.trim_start_matches('0');
        let digits = if digits.starts_with('.') { format!("0{digits}") } else { digits.to_owned() };
        Json::Number(digits.parse().expect("a JSON number"))
    };
    text.prop_map(number).boxed()
}

fn rewriting() -> Part {
    let digits = || "[0-9+*#]{0,10}".prop_map(Json::from).boxed();
    let parts: Vec<Part> = vec![
        optional("rewrite_prefix", digits()),
        optional("rewrite_cond", digits()),
        optional("rewrite_enabled", flag()),
    ];
    parts.prop_map(|parts| parts.into_iter().flatten().collect()).boxed()
}

/// Long enough never to matter.
fn timeouts() -> BoxedStrategy<Json> {
    let length = || prop::sample::select(vec!["10m", "1h", "1h30m", "90m0.5s"]).prop_map(Json::from).boxed();
    let parts: Vec<Part> =
        ["create", "read", "update", "delete"].into_iter().map(|name| optional(name, length())).collect();
    parts.prop_map(|parts| Json::Object(parts.into_iter().flatten().collect())).boxed()
}
