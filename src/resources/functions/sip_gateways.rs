//! Function `sip_gateways`. The facts are in `network`.

use std::collections::BTreeMap;

use crate::framework::function::{Function, FunctionError, NoArguments, Signature};
use crate::protocol::types::Type;
use crate::protocol::value::sorted;

use super::network::{AS_OF, GATEWAYS, cidr};

crate::object! {
    /// One gateway.
    pub struct Gateway {
        /// Name, to be preferred.
        pub host: String,
        /// IPv4 address, for firewalls.
        pub ip: String,
        /// The same as a range, as firewalls want it.
        pub cidr: String,
    }
}

/// The function.
#[derive(Debug, Clone, Copy)]
pub struct SipGateways;

impl Function for SipGateways {
    type Arguments = NoArguments;
    type Output = BTreeMap<String, Gateway>;

    fn name(&self) -> &'static str {
        "sip_gateways"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Returns the SIP gateways of Wavix".to_owned(),
            description: format!(
                "Returns the SIP gateways by region, `nl`, `us`, `sg` and `au`, each with its `host` name, its `ip` \
                 address and the same address as `cidr`. Every SIP trunk works with every gateway; use the nearest \
                 one. Configure devices with the `host`: SIP credentials are valid for that name, and its address may \
                 change. Calls can come from any gateway, so a firewall must allow all of them; the function \
                 `ip_ranges` also returns the ports. The values are part of this version of the provider and match \
                 the Wavix documentation of {AS_OF}."
            ),
            parameters: Vec::new(),
            variadic: None,
            result: Type::map(Type::object([
                ("host", Type::String),
                ("ip", Type::String),
                ("cidr", Type::String),
            ])),
            deprecation: None,
        }
    }

    fn call(&self, NoArguments: NoArguments) -> Result<Self::Output, FunctionError> {
        let gateway = |(region, host, ip): &(&str, &str, &str)| {
            let gateway = Gateway { host: (*host).to_owned(), ip: (*ip).to_owned(), cidr: cidr(ip) };
            ((*region).to_owned(), gateway)
        };
        Ok(sorted(GATEWAYS.iter().map(gateway)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::object::Object;

    #[test]
    fn there_are_four_with_a_name_and_an_address_each() {
        let gateways = SipGateways.call(NoArguments).unwrap();
        assert_eq!(gateways.keys().collect::<Vec<_>>(), ["au", "nl", "sg", "us"]);
        assert_eq!(gateways["nl"].host, "nl.wavix.net");
        assert_eq!(gateways["nl"].ip, "95.211.82.14");
        assert_eq!(gateways["nl"].cidr, "95.211.82.14/32");
        for gateway in gateways.values() {
            assert!(gateway.ip.parse::<std::net::Ipv4Addr>().is_ok(), "{gateway:?}");
        }
        let Type::Map(declared) = SipGateways.signature().result else { panic!("not a map") };
        let Type::Object(attributes) = *declared else { panic!("not of objects") };
        let mut fields = Gateway::ATTRIBUTES.to_vec();
        fields.sort_unstable();
        assert_eq!(attributes.keys().collect::<Vec<_>>(), fields);
    }
}
