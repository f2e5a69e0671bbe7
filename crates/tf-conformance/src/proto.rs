//! The generated messages and services of Terraform's plugin protocol and of
//! go-plugin's side services. Nothing here is written by hand.

#![allow(missing_docs, unreachable_pub, unused_qualifications, reason = "generated code")]
#![allow(clippy::all, clippy::pedantic, reason = "generated code")]

/// `tfplugin6`: the provider's service.
pub mod tfplugin6 {
    tonic::include_proto!("tfplugin6");
}

/// `plugin`: the services of go-plugin.
pub mod plugin {
    tonic::include_proto!("plugin");
}
