//! One command of Terraform or OpenTofu, run to its end: what it said, read as
//! a person reads it or as `-json` means it. Knows no provider and no test.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

/// A command that takes this long hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// A finished command.
pub struct Run {
    command: String,
    directory: PathBuf,
    /// The exit code; `None` after a signal.
    pub status: Option<i32>,
    /// Standard output, as it came.
    pub stdout: String,
    /// Standard error, as it came.
    pub stderr: String,
}

/// An error or a warning, as `-json` gives it.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// `error` or `warning`.
    pub severity: String,
    pub summary: String,
    pub detail: String,
    /// The resource it is about.
    pub address: Option<String>,
    /// The line of configuration it points at: the attribute, if it has one.
    pub code: Option<String>,
}

/// A command under way.
pub struct Running {
    command: String,
    directory: PathBuf,
    child: Child,
    stdout: JoinHandle<String>,
    stderr: JoinHandle<String>,
}

impl Running {
    /// Starts `command`.
    pub fn of(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let directory = command.get_current_dir().unwrap().to_owned();
        let shown = std::iter::once(command.get_program())
            .chain(command.get_args())
            .map(|part| part.to_string_lossy().into_owned())
            .collect::<Vec<_>>()
            .join(" ");
        let mut child = command.spawn().expect("the command line starts");
        let stdout = collect(child.stdout.take().unwrap());
        let stderr = collect(child.stderr.take().unwrap());
        Self { command: shown, directory, child, stdout, stderr }
    }

    /// The process's number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the end.
    pub fn finished(self) -> Run {
        self.finished_within(PATIENCE)
    }

    /// Waits for the end of something that may take so long.
    pub fn finished_within(mut self, patience: Duration) -> Run {
        let shown = &self.command;
        let status = wait(&mut self.child, patience)
            .unwrap_or_else(|| panic!("still running after {patience:?}: {shown}"));
        let (stdout, stderr) = (self.stdout.join().unwrap(), self.stderr.join().unwrap());
        Run { command: self.command, directory: self.directory, status, stdout, stderr }
    }
}

impl Run {
    /// Runs `command` to its end.
    pub fn of(command: Command) -> Self {
        Running::of(command).finished()
    }

    /// Insists on success.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        assert!(self.status == Some(0), "the command failed\n{self}");
        self
    }

    /// Insists on failure: an orderly one, of which the user is told.
    #[track_caller]
    pub fn failed(self) -> Self {
        assert!(self.status == Some(1), "the command did not fail\n{self}");
        for crash in
            ["Plugin did not respond", "panicked at", "TERRAFORM CRASH", "always a problem with the provider"]
        {
            assert!(!self.text().contains(crash), "{crash:?}\n{self}");
        }
        self
    }

    /// What a person read, both streams, without the frames and line breaks of
    /// diagnostics, so that a sentence can be searched for.
    pub fn text(&self) -> String {
        let both = format!("{}\n{}", self.stdout, self.stderr);
        both.replace(['│', '╷', '╵'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Every line of a `-json` stream.
    fn events(&self) -> Vec<Value> {
        self.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Errors and warnings of a command run with `-json`.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        // `validate` answers one document, everything else a line per event.
        let document: Option<Value> = serde_json::from_str(&self.stdout).ok();
        let found = match document.as_ref().and_then(|document| document["diagnostics"].as_array()) {
            Some(list) => list.clone(),
            None => self.events().into_iter().map(|event| event["diagnostic"].clone()).collect(),
        };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        found
            .iter()
            .filter(|diagnostic| diagnostic.is_object())
            .map(|diagnostic| Diagnostic {
                severity: text(&diagnostic["severity"]).unwrap_or_default(),
                summary: text(&diagnostic["summary"]).unwrap_or_default(),
                detail: text(&diagnostic["detail"]).unwrap_or_default(),
                address: text(&diagnostic["address"]),
                code: text(&diagnostic["snippet"]["code"]),
            })
            .collect()
    }

    /// The only error.
    #[track_caller]
    pub fn error(&self) -> Diagnostic {
        let errors: Vec<_> =
            self.diagnostics().into_iter().filter(|found| found.severity == "error").collect();
        match errors.as_slice() {
            [error] => error.clone(),
            _ => panic!("not one error, but {}\n{self}", errors.len()),
        }
    }

    /// The warnings.
    pub fn warnings(&self) -> Vec<Diagnostic> {
        self.diagnostics().into_iter().filter(|found| found.severity == "warning").collect()
    }

    /// What a plan or an apply run with `-json` wanted to do: address and
    /// action (`create`, `update`, `delete`, `replace`, `import`), by address.
    pub fn changes(&self) -> BTreeMap<String, String> {
        self.events()
            .iter()
            .filter(|event| event["type"] == "planned_change")
            .map(|event| {
                let change = &event["change"];
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                (text(&change["resource"]["addr"]), text(&change["action"]))
            })
            .collect()
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "command:   {}", self.command)?;
        writeln!(f, "directory: {}", self.directory.display())?;
        writeln!(f, "exit code: {:?}", self.status)?;
        let mut files: Vec<_> = std::fs::read_dir(&self.directory)
            .map(|entries| {
                entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
            })
            .unwrap_or_default();
        files.sort();
        writeln!(f, "files:     {}", files.join(" "))?;
        writeln!(f, "---- stdout")?;
        for line in self.stdout.lines() {
            match serde_json::from_str::<Value>(line) {
                // An event of `-json`: its sentence is enough, diagnostics follow.
                Ok(event) if event["@message"].is_string() => {
                    writeln!(f, "{}", event["@message"].as_str().unwrap())?
                }
                _ => writeln!(f, "{line}")?,
            }
        }
        for found in self.diagnostics() {
            writeln!(f, "---- {} {}: {}", found.severity, found.address.unwrap_or_default(), found.summary)?;
            writeln!(f, "at: {}\n{}", found.code.unwrap_or_default(), found.detail)?;
        }
        writeln!(f, "---- stderr\n{}", self.stderr)
    }
}

fn collect(mut stream: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("the output can be read");
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The exit code in `Some`, or `None` when patience ran out and it was killed.
fn wait(child: &mut Child, patience: Duration) -> Option<Option<i32>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("the child can be waited for") {
            return Some(status.code());
        }
        if start.elapsed() > patience {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
