//! What a user does first, and what would hurt most if it did not work.

use crate::support::require::Least;
use crate::support::run::Run;
use crate::support::terraform::Terraform;

use super::account::{Account, story};
use super::marks::MARK;

/// The stories.
pub fn trials() -> Vec<libtest_mimic::Trial> {
    let any = Least::of((1, 5));
    let of = |name, least, test| story(module_path!(), name, least, test);
    vec![
        of("a_trunk_lives_and_its_plans_are_empty", any, a_trunk_lives_and_its_plans_are_empty),
        of("an_imported_trunk_plans_nothing", any, an_imported_trunk_plans_nothing),
        of("a_trunk_that_is_gone_is_made_again", any, a_trunk_that_is_gone_is_made_again),
        of("a_write_only_password_rotates", Least::of((1, 11)), a_write_only_password_rotates),
        of("two_equal_trunks_are_two", any, two_equal_trunks_are_two),
        of("an_api_key_lives_and_its_plans_are_empty", any, an_api_key_lives_and_its_plans_are_empty),
        of("a_webhook_lives_in_an_empty_slot", any, a_webhook_lives_in_an_empty_slot),
        of("what_the_account_has_is_read", any, what_the_account_has_is_read),
    ]
}

/// A trunk to which nobody can register.
fn trunk(account: &Account, what: &str, arguments: &str) -> String {
    format!(
        r#"resource "wavix_sip_trunk" "main" {{
  label       = "{label}"
  {caller_id}
  allowed_ips = ["192.0.2.1", "192.0.2.2"]
  {arguments}
}}
"#,
        label = Account::label(what),
        caller_id = account.caller_id(),
    )
}

fn destroy(tf: &Terraform) -> Run {
    let run = tf.run(["apply", "-destroy", "-auto-approve", "-input=false", "-json"]).succeeded();
    assert_eq!(tf.state_addresses(), Vec::<String>::new(), "destroyed, yet the state has objects");
    run
}

/// How many trunks there are with this label.
fn trunks_labelled(account: &Account, label: &str) -> usize {
    let tf = account.terraform();
    tf.config(&format!(
        r#"data "wavix_sip_trunks" "all" {{
  label_regex = "^{label}"
}}
output "found" {{
  value = length(data.wavix_sip_trunks.all.sip_trunks)
}}
"#
    ));
    tf.run(["apply", "-auto-approve", "-input=false", "-json"]).succeeded();
    usize::try_from(tf.output("found").as_u64().unwrap()).unwrap()
}

fn a_trunk_lives_and_its_plans_are_empty(account: &Account) {
    let tf = account.terraform();
    let password = format!("password = \"{}\"", Account::password());
    let limits = format!(
        "{password}\n  max_channels = 1\n  max_call_cost = 0.180\n  call_limit = 60\n  rewrite_prefix = \"00\""
    );
    tf.config(&trunk(account, "life", &limits)).apply_ok();
    let (id, login) =
        (tf.state("wavix_sip_trunk.main")["id"].clone(), tf.state("wavix_sip_trunk.main")["login"].clone());
    // Every limit is taken away again, and an address.
    let less = trunk(account, "life changed", &password).replace(", \"192.0.2.2\"", "");
    tf.config(&less).apply_ok();
    let state = tf.state("wavix_sip_trunk.main");
    assert_eq!((&state["id"], &state["login"]), (&id, &login), "changed in place");
    assert_eq!(state["allowed_ips"], serde_json::json!(["192.0.2.1"]));
    assert_eq!(trunks_labelled(account, &Account::label("life")), 1);
    destroy(&tf);
    assert_eq!(trunks_labelled(account, &Account::label("life")), 0);
}

fn an_imported_trunk_plans_nothing(account: &Account) {
    let (first, second) = (account.terraform(), account.terraform());
    let password = format!("password = \"{}\"", Account::password());
    let configuration = trunk(account, "import", &password);
    first.config(&configuration).apply_ok();
    let id = first.state("wavix_sip_trunk.main")["id"].as_str().unwrap().to_owned();
    second.config(&configuration);
    second.import("wavix_sip_trunk.main", &id).succeeded();
    let imported = second.plan_json();
    let actions = &imported["resource_changes"][0]["change"]["actions"];
    // The password is not told: the first plan sets it, in place.
    assert!(
        actions == &serde_json::json!(["update"]) || actions == &serde_json::json!(["no-op"]),
        "{actions}"
    );
    second.apply_ok();
    destroy(&second);
}

