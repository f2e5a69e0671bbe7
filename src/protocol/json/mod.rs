//! Values as JSON, the form of a stored state. Knows types and values, no schema and no
//! message.
//!
//! Sets are arrays, a dynamic value is `{"value": …, "type": …}`, and nothing
//! unknown can be written.

mod decode;
mod encode;

pub use decode::{decode, decode_lenient};
pub use encode::encode;
