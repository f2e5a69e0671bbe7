//! Layers import one way. The table of allowed imports is ARCHITECTURE.md's.

use std::path::Path;

use super::document::{table, ticked};
use super::{assert_none, rust_files, text};

trials![
    layers_import_one_way,
    crates_are_named_only_where_they_belong,
    lower_layers_know_no_product,
    the_environment_and_the_exit_are_touched_in_few_places,
    the_import_checker_finds_what_it_looks_for,
];

/// A line of Rust without its comment. Good enough: no string of this project
/// that holds two slashes stands before an import.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// The module of a source file: `src/framework/server/plan.rs` is
/// `framework::server::plan`.
fn module_of(file: &Path) -> String {
    let path = file.strip_prefix("src").unwrap().with_extension("");
    let parts: Vec<_> =
        path.iter().map(|part| part.to_str().unwrap()).filter(|part| *part != "mod").collect();
    parts.join("::")
}

/// The modules that a line of code in `module` names, from the crate's top.
fn named_modules(module: &str, in_tests: bool, line: &str) -> Vec<String> {
    let mut named = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let before = line[..at].chars().next_back();
        if before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '$') {
            named.extend(expand(&line[at + "crate::".len()..]));
        }
    }
    // `super` may climb out of a layer as well.
    let depth = module.split("::").count() + usize::from(in_tests);
    let mut rest = line;
    while let Some(at) = rest.find("super::") {
        let mut path = &rest[at..];
        let mut climbed = 0;
        while let Some(shorter) = path.strip_prefix("super::") {
            path = shorter;
            climbed += 1;
        }
        if climbed >= depth {
            named.extend(expand(path));
        }
        rest = path;
    }
    named
}

/// `a::b::C` is one path, `{a::b, c::D}` two.
fn expand(path: &str) -> Vec<String> {
    let end =
        |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(text.len());
    if let Some(group) = path.strip_prefix('{') {
        let group = group.split('}').next().unwrap_or_default();
        return group.split(',').map(|one| one.trim()).map(|one| one[..end(one)].to_owned()).collect();
    }
    vec![path[..end(path)].trim_end_matches(':').to_owned()]
}

fn within(path: &str, module: &str) -> bool {
    path == module || path.strip_prefix(module).is_some_and(|rest| rest.starts_with("::"))
}

fn layers_import_one_way() {
    let rules = table("## Allowed imports");
    let mut complaints = Vec::new();
    for file in rust_files("src") {
        if file == Path::new("src/lib.rs") || file == Path::new("src/main.rs") {
            continue;
        }
        let module = module_of(&file);
        let rule = rules
            .iter()
            .map(|row| (ticked(&row[0])[0].clone(), ticked(&row[1])))
            .filter(|(scope, _)| within(&module, scope))
            .max_by_key(|(scope, _)| scope.len());
        let Some((scope, allowed)) = rule else {
            complaints.push(format!("{}: no row of the table covers {module}", file.display()));
            continue;
        };
        let layer = scope.split("::").next().unwrap();
        let mut in_tests = false;
        for (number, line) in text(file.to_str().unwrap()).lines().enumerate() {
            in_tests |= line.starts_with("mod tests {");
            for named in named_modules(&module, in_tests, code(line)) {
                let own = within(&named, layer);
                if !own && named != "object" && !allowed.iter().any(|allowed| within(&named, allowed)) {
                    complaints.push(format!("{}:{}: {module} names {named}", file.display(), number + 1));
                }
            }
        }
    }
    assert_none(&complaints);
}

fn crates_are_named_only_where_they_belong() {
    let mut complaints = Vec::new();
    for row in table("## Crates with one home") {
        let homes = ticked(&row[1]);
        for name in ticked(&row[0]) {
            for file in rust_files("src") {
                let module = module_of(&file);
                let tests = module.split("::").any(|part| part == "tests");
                if tests || homes.iter().any(|home| within(&module, home)) {
                    continue;
                }
                for (number, line) in text(file.to_str().unwrap()).lines().enumerate() {
                    if code(line).contains(&format!("{name}::")) {
                        complaints.push(format!("{}:{}: names {name}", file.display(), number + 1));
                    }
                }
            }
        }
    }
    assert_none(&complaints);
}

fn lower_layers_know_no_product() {
    let mut complaints = Vec::new();
    for folder in ["src/protocol", "src/framework"] {
        for file in rust_files(folder) {
            for (number, line) in text(file.to_str().unwrap()).lines().enumerate() {
                // The crate's own name stands in documentation examples.
                let line = line.replace("terraform_provider_wavix::", "");
                if line.to_lowercase().contains("wavix") {
                    complaints.push(format!("{}:{}: {}", file.display(), number + 1, line.trim()));
                }
            }
        }
    }
    assert_none(&complaints);
}

fn the_environment_and_the_exit_are_touched_in_few_places() {
    let mut complaints = Vec::new();
    for row in table("## Calls with one home") {
        let homes = ticked(&row[1]);
        for call in ticked(&row[0]) {
            for file in rust_files("src") {
                let name = file.to_str().unwrap();
                if homes.iter().any(|home| home == name) {
                    continue;
                }
                for (number, line) in text(name).lines().enumerate() {
                    if code(line).contains(&call) {
                        complaints.push(format!("{name}:{}: calls {call}", number + 1));
                    }
                }
            }
        }
    }
    assert_none(&complaints);
}

/// A checker that finds nothing proves nothing.
fn the_import_checker_finds_what_it_looks_for() {
    let found = |module: &str, line: &str| named_modules(module, false, line);
    assert_eq!(found("client::retry", "use crate::framework::path::Path;"), ["framework::path::Path"]);
    assert_eq!(found("client", "use super::framework::Path;"), ["framework::Path"]);
    assert_eq!(found("client::retry", "use super::error::Error;"), [""; 0]);
    assert_eq!(found("client::retry", "use super::super::provider::X;"), ["provider::X"]);
    assert_eq!(found("a::b", "use crate::{client::X, protocol};"), ["client::X", "protocol"]);
    assert_eq!(found("a::b", "$crate::protocol::value::Value"), [""; 0]);
}
