//! The targets that can be packed, in the words of Rust and of Terraform.

use crate::error::Error;

/// A platform: how rustc names it, and how Terraform does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// `x86_64-unknown-linux-musl`.
    pub triple: &'static str,
    /// `linux`.
    pub os: &'static str,
    /// `amd64`.
    pub architecture: &'static str,
}

const fn row(triple: &'static str, os: &'static str, architecture: &'static str) -> Target {
    Target { triple, os, architecture }
}

/// Of several triples for a platform, the first is what releases are built
/// for: static binaries, which run on any Linux.
pub const TARGETS: [Target; 13] = [
    row("x86_64-unknown-linux-musl", "linux", "amd64"),
    row("x86_64-unknown-linux-gnu", "linux", "amd64"),
    row("aarch64-unknown-linux-musl", "linux", "arm64"),
    row("aarch64-unknown-linux-gnu", "linux", "arm64"),
    row("arm-unknown-linux-musleabihf", "linux", "arm"),
    row("arm-unknown-linux-gnueabihf", "linux", "arm"),
    row("x86_64-apple-darwin", "darwin", "amd64"),
    row("aarch64-apple-darwin", "darwin", "arm64"),
    row("x86_64-pc-windows-msvc", "windows", "amd64"),
    row("x86_64-pc-windows-gnu", "windows", "amd64"),
    row("aarch64-pc-windows-msvc", "windows", "arm64"),
    row("aarch64-pc-windows-gnullvm", "windows", "arm64"),
    row("x86_64-unknown-freebsd", "freebsd", "amd64"),
];

/// The C library this program was built for, as the end of a triple.
const ENVIRONMENT: &str = if cfg!(target_env = "musl") {
    "musl"
} else if cfg!(target_env = "gnu") {
    "gnu"
} else if cfg!(target_env = "msvc") {
    "msvc"
} else {
    ""
};

/// What releases are built for: one triple for each platform.
#[must_use]
pub fn released() -> Vec<&'static str> {
    let mut rows: Vec<Target> = Vec::new();
    for target in TARGETS {
        if rows.iter().all(|row| row.platform() != target.platform()) {
            rows.push(target);
        }
    }
    rows.iter().map(|row| row.triple).collect()
}

impl Target {
    /// By triple, or by platform: `linux_amd64`.
    ///
    /// # Errors
    /// When there is none of that name; the error lists them.
    pub fn named(name: &str) -> Result<Self, Error> {
        TARGETS.into_iter().find(|target| target.triple == name || target.platform() == name).ok_or_else(
            || {
                let known = TARGETS.map(|target| target.triple).join(", ");
                Error::UnknownTarget { name: name.to_owned(), known }
            },
        )
    }

    /// What this program runs on.
    ///
    /// # Errors
    /// When that is no platform that can be packed.
    pub fn host() -> Result<Self, Error> {
        let (os, architecture) = (go_os(std::env::consts::OS), go_architecture(std::env::consts::ARCH));
        let same = || TARGETS.into_iter().filter(|row| row.os == os && row.architecture == architecture);
        let exact = same().find(|row| row.triple.ends_with(ENVIRONMENT));
        exact.or_else(|| same().next()).map_or_else(|| Self::named(&format!("{os}_{architecture}")), Ok)
    }

    /// `linux_amd64`: what the name of a package ends in.
    #[must_use]
    pub fn platform(&self) -> String {
        format!("{}_{}", self.os, self.architecture)
    }

    /// What the name of a program ends in.
    #[must_use]
    pub fn suffix(&self) -> &'static str {
        if self.os == "windows" { ".exe" } else { "" }
    }

    /// Whether the binary must run without any library of the system.
    #[must_use]
    pub fn is_static(&self) -> bool {
        self.triple.contains("musl")
    }
}

fn go_os(os: &str) -> &str {
    if os == "macos" { "darwin" } else { os }
}

fn go_architecture(architecture: &str) -> &str {
    match architecture {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}
