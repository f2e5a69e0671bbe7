//! All pages: which there are, what goes into each, and writing them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use minijinja::context;

use crate::facts::Facts;
use crate::front_matter::List;
use crate::schema::{Kind, Provider, Schema};
use crate::template::Templates;
use crate::{DocsError, front_matter, import, markdown, signature};

/// The pages: their text by their path below `docs/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site(BTreeMap<String, String>);

/// Makes all pages of the repository at `root`. `name` is the provider's local
/// name, such as `wavix`. Nothing is written.
///
/// # Errors
///
/// When a template names what there is not, or something is not described.
pub fn render(root: &Path, name: &str, provider: &Provider) -> Result<Site, DocsError> {
    let facts = Facts::read(root)?;
    let mut incomplete = provider.undescribed();
    incomplete.extend(facts.faults(provider));
    if !incomplete.is_empty() {
        return Err(DocsError::Incomplete(incomplete));
    }
    let mut renderer = Renderer {
        root,
        name,
        provider,
        facts,
        templates: Templates::new(root, provider),
        used: BTreeSet::new(),
    };
    let mut pages = BTreeMap::from([renderer.index()?]);
    for kind in Kind::ALL {
        for (type_name, schema) in provider.objects(kind) {
            pages.extend([renderer.object(kind, type_name, schema)?]);
        }
    }
    for function in provider.functions.keys() {
        pages.extend([renderer.function(function)?]);
    }
    for guide in files_below(&root.join("templates/guides"))? {
        pages.extend([renderer.guide(&guide)?]);
    }
    renderer.no_template_is_left_over()?;
    Ok(Site(pages))
}

struct Renderer<'a> {
    root: &'a Path,
    name: &'a str,
    provider: &'a Provider,
    facts: Facts,
    templates: Templates,
    used: BTreeSet<String>,
}

type Page = (String, String);

impl Renderer<'_> {
    fn index(&mut self) -> Result<Page, DocsError> {
        let block = &self.provider.provider.block;
        let context = context! { description => block.description, schema => markdown::schema(block) };
        let body = self.body("templates/index.md.tmpl", Some(block), context)?;
        let head = front_matter::page(
            &format!("{} Provider", capitalized(self.name)),
            &block.description,
            List::None,
        );
        Ok(("index.md".to_owned(), page(&head, &body)))
    }

    fn object(&mut self, kind: Kind, type_name: &str, schema: &Schema) -> Result<Page, DocsError> {
        let short = type_name.strip_prefix(&format!("{}_", self.name)).unwrap_or(type_name);
        let file = self.template(kind.folder(), short);
        let facts = self.facts.of(kind, type_name).cloned().unwrap_or_default();
        let identity = self.provider.resource_identity_schemas.get(type_name);
        let import = if kind == Kind::Resource {
            import::section(self.root, type_name, identity)?
        } else {
            String::new()
        };
        let context = context! {
            name => type_name,
            kind => kind.title(),
            description => schema.block.description,
            schema => markdown::schema(&schema.block),
            calls => facts.calls_table(),
            drift => facts.drift_table(),
            secrets => facts.secrets_table(),
            import => import,
        };
        let body = self.body(&file, Some(&schema.block), context)?;
        let title = format!("{type_name} {} - {}", kind.title(), self.name);
        let head = front_matter::page(&title, &schema.block.description, List::OfKind);
        Ok((format!("{}/{short}.md", kind.folder()), page(&head, &body)))
    }

    fn function(&mut self, name: &str) -> Result<Page, DocsError> {
        let function = self.provider.functions.get(name).cloned().unwrap_or_default();
        let file = self.template("functions", name);
        let context = context! {
            name => name,
            description => function.description,
            signature => signature::signature(name, &function),
            arguments => signature::arguments(&function),
        };
        let body = self.body(&file, None, context)?;
        let head =
            front_matter::page(&format!("{name} function - {}", self.name), &function.summary, List::OfKind);
        Ok((format!("functions/{name}.md"), page(&head, &body)))
    }

    /// A guide brings its own front matter.
    fn guide(&mut self, file: &Path) -> Result<Page, DocsError> {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let context = context! { scopes => self.facts.scopes_table() };
        let body = self.body(&format!("templates/guides/{name}"), None, context)?;
        let whole =
            body.starts_with("---\n") && body.contains("\npage_title: ") && body.contains("\ndescription: ");
        if !whole {
            let reason = "a guide begins with front matter that has page_title and description";
            return Err(DocsError::file(file, reason));
        }
        Ok((format!("guides/{}", name.trim_end_matches(".tmpl")), body.trim_end().to_owned() + "\n"))
    }

    /// The object's own template, or that of its kind.
    fn template(&self, folder: &str, name: &str) -> String {
        let own = format!("templates/{folder}/{name}.md.tmpl");
        if self.root.join(&own).exists() { own } else { format!("templates/{folder}.md.tmpl") }
    }

    fn body(
        &mut self,
        file: &str,
        own: Option<&crate::schema::Block>,
        context: minijinja::Value,
    ) -> Result<String, DocsError> {
        self.used.insert(file.to_owned());
        self.templates.render(file, own, context)
    }

    /// A template whose object was renamed or removed would be forgotten.
    fn no_template_is_left_over(&self) -> Result<(), DocsError> {
        for file in files_below(&self.root.join("templates"))? {
            let name = file.strip_prefix(self.root).unwrap_or(&file);
            let depth = name.components().count();
            if !self.used.contains(&name.to_string_lossy().replace('\\', "/")) && depth > 2 {
                return Err(DocsError::file(
                    name,
                    "belongs to no object of the provider; rename or remove it",
                ));
            }
        }
        Ok(())
    }
}

