//! Every block of Terraform's language in README, docs and guides is formatted,
//! parsed and validated.
//!
//! A page is read from top to bottom: each block adds to the configuration, and
//! what it defines anew takes the place of what had that name. A comment above a
//! block, `<!-- terraform: … -->`, says what is special about it:
//!
//! - `since=1.14`: older versions cannot read it;
//! - `file=tests/a.tftest.hcl`: it is a file of that name;
//! - `needs=hashicorp/vault`: it uses a provider that the tests do not install,
//!   so it is formatted and parsed only.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use libtest_mimic::Trial;

use super::pages::root;
use crate::support::require::{Least, acceptance_trial, cli};
use crate::support::terraform::Terraform;

/// A test for each page, and those of the reading itself.
pub fn trials() -> Vec<Trial> {
    let pages = pages().into_iter().filter(|page| !blocks(&page.1).is_empty());
    let of_pages = pages.map(|(path, text)| {
        let name = path.replace(['/', '.', '-'], "_");
        acceptance_trial(module_path!(), &format!("{name}_is_valid"), Least::of((1, 11)), move || {
            check(&path, &text).unwrap_or_else(|complaint| panic!("{complaint}"));
        })
    });
    of_pages.chain(reading::trials()).chain(refusals::trials()).collect()
}

/// A block on a page.
#[derive(Debug, Clone, PartialEq)]
struct Block {
    /// The line of its first line, from 1.
    line: usize,
    text: String,
    since: Option<(u32, u32)>,
    file: Option<String>,
    needs: Option<String>,
}

/// Every Markdown file of the repository, by its path.
fn pages() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "target" && !name.starts_with('.') {
                    folders.push(path);
                }
            } else if name.ends_with(".md") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root()).unwrap().to_string_lossy().into_owned(), text));
            }
        }
    }
    found.sort();
    found
}

fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut lines = page.lines().zip(1..).peekable();
    let mut marks = "";
    while let Some((line, number)) = lines.next() {
        if matches!(line, "```terraform" | "```hcl") {
            let body = lines.by_ref().take_while(|(line, _)| *line != "```");
            let text = body.map(|(line, _)| format!("{line}\n")).collect();
            let mark = |name: &str| {
                let value = marks.split_whitespace().find_map(|mark| mark.strip_prefix(name));
                value.map(str::to_owned)
            };
            let since = mark("since=").map(|since| {
                let (major, minor) = since.split_once('.').expect("a version has a dot");
                (major.parse().unwrap(), minor.parse().unwrap())
            });
            found.push(Block { line: number + 1, text, since, file: mark("file="), needs: mark("needs=") });
        }
        marks = line.strip_prefix("<!-- terraform:").and_then(|rest| rest.strip_suffix("-->")).unwrap_or("");
    }
    found
}

/// The top-level blocks of formatted text, with what they define.
fn pieces(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut piece = String::new();
    for line in text.lines() {
        piece.push_str(line);
        piece.push('\n');
        let ends = line == "}" || (line.ends_with('}') && !line.starts_with([' ', '#', '}']));
        if ends {
            found.push((defines(&piece), std::mem::take(&mut piece)));
        }
    }
    assert!(piece.lines().all(|line| line.is_empty() || line.starts_with('#')), "not a block: {piece}");
    found
}

/// `resource "wavix_sip_trunk" "office"`, `import to = …`.
fn defines(piece: &str) -> String {
    let code = || piece.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let head = code().next().unwrap().split('{').next().unwrap().trim().to_owned();
    let setting = |name: &str| {
        let settings = code().map(str::trim).filter(|line| line.split(' ').next() == Some(name));
        settings.map(str::to_owned).next().unwrap_or_default()
    };
    match head.as_str() {
        "import" => format!("import {}", setting("to")),
        "moved" | "removed" => format!("{head} {}", setting("from")),
        "locals" => format!(
            "locals {:?}",
            piece
                .lines()
                .filter(|line| line.starts_with("  ") && line.contains(" = "))
                .map(|line| line.split('=').next().unwrap().trim())
                .collect::<Vec<_>>()
        ),
        head if head.starts_with("provider ") => format!("{head} {}", setting("alias")),
        head => head.to_owned(),
    }
}

/// What a page has defined so far.
#[derive(Default)]
struct Configuration {
    pieces: BTreeMap<String, String>,
    files: BTreeMap<String, String>,
    is_validated: bool,
}

/// The first complaint about the page.
fn check(path: &str, text: &str) -> Result<(), String> {
    let blocks = blocks(text);
    formatted(path, &blocks)?;
    let cli = cli().as_ref().unwrap();
    let mut configuration = Configuration { is_validated: true, ..Configuration::default() };
    let mut last = 0;
    for block in &blocks {
        if block.needs.is_some() || block.since.is_some_and(|since| Least::of(since).missing(cli).is_some()) {
            continue;
        }
        if let Some(file) = &block.file {
            configuration.files.insert(file.clone(), block.text.clone());
            configuration.is_validated = false;
        } else {
            let pieces = pieces(&block.text);
            let other = |(name, text): &(String, String)| {
                configuration.pieces.get(name).is_some_and(|there| there != text)
            };
            if pieces.iter().any(other) {
                configuration.validate(path, last)?;
            }
            configuration.pieces.extend(pieces);
            configuration.is_validated = false;
        }
        last = block.line;
    }
    configuration.validate(path, last)
}

