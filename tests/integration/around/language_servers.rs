//! Completion and descriptions in an editor, of a build of one's own.

use std::fs;
use std::path::Path;

use libtest_mimic::Trial;

use super::lsp::Editor;
use super::{Need, Workshop, trial};
use crate::support::require;

const TERRAFORM_LS: Need = Need { program: "terraform-ls", variable: "TERRAFORM_LS_BINARY" };
const TOFU_LS: Need = Need { program: "tofu-ls", variable: "TOFU_LS_BINARY" };

pub fn trials() -> Vec<Trial> {
    // Each asks the program that it is made for.
    let (name, need) = if require::is_opentofu() {
        ("tofu_ls_knows_a_build_under_dev_overrides_in_a_folder_with_a_lock_file", &TOFU_LS)
    } else {
        ("terraform_ls_knows_a_build_under_dev_overrides_in_a_folder_with_a_lock_file", &TERRAFORM_LS)
    };
    vec![trial(name, need, knows)]
}

const CONFIGURATION: &str = "terraform {\n  required_providers {\n    wavix = {\n      source = \"wavix/wavix\"\n    }\n  }\n}\n\n\
                             resource \"wavix_sip_trunk\" \"office\" {\n  label = \"Office\"\n  \n}\n";
/// The line of the label; the next is empty.
const LABEL: usize = 9;

fn knows(server: &Path) {
    let workshop = Workshop::of("## Language servers");
    let built = Path::new(env!("CARGO_BIN_EXE_terraform-provider-wavix")).parent().unwrap();
    let settings = fs::read_to_string(workshop.at("dev.tfrc")).unwrap();
    let settings =
        settings.replace("/home/me/terraform-provider-wavix/target/debug", built.to_str().unwrap());
    workshop.write("dev.tfrc", &settings);
    workshop.write("main.tf", CONFIGURATION);
    let cli = require::cli().as_ref().unwrap();
    if require::is_opentofu() {
        workshop.wrap("tofu", &cli.path);
    }
    let open = || {
        let mut command = workshop.command(server);
        command.env("TF_CLI_CONFIG_FILE", workshop.at("dev.tfrc"));
        Editor::open(command, workshop.folder.path(), "main.tf")
    };
    let without = open().completions(LABEL + 1, 2);
    assert!(!without.contains(&"allowed_ips".to_owned()), "no lock file is needed any more: {without:?}");

    let [script] = &workshop.shell()[..] else { panic!("other blocks") };
    workshop.typed(script, &[]);
    let mut editor = open();
    let offered = editor.completions(LABEL + 1, 2);
    for argument in ["allowed_ips", "max_call_cost", "password_wo"] {
        assert!(offered.iter().any(|label| label == argument), "{argument}: {offered:?}");
    }
    let shown = editor.hover(LABEL, 4);
    assert!(shown.contains("label") && shown.contains("required") && shown.len() > 40, "{shown:?}");
}
