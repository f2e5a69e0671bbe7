//! UpgradeResourceIdentity, and the identities in the requests and answers of the other
//! RPCs. A type without an identity never answers with one: Terraform would crash. An
//! identity that changes is refused here, since Terraform itself would store it.

use std::panic::{self, AssertUnwindSafe};

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::erased::ErasedResource;
use crate::framework::planning::Plan;
use crate::framework::provider::Provider;
use crate::framework::resource::Operation;
use crate::protocol::json;
use crate::protocol::proto::tfplugin6::ResourceIdentityData;
use crate::protocol::proto::tfplugin6::upgrade_resource_identity::{Request, Response};
use crate::protocol::value::Value;

use super::catalog::{Catalog, Entry, Identity};
use super::connection::Connection;
use super::{upgrade, values};

/// Terraform asks for it whenever the stored version is not the current one,
/// also when no identity is stored.
pub(super) async fn upgrade_resource_identity<P: Provider>(
    connection: Connection<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let name = request.type_name;
    let entry = connection.catalog().resource(&name)?;
    let refuse = |detail: String| {
        let detail = format!("The state is unchanged. {detail}");
        Diagnostic::error(format!("Cannot upgrade the identity of {name}"), detail)
    };
    let Some(identity) = connection.catalog().identities.get(name.as_str()) else {
        return Err(
            refuse("In this version of the provider, the resource has no identity.".to_owned()).into()
        );
    };
    let raw = request.raw_identity.unwrap_or_default();
    // The read that follows finds out.
    if raw.json.iter().all(u8::is_ascii_whitespace) || raw.json.trim_ascii() == b"null" {
        return Ok(Response::default());
    }
    let current = identity.schema.version;
    if request.version > current {
        return Err(refuse(format!(
            "Use the newer provider version that wrote it: its identity version is {}, and this provider version \
             supports {current}.",
            request.version
        ))
        .into());
    }
    let json = upgrade::chain(request.version..current, &raw.json, |version, stored| {
        entry.object.upgrade_identity(version, stored)
    })
    .map_err(|fault| match fault {
        upgrade::Fault::Json => refuse("It is not valid JSON.".to_owned()).into(),
        upgrade::Fault::Resource(diagnostics) => diagnostics,
    })?;
    let upgraded = json::decode_lenient(&json, &identity.ty)
        .map_err(|error| refuse(format!("It does not match its schema: {error}.")))?;
    let upgraded_identity = Identifying::new(connection.catalog(), &name, entry).encode(&upgraded)?;
    Ok(Response { upgraded_identity, diagnostics: Vec::new() })
}

/// The identities of one resource type. Does nothing for a type without.
pub(super) struct Identifying<'a, Ctx> {
    name: &'a str,
    resource: &'a dyn ErasedResource<Ctx>,
    identity: Option<&'a Identity>,
}

impl<'a, Ctx> Identifying<'a, Ctx> {
    pub(super) fn new<P: Provider<Ctx = Ctx>>(
        catalog: &'a Catalog<P>,
        name: &'a str,
        entry: &'a Entry<dyn ErasedResource<Ctx>>,
    ) -> Self {
        Self { name, resource: &*entry.object, identity: catalog.identities.get(name) }
    }

    /// Whether the type has an identity at all.
    pub(super) fn is_known(&self) -> bool {
        self.identity.is_some()
    }

    /// The identity in a request; null when there is none.
    pub(super) fn decode(&self, message: Option<&ResourceIdentityData>) -> Result<Value, Diagnostic> {
        match (self.identity, message.and_then(|message| message.identity_data.as_ref())) {
            (Some(identity), Some(data)) => {
                values::decode(&format!("the identity of {}", self.name), Some(data), &identity.ty)
            }
            _ => Ok(Value::Null),
        }
    }

    /// The identity for an answer; none when it is null.
    pub(super) fn encode(&self, value: &Value) -> Result<Option<ResourceIdentityData>, Diagnostic> {
        match self.identity {
            Some(identity) if !value.is_null() => {
                let data = values::encode(&format!("the identity of {}", self.name), value, &identity.ty)?;
                Ok(Some(ResourceIdentityData { identity_data: Some(data) }))
            }
            _ => Ok(None),
        }
    }

    /// The identity of the object with this state; null while it is not
    /// complete.
    pub(super) fn of(&self, state: &Value) -> Result<Value, Diagnostic> {
        let Some(identity) = self.identity else { return Ok(Value::Null) };
        if state.is_null() {
            return Ok(Value::Null);
        }
        let found = self.resource.identity(state)?;
        Ok(if identity.schema.is_complete(&found) { found } else { Value::Null })
    }

