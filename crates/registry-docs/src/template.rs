//! Templates: Jinja, with functions that fail rather than write what is no
//! longer so.
//!
//! - `attribute("password")` on an object's page, `attribute("wavix_sip_trunk.password")`,
//!   `attribute("data.TYPE.name")` or `attribute("provider.api_key")` anywhere: the
//!   name as code, if there is such an attribute;
//! - `example("resources/TYPE/resource.tf")`: that file of `examples/` in a fence.
//!   With `since="1.14"`, Terraform versions before that cannot read it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use minijinja::value::Kwargs;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};

use crate::DocsError;
use crate::schema::{Attribute, Block, Kind, Provider};

/// Renders templates of one repository.
pub(crate) struct Templates {
    root: PathBuf,
    provider: Arc<Provider>,
}

impl Templates {
    pub(crate) fn new(root: &Path, provider: &Provider) -> Self {
        Self { root: root.to_owned(), provider: Arc::new(provider.clone()) }
    }

    /// The rendered file. `own` is the object whose page it is.
    pub(crate) fn render(
        &self,
        file: &str,
        own: Option<&Block>,
        context: Value,
    ) -> Result<String, DocsError> {
        let path = self.root.join(file);
        let source = std::fs::read_to_string(&path).map_err(|error| DocsError::file(&path, error))?;
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_keep_trailing_newline(true);
        environment.set_trim_blocks(true);
        let (provider, own) = (Arc::clone(&self.provider), own.cloned());
        environment.add_function("attribute", move |address: String| {
            attribute(&provider, own.as_ref(), &address)
                .map_err(|reason| Error::new(ErrorKind::InvalidOperation, reason))
        });
        let root = self.root.clone();
        environment.add_function("example", move |path: String, options: Kwargs| {
            let since: Option<String> = options.get("since")?;
            options.assert_all_used()?;
            example(&root, &path, since.as_deref())
                .map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
        });
        environment.add_template(file, &source).map_err(|error| failed(file, &error))?;
        let template = environment.get_template(file).map_err(|error| failed(file, &error))?;
        template.render(context).map_err(|error| failed(file, &error))
    }
}

fn failed(file: &str, error: &Error) -> DocsError {
    let line = error.line().map(|line| format!(":{line}")).unwrap_or_default();
    let reason = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    DocsError::Template { template: file.to_owned(), line, reason }
}

/// An example in its fence.
pub(crate) fn example(root: &Path, path: &str, since: Option<&str>) -> Result<String, DocsError> {
    let file = root.join("examples").join(path);
    let text = std::fs::read_to_string(&file).map_err(|error| DocsError::file(&file, error))?;
    let language = match file.extension().and_then(|extension| extension.to_str()) {
        Some("tf" | "hcl") => "terraform",
        Some("sh") => "shell",
        _ => "text",
    };
    // Read by the test that validates every block.
    let mut marks = since.map(|since| format!(" since={since}")).unwrap_or_default();
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if name.ends_with(".hcl") {
        marks.push_str(&format!(" file={name}"));
    }
    let mark = if marks.is_empty() { marks } else { format!("<!-- terraform:{marks} -->\n") };
    Ok(format!("{mark}```{language}\n{}\n```", text.trim_end()))
}

fn attribute(provider: &Provider, own: Option<&Block>, address: &str) -> Result<String, String> {
    let parts: Vec<&str> = address.split('.').collect();
    if own.is_some_and(|block| has(block, &parts)) {
        return Ok(format!("`{address}`"));
    }
    let of = |kind: Kind, type_name: &str| provider.objects(kind).get(type_name).map(|schema| &schema.block);
    let (block, path, what) = match parts.as_slice() {
        ["provider", path @ ..] => (Some(&provider.provider.block), path, "provider".to_owned()),
        ["data", name, path @ ..] => (of(Kind::DataSource, name), path, format!("data.{name}")),
        ["ephemeral", name, path @ ..] => (of(Kind::Ephemeral, name), path, format!("ephemeral.{name}")),
        ["list", name, path @ ..] => (of(Kind::List, name), path, format!("list.{name}")),
        ["action", name, path @ ..] => (of(Kind::Action, name), path, format!("action.{name}")),
        [name, path @ ..] if !path.is_empty() => (of(Kind::Resource, name), path, (*name).to_owned()),
        _ => return Err(format!("the object of this page has no attribute {address}")),
    };
    match block {
        None => Err(format!("{address}: the provider has no {what}")),
        Some(block) if has(block, path) => Ok(format!("`{}`", path.join("."))),
        Some(_) => Err(format!("{what} has no attribute {}", path.join("."))),
    }
}

fn has(block: &Block, path: &[&str]) -> bool {
    let Some((first, rest)) = path.split_first() else { return false };
    if let Some(nested) = block.block_types.get(*first) {
        return rest.is_empty() || has(&nested.block, rest);
    }
    block.attributes.get(*first).is_some_and(|attribute| has_nested(attribute, rest))
}

fn has_nested(attribute: &Attribute, path: &[&str]) -> bool {
    let Some((first, rest)) = path.split_first() else { return true };
    let nested = attribute.nested_type.as_ref().and_then(|nested| nested.attributes.get(*first));
    nested.is_some_and(|attribute| has_nested(attribute, rest))
}
