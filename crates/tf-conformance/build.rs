//! Compiles the protocol definitions to Rust: once more than the provider
//! does, so that this crate shares no code with what it checks.

use std::error::Error;

const PROTOS: [&str; 2] = ["../../proto/tfplugin6.proto", "../../proto/go_plugin.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    for proto in PROTOS {
        println!("cargo:rerun-if-changed={proto}");
    }
    let descriptors = protox::compile(PROTOS, ["../../proto"])?;
    tonic_prost_build::configure().build_client(true).build_server(true).compile_fds(descriptors)?;
    Ok(())
}
