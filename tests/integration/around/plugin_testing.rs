//! Acceptance tests in Go, of the released provider.

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Completion, Trial};

use super::{Need, Workshop};
use crate::support::require;

const GO: Need = Need { program: "go", variable: "GO_BINARY" };

pub fn trials() -> Vec<Trial> {
    vec![Trial::ignorable_test("around::plugin_testing_takes_it_as_an_external_provider", || {
        let ready =
            require::cli().as_ref().map_err(ToString::to_string).and_then(|_| GO.find()).and_then(modules);
        match ready {
            Ok((go, modules)) => {
                passes(&go, &modules);
                Ok(Completion::Completed)
            }
            Err(reason) if GO.is_named() => Err(reason.into()),
            Err(reason) => Ok(Completion::ignored_with(reason)),
        }
    })]
}

/// Where Go keeps modules, if those that are needed are there: a test fetches nothing.
fn modules(go: PathBuf) -> Result<(PathBuf, String), String> {
    let cache = asked(&go, "GOMODCACHE");
    let module = "github.com/hashicorp/terraform-plugin-testing@v1.16.0";
    if Path::new(&cache).join(module).is_dir() {
        Ok((go, cache))
    } else {
        Err(format!("{module} is not in Go's module cache: fetch it once, as the guide does"))
    }
}

/// A setting of Go's.
fn asked(go: &Path, setting: &str) -> String {
    let output = Command::new(go).args(["env", setting]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn passes(go: &Path, modules: &str) {
    let mut workshop = Workshop::of("## Acceptance tests in Go");
    workshop.also_in(go.parent().unwrap());
    let [script] = &workshop.shell()[..] else { panic!("other blocks") };
    // What Go has compiled once it keeps for the next run.
    let cache = asked(go, "GOCACHE");
    let offline = [
        ("GOMODCACHE", modules),
        ("GOPROXY", "off"),
        ("GOFLAGS", "-mod=mod"),
        ("GONOSUMDB", "*"),
        ("GOSUMDB", "off"),
        ("GOCACHE", &cache),
    ];
    let said = workshop.typed(script, &offline);
    assert!(said.contains("ok  \texample.com/voice"), "{said}");
    // It ran, and tidied up after itself.
    assert_eq!(workshop.sim.journal().count("POST", "/v1/trunks"), 1, "{}", workshop.sim.journal());
    assert_eq!(workshop.sim.trunks(), []);
}
