//! Compiles the protocol definitions in `proto/` to Rust. The compiler is a
//! Rust library, so no `protoc` has to be installed.

use std::error::Error;
use std::path::PathBuf;

use protox::prost::Message;

const PROTOS: [&str; 2] = ["proto/tfplugin6.proto", "proto/go_plugin.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    for proto in PROTOS {
        println!("cargo:rerun-if-changed={proto}");
    }
    let descriptors = protox::compile(PROTOS, ["proto"])?;
    // For the test that compares the definitions with what is known of the
    // protocol.
    let out_dir = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out_dir.join("descriptors.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        .build_client(true)
        .build_server(true)
        .bytes(".tfplugin6")
        .compile_fds(descriptors)?;
    Ok(())
}
