//! Function `sip_uri`. What the parts look like is in `sip_address`.

use crate::framework::function::{Function, FunctionError, Parameter, Signature};
use crate::protocol::types::Type;

use super::sip_address;

crate::object! {
    /// Arguments of `sip_uri`.
    pub struct SipUriArguments {
        /// User.
        pub login: String,
        /// Host.
        pub host: String,
    }
}

/// The function.
#[derive(Debug, Clone, Copy)]
pub struct SipUri;

impl Function for SipUri {
    type Arguments = SipUriArguments;
    type Output = String;

    fn name(&self) -> &'static str {
        "sip_uri"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Builds a SIP URI from a login and a gateway".to_owned(),
            description: "Returns `sip:LOGIN@HOST`, the address of a SIP trunk at a gateway (RFC 3261). Characters \
                          that are not allowed in the user part of a URI are escaped."
                .to_owned(),
            parameters: vec![
                Parameter::string("login").describe("SIP user name: the `login` of a SIP trunk."),
                Parameter::string("host").describe(
                    "Gateway: a host name, an IPv4 address or an IPv6 address in brackets, without a port. See the \
                     function `sip_gateways`.",
                ),
            ],
            variadic: None,
            result: Type::String,
            deprecation: None,
        }
    }

    fn call(&self, arguments: SipUriArguments) -> Result<String, FunctionError> {
        let user =
            sip_address::user(&arguments.login).map_err(|reason| FunctionError::at("login", reason))?;
        let host = sip_address::host(&arguments.host).map_err(|reason| FunctionError::at("host", reason))?;
        Ok(format!("sip:{user}@{host}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::function::ArgumentAt;

    fn call(login: &str, host: &str) -> Result<String, FunctionError> {
        SipUri.call(SipUriArguments { login: login.to_owned(), host: host.to_owned() })
    }

    #[test]
    fn user_and_host_are_joined() {
        assert_eq!(call("67758", "nl.wavix.net").as_deref(), Ok("sip:67758@nl.wavix.net"));
        assert_eq!(call("a@b", "[::1]").as_deref(), Ok("sip:a%40b@[::1]"));
    }

    #[test]
    fn the_error_points_at_the_argument_at_fault() {
        let argument = |login, host| call(login, host).unwrap_err().argument;
        assert_eq!(argument("", "nl.wavix.net"), Some(ArgumentAt::Named("login")));
        assert_eq!(argument("67758", "nl.wavix.net:5060"), Some(ArgumentAt::Named("host")));
    }
}
