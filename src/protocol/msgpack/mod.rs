//! Values as MessagePack, the form in which Terraform and a provider exchange them. Knows
//! types and values, no schema and no message.

mod decode;
mod encode;
mod reader;

pub use decode::decode;
pub use encode::encode;

/// The extension code of an unknown value of which something is known. Any
/// other code is an unknown value of which nothing is.
const REFINED_UNKNOWN: i8 = 12;

/// The key, within the body of a refined unknown, of whether it may be null:
/// `false` when it certainly is not.
const NULLNESS: u8 = 1;
