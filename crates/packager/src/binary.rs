//! Whether a binary runs where its package says: a package of the wrong
//! binary installs everywhere and starts nowhere.

use std::path::Path;

use object::{Architecture, BinaryFormat, File, FileFlags, Object, elf};

use crate::error::Error;
use crate::target::Target;

/// Holds the head of the binary against the target.
///
/// # Errors
/// When it is no program, or one for another platform, or one that needs a
/// loader although the target promises a static one.
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
    Ok(())
}

fn os(file: &File<'_>) -> &'static str {
    match (file.format(), file.flags()) {
        (BinaryFormat::Elf, FileFlags::Elf { os_abi: elf::ELFOSABI_FREEBSD, .. }) => "freebsd",
        (BinaryFormat::Elf, _) => "linux",
        (BinaryFormat::MachO, _) => "darwin",
        (BinaryFormat::Pe, _) => "windows",
        _ => "unknown",
    }
}

fn architecture(file: &File<'_>) -> &'static str {
    match file.architecture() {
        Architecture::X86_64 => "amd64",
        Architecture::Aarch64 => "arm64",
        Architecture::Arm => "arm",
        _ => "unknown",
    }
}
