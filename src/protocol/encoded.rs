//! A message that is encoded once and sent often.

use std::ops::Deref;
use std::sync::Arc;

use bytes::Bytes;
use prost::Message;

/// A message with its bytes. Cloning shares both: for the schemas, which are large
/// and the same for the life of the process.
#[derive(Debug, Clone)]
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
    /// The message as it is sent.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

impl<M> Deref for Encoded<M> {
    type Target = M;

    fn deref(&self) -> &M {
        &self.message
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::proto::tfplugin6::{Diagnostic, get_provider_schema};

    #[test]
    fn it_is_the_message_and_a_copy_shares_its_bytes() {
        let message = get_provider_schema::Response {
            diagnostics: vec![Diagnostic { summary: "Cannot".to_owned(), ..Diagnostic::default() }],
            ..get_provider_schema::Response::default()
        };
        let encoded = Encoded::from(message.clone());
        assert_eq!(**encoded.bytes(), message.encode_to_vec());
        assert_eq!(encoded.diagnostics, message.diagnostics);
        assert_eq!(encoded.clone().bytes().as_ptr(), encoded.bytes().as_ptr());
    }
}
