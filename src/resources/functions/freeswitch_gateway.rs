//! Function `freeswitch_gateway`, a SIP trunk as a file of FreeSWITCH's external profile.
//! What FreeSWITCH would read as something else is refused; what XML reserves is escaped.

use std::fmt::Write as _;

use crate::client::Secret;
use crate::framework::function::{Function, FunctionError, Parameter, Signature};
use crate::protocol::types::Type;

use super::network::{SIP_PORT, SIPS_PORT};
use super::pbx_options::{AnyValue, Authentication, CallerId, DESCRIPTION, OPTIONS, PbxOptions, Transport};
use super::sip_address;

/// FreeSWITCH keeps scheme, realm, login and password of a challenge in one text
/// of 255 bytes, `Digest:"REALM":LOGIN:PASSWORD`: so many are left for the three,
/// with a reserve of one.
const LONGEST_CREDENTIALS: usize = 243;

crate::object! {
    /// Arguments of `freeswitch_gateway`.
    pub struct FreeswitchGatewayArguments {
        /// SIP user name.
        pub login: String,
        /// SIP password.
        pub password: Secret,
        /// Gateway.
        pub host: String,
        /// None, or one object of options.
        pub options: Vec<AnyValue>,
    }
}

/// The function.
#[derive(Debug, Clone, Copy)]
pub struct FreeswitchGateway;

impl Function for FreeswitchGateway {
    type Arguments = FreeswitchGatewayArguments;
    type Output = Secret;

    fn name(&self) -> &'static str {
        "freeswitch_gateway"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Generates the FreeSWITCH gateway of a SIP trunk".to_owned(),
            description: format!(
                "Returns the XML file of a gateway for the external profile of FreeSWITCH. The name of the gateway \
                 is `wavix-LOGIN`. Each host in the option `gateways` becomes another gateway, named `wavix-LOGIN-2` \
                 and so on, which `bridge` can try in order. FreeSWITCH retries a failed registration without limit: \
                 30 seconds after a timeout, and 30 seconds later after each rejection.\n\nFreeSWITCH truncates a \
                 password at a colon, expands `$${{…}}`, and keeps {LONGEST_CREDENTIALS} bytes of gateway, login and \
                 password in total. A password that it would change is an error. Calls from a trunk with \
                 `authentication = \"ip\"` arrive in the context of the profile, not in that of the option.\n\nThe \
                 result contains the password. It is sensitive or ephemeral if the password is; an ephemeral result \
                 is stored in neither plan nor state."
            ),
            parameters: vec![
                Parameter::string("login").describe("SIP user name: the `login` of a SIP trunk."),
                Parameter::string("password").describe("SIP password. May be sensitive or ephemeral."),
                Parameter::string("host").describe(
                    "Gateway: a host name or an IPv4 address, without a port. Use a `host` of the function \
                     `sip_gateways`, because Wavix accepts SIP credentials for that name.",
                ),
            ],
            variadic: Some(Parameter::new(OPTIONS, Type::Dynamic).describe(DESCRIPTION)),
            result: Type::String,
            deprecation: None,
        }
    }

    fn call(&self, arguments: FreeswitchGatewayArguments) -> Result<Secret, FunctionError> {
        let login = sip_address::plain_login(&arguments.login)
            .map_err(|reason| FunctionError::at("login", reason))?;
        let host =
            sip_address::gateway(&arguments.host).map_err(|reason| FunctionError::at("host", reason))?;
        let options = PbxOptions::read(&arguments.options)?;
        options.check_hosts(host)?;
        let hosts: Vec<&str> = options.hosts(host).collect();
        let longest_host = hosts.iter().map(|host| host.len()).max().unwrap_or_default();
        let room = LONGEST_CREDENTIALS.saturating_sub(login.len() + longest_host);
        let password = password(arguments.password.expose(), room)
            .map_err(|reason| FunctionError::at("password", reason))?;
        let mut text = "<include>\n".to_owned();
        for (index, host) in hosts.iter().enumerate() {
            let name = options.name.clone().unwrap_or_else(|| format!("wavix-{login}"));
            let name = if index == 0 { name } else { format!("{name}-{}", index + 1) };
            gateway(&mut text, &name, login, password, host, &options);
        }
        text.push_str("</include>\n");
        Ok(Secret::from(text))
    }
}

