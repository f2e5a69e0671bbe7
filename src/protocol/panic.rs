//! Makes a panic readable to Terraform.
//!
//! Terraform records what a plugin writes to standard error from a line that
//! begins with `panic: ` on, about a hundred lines of it, and shows that to the
//! user if the command fails, even with logging off. Rust's own text begins
//! differently and would be lost.

use std::backtrace::Backtrace;
use std::fmt::Write;
use std::panic::{self, PanicHookInfo};

use super::output;

/// Longest message kept, in bytes. A line beyond 64 KiB would be cut to pieces
/// on the other side.
const MAX_MESSAGE: usize = 8 * 1024;

/// Replaces the process's panic hook. Whether a panic ends the process or is
/// caught is not decided here.
pub fn install_hook() {
    panic::set_hook(Box::new(|info| {
        let thread = std::thread::current();
        let text = report(
            message(info),
            thread.name().unwrap_or("unnamed"),
            info.location().map(ToString::to_string).as_deref().unwrap_or("an unknown place"),
            &Backtrace::force_capture().to_string(),
        );
        // One write: another thread's log line must not fall between these.
        output::write_stderr(text.as_bytes());
    }));
}

fn message<'a>(info: &'a PanicHookInfo<'_>) -> &'a str {
    let payload = info.payload();
    let literal = payload.downcast_ref::<&'static str>().copied();
    literal
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a value that is not text")
}

fn report(message: &str, thread: &str, location: &str, backtrace: &str) -> String {
    let message = output::prefix(message, MAX_MESSAGE);
    let mut text = format!("panic: {message}\n\n");
    // Writing to a String cannot fail.
    let _ = writeln!(text, "thread '{thread}' at {location}, version {}", env!("CARGO_PKG_VERSION"));
    text.push_str(backtrace);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_the_one_terraform_looks_for() {
        let text = report("index out of bounds", "worker", "src/x.rs:1:2", "   0: main");
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("panic: index out of bounds"));
        assert_eq!(lines.next(), Some(""));
        assert!(lines.next().is_some_and(|line| line.starts_with("thread 'worker' at src/x.rs:1:2")));
        assert!(text.ends_with("   0: main\n"));
    }

    #[test]
    fn a_huge_message_is_cut_between_characters() {
        let text = report(&"é".repeat(MAX_MESSAGE), "t", "l", "");
        assert!(text.lines().all(|line| line.len() < 64 * 1024));
    }

    /// A panic ends up on standard error in one piece. The hook is the whole
    /// process's, so this takes a process of its own.
    #[test]
    fn a_panic_in_another_thread_is_reported_and_the_process_lives() {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "protocol::panic::tests::panicking_child", "--ignored", "--nocapture"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        let first = stderr.lines().find(|line| !line.is_empty());
        assert_eq!(first, Some("panic: 7 is not a number"), "{stderr}");
        assert!(stderr.contains("thread 'plugin' at src/protocol/panic.rs:"), "{stderr}");
        assert!(stderr.contains("panicking_child"), "the backtrace has names: {stderr}");
    }

    #[test]
    #[ignore = "run by the test above, in a process of its own"]
    fn panicking_child() {
        install_hook();
        let thread = std::thread::Builder::new().name("plugin".to_owned());
        let ended = thread.spawn(|| panic!("{} is not a number", 7)).unwrap().join();
        assert!(ended.is_err());
    }
}
