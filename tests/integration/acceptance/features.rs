//! Features that an account's tier may refuse: recording, voicemail detection,
//! transcription, encryption.

use serde_json::json;
use wavix_sim::{Sim, behaviour::ProFeatures};

use crate::support::terraform::Terraform;

acceptance_trials! {
    a_feature_that_is_silently_refused_is_an_error_that_says_so,
    a_silently_refused_update_leaves_the_trunk_as_it_is,
    a_feature_that_is_refused_openly_creates_nothing,
}

const TRUNK: &str = "wavix_sip_trunk.main";
const FEATURES: [&str; 4] =
    ["call_recording_enabled", "machine_detection_enabled", "transcription_enabled", "encrypted_media"];

fn trunk(arguments: &str) -> String {
    format!(
        r#"resource "wavix_sip_trunk" "main" {{
  label    = "Featured"
  callerid = "13132847320"
  password = "a password"
  {arguments}
}}
"#
    )
}

fn all_features() -> String {
    trunk(&FEATURES.map(|feature| format!("{feature} = true")).join("\n  "))
}

fn a_feature_that_is_silently_refused_is_an_error_that_says_so() {
    let sim = Sim::builder().behaviour(|knobs| knobs.pro_features = ProFeatures::SilentlyOff).spawn();
    let tf = Terraform::new(&sim);
    let run = tf.config(&all_features()).apply_err();
    let errors = run.diagnostics();
    for feature in FEATURES {
        let pointed = errors.iter().find(|error| error.code.as_deref().unwrap_or_default().contains(feature));
        let error = pointed.unwrap_or_else(|| panic!("no error points at {feature}\n{run}"));
        assert_eq!(error.summary, "Cannot create SIP trunk");
        assert!(error.detail.contains("account"), "{}", error.detail);
    }
    // A create is all or nothing.
    assert!(errors[0].detail.contains("nothing is left"), "{}", errors[0].detail);
    assert!(tf.state_addresses().is_empty() && sim.trunks().is_empty());

    // The way out that the error names.
    tf.config(&trunk("")).apply_ok();
    assert_eq!(sim.journal().count("POST", "/v1/trunks"), 2);
}

fn a_silently_refused_update_leaves_the_trunk_as_it_is() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&trunk("")).apply_ok();
    sim.configure(|knobs| knobs.pro_features = ProFeatures::SilentlyOff);
    let error = tf.config(&trunk("transcription_enabled = true")).apply_err().error();
    assert_eq!(error.summary, "Cannot update SIP trunk");
    assert!(error.code.unwrap_or_default().contains("transcription_enabled"));
    assert!(!tf.is_tainted(TRUNK));
    assert_eq!(tf.state(TRUNK)["transcription_enabled"], json!(false));

    sim.configure(|knobs| knobs.pro_features = ProFeatures::Accepted);
    tf.apply_ok();
    assert!(tf.stored(&sim, TRUNK).transcription_enabled);
}

fn a_feature_that_is_refused_openly_creates_nothing() {
    let sim = Sim::builder().behaviour(|knobs| knobs.pro_features = ProFeatures::Refused).spawn();
    let tf = Terraform::new(&sim);
    let error = tf.config(&all_features()).apply_err().error();
    assert_eq!(error.summary, "Cannot create SIP trunk");
    assert!(error.detail.contains("403"), "{}", error.detail);
    assert!(tf.state_addresses().is_empty() && sim.trunks().is_empty());
}