/// The password, if FreeSWITCH reads it as it is. No message repeats it.
fn password(text: &str, room: usize) -> Result<&str, String> {
    if text.is_empty() {
        return Err("the password must not be empty".to_owned());
    }
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(
            "the password contains a control character such as a line break, which XML does not support"
                .to_owned(),
        );
    }
    if text.contains(':') {
        return Err("the password contains a colon, at which FreeSWITCH truncates it".to_owned());
    }
    if text.contains("$${") {
        return Err("the password contains \"$${\", which FreeSWITCH expands as a variable".to_owned());
    }
    if text.len() > room {
        return Err(format!(
            "the password has {} bytes, and FreeSWITCH supports at most {room} with this login and gateway",
            text.len()
        ));
    }
    Ok(text)
}

fn gateway(text: &mut String, name: &str, login: &str, password: &str, host: &str, options: &PbxOptions) {
    let registers = options.authentication == Authentication::Registration;
    let mut params: Vec<(&str, String)> = vec![("username", login.to_owned())];
    if registers {
        params.push(("password", password.to_owned()));
    }
    let proxy = match options.transport {
        Some(Transport::Tls) => format!("{host}:{SIPS_PORT}"),
        Some(Transport::Tcp) => format!("{host}:{SIP_PORT}"),
        Some(Transport::Udp) | None => host.to_owned(),
    };
    // The realm is the gateway: Wavix accepts credentials by that name only.
    params.extend([("realm", host.to_owned()), ("proxy", proxy), ("from-domain", host.to_owned())]);
    if options.caller_id == CallerId::From {
        params.push(("caller-id-in-from", "true".to_owned()));
    } else {
        params.push(("from-user", login.to_owned()));
    }
    params.push(("register", registers.to_string()));
    match options.transport {
        Some(Transport::Tcp) => params.push(("register-transport", "tcp".to_owned())),
        Some(Transport::Tls) => params.push(("register-transport", "tls".to_owned())),
        Some(Transport::Udp) => params.push(("register-transport", "udp".to_owned())),
        None => {}
    }
    if registers {
        params.push(("expire-seconds", options.expiration.to_string()));
        params.push(("retry-seconds", "30".to_owned()));
    }
    // The dialled number stands in To while `didinfo_enabled` is true: it becomes
    // the destination, so that the numbers of one trunk can be told apart.
    params.extend([("extension", "auto_to_user".to_owned()), ("context", options.context.clone())]);

    let header = match options.caller_id {
        CallerId::Pai => "pid",
        CallerId::Rpid => "rpid",
        CallerId::From | CallerId::None => "none",
    };
    let mut variables = vec![
        ("sip_cid_type", "outbound", header.to_owned()),
        (
            "absolute_codec_string",
            "outbound",
            options.codecs.iter().map(|codec| codec_name(codec)).collect::<Vec<_>>().join(","),
        ),
    ];
    if options.encrypted_media {
        for direction in ["outbound", "inbound"] {
            variables.push(("rtp_secure_media", direction, "mandatory".to_owned()));
        }
    }

    // Writing to a string cannot fail.
    let _ = writeln!(text, "  <gateway name=\"{}\">", escaped(name));
    for (name, value) in params {
        let _ = writeln!(text, "    <param name=\"{name}\" value=\"{}\"/>", escaped(&value));
    }
    text.push_str("    <variables>\n");
    for (name, direction, value) in variables {
        let _ = writeln!(
            text,
            "      <variable name=\"{name}\" value=\"{}\" direction=\"{direction}\"/>",
            escaped(&value)
        );
    }
    text.push_str("    </variables>\n  </gateway>\n");
}

