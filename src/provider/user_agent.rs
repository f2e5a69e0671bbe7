//! How requests introduce themselves to Wavix.

use crate::framework::provider::Host;

/// Read by every provider, as HashiCorp's own SDK does for those built on it.
pub(super) const APPEND_VARIABLE: &str = "TF_APPEND_USER_AGENT";

/// Where people find the provider.
const HOME: &str = "https://registry.terraform.io/providers/wavix/wavix";

/// The `User-Agent` header: the program that runs, this provider, and what the
/// user and the user's automation add.
///
/// What comes from outside the configuration is made fit for a header, since it
/// is meant for all providers alike and must not stop this one. The suffix is
/// left as it is, and refused with the rest of the configuration if it is unfit.
pub(super) fn user_agent(host: &Host, suffix: Option<&str>, appended: Option<&str>) -> String {
    let version = header_safe(&host.version);
    let program = if version.is_empty() { "Terraform".to_owned() } else { format!("Terraform/{version}") };
    let provider = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
    let mut text = format!("{program} {provider} (+{HOME})");
    for more in [suffix.map(|suffix| suffix.trim_matches(' ').to_owned()), appended.map(header_safe)] {
        match more {
            Some(more) if !more.is_empty() => {
                text.push(' ');
                text.push_str(&more);
            }
            _ => {}
        }
    }
    text
}

/// The same with `?` for what a header cannot carry.
fn header_safe(text: &str) -> String {
    let fit = |c: char| if c == ' ' || c.is_ascii_graphic() { c } else { '?' };
    text.trim().chars().map(fit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(version: &str) -> Host {
        Host { version: version.to_owned() }
    }

    #[test]
    fn it_names_the_program_the_provider_and_where_to_find_it() {
        let own = format!(
            "terraform-provider-wavix/{} (+https://registry.terraform.io/providers/wavix/wavix)",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(user_agent(&host("1.14.0"), None, None), format!("Terraform/1.14.0 {own}"));
        assert_eq!(user_agent(&host(""), Some(" "), Some(" \n")), format!("Terraform {own}"));
        assert_eq!(
            user_agent(&host("1.14.0"), Some("team/voice"), Some("ci/7")),
            format!("Terraform/1.14.0 {own} team/voice ci/7")
        );
    }

    #[test]
    fn nothing_from_outside_the_configuration_can_add_a_header() {
        let text = user_agent(&host("1.0\r\nX-A: 1"), None, Some("ci\r\nX-B: 2 \u{e9}"));
        assert!(text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()), "{text:?}");
        assert!(text.ends_with("ci??X-B: 2 ?"), "{text:?}");
    }
}
