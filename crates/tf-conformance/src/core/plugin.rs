//! A running plugin: its process, its output, its end.

use std::path::Path;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::Child;
use tokio::sync::watch;
use tonic::transport::Channel;

use super::system::{self, Group};
use super::{ClientCertificate, Handshake, Launch, NotInterrupted, Patience, StartError, connect};

/// How much of standard error stands in a message, in bytes.
const EXCERPT: usize = 600;

/// The host reads lines up to this many bytes; what is longer comes in pieces.
const LONGEST_LINE: u64 = 65_536;

/// A running plugin. Nothing of it is left when it is dropped.
pub struct Plugin {
    child: Child,
    group: Option<Group>,
    /// The lines of standard output.
    pub stdout: Lines,
    /// The lines of standard error.
    pub stderr: Lines,
    identity: Option<ClientCertificate>,
    temp: tempfile::TempDir,
    patience: Patience,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself.
    Exited(ExitStatus),
    /// It is still there.
    Running,
}

impl Plugin {
    pub(super) fn new(
        mut child: Child,
        identity: Option<ClientCertificate>,
        temp: tempfile::TempDir,
        patience: Patience,
    ) -> Self {
        let stdout = child.stdout.take().map(Lines::collect).unwrap_or_default();
        let stderr = child.stderr.take().map(Lines::collect).unwrap_or_default();
        let group = Group::of(&child);
        Self { child, group, stdout, stderr, identity, temp, patience }
    }

    /// Starts a plugin, and waits for its handshake line.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub async fn start(launch: Launch) -> Result<(Self, Handshake), StartError> {
        let mut plugin = launch.spawn()?;
        let handshake = plugin.handshake().await?;
        Ok((plugin, handshake))
    }

    /// The handshake line.
    ///
    /// # Errors
    ///
    /// When it does not come, or is none.
    pub async fn handshake(&mut self) -> Result<Handshake, StartError> {
        let patience = self.patience.start;
        match tokio::time::timeout(patience, self.stdout.line(0)).await {
            Err(_) => Err(StartError::Silent(patience)),
            Ok(None) => {
                let end = self.wait(self.patience.end).await;
                Err(StartError::Ended { end: end.to_string(), stderr: self.stderr_excerpt() })
            }
            Ok(Some(line)) => Handshake::parse(&line)
                .map_err(|reason| StartError::Garbage { line: line.chars().take(200).collect(), reason }),
        }
    }

    /// Connects as the client the plugin was started for.
    ///
    /// # Errors
    ///
    /// When that fails.
    pub async fn connect(&self, handshake: &Handshake) -> Result<Channel, StartError> {
        Ok(connect(handshake, self.identity.as_ref(), self.patience.answer).await?)
    }

    /// The process id; `None` once it has been waited for.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// The certificate that the plugin was told to expect.
    pub fn identity(&self) -> Option<&ClientCertificate> {
        self.identity.as_ref()
    }

    /// The last of what came on standard error.
    pub fn stderr_excerpt(&self) -> String {
        let text = self.stderr.so_far().join("\n");
        let from = text.len().saturating_sub(EXCERPT);
        let from = (from..=text.len()).find(|from| text.is_char_boundary(*from)).unwrap_or(0);
        let excerpt = text.get(from..).unwrap_or_default();
        if excerpt.is_empty() { "(empty)".to_owned() } else { excerpt.to_owned() }
    }

    /// The process's number; `None` once it has ended.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Interrupts the process alone, as Ctrl-C does.
    ///
    /// # Errors
    ///
    /// When the process is gone, or the system has no such thing.
    pub fn interrupt(&self) -> Result<(), NotInterrupted> {
        system::interrupt(&self.child)
    }

    /// Ends the process alone, without asking it.
    ///
    /// # Errors
    ///
    /// When the process is gone.
    pub fn kill(&mut self) -> Result<(), String> {
        self.child.start_kill().map_err(|error| error.to_string())
    }

    /// Waits for the process to end by itself.
    pub async fn wait(&mut self, patience: Duration) -> End {
        match tokio::time::timeout(patience, self.child.wait()).await {
            Ok(Ok(status)) => End::Exited(status),
            Ok(Err(_)) | Err(_) => End::Running,
        }
    }

    /// Whether the process has ended by now.
    pub fn end(&mut self) -> End {
        self.child.try_wait().ok().flatten().map_or(End::Running, End::Exited)
    }

    /// The sockets in the directory for temporary files. A plugin may keep other
    /// files there, such as a cache; a socket is of no use without its process.
    pub fn sockets_left(&self) -> Vec<String> {
        let mut sockets = Vec::new();
        sockets_in(self.temp.path(), &mut sockets);
        sockets
    }
}

fn sockets_in(directory: &Path, sockets: &mut Vec<String>) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => sockets_in(&entry.path(), sockets),
            Ok(kind) if system::is_socket(kind) => sockets.push(entry.path().display().to_string()),
            _ => {}
        }
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        if let Some(group) = &self.group {
            group.kill();
        }
    }
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exited(status) => write!(f, "{status}"),
            Self::Running => f.write_str("still running"),
        }
    }
}

/// The lines of a stream, collected as they come.
#[derive(Clone)]
pub struct Lines {
    collected: Arc<Mutex<Vec<String>>>,
    count: watch::Receiver<usize>,
}

impl Default for Lines {
    fn default() -> Self {
        Self { collected: Arc::default(), count: watch::channel(0).1 }
    }
}

impl Lines {
    fn collect(stream: impl AsyncRead + Send + Unpin + 'static) -> Self {
        let collected = Arc::new(Mutex::new(Vec::new()));
        let (counted, count) = watch::channel(0);
        let lines = Arc::clone(&collected);
        tokio::spawn(async move {
            let mut stream = BufReader::new(stream);
            let mut line = Vec::new();
            loop {
                line.clear();
                match (&mut stream).take(LONGEST_LINE).read_until(b'\n', &mut line).await {
                    Ok(0) | Err(_) => break,
                    Ok(_) => {}
                }
                let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(&line)).into_owned();
                lines.lock().unwrap_or_else(PoisonError::into_inner).push(text);
                counted.send_modify(|count| *count += 1);
            }
        });
        Self { collected, count }
    }

    /// The lines that have come.
    pub fn so_far(&self) -> Vec<String> {
        self.collected.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for the line with this index; `None` if the stream ends before.
    pub async fn line(&self, index: usize) -> Option<String> {
        let mut count = self.count.clone();
        count.wait_for(|count| *count > index).await.ok()?;
        self.so_far().into_iter().nth(index)
    }

    /// Waits for a line that `wanted` accepts; `None` if the stream ends before.
    pub async fn find<T>(&self, wanted: impl Fn(&str) -> Option<T>) -> Option<T> {
        for index in 0.. {
            if let Some(found) = wanted(&self.line(index).await?) {
                return Some(found);
            }
        }
        None
    }

    /// Waits for the stream to end.
    pub async fn ended(&self) {
        let mut count = self.count.clone();
        while count.changed().await.is_ok() {}
    }
}
