//! The provider's functions. Each is a file: what it takes, what it gives, and nothing that
//! asks an API, a clock or the environment.

mod callback_source_ips;
mod e164;
mod freeswitch_gateway;
#[cfg(test)]
mod golden;
mod ip_ranges;
mod kamailio_dispatcher;
mod kamailio_uacreg;
mod network;
mod pbx_options;
mod pjsip_endpoint;
mod pjsip_sections;
mod sip_address;
mod sip_gateways;
mod sip_uri;

pub use self::callback_source_ips::CallbackSourceIps;
pub use self::e164::E164;
pub use self::freeswitch_gateway::FreeswitchGateway;
pub use self::ip_ranges::IpRanges;
pub use self::kamailio_dispatcher::KamailioDispatcher;
pub use self::kamailio_uacreg::KamailioUacreg;
pub use self::pjsip_endpoint::PjsipEndpoint;
pub use self::sip_gateways::SipGateways;
pub use self::sip_uri::SipUri;

pub(super) use self::network::GATEWAYS;