fn a_trunk_that_is_gone_is_made_again(account: &Account) {
    let (tf, other) = (account.terraform(), account.terraform());
    let configuration = trunk(account, "gone", &format!("password = \"{}\"", Account::password()));
    tf.config(&configuration).apply_ok();
    let id = tf.state("wavix_sip_trunk.main")["id"].as_str().unwrap().to_owned();
    other.config(&configuration);
    other.import("wavix_sip_trunk.main", &id).succeeded();
    destroy(&other);
    tf.apply_ok();
    assert_ne!(tf.state("wavix_sip_trunk.main")["id"], id.as_str());
    assert_eq!(trunks_labelled(account, &Account::label("gone")), 1);
    destroy(&tf);
}

fn a_write_only_password_rotates(account: &Account) {
    let tf = account.terraform();
    for version in 1..=2 {
        let password = Account::password();
        let arguments = format!("password_wo = \"{password}\"\n  password_wo_version = {version}");
        tf.config(&trunk(account, "rotation", &arguments)).apply_ok();
        assert!(!tf.read("terraform.tfstate").contains(&password), "the state has the password");
    }
    destroy(&tf);
}

fn two_equal_trunks_are_two(account: &Account) {
    let tf = account.terraform();
    let password = format!("count = 2\n  password = \"{}\"", Account::password());
    tf.config(&trunk(account, "twins", &password)).apply_ok();
    let id = |index: usize| tf.state(&format!("wavix_sip_trunk.main[{index}]"))["id"].clone();
    assert_ne!(id(0), id(1));
    assert_eq!(trunks_labelled(account, &Account::label("twins")), 2);
    destroy(&tf);
}

fn an_api_key_lives_and_its_plans_are_empty(account: &Account) {
    let tf = account.terraform();
    for (what, scopes) in
        [("key", r#"{ trunks = "read" }"#), ("key changed", r#"{ trunks = "read", numbers = "read" }"#)]
    {
        let label = Account::label(what);
        tf.config(&format!(
            "resource \"wavix_api_key\" \"main\" {{\n  label = \"{label}\"\n  active = false\n  permitted_ips = [\"192.0.2.1\"]\n  \
             scopes = {scopes}\n}}\n"
        ))
        .apply_ok();
    }
    destroy(&tf);
}

fn a_webhook_lives_in_an_empty_slot(account: &Account) {
    let tf = account.terraform();
    let webhook = |event: &str, path: &str| {
        format!(
            "resource \"wavix_call_webhook\" \"main\" {{\n  event_type = \"{event}\"\n  url = \"{}{path}\"\n}}\n",
            MARK.webhook
        )
    };
    tf.config(
        r#"data "wavix_call_webhooks" "all" {}
output "taken" {
  value = keys(data.wavix_call_webhooks.all.urls)
}
"#,
    );
    tf.run(["apply", "-auto-approve", "-input=false", "-json"]).succeeded();
    let taken = tf.output("taken");
    let is_taken = |event: &&str| taken.as_array().unwrap().iter().any(|taken| taken == event);
    // What is in a slot is in use: it is left alone.
    let Some(event) = ["post-call", "on-call"].into_iter().find(|event| !is_taken(event)) else { return };
    tf.config(&webhook(event, "first")).apply_ok();
    tf.config(&webhook(event, "second")).apply_ok();
    destroy(&tf);
}

fn what_the_account_has_is_read(account: &Account) {
    let tf = account.terraform();
    tf.config(
        r#"data "wavix_sip_trunks" "all" {}
data "wavix_phone_numbers" "all" {}
data "wavix_api_keys" "all" {}
output "trunks" { value = length(data.wavix_sip_trunks.all.sip_trunks) }
output "numbers" { value = length(data.wavix_phone_numbers.all.phone_numbers) }
output "keys" { value = length(data.wavix_api_keys.all.api_keys) }
"#,
    );
    tf.run(["apply", "-auto-approve", "-input=false", "-json"]).succeeded();
    assert!(tf.output("trunks").is_u64() && tf.output("numbers").is_u64());
    assert!(tf.output("keys").as_u64() > Some(0), "the account has at least the key that asks");
}