/// A codec as FreeSWITCH names it (RFC 3551); the options have Asterisk's names.
fn codec_name(codec: &str) -> String {
    match codec {
        "alaw" => "PCMA".to_owned(),
        "ulaw" => "PCMU".to_owned(),
        other => other.to_ascii_uppercase(),
    }
}

/// What XML reserves in the value of an attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::function::ArgumentAt;
    use crate::framework::object::Mapped;
    use crate::protocol::value::Value;

    fn call(login: &str, password: &str, options: &[(&str, Value)]) -> Result<String, FunctionError> {
        let object = Value::map(options.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let options = if options.is_empty() { vec![] } else { vec![AnyValue::from_value(&object).unwrap()] };
        let arguments = FreeswitchGatewayArguments {
            login: login.to_owned(),
            password: password.into(),
            host: "nl.wavix.net".to_owned(),
            options,
        };
        FreeswitchGateway.call(arguments).map(|text| text.expose().to_owned())
    }

    #[test]
    fn a_password_that_freeswitch_would_change_is_refused_and_not_shown() {
        for password in [
            "hunter2:x",
            "hunter2\n",
            "hunter2\t",
            "hunter2$${x}",
            "",
            &format!("hunter2{}", "x".repeat(220)),
        ] {
            let error = call("67758", password, &[]).unwrap_err();
            assert_eq!(error.argument, Some(ArgumentAt::Named("password")));
            assert!(!error.text.contains("hunter2"), "{}", error.text);
        }
        for password in [" blanks ", "a;b", "100%", "${x}", "'single'", "päss", &"x".repeat(226)] {
            assert!(call("67758", password, &[]).is_ok());
        }
        assert_eq!(call("6\"7", "p", &[]).unwrap_err().argument, Some(ArgumentAt::Named("login")));
        let arguments = FreeswitchGatewayArguments {
            login: "67758".to_owned(),
            password: "p".into(),
            host: "sip:nl.wavix.net".to_owned(),
            options: vec![],
        };
        let error = FreeswitchGateway.call(arguments).unwrap_err();
        assert_eq!(error.argument, Some(ArgumentAt::Named("host")));
    }

    #[test]
    fn every_option_is_carried() {
        let text = call(
            "67758",
            "s3cret",
            &[
                ("gateways", Value::List(vec![Value::string("us.wavix.net")])),
                ("transport", Value::string("tls")),
                ("encrypted_media", Value::Bool(true)),
                ("caller_id", Value::string("pai")),
                ("codecs", Value::List(vec![Value::string("ulaw"), Value::string("opus")])),
                ("context", Value::string("inbound")),
                ("name", Value::string("main")),
            ],
        )
        .unwrap();
        for part in [
            "<gateway name=\"main\">",
            "<gateway name=\"main-2\">",
            "<param name=\"proxy\" value=\"us.wavix.net:5061\"/>",
            "<param name=\"realm\" value=\"us.wavix.net\"/>",
            "<param name=\"register-transport\" value=\"tls\"/>",
            "<variable name=\"rtp_secure_media\" value=\"mandatory\" direction=\"outbound\"/>",
            "<variable name=\"rtp_secure_media\" value=\"mandatory\" direction=\"inbound\"/>",
            "<variable name=\"sip_cid_type\" value=\"pid\" direction=\"outbound\"/>",
            "value=\"PCMU,OPUS\"",
            "<param name=\"context\" value=\"inbound\"/>",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let by_address = call("67758", "s3cret", &[("authentication", Value::string("ip"))]).unwrap();
        assert!(by_address.contains("name=\"register\" value=\"false\"") && !by_address.contains("s3cret"));
        let from = call("67758", "s3cret", &[("caller_id", Value::string("from"))]).unwrap();
        assert!(from.contains("caller-id-in-from") && !from.contains("from-user"), "{from}");
    }

    #[test]
    fn a_gateway_twice_is_refused() {
        let twice = [("gateways", Value::List(vec![Value::string("nl.wavix.net")]))];
        assert_eq!(call("67758", "p", &twice).unwrap_err().argument, Some(ArgumentAt::Named(OPTIONS)));
    }
}
