//! Where in a configuration, plan or state a value stands.

use std::fmt;

/// One step down into a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// An attribute of an object, or a nested block by its type.
    Attribute(String),
    /// An element of a list, counted from zero.
    Index(usize),
    /// An element of a map.
    Key(String),
    /// An element of a set. Terraform cannot be shown which, so on the wire a
    /// path ends before it.
    Element,
}

/// The way from the top of a configuration to a value in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Path(Vec<Step>);

impl Path {
    /// The configuration as a whole.
    #[must_use]
    pub fn top() -> Self {
        Self::default()
    }

    /// A top-level attribute or block.
    pub fn root(attribute: impl Into<String>) -> Self {
        Self(vec![Step::Attribute(attribute.into())])
    }

    /// This path and one step more.
    #[must_use]
    pub fn step(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// An attribute of the object at this path.
    #[must_use]
    pub fn attribute(&self, name: impl Into<String>) -> Self {
        self.step(Step::Attribute(name.into()))
    }

    /// An element of the list at this path.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.step(Step::Index(index))
    }

    /// An element of the map at this path.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.step(Step::Key(key.into()))
    }

    /// An element of the set at this path.
    #[must_use]
    pub fn element(&self) -> Self {
        self.step(Step::Element)
    }

    /// The steps from the top.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }
}

impl fmt::Display for Path {
    /// As a user would write it: `host_request.host`, `servers[2]`, `tags["a"]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if at == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Element => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_prints_as_a_user_writes_it() {
        let path = Path::root("servers").index(2).attribute("tags").key("a\"b").element();
        assert_eq!(path.to_string(), r#"servers[2].tags["a\"b"][*]"#);
        assert_eq!(Path::top().to_string(), "");
    }
}
