//! The generated messages and services. The only place that includes them.

/// Terraform's plugin protocol 6.
#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::indexing_slicing,
    reason = "generated code follows its generator's rules"
)]
pub mod tfplugin6 {
    tonic::include_proto!("tfplugin6");
}

/// go-plugin's controller, stdio and broker services.
#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::indexing_slicing,
    reason = "generated code follows its generator's rules"
)]
pub mod go_plugin {
    tonic::include_proto!("plugin");
}

#[cfg(test)]
mod tests;
