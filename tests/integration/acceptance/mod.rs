//! What a user sees: real Terraform (or OpenTofu), the built provider and a
//! simulated Wavix account. Each test looks at all three sides: the state, the
//! account and the requests that were made.

mod allowed_ips;
mod altered;
mod api_keys;
mod bad_input;
mod call_webhooks;
mod caller_id;
mod changes;
mod credentials;
mod data_sources;
mod dial_plan;
pub mod drift;
mod ephemeral;
mod examples;
mod features;
mod first_day;
mod functions;
mod hand_edited;
mod ignored_changes;
mod import;
mod install;
mod ip_authentication;
mod leftovers;
mod lifecycle;
mod limits;
mod look_alikes;
mod lost_answers;
mod moved;
mod phone_numbers;
mod provider_config;
mod queries;
mod quickstart;
mod released_states;
mod scale;
pub mod secrecy;

/// Every acceptance test.
pub fn trials() -> Vec<libtest_mimic::Trial> {
    [
        allowed_ips::trials(),
        altered::trials(),
        api_keys::trials(),
        bad_input::trials(),
        call_webhooks::trials(),
        caller_id::trials(),
        changes::trials(),
        credentials::trials(),
        data_sources::trials(),
        dial_plan::trials(),
        drift::trials(),
        ephemeral::trials(),
        examples::trials(),
        examples::newer::trials(),
        examples::scenarios::trials(),
        features::trials(),
        first_day::trials(),
        functions::trials(),
        hand_edited::trials(),
        ignored_changes::trials(),
        import::trials(),
        install::trials(),
        ip_authentication::trials(),
        leftovers::trials(),
        lifecycle::trials(),
        limits::trials(),
        look_alikes::trials(),
        lost_answers::trials(),
        moved::trials(),
        phone_numbers::trials(),
        provider_config::trials(),
        queries::trials(),
        quickstart::trials(),
        released_states::trials(),
        scale::trials(),
        secrecy::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
