//! The `timeouts` block: how long a user lets an operation take. Says when an operation's
//! time ends; ending it is the verb's duty.

use std::time::Duration;

use tokio::time::Instant;

use crate::protocol::value::Value;

use super::duration;
use super::object::Attr;
use super::resource::{Operation, TIMEOUTS, timeouts_of};
use super::schema::{Attribute, Block, Nesting};
use super::validators;

crate::object! {
    /// The values of a `timeouts` block, as written: see [`duration`].
    pub struct Timeouts {
        /// For creating.
        pub create: Attr<String>,
        /// For reading.
        pub read: Attr<String>,
        /// For updating.
        pub update: Attr<String>,
        /// For deleting.
        pub delete: Attr<String>,
    }
}

/// All operations, in the order in which they are documented.
const OPERATIONS: [Operation; 4] = [Operation::Create, Operation::Read, Operation::Update, Operation::Delete];

impl Operation {
    /// Its attribute in the block.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// The block for a resource's schema. `default` says how long each operation
/// may take when the user does not.
#[must_use]
pub fn block(default: impl Fn(Operation) -> Duration) -> Block {
    let attributes = OPERATIONS.map(|operation| {
        let (name, default) = (operation.name(), duration::display(default(operation)));
        Attribute::string(name)
            .validate(validators::duration())
            .describe(format!("Timeout of the {name}; {}. Default: `{default}`.", duration::RULE))
    });
    Block {
        name: TIMEOUTS.to_owned(),
        nesting: Nesting::Single,
        description:
            "Timeouts of the operations. An operation that does not finish in time fails; the provider still waits \
                      for the response to a write request that it has sent."
                .to_owned(),
        attributes: attributes.into(),
        blocks: Vec::new(),
    }
}

/// When an operation that starts now must end, by the `timeouts` of a plan,
/// state or configuration.
#[must_use]
pub fn deadline(object: &Value, operation: Operation, default: Duration) -> Instant {
    let written = timeouts_of(object).and_then(|timeouts| timeouts.get(operation.name()));
    let length = written
        .and_then(Value::as_str)
        .and_then(|text| duration::parse(text).ok())
        .filter(|length| !length.is_zero())
        .unwrap_or(default);
    from_now(length)
}

/// The end of something that may take so long from now. What is too long for the
/// clock, which no `timeouts` can say, is over at once.
#[must_use]
pub(super) fn from_now(length: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(length).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::object::{Mapped, Object};

    fn object(create: Value) -> Value {
        Value::map([(TIMEOUTS, Value::map([("create", create)]))])
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_user_wrote_beats_the_default() {
        let default = Duration::from_secs(300);
        let ends = |object: &Value, operation| deadline(object, operation, default) - Instant::now();
        let written = object(Value::string("90s"));
        assert_eq!(ends(&written, Operation::Create), Duration::from_secs(90));
        assert_eq!(ends(&written, Operation::Delete), default);
        assert_eq!(ends(&object(Value::Null), Operation::Create), default);
        assert_eq!(ends(&object(crate::protocol::value::UNKNOWN), Operation::Create), default);
        assert_eq!(ends(&Value::map([(TIMEOUTS, Value::Null)]), Operation::Create), default);
        assert_eq!(ends(&Value::Null, Operation::Create), default);
    }

    #[test]
    fn the_block_and_its_model_have_the_same_attributes() {
        let block = block(|_| Duration::from_secs(300));
        let names: Vec<_> = block.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
        assert_eq!(names, Timeouts::ATTRIBUTES);
        let value = Value::map(names.into_iter().map(|name| (name, Value::Null)));
        assert_eq!(Timeouts::from_value(&value).map(Mapped::into_value), Ok(value));
    }

    #[test]
    fn the_default_is_documented() {
        let block = block(|_| Duration::from_secs(5400));
        assert!(block.attributes.iter().all(|attribute| attribute.description.contains("`1h30m`")));
    }
}
