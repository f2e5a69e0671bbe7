//! Tests of the value codecs together: the bytes Terraform is known to send,
//! and properties that hold of any value.

mod any_value;
mod json_text;
mod msgpack_bytes;
mod properties;
mod stack;
