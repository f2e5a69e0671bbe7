//! What the tests of all objects share: a resource without Terraform, and the contract
//! that each of them keeps.

pub(crate) mod bench;
mod contract;
