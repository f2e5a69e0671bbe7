//! `docs/` is what the generator makes, and the generator refuses to make what
//! would not be true.

use std::fs;
use std::path::Path;

use registry_docs::facts::Facts;
use registry_docs::schema::Provider;
use registry_docs::site::{self, Site};
use registry_docs::{DocsError, schema::Kind};
use tempfile::TempDir;

use super::pages::{self, root};
use super::{binary, golden};

/// The tests of this module.
pub fn trials() -> Vec<libtest_mimic::Trial> {
    current::trials().into_iter().chain(refusals::trials()).collect()
}

mod current {
    async_trials![the_pages_and_the_schema_are_those_of_the_built_provider];

    async fn the_pages_and_the_schema_are_those_of_the_built_provider() {
        let made = super::pages::of_provider(super::binary()).await.unwrap();
        let differences = made.differences().unwrap();
        assert!(
            differences.is_empty(),
            "{}\nRun cargo run --example docs, and commit the result.",
            differences.join("\n")
        );
    }
}

mod refusals {
    use super::*;

    trials![
        the_pages_are_the_same_every_time,
        an_attribute_without_a_description_is_named,
        a_template_that_names_a_missing_attribute_is_named_and_nothing_is_written,
        a_template_that_shows_a_missing_example_is_named,
        a_template_of_nothing_is_named,
        a_new_attribute_needs_a_word_about_drift,
        a_new_secret_needs_a_word_about_where_it_lives,
        a_page_of_nothing_is_removed_and_a_changed_one_restored,
    ];
}

fn render(at: &Path, provider: &Provider) -> Result<Site, DocsError> {
    site::render(at, "wavix", provider)
}

/// The message of a refusal.
fn refusal(at: &Path, provider: &Provider) -> String {
    render(at, provider).expect_err("refused").to_string()
}

/// A copy of what the pages are made of.
fn copy() -> TempDir {
    let copy = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    for folder in ["templates", "examples", "src/resources"] {
        copy_folder(&root().join(folder), &copy.path().join(folder));
    }
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

fn the_pages_are_the_same_every_time() {
    let provider = golden();
    assert_eq!(render(root(), &provider).unwrap(), render(root(), &provider).unwrap());
}

fn an_attribute_without_a_description_is_named() {
    let mut provider = golden();
    assert_eq!(provider.undescribed(), Vec::<String>::new());
    let trunk = &mut provider.resource_schemas.get_mut("wavix_sip_trunk").unwrap().block;
    trunk.attributes.get_mut("password").unwrap().description.clear();
    let nested = trunk.attributes.get_mut("host_request").unwrap().nested_type.as_mut().unwrap();
    nested.attributes.get_mut("host").unwrap().description.clear();
    trunk
        .block_types
        .get_mut("timeouts")
        .unwrap()
        .block
        .attributes
        .get_mut("read")
        .unwrap()
        .description
        .clear();
    provider.functions.get_mut("e164").unwrap().parameters[0].description.clear();
    let message = refusal(root(), &provider);
    for missing in [
        "wavix_sip_trunk.password has no description",
        "wavix_sip_trunk.host_request.host has no description",
        "wavix_sip_trunk.timeouts.read has no description",
        "the parameter number of the function e164 has no description",
    ] {
        assert!(message.contains(missing), "{message}");
    }
}

fn a_template_that_names_a_missing_attribute_is_named_and_nothing_is_written() {
    let copy = copy();
    let docs = copy.path().join("docs");
    render(copy.path(), &golden()).unwrap().write(&docs).unwrap();

    let template = "templates/guides/security-model.md.tmpl";
    let file = copy.path().join(template);
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}\n{{{{ attribute(\"wavix_sip_trunk.passwort\") }}}}\n")).unwrap();
    let line = text.lines().count() + 2;

    let message = refusal(copy.path(), &golden());
    assert_eq!(
        message,
        format!(
            "{template}:{line}: wavix_sip_trunk has no attribute passwort. Correct the template, or what it is about."
        )
    );
    let before = render(root(), &golden()).unwrap();
    assert_eq!(before.differences(&docs).unwrap(), Vec::<String>::new(), "docs/ is as it was");
}

fn a_template_that_shows_a_missing_example_is_named() {
    let copy = copy();
    fs::remove_file(copy.path().join("examples/functions/e164/function.tf")).unwrap();
    let message = refusal(copy.path(), &golden());
    assert!(message.starts_with("templates/functions.md.tmpl:"), "{message}");
    assert!(message.contains("examples/functions/e164/function.tf"), "{message}");
}

fn a_template_of_nothing_is_named() {
    let copy = copy();
    fs::write(copy.path().join("templates/resources/sip_trunc.md.tmpl"), "# A misspelt name\n").unwrap();
    let message = refusal(copy.path(), &golden());
    assert!(message.contains("templates/resources/sip_trunc.md.tmpl: belongs to no object"), "{message}");
}

fn a_new_attribute_needs_a_word_about_drift() {
    let mut provider = golden();
    let trunk = &mut provider.resource_schemas.get_mut("wavix_sip_trunk").unwrap().block.attributes;
    let label = trunk["label"].clone();
    trunk.insert("new_one".to_owned(), label);
    let message = refusal(root(), &provider);
    assert!(message.contains("wavix_sip_trunk.new_one: documentation.json does not say"), "{message}");

    let trunk = &mut provider.resource_schemas.get_mut("wavix_sip_trunk").unwrap().block.attributes;
    trunk.remove("new_one");
    trunk.remove("label");
    let message = refusal(root(), &provider);
    assert!(message.contains("names label, which is no attribute"), "{message}");
}

fn a_new_secret_needs_a_word_about_where_it_lives() {
    let mut provider = golden();
    let data = &mut provider.data_source_schemas.get_mut("wavix_sip_trunk").unwrap().block.attributes;
    data.get_mut("host").unwrap().sensitive = true;
    let message = refusal(root(), &provider);
    assert!(
        message.contains("data.wavix_sip_trunk.host: documentation.json does not say where"),
        "{message}"
    );
    let facts = Facts::read(root()).unwrap();
    assert!(facts.of(Kind::Resource, "wavix_sip_trunk").is_some());
}

fn a_page_of_nothing_is_removed_and_a_changed_one_restored() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let docs = folder.path().join("docs");
    let site = render(root(), &golden()).unwrap();
    site.write(&docs).unwrap();
    assert_eq!(site.differences(&docs).unwrap(), Vec::<String>::new());

    fs::write(docs.join("resources/gone.md"), "# gone\n").unwrap();
    fs::write(docs.join("functions/e164.md"), "---\nedited by hand\n").unwrap();
    fs::remove_file(docs.join("index.md")).unwrap();
    assert_eq!(
        site.differences(&docs).unwrap(),
        [
            "docs/functions/e164.md is out of date from line 2 on",
            "docs/resources/gone.md is not generated from anything",
            "docs/index.md is missing",
        ]
    );
    site.write(&docs).unwrap();
    assert_eq!(site.differences(&docs).unwrap(), Vec::<String>::new());
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["docs"], "nothing is left beside it");
}
