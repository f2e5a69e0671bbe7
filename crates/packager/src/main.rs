//! The command: see `packager --help`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lexopt::ValueExt;
use lexopt::prelude::{Long, Short, Value};
use packager::{Dist, Error, Project, Target, licenses, mirror, verify};

const HELP: &str = "Packs the provider as the Terraform Registry wants it.

usage: packager COMMAND [OPTIONS]

commands:
  package      pack the binary of each target; write manifest and checksums
  sbom         write the bill of materials (CycloneDX 1.6)
  sums         write manifest and checksums of the packages that are there
  verify       hold the folder against what a release must be
  mirror DIR   make DIR a mirror of the packages, for Terraform's filesystem_mirror and,
               served over HTTPS, network_mirror; other versions in it stay
  licenses     print the licenses of what is linked into the binary
  version      print the version of Cargo.toml
  check-tag T  hold the tag T against that version and the changelog

options:
  --target T   triple (x86_64-unknown-linux-musl) or platform (linux_amd64);
               the machine's own without; package takes several
  --binary F   the binary to pack, instead of cargo's release build
  --out DIR    the folder of the release; dist without
  --created T  when the bill of materials was made (RFC 3339); no time without

examples:
  cargo build --release --locked --bin terraform-provider-wavix
  cargo run -p packager -- package
  cargo run -p packager -- package --target darwin_arm64 --binary ./provider
  cargo run -p packager -- verify --out dist
  cargo run -p packager -- mirror ~/.terraform.d/plugins

Exit codes: 0 done, 1 refused, with a sentence that says why, 2 wrong usage.
";

#[derive(Default)]
struct Arguments {
    command: String,
    /// What `check-tag` and `mirror` work on.
    object: Option<String>,
    targets: Vec<String>,
    binary: Option<PathBuf>,
    out: Option<PathBuf>,
    created: Option<String>,
}

fn main() -> ExitCode {
    let arguments = match parse() {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("packager: {error}\nTry: packager --help");
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("packager: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse() -> Result<Option<Arguments>, lexopt::Error> {
    const COMMANDS: [&str; 8] =
        ["package", "sbom", "sums", "verify", "mirror", "licenses", "version", "check-tag"];
    const WITH_OBJECT: [&str; 2] = ["check-tag", "mirror"];
    let mut arguments = Arguments::default();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("help") | Short('h') => return Ok(None),
            Long("target") => arguments.targets.push(parser.value()?.string()?),
            Long("binary") => arguments.binary = Some(parser.value()?.into()),
            Long("out") => arguments.out = Some(parser.value()?.into()),
            Long("created") => arguments.created = Some(parser.value()?.string()?),
            Value(value) if arguments.command.is_empty() => arguments.command = value.string()?,
            Value(value)
                if WITH_OBJECT.contains(&arguments.command.as_str()) && arguments.object.is_none() =>
            {
                arguments.object = Some(value.string()?);
            }
            other => return Err(other.unexpected()),
        }
    }
    if arguments.command.is_empty() {
        return Err("a command is missing".into());
    }
    if !COMMANDS.contains(&arguments.command.as_str()) {
        return Err(format!("there is no command {:?}", arguments.command).into());
    }
    if WITH_OBJECT.contains(&arguments.command.as_str()) && arguments.object.is_none() {
        return Err(format!("{} needs another argument", arguments.command).into());
    }
    if arguments.binary.is_some() && arguments.targets.len() > 1 {
        return Err("--binary is the binary of one target".into());
    }
    Ok(Some(arguments))
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let project = Project::find(Path::new("."))?;
    let dist = Dist::new(arguments.out.as_deref().unwrap_or(Path::new("dist")), &project);
    let object = arguments.object.as_deref().unwrap_or_default();
    match arguments.command.as_str() {
        "package" => package(arguments, &project, &dist)?,
        "sbom" => println!("{}", dist.write_sbom(&project, arguments.created.as_deref())?.display()),
        "sums" => println!("{}", dist.write_sums()?.display()),
        "verify" => verify::verify(&dist, &project)?.iter().for_each(|line| println!("{line}")),
        "licenses" => {
            for (target, _) in targets(arguments)? {
                print!("{}", licenses::text(&project, &target)?);
            }
        }
        "check-tag" => project.check_tag(object)?,
        "mirror" => {
            for home in mirror::add(&dist, Path::new(object))? {
                println!("{}", home.display());
            }
        }
        _ => println!("{}", project.version),
    }
    Ok(())
}

/// The targets, and whether each was named.
fn targets(arguments: &Arguments) -> Result<Vec<(Target, bool)>, Error> {
    if arguments.targets.is_empty() {
        return Ok(vec![(Target::host()?, false)]);
    }
    arguments.targets.iter().map(|name| Ok((Target::named(name)?, true))).collect()
}

fn package(arguments: &Arguments, project: &Project, dist: &Dist) -> Result<(), Error> {
    // All or nothing: no package is written when a later one cannot be.
    let mut wanted = Vec::new();
    for (target, named) in targets(arguments)? {
        let path = arguments.binary.clone().unwrap_or_else(|| project.binary(&target, named));
        if !path.is_file() {
            return Err(Error::NotBuilt { path, build: Project::build_command(&target, named) });
        }
        wanted.push((target, path));
    }
    for (target, path) in wanted {
        println!("{}", dist.package(project, &target, &path)?.display());
    }
    Ok(())
}
