//! Secrets in models. A model's field that holds a credential is an `Attr<Secret>`, so that
//! a model can be formatted without showing it.

use crate::client::Secret;
use crate::framework::object::{Mapped, MappingError};
use crate::protocol::value::Value;

impl Mapped for Secret {
    fn from_value(value: &Value) -> Result<Self, MappingError> {
        value.as_str().map(Self::from).ok_or(MappingError::expected("text"))
    }

    fn into_value(self) -> Value {
        Value::string(self.expose())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::object::Attr;

    #[test]
    fn a_secret_maps_to_text_and_back_and_is_never_formatted() {
        let secret = Secret::new("s3cret");
        assert_eq!(secret.clone().into_value(), Value::string("s3cret"));
        assert_eq!(Secret::from_value(&Value::string("s3cret")), Ok(secret.clone()));
        assert!(!format!("{:?}", Attr::Known(secret)).contains("s3cret"));
        assert!(Secret::from_value(&Value::Bool(true)).is_err());
    }
}
