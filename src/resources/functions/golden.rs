//! Tests: what the functions for a PBX write, as whole files of `testdata`. Users
//! have these texts in production: a change of one is seen in review, and belongs
//! in the changelog with its reason. What is written now is in `target/golden`.

use std::collections::BTreeSet;
use std::path::Path;

use super::freeswitch_gateway::{FreeswitchGateway, FreeswitchGatewayArguments};
use super::kamailio_dispatcher::{KamailioDispatcher, KamailioDispatcherArguments};
use super::kamailio_uacreg::{KamailioUacreg, KamailioUacregArguments};
use super::pbx_options::{AnyValue, PbxOptions};
use super::pjsip_endpoint::{PjsipEndpoint, PjsipEndpointArguments};
use crate::framework::function::Function as _;
use crate::framework::object::Mapped as _;
use crate::protocol::number::Number;
use crate::protocol::value::Value;

const LOGIN: &str = "67758";
const HOST: &str = "nl.wavix.net";
/// With what each format escapes.
const PASSWORD: &str = "a;b\"&<c>";

type Options = Vec<(&'static str, Value)>;

fn given(options: &Options) -> Vec<AnyValue> {
    if options.is_empty() {
        return Vec::new();
    }
    let object = Value::map(options.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    vec![AnyValue::from_value(&object).unwrap()]
}

fn pjsip(options: &Options) -> String {
    let (login, password, host) = (LOGIN.to_owned(), PASSWORD.into(), HOST.to_owned());
    let arguments = PjsipEndpointArguments { login, password, host, options: given(options) };
    PjsipEndpoint.call(arguments).unwrap().expose().to_owned()
}

fn freeswitch(options: &Options) -> String {
    let (login, password, host) = (LOGIN.to_owned(), PASSWORD.into(), HOST.to_owned());
    let arguments = FreeswitchGatewayArguments { login, password, host, options: given(options) };
    FreeswitchGateway.call(arguments).unwrap().expose().to_owned()
}

fn dispatcher(options: &Options) -> String {
    let gateways = ["us.wavix.net", HOST].map(str::to_owned).to_vec();
    KamailioDispatcher
        .call(KamailioDispatcherArguments { setid: 1, gateways, options: given(options) })
        .unwrap()
}

fn uacreg(options: &Options) -> String {
    let hosts = ["us.wavix.net", HOST].map(str::to_owned).to_vec();
    let (login, password) = (LOGIN.to_owned(), PASSWORD.into());
    let arguments = KamailioUacregArguments { login, password, hosts, options: given(options) };
    KamailioUacreg.call(arguments).unwrap().expose().to_owned()
}

/// Name of the options in a file's name, and the options.
fn choices() -> Vec<(&'static str, Options)> {
    let list = |items: &[&str]| Value::List(items.iter().map(|item| Value::string(*item)).collect());
    vec![
        ("", vec![]),
        ("-by-address", vec![("authentication", Value::string("ip"))]),
        ("-caller-id-none", vec![("caller_id", Value::string("none"))]),
        ("-caller-id-pai", vec![("caller_id", Value::string("pai"))]),
        ("-caller-id-rpid", vec![("caller_id", Value::string("rpid"))]),
        ("-encrypted", vec![("encrypted_media", Value::Bool(true)), ("transport", Value::string("tls"))]),
        (
            "-named",
            vec![
                ("codecs", list(&["opus", "alaw"])),
                ("context", Value::string("inbound")),
                ("expiration", Value::Number(Number::from(600))),
                ("name", Value::string("main")),
                ("transport", Value::string("tcp")),
            ],
        ),
        ("-two-gateways", vec![("gateways", list(&["us.wavix.net"]))]),
    ]
}

/// File and text.
fn texts() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (name, options) in choices() {
        all.push((format!("pjsip_endpoint{name}.conf"), pjsip(&options)));
        all.push((format!("freeswitch_gateway{name}.xml"), freeswitch(&options)));
    }
    let tls = ("transport", Value::string("tls"));
    all.push(("kamailio_dispatcher.list".to_owned(), dispatcher(&vec![])));
    all.push(("kamailio_dispatcher-tls.list".to_owned(), dispatcher(&vec![tls.clone()])));
    all.push(("kamailio_uacreg.txt".to_owned(), uacreg(&vec![])));
    let slower = ("expiration", Value::Number(Number::from(600)));
    all.push(("kamailio_uacreg-tls.txt".to_owned(), uacreg(&vec![slower, tls])));
    all
}

#[test]
fn each_text_is_as_its_golden_file_has_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (folder, written) = (root.join("src/resources/functions/testdata"), root.join("target/golden"));
    std::fs::create_dir_all(&written).unwrap();
    let texts = texts();
    let mut changed = Vec::new();
    for (file, text) in &texts {
        std::fs::write(written.join(file), text).unwrap();
        if *text != std::fs::read_to_string(folder.join(file)).unwrap_or_default() {
            changed.push(file);
        }
    }
    assert!(changed.is_empty(), "{changed:?} differ from what is written now, in {}", written.display());
    let expected: BTreeSet<String> = texts.into_iter().map(|(file, _)| file).collect();
    let entries = std::fs::read_dir(folder).unwrap();
    let there: BTreeSet<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(there, expected, "files that nothing is compared with");
}

#[test]
fn every_option_is_in_a_golden_file() {
    let error = PbxOptions::read(&given(&vec![("unheard_of", Value::Bool(true))])).unwrap_err();
    let (_, names) = error.text.split_once("the options are ").unwrap();
    let known: BTreeSet<&str> = names.split([',', ' ']).filter(|word| !matches!(*word, "" | "and")).collect();
    let choices = choices();
    let shown: BTreeSet<&str> =
        choices.iter().flat_map(|(_, options)| options.iter().map(|(name, _)| *name)).collect();
    assert_eq!(shown, known);
}
