//! What the value codecs share: their limits, and errors that say where and why without
//! saying what. No encoding is defined here.

use std::fmt;

use super::number::NumberError;
use super::type_json::TypeError;

/// How many levels a value or a type may nest, counting every list, set, map,
/// tuple, object and dynamic wrapper. Far above any schema; below the 127
/// levels at which the JSON reader stops, of which an object type takes two;
/// and a small part of a worker thread's stack even in a debug build, as what
/// walks values above the codecs needs its share too.
pub const MAX_DEPTH: usize = 60;

/// How many bytes one encoded value may have to be read: as many as the largest
/// request.
pub const MAX_BYTES: usize = 256 * 1024 * 1024;

/// The same to be written. Higher, since a verb's result is what its request
/// held and what the API added, and is lost when it cannot be written; below the
/// 2 GiB that Terraform takes.
pub const MAX_WRITTEN_BYTES: usize = 1024 * 1024 * 1024;

/// How many elements are allocated for on the word of a length prefix alone.
pub(super) const MAX_PREALLOCATED: usize = 1024;

/// How much of an attribute name or map key a path shows, in characters.
const MAX_SHOWN_NAME: usize = 64;

/// One step from a value to a value inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// An attribute of an object.
    Attribute(String),
    /// An element of a map.
    Key(String),
    /// An element of a list, a tuple or, in the order received, of a set.
    Index(usize),
}

/// Where in a value something is: `allowed_ips[3].ip`, `tags["env"]`. Empty
/// for the value itself. Very long names are cut when shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ValuePath {
    /// Innermost first: errors learn their path on the way out.
    reversed: Vec<Step>,
}

impl ValuePath {
    /// The steps, outermost first.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.reversed.iter().rev()
    }

    /// True for the value itself.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reversed.is_empty()
    }
}

impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.steps().enumerate() {
            match step {
                Step::Attribute(name) => {
                    let dot = if position == 0 { "" } else { "." };
                    write!(f, "{dot}{}", shortened(name).escape_debug())?;
                }
                Step::Key(key) => write!(f, "[{:?}]", shortened(key))?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(MAX_SHOWN_NAME) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}

/// Bytes that are no value of the wanted type. Says where and why, and never
/// what stood there, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", prefix(path))]
pub struct DecodeError {
    path: ValuePath,
    reason: DecodeReason,
}

/// A value that cannot be written as the wanted type. Says where and why, and
/// never what the value is, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", prefix(path))]
pub struct EncodeError {
    path: ValuePath,
    reason: EncodeReason,
}

fn prefix(path: &ValuePath) -> String {
    if path.is_empty() { String::new() } else { format!("{path}: ") }
}

/// Why bytes are no value of the wanted type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeReason {
    /// A value of another kind than the type asks for.
    #[error("{expected} is required, found {found}")]
    WrongKind {
        /// The kind the type asks for, with its article.
        expected: &'static str,
        /// The kind that stood there, with its article.
        found: &'static str,
    },
    /// An attribute of the object type is not there.
    #[error("the attribute is missing")]
    MissingAttribute,
    /// The object type has no such attribute.
    #[error("unsupported attribute")]
    UnsupportedAttribute,
    /// A key of an object or map stands there twice.
    #[error("the key is repeated")]
    RepeatedKey,
    /// A tuple of another length than its type.
    #[error("a tuple of {expected} elements is required, found another length")]
    TupleLength {
        /// The number of elements in the type.
        expected: usize,
    },
    /// A number that cannot be represented.
    #[error("a decimal number is required, found {0}")]
    Number(#[from] NumberError),
    /// Infinities and not-a-number are values of no attribute.
    #[error("a finite decimal number is required, found an infinity or not-a-number")]
    NotFinite,
    /// The type that a dynamic value carries is none.
    #[error("the type of a dynamic value cannot be read: {0}")]
    Type(#[from] TypeError),
    /// Text that is not UTF-8.
    #[error("text is not valid UTF-8")]
    Utf8,
    /// JSON that is none.
    #[error("malformed JSON at line {line}, column {column}")]
    Json {
        /// Counted from 1.
        line: usize,
        /// In bytes, counted from 1.
        column: usize,
    },
    /// The byte that MessagePack never uses.
    #[error("malformed MessagePack: a reserved marker")]
    ReservedMarker,
    /// The bytes end inside a value.
    #[error("the bytes end inside a value")]
    Truncated,
    /// Bytes are left over after the value.
    #[error("bytes are left over after the value")]
    TrailingBytes,
    /// Deeper than [`MAX_DEPTH`].
    #[error("nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// Longer than [`MAX_BYTES`].
    #[error("longer than {MAX_BYTES} bytes")]
    TooLong,
}

/// Why a value cannot be written as the wanted type. Each of these is a
/// mistake of the program, never of its user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeReason {
    /// A value of another kind than the type asks for.
    #[error("{expected} is required, found {found}")]
    WrongKind {
        /// The kind the type asks for, with its article.
        expected: &'static str,
        /// The kind of the value, with its article.
        found: &'static str,
    },
    /// An attribute of the object type is not there.
    #[error("the attribute is missing")]
    MissingAttribute,
    /// The object type has no such attribute.
    #[error("unsupported attribute")]
    UnsupportedAttribute,
    /// A tuple of another length than its type.
    #[error("a tuple of {expected} elements is required, found another length")]
    TupleLength {
        /// The number of elements in the type.
        expected: usize,
    },
    /// JSON has no form for what is not known yet.
    #[error("an unknown value has no JSON form")]
    Unknown,
    /// Deeper than [`MAX_DEPTH`].
    #[error("nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// Longer than [`MAX_WRITTEN_BYTES`].
    #[error("longer than {MAX_WRITTEN_BYTES} bytes")]
    TooLong,
}

macro_rules! located {
    ($error:ident, $reason:ident) => {
        impl $error {
            /// Where in the value.
            #[must_use]
            pub fn path(&self) -> &ValuePath {
                &self.path
            }

            /// Why.
            #[must_use]
            pub fn reason(&self) -> &$reason {
                &self.reason
            }

            /// The same error seen from the object around it.
            pub(super) fn in_attribute(self, name: &str) -> Self {
                self.within(Step::Attribute(name.to_owned()))
            }

            /// The same error seen from the map around it.
            pub(super) fn at_key(self, key: &str) -> Self {
                self.within(Step::Key(key.to_owned()))
            }

            /// The same error seen from the sequence around it.
            pub(super) fn at_index(self, index: usize) -> Self {
                self.within(Step::Index(index))
            }

            fn within(mut self, step: Step) -> Self {
                self.path.reversed.push(step);
                self
            }
        }

        impl From<$reason> for $error {
            fn from(reason: $reason) -> Self {
                Self { path: ValuePath::default(), reason }
            }
        }
    };
}

located!(DecodeError, DecodeReason);
located!(EncodeError, EncodeReason);

impl DecodeError {
    /// The same place with another reason.
    pub(super) fn because(self, reason: DecodeReason) -> Self {
        Self { reason, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_reads_as_terraform_writes_it() {
        let error = DecodeError::from(DecodeReason::MissingAttribute)
            .in_attribute("ip")
            .at_index(3)
            .in_attribute("allowed_ips");
        assert_eq!(error.to_string(), "allowed_ips[3].ip: the attribute is missing");
        let error = DecodeError::from(DecodeReason::Utf8).at_key("a\"b").in_attribute("tags");
        assert_eq!(error.path().to_string(), r#"tags["a\"b"]"#);
        assert_eq!(DecodeError::from(DecodeReason::Truncated).to_string(), "the bytes end inside a value");
    }

    #[test]
    fn a_key_of_many_megabytes_does_not_fill_the_error() {
        let error = EncodeError::from(EncodeReason::Unknown).at_key(&"é".repeat(1_000_000));
        assert!(error.to_string().len() < 300);
    }
}
