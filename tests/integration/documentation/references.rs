//! What the pages refer to exists: other pages, headings, and the messages that
//! guides quote.

use std::collections::BTreeSet;
use std::path::Path;

use super::pages::root;
use super::text;

trials![links_between_pages_lead_somewhere, messages_that_guides_quote_are_said];

/// The pages under `docs/`, the README and the documents beside it.
fn pages() -> Vec<String> {
    let mut found = vec!["README.md".to_owned(), "examples/README.md".to_owned()];
    let mut folders = vec!["docs".to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).unwrap() {
            let name = format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy());
            if name.ends_with(".md") { found.push(name) } else { folders.push(name) }
        }
    }
    found
}

/// The targets of Markdown links that stay in the repository.
fn links(page: &str) -> Vec<String> {
    let targets = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .map(str::to_owned)
        .collect()
}

/// The anchors that a page offers: its headings, as the Registry and code hosts
/// name them, and those written out.
fn anchors(page: &str) -> BTreeSet<String> {
    let slug = |heading: &str| {
        let kept = heading.to_lowercase().replace(' ', "-");
        kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect::<String>()
    };
    let headings = page
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| slug(line.trim_start_matches('#').trim()));
    let written = page.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned);
    headings.chain(written).collect()
}

fn links_between_pages_lead_somewhere() {
    let mut broken = Vec::new();
    let mut seen = 0;
    for page in pages() {
        let content = text(&page);
        for link in links(&content) {
            seen += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let folder = Path::new(&page).parent().unwrap();
            let target = if path.is_empty() { root().join(&page) } else { root().join(folder).join(path) };
            let offers =
                |anchor| std::fs::read_to_string(&target).is_ok_and(|text| anchors(&text).contains(anchor));
            if !target.exists() || (!anchor.is_empty() && !offers(anchor)) {
                broken.push(format!("{page}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
    assert!(seen > 40, "only {seen} links were found");
}

/// A guide that explains a message which nobody sees any more misleads. Each is
/// somewhere in the code or in a test of it.
fn messages_that_guides_quote_are_said() {
    let mut said = String::new();
    let mut folders = vec![root().join("src"), root().join("tests/integration/acceptance")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                said.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut quoted = BTreeSet::new();
    for page in pages().iter().filter(|page| page.starts_with("docs/guides/")) {
        let content = text(page);
        let code = content.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        quoted.extend(code.into_iter().filter(|code| {
            code.starts_with(char::is_uppercase) && code.contains("SIP trunk") && !code.contains(['\n', '='])
        }));
    }
    // With the id of an example; where it is said of any object, with its name.
    let is_said = |message: &String| {
        let message = message.replace("3107", "{id}");
        ["SIP trunk", "{name}", "{summary}"]
            .iter()
            .any(|name| said.contains(&message.replace("SIP trunk", name)))
    };
    let silent: Vec<_> = quoted.iter().filter(|message| !is_said(message)).collect();
    assert!(silent.is_empty(), "nothing says this: {silent:?}");
    assert!(quoted.len() >= 6, "{quoted:?}");
}
