//! The documentation: that it says what the provider does, that what it shows
//! works, and that no version breaks what an earlier one promised.

mod blocks;
pub mod calls;
mod destroying;
mod firewalls;
mod generated;
pub mod pages;
mod promises;
mod references;
mod schema;
mod words;

use std::path::Path;

use registry_docs::schema::Provider;

/// Every test of the documentation.
pub fn trials() -> Vec<libtest_mimic::Trial> {
    [
        generated::trials(),
        schema::trials(),
        promises::trials(),
        references::trials(),
        blocks::trials(),
        calls::trials(),
        destroying::trials(),
        firewalls::trials(),
        words::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_terraform-provider-wavix"))
}

/// The schema of this version, as the repository keeps it.
fn golden() -> Provider {
    Provider::from_document(&text(pages::SCHEMA)).expect("the golden schema can be read")
}

/// A file, as text.
fn text(path: &str) -> String {
    let path = pages::root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}
