//! What other processes of this provider on this machine have made, and are making.
//! Terraform starts one for each provider block, and none hears of another's; where two of
//! them make equal objects and one answer is lost, the object of the one must not be taken
//! by the other. Knows ids and times only, no object, no endpoint and no secret.
//!
//! A folder of the user's for temporary files holds two kinds of files:
//!
//! - `<contents>-<process>-<n>.busy`, locked while a create of these contents is
//!   under way. The lock ends with the process, whatever ends it.
//! - `<nn>.made`, a line for each object of some kinds that was made or taken.
//!   Whoever decides about one of them holds its lock meanwhile. Creates that were
//!   refused and plans that were made have theirs, too.
//!
//! Without such a folder nothing is known of others, and the callers are told.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

/// How many files the kinds of objects are spread over: not the objects, whose contents
/// change.
const FILES: u64 = 16;
/// From this length on, lines that nobody needs any more are left out.
const LONG: u64 = 64 * 1024;
/// So long a line is needed: a run is over by then, and what it made is known
/// everywhere.
const NEEDED: Duration = Duration::from_secs(24 * 60 * 60);
/// A file of a process that was killed is removed after this.
const FORGOTTEN: Duration = Duration::from_secs(60 * 60);
/// Under this kind, which no object is of, stands that Terraform has planned.
const PLANS: &str = "";
/// Behind a kind: contents of which a create was refused, by their hash.
const REFUSED: &str = "\nrefused";
/// No object has this id.
const PLAN: Mark = Mark { id: String::new(), created_at: None };
/// Names that are tried: another user may have the first.
const NAMES: usize = 8;

/// An object, as several processes know it: its id, and when it was created, in
/// seconds since the epoch, if that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Never changes. Without blanks.
    pub id: String,
    /// As the API dates it.
    pub created_at: Option<SystemTime>,
}

/// The processes beside this one, by what they leave in a folder.
#[derive(Debug)]
pub struct Siblings {
    /// Whose objects: the address of the API.
    account: String,
    parents: Vec<PathBuf>,
    folder: OnceLock<Option<PathBuf>>,
    /// Tells those apart that are in one process, such as under a debugger.
    number: u64,
    busy: Mutex<BTreeMap<u64, Busy>>,
    planned: OnceLock<()>,
}

#[derive(Debug)]
struct Busy {
    creates: usize,
    path: PathBuf,
    /// Holds the lock.
    _file: File,
}

/// A create under way, as others see it.
#[derive(Debug)]
#[must_use = "hold it until the create has been answered"]
pub struct UnderWay<'a> {
    siblings: &'a Siblings,
    contents: u64,
}

/// What was made, with nobody else deciding meanwhile.
#[derive(Debug)]
pub struct Ledger {
    file: File,
    made: Vec<Line>,
    account: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    account: u64,
    id: String,
    /// Seconds since the epoch.
    created_at: Option<u64>,
    written: u64,
}

impl Siblings {
    /// Those that work with the API at this address and share the first of these
    /// folders for temporary files that is there. Touches nothing yet.
    pub fn new(account: &str, parents: Vec<PathBuf>) -> Self {
        Self {
            account: account.to_owned(),
            parents,
            folder: OnceLock::new(),
            number: fastrand::u64(..),
            busy: Mutex::default(),
            planned: OnceLock::new(),
        }
    }

