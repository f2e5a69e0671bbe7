//! The skeleton of a managed object: files of its own, and a line in each list that names
//! it. It is an ordinary one with an id, a label and a note.

use std::fs;
use std::path::Path;

/// Files: where they go, and what is in them.
const FILES: [(&str, &str); 10] = [
    ("src/resources/{{name}}/mod.rs", include_str!("mod.rs.tmpl")),
    ("src/resources/{{name}}/documentation.json", include_str!("documentation.json.tmpl")),
    ("crates/wavix-sim/src/resources/{{name}}/mod.rs", include_str!("sim.rs.tmpl")),
    ("tests/conformance/{{name}}.json", include_str!("conformance.json.tmpl")),
    ("examples/resources/wavix_{{name}}/resource.tf", include_str!("resource.tf.tmpl")),
    ("examples/resources/wavix_{{name}}/import.sh", include_str!("import.sh.tmpl")),
    ("examples/resources/wavix_{{name}}/import-by-identity.tf", include_str!("import-by-identity.tf.tmpl")),
    ("examples/resources/wavix_{{name}}/import-by-string-id.tf", include_str!("import-by-string-id.tf.tmpl")),
    ("examples/data-sources/wavix_{{name}}s/data-source.tf", include_str!("data-source.tf.tmpl")),
    (
        "examples/list-resources/wavix_{{name}}/list-resource.tfquery.hcl",
        include_str!("list-resource.tfquery.hcl.tmpl"),
    ),
];

/// Text that is added: the file, the text that it follows, and what is added.
const LINES: [(&str, &str, &str); 10] = [
    ("src/resources/mod.rs", "\npub mod api_key;", "\npub mod {{name}};"),
    (
        "src/resources/mod.rs",
        "\n    Registry::default()",
        "\n        .resource({{name}}::{{Name}}Resource::NEW)\n        .data_source({{name}}::{{Name}}sDataSource::NEW)\
         \n        .list_resource({{name}}::{{Name}}List::NEW)",
    ),
    (
        "src/resources/tests/contract/mod.rs",
        "\ncontract! {",
        "\n    {{name}}: crate::resources::{{name}}::{{Name}}Resource,",
    ),
    ("crates/wavix-sim/src/resources/mod.rs", "\npub(crate) mod api_key;", "\npub(crate) mod {{name}};"),
    (
        "crates/wavix-sim/src/resources/mod.rs",
        "\n        .merge(api_key::routes())",
        "\n        .merge({{name}}::routes())",
    ),
    ("crates/wavix-sim/src/accounts.rs", "\n        api_key::ApiKey,", "\n        {{name}}::{{Name}},"),
    (
        "crates/wavix-sim/src/accounts.rs",
        "\n    pub(crate) api_keys: Collection<ApiKey>,",
        "\n    pub(crate) {{name}}s: Collection<{{Name}}>,",
    ),
    (
        "crates/wavix-sim/src/accounts.rs",
        "\n            api_keys: Collection::new(spared),",
        "\n            {{name}}s: Collection::new(spared),",
    ),
    ("crates/wavix-sim/src/behaviour/mod.rs", "\npub const FAMILIES: &[&str] = &[", "\"{{name}}s\", "),
    (
        "ARCHITECTURE.md",
        "\n| object | at most | in the simulator |\n|---|---|---|",
        "\n| `{{name}}` | 150 | 90 |",
    ),
];

/// Writes the skeleton of the object with this name into the project at `root`. Gives
/// what was written, each with its lines. Nothing is written unless everything can be.
///
/// # Errors
/// What is in the way.
pub fn write(root: &Path, name: &str) -> Result<Vec<(String, usize)>, String> {
    let is_name = name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
    if !is_name || name.is_empty() || name.starts_with('_') || name.ends_with('_') {
        return Err(format!("{name:?} is no name: small letters and underscores, such as sub_account"));
    }
    let camel: String = name
        .split('_')
        .map(|word| word.get(..1).unwrap_or_default().to_uppercase() + word.get(1..).unwrap_or_default())
        .collect();
    let filled = |text: &str| {
        text.replace("{{name}}", name)
            .replace("{{Name}}", &camel)
            .replace("{{noun}}", &name.replace('_', " "))
    };
    let mut all: Vec<(String, String)> = Vec::new();
    let mut written = Vec::new();
    for (path, text) in FILES {
        let (path, text) = (filled(path), filled(text));
        if root.join(&path).exists() {
            return Err(format!("{path} exists already"));
        }
        written.push((path.clone(), text.lines().count()));
        all.push((path, text));
    }
    for (path, after, added) in LINES {
        let at = all.iter().position(|(known, _)| known == path);
        let text = match at {
            Some(at) => all.swap_remove(at).1,
            None => fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))?,
        };
        let Some((before, behind)) = text.split_once(after) else {
            return Err(format!("{path} has no {:?}", after.trim()));
        };
        let added = filled(added);
        written.push((path.to_owned(), added.matches('\n').count().max(1)));
        all.push((path.to_owned(), format!("{before}{after}{added}{behind}")));
    }
    for (path, text) in all {
        let path = root.join(path);
        let folder = path.parent().unwrap_or(root);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, text))
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(written)
}
