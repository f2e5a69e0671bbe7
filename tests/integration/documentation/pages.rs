//! The pages of this provider, and the golden schema. Shared by the tests and
//! `examples/docs.rs`, so it reports errors instead of failing a test, and
//! prints nothing.

use std::error::Error;
use std::path::{Path, PathBuf};

use registry_docs::schema::Provider;
use registry_docs::site::{self, Site};
use tf_conformance::core::{Launch, Patience, Session, Trace};

/// The provider's address, which `terraform providers schema -json` names.
pub const SOURCE: &str = "registry.terraform.io/wavix/wavix";
/// The schema of this version, from the top of the repository. Those of
/// released versions stay beside it.
pub const SCHEMA: &str = concat!("tests/integration/golden/schemas/", env!("CARGO_PKG_VERSION"), ".json");

/// What is made of a provider.
pub struct Pages {
    /// The pages.
    pub site: Site,
    /// The schema as a document.
    pub schema: String,
}

/// The top of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The schema that a provider's binary answers.
///
/// # Errors
/// It does not start or does not answer.
pub async fn schema_of(binary: &Path) -> Result<Provider, Box<dyn Error>> {
    let patience = Patience::default();
    let launch = Launch::by_terraform(binary, patience)?;
    let session = Session::start(launch, patience, Trace::default()).await?;
    Ok(registry_docs::ask::provider(&session).await?)
}

/// Pages and schema of the provider in `binary`. Nothing is written.
///
/// # Errors
/// The provider does not answer, or the pages cannot be made.
pub async fn of_provider(binary: &Path) -> Result<Pages, Box<dyn Error>> {
    let provider = schema_of(binary).await?;
    let site = site::render(root(), "wavix", &provider)?;
    Ok(Pages { site, schema: provider.to_document(SOURCE)? })
}

impl Pages {
    /// What of the repository is out of date, one line each.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn differences(&self) -> Result<Vec<String>, Box<dyn Error>> {
        let mut found = self.site.differences(&docs())?;
        match std::fs::read_to_string(root().join(SCHEMA)) {
            Ok(text) if text == self.schema => {}
            Ok(_) => found.push(format!("{SCHEMA} is out of date")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                found.push(format!("{SCHEMA} is missing"));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(found)
    }
}

/// Where the pages are.
pub fn docs() -> PathBuf {
    root().join("docs")
}
