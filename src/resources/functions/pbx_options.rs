//! The options that the functions for a PBX take as their last argument, an object of which
//! every part may be left out. Terraform's types know no such object, so it is read here,
//! and what is wrong with it is said.

use crate::framework::function::FunctionError;
use crate::framework::object::{Mapped, MappingError};
use crate::protocol::value::Value;

use super::network::{SIP_PORT, SIPS_PORT};
use super::sip_address;

/// The name of the argument.
pub(super) const OPTIONS: &str = "options";

/// Shortest and longest time for which a registration is asked, in seconds.
const EXPIRATIONS: std::ops::RangeInclusive<i64> = 60..=86_400;

/// An argument of any type.
#[derive(Debug, Clone, PartialEq)]
pub struct AnyValue(Value);

impl Mapped for AnyValue {
    fn from_value(value: &Value) -> Result<Self, MappingError> {
        Ok(Self(value.clone()))
    }

    fn into_value(self) -> Value {
        self.0
    }
}

/// How signalling travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    Udp,
    Tcp,
    Tls,
}

/// Where the caller's number stands in a call to Wavix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallerId {
    /// In From, in place of the login.
    From,
    /// In P-Asserted-Identity (RFC 3325).
    Pai,
    /// In Remote-Party-ID.
    Rpid,
    /// Nowhere: Wavix presents the number of the trunk.
    None,
}

/// How Wavix knows the PBX.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Authentication {
    /// It registers, and answers challenges.
    Registration,
    /// By its address: no password is sent.
    Ip,
}

/// What was chosen, and the default of everything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PbxOptions {
    pub(super) authentication: Authentication,
    pub(super) caller_id: CallerId,
    /// Preferred first.
    pub(super) codecs: Vec<String>,
    pub(super) context: String,
    pub(super) encrypted_media: bool,
    /// Of a registration, in seconds.
    pub(super) expiration: i64,
    /// Further gateways, the preferred first.
    pub(super) gateways: Vec<String>,
    pub(super) name: Option<String>,
    /// The program's own choice if `None`.
    pub(super) transport: Option<Transport>,
}

/// As Wavix' own guides for PBXs have it: the number in From, G.711 in this
/// order, and a registration of two minutes. They hold for every program: a
/// gateway that lost its registrations, or an address that changed, is noticed
/// within that time, whatever registers.
impl Default for PbxOptions {
    fn default() -> Self {
        Self {
            authentication: Authentication::Registration,
            caller_id: CallerId::From,
            codecs: ["ulaw", "alaw"].map(str::to_owned).to_vec(),
            context: "from-wavix".to_owned(),
            encrypted_media: false,
            expiration: 120,
            gateways: Vec::new(),
            name: None,
            transport: None,
        }
    }
}

/// Their documentation: of the argument, in Markdown.
pub(super) const DESCRIPTION: &str = "Object with these optional attributes:\n   - `authentication`: `registration` \
    (default), or `ip` for a trunk with IP authentication, which sends no password.\n   - `caller_id`: header that \
    carries the number of the caller. `from` (default, instead of the login), `pai`, `rpid`, or `none` (Wavix \
    presents the `callerid` of the trunk).\n   - `codecs`: list in order of preference, default `[\"ulaw\", \
    \"alaw\"]`.\n   - `context`: context of calls from Wavix, default `from-wavix`.\n   - `encrypted_media`: whether \
    to use SRTP only, like the trunk's argument of the same name. Default `false`.\n   - `expiration`: expiration of \
    a registration in seconds, from 60 to 86400, default `120`.\n   - `gateways`: list of further hosts, which are \
    used if the first one does not respond.\n   - `name`: name of the sections, default `wavix-LOGIN`.\n   - \
    `transport`: `udp`, `tcp` or `tls`.";

impl PbxOptions {
    /// Reads the last arguments of a call: none, or one object.
    ///
    /// # Errors
    /// What cannot be used, and what could be.
    pub(super) fn read(arguments: &[AnyValue]) -> Result<Self, FunctionError> {
        let mut options = Self::default();
        match arguments {
            [] => Ok(options),
            [AnyValue(value)] => match options.take_object(bare(value)) {
                Ok(()) => Ok(options),
                Err(reason) => Err(FunctionError::at(OPTIONS, reason)),
            },
            _ => Err(FunctionError::at(OPTIONS, "only one object of options is allowed")),
        }
    }