impl Configuration {
    fn validate(&mut self, path: &str, line: usize) -> Result<(), String> {
        if std::mem::replace(&mut self.is_validated, true) {
            return Ok(());
        }
        let tf = Terraform::unconfigured();
        let (terraform, others): (Vec<_>, Vec<_>) =
            self.pieces.iter().partition(|(name, _)| *name == "terraform");
        if let [(_, terraform)] = terraform.as_slice() {
            tf.write("versions.tf", terraform);
        }
        let others: Vec<&str> = others.into_iter().map(|(_, text)| text.as_str()).collect();
        tf.write("main.tf", &others.join("\n"));
        for (file, text) in &self.files {
            tf.write(file, text);
        }
        let run = tf.run(["validate", "-no-color"]);
        if run.status == Some(0) {
            return Ok(());
        }
        Err(format!("{path}, up to the block in line {line}, is not valid:\n{run}"))
    }
}

fn formatted(path: &str, blocks: &[Block]) -> Result<(), String> {
    let tf = Terraform::unconfigured();
    for block in blocks {
        tf.write(&format!("blocks/line-{}.tf", block.line), &block.text);
    }
    let run = tf.run(["fmt", "-check", "-diff", "-no-color", "blocks"]);
    if run.status == Some(0) {
        return Ok(());
    }
    Err(format!("{path}: not as terraform fmt writes it\n{run}"))
}

mod reading {
    use super::*;

    trials![
        blocks_are_found_with_their_marks,
        what_is_defined_anew_takes_the_place,
        readme_and_guides_have_blocks,
        no_block_escapes_by_being_indented
    ];

    fn blocks_are_found_with_their_marks() {
        let page = "```hcl\na {}\n```\n\n<!-- terraform: since=1.14 file=x.tf -->\n```terraform\nb {\n}\n```\n\
                    ```shell\nno\n```\n<!-- terraform: needs=hashicorp/vault -->\n```terraform\n```\n";
        let found = blocks(page);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!((found[0].line, found[0].text.as_str(), found[0].since), (2, "a {}\n", None));
        assert_eq!((found[1].since, found[1].file.as_deref()), (Some((1, 14)), Some("x.tf")));
        assert_eq!(found[2].needs.as_deref(), Some("hashicorp/vault"));
    }

    fn what_is_defined_anew_takes_the_place() {
        let text = "# why\nresource \"a\" \"b\" {\n  c = 1\n}\n\nimport {\n  to = a.b\n}\n\ndata \"a\" \"all\" {}\n\n\
                    provider \"a\" {\n  alias = \"x\"\n}\n\nlocals {\n  one = 1\n}\n";
        let names: Vec<_> = pieces(text).into_iter().map(|(name, _)| name).collect();
        let alias = "provider \"a\" alias = \"x\"";
        assert_eq!(
            names,
            ["resource \"a\" \"b\"", "import to = a.b", "data \"a\" \"all\"", alias, "locals [\"one\"]"]
        );
    }

    /// Or the tests above would pass for want of anything to test.
    fn readme_and_guides_have_blocks() {
        let with_blocks: Vec<String> =
            pages().into_iter().filter(|(_, text)| !blocks(text).is_empty()).map(|(path, _)| path).collect();
        assert!(with_blocks.iter().any(|path| path == "README.md"));
        let guides = with_blocks.iter().filter(|path| Path::new(path).starts_with("docs/guides")).count();
        assert!(guides >= 10, "{with_blocks:?}");
    }

    /// One within a list would not be looked at.
    fn no_block_escapes_by_being_indented() {
        let is_indented = |line: &str| {
            line.starts_with([' ', '\t']) && ["```terraform", "```hcl"].contains(&line.trim_start())
        };
        for (path, text) in pages() {
            let line = text.lines().position(is_indented).map(|index| index + 1);
            assert_eq!(line, None, "{path}: begin the block at the start of the line, or nothing checks it");
        }
    }
}

mod refusals {
    use super::*;

    acceptance_trials! {
        a_block_that_is_not_valid_or_not_formatted_is_named,
    }

    fn a_block_that_is_not_valid_or_not_formatted_is_named() {
        for (body, complaint) in [
            ("data \"wavix_sip_trunks\" \"all\" {\n  lable_regex = \"a\"\n}\n", "in line 4, is not valid"),
            (
                "data \"wavix_sip_trunks\" \"all\" {\n label_regex = \"a\"\n}\n",
                "not as terraform fmt writes it",
            ),
        ] {
            let page = format!("# A page\n\n```terraform\n{body}```\n");
            let message = check("docs/page.md", &page).expect_err("refused");
            assert!(message.starts_with("docs/page.md") && message.contains(complaint), "{message}");
        }
    }
}
