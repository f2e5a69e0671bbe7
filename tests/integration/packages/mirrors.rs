//! `init` and `providers lock` on the mirror that `packager mirror` makes, as a
//! folder and as a web server, and on folders that people make themselves.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use wavix_sim::Sim;

use super::server::Server;
use super::{ELSEWHERE, release, scratch};
use crate::support::require;
use crate::support::system::make_executable;
use crate::support::terraform::Terraform;

acceptance_trials! {
    init_installs_from_a_mirror_and_from_an_unpacked_folder_the_same_hash,
    a_mirror_in_the_home_folder_needs_no_settings,
    a_zip_in_the_home_folder_needs_no_settings,
    init_refuses_a_package_that_the_lock_file_does_not_know,
    providers_lock_records_platforms_that_are_not_here_from_a_folder_and_from_a_server,
    a_network_mirror_installs_over_tls,
    a_mirror_keeps_the_versions_that_it_has,
    a_network_mirror_of_an_unknown_authority_is_refused,
}

const CONFIGURATION: &str = r#"terraform {
  required_providers {
    wavix = {
      source = "wavix/wavix"
    }
  }
}

resource "wavix_sip_trunk" "main" {
  label    = "Installed"
  callerid = "13132847320"
  password = "a password"
}
"#;

/// Where `wavix/wavix` is at home for the command line that is tested.
pub fn registry() -> &'static str {
    let cli = require::cli().as_ref().unwrap();
    if cli.title.starts_with("OpenTofu") { "registry.opentofu.org" } else { "registry.terraform.io" }
}

/// The folder of the provider below a mirror's top.
fn home(mirror: &Path) -> PathBuf {
    mirror.join(registry()).join("wavix/wavix")
}

/// A mirror, as `packager mirror` makes it.
fn mirrored(mirror: &Path) {
    packager::mirror::add(&release().dist, mirror).unwrap();
}

/// The zips alone, copied.
fn copied(mirror: &Path) {
    let release = release();
    fs::create_dir_all(home(mirror)).unwrap();
    for name in release.dist.packages().unwrap() {
        fs::copy(release.dist.folder.join(&name), home(mirror).join(&name)).unwrap();
    }
}

/// A mirror of folders, with the host's package unpacked by another program
/// where there is one.
fn unpacked(mirror: &Path) {
    let release = release();
    let folder = home(mirror).join(&release.project.version).join(release.host.platform());
    fs::create_dir_all(&folder).unwrap();
    let package = release.dist.folder.join(release.dist.package_name(&release.host.platform()));
    for entry in packager::archive::unpack(&package, &fs::read(&package).unwrap()).unwrap() {
        let path = folder.join(&entry.name);
        fs::write(&path, &entry.content).unwrap();
        if entry.executable {
            make_executable(&path).unwrap();
        }
    }
}

/// A configuration that is not installed yet, with the settings' one source.
pub fn with_source(source: &str) -> Terraform {
    let tf = Terraform::uninitialised();
    let settings = format!("disable_checkpoint = true\n\nprovider_installation {{\n{source}\n}}\n");
    tf.write("cli.tfrc", &settings);
    let path = tf.path().join("cli.tfrc");
    let tf = tf.env("TF_CLI_CONFIG_FILE", path);
    tf.config(CONFIGURATION);
    tf
}

fn with_mirror(mirror: &Path) -> Terraform {
    with_source(&format!("  filesystem_mirror {{\n    path = {:?}\n  }}", mirror))
}

/// The hashes of one scheme in the lock file.
pub fn locked(tf: &Terraform, scheme: &str) -> BTreeSet<String> {
    let lock = tf.read(".terraform.lock.hcl");
    let quoted = lock.split('"').skip(1).step_by(2);
    quoted.filter(|text| text.starts_with(scheme)).map(str::to_owned).collect()
}

fn init_installs_from_a_mirror_and_from_an_unpacked_folder_the_same_hash() {
    let folder = scratch("mirrors-");
    let (zips, folders) = (folder.path().join("mirror"), folder.path().join("unpacked"));
    mirrored(&zips);
    unpacked(&folders);
    let mut hashes = Vec::new();
    for mirror in [&zips, &folders] {
        let sim = Sim::spawn();
        let tf =
            with_mirror(mirror).env("WAVIX_API_KEY", sim.api_key()).env("WAVIX_BASE_URL", sim.base_url());
        let init = tf.run(["init", "-input=false", "-no-color"]).succeeded();
        assert!(init.text().contains(&format!("v{}", release().project.version)), "{init}");
        hashes.push(locked(&tf, "h1:"));
        // Again, now held against the lock file.
        tf.run(["init", "-input=false", "-no-color", "-lockfile=readonly"]).succeeded();
        tf.run(["apply", "-auto-approve", "-input=false", "-no-color"]).succeeded();
        tf.destroy(&sim);
    }
    assert_eq!(hashes[0].len(), 1, "{hashes:?}");
    assert_eq!(hashes[0], hashes[1]);
}

fn a_mirror_in_the_home_folder_needs_no_settings() {
    installs_at_home(mirrored);
}

