//! Function `pjsip_endpoint`, a SIP trunk as Asterisk's `pjsip.conf` wants it. Nothing a
//! user passes can add a line, a section or a comment to that file: what could is refused
//! or escaped here.

use crate::client::Secret;
use crate::framework::function::{Function, FunctionError, Parameter, Signature};
use crate::protocol::types::Type;

use super::pbx_options::{AnyValue, DESCRIPTION, OPTIONS, PbxOptions};
use super::pjsip_sections::{Trunk, sections};
use super::sip_address;

crate::object! {
    /// Arguments of `pjsip_endpoint`.
    pub struct PjsipEndpointArguments {
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
pub struct PjsipEndpoint;

impl Function for PjsipEndpoint {
    type Arguments = PjsipEndpointArguments;
    type Output = Secret;

    fn name(&self) -> &'static str {
        "pjsip_endpoint"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Generates the Asterisk PJSIP configuration of a SIP trunk".to_owned(),
            description: "Returns the sections of `pjsip.conf` for a SIP trunk: registration, authentication, \
                          address of record, endpoint and identification, all named `wavix-LOGIN`. Asterisk registers \
                          with the gateway, places calls through it, and accepts calls from all Wavix gateways. It \
                          retries a failed registration without limit. Calls from Wavix enter the dial plan in the \
                          context `from-wavix`; calls to Wavix are dialed as `PJSIP/NUMBER@wavix-LOGIN`. For several \
                          gateways of one trunk, call the function once with the option `gateways`.\n\nAsterisk uses \
                          its first transport, or the first one of the kind that the option `transport` selects. The \
                          rest of `pjsip.conf` must define it. `tls` uses port 5061.\n\nThe result contains the \
                          password. It is sensitive or ephemeral if the password is; an ephemeral result is stored in \
                          neither plan nor state."
                .to_owned(),
            parameters: vec![
                Parameter::string("login")
                    .describe("SIP user name: the `login` of a SIP trunk. Letters, digits, dots, underscores and \
                               hyphens."),
                Parameter::string("password").describe(
                    "SIP password. May be sensitive or ephemeral. `pjsip.conf` does not support control characters \
                     such as line breaks, or leading and trailing spaces; a semicolon is escaped.",
                ),
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

    fn call(&self, arguments: PjsipEndpointArguments) -> Result<Secret, FunctionError> {
        let login = sip_address::plain_login(&arguments.login)
            .map_err(|reason| FunctionError::at("login", reason))?;
        let password =
            password(arguments.password.expose()).map_err(|reason| FunctionError::at("password", reason))?;
        let host =
            sip_address::gateway(&arguments.host).map_err(|reason| FunctionError::at("host", reason))?;
        let options = PbxOptions::read(&arguments.options)?;
        options.check_hosts(host)?;
        Ok(Secret::from(sections(&Trunk { login, password: &password, host, options: &options })))
    }
}

/// The password as a value of a configuration line. Asterisk cuts a line at a
/// semicolon unless a backslash stands before it, and then drops that one
/// backslash; it takes blanks off both ends of a value. Everything else on the
/// line is taken as it is. No message repeats the value.
fn password(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("the password must not be empty".to_owned());
    }
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(
            "the password contains a control character such as a line break, which pjsip.conf does not support"
                .to_owned(),
        );
    }
    if text.trim() != text {
        return Err("the password starts or ends with a space, which Asterisk would remove".to_owned());
    }
    Ok(text.replace(';', "\\;"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::function::ArgumentAt;

    fn call(login: &str, password: &str, host: &str) -> Result<String, FunctionError> {
        let arguments = PjsipEndpointArguments {
            login: login.to_owned(),
            password: password.into(),
            host: host.to_owned(),
            options: Vec::new(),
        };
        PjsipEndpoint.call(arguments).map(|text| text.expose().to_owned())
    }

    /// Section, option and value, read as Asterisk's `config.c` reads them.
    fn read(text: &str) -> Vec<(String, String, String)> {
        let mut section = String::new();
        let mut options = Vec::new();
        for line in text.lines() {
            let mut content = String::new();
            for c in line.chars() {
                match c {
                    ';' if content.ends_with('\\') => {
                        content.pop();
                        content.push(';');
                    }
                    ';' => break,
                    c => content.push(c),
                }
            }
            let content = content.trim();
            if let Some(name) = content.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name.to_owned();
            } else if let Some((option, value)) = content.split_once('=') {
                let value = value.strip_prefix('>').unwrap_or(value);
                options.push((section.clone(), option.trim().to_owned(), value.trim().to_owned()));
            } else {
                assert_eq!(content, "", "a line that is neither section nor option");
            }
        }
        options
    }

    fn option(text: &str, name: &str) -> String {
        let found: Vec<_> = read(text).into_iter().filter(|(_, option, _)| option == name).collect();
        let [(_, _, value)] = found.as_slice() else { panic!("{name}: {found:?}") };
        value.clone()
    }

    #[test]
    fn there_are_five_sections_that_refer_to_each_other() {
        let text = call("67758", "s3cret", "nl.wavix.net").unwrap();
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{text:?}");
        assert_eq!(text.matches("\n[wavix-67758]\n").count(), 5);
        let options = read(&text);
        let types: Vec<_> =
            options.iter().filter(|(_, option, _)| option == "type").map(|o| o.2.as_str()).collect();
        assert_eq!(types, ["registration", "auth", "aor", "endpoint", "identify"]);
        assert!(options.iter().all(|(section, _, _)| section == "wavix-67758"));
        assert_eq!(option(&text, "server_uri"), "sip:nl.wavix.net:5060");
        assert_eq!(option(&text, "contact"), "sip:67758@nl.wavix.net:5060");
        assert_eq!(option(&text, "client_uri"), "sip:67758@nl.wavix.net");
        assert_eq!(option(&text, "username"), "67758");
        assert_eq!(option(&text, "password"), "s3cret");
        assert_eq!(option(&text, "aors"), "wavix-67758");
    }

    /// Each would be cut, swallowed or changed if it were written as it is.
    #[test]
    fn asterisk_reads_every_password_as_it_was() {
        for password in [
            "4r=h;EaCB85QNtr2",
            ";",
            ";;",
            "a\\;b",
            "a;--b--;c",
            ">arrow",
            "=equals",
            "+=",
            "[a]",
            "#include x",
            "\"quoted\"",
            "back\\slash\\",
            "inner  blanks",
            "${VAR}",
            "pässwörd",
        ] {
            let text = call("67758", password, "nl.wavix.net").unwrap();
            assert_eq!(option(&text, "password"), password);
            assert_eq!(text.lines().count(), call("67758", "x", "nl.wavix.net").unwrap().lines().count());
        }
    }

    #[test]
    fn what_would_inject_configuration_is_an_error_that_shows_no_password() {
        for (login, password, host, argument) in [
            ("", "p", "nl.wavix.net", "login"),
            ("a\nb", "p", "nl.wavix.net", "login"),
            ("a;b", "p", "nl.wavix.net", "login"),
            ("a]\n[b", "p", "nl.wavix.net", "login"),
            ("a b", "p", "nl.wavix.net", "login"),
            ("a@b", "p", "nl.wavix.net", "login"),
            ("67758", "", "nl.wavix.net", "password"),
            ("67758", "hunter2\ntype = global", "nl.wavix.net", "password"),
            ("67758", "hunter2\r", "nl.wavix.net", "password"),
            ("67758", "hunter2\0", "nl.wavix.net", "password"),
            ("67758", "hunter2\u{2028}x", "nl.wavix.net", "password"),
            ("67758", "hunter2 ", "nl.wavix.net", "password"),
            ("67758", "\thunter2", "nl.wavix.net", "password"),
            ("67758", "p", "nl.wavix.net\nmatch=0.0.0.0/0", "host"),
            ("67758", "p", "0.0.0.0/0", "host"),
            ("67758", "p", "nl.wavix.net;x", "host"),
            ("67758", "p", "[::1]", "host"),
            ("67758", "p", "nl.wavix.net:5060", "host"),
            // In the wrong place.
            ("67758", "nl.wavix.net", "hunter2!", "host"),
            ("67758", "nl.wavix.net", "[hunter2", "host"),
            ("hunter2!", "67758", "nl.wavix.net", "login"),
        ] {
            let error = call(login, password, host).unwrap_err();
            assert_eq!(error.argument, Some(ArgumentAt::Named(argument)), "{login:?} {password:?} {host:?}");
            assert!(!error.text.contains("hunter2"), "{}", error.text);
        }
    }
}
