//! Function `ip_ranges`, what a firewall lets in. The facts are in `network`.

use crate::framework::function::{Function, FunctionError, NoArguments, Signature};
use crate::protocol::types::Type;

use super::network::{AS_OF, CALL_STREAMS, GATEWAYS, RTP_PORTS, SIP_PORT, SIPS_PORT, WEBHOOKS, cidr};

crate::object! {
    /// The addresses and ports of Wavix.
    pub struct Ranges {
        /// CIDR of each SIP gateway.
        pub sip: Vec<String>,
        /// Port of SIP over UDP and TCP.
        pub sip_port: i64,
        /// Port of SIP over TLS.
        pub sips_port: i64,
        /// First UDP port of media.
        pub rtp_port_min: i64,
        /// Last UDP port of media.
        pub rtp_port_max: i64,
        /// CIDR from which webhooks are sent.
        pub webhooks: Vec<String>,
        /// CIDR from which call streams are opened.
        pub call_streams: Vec<String>,
    }
}

/// The function.
#[derive(Debug, Clone, Copy)]
pub struct IpRanges;

impl Function for IpRanges {
    type Arguments = NoArguments;
    type Output = Ranges;

    fn name(&self) -> &'static str {
        "ip_ranges"
    }

    fn signature(&self) -> Signature {
        let list = || Type::list(Type::String);
        Signature {
            summary: "Returns the addresses and ports of Wavix for firewalls".to_owned(),
            description: format!(
                "Returns the addresses and ports that a firewall must allow. Addresses are lists in CIDR form.\n\n- \
                 `sip`: all SIP gateways. A call can come from any of them, whichever gateway the PBX registers \
                 with.\n- `sip_port`: SIP over UDP and TCP.\n- `sips_port`: SIP over TLS.\n- Lowest and highest UDP \
                 port of media, which can come from any address.\n- `webhooks`: sources of call events and \
                 messages.\n- `call_streams`: sources of WebSocket media streams.\n\nThe values are part of this \
                 version of the provider and match the Wavix documentation of {AS_OF}."
            ),
            parameters: Vec::new(),
            variadic: None,
            result: Type::object([
                ("sip", list()),
                ("sip_port", Type::Number),
                ("sips_port", Type::Number),
                ("rtp_port_min", Type::Number),
                ("rtp_port_max", Type::Number),
                ("webhooks", list()),
                ("call_streams", list()),
            ]),
            deprecation: None,
        }
    }

    fn call(&self, NoArguments: NoArguments) -> Result<Ranges, FunctionError> {
        Ok(Ranges {
            sip: GATEWAYS.iter().map(|(_, _, ip)| cidr(ip)).collect(),
            sip_port: SIP_PORT,
            sips_port: SIPS_PORT,
            rtp_port_min: RTP_PORTS.0,
            rtp_port_max: RTP_PORTS.1,
            webhooks: WEBHOOKS.iter().map(|ip| cidr(ip)).collect(),
            call_streams: CALL_STREAMS.iter().map(|ip| cidr(ip)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::object::Object;

    #[test]
    fn a_firewall_lets_every_gateway_in() {
        let ranges = IpRanges.call(NoArguments).unwrap();
        assert_eq!(
            ranges.sip,
            ["173.234.106.26/32", "95.211.82.14/32", "23.108.101.90/32", "209.58.144.243/32"]
        );
        for range in ranges.sip.iter().chain(&ranges.webhooks).chain(&ranges.call_streams) {
            let address = range.strip_suffix("/32").unwrap();
            assert!(address.parse::<std::net::Ipv4Addr>().is_ok(), "{range}");
        }
        let Type::Object(declared) = IpRanges.signature().result else { panic!("not an object") };
        let mut fields = Ranges::ATTRIBUTES.to_vec();
        fields.sort_unstable();
        assert_eq!(declared.keys().collect::<Vec<_>>(), fields);
    }
}
