//! What is wrong in the configuration is found before anything is sent, and
//! the attribute is named.

use wavix_sim::Sim;

use crate::support::run::Diagnostic;
use crate::support::terraform::Terraform;

acceptance_trials! {
    every_bad_argument_is_named_and_nothing_is_sent,
    a_bad_value_that_becomes_known_late_is_still_not_sent,
    ; since (1, 11):
    contradicting_passwords_are_named_and_nothing_is_sent,
}

/// Arguments beside a good label, caller ID and password; and the line that
/// the error must point at.
const BAD: [(&str, &str); 34] = [
    ("callerid = \"not a number\"", "callerid"),
    ("callerid = \"+\"", "callerid"),
    ("callerid = \"0313284732\"", "callerid"),
    ("callerid = \"00442079460018\"", "callerid"),
    ("callerid = \"\u{202a}+13132847320\u{202c}\"", "callerid"),
    ("password = \"\"", "password"),
    ("allowed_ips = [\"198.51.100\"]", "allowed_ips"),
    ("allowed_ips = [\"198.51.100.256\"]", "allowed_ips"),
    ("allowed_ips = [\"198.51.100.007\"]", "allowed_ips"),
    ("allowed_ips = [\" 198.51.100.7\"]", "allowed_ips"),
    ("allowed_ips = [\"sip.example.com\"]", "allowed_ips"),
    ("allowed_ips = [\"\"]", "allowed_ips"),
    ("allowed_ips = [null]", "allowed_ips"),
    ("ip_restrict = true", "ip_restrict"),
    ("call_limit = -1", "call_limit"),
    ("call_limit = 1.5", "call_limit"),
    ("call_limit = 1e30", "call_limit"),
    ("max_channels = 0.5", "max_channels"),
    ("max_call_cost = -0.18", "max_call_cost"),
    ("max_call_cost = \"cheap\"", "max_call_cost"),
    ("max_call_cost = 0.18000000000000001", "max_call_cost"),
    ("max_call_cost = 1 / 3", "max_call_cost"),
    ("max_call_cost = 1e30", "max_call_cost"),
    ("max_channels = 10 / 3", "max_channels"),
    ("transcription_threshold = -1", "transcription_threshold"),
    ("transcription_threshold = 6.5", "transcription_threshold"),
    ("host_request = { host = \"sip.example.com\" }", "host_request"),
    ("host_request = { host = \"198.51.100.0/24\" }", "host_request"),
    ("host_request = {}", "host_request"),
    ("host_request = { host = null }", "host_request"),
    ("host = \"198.51.100.7\"", "host"),
    ("passthrough = true", "passthrough"),
    ("encrypted_media = \"perhaps\"", "encrypted_media"),
    ("lable = \"misspelt\"", "lable"),
];

/// One resource per line of the table, each argument on a line of its own so
/// that the error's line says which it is.
fn resource(index: usize, arguments: &str) -> String {
    let good = [("label", "\"Good\""), ("callerid", "\"13132847320\""), ("password", "\"a password\"")];
    let good = good
        .iter()
        .filter(|(name, _)| {
            !arguments.lines().any(|line| line.trim_start().starts_with(&format!("{name} =")))
        })
        .map(|(name, value)| format!("  {name} = {value}\n"))
        .collect::<String>();
    format!("resource \"wavix_sip_trunk\" \"bad{index}\" {{\n{good}  {arguments}\n}}\n")
}

/// Terraform shows the line that an error points at, so one about a secret points at its block, and names it.
fn points_at(error: &Diagnostic, attribute: &str) -> bool {
    let code = error.code.as_deref().unwrap_or_default().trim_start();
    if matches!(attribute, "password" | "password_wo") {
        return code.starts_with("resource ") && error.detail.contains(&format!("`{attribute}`"));
    }
    code.starts_with(attribute)
}

