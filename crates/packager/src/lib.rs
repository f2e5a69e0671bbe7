//! Packs the provider as the Terraform Registry wants it: zips, checksums, the
//! manifest, the licenses of what was linked in, and a bill of materials. Knows
//! files and cargo; builds nothing and signs nothing. Only cargo uses the network,
//! for sources that were never downloaded, such as those of other platforms.
//!
//! Rules that every command keeps:
//!
//! 1. The same input makes the same bytes, on any machine.
//! 2. A file appears whole under its name, or not at all.
//! 3. An error is one sentence that names the file and what to do.

pub mod archive;
pub mod binary;
pub mod crates;
pub mod dist;
pub mod error;
pub mod licenses;
pub mod mirror;
pub mod project;
pub mod sbom;
pub mod target;
pub mod verify;

pub use dist::Dist;
pub use error::Error;
pub use project::Project;
pub use target::Target;

/// What the binary, and every file of a release, begins with.
pub const PROVIDER: &str = "terraform-provider-wavix";
