//! Compiles the protocol definitions in `proto/` to Rust. The compiler is a
//! Rust library, so no `protoc` has to be installed.

use std::error::Error;

const PROTOS: [&str; 2] = ["proto/tfplugin6.proto", "proto/go_plugin.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    for proto in PROTOS {
        println!("cargo:rerun-if-changed={proto}");
    }
    let descriptors = protox::compile(PROTOS, ["proto"])?;
    tonic_prost_build::configure()
        .build_client(true)
        .build_server(true)
        .bytes(".tfplugin6")
        .compile_fds(descriptors)?;
    Ok(())
}
