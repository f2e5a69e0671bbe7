//! A message that is encoded once and sent often. Layer: protocol.

use std::ops::Deref;
use std::sync::Arc;

use bytes::{Buf, BufMut, Bytes};
use prost::encoding::{DecodeContext, WireType};
use prost::{DecodeError, Message};

/// A message with its bytes. Cloning shares both, sending copies the bytes
/// only: for the schemas, which are large and the same for the life of the
/// process. On the wire it cannot be told from `M`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Encoded<M> {
    message: Arc<M>,
    bytes: Bytes,
}

impl<M: Message> From<M> for Encoded<M> {
    fn from(message: M) -> Self {
        Self { bytes: message.encode_to_vec().into(), message: Arc::new(message) }
    }
}

impl<M> Encoded<M> {
    /// Shared with every copy.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }
}

impl<M> Deref for Encoded<M> {
    type Target = M;

    fn deref(&self) -> &M {
        &self.message
    }
}

impl<M: Message + Clone + Default> Message for Encoded<M> {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        buf.put_slice(&self.bytes);
    }

    fn encoded_len(&self) -> usize {
        self.bytes.len()
    }

    /// Works, but encodes again after each field: this is for what is sent.
    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        let message = Arc::make_mut(&mut self.message);
        message.merge_field(tag, wire_type, buf, ctx)?;
        self.bytes = message.encode_to_vec().into();
        Ok(())
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::proto::tfplugin6::{Diagnostic, get_provider_schema};

    #[test]
    fn on_the_wire_it_is_the_message_itself() {
        let message = get_provider_schema::Response {
            diagnostics: vec![Diagnostic { summary: "Cannot".to_owned(), ..Diagnostic::default() }],
            ..get_provider_schema::Response::default()
        };
        let encoded = Encoded::from(message.clone());
        assert_eq!(encoded.encode_to_vec(), message.encode_to_vec());
        assert_eq!(encoded.encoded_len(), message.encoded_len());
        assert_eq!(encoded.diagnostics, message.diagnostics);
        let received = Encoded::<get_provider_schema::Response>::decode(&*message.encode_to_vec());
        assert_eq!(received, Ok(encoded));
    }

    #[test]
    fn a_copy_shares_the_bytes() {
        let message = get_provider_schema::Response {
            diagnostics: vec![Diagnostic::default()],
            ..get_provider_schema::Response::default()
        };
        let encoded = Encoded::from(message);
        assert_eq!(encoded.clone().bytes.as_ptr(), encoded.bytes.as_ptr());
    }
}
