//! Processes from outside: how long one may run, what it and its children use.
//! What a process uses is read from `/proc`, so only Linux has these figures.

use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use crate::Problem;

/// How often a running command is looked at.
const GLANCE: Duration = Duration::from_millis(5);
/// The kernel's unit of processor time in `/proc`: 1/100 s on every Linux.
const TICK: f64 = 0.01;

/// Waits, and ends what takes too long.
pub fn wait(mut child: Child, longest: Duration) -> Result<ExitStatus, Problem> {
    let end = Instant::now() + longest;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if Instant::now() >= end {
            return Err(end_group(child, longest));
        }
        thread::sleep(GLANCE);
    }
}

/// Ends a process with all that it started: it was put into a group of its own.
fn end_group(mut child: Child, longest: Duration) -> Problem {
    match kill_group(&mut child).and_then(|()| child.wait()) {
        Ok(_) => format!("it was still running after {longest:?} and was ended").into(),
        Err(error) => {
            format!("it was still running after {longest:?}, and could not be ended: {error}").into()
        }
    }
}

/// Puts what is started into a process group of its own.
#[cfg(unix)]
pub fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(unix)]
fn kill_group(child: &mut Child) -> std::io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process_group};

    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    group.map_or_else(|| child.kill(), |group| Ok(kill_process_group(group, Signal::KILL)?))
}

/// Nothing: what a process started is not ended with it.
#[cfg(not(unix))]
pub fn own_group(_: &mut Command) {}

#[cfg(not(unix))]
fn kill_group(child: &mut Child) -> std::io::Result<()> {
    child.kill()
}

/// What one process uses at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// Resident memory now, in MB.
    pub memory: f64,
    /// The most it ever was, in MB.
    pub peak: f64,
    pub threads: f64,
    pub files: f64,
}

/// `None` where there is no `/proc`, or no such process.
pub fn usage(pid: u32) -> Option<Usage> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let field = |name: &str| -> Option<f64> {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    let megabytes = |kibibytes: f64| kibibytes * 1024.0 / 1e6;
    Some(Usage {
        memory: megabytes(field("VmRSS:")?),
        peak: megabytes(field("VmHWM:")?),
        threads: field("Threads:")?,
        files: std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count() as f64,
    })
}

/// What the plugins of one command used.
#[derive(Debug, Default)]
pub struct Plugins {
    seen: Vec<Seen>,
}

#[derive(Debug)]
struct Seen {
    pid: u32,
    processor: f64,
    peak: f64,
}

impl Plugins {
    /// Looks at the children of a process once more. What they use is known
    /// up to the last look before they end.
    fn look(&mut self, parent: u32) {
        for pid in children(parent) {
            let Some((processor, usage)) = processor(pid).zip(usage(pid)) else { continue };
            match self.seen.iter_mut().find(|seen| seen.pid == pid) {
                Some(seen) => (seen.processor, seen.peak) = (processor, usage.peak),
                None => self.seen.push(Seen { pid, processor, peak: usage.peak }),
            }
        }
    }

    /// Processor time of all, in seconds.
    pub fn processor(&self) -> f64 {
        self.seen.iter().map(|seen| seen.processor).sum()
    }

    /// The most memory that one of them had, in MB.
    pub fn peak(&self) -> f64 {
        self.seen.iter().map(|seen| seen.peak).fold(0.0, f64::max)
    }

    /// The memory of all at their peaks, in MB.
    pub fn sum_of_peaks(&self) -> f64 {
        self.seen.iter().map(|seen| seen.peak).sum()
    }
}

/// Runs a command to its end and watches its children meanwhile. The second
/// value is the time it took, in seconds.
pub fn watch(mut child: Child, longest: Duration) -> Result<(ExitStatus, f64, Plugins), Problem> {
    let began = Instant::now();
    let mut plugins = Plugins::default();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((status, began.elapsed().as_secs_f64(), plugins));
        }
        if began.elapsed() >= longest {
            return Err(end_group(child, longest));
        }
        plugins.look(child.id());
        thread::sleep(GLANCE);
    }
}

/// The children that any thread of a process started.
fn children(parent: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{parent}/task"));
    let paths = threads.into_iter().flatten().flatten().map(|thread| thread.path().join("children"));
    let read = |path: PathBuf| std::fs::read_to_string(path).unwrap_or_default();
    paths
        .flat_map(|path| {
            let text = read(path);
            text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>()
        })
        .collect()
}

/// User and system time of a process so far, in seconds.
fn processor(pid: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it is in parentheses and may hold spaces.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |index: usize| -> Option<f64> { fields.get(index)?.parse().ok() };
    Some((ticks(11)? + ticks(12)?) * TICK)
}
