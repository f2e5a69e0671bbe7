//! What the plugin says before Terraform connects.

use std::process::{Command, Stdio};

trials![without_a_cookie_standard_output_stays_empty];

fn without_a_cookie_standard_output_stays_empty() {
    let output = Command::new(env!("CARGO_BIN_EXE_terraform-provider-wavix"))
        .env_remove("TF_PLUGIN_MAGIC_COOKIE")
        .stdin(Stdio::null())
        .output()
        .expect("the plugin starts");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}
