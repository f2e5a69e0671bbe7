//! The README's picture is what the quickstart shows: it is played again, and compared.

#[path = "../../../examples/quickstart/picture.rs"]
mod picture;
#[path = "../../../examples/quickstart/screen.rs"]
mod screen;
#[path = "../../../examples/quickstart/stage.rs"]
mod stage;

use std::fs;
use std::path::Path;

use screen::{Paint, Screen, plain};
use stage::Stage;

use crate::support::{cli, require};

acceptance_trials! {
    a_picture_holds_what_was_shown_but_for_what_differs_from_run_to_run,
    ; since (1, 11):
    the_picture_in_the_readme_is_what_the_quickstart_shows,
}

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

/// Every step, its outcome, and the requests that changed the account. How often it is looked at is not the picture's to
/// promise.
fn told(svg: &str) -> Vec<String> {
    lines(svg).into_iter().filter(|line| !line.contains("→ GET ")).collect()
}

fn the_picture_in_the_readme_is_what_the_quickstart_shows() {
    let readme = fs::read_to_string(project().join("README.md")).unwrap();
    assert!(readme.contains(&format!("]({})", picture::FILE)), "the README shows no {}", picture::FILE);
    let kept = fs::read_to_string(project().join(picture::FILE)).unwrap();

    let cli = require::cli().as_ref().unwrap();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_terraform-provider-wavix"));
    let screen = Screen::new(None);
    Stage::set(cli, binary, folder.path(), &screen).unwrap().play().unwrap();
    // OpenTofu says the same in other words.
    if cli.title.starts_with("Terraform") {
        let now = picture::draw(&screen.shown()).unwrap();
        assert_eq!(told(&kept), told(&now), "{ANEW}");
        let looks = |svg: &str| lines(svg).iter().filter(|line| line.contains("→ GET ")).count();
        assert!(looks(&kept) > 0 && looks(&now) > 0, "{ANEW}");
    }
}

fn a_picture_holds_what_was_shown_but_for_what_differs_from_run_to_run() {
    let paint = Paint::ALWAYS;
    let run = |port: u16, time: f64, ids: [u16; 2]| {
        let screen = Screen::new(None);
        screen.line(&format!("  Terraform v1.{port}.4 on http://127.0.0.1:{port} says <\"a\" & b>"));
        screen.line(&format!(
            "{} {}  {}",
            paint.green("✓"),
            paint.bold("terraform plan"),
            paint.dim(&format!("look, {time:.1} s"))
        ));
        for id in ids {
            screen.line(&format!("    {}", paint.cyan(&format!("→ GET /v1/trunks/{id} 200"))));
        }
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
