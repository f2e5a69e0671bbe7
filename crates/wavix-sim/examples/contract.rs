//! The vendor's OpenAPI document, beside the excerpt of it that the project keeps (`openapi/trunks.json`):
//!
//! ```text
//! cargo run -p wavix-sim --example contract -- check DOCUMENT     # what it changes for the operations that are used
//! cargo run -p wavix-sim --example contract -- excerpt DOCUMENT   # writes the excerpt anew
//! ```
//!
//! DOCUMENT is `docs/wavix-api.json` of <https://github.com/Wavix/wavix-openapi>; the workflow `nightly` checks the newest one. Exits
//! with 3 if the provider could break on a change.

use std::{fs, io::Write, process::ExitCode};

use serde_json::Value;
use wavix_sim::contract::{Change, EXCERPT, Weight, changes, excerpt};

const USAGE: &str = "usage: contract check|excerpt DOCUMENT";
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/trunks.json");

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["check", document] => read(document).and_then(|document| check(&document)),
        ["excerpt", document] => read(document).and_then(|document| write(&document)),
        _ => Ok((2, format!("{USAGE}\n"))),
    };
    let (code, text) = outcome.unwrap_or_else(|error| (1, format!("contract: {error}\n")));
    // Whoever closed the pipe does not want to hear more.
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::from(code)
}

fn read(document: &str) -> Result<Value, String> {
    let text = fs::read_to_string(document).map_err(|error| format!("{document}: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("{document} is no JSON: {error}"))
}

fn check(document: &Value) -> Result<(u8, String), String> {
    let kept = serde_json::from_str(EXCERPT).map_err(|error| format!("the excerpt is no JSON: {error}"))?;
    let found = changes(&kept, document);
    let breaking = found.iter().filter(|change| change.weight == Weight::Breaking).count();
    let mut text = format!("{} changes, {breaking} of which the provider could break on.\n", found.len());
    for (weight, title) in [
        (
            Weight::Breaking,
            "Breaking: make the provider and the simulator ready, then write the excerpt anew",
        ),
        (Weight::Note, "New, or allowed now"),
        (Weight::Text, "Texts: has the meaning changed?"),
    ] {
        let of_weight: Vec<&Change> = found.iter().filter(|change| change.weight == weight).collect();
        if !of_weight.is_empty() {
            text += &format!("\n{title}:\n\n");
            text += &of_weight
                .iter()
                .map(|change| format!("- {}: {}\n", change.at, change.what))
                .collect::<String>();
        }
    }
    Ok((if breaking > 0 { 3 } else { 0 }, text))
}

fn write(document: &Value) -> Result<(u8, String), String> {
    let made = excerpt(document).map_err(|missing| format!("the document lacks {}", missing.join(", ")))?;
    fs::write(FILE, format!("{made:#}\n")).map_err(|error| format!("{FILE}: {error}"))?;
    Ok((0, format!("Wrote {FILE}. NOTICE.md beside it says of which revision it is.\n")))
}
