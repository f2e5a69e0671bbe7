//! Bytes to download, store and load: the release binary and its archive.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use libtest_mimic::{Completion, Trial};

use super::{budget, excess, keep};
use crate::support::plugin::{RELEASE_NAMED_BY, release_binary};
use crate::support::trial;

const BINARY: &str = "binary";
const ARCHIVE: &str = "archive";

/// The tests of this module.
pub fn trials() -> Vec<Trial> {
    let kept = Trial::ignorable_test("budgets::sizes::the_release_binary_keeps_its_size", || {
        let Some(path) = release_binary() else {
            return Ok(Completion::ignored_with(format!(
                "{RELEASE_NAMED_BY} does not name a release binary"
            )));
        };
        keep("bytes", &sizes(&path));
        Ok(Completion::Completed)
    });
    let broken =
        trial(module_path!(), "a_binary_that_grows_breaks_the_budget", a_binary_that_grows_breaks_the_budget);
    vec![kept, broken]
}

/// The file, and what is left of it in a zip archive, which deflates as well.
fn sizes(path: &Path) -> [(&'static str, u64); 2] {
    let binary =
        std::fs::read(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&binary).unwrap();
    let archive = encoder.finish().unwrap().len();
    [(BINARY, binary.len() as u64), (ARCHIVE, archive as u64)]
}

fn a_binary_that_grows_breaks_the_budget() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("provider");
    let allowed = budget("bytes", BINARY);
    let file = std::fs::File::create(&path).unwrap();
    file.set_len(allowed).unwrap();
    let [(_, binary), _] = sizes(&path);
    assert_eq!(excess(BINARY, binary, allowed), None);
    file.set_len(allowed + 1).unwrap();
    let [(_, grown), _] = sizes(&path);
    let complaint = excess(BINARY, grown, allowed).expect("growth is noticed");
    assert!(complaint.contains(&allowed.to_string()), "{complaint}");
}
