//! A small well-behaved provider that keeps its objects in memory, and breaks
//! one rule on demand: what the checks are tested with.
//!
//! `MEMORY_PROVIDER_MUTATION` names the rule, by the number of the check that
//! must find it and, where there are several, a letter. `MEMORY_PROVIDER_FAULT`
//! makes the "API" fail, `MEMORY_PROVIDER_PANIC` makes planning panic, and
//! `MEMORY_PROVIDER_HANG` makes it never end.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a plugin's handshake and its log")]

mod provider;
mod schema;
mod services;
mod store;
mod system;
mod tls;

use std::io::Write;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use system::{Listen, Listener};
use tf_conformance::core::MAGIC_COOKIE;

/// Whether this rule is to be broken.
fn breaks(mutation: &str) -> bool {
    static MUTATION: OnceLock<String> = OnceLock::new();
    MUTATION.get_or_init(|| variable("MEMORY_PROVIDER_MUTATION")) == mutation
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

fn main() -> ExitCode {
    let debug = std::env::args().nth(1).is_some_and(|argument| argument == "-debug");
    if !debug && !breaks("1") && variable(MAGIC_COOKIE.0) != MAGIC_COOKIE.1 {
        eprintln!("This is a plugin. Terraform starts it.");
        return ExitCode::from(1);
    }
    if !breaks("33") {
        std::panic::set_hook(Box::new(|info| {
            eprintln!("panic: {info}");
            std::process::exit(101);
        }));
    } else {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            usual(info);
            std::process::exit(101);
        }));
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(serve(debug)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot serve: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Ends the process.
fn leave(code: i32) -> ! {
    if !breaks("9c") {
        system::remove();
    }
    std::process::exit(code)
}

async fn serve(debug: bool) -> Result<(), Box<dyn std::error::Error>> {
    // Before anybody can connect, and the parent be gone.
    let parent = system::parent();
    let listener = Listener::bind().await?;
    let address = listener.address()?;
    let client = std::env::var("PLUGIN_CLIENT_CERT").ok().filter(|_| !debug);
    let tls = client.map(|pem| tls::Server::for_client(&pem)).transpose()?;
    if debug {
        announce_reattach(&address)?;
    } else {
        let certificate = tls.as_ref().map_or_else(String::new, |tls| {
            if breaks("4b") {
                STANDARD.encode(tls.certificate())
            } else {
                STANDARD_NO_PAD.encode(tls.certificate())
            }
        });
        let certificate = if breaks("6") && tls.is_none() { "none".to_owned() } else { certificate };
        let more = if breaks("2") { "|true" } else { "" };
        println!("1|{}|{}|{address}|grpc|{certificate}{more}", version(), Listener::NETWORK);
        std::io::stdout().flush()?;
    }
    if !breaks("42") && !debug {
        tokio::spawn(watch_parent(parent));
    }
    tokio::spawn(watch_interrupt(debug));
    log("serving", &[]);
    services::serve(listener, tls).await
}

/// The highest version that both sides have.
fn version() -> &'static str {
    let versions = variable("PLUGIN_PROTOCOL_VERSIONS");
    if breaks("3") && versions.ends_with('5') { "5" } else { "6" }
}

fn announce_reattach(address: &str) -> Result<(), serde_json::Error> {
    let entry = serde_json::json!({ "registry.terraform.io/conformance/memory": {
        "Protocol": "grpc", "ProtocolVersion": 6, "Pid": std::process::id(), "Test": !breaks("40"),
        "Addr": { "Network": Listener::NETWORK, "String": address },
    }});
    println!("To attach Terraform:\n\n\tTF_REATTACH_PROVIDERS='{}'\n", serde_json::to_string(&entry)?);
    Ok(())
}

async fn watch_parent(parent: u32) {
    while system::parent() == parent {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    leave(0);
}

/// Terraform's own handling is meant by an interrupt, except for a person who
/// runs this alone.
async fn watch_interrupt(debug: bool) {
    while tokio::signal::ctrl_c().await.is_ok() {
        if debug || breaks("25") {
            leave(0);
        }
    }
}

/// Writes a log line.
fn log(message: &str, more: &[(&str, &str)]) {
    let mut now = prost_types::Timestamp::from(SystemTime::now());
    let milliseconds = now.nanos / 1_000_000 % 999 + 1;
    now.nanos = milliseconds * 1_000_000 + if breaks("31a") { 0 } else { 1_000 };
    let mut entry = serde_json::json!({
        "@level": "debug", "@message": message, "@timestamp": now.to_string(), "@module": "memory"
    });
    if let Some(entry) = entry.as_object_mut() {
        entry.extend(more.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())));
    }
    eprintln!("{entry}");
}
