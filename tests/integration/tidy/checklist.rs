//! CONTRIBUTING.md, as far as tests read it: what a new resource needs, and the
//! commands.

use terraform_provider_wavix::facade::framework::provider::Provider;

use super::document::ticked;
use super::satellites::{provider, room};
use super::{assert_none, root, text};

trials![every_resource_has_what_the_checklist_names, the_makefile_has_the_five_commands];

/// The lines below `heading`, up to the next one.
fn section(heading: &str) -> Vec<String> {
    let document = text("CONTRIBUTING.md");
    let (_, rest) = document.split_once(&format!("\n{heading}\n")).expect("the heading exists");
    rest.lines().take_while(|line| !line.starts_with("## ")).map(str::to_owned).collect()
}

fn every_resource_has_what_the_checklist_names() {
    let items: Vec<String> =
        section("## Add a resource").into_iter().filter(|line| line.starts_with("- [ ] ")).collect();
    let paths: Vec<String> =
        items.iter().flat_map(|item| ticked(item)).filter(|word| word.contains('/')).collect();
    let named = paths.iter().filter(|path| path.contains("NAME") || path.contains("TYPE")).count();
    assert!(named >= 4, "the checklist names {paths:?}");
    let mut complaints = Vec::new();
    for resource in provider().registry().resources() {
        let type_name = resource.type_name();
        let name = type_name.strip_prefix("wavix_").expect("the provider's prefix");
        for path in &paths {
            let of = if path.starts_with("docs/") { name } else { room(name) };
            let path = path.replace("NAME", of).replace("TYPE", type_name);
            if !root().join(&path).exists() {
                complaints.push(format!("{type_name}: CONTRIBUTING.md asks for {path}, which is missing"));
            }
        }
    }
    assert_none(&complaints);
}

fn the_makefile_has_the_five_commands() {
    let makefile = text("Makefile").replace(" --locked", "");
    let rows: Vec<Vec<String>> = section("## The five commands")
        .iter()
        .filter(|line| line.starts_with("| `"))
        .map(|line| ticked(line))
        .collect();
    assert_eq!(rows.len(), 5, "{rows:?}");
    let mut complaints = Vec::new();
    for row in rows {
        let target = row[1].strip_prefix("make ").expect("the second column is a target of make");
        let recipe = makefile.split_once(&format!("\n{target}:\n")).map_or("", |(_, rest)| rest);
        let lines: Vec<&str> = recipe.lines().take_while(|line| line.starts_with('\t')).collect();
        if !lines.iter().any(|line| line.trim() == row[0]) {
            complaints.push(format!("make {target} does not run {}", row[0]));
        }
    }
    assert_none(&complaints);
}