    /// Announces a create of these contents. `None` when it cannot be announced.
    pub fn begin(&self, kind: &str, contents: &str) -> Option<UnderWay<'_>> {
        let contents = self.hash(kind, contents);
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(busy) = busy.get_mut(&contents) {
            busy.creates += 1;
        } else {
            let path =
                self.folder()?.join(format!("{contents:016x}-{}-{}.busy", std::process::id(), self.number));
            let file = heard(OpenOptions::new().write(true).create(true).truncate(false).open(&path))?;
            // Waits for a moment at most: whoever looks whether it is locked.
            heard(file.lock())?;
            busy.insert(contents, Busy { creates: 1, path, _file: file });
        }
        Some(UnderWay { siblings: self, contents })
    }

    /// Whether another process has a create of these contents under way.
    ///
    /// # Errors
    /// That cannot be told.
    pub fn are_busy(&self, kind: &str, contents: &str) -> io::Result<bool> {
        let prefix = format!("{:016x}-", self.hash(kind, contents));
        let own = format!("{prefix}{}-{}.busy", std::process::id(), self.number);
        for entry in fs::read_dir(self.folder_or()?)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with(&prefix) || !name.ends_with(".busy") || name == own {
                continue;
            }
            // One that is gone by now is not busy any more.
            let Ok(file) = OpenOptions::new().write(true).open(entry.path()) else { continue };
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => return Ok(true),
                Err(TryLockError::Error(error)) => return Err(error),
                Ok(()) => remove_if_forgotten(&file, &entry.path()),
            }
        }
        Ok(false)
    }

    /// Notes an object that was made. Others then know whose it is.
    pub fn made(&self, kind: &str, mark: &Mark) {
        let noted = self.ledger(kind).and_then(|mut ledger| ledger.add(mark));
        heard(noted);
    }

    /// What was made of this kind. Nobody else decides while this is held.
    ///
    /// # Errors
    /// That cannot be told.
    pub fn ledger(&self, kind: &str) -> io::Result<Ledger> {
        let account = self.hash(kind, "");
        let name = format!("{:02}.made", account % FILES);
        let path = self.folder_or()?.join(name);
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        file.lock()?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let now = seconds(SystemTime::now());
        let made = text.lines().filter_map(Line::parse).filter(|line| line.is_needed(now)).collect();
        Ok(Ledger { file, made, account })
    }

    /// Notes that a create of these contents was refused, and carried out perhaps.
    pub fn refused(&self, kind: &str, contents: &str) {
        self.made(&format!("{kind}{REFUSED}"), &self.refusal(kind, contents));
    }

    /// Whether one was, on this machine, not long ago.
    pub fn was_refused(&self, kind: &str, contents: &str) -> bool {
        let ledger = self.ledger(&format!("{kind}{REFUSED}"));
        ledger.is_ok_and(|ledger| ledger.holds(&self.refusal(kind, contents)))
    }

    fn refusal(&self, kind: &str, contents: &str) -> Mark {
        Mark { id: format!("{:016x}", self.hash(kind, contents)), created_at: None }
    }

    /// Notes that Terraform has planned with this account.
    pub fn note_plan(&self) {
        self.planned.get_or_init(|| self.made(PLANS, &PLAN));
    }

    /// Whether it has, on this machine, not long ago.
    pub fn has_planned(&self) -> bool {
        self.ledger(PLANS).is_ok_and(|ledger| ledger.holds(&PLAN))
    }

    /// Of contents of one kind of objects: the ids of two kinds may be equal.
    fn hash(&self, kind: &str, contents: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.account.as_str(), kind, contents).hash(&mut hasher);
        hasher.finish()
    }

    fn folder(&self) -> Option<&Path> {
        self.folder.get_or_init(|| heard(folder_in(&self.parents))).as_deref()
    }

    fn folder_or(&self) -> io::Result<&Path> {
        self.folder().ok_or_else(|| io::Error::other("*there is no directory for temporary files"))
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut busy = self.siblings.busy.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(own) = busy.get_mut(&self.contents) else { return };
        own.creates -= 1;
        if own.creates == 0 {
            // What cannot be removed is found to be free and forgotten.
            let _ = fs::remove_file(&own.path);
            busy.remove(&self.contents);
        }
    }
}

impl Ledger {
    /// Whether a process is known to have this object.
    pub fn holds(&self, mark: &Mark) -> bool {
        let created_at = mark.created_at.map(seconds);
        self.made.iter().any(|line| {
            let same_time = created_at.zip(line.created_at).is_none_or(|(one, other)| one == other);
            line.account == self.account && line.id == mark.id && same_time
        })
    }

