//! How Terraform starts and talks to any plugin.

pub mod proto;
