//! What an object costs. The table is ARCHITECTURE.md's: what a folder may have, and
//! in how many files an attribute may stand.

use std::collections::{BTreeMap, BTreeSet};

use terraform_provider_wavix::facade::framework::provider::Provider;

use super::document::{table, ticked};
use super::satellites::{provider, room};
use super::{assert_none, rust_files, text};

trials![
    objects_stay_as_small_as_the_table_says,
    an_attribute_stands_in_few_files,
    no_object_names_another_and_the_layer_below_names_none
];

const SOURCE: &str = "src/resources";
const SIMULATOR: &str = "crates/wavix-sim/src/resources";

/// The files of an object, without tests.
fn files(folder: &str) -> Vec<(String, String)> {
    rust_files(folder)
        .into_iter()
        .map(|file| file.to_str().unwrap().to_owned())
        .filter(|file| !file.contains("tests"))
        .map(|file| {
            let content = text(&file);
            // Tests stand at the end of a file.
            let own = content.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            (file, own.to_owned())
        })
        .collect()
}

fn objects_stay_as_small_as_the_table_says() {
    let table = table("## What an object costs");
    let mut complaints = Vec::new();
    for (column, top) in [(1, SOURCE), (2, SIMULATOR)] {
        let most = |row: &Vec<String>| row[column].replace(',', "").parse().unwrap();
        let allowed: BTreeMap<String, usize> =
            table.iter().map(|row| (ticked(&row[0])[0].clone(), most(row))).collect();
        for resource in provider().registry().resources() {
            let name = room(resource.type_name().strip_prefix("wavix_").unwrap());
            let folder = format!("{top}/{name}");
            let lines: usize = files(&folder).iter().map(|(_, content)| content.lines().count()).sum();
            match allowed.get(name) {
                None => complaints.push(format!("no row for {folder}, which has {lines} lines")),
                Some(most) if lines > *most => {
                    complaints.push(format!("{folder} has {lines} lines, more than {most}"))
                }
                Some(_) => {}
            }
        }
    }
    assert_none(&complaints);
}

/// Where an attribute is said what it is, what it must be and what follows from it.
const FILES_OF_AN_ATTRIBUTE: usize = 4;

fn an_attribute_stands_in_few_files() {
    let mut complaints = Vec::new();
    for resource in provider().registry().resources() {
        let name = room(resource.type_name().strip_prefix("wavix_").unwrap());
        let files = files(&format!("{SOURCE}/{name}"));
        for attribute in resource.schema().attributes {
            let is_word = |character: char| !character.is_alphanumeric() && character != '_';
            let with: Vec<&str> = files
                .iter()
                .filter(|(_, content)| {
                    // As a field or as a name, not as a word of a text.
                    code(content).any(|(_, line)| {
                        line.contains(&format!(".{}", attribute.name))
                            && line.split(is_word).any(|word| word == attribute.name)
                            || line.contains(&format!("\"{}\"", attribute.name))
                            || line.trim_start().starts_with(&format!("pub {}:", attribute.name))
                    })
                })
                .map(|(file, _)| file.as_str())
                .collect();
            // These are what people and the API know an object by.
            let is_name = ["id", "label", "number"].contains(&attribute.name.as_str());
            if with.len() > FILES_OF_AN_ATTRIBUTE && !is_name {
                complaints.push(format!("{name}.{} stands in {}", attribute.name, with.join(", ")));
            }
        }
    }
    assert_none(&complaints);
}

/// The code of a file, without comments and the tests at its end.
fn code(content: &str) -> impl Iterator<Item = (usize, &str)> {
    let own = content.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    own.lines().map(|line| line.split("//").next().unwrap_or_default()).enumerate()
}

/// The objects that a line names from outside of their rooms.
fn strangers<'a>(path: &str, line: &str, objects: &BTreeSet<&'a str>) -> Vec<&'a str> {
    let room = |object: &str| {
        let own = format!("src/resources/{object}");
        path == format!("{own}.rs") || path.starts_with(&format!("{own}/"))
    };
    let is_path = |object: &str| {
        line.match_indices(&format!("{object}::")).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            before.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_')
        })
    };
    objects.iter().copied().filter(|object| is_path(object) && !room(object)).collect()
}

/// `mod.rs` of the resources alone knows all of them.
fn no_object_names_another_and_the_layer_below_names_none() {
    let registry = provider().registry();
    let mut objects: BTreeSet<&str> =
        registry.resources().map(|resource| resource.type_name().strip_prefix("wavix_").unwrap()).collect();
    objects.extend(["webrtc_token", "sip_trunk_credentials"]);
    let named =
        strangers("src/resources/sip_trunk_credentials.rs", "use crate::resources::sip_trunk::X;", &objects);
    assert_eq!(named, ["sip_trunk"], "it finds what it looks for");
    assert_eq!(strangers("src/resources/api_key/mod.rs", "api_key::X", &objects), [""; 0]);
    let mut complaints = Vec::new();
    for file in rust_files("src/lifecycle").into_iter().chain(rust_files("src/resources")) {
        let path = file.to_str().unwrap();
        if path.contains("tests") || path == "src/resources/mod.rs" {
            continue;
        }
        let content = text(path);
        for (number, line) in code(&content) {
            let named = strangers(path, line, &objects);
            complaints.extend(named.iter().map(|object| format!("{path}:{}: names {object}", number + 1)));
        }
    }
    assert_none(&complaints);
}
