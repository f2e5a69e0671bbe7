//! The simulator through its only door: HTTP. One binary, one simulator per test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "fixtures outside #[test] functions fail the test they are used in"
)]

mod access;
mod accounts;
mod api_keys;
mod behaviours;
mod call_webhooks;
mod client;
mod compare;
mod contract;
mod contract_watch;
mod control;
mod faults;
mod journal;
mod lifecycle;
mod outages;
mod page;
mod phone_number_knobs;
mod phone_numbers;
mod program;
mod routes;
mod rules;
mod sweep;
