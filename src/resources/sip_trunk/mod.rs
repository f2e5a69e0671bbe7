//! Resources layer: `wavix_sip_trunk`.

pub mod endpoints;
