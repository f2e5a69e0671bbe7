//! CONTRIBUTING.md, as far as tests read it: what a new resource needs, and the
//! commands.

use terraform_provider_wavix::facade::framework::provider::Provider;

use super::document::ticked;
use super::satellites::{provider, room};
use super::{assert_none, root, text};

#[path = "../../../examples/new-resource/skeleton.rs"]
mod skeleton;

trials![
    every_resource_has_what_the_checklist_names,
    a_new_resource_gets_what_the_checklist_names,
    the_makefile_has_the_five_commands
];

/// The lines below `heading`, up to the next one.
fn section(heading: &str) -> Vec<String> {
    let document = text("CONTRIBUTING.md");
    let (_, rest) = document.split_once(&format!("\n{heading}\n")).expect("the heading exists");
    rest.lines().take_while(|line| !line.starts_with("## ")).map(str::to_owned).collect()
}

/// The paths that the checklist names.
fn listed() -> Vec<String> {
    let items: Vec<String> =
        section("## Add a resource").into_iter().filter(|line| line.starts_with("- [ ] ")).collect();
    items.iter().flat_map(|item| ticked(item)).filter(|word| word.contains('/')).collect()
}

/// Its skeleton, in a copy of the lists that name every object. That it compiles and
/// keeps the contract, `.ci/new-resource` shows.
fn a_new_resource_gets_what_the_checklist_names() {
    let copy = tempfile::tempdir().unwrap();
    let lists = [
        "src/resources/mod.rs",
        "src/resources/tests/contract/mod.rs",
        "crates/wavix-sim/src/resources/mod.rs",
        "crates/wavix-sim/src/accounts.rs",
        "crates/wavix-sim/src/behaviour/mod.rs",
        "ARCHITECTURE.md",
    ];
    for list in lists {
        let to = copy.path().join(list);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(root().join(list), to).unwrap();
    }
    let written = skeleton::write(copy.path(), "toy_account").unwrap();
    let lines: usize = written.iter().map(|(_, lines)| lines).sum();
    println!("{lines} lines in {} places", written.len());
    for list in lists {
        let text = std::fs::read_to_string(copy.path().join(list)).unwrap();
        assert!(text.contains("toy_account"), "{list} does not name it");
    }
    // What a person writes, and what is generated.
    let missing: Vec<String> = listed()
        .into_iter()
        .filter(|path| path.contains("NAME") || path.contains("TYPE"))
        .map(|path| path.replace("NAME", "toy_account").replace("TYPE", "wavix_toy_account"))
        .filter(|path| !copy.path().join(path).exists())
        .collect();
    assert_eq!(missing, ["docs/resources/toy_account.md"]);
    assert!(skeleton::write(copy.path(), "toy_account").unwrap_err().contains("exists already"));
    assert!(skeleton::write(copy.path(), "Toy").is_err());
}

fn every_resource_has_what_the_checklist_names() {
    let paths = listed();
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
