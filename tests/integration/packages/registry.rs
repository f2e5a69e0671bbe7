//! A signed release in a registry: the command line verifies checksums and
//! signature, and mirrors it.

use std::fs;
use std::path::Path;
use std::process::Command;

use libtest_mimic::{Completion, Trial};
use serde_json::json;

use super::mirrors::{locked, registry, with_source};
use super::server::Server;
use super::{ELSEWHERE, release, scratch};
use crate::support::require::{Least, acceptance_trial};
use crate::support::terraform::Terraform;

/// All of them need gpg: without it they are ignored, and in CI fail.
pub fn trials() -> Vec<Trial> {
    let tests: [(&str, fn()); 2] = [
        (
            "init_verifies_the_signature_and_providers_mirror_makes_a_mirror",
            init_verifies_the_signature_and_providers_mirror_makes_a_mirror,
        ),
        ("init_refuses_checksums_that_were_not_signed", init_refuses_checksums_that_were_not_signed),
    ];
    let is_missing =
        Command::new("gpg").arg("--version").output().is_err() && std::env::var_os("CI").is_none();
    tests
        .into_iter()
        .map(|(name, test)| {
            if is_missing {
                let name = format!("packages::registry::{name}");
                return Trial::ignorable_test(name, || Ok(Completion::ignored_with("gpg is not on PATH")));
            }
            acceptance_trial(module_path!(), name, Least::of((1, 5)), test)
        })
        .collect()
}