    /// What follows the host in the URI of a gateway. The port is written, so that
    /// no record of the name can lead elsewhere.
    pub(super) fn uri_end(&self) -> String {
        match self.transport {
            None | Some(Transport::Udp) => format!("{SIP_PORT}"),
            Some(Transport::Tcp) => format!("{SIP_PORT};transport=tcp"),
            Some(Transport::Tls) => format!("{SIPS_PORT};transport=tls"),
        }
    }

    /// All gateways, the preferred first.
    pub(super) fn hosts<'a>(&'a self, first: &'a str) -> impl Iterator<Item = &'a str> {
        std::iter::once(first).chain(self.gateways.iter().map(String::as_str))
    }

    /// Refuses a gateway that is named twice: what is written for it would be there twice.
    pub(super) fn check_hosts(&self, first: &str) -> Result<(), FunctionError> {
        let mut seen: Vec<&str> = Vec::new();
        for host in self.hosts(first) {
            if seen.iter().any(|other| other.eq_ignore_ascii_case(host)) {
                return Err(FunctionError::at(
                    OPTIONS,
                    "the option gateways contains the same gateway twice",
                ));
            }
            seen.push(host);
        }
        Ok(())
    }

    fn take_object(&mut self, value: &Value) -> Result<(), String> {
        let Value::Map(pairs) = value else {
            return Err("the options must be an object, such as { transport = \"tls\" }".to_owned());
        };
        for (name, value) in pairs {
            let value = bare(value);
            // A null is an option that is left out.
            if !value.is_null() {
                self.take(name, value).map_err(|reason| format!("the option {name} {reason}"))?;
            }
        }
        Ok(())
    }

    /// A reason follows the option's name.
    fn take(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match name {
            "authentication" => {
                let choices = [("registration", Authentication::Registration), ("ip", Authentication::Ip)];
                self.authentication = one_of(value, &choices)?;
            }
            "caller_id" => {
                let choices = [
                    ("from", CallerId::From),
                    ("pai", CallerId::Pai),
                    ("rpid", CallerId::Rpid),
                    ("none", CallerId::None),
                ];
                self.caller_id = one_of(value, &choices)?;
            }
            "codecs" => {
                self.codecs = words(value)?;
                if self.codecs.is_empty() {
                    return Err("must contain at least one codec".to_owned());
                }
            }
            "context" => self.context = word(value)?,
            "encrypted_media" => self.encrypted_media = value.as_bool().ok_or("must be true or false")?,
            "expiration" => {
                let seconds = value.as_number().and_then(crate::protocol::number::Number::to_i64);
                self.expiration = seconds
                    .filter(|seconds| EXPIRATIONS.contains(seconds))
                    .ok_or("must be a whole number of seconds from 60 to 86400")?;
            }
            "gateways" => {
                self.gateways = texts(value)?;
                for gateway in &self.gateways {
                    sip_address::gateway(gateway).map_err(|reason| format!("cannot be used: {reason}"))?;
                }
            }
            "name" => self.name = Some(word(value)?),
            "transport" => {
                let choices = [("udp", Transport::Udp), ("tcp", Transport::Tcp), ("tls", Transport::Tls)];
                self.transport = Some(one_of(value, &choices)?);
            }
            _ => {
                return Err(
                    "does not exist; the options are authentication, caller_id, codecs, context, encrypted_media, \
                            expiration, gateways, name and transport"
                        .to_owned(),
                );
            }
        }
        Ok(())
    }
}

/// Without the type that it carries.
fn bare(value: &Value) -> &Value {
    match value {
        Value::Dynamic(inner) => bare(&inner.1),
        other => other,
    }
}

fn one_of<T: Copy>(value: &Value, choices: &[(&str, T)]) -> Result<T, String> {
    let found = choices.iter().find(|(name, _)| value.as_str() == Some(*name));
    found.map(|(_, choice)| *choice).ok_or_else(|| {
        let names: Vec<String> = choices.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        format!("must be one of {}", names.join(", "))
    })
}

