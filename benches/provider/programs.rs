//! The programs that are measured: how each is built, and how large it is.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::arguments::Arguments;
use crate::process;
use crate::samples::Goal;
use crate::{Problem, Run};

/// The longest that one build may take.
const BUILD: Duration = Duration::from_secs(10 * 60);
/// Bytes that a zip archive has besides one compressed file: two headers with
/// its name, and the end record.
const ZIP_FRAME: usize = 30 + 46 + 22 + 2 * "terraform-provider-wavix_v0.1.0".len();
const PROTOC: &str = "tf-provider compiles its protocol definitions with `protoc` (`apt-get install \
                      protobuf-compiler`, `brew install protobuf`, or set PROTOC)";

/// A program that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Us,
    Go,
    TfProvider,
    TfProviderNull,
    Floor,
}

impl Column {
    pub const ALL: [Self; 5] = [Self::Us, Self::Go, Self::TfProvider, Self::TfProviderNull, Self::Floor];
    /// Those with a trunk.
    pub const TRUNKS: [Self; 3] = [Self::Us, Self::Go, Self::TfProvider];

    pub fn title(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Go => "go-framework",
            Self::TfProvider => "tf-provider",
            Self::TfProviderNull => "tf-provider (null)",
            Self::Floor => "no plugin",
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.title())
    }
}

/// What was built.
pub struct Programs {
    built: Vec<(Column, PathBuf)>,
}

impl Programs {
    /// Builds what can be built. Only our own provider has to be.
    pub fn build(arguments: &Arguments, notes: &mut Vec<String>) -> Result<Self, Problem> {
        let target = target();
        let peers = root().join("benches/peers");
        let us = match &arguments.binary {
            // Terraform runs elsewhere: a relative path would be lost.
            Some(path) => path.canonicalize().map_err(|error| format!("no {}: {error}", path.display()))?,
            None => release(&target)?,
        };
        let mut built = vec![(Column::Us, us)];
        if !arguments.peers {
            return Ok(Self { built });
        }
        let go = target.join("peers/go-framework/terraform-provider-wavix");
        println!("Building the peer on terraform-plugin-framework …");
        let mut command = Command::new("go");
        command.args(["build", "-trimpath", "-ldflags=-s -w", "-o"]).arg(&go).arg(".");
        command.current_dir(peers.join("go-framework"));
        match build(&mut command) {
            Ok(()) => built.push((Column::Go, go)),
            Err(problem) => notes.push(format!("{} is missing: {problem}", Column::Go)),
        }
        println!("Building the peer on tf-provider …");
        let directory = target.join("peers/tf-provider");
        let mut command = Command::new(env!("CARGO"));
        command.args(["build", "--release", "--locked", "--target-dir"]).arg(&directory);
        command.current_dir(peers.join("tf-provider"));
        match protoc().and_then(|()| build(&mut command)) {
            Ok(()) => {
                let release = directory.join("release");
                built.push((Column::TfProvider, release.join("terraform-provider-wavix")));
                built.push((Column::TfProviderNull, release.join("terraform-provider-null")));
            }
            Err(problem) => notes.push(format!("{} is missing: {problem}", Column::TfProvider)),
        }
        Ok(Self { built })
    }

    pub fn path(&self, column: Column) -> Option<&Path> {
        self.built.iter().find(|(built, _)| *built == column).map(|(_, path)| path.as_path())
    }

    /// Those of `wanted` that were built.
    pub fn among(&self, wanted: &[Column]) -> Vec<(Column, PathBuf)> {
        self.built.iter().filter(|(column, _)| wanted.contains(column)).cloned().collect()
    }
}

fn release(target: &Path) -> Result<PathBuf, Problem> {
    println!("Building the provider …");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--release", "--locked", "--bin", "terraform-provider-wavix"]);
    build(cargo.arg("--target-dir").arg(target).current_dir(root()))?;
    Ok(target.join("release").join("terraform-provider-wavix"))
}

/// The top of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |path| root().join(path))
}

fn build(command: &mut Command) -> Result<(), Problem> {
    let program = command.get_program().to_string_lossy().into_owned();
    process::own_group(command.stdin(Stdio::null()).stdout(Stdio::null()));
    let child = command.spawn().map_err(|error| format!("cannot start `{program}`: {error}"))?;
    match process::wait(child, BUILD)? {
        status if status.success() => Ok(()),
        status => Err(format!("`{program}` ended with {status}").into()),
    }
}

fn protoc() -> Result<(), Problem> {
    let program = std::env::var_os("PROTOC").unwrap_or_else(|| "protoc".into());
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) { Ok(()) } else { Err(PROTOC.into()) }
}

/// The size of each binary, and of an archive with nothing else in it.
pub fn measure_sizes(run: &mut Run) {
    if !run.arguments.wants("sizes") {
        return;
    }
    let columns = [Column::Us, Column::Go, Column::TfProvider, Column::TfProviderNull];
    for (column, path) in run.programs.among(&columns) {
        match sizes(&path) {
            Ok((binary, zip)) => {
                run.samples.figure("stripped binary", "MB").add(column, binary).goals(&[Goal::AtMost(8.0)]);
                run.samples.figure("zip archive", "MB").add(column, zip).goals(&[Goal::AtMost(4.0)]);
            }
            Err(problem) => run.note(format!("sizes of {column}: {problem}")),
        }
    }
}

fn sizes(path: &Path) -> Result<(f64, f64), Problem> {
    let binary = std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&binary)?;
    let zip = encoder.finish()?.len() + ZIP_FRAME;
    Ok((binary.len() as f64 / 1e6, zip as f64 / 1e6))
}
