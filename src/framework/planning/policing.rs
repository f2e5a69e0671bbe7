//! Terraform's rules for a plan, checked before Terraform does, so that a broken one names
//! the attribute and whose mistake it is. Values are never shown: any of them may be a
//! secret.

use std::collections::BTreeSet;

use crate::protocol::value::Value;

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Kind, Mode, Nesting};
use crate::framework::walk::{self, Fields};

use super::Change;

/// What stands at one path in the three values.
#[derive(Clone, Copy)]
struct Triple<'a> {
    config: &'a Value,
    prior: &'a Value,
    planned: &'a Value,
}

/// Every way in which `planned` contradicts the configuration.
pub(super) fn check(change: &Change<'_>, planned: &Value) -> Diagnostics {
    let mut policing = Policing { type_name: change.type_name, diagnostics: Diagnostics::new() };
    if planned.is_null() {
        policing.report(&Path::top(), "is planned as absent, but the configuration contains it");
    } else {
        let triple = Triple { config: change.config, prior: change.prior, planned };
        policing.object(Fields::of(change.schema), &Path::top(), triple);
    }
    policing.diagnostics
}

impl<'a> Triple<'a> {
    fn part(self, name: &str) -> Self {
        Self {
            config: walk::part(self.config, name),
            prior: walk::part(self.prior, name),
            planned: walk::part(self.planned, name),
        }
    }

    fn item(self, index: usize) -> Self {
        Self {
            config: walk::item(self.config, index),
            prior: walk::item(self.prior, index),
            planned: walk::item(self.planned, index),
        }
    }
}

struct Policing<'a> {
    type_name: &'a str,
    diagnostics: Diagnostics,
}

impl Policing<'_> {
    fn object(&mut self, fields: Fields<'_>, at: &Path, triple: Triple<'_>) {
        for attribute in fields.attributes {
            self.attribute(attribute, &at.attribute(&attribute.name), triple.part(&attribute.name));
        }
        for block in fields.blocks {
            let (path, triple) = (at.attribute(&block.name), triple.part(&block.name));
            if triple.config.is_unknown() {
                if !triple.planned.is_unknown() {
                    self.report(&path, "is planned, but the number of its blocks is not known yet");
                }
            } else {
                self.elements(block.nesting, Fields::block(block), &path, triple);
            }
        }
    }

    fn attribute(&mut self, attribute: &Attribute, at: &Path, triple: Triple<'_>) {
        let Triple { config, prior, planned } = triple;
        if attribute.write_only {
            if !planned.is_null() {
                self.report(at, "is write-only, but the plan contains a value for it");
            }
        } else if planned == config
            || (!config.is_null() && !prior.is_null() && planned == prior)
            || attribute.mode == Mode::Computed
            || (config.is_null() && attribute.is_computed())
        {
        } else if config.is_null() {
            self.report(
                at,
                "is planned with a value, but the configuration has none and the argument is not computed",
            );
        } else if let Kind::Nested(nesting, attributes) = &attribute.kind {
            self.elements(*nesting, Fields::nested(attributes), at, triple);
        } else {
            self.report(at, "is planned with a different value than the configuration");
        }
    }

    fn elements(&mut self, nesting: Nesting, fields: Fields<'_>, at: &Path, triple: Triple<'_>) {
        let Triple { config, planned, .. } = triple;
        if config.is_null() != planned.is_null() || planned.is_unknown() != config.is_unknown() {
            return self.report(at, "is not null or unknown in the same way as in the configuration");
        }
        match nesting {
            _ if planned.is_null() || planned.is_unknown() => {}
            Nesting::Single => self.object(fields, at, triple),
            Nesting::List => {
                if self.same_length(at, triple) {
                    for index in 0..walk::elements(planned).len() {
                        self.element(fields, &at.index(index), triple.item(index));
                    }
                }
            }
            Nesting::Map => {
                if let (Value::Map(in_config), Value::Map(in_plan)) = (config, planned) {
                    if in_config.keys().collect::<BTreeSet<_>>() != in_plan.keys().collect() {
                        return self.report(at, "is planned with different keys than the configuration");
                    }
                    for key in in_plan.keys() {
                        self.element(fields, &at.key(key), triple.part(key));
                    }
                }
            }
            // Terraform compares no more of a set than its size.
            Nesting::Set => {
                self.same_length(at, triple);
            }
        }
    }

    fn element(&mut self, fields: Fields<'_>, at: &Path, triple: Triple<'_>) {
        if triple.planned.is_unknown() && !triple.config.is_unknown() {
            self.report(at, "is planned as unknown, but the configuration sets it");
        } else if triple.planned.is_null() != triple.config.is_null() {
            self.report(at, "is null in one of plan and configuration only");
        } else if !triple.planned.is_null() && !triple.planned.is_unknown() {
            self.object(fields, at, triple);
        }
    }

    fn same_length(&mut self, at: &Path, triple: Triple<'_>) -> bool {
        let same = walk::elements(triple.planned).len() == walk::elements(triple.config).len();
        if !same {
            self.report(at, "is planned with a different number of elements than the configuration");
        }
        same
    }

    fn report(&mut self, at: &Path, fault: &str) {
        let subject = if at.steps().is_empty() { self.type_name.to_owned() } else { format!("`{at}`") };
        let diagnostic = Diagnostic::bug(
            format!("Cannot plan {}", self.type_name),
            format!(
                "Nothing was changed. The provider made a plan that Terraform cannot accept: {subject} {fault}."
            ),
        );
        self.diagnostics.push(if at.steps().is_empty() { diagnostic } else { diagnostic.at(at.clone()) });
    }
}
