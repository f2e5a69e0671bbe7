//! A provider without objects, served until the real one is wired in.

use futures_util::stream;
use terraform_provider_wavix::protocol::proto::tfplugin6::provider_server::Provider;
use terraform_provider_wavix::protocol::proto::tfplugin6::{self, Schema, schema::Block};
use tonic::{Request, Response, Status, Streaming};

/// Has an empty schema and implements nothing else.
pub(crate) struct Empty;

macro_rules! empty_provider {
    (unary: $($unary:ident)*; streams: $($stream:ident $ty:ident $event:path,)*) => {
        #[tonic::async_trait]
        impl Provider for Empty {
            $(type $ty = stream::Empty<Result<$event, Status>>;)*

            async fn get_provider_schema(
                &self,
                _: Request<tfplugin6::get_provider_schema::Request>,
            ) -> Result<Response<tfplugin6::get_provider_schema::Response>, Status> {
                Ok(Response::new(tfplugin6::get_provider_schema::Response {
                    provider: Some(Schema { version: 0, block: Some(Block::default()) }),
                    ..Default::default()
                }))
            }

            $(async fn $unary(
                &self,
                _: Request<tfplugin6::$unary::Request>,
            ) -> Result<Response<tfplugin6::$unary::Response>, Status> {
                Err(Status::unimplemented(stringify!($unary)))
            })*

            $(async fn $stream(
                &self,
                _: Request<tfplugin6::$stream::Request>,
            ) -> Result<Response<Self::$ty>, Status> {
                Err(Status::unimplemented(stringify!($stream)))
            })*

            async fn write_state_bytes(
                &self,
                _: Request<Streaming<tfplugin6::write_state_bytes::RequestChunk>>,
            ) -> Result<Response<tfplugin6::write_state_bytes::Response>, Status> {
                Err(Status::unimplemented("write_state_bytes"))
            }
        }
    };
}

empty_provider! {
    unary:
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
        call_function
        validate_action_config
        plan_action
        validate_state_store_config
        configure_state_store
        lock_state
        unlock_state
        get_states
        delete_state
        stop_provider
    ;
    streams:
        list_resource ListResourceStream tfplugin6::list_resource::Event,
        invoke_action InvokeActionStream tfplugin6::invoke_action::Event,
        read_state_bytes ReadStateBytesStream tfplugin6::read_state_bytes::ResponseChunk,
}
