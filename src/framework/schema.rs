//! What a user may write and will see: attributes, blocks and their rules. A schema is
//! plain data, built once per process; the plan algorithm, the validators and the wire
//! conversion read it.

use std::fmt;
use std::sync::Arc;

use crate::protocol::types::Type;
use crate::protocol::value::{Value, sorted};

use super::path::Path;

/// A resource's, data source's or provider's arguments and results.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// Raised when a stored state must be rewritten to be read.
    pub version: i64,
    /// Markdown, one paragraph or more.
    pub description: String,
    /// Replacement to use, when the whole object is on its way out.
    pub deprecation: Option<String>,
    /// Arguments and results.
    pub attributes: Vec<Attribute>,
    /// Nested blocks, written without an equals sign.
    pub blocks: Vec<Block>,
}

/// Who decides an attribute's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The user must write it.
    Required,
    /// The user may write it; left out, it is null.
    Optional,
    /// The user may write it; left out, the provider decides.
    OptionalComputed,
    /// Only the provider decides.
    Computed,
}

/// What an attribute holds.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A value of one type.
    Value(Type),
    /// Objects with attributes of their own.
    Nested(Nesting, Vec<Attribute>),
}

/// How objects or blocks are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// One, or none.
    Single,
    /// Ordered.
    List,
    /// Unordered, without repetition.
    Set,
    /// By key (attributes only: no block of this project is keyed).
    Map,
}

/// A rule for one attribute's value. Contract:
///
/// 1. It is called with known, non-null values only; what stands *inside* a
///    collection may still be unknown or null, and must then be passed over.
/// 2. It answers with a sentence about the value that does not repeat the
///    value when the attribute is sensitive; the caller adds path and summary.
/// 3. It is pure: validation runs several times per command.
pub trait Validator: Send + Sync {
    /// The rule in words, for documentation and messages: `must be …`.
    fn rule(&self) -> String;

    /// # Errors
    /// Why the value breaks the rule, as a full sentence.
    fn check(&self, value: &Value) -> Result<(), String>;

    /// Every break of the rule, and where; `at` is where the value stands. A
    /// rule for what is inside a value answers with the paths inside.
    fn violations(&self, at: &Path, value: &Value) -> Vec<(Path, String)> {
        self.check(value).err().map(|sentence| (at.clone(), sentence)).into_iter().collect()
    }
}

/// A change the plan makes to an attribute by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modifier {
    /// A computed value the configuration leaves out keeps what the state
    /// holds, where it would otherwise be shown as known only after apply.
    KeepState,
    /// A different value needs a new object.
    RequiresReplace,
}

/// Tells whether two known, non-null values mean the same.
pub type SameMeaning = fn(&Value, &Value) -> bool;

/// One argument or result.
#[derive(Clone)]
pub struct Attribute {
    /// The name a user writes.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Who decides its value.
    pub mode: Mode,
    /// Terraform hides the value.
    pub sensitive: bool,
    /// The value reaches the provider and is kept nowhere.
    pub write_only: bool,
    /// A number has no fraction.
    pub integer: bool,
    /// Markdown.
    pub description: String,
    /// Markdown, where the attribute is a result: what it tells, without what only
    /// matters to those who set it. Empty when the description says both.
    pub result: String,
    /// Replacement to use, when it is on its way out.
    pub deprecation: Option<String>,
    /// What a missing value means. Needs [`Mode::OptionalComputed`].
    pub default: Option<Value>,
    /// Rules for the value.
    pub validators: Vec<Arc<dyn Validator>>,
    /// What the plan does with it.
    pub modifiers: Vec<Modifier>,
    /// When two spellings mean the same, the older one is kept.
    pub same_meaning: Option<SameMeaning>,
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attribute")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

impl Attribute {
    fn new(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            mode: Mode::Optional,
            sensitive: false,
            write_only: false,
            integer: false,
            description: String::new(),
            result: String::new(),
            deprecation: None,
            default: None,
            validators: Vec::new(),
            modifiers: Vec::new(),
            same_meaning: None,
        }
    }

    /// An optional attribute of any type.
    #[must_use]
    pub fn of(name: &str, ty: Type) -> Self {
        Self::new(name, Kind::Value(ty))
    }

    /// Optional text.
    #[must_use]
    pub fn string(name: &str) -> Self {
        Self::of(name, Type::String)
    }

    /// An optional truth value.
    #[must_use]
    pub fn bool(name: &str) -> Self {
        Self::of(name, Type::Bool)
    }

    /// An optional decimal.
    #[must_use]
    pub fn number(name: &str) -> Self {
        Self::of(name, Type::Number)
    }

    /// An optional decimal without a fraction.
    #[must_use]
    pub fn integer(name: &str) -> Self {
        Self { integer: true, ..Self::number(name) }
    }

