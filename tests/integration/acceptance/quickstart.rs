//! The README's picture is what the quickstart shows: it is played again, and compared.

#[path = "../../../examples/quickstart/changes.rs"]
mod changes;
#[path = "../../../examples/quickstart/picture.rs"]
mod picture;
#[path = "../../../examples/quickstart/requests.rs"]
mod requests;
#[path = "../../../examples/quickstart/screen.rs"]
mod screen;
#[path = "../../../examples/quickstart/secrets.rs"]
mod secrets;
#[path = "../../../examples/quickstart/stage.rs"]
mod stage;
#[path = "../../../examples/quickstart/steps.rs"]
mod steps;
#[path = "../../../examples/quickstart/without_terraform.rs"]
mod without_terraform;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use screen::{Paint, Screen, plain};
use stage::Stage;
use wavix_sim::Sim;

use crate::support::cli::{self, Cli};
use crate::support::require;

acceptance_trials! {
    a_picture_holds_what_was_shown_but_for_what_differs_from_run_to_run,
    a_secret_in_any_file_is_found,
    a_terraform_of_any_name_is_shown_by_it,
    a_terraform_that_is_named_and_not_there_is_an_error_that_names_it,
    an_interrupt_ends_the_quickstart_before_its_next_step,
    changes_are_shown_in_one_line_each,
    without_terraform_nothing_is_waited_for,
    ; since (1, 11):
    the_picture_in_the_readme_is_what_the_quickstart_shows,
    what_the_quickstart_keeps_can_be_gone_on_with,
}

/// What fits on a screen.
const MOST_LINES: usize = 60;

const ANEW: &str = "draw it anew: cargo run --example quickstart -- --picture";

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The lines of a picture, as they were shown.
fn lines(svg: &str) -> Vec<String> {
    svg.lines()
        .filter_map(|line| line.strip_prefix("<text ")?.split_once('>')?.1.strip_suffix("</text>"))
        .map(|line| {
            let text: String =
                line.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text)).collect();
            text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        })
        .collect()
}

/// Plays it in a folder of its own; `then` sees the stage before it goes.
fn played<T>(keep: bool, then: impl FnOnce(&Stage<'_>, &Screen) -> T) -> T {
    let cli = require::cli().as_ref().unwrap();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_terraform-provider-wavix"));
    let (screen, interrupted) = (Screen::new(None), AtomicBool::new(false));
    let stage = Stage::set(cli, binary, folder.path(), &screen, &interrupted).unwrap();
    let stage = stage.with_every_request(keep);
    stage.play(keep).unwrap();
    then(&stage, &screen)
}

fn the_picture_in_the_readme_is_what_the_quickstart_shows() {
    let readme = fs::read_to_string(project().join("README.md")).unwrap();
    assert!(readme.contains(&format!("]({})", picture::FILE)), "the README shows no {}", picture::FILE);
    let kept = fs::read_to_string(project().join(picture::FILE)).unwrap();
    let now = played(false, |_, screen| picture::draw(&screen.shown()).unwrap());
    let cli = require::cli().as_ref().unwrap();
    // OpenTofu says the same in other words.
    if !require::is_opentofu() {
        // Whatever its program is called.
        let name = cli.path.file_name().unwrap().to_string_lossy();
        let as_terraform = |line: String| line.replace(&format!("✓ {name} "), "✓ terraform ");
        let shown: Vec<String> = lines(&now).into_iter().map(as_terraform).collect();
        assert_eq!(lines(&kept), shown, "{ANEW}");
    }
    let long = now.lines().filter(|line| line.starts_with("<text")).count();
    assert!(long <= MOST_LINES, "{long} lines are more than a screen: {:#?}", lines(&now));
}

/// What `--keep` prints is typed into a shell.
fn what_the_quickstart_keeps_can_be_gone_on_with() {
    played(true, |stage, screen| {
        // Played with every request, which nothing else shows.
        assert!(screen.shown().contains("→ POST /v1/trunks (no answer) committed"), "{}", screen.shown());
        assert!(stage.another_simulator().starts_with("cargo run -p wavix-sim -- --port "));
        // And in any other folder of that shell.
        let other = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let configuration = "terraform {\n  required_providers {\n    wavix = { source = \"wavix/wavix\" }\n  }\n}\n\n\
                             data \"wavix_sip_trunks\" \"all\" {}\n\noutput \"trunks\" {\n  value = length(data.wavix_sip_trunks.all.sip_trunks)\n}\n";
        fs::write(other.path().join("main.tf"), configuration).unwrap();
        let program = require::cli().as_ref().unwrap().path.display();
        let shell = format!(
            "set -e\n{} -detailed-exitcode\ncd '{}'\n'{program}' init\n'{program}' plan -no-color\n",
            stage.going_on().trim_end(),
            other.path().display()
        );
        let output = Command::new("sh")
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .args(["-c", &shell])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("No changes."), "{shell}\n{output:?}");
        assert!(said.contains("+ trunks = 3"), "{said}");
    });
}