    /// Notes an object.
    pub fn add(&mut self, mark: &Mark) -> io::Result<()> {
        let written = seconds(SystemTime::now());
        let created_at = mark.created_at.map(seconds);
        let line = Line { account: self.account, id: mark.id.clone(), created_at, written };
        self.made.push(line.clone());
        if self.file.metadata()?.len() > LONG {
            let text: String = self.made.iter().map(Line::text).collect();
            self.file.set_len(0)?;
            self.file.seek(SeekFrom::Start(0))?;
            return self.file.write_all(text.as_bytes());
        }
        self.file.seek(SeekFrom::End(0))?;
        self.file.write_all(line.text().as_bytes())
    }
}

impl Line {
    fn is_needed(&self, now: u64) -> bool {
        self.written.saturating_add(NEEDED.as_secs()) > now
    }

    fn text(&self) -> String {
        let created_at = self.created_at.map_or_else(|| "-".to_owned(), |seconds| seconds.to_string());
        format!("{:016x} {} {created_at} {}\n", self.account, self.id, self.written)
    }

    /// `None` for a line that was cut off.
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let account = u64::from_str_radix(words.next()?, 16).ok()?;
        let id = words.next()?.to_owned();
        let created_at = match words.next()? {
            "-" => None,
            seconds => Some(seconds.parse().ok()?),
        };
        Some(Self { account, id, created_at, written: words.next()?.parse().ok()? })
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A file that nobody has locked, by its path.
fn remove_if_forgotten(file: &File, path: &Path) {
    let age = file.metadata().and_then(|about| about.modified()).ok().and_then(|at| at.elapsed().ok());
    if age.is_some_and(|age| age > FORGOTTEN) {
        // Whoever comes first removes it.
        let _ = fs::remove_file(path);
    }
}

/// The folder, in the first of these that this user has.
fn folder_in(parents: &[PathBuf]) -> io::Result<PathBuf> {
    let mut refused = None;
    for parent in parents {
        match own_folder_in(parent) {
            Err(error) if is_nobodys(&error) => refused = refused.or(Some(error)),
            outcome => return outcome,
        }
    }
    Err(refused.unwrap_or_else(|| io::Error::other("*there is no directory for temporary files")))
}

/// Whether a folder that cannot be used because of this cannot be used by any
/// process of this user. A full disk may have room for the next, and two that
/// use different folders know nothing of each other.
fn is_nobodys(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem};
    let kinds = [InvalidFilename, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem];
    kinds.contains(&error.kind())
}

/// The folder, which is this user's and nobody else's.
fn own_folder_in(parent: &Path) -> io::Result<PathBuf> {
    let mut last = io::Error::other("no file name is available");
    for number in 0..NAMES {
        let path = parent.join(format!("terraform-provider-wavix-{number}"));
        match make_own(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        match is_own(&path) {
            Ok(true) => return Ok(path),
            Ok(false) => {}
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Makes a folder that nobody else may enter. On Windows the folder for temporary
/// files is one already.
fn make_own(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::DirBuilderExt::mode(&mut DirBuilder::new(), 0o700).create(path);
    #[cfg(not(unix))]
    return DirBuilder::new().create(path);
}

/// Whether a folder that was there is one that this user made: others could put
/// links into theirs.
#[cfg(unix)]
fn is_own(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;

    let folder = fs::symlink_metadata(path)?;
    if !folder.is_dir() || folder.mode() & 0o077 != 0 {
        return Ok(false);
    }
    // Whom it belongs to: the owner of what this process makes.
    let probe = path.join(format!("{}-{}.probe", std::process::id(), fastrand::u64(..)));
    let made = OpenOptions::new().write(true).create_new(true).open(&probe)?;
    let owner = made.metadata().map(|about| about.uid());
    fs::remove_file(&probe)?;
    Ok(owner? == folder.uid())
}

#[cfg(not(unix))]
fn is_own(path: &Path) -> io::Result<bool> {
    Ok(fs::symlink_metadata(path)?.is_dir())
}

/// What could not be done is logged: a create goes on without it.
fn heard<T>(outcome: io::Result<T>) -> Option<T> {
    outcome
        .map_err(
            |error| tracing::warn!(%error, "cannot tell other provider processes which objects were created"),
        )
        .ok()
}

#[cfg(test)]
mod tests;