    /// Optional objects with attributes of their own.
    #[must_use]
    pub fn nested(name: &str, nesting: Nesting, attributes: Vec<Attribute>) -> Self {
        Self::new(name, Kind::Nested(nesting, attributes))
    }

    /// The user must write it.
    #[must_use]
    pub fn required(self) -> Self {
        Self { mode: Mode::Required, ..self }
    }

    /// Only the provider decides.
    #[must_use]
    pub fn computed(self) -> Self {
        Self { mode: Mode::Computed, ..self }
    }

    /// Left out, the provider decides.
    #[must_use]
    pub fn optional_computed(self) -> Self {
        Self { mode: Mode::OptionalComputed, ..self }
    }

    /// Terraform hides the value.
    #[must_use]
    pub fn sensitive(self) -> Self {
        Self { sensitive: true, ..self }
    }

    /// The value reaches the provider and is kept nowhere.
    #[must_use]
    pub fn write_only(self) -> Self {
        Self { write_only: true, ..self }
    }

    /// Left out, it means this.
    #[must_use]
    pub fn default_value(self, value: Value) -> Self {
        Self { mode: Mode::OptionalComputed, default: Some(value), ..self }
    }

    /// Its documentation, in Markdown.
    #[must_use]
    pub fn describe(self, description: impl Into<String>) -> Self {
        Self { description: description.into(), ..self }
    }

    /// Its documentation as a result, where it is shorter.
    #[must_use]
    pub fn as_result(self, description: impl Into<String>) -> Self {
        Self { result: description.into(), ..self }
    }

    /// The attribute as a result of a data source: the same value, decided by the
    /// provider.
    #[must_use]
    pub fn to_result(&self) -> Self {
        let description = if self.result.is_empty() { &self.description } else { &self.result };
        Self::new(&self.name, self.kind.clone()).computed().describe(description.clone())
    }

    /// It is on its way out; the text names the replacement.
    #[must_use]
    pub fn deprecated(self, replacement: impl Into<String>) -> Self {
        Self { deprecation: Some(replacement.into()), ..self }
    }

    /// Adds a rule.
    #[must_use]
    pub fn validate(mut self, validator: impl Validator + 'static) -> Self {
        self.validators.push(Arc::new(validator));
        self
    }

    /// See [`Modifier::KeepState`].
    #[must_use]
    pub fn keep_state(mut self) -> Self {
        self.modifiers.push(Modifier::KeepState);
        self
    }

    /// See [`Modifier::RequiresReplace`].
    #[must_use]
    pub fn requires_replace(mut self) -> Self {
        self.modifiers.push(Modifier::RequiresReplace);
        self
    }

    /// Two spellings for which `same` holds are one value; the older is kept.
    #[must_use]
    pub fn same_meaning(self, same: SameMeaning) -> Self {
        Self { same_meaning: Some(same), ..self }
    }

    /// The type of the attribute's value.
    #[must_use]
    pub fn ty(&self) -> Type {
        match &self.kind {
            Kind::Value(ty) => ty.clone(),
            Kind::Nested(nesting, attributes) => nesting.of(object_type(attributes, &[])),
        }
    }

    /// True when the provider may decide the value.
    #[must_use]
    pub fn is_computed(&self) -> bool {
        matches!(self.mode, Mode::Computed | Mode::OptionalComputed)
    }
}

/// A nested block.
#[derive(Debug, Clone)]
pub struct Block {
    /// The block's type name, as a user writes it.
    pub name: String,
    /// How many there may be, and in what order. Not [`Nesting::Map`].
    pub nesting: Nesting,
    /// Markdown.
    pub description: String,
    /// Its arguments.
    pub attributes: Vec<Attribute>,
    /// Blocks inside.
    pub blocks: Vec<Block>,
}

impl Block {
    /// The type of the block's value.
    #[must_use]
    pub fn ty(&self) -> Type {
        self.nesting.of(object_type(&self.attributes, &self.blocks))
    }
}

impl Nesting {
    fn of(self, element: Type) -> Type {
        match self {
            Self::Single => element,
            Self::List => Type::list(element),
            Self::Set => Type::set(element),
            Self::Map => Type::map(element),
        }
    }
}

impl Schema {
    /// The type of a whole configuration, plan or state.
    #[must_use]
    pub fn ty(&self) -> Type {
        object_type(&self.attributes, &self.blocks)
    }

    /// A top-level attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

fn object_type(attributes: &[Attribute], blocks: &[Block]) -> Type {
    let attributes = attributes.iter().map(|attribute| (attribute.name.clone(), attribute.ty()));
    let blocks = blocks.iter().map(|block| (block.name.clone(), block.ty()));
    Type::Object(sorted(attributes.chain(blocks)))
}
