//! Function `callback_source_ips`. The facts are in `network`.

use crate::framework::function::{Function, FunctionError, NoArguments, Signature};
use crate::protocol::types::Type;

use super::network::{AS_OF, WEBHOOKS};

/// The function.
#[derive(Debug, Clone, Copy)]
pub struct CallbackSourceIps;

impl Function for CallbackSourceIps {
    type Arguments = NoArguments;
    type Output = Vec<String>;

    fn name(&self) -> &'static str {
        "callback_source_ips"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Returns the addresses from which Wavix sends webhooks".to_owned(),
            description: format!(
                "Returns the IPv4 addresses from which Wavix sends call events and other webhooks, for the firewall \
                 or the access list of the endpoint. Wavix does not sign these requests. The function `ip_ranges` \
                 returns the same addresses in CIDR form. The values are part of this version of the provider and \
                 match the Wavix documentation of {AS_OF}."
            ),
            parameters: Vec::new(),
            variadic: None,
            result: Type::list(Type::String),
            deprecation: None,
        }
    }

    fn call(&self, NoArguments: NoArguments) -> Result<Vec<String>, FunctionError> {
        Ok(WEBHOOKS.iter().map(|ip| (*ip).to_owned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webhooks_come_from_one_address() {
        assert_eq!(CallbackSourceIps.call(NoArguments).unwrap(), ["62.212.73.112"]);
    }
}
