//! How Terraform starts and talks to any plugin. Layer: the lowest; knows no
//! schema and no provider.

pub mod codec;
pub mod dynamic_value;
pub mod encoded;
pub mod ending;
pub mod environment;
pub mod go_plugin;
pub mod handshake;
pub mod in_bytes;
pub mod json;
pub mod lifetime;
pub mod listener;
pub mod logging;
pub mod msgpack;
pub mod number;
pub mod output;
pub mod oversize;
pub mod panic;
pub mod process;
pub mod proto;
pub mod reattach;
pub mod serve;
pub mod tls;
pub mod type_json;
pub mod types;
pub mod value;

#[cfg(test)]
mod tests;
