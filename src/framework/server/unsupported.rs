//! What this framework does not offer yet. Terraform must not meet a missing method: some
//! of its versions crash, others blame the plugin.

use crate::framework::convert;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::provider::Provider;
use crate::protocol::proto::tfplugin6;

use super::connection::Connection;

/// A refusal that says what the provider does not have.
fn absent(action: &str, kind: &str) -> Diagnostics {
    Diagnostic::error(
        format!("Cannot {}", action.trim_end()),
        format!("Nothing was changed. This version of the provider has no {kind}."),
    )
    .into()
}

/// `rpc field "action" "kind"`: a refusal to do the action with what the field
/// names.
macro_rules! refusals {
    ($($rpc:ident $field:ident $action:literal $kind:literal;)*) => {$(
        pub(super) async fn $rpc<P: Provider>(
            _: Connection<P>,
            request: tfplugin6::$rpc::Request,
        ) -> Result<tfplugin6::$rpc::Response, Diagnostics> {
            Err(absent(&format!(concat!($action, " {}"), request.$field), $kind))
        }
    )*};
}

refusals! {
    validate_state_store_config type_name "validate state store" "state stores";
    configure_state_store type_name "configure state store" "state stores";
    lock_state type_name "lock state store" "state stores";
    unlock_state type_name "unlock state store" "state stores";
    get_states type_name "list the states of" "state stores";
    delete_state type_name "delete a state of" "state stores";
}

pub(super) async fn write_state_bytes() -> Result<tfplugin6::write_state_bytes::Response, Diagnostics> {
    Err(absent("write a state", "state stores"))
}

/// Terraform reads the range even beside errors.
pub(super) fn read_state_bytes(
    request: &tfplugin6::read_state_bytes::Request,
) -> tfplugin6::read_state_bytes::ResponseChunk {
    let diagnostics = absent(&format!("read a state of {}", request.type_name), "state stores");
    tfplugin6::read_state_bytes::ResponseChunk {
        diagnostics: convert::diagnostics(diagnostics),
        range: Some(tfplugin6::StateByteRange::default()),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests;
