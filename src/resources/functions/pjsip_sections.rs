//! The sections of `pjsip.conf` that make a SIP trunk, from values that are fit to stand
//! there.

use std::fmt::Write as _;

use super::network::GATEWAYS;
use super::pbx_options::{Authentication, CallerId, PbxOptions};

/// As good as for ever: two thousand years of tries, one a minute. Zero would be none.
const EVERY_TRY: &str = "1000000000";

/// What the sections are about.
pub(super) struct Trunk<'a> {
    pub(super) login: &'a str,
    /// As it is written on a line.
    pub(super) password: &'a str,
    /// The first gateway.
    pub(super) host: &'a str,
    pub(super) options: &'a PbxOptions,
}

/// Kind of a section, its name, its options.
type Section = (&'static str, String, Vec<(&'static str, String)>);

pub(super) fn sections(trunk: &Trunk<'_>) -> String {
    let hosts = || trunk.options.hosts(trunk.host);
    let mut text =
        format!("; Wavix SIP trunk {} at {}\n", trunk.login, hosts().collect::<Vec<_>>().join(", "));
    let name = trunk.options.name.clone().unwrap_or_else(|| format!("wavix-{}", trunk.login));
    let numbered = |index: usize| if index == 0 { name.clone() } else { format!("{name}-{}", index + 1) };
    let registers = trunk.options.authentication == Authentication::Registration;

    let mut all: Vec<Section> = Vec::new();
    if registers {
        let each = hosts().enumerate();
        all.extend(
            each.map(|(index, host)| ("registration", numbered(index), registration(trunk, &name, host))),
        );
        let credentials = vec![
            ("auth_type", "userpass".to_owned()),
            ("username", trunk.login.to_owned()),
            ("password", trunk.password.to_owned()),
        ];
        all.push(("auth", name.clone(), credentials));
    }
    // One for each gateway: the first that answers is called.
    all.extend(hosts().enumerate().map(|(index, host)| {
        let options = vec![
            ("contact", address(trunk.options, Some(trunk.login), host)),
            ("qualify_frequency", "60".to_owned()),
        ];
        ("aor", numbered(index), options)
    }));
    let aors: Vec<String> = hosts().enumerate().map(|(index, _)| numbered(index)).collect();
    all.push(("endpoint", name.clone(), endpoint(trunk, &name, &aors, registers)));
    all.push(("identify", name.clone(), identify(&name, hosts())));

    for (kind, name, options) in all {
        // Writing to a string cannot fail. The blanks around the equals sign
        // keep a value that begins with `>` from making an arrow of it.
        let _ = write!(text, "\n[{name}]\ntype = {kind}\n");
        for (option, value) in options {
            let _ = writeln!(text, "{option} = {value}");
        }
    }
    text
}

fn registration(trunk: &Trunk<'_>, name: &str, host: &str) -> Vec<(&'static str, String)> {
    vec![
        ("outbound_auth", name.to_owned()),
        ("server_uri", address(trunk.options, None, host)),
        ("client_uri", format!("sip:{}@{host}", trunk.login)),
        ("contact_user", trunk.login.to_owned()),
        // Whatever Wavix answers, and also when it says nothing: left to its
        // defaults, Asterisk is off the air after one refusal, until somebody
        // restarts it.
        ("auth_rejection_permanent", "no".to_owned()),
        ("max_retries", EVERY_TRY.to_owned()),
        ("retry_interval", "60".to_owned()),
        ("forbidden_retry_interval", "600".to_owned()),
        ("fatal_retry_interval", "600".to_owned()),
        ("expiration", trunk.options.expiration.to_string()),
        ("line", "yes".to_owned()),
        ("endpoint", name.to_owned()),
    ]
}

fn endpoint(trunk: &Trunk<'_>, name: &str, aors: &[String], registers: bool) -> Vec<(&'static str, String)> {
    let options = trunk.options;
    let mut found = vec![
        ("context", options.context.clone()),
        ("disallow", "all".to_owned()),
        ("allow", options.codecs.join(",")),
    ];
    if registers {
        found.push(("outbound_auth", name.to_owned()));
    }
    found.push(("aors", aors.join(",")));
    if options.caller_id != CallerId::From {
        found.push(("from_user", trunk.login.to_owned()));
    }
    found.push(("from_domain", trunk.host.to_owned()));
    match options.caller_id {
        CallerId::Pai => found.push(("send_pai", "yes".to_owned())),
        CallerId::Rpid => found.push(("send_rpid", "yes".to_owned())),
        CallerId::From | CallerId::None => {}
    }
    if options.encrypted_media {
        found.push(("media_encryption", "sdes".to_owned()));
    }
    let always = [
        ("direct_media", "no"),
        ("rtp_symmetric", "yes"),
        ("force_rport", "yes"),
        ("rewrite_contact", "yes"),
    ];
    found.extend(always.map(|(option, value)| (option, value.to_owned())));
    found
}