/// What names something in a configuration file and needs no escape there.
fn word(value: &Value) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    value
        .as_str()
        .filter(|text| !text.is_empty() && text.chars().all(fits))
        .map(str::to_owned)
        .ok_or_else(|| "must contain only letters, digits, \".\", \"_\" and \"-\"".to_owned())
}

fn items(value: &Value) -> Result<&[Value], String> {
    match value {
        Value::List(items) | Value::Set(items) => Ok(items),
        _ => Err("must be a list".to_owned()),
    }
}

fn words(value: &Value) -> Result<Vec<String>, String> {
    items(value)?.iter().map(|item| word(bare(item))).collect()
}

fn texts(value: &Value) -> Result<Vec<String>, String> {
    let text = |item: &Value| {
        bare(item).as_str().map(str::to_owned).ok_or_else(|| "must be a list of strings".to_owned())
    };
    items(value)?.iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::number::Number;

    fn read(options: &[(&str, Value)]) -> Result<PbxOptions, FunctionError> {
        let object = Value::map(options.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        PbxOptions::read(&[AnyValue(object)])
    }

    #[test]
    fn what_is_left_out_or_null_is_as_ever() {
        assert_eq!(PbxOptions::read(&[]).unwrap(), PbxOptions::default());
        assert_eq!(
            read(&[("transport", Value::Null), ("name", Value::Null)]).unwrap(),
            PbxOptions::default()
        );
    }

    #[test]
    fn each_option_is_taken() {
        let list = |items: &[&str]| Value::List(items.iter().map(|item| Value::string(*item)).collect());
        let options = read(&[
            ("authentication", Value::string("ip")),
            ("caller_id", Value::string("pai")),
            ("codecs", list(&["opus"])),
            ("context", Value::string("in")),
            ("encrypted_media", Value::Bool(true)),
            ("expiration", Value::Number(Number::from(120))),
            ("gateways", list(&["us.wavix.net"])),
            ("name", Value::string("main")),
            ("transport", Value::string("tls")),
        ]);
        let expected = PbxOptions {
            authentication: Authentication::Ip,
            caller_id: CallerId::Pai,
            codecs: vec!["opus".to_owned()],
            context: "in".to_owned(),
            encrypted_media: true,
            expiration: 120,
            gateways: vec!["us.wavix.net".to_owned()],
            name: Some("main".to_owned()),
            transport: Some(Transport::Tls),
        };
        assert_eq!(options.unwrap(), expected);
    }

    /// An option that is misspelt, or could add a line to a file, is an error.
    #[test]
    fn what_cannot_be_used_is_named() {
        for (name, value, reason) in [
            (
                "transports",
                Value::string("tls"),
                "the option transports does not exist; the options are authentication",
            ),
            ("transport", Value::string("sctp"), "transport must be one of \"udp\", \"tcp\", \"tls\""),
            ("caller_id", Value::Bool(true), "caller_id must be one of"),
            ("encrypted_media", Value::string("yes"), "encrypted_media must be true or false"),
            ("expiration", Value::Number(Number::from(59)), "from 60 to 86400"),
            ("name", Value::string("a]\n[b"), "name must contain only letters"),
            ("context", Value::string(""), "context must contain only letters"),
            ("codecs", Value::List(Vec::new()), "at least one codec"),
            (
                "codecs",
                Value::List(vec![Value::string("alaw\nallow = all")]),
                "codecs must contain only letters",
            ),
            ("gateways", Value::List(vec![Value::string("a\nb")]), "gateways cannot be used"),
            ("gateways", Value::string("us.wavix.net"), "gateways must be a list"),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert!(error.text.contains(reason), "{}", error.text);
        }
        let error = PbxOptions::read(&[AnyValue(Value::string("tls"))]).unwrap_err();
        assert!(error.text.contains("an object"), "{}", error.text);
        let two = [
            AnyValue(Value::map([("name", Value::string("a"))])),
            AnyValue(Value::map([("name", Value::string("b"))])),
        ];
        assert!(PbxOptions::read(&two).is_err());
    }
}