fn an_interrupt_ends_the_quickstart_before_its_next_step() {
    let cli = require::cli().as_ref().unwrap();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_terraform-provider-wavix"));
    let (screen, interrupted) = (Screen::new(None), AtomicBool::new(true));
    let stage = Stage::set(cli, binary, folder.path(), &screen, &interrupted).unwrap();
    assert_eq!(stage.play(false).unwrap_err().to_string(), "interrupted");
}

/// Whatever may be an old answer is asked for again, after a second at first and for ten
/// in all: nobody who watches would know why.
fn without_terraform_nothing_is_waited_for() {
    let reads = Arc::new(Mutex::new(BTreeMap::<String, usize>::new()));
    let counted = Arc::clone(&reads);
    let sim = Sim::builder().on_request(move |entry| {
        if entry.method == "GET" && entry.path.starts_with("/v1/trunks/") {
            *counted.lock().unwrap().entry(entry.path.clone()).or_default() += 1;
        }
    });
    let sim = sim.spawn();
    let binary = Path::new(env!("CARGO_BIN_EXE_terraform-provider-wavix"));
    without_terraform::show(binary, &sim, Paint::ALWAYS, true, &AtomicBool::new(false)).unwrap();
    // One for each time that it is shown to be read.
    let reads: Vec<usize> = reads.lock().unwrap().values().copied().collect();
    assert_eq!(reads, [4, 2], "the trunk that was made, and the one of the portal");
}

/// Or the quickstart would claim what it did not look for.
fn a_secret_in_any_file_is_found() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let inner = folder.path().join(".terraform");
    fs::create_dir_all(inner.join("providers")).unwrap();
    fs::write(folder.path().join("terraform.tfstate"), b"\xff{\"password\": \"planted\"}").unwrap();
    fs::write(inner.join("terraform.tfstate"), "{}").unwrap();
    fs::write(inner.join("providers/binary"), "planted").unwrap();
    let found = secrets::search(folder.path(), &["other", "planted"]).unwrap();
    assert_eq!(found.leaks, [folder.path().join("terraform.tfstate")]);
    assert_eq!(found.files, ["terraform.tfstate", "terraform.tfstate"]);
}

fn changes_are_shown_in_one_line_each() {
    let said = "\n  # wavix_sip_trunk.office will be updated in-place\n  ~ resource \"wavix_sip_trunk\" \"office\" {\n      \
                ~ allowed_ips         = [\n          + \"203.0.113.10\",\n        ]\n        id                  = \"3107\"\n      \
                ~ max_channels        = 4 -> 10\n        # (22 unchanged attributes hidden)\n    }\n\nPlan: 0 to add\n- not a change\n";
    assert_eq!(changes::of(said), ["~ allowed_ips = [ + \"203.0.113.10\", ]", "~ max_channels = 4 -> 10"]);
    assert_eq!(changes::summary(said, "Plan: "), Some("0 to add"));
}

/// A version in the name is no extension.
fn a_terraform_of_any_name_is_shown_by_it() {
    let cli = Cli { path: "/opt/terraform-1.15".into(), ..require::cli().clone().unwrap() };
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_terraform-provider-wavix"));
    let (screen, interrupted) = (Screen::new(None), AtomicBool::new(false));
    let stage = Stage::set(&cli, binary, folder.path(), &screen, &interrupted).unwrap();
    assert_eq!(stage.program(), "terraform-1.15");
}

/// Another one is not taken in its place.
fn a_terraform_that_is_named_and_not_there_is_an_error_that_names_it() {
    for (name, why) in [("/nowhere/terraform", "does not exist"), ("terraform-of-nobody", "is not on PATH")] {
        let missing = Cli::named_by(Some(name.into())).unwrap_err();
        let said = missing.to_string();
        assert!(missing.was_named && said.contains(name) && said.contains(why), "{said}");
    }
}

fn a_picture_holds_what_was_shown_but_for_what_differs_from_run_to_run() {
    let paint = Paint::ALWAYS;
    let run = |port: u16, time: f64, ids: [u16; 2]| {
        let screen = Screen::new(None);
        screen.line(&format!("  Terraform v1.{port}.4 on http://127.0.0.1:{port} says <\"a\" & b>"));
        screen.line(&format!("{} {}  {}", paint.green("✓"), paint.bold("terraform plan"), paint.dim("look")));
        let asked = ids.iter().map(|id| format!("GET /v1/trunks/{id} 200"));
        requests::lines(asked, paint).iter().for_each(|line| screen.line(line));
        screen.line("");
        screen.line(&format!("{} {time:.0} s. Next: more", paint.green("Worked.")));
        picture::draw(&screen.shown()).unwrap()
    };
    let drawn = run(4711, 1.3, [3107, 3108]);
    assert_eq!(drawn, run(39065, 12.7, [3108, 3107]));
    assert_eq!(
        lines(&drawn),
        [
            "$ cargo run --example quickstart",
            "  Terraform on http://127.0.0.1:8787 says <\"a\" & b>",
            "✓ terraform plan  look",
            "    → GET /v1/trunks/ID 200 ×2",
            "Worked. Next: more",
        ]
    );
    assert_eq!(plain(&paint.red("text")), "text");
}
