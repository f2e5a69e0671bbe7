//! The message in which values travel. Chooses between the two encodings; defines neither.

use bytes::Bytes;

use super::codec::{DecodeError, EncodeError};
use super::proto::tfplugin6;
use super::types::Type;
use super::value::Value;
use super::{json, msgpack};

/// Reads the value of a message: from its MessagePack when there is any, else
/// from its JSON, else, as when the message is absent altogether, null.
///
/// # Errors
/// Those of [`msgpack::decode`] and [`json::decode`].
pub fn decode(message: Option<&tfplugin6::DynamicValue>, ty: &Type) -> Result<Value, DecodeError> {
    match message {
        Some(message) if !message.msgpack.is_empty() => msgpack::decode(&message.msgpack, ty),
        Some(message) if !message.json.is_empty() => json::decode(&message.json, ty),
        _ => Ok(Value::Null),
    }
}

/// Writes a value as MessagePack, the one form every Terraform reads.
///
/// # Errors
/// Those of [`msgpack::encode`].
pub fn encode(value: &Value, ty: &Type) -> Result<tfplugin6::DynamicValue, EncodeError> {
    Ok(tfplugin6::DynamicValue { msgpack: msgpack::encode(value, ty)?.into(), json: Bytes::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(msgpack: &[u8], json: &[u8]) -> tfplugin6::DynamicValue {
        tfplugin6::DynamicValue {
            msgpack: Bytes::copy_from_slice(msgpack),
            json: Bytes::copy_from_slice(json),
        }
    }

    #[test]
    fn msgpack_wins_over_json_and_json_over_nothing() {
        let read = |message: &tfplugin6::DynamicValue| decode(Some(message), &Type::String).unwrap();
        assert_eq!(read(&message(b"\xa1a", b"\"b\"")), Value::string("a"));
        assert_eq!(read(&message(b"", b"\"b\"")), Value::string("b"));
        assert_eq!(read(&message(b"", b"")), Value::Null);
        assert_eq!(decode(None, &Type::String), Ok(Value::Null));
    }

    #[test]
    fn malformed_msgpack_does_not_fall_back_to_json() {
        assert!(decode(Some(&message(b"\xc1", b"\"b\"")), &Type::String).is_err());
    }

    #[test]
    fn values_are_written_as_msgpack_alone() {
        assert_eq!(encode(&Value::string("a"), &Type::String), Ok(message(b"\xa1a", b"")));
        assert_eq!(encode(&Value::Null, &Type::String), Ok(message(b"\xc0", b"")));
    }
}
