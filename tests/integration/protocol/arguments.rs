//! What the plugin does when a person runs it.

use crate::support::plugin::Launch;

trials![an_argument_that_is_not_known_is_refused, version_and_help_are_printed_without_a_cookie];

fn an_argument_that_is_not_known_is_refused() {
    let finished = Launch::by_terraform().argument("--prot").output();
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{finished:?}");
    assert!(finished.stderr.contains("--prot"), "{finished:?}");
}

fn version_and_help_are_printed_without_a_cookie() {
    let version = format!("terraform-provider-wavix {}\n", env!("CARGO_PKG_VERSION"));
    for argument in ["--version", "-version"] {
        let finished = Launch::bare().argument(argument).output();
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(0), version.as_str()), "{finished:?}");
    }
    for argument in ["--help", "-help"] {
        let finished = Launch::bare().argument(argument).output();
        assert_eq!(finished.code, Some(0), "{finished:?}");
        assert!(finished.stdout.contains("--debug") && finished.stderr.is_empty(), "{finished:?}");
    }
}
