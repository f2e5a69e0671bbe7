//! The "Import" section of a resource's page, from its examples.

use std::fmt::Write as _;
use std::path::Path;

use crate::DocsError;
use crate::markdown;
use crate::schema::Identity;
use crate::template::example;

/// The section; empty for a resource without import examples.
pub(crate) fn section(
    root: &Path,
    type_name: &str,
    identity: Option<&Identity>,
) -> Result<String, DocsError> {
    let file = |name: &str| format!("resources/{type_name}/{name}");
    let there = |name: &str| root.join("examples").join(file(name)).exists();
    let mut text = String::new();
    if let Some(identity) = identity.filter(|_| there("import-by-identity.tf")) {
        let _ = write!(
            text,
            "In Terraform v1.12.0 and later, the [`import` block](https://developer.hashicorp.com/terraform/language/import) \
             can be used with the `identity` attribute, for example:\n\n{}\n\n{}\n",
            example(root, &file("import-by-identity.tf"), Some("1.12"))?,
            markdown::identity(identity)
        );
    }
    if there("import-by-string-id.tf") {
        let _ = write!(
            text,
            "In Terraform v1.5.0 and later, the [`import` block](https://developer.hashicorp.com/terraform/language/import) \
             can be used with the `id` attribute, for example:\n\n{}\n\n",
            example(root, &file("import-by-string-id.tf"), None)?
        );
    }
    if there("import.sh") {
        let _ = write!(
            text,
            "The [`terraform import` command](https://developer.hashicorp.com/terraform/cli/commands/import) can be \
             used, for example:\n\n{}\n",
            example(root, &file("import.sh"), None)?
        );
    }
    Ok(if text.is_empty() {
        text
    } else {
        format!("## Import\n\nImport is supported using the following syntax:\n\n{text}")
    })
}