/// What gpg says, with a keyring of its own.
fn gpg(home: &Path, arguments: &[&str]) -> String {
    let output = Command::new("gpg")
        .env("GNUPGHOME", home)
        .args(["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""])
        .args(arguments)
        .output()
        .expect("gpg starts");
    assert!(output.status.success(), "gpg {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("armoured text")
}

/// Signs the checksums in `files`; returns the public key.
fn sign(files: &Path) -> String {
    // A short path: gpg's agent listens on a socket in it.
    let keyring = tempfile::Builder::new().prefix("gpg").tempdir().unwrap();
    let sums = files.join(release().dist.sums_name());
    gpg(keyring.path(), &["--quick-generate-key", "test <test@example.invalid>", "rsa3072", "sign", "1d"]);
    gpg(keyring.path(), &["--detach-sign", sums.to_str().unwrap()]);
    let public = gpg(keyring.path(), &["--armor", "--export"]);
    // Its agent ends with its keyring; that it may be gone already is fine.
    let _ = Command::new("gpgconf").env("GNUPGHOME", keyring.path()).args(["--kill", "all"]).output();
    public
}

/// Puts a signed release into the folder that `server` serves, in the layout of
/// the registry protocol.
fn publish(folder: &Path, server: &Server) {
    let release = release();
    let files = folder.join("files");
    fs::create_dir_all(&files).unwrap();
    for name in release.dist.listed().unwrap().into_iter().chain([release.dist.sums_name()]) {
        fs::copy(release.dist.folder.join(&name), files.join(&name)).unwrap();
    }
    let public = sign(&files);
    let home = folder.join("v1/wavix/wavix");
    let version = &release.project.version;
    let url = |name: &str| format!("{}files/{name}", server.url());
    let mut platforms = Vec::new();
    for platform in [release.host.platform(), ELSEWHERE.to_owned()] {
        let (os, arch) = platform.split_once('_').unwrap();
        let name = release.dist.package_name(&platform);
        let package = json!({
            "protocols": ["6.0"],
            "os": os,
            "arch": arch,
            "filename": name,
            "download_url": url(&name),
            "shasum": packager::dist::sha256(&fs::read(files.join(&name)).unwrap()),
            "shasums_url": url(&release.dist.sums_name()),
            "shasums_signature_url": url(&release.dist.signature_name()),
            "signing_keys": { "gpg_public_keys": [{ "key_id": "0000000000000000", "ascii_armor": public }] },
        });
        let download = home.join(version).join("download").join(os);
        fs::create_dir_all(&download).unwrap();
        fs::write(download.join(arch), package.to_string()).unwrap();
        platforms.push(json!({ "os": os, "arch": arch }));
    }
    let versions =
        json!({ "versions": [{ "version": version, "protocols": ["6.0"], "platforms": platforms }] });
    fs::write(home.join("versions"), versions.to_string()).unwrap();
}

/// A configuration whose registry is `server`.
fn installing_from(server: &Server, folder: &Path) -> Terraform {
    let authority = folder.join("authority.pem");
    fs::write(&authority, server.authority()).unwrap();
    let tf = with_source("  direct {}").env("SSL_CERT_FILE", authority);
    let host = format!(
        "\nhost \"{}\" {{\n  services = {{\n    \"providers.v1\" = \"{}v1/\"\n  }}\n}}\n",
        registry(),
        server.url()
    );
    tf.write("cli.tfrc", &(tf.read("cli.tfrc") + &host));
    tf
}

fn init_verifies_the_signature_and_providers_mirror_makes_a_mirror() {
    let release = release();
    let folder = scratch("registry-");
    let served = folder.path().join("served");
    fs::create_dir(&served).unwrap();
    let server = Server::start(&served);
    publish(&served, &server);
    let tf = installing_from(&server, folder.path());
    let init = tf.run(["init", "-input=false", "-no-color"]).succeeded();
    // As opposed to "unauthenticated".
    assert!(init.text().contains("signed"), "{init}");
    let known = locked(&tf, "zh:");
    for platform in [release.host.platform(), ELSEWHERE.to_owned()] {
        let package = fs::read(release.dist.folder.join(release.dist.package_name(&platform))).unwrap();
        assert!(known.contains(&format!("zh:{}", packager::dist::sha256(&package))), "{platform}: {known:?}");
    }

    let mirror = folder.path().join("mirror");
    fs::create_dir(&mirror).unwrap();
    let host = format!("-platform={}", release.host.platform());
    let elsewhere = format!("-platform={ELSEWHERE}");
    tf.run(["providers", "mirror", &host, &elsewhere, mirror.to_str().unwrap()]).succeeded();
    // What ours makes of the same release differs in hashes alone.
    let ours = folder.path().join("ours");
    packager::mirror::add(&release.dist, &ours).unwrap();
    for name in release.dist.packages().unwrap().into_iter().chain(["index.json".to_owned()]) {
        let below = Path::new(registry()).join("wavix/wavix").join(name);
        let (theirs, own) = (fs::read(mirror.join(&below)).unwrap(), fs::read(ours.join(&below)).unwrap());
        if below.extension().is_some_and(|extension| extension == "zip") {
            assert!(theirs == own, "{}", below.display());
        } else {
            let read = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
            assert_eq!(read(&theirs), read(&own));
        }
    }
    let mirror = Server::start(&mirror);
    let authority = folder.path().join("mirror.pem");
    fs::write(&authority, mirror.authority()).unwrap();
    let tf = with_source(&format!("  network_mirror {{\n    url = \"{}\"\n  }}", mirror.url()))
        .env("SSL_CERT_FILE", authority);
    tf.run(["init", "-input=false", "-no-color"]).succeeded();
    tf.run(["validate", "-no-color"]).succeeded();
}

fn init_refuses_checksums_that_were_not_signed() {
    let folder = scratch("forged-");
    let served = folder.path().join("served");
    fs::create_dir(&served).unwrap();
    let server = Server::start(&served);
    publish(&served, &server);
    let sums = served.join("files").join(release().dist.sums_name());
    let forged = fs::read_to_string(&sums).unwrap() + &format!("{}  more.zip\n", "0".repeat(64));
    fs::write(&sums, forged).unwrap();
    let tf = installing_from(&server, folder.path());
    let init = tf.run(["init", "-input=false", "-no-color"]).failed();
    assert!(init.text().contains("signature"), "{init}");
}
