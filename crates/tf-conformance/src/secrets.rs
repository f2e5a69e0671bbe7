//! What a report must not show, and how it is masked.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::schema::{Attribute, Block, Kind};
use crate::value::Value;

/// What stands for a secret.
pub const MASK: &str = "(sensitive)";

/// Texts shorter than this are not looked for: masking every `1` would make a
/// report unreadable, and tells nobody anything.
const SHORTEST: usize = 4;

/// Texts that are not shown.
#[derive(Clone, Default)]
pub struct Secrets(BTreeSet<String>);

impl Secrets {
    /// Adds a text.
    pub fn add(&mut self, text: &str) {
        if text.len() >= SHORTEST {
            self.0.insert(text.to_owned());
        }
    }

    /// Adds every text in `value`.
    pub fn add_all(&mut self, value: &Value) {
        let mut texts = Vec::new();
        value.texts(&mut texts);
        texts.iter().for_each(|text| self.add(text));
    }

    /// Adds the texts of sensitive and write-only attributes.
    pub fn add_sensitive(&mut self, block: &Block, value: &Value) {
        for (name, attribute) in &block.attributes {
            self.add_sensitive_attribute(attribute, value.get(name));
        }
        for (name, nested) in &block.blocks {
            for element in nested.nesting.objects(value.get(name)) {
                self.add_sensitive(&nested.block, element);
            }
        }
    }

    fn add_sensitive_attribute(&mut self, attribute: &Attribute, value: &Value) {
        if attribute.sensitive || attribute.write_only {
            self.add_all(value);
        } else if let Kind::Nested(nesting, attributes) = &attribute.kind {
            for element in nesting.objects(value) {
                for (name, attribute) in attributes {
                    self.add_sensitive_attribute(attribute, element.get(name));
                }
            }
        }
    }

    /// The secrets that stand in `text`, by number rather than by name.
    pub fn found_in(&self, text: &str) -> usize {
        self.0.iter().filter(|secret| text.contains(*secret)).count()
    }

    /// `text` without secrets.
    pub fn mask(&self, text: &str) -> String {
        // The longest first: one secret may be part of another.
        let mut secrets: Vec<&String> = self.0.iter().collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), MASK))
    }

    /// `json` without secrets.
    pub fn mask_json(&self, json: Json) -> Json {
        match json {
            Json::String(text) => Json::String(self.mask(&text)),
            Json::Array(elements) => elements.into_iter().map(|element| self.mask_json(element)).collect(),
            Json::Object(entries) => {
                Json::Object(entries.into_iter().map(|(key, entry)| (key, self.mask_json(entry))).collect())
            }
            other => other,
        }
    }
}

/// A value as a report shows it: sensitive and write-only attributes masked.
pub fn masked(block: &Block, value: &Value) -> Value {
    block.replace(value, &|attribute, value| {
        let secret = attribute.sensitive || attribute.write_only;
        let shown = matches!(value, Value::Null | Value::Unknown);
        (secret && !shown).then(|| Value::string(MASK))
    })
}
