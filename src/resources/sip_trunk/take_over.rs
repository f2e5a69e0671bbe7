//! Trunks that were managed with a provider for any REST API, as people do where there is
//! no provider. Such a provider keeps the trunk as the API answered it, and what was sent.
//! Pure; a read follows.

use serde_json::Value;

use crate::client::Secret;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::moving::MovedState;
use crate::framework::object::Attr;

use crate::lifecycle::object::stub;
use crate::lifecycle::record::Record;

use super::SipTrunk;
use super::ip_authentication::trusted_host;
use super::model::{HostRequestModel, SipTrunkModel};

/// Whose objects can be taken over, on whatever registry.
const PROVIDER: &str = "Mastercard/restapi";
const TYPE: &str = "restapi_object";
/// What the API calls the collection of trunks.
const COLLECTION: &str = "trunks";

/// The state of the trunk that a `restapi_object` holds; `None` for other types.
pub(super) fn take_over(moved: &MovedState) -> Result<Option<SipTrunkModel>, Diagnostics> {
    if moved.type_name != TYPE || !moved.is_from(PROVIDER) {
        return Ok(None);
    }
    let path = moved.text("path").unwrap_or_default();
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    if path.rsplit('/').next() != Some(COLLECTION) {
        return Err(refused("Its `path` is not `/v1/trunks`.").into());
    }
    let Some(answer) = moved.text("api_response") else {
        return Err(refused(
            "It has no `api_response`. First run `terraform apply -refresh-only` with the old resource, which sets \
             it.",
        )
        .into());
    };
    // The parser's message might quote a token.
    let record: Record<SipTrunk> = serde_json::from_str(answer)
        .map_err(|_| refused("Its `api_response` is not a SIP trunk as returned by Wavix."))?;
    if record.key.parse().is_ok_and(|id: i64| id <= 0)
        || record.text("login").is_none()
        || record.label().is_none()
    {
        return Err(
            refused("Its `api_response` does not contain the id, name and label of a SIP trunk.").into()
        );
    }
    if moved.text("id").is_some_and(|id| id != record.key) {
        return Err(refused("Its `id` is not that of the SIP trunk in its `api_response`.").into());
    }
    let sent = moved.text("data").and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
    Ok(Some(record.state(&held(&record, &sent))))
}

/// What no answer tells, from what was sent. A password that stands in the old
/// state in clear is no worse off in the new one, and without it the trunk could
/// not be changed.
fn held(record: &Record<SipTrunk>, sent: &Value) -> SipTrunkModel {
    let text = |pointer: &str| {
        sent.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let trusted = trusted_host(record);
    let requested = text("/host_request/host").or(trusted);
    SipTrunkModel {
        password: text("/password").map(Secret::from).into(),
        callerid: text("/callerid").into(),
        host_request: requested.map(|host| HostRequestModel { host: Attr::Known(host) }).into(),
        ..stub::<SipTrunk>(&record.key)
    }
}

fn refused(cause: &str) -> Diagnostic {
    Diagnostic::error(
        "Cannot move restapi_object to SIP trunk",
        format!(
            "Correct the `moved` block, or import the SIP trunk by its id with an `import` block. The object of the \
             `moved` block is not a SIP trunk that can be moved. {cause} The state is unchanged."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_that_is_no_trunk_is_refused_with_the_reason() {
        let state = |state: Value| MovedState {
            provider: "registry.terraform.io/Mastercard/restapi".to_owned(),
            type_name: TYPE.to_owned(),
            schema_version: 0,
            state,
        };
        for (object, reason) in [
            (serde_json::json!({ "path": "/v1/numbers" }), "`path` is not"),
            (serde_json::json!({ "path": "/v1/trunks" }), "no `api_response`"),
            (serde_json::json!({ "path": "/v1/trunks", "api_response": "[]" }), "not a SIP trunk"),
            (serde_json::json!({ "path": "/v1/trunks", "api_response": "{}" }), "not a SIP trunk"),
        ] {
            let told: Vec<Diagnostic> = take_over(&state(object)).unwrap_err().into_iter().collect();
            assert!(told[0].detail.contains(reason), "{told:?}");
        }
    }
}
