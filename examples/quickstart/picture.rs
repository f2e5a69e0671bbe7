//! The picture in the README: what was shown, as SVG, without what differs from run to run. Pure: text in, text out.

use std::fmt::Write as _;

use regex_lite::Regex;

use super::screen::{plain, spans};

/// Where it is kept.
pub const FILE: &str = "examples/quickstart/output.svg";

/// Pixels of a line and of a character: no font that a browser may choose is wider.
const LINE: usize = 20;
const CHARACTER: usize = 9;
const MARGIN: usize = 24;

/// What differs from run to run, and what the picture has instead.
const UNSTEADY: [(&str, &str); 3] = [
    (r" \d+ s\. Next:", " Next:"),
    (r"(Terraform|OpenTofu) v\S+", "$1"),
    (r"http://127\.0\.0\.1:\d+", "http://127.0.0.1:8787"),
];

/// The picture of what was shown.
///
/// # Errors
/// When a pattern of this file is none.
pub fn draw(shown: &str) -> Result<String, regex_lite::Error> {
    let lines = steady(shown)?;
    let columns = lines.iter().map(|line| plain(line).chars().count()).max().unwrap_or_default();
    let (width, height) = (columns * CHARACTER + 2 * MARGIN, (lines.len() + 2) * LINE + 2 * MARGIN);
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">
<title>cargo run --example quickstart</title>
<desc>What the command prints. Written by cargo run --example quickstart -- --picture.</desc>
<style>
text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d6dae2; white-space: pre }}
.s1 {{ font-weight: 700; fill: #fff }} .s2 {{ fill: #98a1b0 }} .s31 {{ fill: #ff8a8a }} .s32 {{ fill: #7fd6a2 }} .s33 {{ fill: #f0bf77 }} .s36 {{ fill: #7cc7e8 }}
</style>
<rect width="{width}" height="{height}" rx="10" fill="#171a21"/>
"##
    );
    let prompt = "\u{1b}[2m$\u{1b}[0m \u{1b}[1mcargo run --example quickstart\u{1b}[0m".to_owned();
    for (number, line) in [prompt, String::new()].iter().chain(&lines).enumerate() {
        if line.is_empty() {
            continue;
        }
        // Writing to a string cannot fail.
        let y = MARGIN + (number + 1) * LINE - 5;
        let _ = write!(svg, r#"<text x="{MARGIN}" y="{y}" xml:space="preserve">"#);
        for (code, span) in spans(line) {
            let text = escaped(span);
            let _ = match code {
                "" => write!(svg, "{text}"),
                _ => write!(svg, r#"<tspan class="s{code}">{text}</tspan>"#),
            };
        }
        svg.push_str("</text>\n");
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

/// The lines without what differs from run to run.
fn steady(shown: &str) -> Result<Vec<String>, regex_lite::Error> {
    let mut text = shown.to_owned();
    for (pattern, instead) in UNSTEADY {
        text = Regex::new(pattern)?.replace_all(&text, instead).into_owned();
    }
    Ok(text.lines().map(str::to_owned).collect())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
