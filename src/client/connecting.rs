//! Why there is no connection, in words, and whether that may pass. Only what libraries say
//! of their errors is known here, not who makes them.

use std::{
    error::Error as StdError,
    fmt::Write as _,
    io,
    time::{Duration, UNIX_EPOCH},
};

use tokio_rustls::rustls::{self, CertificateError, pki_types::UnixTime};

use super::failure::Chance;

/// What went wrong, and whether another attempt may meet something else.
pub(super) struct Cause {
    pub(super) text: String,
    pub(super) chance: Chance,
}

/// Reads the causes of a failed connection, the outermost first.
pub(super) fn read<'a>(causes: impl Iterator<Item = &'a (dyn StdError + 'static)>) -> Option<Cause> {
    for cause in causes {
        if let Some(error) = cause.downcast_ref::<rustls::Error>() {
            return tls(error);
        }
        if let Some(error) = cause.downcast_ref::<io::Error>()
            && let Some(found) = name(error)
        {
            return Some(found);
        }
        if let Some(found) = tunnel(&cause.to_string()) {
            return Some(found);
        }
    }
    None
}

/// What the HTTP library says of a proxy that opens no tunnel. It tells this one
/// status, and of all others only that they are not 200.
fn tunnel(saying: &str) -> Option<Cause> {
    let cause = |text: &str, chance| Some(Cause { text: text.to_owned(), chance });
    match saying {
        "tunnel error: proxy authorization required" => cause(
            "the proxy returned status 407: it requires a user name and a password, or rejects the given ones",
            Chance::None,
        ),
        "tunnel error: unsuccessful" => {
            cause("the proxy did not return status 200, so it opened no connection to the host", Chance::Good)
        }
        _ => None,
    }
}

fn tls(error: &rustls::Error) -> Option<Cause> {
    let never = |text: String| Some(Cause { text, chance: Chance::None });
    let problem = match error {
        rustls::Error::InvalidCertificate(problem) => problem,
        rustls::Error::InvalidMessage(_) => {
            return never(
                "TLS: the server does not use TLS on this port, which may be a port for plain HTTP"
                    .to_owned(),
            );
        }
        _ => return None,
    };
    match problem {
        CertificateError::Expired => never("TLS: the server's certificate has expired".to_owned()),
        CertificateError::ExpiredContext { not_after, .. } => {
            never(format!("TLS: the server's certificate expired on {}", date(*not_after)))
        }
        CertificateError::NotValidYet => never("TLS: the server's certificate is not valid yet".to_owned()),
        CertificateError::NotValidYetContext { not_before, .. } => never(format!(
            "TLS: the server's certificate is not valid before {}; check the clock of this machine",
            date(*not_before)
        )),
        CertificateError::UnknownIssuer => never(
            "TLS: the server's certificate is issued by an authority that this machine does not trust"
                .to_owned(),
        ),
        CertificateError::NotValidForName => {
            never("TLS: the server's certificate is for another host".to_owned())
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            let mut text = "TLS: the server's certificate is for another host".to_owned();
            for (at, name) in presented.iter().take(3).enumerate() {
                let _ = write!(text, "{}{name}", if at == 0 { ": " } else { ", " });
            }
            never(text)
        }
        other => never(format!("TLS: the server's certificate is not valid: {other}")),
    }
}

fn date(time: UnixTime) -> String {
    UNIX_EPOCH
        .checked_add(Duration::from_secs(time.as_secs()))
        .map_or_else(|| "an unknown date".to_owned(), httpdate::fmt_http_date)
}

/// What the system's resolvers say of a name that does not exist. A server for
/// names that is not reached says other things.
const NO_SUCH_NAME: [&str; 5] = [
    "Name or service not known",
    "nodename nor servname provided",
    "Name does not resolve",
    "No address associated with hostname",
    "No such host is known",
];

fn name(error: &io::Error) -> Option<Cause> {
    let text = error.to_string();
    NO_SUCH_NAME
        .iter()
        .any(|saying| text.contains(saying))
        .then(|| Cause { text: "the host name does not exist".to_owned(), chance: Chance::Slight })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(error: impl StdError + 'static) -> Option<(String, Chance)> {
        read(std::iter::once(&error as &(dyn StdError + 'static))).map(|cause| (cause.text, cause.chance))
    }

    #[test]
    fn what_is_wrong_with_a_certificate_is_told_in_words_and_does_not_pass() {
        let certificate = |problem| of(rustls::Error::InvalidCertificate(problem)).unwrap();
        let expired = CertificateError::ExpiredContext {
            time: UnixTime::since_unix_epoch(Duration::from_secs(1_800_000_000)),
            not_after: UnixTime::since_unix_epoch(Duration::from_secs(1_684_257_205)),
        };
        for (problem, words) in [
            (expired, "expired on Tue, 16 May 2023 17:13:25 GMT"),
            (CertificateError::UnknownIssuer, "an authority that this machine does not trust"),
            (CertificateError::NotValidForName, "for another host"),
            (CertificateError::BadEncoding, "is not valid"),
        ] {
            let (text, chance) = certificate(problem);
            assert!(text.contains(words), "{text}");
            assert_eq!(chance, Chance::None);
        }
        let plain = of(rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType)).unwrap();
        assert!(plain.0.contains("plain HTTP"), "{}", plain.0);
    }

    #[test]
    fn a_name_that_does_not_exist_is_hardly_asked_for_again_and_a_silent_resolver_is() {
        let resolver = |text: &str| of(io::Error::other(text.to_owned()));
        let missing = resolver("failed to lookup address information: Name or service not known").unwrap();
        assert_eq!(missing.1, Chance::Slight);
        assert!(
            resolver("failed to lookup address information: Temporary failure in name resolution").is_none()
        );
    }
}