fn a_zip_in_the_home_folder_needs_no_settings() {
    installs_at_home(copied);
}

fn installs_at_home(make: fn(&Path)) {
    let user = scratch("home-");
    make(&user.path().join(".terraform.d/plugins"));
    let tf = Terraform::uninitialised();
    tf.write("cli.tfrc", "disable_checkpoint = true\n");
    tf.config(CONFIGURATION);
    let settings = tf.path().join("cli.tfrc");
    let tf = tf.env("TF_CLI_CONFIG_FILE", settings).env("HOME", user.path());
    let init = tf.run(["init", "-input=false", "-no-color"]).succeeded();
    assert!(init.text().contains(&format!("v{}", release().project.version)), "{init}");
    tf.run(["validate", "-no-color"]).succeeded();
}

fn init_refuses_a_package_that_the_lock_file_does_not_know() {
    let folder = scratch("exchanged-");
    unpacked(folder.path());
    let tf = with_mirror(folder.path());
    tf.run(["init", "-input=false", "-no-color"]).succeeded();
    let release = release();
    let license =
        home(folder.path()).join(&release.project.version).join(release.host.platform()).join("LICENSE");
    fs::write(license, "exchanged").unwrap();
    fs::remove_dir_all(tf.path().join(".terraform")).unwrap();
    let init = tf.run(["init", "-input=false", "-no-color"]).failed();
    assert!(init.text().contains("checksum"), "{init}");
}

fn providers_lock_records_platforms_that_are_not_here_from_a_folder_and_from_a_server() {
    let folder = scratch("lock-");
    let mirror = folder.path().join("mirror");
    mirrored(&mirror);
    let server = Server::start(&mirror);
    let authority = folder.path().join("authority.pem");
    fs::write(&authority, server.authority()).unwrap();
    let sources = [format!("-fs-mirror={}", mirror.display()), format!("-net-mirror={}", server.url())];
    for source in sources {
        let tf = with_mirror(&mirror).env("SSL_CERT_FILE", &authority);
        let host = format!("-platform={}", release().host.platform());
        let elsewhere = format!("-platform={ELSEWHERE}");
        tf.run(["providers", "lock", "-no-color", &source, &host, &elsewhere]).succeeded();
        assert_eq!(locked(&tf, "h1:").len(), 2, "{source}: {}", tf.read(".terraform.lock.hcl"));
        let before = tf.read(".terraform.lock.hcl");
        tf.run(["init", "-input=false", "-no-color", "-lockfile=readonly"]).succeeded();
        assert_eq!(tf.read(".terraform.lock.hcl"), before, "{source}");
    }
}

fn a_network_mirror_installs_over_tls() {
    let folder = scratch("network-");
    let mirror = folder.path().join("mirror");
    mirrored(&mirror);
    let server = Server::start(&mirror);
    let authority = folder.path().join("authority.pem");
    fs::write(&authority, server.authority()).unwrap();
    let sim = Sim::spawn();
    // As the README has it: a name without a host is the provider of both registries.
    let source = format!(
        "  network_mirror {{\n    url     = \"{}\"\n    include = [\"wavix/wavix\"]\n  }}\n  direct {{\n    exclude = [\"wavix/wavix\"]\n  }}",
        server.url()
    );
    let tf = with_source(&source)
        .env("SSL_CERT_FILE", authority)
        .env("WAVIX_API_KEY", sim.api_key())
        .env("WAVIX_BASE_URL", sim.base_url());
    tf.run(["init", "-input=false", "-no-color"]).succeeded();
    let release = release();
    let expected = ["index.json".to_owned(), format!("{}.json", release.project.version)]
        .into_iter()
        .chain([release.dist.package_name(&release.host.platform())])
        .map(|name| format!("/{}/wavix/wavix/{name}", registry()))
        .collect::<Vec<_>>();
    let mut requests = server.requests();
    // An archive is asked for by HEAD before it is fetched.
    requests.dedup();
    assert_eq!(requests, expected);
    assert_eq!(locked(&tf, "h1:").len(), 1, "{}", tf.read(".terraform.lock.hcl"));
    tf.run(["apply", "-auto-approve", "-input=false", "-no-color"]).succeeded();
    tf.destroy(&sim);
}

fn a_mirror_keeps_the_versions_that_it_has() {
    let folder = scratch("versions-");
    mirrored(folder.path());
    fs::write(home(folder.path()).join("0.0.9.json"), "{\"archives\": {}}").unwrap();
    mirrored(folder.path());
    let index = fs::read_to_string(home(folder.path()).join("index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_str(&index).unwrap();
    assert_eq!(
        index,
        serde_json::json!({ "versions": { "0.0.9": {}, (release().project.version.as_str()): {} } })
    );
}

fn a_network_mirror_of_an_unknown_authority_is_refused() {
    let folder = scratch("untrusted-");
    let server = Server::start(folder.path());
    let tf = with_source(&format!("  network_mirror {{\n    url = \"{}\"\n  }}", server.url()));
    let init = tf.run(["init", "-input=false", "-no-color"]).failed();
    assert!(init.text().contains("certificate"), "{init}");
    assert_eq!(server.requests(), Vec::<String>::new());
}
