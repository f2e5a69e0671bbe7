//! The version stands in `Cargo.toml`. What else says it must agree.

use regex_lite::Regex;

use super::{assert_none, manifests, root, text};

trials![
    every_crate_inherits_the_version,
    documents_and_examples_name_the_version_of_cargo_toml,
    another_version_is_noticed
];

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn every_crate_inherits_the_version() {
    let complaints: Vec<_> = manifests()
        .into_iter()
        .filter(|manifest| !text(manifest).contains("\nversion.workspace = true\n"))
        .map(|manifest| format!("{manifest}: say version.workspace = true"))
        .collect();
    assert_none(&complaints);
}

/// Everything that users read or copy.
fn documents() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() {
                if name != "target" && name != "tests" && (name == ".github" || !name.starts_with('.')) {
                    folders.push(path);
                }
            } else if ["md", "tf", "hcl", "sh", "tmpl"].iter().any(|end| name.ends_with(&format!(".{end}"))) {
                found.push(path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    assert!(found.iter().any(|name| name == "README.md"));
    found.sort();
    found
}

fn documents_and_examples_name_the_version_of_cargo_toml() {
    let complaints: Vec<_> = documents()
        .iter()
        .flat_map(|name| other_versions(&text(name)).into_iter().map(move |found| format!("{name}: {found}")))
        .collect();
    assert_none(&complaints);
}

/// Where `text` names a version of the provider that is not this one.
fn other_versions(text: &str) -> Vec<String> {
    let exact =
        Regex::new(r"(?:terraform-provider-wavix_v?|wavix/wavix/v?|releases/download/v)(\d+\.\d+\.\d+)")
            .unwrap();
    let constraint =
        Regex::new(r#"source\s*=\s*"wavix/wavix"\s*\n\s*version\s*=\s*"~>\s*([0-9.]+)""#).unwrap();
    let exact = exact
        .captures_iter(text)
        .filter(|found| found[1] != *VERSION)
        .map(|found| format!("{:?} is not version {VERSION}", &found[0]));
    let constraints = constraint
        .captures_iter(text)
        .filter(|found| !VERSION.starts_with(&format!("{}.", &found[1])) && found[1] != *VERSION)
        .map(|found| format!("\"~> {}\" does not mean version {VERSION}", &found[1]));
    exact.chain(constraints).collect()
}

fn another_version_is_noticed() {
    assert_eq!(other_versions("terraform-provider-wavix_9.9.9_linux_amd64.zip").len(), 1);
    assert_eq!(other_versions("registry.terraform.io/wavix/wavix/9.9.9/linux_amd64").len(), 1);
    let pinned = |version: &str| format!("source  = \"wavix/wavix\"\n      version = \"~> {version}\"\n");
    assert_eq!(other_versions(&pinned("9.9")).len(), 1);
    let minor = VERSION.rsplit_once('.').unwrap().0;
    assert_eq!(other_versions(&pinned(minor)), Vec::<String>::new());
}
