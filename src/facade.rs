//! What `main.rs`, the tests, the benches and the peers use of the layers, under the
//! names that it has there. Nothing else of this crate can be reached from outside, so
//! the compiler tells what nobody uses.

/// The API client.
pub mod client {
    pub use crate::client::{Acknowledged, ApiPath, Client, ClientSettings, Secret};
}

/// What a provider is written with.
pub mod framework {
    pub use crate::framework::{action, ephemeral, list_resource, object, provider, registry, resource};
    pub use crate::framework::{convert, diagnostics, schema, server, walk};
}

/// What Terraform and a plugin say to each other.
pub mod protocol {
    pub use crate::protocol::{dynamic_value, environment, handshake, output, oversize, process, proto};
    pub use crate::protocol::{ending, json, msgpack, types, value};
}

/// The provider's own configuration.
pub mod provider {
    pub use crate::provider::{WavixProvider, environment};
}

/// What it manages.
pub mod resources {
    pub use crate::resources::{registry, sip_trunk, webrtc_token};
}
