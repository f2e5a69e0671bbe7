//! Windows: events of the console, and a handle of the parent.

use std::fmt;
use std::io;

use tokio::signal::windows::{CtrlBreak, CtrlC, ctrl_break, ctrl_c};
use winsafe::guard::CloseHandleGuard;
use winsafe::{FILETIME, GetCurrentProcessId, HPROCESS, HPROCESSLIST, SysResult, co};

/// Events of the console.
pub(super) struct Signals {
    interrupts: CtrlC,
    breaks: CtrlBreak,
}

impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { interrupts: ctrl_c()?, breaks: ctrl_break()? })
    }

    pub(super) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupts.recv() => "Ctrl-C",
            _ = self.breaks.recv() => "Ctrl-Break",
        }
    }
}

/// The process that started this one. Its number says nothing once it has
/// ended: nobody becomes the new parent, and another process may get the number.
/// A handle stays with the process.
pub(super) struct Parent {
    number: u32,
    /// `None` when it had ended before it could be opened.
    handle: Option<CloseHandleGuard<HPROCESS>>,
}

impl Parent {
    pub(super) fn find() -> io::Result<Self> {
        let number = parent_number().map_err(system_error)?;
        let access = co::PROCESS::SYNCHRONIZE | co::PROCESS::QUERY_LIMITED_INFORMATION;
        let handle = match HPROCESS::OpenProcess(access, false, number) {
            Ok(handle) => Some(handle),
            // What the system says of a number that no process has.
            Err(co::ERROR::INVALID_PARAMETER) => None,
            Err(error) => return Err(system_error(error)),
        };
        // A process that is younger than this one is not its parent.
        let own = started(&HPROCESS::GetCurrentProcess()).map_err(system_error)?;
        let handle = match handle {
            Some(handle) => Some(handle).filter(|handle| started(handle).is_ok_and(|theirs| theirs <= own)),
            None => None,
        };
        Ok(Self { number, handle })
    }

    pub(super) fn is_gone(&self) -> bool {
        let Some(handle) = &self.handle else { return true };
        // What waits without time is told at once.
        matches!(handle.WaitForSingleObject(Some(0)), Ok(co::WAIT::OBJECT_0))
    }
}

fn parent_number() -> SysResult<u32> {
    let own = GetCurrentProcessId();
    let mut processes = HPROCESSLIST::CreateToolhelp32Snapshot(co::TH32CS::SNAPPROCESS, None)?;
    for process in processes.iter_processes() {
        let process = process?;
        // Number 0 is no process that could have started another.
        if process.th32ProcessID == own && process.th32ParentProcessID != 0 {
            return Ok(process.th32ParentProcessID);
        }
    }
    Err(co::ERROR::NOT_FOUND)
}

/// When a process began, in units of 100 ns since 1601.
fn started(process: &HPROCESS) -> SysResult<u64> {
    let (FILETIME { dwLowDateTime, dwHighDateTime }, ..) = process.GetProcessTimes()?;
    Ok(u64::from(dwHighDateTime) << 32 | u64::from(dwLowDateTime))
}

fn system_error(error: co::ERROR) -> io::Error {
    io::Error::from_raw_os_error(error.raw().cast_signed())
}

impl fmt::Display for Parent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}
