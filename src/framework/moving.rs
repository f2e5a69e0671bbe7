//! The state of an object that a `moved` block hands over from a resource type of another
//! provider, or of this one.

/// What Terraform stored for the object under its old type.
#[derive(Clone)]
pub struct MovedState {
    /// The full address of the old provider, such as
    /// `registry.terraform.io/hashicorp/null`. From OpenTofu it is only what the
    /// name of the type begins with: `null`.
    pub provider: String,
    /// The old resource type.
    pub type_name: String,
    /// The version of the old type's schema.
    pub schema_version: i64,
    /// The stored JSON. May hold secrets, also where its schema says nothing.
    pub state: serde_json::Value,
}

impl MovedState {
    /// Whether the old provider is `source`, `<namespace>/<type>`, on whatever
    /// registry, or may be, if all that is known is its type. Addresses do not
    /// distinguish upper and lower case.
    #[must_use]
    pub fn is_from(&self, source: &str) -> bool {
        let parts = |address: &str| -> Vec<String> {
            address.rsplit('/').take(2).map(str::to_ascii_lowercase).collect()
        };
        let (provider, source) = (parts(&self.provider), parts(source));
        if provider.len() < 2 { provider.first() == source.first() } else { provider == source }
    }

    /// A text attribute of the old object; none when it is missing, null, empty
    /// or something else.
    #[must_use]
    pub fn text(&self, attribute: &str) -> Option<&str> {
        self.state.get(attribute)?.as_str().filter(|text| !text.is_empty())
    }
}

impl std::fmt::Debug for MovedState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MovedState")
            .field("provider", &self.provider)
            .field("type_name", &self.type_name)
            .field("schema_version", &self.schema_version)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(provider: &str) -> MovedState {
        MovedState {
            provider: provider.to_owned(),
            type_name: "restapi_object".to_owned(),
            schema_version: 0,
            state: serde_json::json!({ "path": "/v1/things", "secret": "planted", "empty": "", "number": 7 }),
        }
    }

    #[test]
    fn a_provider_is_known_by_namespace_and_type_on_every_registry() {
        for address in [
            "registry.terraform.io/mastercard/restapi",
            "registry.opentofu.org/Mastercard/restapi",
            "restapi",
        ] {
            assert!(moved(address).is_from("Mastercard/restapi"), "{address}");
        }
        for address in ["registry.terraform.io/somebody/restapi", "somebody/restapi", "null", ""] {
            assert!(!moved(address).is_from("Mastercard/restapi"), "{address}");
        }
    }

    #[test]
    fn texts_are_read_and_nothing_stored_is_formatted() {
        let moved = moved("a/b/c");
        assert_eq!(moved.text("path"), Some("/v1/things"));
        assert_eq!((moved.text("empty"), moved.text("number"), moved.text("missing")), (None, None, None));
        assert!(!format!("{moved:?}").contains("planted"));
    }
}