fn every_bad_argument_is_named_and_nothing_is_sent() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let config: String =
        BAD.iter().enumerate().map(|(index, (arguments, _))| resource(index, arguments)).collect();
    let run = tf.config(&config).validate_err();
    let errors = run.diagnostics();
    let mut silent = Vec::new();
    for (index, (arguments, attribute)) in BAD.iter().enumerate() {
        let address = format!("wavix_sip_trunk.bad{index}");
        // What Terraform itself refuses has no address, but the same line.
        let line = arguments.lines().next().unwrap();
        let found = errors.iter().find(|error| {
            error.severity == "error"
                && points_at(error, attribute)
                && (error.address.as_deref() == Some(&address)
                    || error.code.as_deref().unwrap_or_default().trim() == line)
        });
        if found.is_none() {
            let said: Vec<_> =
                errors.iter().filter(|error| error.address.as_deref() == Some(&address)).collect();
            silent.push(format!("{arguments}: {said:?}"));
        }
    }
    assert!(silent.is_empty(), "no error points at the attribute of:\n{}\n{run}", silent.join("\n"));

    // Missing ones have no line to point at, but are named.
    for (missing, config) in [
        ("label", "callerid = \"13132847320\"\n  password = \"a password\""),
        ("callerid", "label = \"No number\"\n  password = \"a password\""),
    ] {
        tf.config(&format!("resource \"wavix_sip_trunk\" \"main\" {{\n  {config}\n}}\n"));
        let run = if missing == "label" { tf.validate_err() } else { tf.plan_err() };
        let error = run.error();
        assert!(format!("{} {}", error.summary, error.detail).contains(missing), "{missing}: {error:?}");
    }
    // Whether a password is needed depends on whether the trunk exists.
    tf.config("resource \"wavix_sip_trunk\" \"main\" {\n  label = \"a\"\n  callerid = \"13132847320\"\n}\n");
    tf.validate_ok();
    let error = tf.plan_err().error();
    assert!(format!("{} {}", error.summary, error.detail).contains("password"), "{error:?}");

    assert_eq!(sim.journal().entries().len(), 0, "{}", sim.journal());
}

fn contradicting_passwords_are_named_and_nothing_is_sent() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let trunk = |arguments: &str| {
        format!(
            "resource \"wavix_sip_trunk\" \"main\" {{\n  label = \"a\"\n  callerid = \"13132847320\"\n  {arguments}\n}}\n"
        )
    };
    for (arguments, attribute) in [
        ("password = \"one\"\n  password_wo = \"two\"\n  password_wo_version = 1", "password"),
        ("password_wo = \"\"\n  password_wo_version = 1", "password_wo"),
        ("password = \"one\"\n  password_wo_version = 1", "password_wo_version"),
    ] {
        let run = tf.config(&trunk(arguments)).validate_err();
        let errors = run.diagnostics();
        assert!(errors.iter().any(|error| points_at(error, attribute)), "{arguments}\n{run}");
        assert!(!run.text().contains("two") && !run.stderr.contains("two"), "a secret is shown\n{run}");
    }
    assert_eq!(sim.journal().entries().len(), 0, "{}", sim.journal());
}

fn a_bad_value_that_becomes_known_late_is_still_not_sent() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(
        r#"resource "terraform_data" "late" {
  input = { channels = -1, number = "0313284732", ip = "nowhere" }
}

resource "wavix_sip_trunk" "channels" {
  label        = "Late"
  callerid     = "13132847320"
  password     = "a password"
  max_channels = terraform_data.late.output.channels
}

resource "wavix_sip_trunk" "number" {
  label    = "Late"
  callerid = terraform_data.late.output.number
  password = "a password"
}

resource "wavix_sip_trunk" "address" {
  label       = "Late"
  callerid    = "13132847320"
  password    = "a password"
  allowed_ips = [terraform_data.late.output.ip]
}
"#,
    );
    tf.validate_ok();
    let run = tf.apply_err();
    let errors: Vec<_> = run.diagnostics().into_iter().filter(|found| found.severity == "error").collect();
    for attribute in ["max_channels", "callerid", "allowed_ips"] {
        assert!(errors.iter().any(|error| points_at(error, attribute)), "{attribute}\n{run}");
    }
    // The plan looked for a trunk that it would double and for the caller ID, and nothing more.
    let looks =
        ["/v1/trunks", "/v1/numbers"].map(|path| sim.journal().count("GET", path)).iter().sum::<usize>();
    assert_eq!(sim.journal().entries().len(), looks, "{}", sim.journal());
}
