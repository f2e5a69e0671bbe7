//! ReadDataSource.

use crate::framework::consistency;
use crate::framework::convert;
use crate::framework::diagnostics::Diagnostics;
use crate::framework::provider::Provider;
use crate::framework::resource::{Call, Operation};
use crate::framework::timeouts;
use crate::protocol::proto::tfplugin6::read_data_source::{Request, Response};

use super::connection::Connection;
use super::values;

pub(super) async fn read_data_source<P: Provider>(
    connection: Connection<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let name = request.type_name;
    let entry = connection.catalog().data_source(&name)?;
    let config = values::decode(&format!("the configuration of {name}"), request.config.as_ref(), &entry.ty)?;
    let configuration = connection.configuration();
    let ctx = configuration.require(&format!("read data source {name}"))?;

    let cancel = connection.cancellation();
    let deadline = timeouts::deadline(&config, Operation::Read, entry.object.timeout());
    let call = Call { ctx, cancel: &cancel, deadline };
    let result = entry.object.read(call, &config).await?;

    let mut diagnostics = Diagnostics::new();
    let state = consistency::after_data_read(&name, &entry.schema, &config, result, &mut diagnostics);
    let state = values::encode(&format!("the result of {name}"), &state, &entry.ty)?;
    Ok(Response { state: Some(state), diagnostics: convert::diagnostics(diagnostics), deferred: None })
}

#[cfg(test)]
mod tests;
