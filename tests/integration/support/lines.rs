//! What a running process prints, line by line, while it runs.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use super::plugin::PATIENCE;

/// The lines of a stream, collected as they come.
pub struct Lines {
    collected: Arc<Mutex<Vec<String>>>,
    ended: mpsc::Receiver<()>,
}

impl Lines {
    /// Begins to read `stream`, on a thread of its own.
    pub fn collect(stream: impl Read + Send + 'static) -> Self {
        let collected = Arc::new(Mutex::new(Vec::new()));
        let (end, ended) = mpsc::channel();
        let lines = Arc::clone(&collected);
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines() {
                lines.lock().unwrap().push(line.expect("output is UTF-8"));
            }
            drop(end);
        });
        Self { collected, ended }
    }

    /// The lines that have come.
    pub fn so_far(&self) -> Vec<String> {
        self.collected.lock().unwrap().clone()
    }

    /// Waits for line number `index`; `None` if the stream ends before it.
    pub fn line(&self, index: usize) -> Option<String> {
        let start = Instant::now();
        loop {
            let ended = self.ended.recv_timeout(Duration::from_millis(5))
                == Err(mpsc::RecvTimeoutError::Disconnected);
            if let Some(line) = self.so_far().get(index) {
                return Some(line.clone());
            }
            if ended {
                return None;
            }
            assert!(start.elapsed() < PATIENCE, "no line {index} after {PATIENCE:?}: {:?}", self.so_far());
        }
    }

    /// Waits for a line that contains `text`.
    pub fn containing(&self, text: &str) -> String {
        self.containing_nth(text, 1)
    }

    /// Waits for the line with which `count` lines contain `text`.
    pub fn containing_nth(&self, text: &str, count: usize) -> String {
        let lines = (0..).map_while(|index| self.line(index)).filter(|line| line.contains(text));
        lines.into_iter().nth(count - 1).unwrap_or_else(|| panic!("no {text:?}: {:?}", self.so_far()))
    }

    /// Waits for the stream to end and returns every line.
    pub fn all(&self) -> Vec<String> {
        let end = self.ended.recv_timeout(PATIENCE);
        assert_eq!(end, Err(mpsc::RecvTimeoutError::Disconnected), "the stream is still open");
        self.so_far()
    }
}
