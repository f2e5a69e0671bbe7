//! What host and plugin say to each other before there is a connection. The magic cookie
//! comes in, one line goes out.
//!
//! Pure functions of the environment; who prints the line, and when, is
//! `process`'s business.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::environment::Environment;

/// What Terraform and OpenTofu put into `TF_PLUGIN_MAGIC_COOKIE`.
pub const MAGIC_COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// The major version of Terraform's plugin protocol that is served here, the
/// only one.
pub const PROTOCOL_VERSION: u32 = 6;

/// The version of go-plugin's own handshake: the line's first field.
const CORE_VERSION: u32 = 1;

/// Whether a plugin host started this process. The cookie is no secret; it
/// keeps people from running a plugin by hand and wondering why it hangs.
#[must_use]
pub fn cookie_matches(environment: &Environment) -> bool {
    environment.magic_cookie.as_deref() == Some(MAGIC_COOKIE)
}

/// Whether the client listed our version among its own. The answer changes
/// nothing but a log line: the announced version is always ours, and a client
/// that does not speak it reports the mismatch far better than we could.
#[must_use]
pub fn client_speaks_our_version(environment: &Environment) -> bool {
    environment.protocol_versions.as_deref().is_some_and(|versions| {
        versions.split(',').any(|version| version.trim().parse() == Ok(PROTOCOL_VERSION))
    })
}

/// The line that tells the client where and how to connect. Its `Display` is
/// the line without the newline:
/// `1|6|<network>|<address>|grpc|<certificate>[|<multiplexing>]`.
#[derive(Debug)]
pub struct Announcement<'a> {
    /// `unix` or `tcp`.
    pub network: &'a str,
    /// The socket's path, or host and port. Must not contain `|` or a newline;
    /// the listener makes sure of that.
    pub address: &'a str,
    /// The server certificate in DER, when the connection is TLS.
    pub certificate: Option<&'a [u8]>,
    /// Whether to add the field about multiplexing. Old clients take a seventh
    /// field for a part of the sixth, so it must not be added unasked.
    pub multiplexing_asked: bool,
}

impl fmt::Display for Announcement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Go decodes this field with padding forbidden.
        let certificate = self.certificate.map(|der| STANDARD_NO_PAD.encode(der)).unwrap_or_default();
        let Self { network, address, .. } = self;
        write!(f, "{CORE_VERSION}|{PROTOCOL_VERSION}|{network}|{address}|grpc|{certificate}")?;
        if self.multiplexing_asked {
            // Nothing is ever brokered by a Terraform provider.
            f.write_str("|false")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announce(certificate: Option<&[u8]>, multiplexing_asked: bool) -> String {
        Announcement { network: "unix", address: "/run/p/s", certificate, multiplexing_asked }.to_string()
    }

    #[test]
    fn the_line_has_six_fields_and_a_seventh_only_when_asked() {
        assert_eq!(announce(None, false), "1|6|unix|/run/p/s|grpc|");
        assert_eq!(announce(None, true), "1|6|unix|/run/p/s|grpc||false");
    }

    #[test]
    fn the_certificate_is_standard_base64_without_padding() {
        // One byte leaves two characters of padding out; 0xfb and 0xff give
        // the two characters in which the URL-safe alphabet differs.
        assert_eq!(announce(Some(&[0xfb]), false), "1|6|unix|/run/p/s|grpc|+w");
        assert_eq!(announce(Some(&[0xff, 0xff, 0xff]), false), "1|6|unix|/run/p/s|grpc|////");
    }

    #[test]
    fn only_the_exact_cookie_matches() {
        let with = |cookie: &str| Environment::from_pairs([("TF_PLUGIN_MAGIC_COOKIE", cookie)]);
        assert!(cookie_matches(&with(MAGIC_COOKIE)));
        assert!(!cookie_matches(&with(&MAGIC_COOKIE.to_uppercase())));
        assert!(!cookie_matches(&with("")));
        assert!(!cookie_matches(&Environment::default()));
    }

    #[test]
    fn our_version_is_found_wherever_it_stands_in_the_list() {
        let with = |versions: &str| Environment::from_pairs([("PLUGIN_PROTOCOL_VERSIONS", versions)]);
        assert!(client_speaks_our_version(&with("5,6")));
        assert!(client_speaks_our_version(&with("6, 5")));
        assert!(!client_speaks_our_version(&with("5")));
        assert!(!client_speaks_our_version(&with("16,60")));
    }
}
