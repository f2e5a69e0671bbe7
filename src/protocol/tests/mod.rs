//! Tests of the value codecs together: the bytes Terraform is known to send,
//! and properties that hold of any value.

mod msgpack_bytes;
