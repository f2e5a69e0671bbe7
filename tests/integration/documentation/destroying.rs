//! What a destroy leaves on a machine: a program that includes a file is not to
//! miss it when it is started the next time.
//!
//! Each example and page that writes files for a program is in a table here with
//! the test of `tests/telephony` that destroys it and starts the program again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use wavix_sim::Sim;

use super::pages::root;
use super::text;
use crate::support::terraform::Terraform;

/// The table, and what needs no program to be seen.
pub fn trials() -> Vec<libtest_mimic::Trial> {
    [table::trials(), without_the_program::trials()].into_iter().flatten().collect()
}

/// What writes files, and the test: module and function.
const WRITERS: [(&str, &str); 4] = [
    ("docs/guides/asterisk.md", "asterisk_guide::the_guide_survives_rotations_and_a_destroy"),
    ("docs/guides/freeswitch.md", "freeswitch_guide::the_guide_survives_rotations_and_a_destroy"),
    ("docs/guides/kamailio.md", "kamailio_guide::by_password_it_survives_rotations_and_a_destroy"),
    ("examples/scenarios/asterisk/main.tf", "asterisk_guide::the_scenario_survives_rotations_and_a_destroy"),
];

/// Runs a command that reads its standard input, and writes no file.
const WRITES_NONE: &str = "docs/guides/livekit.md";

/// Each `.md` and `.tf` below docs and examples, and its text.
pub(super) fn sources() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders: Vec<PathBuf> = vec![root().join("docs"), root().join("examples")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !path.ends_with(".terraform") {
                    folders.push(path);
                }
            } else if name.ends_with(".md") || name.ends_with(".tf") {
                found.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    found.insert("README.md".to_owned(), text("README.md"));
    found
}

/// Whether Terraform does something to the machine that it runs on.
fn acts(text: &str) -> bool {
    text.contains("provisioner \"") || text.contains("resource \"local_")
}

mod table {
    use super::*;

    trials![whatever_writes_files_is_destroyed_in_a_test_of_its_own];

    fn whatever_writes_files_is_destroyed_in_a_test_of_its_own() {
        let sources = sources();
        assert!(sources.keys().filter(|name| name.starts_with("examples/scenarios/")).count() >= 4 * 3);
        let acting: Vec<&str> =
            sources.iter().filter(|(_, text)| acts(text)).map(|(name, _)| name.as_str()).collect();
        let mut known: Vec<&str> = WRITERS.map(|(source, _)| source).to_vec();
        known.push(WRITES_NONE);
        known.sort_unstable();
        assert_eq!(acting, known, "what writes files for a program has a test that destroys it");
        let commands =
            sources[WRITES_NONE].split("command = <<").nth(1).unwrap().split("SH\n").nth(1).unwrap();
        assert!(
            commands.contains("lk ") && !commands.contains('>'),
            "{WRITES_NONE} writes no file: {commands}"
        );
        for (_, test) in WRITERS {
            let (module, function) = test.split_once("::").unwrap();
            let there = text(&format!("tests/telephony/{module}.rs"));
            let body = there.split_once(&format!("\nfn {function}(")).expect(test).1;
            let body = body.split("\n}\n").next().unwrap();
            let destroys = |body: &str| body.contains(".destroys()") && body.contains(".start()");
            let survives = there
                .split_once("fn survives(")
                .map_or("", |(_, rest)| rest.split("\n    }\n").next().unwrap());
            assert!(
                destroys(body) || (body.contains(".survives(") && destroys(survives)),
                "{test} destroys nothing"
            );
        }
    }
}

mod without_the_program {
    use super::*;

    acceptance_trials! {
        ; since (1, 11):
        a_destroy_leaves_freeswitch_its_file,
    }

    /// FreeSWITCH itself may not be there: what it includes is.
    fn a_destroy_leaves_freeswitch_its_file() {
        let page = text("docs/guides/freeswitch.md");
        let blocks: Vec<&str> =
            page.split("```terraform\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
        let sim = Sim::spawn();
        let id = |flag: &str| {
            let output = std::process::Command::new("id").arg(flag).output().unwrap();
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        let tf = Terraform::new(&sim);
        let folder = tf.path().to_owned();
        let tf = tf
            .env("TF_VAR_sip_password", "s3cret")
            .env("TF_VAR_directory", folder.as_os_str())
            .env("TF_VAR_owner", format!("{}:{}", id("-u"), id("-g")));
        // It names the provider, in place of the tests' own.
        tf.write("versions.tf", &blocks.concat());
        tf.run(["apply", "-auto-approve", "-input=false", "-no-color"]).succeeded();
        let before = tf.read("wavix.xml");
        assert!(before.contains("<gateway name=\"wavix\">") && before.ends_with("</include>\n"), "{before}");
        private(&folder.join("wavix.xml"));
        tf.destroy(&sim);
        assert_eq!(tf.read("wavix.xml"), before);
    }

    /// Nobody but the owner reads a password.
    #[cfg(unix)]
    fn private(path: &Path) {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }

    /// Terraform sets no permissions there.
    #[cfg(not(unix))]
    fn private(_: &Path) {}
}
