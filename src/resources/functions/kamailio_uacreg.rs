//! Function `kamailio_uacreg`, the registrations of a SIP trunk as Kamailio's `uac` module
//! reads them from a table in a text file (`db_text`). The password goes in as a digest, so
//! that none needs an escape.

use md5::{Digest as _, Md5};

use crate::client::Secret;
use crate::framework::function::{Function, FunctionError, Parameter, Signature};
use crate::protocol::types::Type;

use super::pbx_options::{AnyValue, OPTIONS, PbxOptions};
use super::sip_address;

/// The columns of version 5 of the table. What may be empty is marked: an empty
/// field of another column, and `db_text` reads nothing of the file.
const COLUMNS: &str = "id(int,auto) l_uuid(string) l_username(string) l_domain(string) r_username(string) \
    r_domain(string) realm(string) auth_username(string) auth_password(string,null) auth_ha1(string,null) \
    auth_proxy(string) expires(int) flags(int) reg_delay(int) contact_addr(string,null) socket(string,null)";

crate::object! {
    /// Arguments of `kamailio_uacreg`.
    pub struct KamailioUacregArguments {
        /// SIP user name.
        pub login: String,
        /// SIP password.
        pub password: Secret,
        /// Gateways.
        pub hosts: Vec<String>,
        /// None, or one object of options.
        pub options: Vec<AnyValue>,
    }
}

/// The function.
#[derive(Debug, Clone, Copy)]
pub struct KamailioUacreg;

impl Function for KamailioUacreg {
    type Arguments = KamailioUacregArguments;
    type Output = Secret;

    fn name(&self) -> &'static str {
        "kamailio_uacreg"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Generates the Kamailio registrations of a SIP trunk".to_owned(),
            description: "Returns the file `uacreg`, a table for the Kamailio module `db_text`.\nWith it, the module \
                          `uac` registers with the gateways as a SIP trunk and answers their challenges. The table \
                          has one row for each gateway, with the `l_uuid` `LOGIN-1`, `LOGIN-2` and so on. The same \
                          directory needs a file `version` with the line `uacreg:5`. See the guide for \
                          Kamailio.\n\nThe file contains the digest of the password for each gateway (`auth_ha1`, RFC \
                          2617). Anyone who can read it can place calls. The result is sensitive or ephemeral if the \
                          password is. All passwords are supported."
                .to_owned(),
            parameters: vec![
                Parameter::string("login")
                    .describe("SIP user name: the `login` of a SIP trunk. Letters, digits, dots, underscores and \
                               hyphens."),
                Parameter::string("password").describe("SIP password. May be sensitive or ephemeral."),
                Parameter::new("hosts", Type::list(Type::String)).describe(
                    "Gateways to register with, in order of preference: host names or IPv4 addresses, without a \
                     port. Use a `host` of the function `sip_gateways`, because Wavix accepts SIP credentials for \
                     that name.",
                ),
            ],
            variadic: Some(Parameter::new(OPTIONS, Type::Dynamic).describe(
                "Object with the optional attributes `expiration`, of a registration in seconds, from 60 to 86400, \
                 default `120`, and `transport`: `udp` (default), `tcp` or `tls`. `tls` uses port 5061.",
            )),
            result: Type::String,
            deprecation: None,
        }
    }

    fn call(&self, arguments: KamailioUacregArguments) -> Result<Secret, FunctionError> {
        let login = sip_address::plain_login(&arguments.login)
            .map_err(|reason| FunctionError::at("login", reason))?;
        if arguments.password.is_empty() {
            return Err(FunctionError::at("password", "the password must not be empty"));
        }
        if arguments.hosts.is_empty() {
            return Err(FunctionError::at("hosts", "there must be at least one host"));
        }
        let options = PbxOptions::read(&arguments.options)?;
        let PbxOptions { expiration, transport, .. } = options;
        if options != (PbxOptions { expiration, transport, ..PbxOptions::default() }) {
            return Err(FunctionError::at(
                OPTIONS,
                "the table has no options except expiration and transport",
            ));
        }
        let mut text = format!("{COLUMNS}\n");
        for (number, host) in (1..).zip(&arguments.hosts) {
            let host = sip_address::gateway(host).map_err(|reason| FunctionError::at("hosts", reason))?;
            text.push_str(&row(number, login, arguments.password.expose(), host, &options));
        }
        Ok(Secret::from(text))
    }
}