/// A call may come from any of Wavix' gateways, and from those that were named.
fn identify<'a>(name: &str, hosts: impl Iterator<Item = &'a str>) -> Vec<(&'static str, String)> {
    let mut known: Vec<&str> = hosts.collect();
    for (_, host, _) in GATEWAYS {
        if !known.contains(&host) {
            known.push(host);
        }
    }
    let mut options = vec![("endpoint", name.to_owned())];
    options.extend(known.into_iter().map(|host| ("match", host.to_owned())));
    options
}

/// The address of a gateway, or of the login there: whom a call is for stands in
/// its place. A semicolon is escaped, or it begins a comment.
fn address(options: &PbxOptions, login: Option<&str>, host: &str) -> String {
    let user = login.map(|login| format!("{login}@")).unwrap_or_default();
    format!("sip:{user}{host}:{}", options.uri_end().replace(';', "\\;"))
}

#[cfg(test)]
mod tests {
    use super::super::pbx_options::Transport;
    use super::*;

    fn of(options: &PbxOptions) -> String {
        sections(&Trunk { login: "67758", password: "s3cret", host: "nl.wavix.net", options })
    }

    /// With the defaults of Asterisk, one refusal would end it.
    #[test]
    fn a_registration_never_gives_up() {
        let text = of(&PbxOptions::default());
        for line in [
            "auth_rejection_permanent = no",
            "max_retries = 1000000000",
            "fatal_retry_interval = 600",
            "line = yes",
        ] {
            assert!(text.contains(&format!("\n{line}\n")), "{line}: {text}");
        }
    }

    #[test]
    fn each_gateway_of_wavix_may_call() {
        let text = of(&PbxOptions::default());
        for (_, host, _) in GATEWAYS {
            assert_eq!(text.matches(&format!("\nmatch = {host}\n")).count(), 1, "{text}");
        }
        let other = sections(&Trunk {
            login: "67758",
            password: "s3cret",
            host: "sbc.example.com",
            options: &PbxOptions::default(),
        });
        assert_eq!(other.matches("\nmatch = ").count(), 5, "{other}");
    }

    /// Two sections of one kind and name, and Asterisk loads nothing of the file.
    #[test]
    fn several_gateways_are_one_endpoint_and_no_section_comes_twice() {
        let options = PbxOptions { gateways: vec!["us.wavix.net".to_owned()], ..PbxOptions::default() };
        let text = of(&options);
        assert!(text.contains("\naors = wavix-67758,wavix-67758-2\n"), "{text}");
        assert!(text.contains("\nserver_uri = sip:us.wavix.net:5060\n"), "{text}");
        let mut heads: Vec<&str> =
            text.split("\n[").skip(1).map(|section| section.split("\n").nth(1).unwrap()).collect();
        heads.sort_unstable();
        assert_eq!(
            heads,
            [
                "type = aor",
                "type = aor",
                "type = auth",
                "type = endpoint",
                "type = identify",
                "type = registration",
                "type = registration"
            ]
        );
        for kind in ["registration", "aor"] {
            assert_eq!(text.matches(&format!("[wavix-67758]\ntype = {kind}\n")).count(), 1, "{text}");
            assert_eq!(text.matches(&format!("[wavix-67758-2]\ntype = {kind}\n")).count(), 1, "{text}");
        }
    }

    #[test]
    fn a_trunk_known_by_its_address_has_no_password() {
        let options = PbxOptions { authentication: Authentication::Ip, ..PbxOptions::default() };
        let text = of(&options);
        assert!(
            !text.contains("s3cret") && !text.contains("registration") && !text.contains("auth"),
            "{text}"
        );
    }

    #[test]
    fn transports_caller_ids_and_encryption_are_written() {
        let options = PbxOptions {
            transport: Some(Transport::Tls),
            caller_id: CallerId::Pai,
            encrypted_media: true,
            name: Some("main".to_owned()),
            ..PbxOptions::default()
        };
        let text = of(&options);
        for line in [
            "server_uri = sip:nl.wavix.net:5061\\;transport=tls",
            "contact = sip:67758@nl.wavix.net:5061\\;transport=tls",
            "send_pai = yes",
            "from_user = 67758",
            "media_encryption = sdes",
            "aors = main",
        ] {
            assert!(text.contains(&format!("\n{line}\n")), "{line}: {text}");
        }
        assert!(!of(&PbxOptions::default()).contains("from_user"), "the number is in From");
        let rpid = of(&PbxOptions {
            caller_id: CallerId::Rpid,
            transport: Some(Transport::Tcp),
            ..PbxOptions::default()
        });
        assert!(
            rpid.contains("\nsend_rpid = yes\n") && rpid.contains("sip:nl.wavix.net:5060\\;transport=tcp\n"),
            "{rpid}"
        );
    }
}
