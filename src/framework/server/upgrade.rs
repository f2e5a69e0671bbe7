//! UpgradeResourceState. Called for every stored object in every command, mostly with
//! nothing to upgrade.

use std::borrow::Cow;
use std::ops::Range;

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::provider::Provider;
use crate::framework::walk;
use crate::protocol::json;
use crate::protocol::proto::tfplugin6::upgrade_resource_state::{Request, Response};

use super::connection::Connection;
use super::values;

pub(super) async fn upgrade_resource_state<P: Provider>(
    connection: Connection<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let name = request.type_name;
    let entry = connection.catalog().resource(&name)?;
    let refuse = |detail: String| {
        let detail = format!("{detail} The state is unchanged.");
        Diagnostic::error(format!("Cannot upgrade the state of {name}"), detail)
    };
    let raw = request.raw_state.unwrap_or_default();
    if raw.json.is_empty() {
        let detail = if raw.flatmap.is_empty() {
            "Terraform sent no state."
        } else {
            "The state was last written by Terraform 0.11 or earlier. First apply once with Terraform 0.12 and a \
             provider version of that time."
        };
        return Err(refuse(detail.to_owned()).into());
    }
    let current = entry.schema.version;
    if request.version > current {
        return Err(refuse(format!(
            "Use the newer provider version that wrote the state: its schema version is {}, and this provider \
             version supports {current}.",
            request.version
        ))
        .into());
    }
    let json = if request.version == current {
        Cow::Borrowed(&*raw.json)
    } else {
        tracing::debug!(from = request.version, to = current, "the state is upgraded");
        chain(request.version..current, &raw.json, |version, stored| entry.object.upgrade(version, stored))
            .map(Cow::Owned)
            .map_err(|fault| match fault {
                Fault::Json => refuse("The state is not valid JSON.".to_owned()).into(),
                Fault::Resource(diagnostics) => diagnostics,
            })?
    };
    let state = json::decode_lenient(&json, &entry.ty)
        .map_err(|error| refuse(format!("The state does not match the schema: {error}.")))?;
    if state.is_null() {
        // Taken as it is, this would mean that there is no object.
        return Err(refuse(
            "The state contains no object: its value is null. Remove the resource from the state with \
             `terraform state rm`, and import the object."
                .to_owned(),
        )
        .into());
    }
    let state = walk::without_write_only(&entry.schema, state);
    let upgraded_state = values::encode(&format!("the state of {name}"), &state, &entry.ty)?;
    Ok(Response { upgraded_state: Some(upgraded_state), diagnostics: Vec::new() })
}

/// Why a chain of upgrades broke.
pub(super) enum Fault {
    /// What is stored, or what an upgrade made of it, is not JSON.
    Json,
    /// The resource says why.
    Resource(Diagnostics),
}

/// One version after the other, oldest first.
pub(super) fn chain(
    versions: Range<i64>,
    json: &[u8],
    upgrade: impl Fn(i64, serde_json::Value) -> Result<serde_json::Value, Diagnostics>,
) -> Result<Vec<u8>, Fault> {
    let mut stored: serde_json::Value = serde_json::from_slice(json).map_err(|_| Fault::Json)?;
    for version in versions {
        stored = upgrade(version, stored).map_err(Fault::Resource)?;
    }
    serde_json::to_vec(&stored).map_err(|_| Fault::Json)
}

#[cfg(test)]
mod tests;
