//! Resources layer: the provider's functions. Each is a file: what it takes,
//! what it gives, and nothing that asks an API, a clock or the environment.

mod e164;
mod pbx_options;
mod pjsip_endpoint;
mod pjsip_sections;
mod sip_address;
mod sip_gateways;
mod sip_uri;

pub use self::e164::E164;
pub use self::pjsip_endpoint::PjsipEndpoint;
pub use self::sip_gateways::SipGateways;
pub use self::sip_uri::SipUri;
