//! Compiles the protocol definitions in `proto/` to Rust. The compiler is a
//! Rust library, so no `protoc` has to be installed.

use std::error::Error;
use std::path::PathBuf;

use prost_build::{Service, ServiceGenerator};
use protox::prost::Message;

const PROTOS: [&str; 2] = ["proto/tfplugin6.proto", "proto/go_plugin.proto"];

/// The service whose messages the server takes and gives as bytes: thirty typed
/// methods would be a gRPC server each, in the binary.
const IN_BYTES: &str = "Provider";

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
    let server = || tonic().build_client(false);
    prost_build::Config::new()
        .bytes([".tfplugin6"])
        .service_generator(Box::new(Sides {
            client: tonic().build_server(false).service_generator(),
            server: server().service_generator(),
            in_bytes: server().codec_path("crate::protocol::in_bytes::InBytes").service_generator(),
        }))
        .compile_fds(descriptors)?;
    Ok(())
}

/// Generates both sides of a service, the server's of one [`IN_BYTES`].
struct Sides {
    client: Box<dyn ServiceGenerator>,
    server: Box<dyn ServiceGenerator>,
    in_bytes: Box<dyn ServiceGenerator>,
}

impl ServiceGenerator for Sides {
    fn generate(&mut self, mut service: Service, buf: &mut String) {
        self.client.generate(service.clone(), buf);
        if service.proto_name != IN_BYTES {
            return self.server.generate(service, buf);
        }
        for method in &mut service.methods {
            "::bytes::Bytes".clone_into(&mut method.input_type);
            "::bytes::Bytes".clone_into(&mut method.output_type);
        }
        self.in_bytes.generate(service, buf);
    }
}
