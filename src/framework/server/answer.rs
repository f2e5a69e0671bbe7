//! How each answer says that something went wrong.

use std::collections::BTreeSet;

use prost::Message;

use crate::framework::convert;
use crate::framework::diagnostics::Diagnostics;
use crate::protocol::encoded::Encoded;
use crate::protocol::proto::tfplugin6;
use crate::protocol::proto::tfplugin6::attribute_path::Step;
use crate::protocol::proto::tfplugin6::attribute_path::step::Selector;

/// An answer of one RPC.
pub(super) trait Answer {
    /// How many bytes it has on the wire.
    fn size(&self) -> usize;

    /// The answer that holds nothing but these messages.
    fn refusal(diagnostics: Diagnostics) -> Self;

    /// How many errors and warnings the answer holds.
    fn counts(&self) -> (usize, usize);

    /// The messages in the answer.
    fn messages(&mut self) -> &mut [tfplugin6::Diagnostic] {
        &mut []
    }
}

/// Takes messages about a secret argument from it to the block it is in:
/// Terraform shows the line of the configuration that a message points at, and
/// with it a secret that is written there. The message names the argument.
pub(super) fn point_at_blocks(messages: &mut [tfplugin6::Diagnostic], secret: &BTreeSet<String>) {
    for message in messages {
        let Some(path) = &mut message.attribute else { continue };
        let is_secret = |step: &Step| match &step.selector {
            Some(Selector::AttributeName(name)) => secret.contains(name),
            _ => false,
        };
        if let Some(at) = path.steps.iter().position(is_secret) {
            path.steps.truncate(at);
        }
        if path.steps.is_empty() {
            message.attribute = None;
        }
    }
}

/// How many errors and warnings there are.
pub(super) fn count(diagnostics: &[tfplugin6::Diagnostic]) -> (usize, usize) {
    let of = |severity: tfplugin6::diagnostic::Severity| {
        diagnostics.iter().filter(|diagnostic| diagnostic.severity() == severity).count()
    };
    (of(tfplugin6::diagnostic::Severity::Error), of(tfplugin6::diagnostic::Severity::Warning))
}

macro_rules! answers {
    ($($rpc:ident)*) => {$(
        impl Answer for tfplugin6::$rpc::Response {
            fn size(&self) -> usize {
                self.encoded_len()
            }

            #[allow(clippy::needless_update, reason = "some of the messages hold nothing else")]
            fn refusal(diagnostics: Diagnostics) -> Self {
                Self { diagnostics: convert::diagnostics(diagnostics), ..Self::default() }
            }

            fn counts(&self) -> (usize, usize) {
                count(&self.diagnostics)
            }

            fn messages(&mut self) -> &mut [tfplugin6::Diagnostic] {
                &mut self.diagnostics
            }
        }
    )*};
}

answers! {
    get_metadata
    get_resource_identity_schemas
    validate_provider_config
    validate_resource_config
    validate_data_resource_config
    upgrade_resource_state
    upgrade_resource_identity
    configure_provider
    read_resource
    plan_resource_change
    apply_resource_change
    import_resource_state
    move_resource_state
    read_data_source
    generate_resource_config
    validate_ephemeral_resource_config
    open_ephemeral_resource
    renew_ephemeral_resource
    close_ephemeral_resource
    validate_list_resource_config
    get_functions
    validate_action_config
    plan_action
    validate_state_store_config
    write_state_bytes
    lock_state
    unlock_state
    get_states
    delete_state
}

impl Answer for Encoded<tfplugin6::get_provider_schema::Response> {
    fn size(&self) -> usize {
        self.bytes().len()
    }

    /// Terraform reads the provider's schema even beside errors.
    fn refusal(diagnostics: Diagnostics) -> Self {
        let message = tfplugin6::get_provider_schema::Response {
            provider: Some(tfplugin6::Schema {
                version: 0,
                block: Some(tfplugin6::schema::Block::default()),
            }),
            diagnostics: convert::diagnostics(diagnostics),
            ..Default::default()
        };
        message.into()
    }

    fn counts(&self) -> (usize, usize) {
        count(&self.diagnostics)
    }
}

impl Answer for tfplugin6::configure_state_store::Response {
    fn size(&self) -> usize {
        self.encoded_len()
    }

    /// Terraform reads the capabilities even beside errors, and crashes when
    /// they are missing.
    fn refusal(diagnostics: Diagnostics) -> Self {
        Self {
            diagnostics: convert::diagnostics(diagnostics),
            capabilities: Some(tfplugin6::StateStoreServerCapabilities::default()),
        }
    }

    fn counts(&self) -> (usize, usize) {
        count(&self.diagnostics)
    }
}

impl Answer for tfplugin6::call_function::Response {
    fn size(&self) -> usize {
        self.encoded_len()
    }

    /// A function has no diagnostics: its one error is text.
    fn refusal(diagnostics: Diagnostics) -> Self {
        Self {
            result: None,
            error: Some(tfplugin6::FunctionError { text: paragraphs(&diagnostics), function_argument: None }),
        }
    }

    fn counts(&self) -> (usize, usize) {
        (usize::from(self.error.is_some()), 0)
    }
}

impl Answer for tfplugin6::stop_provider::Response {
    fn size(&self) -> usize {
        self.encoded_len()
    }

    fn refusal(diagnostics: Diagnostics) -> Self {
        Self { error: paragraphs(&diagnostics) }
    }

    fn counts(&self) -> (usize, usize) {
        (usize::from(!self.error.is_empty()), 0)
    }
}

fn paragraphs(diagnostics: &Diagnostics) -> String {
    let texts: Vec<String> = diagnostics.iter().map(|d| format!("{}: {}", d.summary, d.detail)).collect();
    texts.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::diagnostics::Diagnostic;
    use crate::framework::path::Path;

    #[test]
    fn a_message_about_a_secret_points_at_its_block_and_any_other_at_its_argument() {
        let secret = BTreeSet::from(["password".to_owned()]);
        for (path, expected) in [
            (Path::root("label"), Some(Path::root("label"))),
            (Path::root("password"), None),
            (Path::root("login").attribute("password"), Some(Path::root("login"))),
            (
                Path::root("logins").index(1).attribute("password").key("a"),
                Some(Path::root("logins").index(1)),
            ),
        ] {
            let mut messages = convert::diagnostics(Diagnostic::error("s", "d").at(path.clone()).into());
            point_at_blocks(&mut messages, &secret);
            assert_eq!(messages[0].attribute, expected.map(|path| convert::attribute_path(&path)), "{path}");
        }
    }
}
