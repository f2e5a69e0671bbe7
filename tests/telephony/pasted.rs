//! What a user pastes from a guide: its blocks, by the file they belong to.
//!
//! A comment above a block says what it is: `<!-- pbx: file=/etc/asterisk/pjsip.conf -->`,
//! `<!-- pbx: run -->`; `variant=password` that it belongs to one of several ways;
//! `before=</settings>` that it goes into a file of the program's, before that text.

use std::collections::BTreeMap;
use std::path::Path;

use crate::asterisk::ADDRESS;
use crate::carrier::{GATEWAYS, RECEPTION};

/// The blocks of one way through a guide.
#[derive(Debug, Default)]
pub struct Pasted {
    /// Blocks of Terraform, in order; what is defined anew replaces what was.
    pub terraform: Vec<String>,
    /// The text of each file.
    pub files: BTreeMap<String, String>,
    /// File, the text before which something goes in, and what.
    pub insertions: Vec<(String, String, String)>,
    /// Shell commands, in order.
    pub commands: Vec<String>,
}

/// Reads `docs/guides/NAME.md`, with what stands in every way and in `variant`.
pub fn guide(name: &str, variant: &str) -> Pasted {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guides").join(format!("{name}.md"));
    read(
        &std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        variant,
    )
}

fn read(page: &str, variant: &str) -> Pasted {
    let mut pasted = Pasted::default();
    let mut lines = page.lines();
    let mut marks = "";
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let body = lines.by_ref().take_while(|line| *line != "```");
            let text: String = body.map(|line| format!("{line}\n")).collect();
            let mark = |name: &str| marks.split_whitespace().find_map(|mark| mark.strip_prefix(name));
            if mark("variant=").is_some_and(|other| other != variant) {
                // Another way.
            } else if matches!(language, "terraform" | "hcl") {
                pasted.terraform.push(text);
            } else if let (Some(file), Some(place)) = (mark("file="), mark("before=")) {
                pasted.insertions.push((file.to_owned(), place.to_owned(), here(&text)));
            } else if let Some(file) = mark("file=") {
                pasted.files.entry(file.to_owned()).or_default().push_str(&here(&text));
            } else if mark("run").is_some() {
                pasted.commands.push(text);
            }
            marks = "";
        } else if let Some(comment) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) {
            marks = comment;
        } else if !line.is_empty() {
            marks = "";
        }
    }
    pasted
}

/// The vendor's addresses, and those that stand for the reader's, as they are on
/// this machine. Names stay: they are resolved.
pub fn here(text: &str) -> String {
    let vendor = [
        ("95.211.82.14", "nl.wavix.net"),
        ("209.58.144.243", "us.wavix.net"),
        ("23.108.101.90", "sg.wavix.net"),
        ("173.234.106.26", "au.wavix.net"),
    ];
    let mut text =
        text.replace("0.0.0.0", ADDRESS).replace("203.0.113.20", ADDRESS).replace("203.0.113.10", ADDRESS);
    text = text.replace("10.0.0.10", &RECEPTION.to_string());
    for (address, name) in vendor {
        let ours = GATEWAYS.iter().find(|(host, _)| *host == name).unwrap().1;
        text = text.replace(address, &ours.to_string());
    }
    text
}

/// Tests of the reading itself.
pub mod reading {
    use super::*;

    trials![a_page_is_read_by_its_marks];

    fn a_page_is_read_by_its_marks() {
        let page = "```terraform\na {}\n```\n<!-- pbx: file=/etc/x variant=one -->\n```ini\nbind = 0.0.0.0\n```\n\
                    \n<!-- pbx: file=/etc/x -->\n```ini\n95.211.82.14\n```\n<!-- pbx: run -->\n```shell\nls\n```\n\
                    ```text\nnothing\n```\n<!-- pbx: file=/etc/y before=</a> -->\n```xml\n<b/>\n```\n";
        let one = read(page, "one");
        assert_eq!(one.terraform, ["a {}\n"]);
        assert_eq!(one.files["/etc/x"], "bind = 127.0.0.10\n127.0.0.2\n");
        assert_eq!(one.commands, ["ls\n"]);
        assert_eq!(one.insertions, [("/etc/y".to_owned(), "</a>".to_owned(), "<b/>\n".to_owned())]);
        assert_eq!(read(page, "two").files["/etc/x"], "127.0.0.2\n");
    }
}