fn page(head: &str, body: &str) -> String {
    // What is empty for this object leaves no gap behind.
    let mut text = format!("{head}\n{}\n", body.trim());
    while text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    text
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// All files below a folder, sorted; none if it does not exist.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>, DocsError> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(DocsError::file(folder, error)),
        };
        for entry in entries {
            let path = entry.map_err(|error| DocsError::file(&folder, error))?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

impl Site {
    /// The pages by their path.
    #[must_use]
    pub fn pages(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// What is in `docs` and should not be, or the other way round: one line
    /// each.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn differences(&self, docs: &Path) -> Result<Vec<String>, DocsError> {
        let mut found = Vec::new();
        let mut there = BTreeSet::new();
        for file in files_below(docs)? {
            let name = file.strip_prefix(docs).unwrap_or(&file).to_string_lossy().replace('\\', "/");
            let text = fs::read_to_string(&file).map_err(|error| DocsError::file(&file, error))?;
            match self.0.get(&name) {
                None => found.push(format!("docs/{name} is not generated from anything")),
                Some(page) if *page != text => {
                    let pairs = page.lines().zip(text.lines());
                    let line = pairs.take_while(|(new, old)| new == old).count() + 1;
                    found.push(format!("docs/{name} is out of date from line {line} on"));
                }
                Some(_) => {}
            }
            there.insert(name);
        }
        found.extend(
            self.0.keys().filter(|name| !there.contains(*name)).map(|name| format!("docs/{name} is missing")),
        );
        Ok(found)
    }

    /// Replaces the folder `docs` as a whole: it has all pages, or the old
    /// ones.
    ///
    /// # Errors
    ///
    /// When a file cannot be written; `docs` is then as it was.
    pub fn write(&self, docs: &Path) -> Result<(), DocsError> {
        let parent = docs.parent().unwrap_or(docs);
        let failed = |error: std::io::Error| DocsError::file(docs, error);
        let scratch = tempfile::Builder::new().prefix(".docs-").tempdir_in(parent).map_err(failed)?;
        let new = scratch.path().join("new");
        for (name, text) in &self.0 {
            let file = new.join(name);
            fs::create_dir_all(file.parent().unwrap_or(&new)).map_err(failed)?;
            fs::write(&file, text).map_err(failed)?;
        }
        let old = scratch.path().join("old");
        if docs.exists() {
            fs::rename(docs, &old).map_err(failed)?;
        }
        fs::rename(&new, docs).map_err(|error| {
            // Back to what there was; if that fails too, it is still in `old`.
            let _ = fs::rename(&old, docs);
            failed(error)
        })
    }
}