    /// What an import needs and `identity` does not have.
    pub(super) fn missing(&self, identity: &Value) -> Vec<&'a str> {
        self.identity.map(|known| known.schema.missing(identity)).unwrap_or_default()
    }

    /// The identity to plan with. One that is only decided by the apply is not
    /// planned at all.
    pub(super) fn planned(
        &self,
        prior: &Value,
        prior_identity: &Value,
        plan: &Plan,
        diagnostics: &mut Diagnostics,
    ) -> Result<Value, Diagnostic> {
        let planned = self.of(&plan.state)?;
        // A replacement is planned anew, with no prior state, and Terraform sends the
        // identity of what is replaced all the same.
        if prior.is_null() {
            return Ok(planned);
        }
        let known = if prior_identity.is_null() { self.of(prior)? } else { prior_identity.clone() };
        if known.is_null() {
            return Ok(planned);
        }
        if plan.requires_replace.is_empty() && !planned.is_null() && planned != known {
            diagnostics.push(Diagnostic::bug(
                format!("Cannot plan {}", self.name),
                format!(
                    "Nothing was changed. The provider planned to change the identity {} to {} without a \
                     replacement.",
                    self.shown(&known),
                    self.shown(&planned)
                ),
            ));
        }
        Ok(known)
    }

    /// The identity after a read that found the object. `stored` is what was
    /// stored; null when that is not to be trusted, as after an import.
    ///
    /// # Errors
    /// There is none, or it is another object's.
    pub(super) fn read(&self, stored: &Value, state: &Value) -> Result<Value, Diagnostic> {
        let found = self.of(state)?;
        if !self.is_known() || state.is_null() {
            return Ok(Value::Null);
        }
        if found.is_null() {
            return Err(Diagnostic::bug(
                format!("Cannot read {}", self.name),
                "The state is unchanged. The provider read the object without its identity.",
            ));
        }
        if !stored.is_null() && *stored != found {
            return Err(Diagnostic::error(
                format!("Cannot read {}", self.name),
                format!(
                    "The state has the identity {}, but the provider found another object, with the identity {}. If \
                     the object was replaced outside Terraform, remove it from the state and import the new one. The \
                     state is unchanged.",
                    self.shown(stored),
                    self.shown(&found)
                ),
            ));
        }
        Ok(found)
    }

    /// The identity to store after an apply. Never fails: the state beside it
    /// must be stored in every case.
    pub(super) fn applied(
        &self,
        operation: Operation,
        planned: &Value,
        state: &Value,
        diagnostics: &mut Diagnostics,
    ) -> Option<ResourceIdentityData> {
        if !self.is_known() || state.is_null() {
            return None;
        }
        let fault = |detail: String| {
            Diagnostic::bug(
                format!("Cannot confirm the result for {}", self.name),
                format!("The state is saved. {detail}"),
            )
        };
        // The author's code runs once more, and may panic.
        let found = panic::catch_unwind(AssertUnwindSafe(|| self.of(state))).unwrap_or_else(|_| {
            Err(fault("The provider panicked while it determined the identity of the object.".into()))
        });
        let (found, bug) = match found {
            Ok(found) => (found, None),
            Err(bug) => (Value::Null, Some(bug)),
        };
        let succeeded = !diagnostics.has_errors() && operation != Operation::Delete;
        if let Some(bug) = bug {
            diagnostics.push(bug);
        } else if succeeded && found.is_null() {
            diagnostics.push(fault("The provider returned no identity for the object.".into()));
        } else if succeeded && !planned.is_null() && *planned != found {
            diagnostics.push(fault(format!(
                "The object has the identity {}, but the plan has {}.",
                self.shown(&found),
                self.shown(planned)
            )));
        }
        let identity = if found.is_null() { planned } else { &found };
        self.encode(identity).unwrap_or_else(|bug| {
            diagnostics.push(bug);
            None
        })
    }

    /// An identity as a user may see it. It holds no secret.
    fn shown(&self, value: &Value) -> String {
        let text = self.identity.and_then(|identity| json::encode(value, &identity.ty).ok());
        text.map_or_else(
            || "something else".to_owned(),
            |json| format!("`{}`", String::from_utf8_lossy(&json)),
        )
    }
}

#[cfg(test)]
mod tests;
