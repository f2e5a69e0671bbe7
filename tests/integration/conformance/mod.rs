//! The built provider before tf-conformance, which shares no code with it:
//! every check, the documented command line, and any configuration at all.

mod any_configuration;
mod checks;
mod command_line;
mod configurations;
mod stored;

use std::path::{Path, PathBuf};

use libtest_mimic::Trial;
use tf_conformance::case::{Case, read_file};

/// The case files of the provider.
const CASES: [&str; 3] = ["sip_trunk.json", "sip_trunk_password.json", "api_key.json"];
/// Those of objects of which an account has one for each key, so that two checks at the
/// same time would be in each other's way.
const ALONE: [&str; 3] = ["call_webhook.json", "phone_number.json", "phone_number_routing.json"];

/// The tests of every module below this one.
pub fn trials() -> Vec<Trial> {
    [any_configuration::trials(), checks::trials(), command_line::trials()].into_iter().flatten().collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

fn cases(names: &[&str]) -> Vec<Case> {
    names.iter().map(|case| read_file(&folder().join(case)).unwrap()).collect()
}
