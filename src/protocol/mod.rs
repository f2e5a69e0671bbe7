//! How Terraform starts and talks to any plugin. Layer: the lowest; knows no
//! schema and no provider.

pub mod number;
pub mod proto;
pub mod types;
pub mod value;
