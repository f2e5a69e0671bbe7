//! Compiles the protocol definitions in `proto/` to Rust. The compiler is a
//! Rust library, so no `protoc` has to be installed.

use std::error::Error;
use std::path::PathBuf;

use prost_build::{Service, ServiceGenerator};
use protox::prost::Message;

const PROTOS: [&str; 2] = ["proto/tfplugin6.proto", "proto/go_plugin.proto"];

/// The RPC that is answered with bytes encoded once: the largest answer, and
/// always the same.
const ENCODED_ONCE: &str = "GetProviderSchema";

fn main() -> Result<(), Box<dyn Error>> {
    for proto in PROTOS {
        println!("cargo:rerun-if-changed={proto}");
    }
    let descriptors = protox::compile(PROTOS, ["proto"])?;
    // For the test that compares the definitions with what is known of the
    // protocol.
    let out_dir = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out_dir.join("descriptors.bin"), descriptors.encode_to_vec())?;
    let tonic = || tonic_prost_build::configure();
    prost_build::Config::new()
        .bytes([".tfplugin6"])
        .service_generator(Box::new(Sides {
            client: tonic().build_server(false).service_generator(),
            server: tonic().build_client(false).service_generator(),
        }))
        .compile_fds(descriptors)?;
    Ok(())
}

/// Generates both sides of a service, the server's with [`ENCODED_ONCE`].
struct Sides {
    client: Box<dyn ServiceGenerator>,
    server: Box<dyn ServiceGenerator>,
}

impl ServiceGenerator for Sides {
    fn generate(&mut self, mut service: Service, buf: &mut String) {
        self.client.generate(service.clone(), buf);
        for method in service.methods.iter_mut().filter(|method| method.proto_name == ENCODED_ONCE) {
            method.output_type = format!("crate::protocol::encoded::Encoded<super::{}>", method.output_type);
        }
        self.server.generate(service, buf);
    }
}
