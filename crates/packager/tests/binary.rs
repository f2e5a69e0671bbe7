//! Which programs are packed for which platform: heads and tables as linkers
//! write them, made here.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test states expectations")]

use std::path::Path;

use packager::{Target, binary};

fn checked(content: &[u8], target: &str) -> Result<(), String> {
    binary::check(Path::new("provider"), content, &Target::named(target).unwrap())
        .map_err(|error| error.to_string())
}

fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    file[at..at + bytes.len()].copy_from_slice(bytes);
}

/// A PE file for x86-64 that imports one function of each library.
fn pe(libraries: &[&str]) -> Vec<u8> {
    const OPTIONAL: usize = 0x58;
    const SECTION: usize = OPTIONAL + 240;
    // The only section: 0x200 in the file, 0x1000 in memory.
    const RAW: usize = 0x200;
    let memory = |at: usize| u32::try_from(at - RAW + 0x1000).unwrap().to_le_bytes();
    let mut file = vec![0; 0x800];
    put(&mut file, 0, b"MZ");
    put(&mut file, 0x3c, &[0x40]);
    put(&mut file, 0x40, b"PE\0\0\x64\x86\x01\0");
    put(&mut file, 0x54, &[240, 0, 0x22, 0]);
    put(&mut file, OPTIONAL, &[0x0b, 0x02]);
    put(&mut file, OPTIONAL + 32, &0x1000_u32.to_le_bytes());
    put(&mut file, OPTIONAL + 36, &0x200_u32.to_le_bytes());
    put(&mut file, OPTIONAL + 60, &0x200_u32.to_le_bytes());
    put(&mut file, OPTIONAL + 108, &[16]);
    put(&mut file, OPTIONAL + 120, &memory(RAW));
    put(&mut file, OPTIONAL + 124, &u32::try_from(20 * (libraries.len() + 1)).unwrap().to_le_bytes());
    put(&mut file, SECTION, b".idata");
    for (at, value) in [(8, 0x600_u32), (12, 0x1000), (16, 0x600), (20, 0x200), (36, 0x4000_0040)] {
        put(&mut file, SECTION + at, &value.to_le_bytes());
    }
    for (number, library) in libraries.iter().enumerate() {
        let (descriptor, name) = (RAW + 20 * number, RAW + 0x100 + 0x40 * number);
        let (thunk, function) = (RAW + 0x300 + 16 * number, RAW + 0x500);
        put(&mut file, descriptor, &memory(thunk));
        put(&mut file, descriptor + 12, &memory(name));
        put(&mut file, descriptor + 16, &memory(thunk));
        put(&mut file, name, library.as_bytes());
        put(&mut file, thunk, &memory(function));
        put(&mut file, function, b"\0\0function\0");
    }
    file
}

/// An ELF program for x86-64 with a section of that name and content.
fn elf(section: &str, content: &[u8]) -> Vec<u8> {
    const DATA: usize = 0x80;
    const NAMES: usize = 0x100;
    const TABLE: usize = 0x180;
    let mut file = vec![0; TABLE + 3 * 64];
    put(&mut file, 0, b"\x7fELF\x02\x01\x01");
    put(&mut file, 16, &[2, 0, 0x3e, 0, 1]);
    put(&mut file, 40, &u64::try_from(TABLE).unwrap().to_le_bytes());
    put(&mut file, 52, &[64, 0]);
    // Size, number, and the one with the names.
    put(&mut file, 58, &[64, 0, 3, 0, 2, 0]);
    put(&mut file, DATA, content);
    let names = format!("\0{section}\0.shstrtab\0");
    put(&mut file, NAMES, names.as_bytes());
    let second = u32::try_from(section.len() + 2).unwrap();
    let rows = [(1_u32, 7_u32, DATA, content.len()), (second, 3, NAMES, names.len())];
    for (number, (name, kind, offset, size)) in rows.into_iter().enumerate() {
        let row = TABLE + 64 * (number + 1);
        put(&mut file, row, &name.to_le_bytes());
        put(&mut file, row + 4, &kind.to_le_bytes());
        put(&mut file, row + 24, &u64::try_from(offset).unwrap().to_le_bytes());
        put(&mut file, row + 32, &u64::try_from(size).unwrap().to_le_bytes());
    }
    file
}

#[test]
fn a_windows_program_needs_nothing_but_what_every_windows_has() {
    let own = ["KERNEL32.dll", "bcryptprimitives.dll", "api-ms-win-crt-runtime-l1-1-0.dll"];
    checked(&pe(&own), "windows_amd64").unwrap();
    for foreign in ["VCRUNTIME140.dll", "libgcc_s_seh-1.dll", "libwinpthread-1.dll"] {
        let refused = checked(&pe(&["KERNEL32.dll", foreign]), "windows_amd64").unwrap_err();
        assert!(refused.contains(&foreign.to_lowercase()) && refused.contains(".ci/build"), "{refused}");
    }
}

#[test]
fn a_windows_program_whose_imports_cannot_be_read_is_refused() {
    let mut file = pe(&["KERNEL32.dll"]);
    // The name of the library is nowhere.
    put(&mut file, 0x200 + 12, &[0xff; 4]);
    let refused = checked(&file, "windows_amd64").unwrap_err();
    assert!(refused.contains("broken"), "{refused}");
}

#[test]
fn a_freebsd_program_is_known_by_its_note() {
    let note = b"\x08\0\0\0\x04\0\0\0\x01\0\0\0FreeBSD\0\xa0\x5c\x15\0";
    let program = elf(".note.tag", note);
    checked(&program, "freebsd_amd64").unwrap();
    let refused = checked(&program, "linux_amd64").unwrap_err();
    assert!(refused.contains("freebsd_amd64"), "{refused}");
    // What another system writes there is none of FreeBSD's.
    for other in [elf(".note.tag", b"\x04\0\0\0\x10\0\0\0\x01\0\0\0GNU\0"), elf(".note.ABI-tag", note)] {
        let refused = checked(&other, "freebsd_amd64").unwrap_err();
        assert!(refused.contains("linux_amd64"), "{refused}");
    }
}
