//! Whether a binary runs where its package says: a package of the wrong
//! binary installs everywhere and starts nowhere.

use std::path::Path;

use object::{Architecture, BinaryFormat, File, FileFlags, Object, ObjectSection, elf};

use crate::error::Error;
use crate::target::Target;

/// What every Windows has that Terraform runs on, in lower case. Not among them:
/// the C runtime of Visual Studio (`vcruntime140.dll`) and the libraries of
/// MinGW. Without one of those Terraform says no more than that it failed to
/// read from the plugin.
const OF_WINDOWS: [&str; 16] = [
    "advapi32.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "crypt32.dll",
    "iphlpapi.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "ncrypt.dll",
    "ntdll.dll",
    "ole32.dll",
    "secur32.dll",
    "shell32.dll",
    "ucrtbase.dll",
    "user32.dll",
    "userenv.dll",
    "ws2_32.dll",
];

/// Sets of functions, which Windows itself has as well.
const API_SETS: [&str; 2] = ["api-ms-win-", "ext-ms-win-"];

/// The section in which FreeBSD marks its programs, and how what is in it begins.
const FREEBSD_NOTE: (&str, &[u8]) = (".note.tag", b"FreeBSD\0");

/// Holds the binary against the target.
///
/// # Errors
/// When it is no program, or one for another platform, or one that needs a
/// library that the target does not promise.
pub fn check(path: &Path, content: &[u8], target: &Target) -> Result<(), Error> {
    let wrong = |found: String| Error::WrongBinary {
        path: path.to_owned(),
        found,
        wanted: format!("{} ({})", target.platform(), target.triple),
    };
    let file = File::parse(content).map_err(|_| wrong("no program".to_owned()))?;
    let found = format!("{}_{}", os(&file), architecture(&file));
    if found != target.platform() {
        return Err(wrong(found));
    }
    if target.is_static() && file.section_by_name(".interp").is_some() {
        return Err(wrong("dynamically linked".to_owned()));
    }
    if let Some(library) = foreign(&file).map_err(|error| wrong(format!("broken: {error}")))? {
        return Err(Error::MissingLibrary { path: path.to_owned(), library });
    }
    Ok(())
}

/// A library that the program needs and a fresh Windows does not have.
fn foreign(file: &File<'_>) -> object::Result<Option<String>> {
    if file.format() != BinaryFormat::Pe {
        return Ok(None);
    }
    for library in file.import_libraries()? {
        let name = String::from_utf8_lossy(library?.name()).to_lowercase();
        let known = OF_WINDOWS.contains(&name.as_str()) || API_SETS.iter().any(|set| name.starts_with(set));
        if !known {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

fn os(file: &File<'_>) -> &'static str {
    match (file.format(), file.flags()) {
        (BinaryFormat::Elf, FileFlags::Elf { os_abi: elf::ELFOSABI_FREEBSD, .. }) => "freebsd",
        (BinaryFormat::Elf, _) if has_freebsd_note(file) => "freebsd",
        (BinaryFormat::Elf, _) => "linux",
        (BinaryFormat::MachO, _) => "darwin",
        (BinaryFormat::Pe, _) => "windows",
        _ => "unknown",
    }
}

/// Not every linker writes the system into the head of the file.
fn has_freebsd_note(file: &File<'_>) -> bool {
    /// Three lengths and kinds, of 4 bytes each, come before the name.
    const HEAD: usize = 12;
    let (section, name) = FREEBSD_NOTE;
    let note = file.section_by_name(section).and_then(|section| section.data().ok());
    note.and_then(|note| note.get(HEAD..)).is_some_and(|note| note.starts_with(name))
}

fn architecture(file: &File<'_>) -> &'static str {
    match file.architecture() {
        Architecture::X86_64 => "amd64",
        Architecture::Aarch64 => "arm64",
        Architecture::Arm => "arm",
        _ => "unknown",
    }
}
