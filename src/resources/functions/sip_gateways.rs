//! Resources layer: function `sip_gateways`. The API does not tell the
//! gateways; they are in Wavix' guides for Asterisk and for firewalls.

use std::collections::BTreeMap;

use crate::framework::function::{Function, FunctionError, NoArguments, Signature};
use crate::protocol::types::Type;

/// Region, host name and address of each gateway.
pub(super) const GATEWAYS: [(&str, &str, &str); 4] = [
    ("au", "au.wavix.net", "173.234.106.26"),
    ("nl", "nl.wavix.net", "95.211.82.14"),
    ("sg", "sg.wavix.net", "23.108.101.90"),
    ("us", "us.wavix.net", "209.58.144.243"),
];

crate::object! {
    /// One gateway.
    pub struct Gateway {
        /// Name, to be preferred.
        pub host: String,
        /// IPv4 address, for firewalls.
        pub ip: String,
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
            summary: "Lists the SIP gateways of Wavix".to_owned(),
            description: "Gives the SIP gateways by region, `nl`, `us`, `sg` and `au`, each with its `host` name and \
                          its `ip` address. Every SIP trunk can be used through every gateway; the nearest is best. \
                          Let devices use the `host`: SIP credentials are valid for it by name, and the address behind \
                          it may change. The `ip` is for firewalls. The list is part of this version of the provider."
                .to_owned(),
            parameters: Vec::new(),
            variadic: None,
            result: Type::map(Type::object([("host", Type::String), ("ip", Type::String)])),
            deprecation: None,
        }
    }

    fn call(&self, NoArguments: NoArguments) -> Result<Self::Output, FunctionError> {
        let gateway = |(region, host, ip): &(&str, &str, &str)| {
            ((*region).to_owned(), Gateway { host: (*host).to_owned(), ip: (*ip).to_owned() })
        };
        Ok(GATEWAYS.iter().map(gateway).collect())
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
        for gateway in gateways.values() {
            assert!(gateway.ip.parse::<std::net::Ipv4Addr>().is_ok(), "{gateway:?}");
        }
        let Type::Map(declared) = SipGateways.signature().result else { panic!("not a map") };
        let Type::Object(attributes) = *declared else { panic!("not of objects") };
        assert_eq!(attributes.keys().collect::<Vec<_>>(), Gateway::ATTRIBUTES);
    }
}
