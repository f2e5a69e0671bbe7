//! The simulator through its only door: HTTP. One binary, one simulator per test.

mod client;
mod lifecycle;
