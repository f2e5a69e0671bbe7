//! The text that lets Terraform use a plugin somebody else has started, in a debugger for
//! instance, instead of starting one itself.

use serde_json::json;

use super::handshake::PROTOCOL_VERSION;

/// The variable Terraform and OpenTofu look for.
const VARIABLE: &str = "TF_REATTACH_PROVIDERS";

/// What `text` tells about the running plugin.
#[derive(Debug)]
pub struct Reattach<'a> {
    /// The provider's source address, such as
    /// `registry.terraform.io/hashicorp/random`.
    pub provider: &'a str,
    /// The number of this process. It must be real: Terraform watches it.
    pub pid: u32,
    /// `unix` or `tcp`.
    pub network: &'a str,
    /// The socket's path, or host and port.
    pub address: &'a str,
}

impl Reattach<'_> {
    /// What to tell the person: the variable to set, for the shells of the
    /// platform.
    #[must_use]
    pub fn instructions(&self) -> String {
        let value = self.value();
        let lines = if cfg!(windows) {
            format!(
                "\tCommand Prompt:\tset \"{VARIABLE}={value}\"\n\tPowerShell:\t$env:{VARIABLE}='{}'\n",
                value.replace('\'', "''")
            )
        } else {
            format!("\t{VARIABLE}='{}'\n", value.replace('\'', r"'\''"))
        };
        format!(
            "The provider is running. To use it, set this environment variable where Terraform or OpenTofu is \
             started:\n\n{lines}\n"
        )
    }

    /// The variable's value.
    fn value(&self) -> String {
        // `Test` says that the plugin is somebody else's to end. It must be
        // true: with false and version 6 Terraform itself crashes.
        json!({
            self.provider: {
                "Protocol": "grpc",
                "ProtocolVersion": PROTOCOL_VERSION,
                "Pid": self.pid,
                "Test": true,
                "Addr": { "Network": self.network, "String": self.address },
            }
        })
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REATTACH: Reattach<'_> =
        Reattach { provider: "registry.terraform.io/a/b", pid: 7, network: "unix", address: "/tmp/it's/s" };

    #[test]
    fn the_value_is_what_terraform_parses() {
        let value: serde_json::Value = serde_json::from_str(&REATTACH.value()).unwrap();
        assert_eq!(
            value,
            json!({"registry.terraform.io/a/b": {
                "Protocol": "grpc", "ProtocolVersion": 6, "Pid": 7, "Test": true,
                "Addr": {"Network": "unix", "String": "/tmp/it's/s"},
            }})
        );
    }

    #[test]
    #[cfg(unix)]
    fn a_quote_in_the_value_survives_the_shell() {
        let text = REATTACH.instructions();
        let line = text.lines().nth(2).unwrap();
        let output = std::process::Command::new("sh")
            .args(["-c", &format!("{}; printf %s \"$TF_REATTACH_PROVIDERS\"", line.trim())])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), REATTACH.value());
    }
}