/// A colon parts the fields, and is escaped inside of one.
fn row(number: usize, login: &str, password: &str, host: &str, options: &PbxOptions) -> String {
    let digest = Md5::digest(format!("{login}:{host}:{password}").as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "{number}:{login}-{number}:{login}:{host}:{login}:{host}:{host}:{login}::{digest}:\
         sip\\:{host}\\:{}:{}:0:0::\n",
        options.uri_end(),
        options.expiration
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::object::Mapped as _;
    use crate::protocol::value::Value;

    fn call(login: &str, password: &str, hosts: &[&str]) -> Result<String, FunctionError> {
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        let arguments = KamailioUacregArguments {
            login: login.to_owned(),
            password: password.into(),
            hosts,
            options: Vec::new(),
        };
        KamailioUacreg.call(arguments).map(|text| text.expose().to_owned())
    }

    #[test]
    fn there_is_a_row_for_each_gateway_with_its_digest() {
        let text = call("67758", "s3cret", &["us.wavix.net", "nl.wavix.net"]).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[1],
            "1:67758-1:67758:us.wavix.net:67758:us.wavix.net:us.wavix.net:67758::\
             826cfb51e37b3545774e675e5716c458:sip\\:us.wavix.net\\:5060:120:0:0::"
        );
        assert!(
            lines[2].starts_with("2:67758-2:") && lines[2].contains(":e213b9fb8f762ba74e61f4226305a14b:")
        );
        assert_eq!(lines.len(), 3);
        // As many fields as columns, whatever the password.
        for line in &lines[1..] {
            let fields = line.replace("\\:", "").split(':').count();
            assert_eq!(fields, COLUMNS.split(' ').count(), "{line}");
        }
    }

    #[test]
    fn no_password_changes_the_lines() {
        for password in ["a:b", "a\nb", " ", "\\", "密码"] {
            let text = call("67758", password, &["us.wavix.net"]).unwrap();
            assert_eq!(text.lines().count(), 2);
            // A blank and a backslash stand in every file.
            assert!(!text.contains(password) || matches!(password, " " | "\\"));
        }
    }

    #[test]
    fn an_option_that_the_table_cannot_carry_is_refused() {
        let options = Value::map([("codecs".to_owned(), Value::List(vec![Value::string("opus")]))]);
        let arguments = KamailioUacregArguments {
            login: "67758".to_owned(),
            password: "p".into(),
            hosts: vec!["us.wavix.net".to_owned()],
            options: vec![AnyValue::from_value(&options).unwrap()],
        };
        let error = KamailioUacreg.call(arguments).unwrap_err();
        assert_eq!(error.argument, Some(crate::framework::function::ArgumentAt::Named(OPTIONS)));
    }

    #[test]
    fn what_would_add_a_field_is_an_error_that_shows_no_password() {
        for (login, password, hosts, argument) in [
            ("", "hunter2", &["us.wavix.net"][..], "login"),
            ("6:7", "hunter2", &["us.wavix.net"], "login"),
            ("67758", "", &["us.wavix.net"], "password"),
            ("67758", "hunter2", &[], "hosts"),
            ("67758", "hunter2", &["us.wavix.net:5060"], "hosts"),
            ("67758", "hunter2", &["[::1]"], "hosts"),
            ("67758", "hunter2", &["us.wavix.net\n9"], "hosts"),
        ] {
            let error = call(login, password, hosts).unwrap_err();
            assert_eq!(error.argument, Some(crate::framework::function::ArgumentAt::Named(argument)));
            assert!(!error.text.contains("hunter2"), "{}", error.text);
        }
    }
}
