//! What belongs to each object of the provider beside its code: simulator
//! route, acceptance test, example. A new object without them fails here, with
//! the list of what is missing.

use terraform_provider_wavix::facade::framework::provider::Provider;
use terraform_provider_wavix::facade::provider::WavixProvider;
use terraform_provider_wavix::facade::provider::environment::Environment;

use super::{assert_none, root, rust_files, text};

trials![
    every_resource_has_its_satellites,
    every_data_source_and_list_has_its_example,
    functions_ephemeral_resources_and_actions_have_their_examples,
    examples_belong_to_something,
    scenarios_are_applied_and_listed
];

pub fn provider() -> WavixProvider {
    WavixProvider::new(Environment::from_pairs::<String, String>([]))
}

/// The folder of the object that a resource manages. A part of an object that is a resource
/// of its own is in the object's.
pub fn room(resource: &str) -> &str {
    match resource {
        "phone_number_routing" => "phone_number",
        own => own,
    }
}

fn missing(paths: &[String]) -> Vec<String> {
    paths.iter().filter(|path| !root().join(path).exists()).map(|path| format!("missing: {path}")).collect()
}

fn every_resource_has_its_satellites() {
    let registry = provider().registry();
    let mut complaints = Vec::new();
    for resource in registry.resources() {
        let type_name = resource.type_name();
        let name = type_name.strip_prefix("wavix_").expect("the provider's prefix");
        complaints.extend(missing(&[
            format!("src/resources/{}/mod.rs", room(name)),
            format!("crates/wavix-sim/src/resources/{}", room(name)),
            format!("examples/resources/{type_name}/resource.tf"),
            format!("examples/resources/{type_name}/import.sh"),
        ]));
        let declaration = format!("resource \"{type_name}\"");
        let tested = rust_files("tests/integration/acceptance")
            .iter()
            .any(|file| text(file.to_str().unwrap()).contains(&declaration));
        if !tested {
            complaints.push(format!("no acceptance test declares a {type_name}"));
        }
    }
    assert_none(&complaints);
}

fn every_data_source_and_list_has_its_example() {
    let registry = provider().registry();
    let mut complaints = Vec::new();
    for data_source in registry.data_sources() {
        complaints
            .extend(missing(&[format!("examples/data-sources/{}/data-source.tf", data_source.type_name())]));
    }
    for list_resource in registry.list_resources() {
        let type_name = list_resource.type_name();
        complaints.extend(missing(&[
            format!("examples/list-resources/{type_name}/list-resource.tfquery.hcl"),
            format!("examples/resources/{type_name}/import-by-identity.tf"),
        ]));
    }
    assert_none(&complaints);
}

fn functions_ephemeral_resources_and_actions_have_their_examples() {
    let registry = provider().registry();
    let mut wanted = Vec::new();
    for function in registry.functions() {
        let name = function.type_name();
        wanted.push((format!("examples/functions/{name}/function.tf"), format!("provider::wavix::{name}(")));
    }
    for ephemeral in registry.ephemerals() {
        let name = ephemeral.type_name();
        let example = format!("examples/ephemeral-resources/{name}/ephemeral-resource.tf");
        wanted.push((example, format!("ephemeral \"{name}\"")));
    }
    for action in registry.actions() {
        let name = action.type_name();
        wanted.push((format!("examples/actions/{name}/action.tf"), format!("action \"{name}\"")));
    }
    let complaints: Vec<String> = wanted
        .iter()
        .filter(|(path, use_of_it)| !root().join(path).exists() || !text(path).contains(use_of_it))
        .map(|(path, use_of_it)| format!("{path}: missing, or without {use_of_it}"))
        .collect();
    assert_none(&complaints);
}

/// An example whose object was renamed or removed would mislead.
fn examples_belong_to_something() {
    let registry = provider().registry();
    let resources: Vec<_> = registry.resources().map(|resource| resource.type_name()).collect();
    let data_sources: Vec<_> = registry.data_sources().map(|data_source| data_source.type_name()).collect();
    let lists: Vec<_> = registry.list_resources().map(|list_resource| list_resource.type_name()).collect();
    let functions: Vec<_> = registry.functions().map(|function| function.type_name()).collect();
    let ephemerals: Vec<_> = registry.ephemerals().map(|ephemeral| ephemeral.type_name()).collect();
    let actions: Vec<_> = registry.actions().map(|action| action.type_name()).collect();
    let mut complaints = Vec::new();
    for (folder, known) in [
        ("examples/resources", resources),
        ("examples/data-sources", data_sources),
        ("examples/list-resources", lists),
        ("examples/functions", functions),
        ("examples/ephemeral-resources", ephemerals),
        ("examples/actions", actions),
    ] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if !known.contains(&name.as_str()) {
                complaints.push(format!("{folder}/{name} belongs to no object of the provider"));
            }
        }
    }
    assert_none(&complaints);
}

fn scenarios_are_applied_and_listed() {
    let tests = text("tests/integration/acceptance/examples/scenarios.rs");
    let list = text("examples/scenarios/README.md");
    let mut complaints = Vec::new();
    for entry in std::fs::read_dir(root().join("examples/scenarios")).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if !entry.file_type().unwrap().is_dir() {
            continue;
        }
        if !tests.contains(&format!("applied_and_tested(\"{name}\"")) {
            complaints.push(format!("examples/scenarios/{name} is applied by no test"));
        }
        if !list.contains(&format!("[{name}]({name})")) {
            complaints.push(format!("examples/scenarios/README.md does not list {name}"));
        }
        complaints.extend(missing(&[
            format!("examples/scenarios/{name}/tests/mocked.tftest.hcl"),
            format!("examples/scenarios/{name}/tests/simulated.tftest.hcl"),
        ]));
    }
    assert_none(&complaints);
}
