//! The packages of a release, made from the built binary and installed by the
//! real command line as users and companies install them.

mod content;
mod mirrors;
#[cfg(unix)]
mod offline;
mod registry;
mod server;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use libtest_mimic::Trial;
use packager::{Dist, Project, Target};
use tempfile::TempDir;

/// All tests of packages.
pub fn trials() -> Vec<Trial> {
    let trials = [content::trials(), mirrors::trials(), registry::trials()].into_iter().flatten();
    #[cfg(unix)]
    let trials = trials.chain(offline::trials());
    trials.collect()
}

/// A platform that is not this machine's: another's lock file needs it too.
const ELSEWHERE: &str = if cfg!(target_os = "macos") { "freebsd_amd64" } else { "darwin_arm64" };

/// A release, made once: packing the debug binary takes its time.
pub struct Release {
    directory: Mutex<Option<TempDir>>,
    project: Project,
    host: Target,
    pub dist: Dist,
}

static RELEASE: OnceLock<Release> = OnceLock::new();

pub fn release() -> &'static Release {
    RELEASE.get_or_init(|| {
        let directory = scratch("packages-");
        let project = project();
        let host = Target::host().unwrap();
        let dist = Dist::new(&directory.path().join("dist"), &project);
        dist.package(&project, &host, Path::new(env!("CARGO_BIN_EXE_terraform-provider-wavix"))).unwrap();
        let elsewhere = Target::named(ELSEWHERE).unwrap();
        let stand_in = stand_in(directory.path(), &elsewhere);
        dist.package(&project, &elsewhere, &stand_in).unwrap();
        dist.write_sbom(&project, None).unwrap();
        Release { directory: Mutex::new(Some(directory)), project, host, dist }
    })
}

/// Removes what the tests shared. Called once, after the last.
pub fn remove_release() {
    if let Some(release) = RELEASE.get() {
        release.directory.lock().unwrap().take();
    }
}

fn project() -> Project {
    Project::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
}

pub fn scratch(prefix: &str) -> TempDir {
    tempfile::Builder::new().prefix(prefix).tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// A file with the head of a program for another platform, which is all that
/// packing looks at.
fn stand_in(folder: &Path, target: &Target) -> PathBuf {
    let head: Vec<u8> = match target.os {
        // Mach-O, 64 bits, ARM64, an executable without load commands.
        "darwin" => [0xfeed_facf_u32, 0x0100_000c, 0, 2, 0, 0, 0, 0]
            .iter()
            .flat_map(|word| word.to_le_bytes())
            .collect(),
        // ELF, 64 bits, little endian, FreeBSD, an executable for x86-64.
        "freebsd" => {
            let mut head = b"\x7fELF\x02\x01\x01\x09".to_vec();
            head.resize(64, 0);
            head[16..20].copy_from_slice(&[2, 0, 0x3e, 0]);
            head[20] = 1;
            head[52] = 64;
            head
        }
        other => panic!("no stand-in for {other}"),
    };
    let path = folder.join(format!("stand-in-{}", target.platform()));
    std::fs::write(&path, head).unwrap();
    path
}
