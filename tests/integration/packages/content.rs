//! What is in a package, and that nothing but its content decides its bytes.

use packager::{Dist, Target, archive, dist, licenses, mirror, verify};

use super::{ELSEWHERE, project, release, scratch, stand_in};

trials![
    a_package_holds_the_binary_and_what_must_go_along,
    a_release_is_what_the_registry_expects,
    the_same_input_makes_the_same_bytes,
    a_binary_of_another_platform_is_refused_and_nothing_is_written,
    a_release_that_was_tampered_with_does_not_verify,
    a_mirror_changes_nothing_of_the_release_that_it_is_made_of,
];

fn a_package_holds_the_binary_and_what_must_go_along() {
    let release = release();
    let version = &release.project.version;
    let name = format!("terraform-provider-wavix_{version}_{}.zip", release.host.platform());
    let path = release.dist.folder.join(name);
    let entries = archive::unpack(&path, &std::fs::read(&path).unwrap()).unwrap();
    let found: Vec<_> = entries.iter().map(|entry| (entry.name.as_str(), entry.executable)).collect();
    let program = format!("terraform-provider-wavix_v{version}{}", std::env::consts::EXE_SUFFIX);
    let expected =
        [("CHANGELOG.md", false), ("LICENSE", false), (licenses::FILE, false), (program.as_str(), true)];
    assert_eq!(found, expected);
    let built = std::fs::read(env!("CARGO_BIN_EXE_terraform-provider-wavix")).unwrap();
    assert!(entries[3].content == built, "the program is not the one that was built");
    let licenses = String::from_utf8(entries[2].content.clone()).unwrap();
    // One of each kind: with a text of its own, with its repository's, no crate.
    for name in ["aws-lc-sys ", "tonic-prost ", "the standard library of Rust"] {
        let bearers = licenses.lines().filter(|line| line.contains(name)).count();
        assert!(bearers >= 2, "{name:?} is listed or has its text {bearers} times");
    }
    // Compile-time and test crates are not in the binary.
    for name in ["protox ", "serde_derive ", "proptest ", "wavix-sim "] {
        assert!(!licenses.contains(&format!("\n{name}")), "{name:?} is listed");
    }
}

fn a_release_is_what_the_registry_expects() {
    let release = release();
    let verified = verify::verify(&release.dist, &release.project).unwrap();
    assert_eq!(verified.len(), 4, "{verified:?}");
    let mut names: Vec<String> = std::fs::read_dir(&release.dist.folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let mut expected: Vec<String> = [
        "SHA256SUMS",
        "manifest.json",
        "sbom.cdx.json",
        &format!("{}.zip", release.host.platform()),
        &format!("{ELSEWHERE}.zip"),
    ]
    .iter()
    .map(|end| format!("terraform-provider-wavix_{}_{end}", release.project.version))
    .collect();
    expected.sort();
    assert_eq!(names, expected);
    let manifest = std::fs::read_to_string(release.dist.folder.join(release.dist.manifest_name())).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest, serde_json::json!({ "version": 1, "metadata": { "protocol_versions": ["6.0"] } }));
}

fn the_same_input_makes_the_same_bytes() {
    let project = project();
    let target = Target::named(ELSEWHERE).unwrap();
    let sums: Vec<Vec<String>> = [0o600, 0o755]
        .into_iter()
        .map(|mode| {
            let folder = scratch("deterministic-");
            let binary = stand_in(folder.path(), &target);
            set_mode(&binary, mode);
            let dist = Dist::new(&folder.path().join("dist"), &project);
            let package = dist.package(&project, &target, &binary).unwrap();
            let sbom = dist.write_sbom(&project, None).unwrap();
            [package, sbom, dist.folder.join(dist.sums_name())]
                .iter()
                .map(|path| dist::sha256(&std::fs::read(path).unwrap()))
                .collect()
        })
        .collect();
    assert_eq!(sums[0], sums[1]);
}

#[cfg(unix)]
fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn set_mode(_path: &std::path::Path, _mode: u32) {}

fn a_binary_of_another_platform_is_refused_and_nothing_is_written() {
    let folder = scratch("refused-");
    let project = project();
    let dist = Dist::new(&folder.path().join("dist"), &project);
    let binary = stand_in(folder.path(), &Target::named(ELSEWHERE).unwrap());
    let error = dist.package(&project, &Target::named("windows_amd64").unwrap(), &binary).unwrap_err();
    let error = error.to_string();
    assert!(error.contains(ELSEWHERE) && error.contains("windows_amd64"), "{error}");
    assert!(error.contains("--binary"), "{error}");
    let text = folder.path().join("a text");
    std::fs::write(&text, "#!/bin/sh\n").unwrap();
    let error = dist.package(&project, &Target::host().unwrap(), &text).unwrap_err().to_string();
    assert!(error.contains("a text is no program"), "{error}");
    assert!(!dist.folder.exists(), "something was written");
}

fn a_release_that_was_tampered_with_does_not_verify() {
    let project = project();
    let target = Target::named(ELSEWHERE).unwrap();
    let made = || {
        let folder = scratch("tampered-");
        let dist = Dist::new(&folder.path().join("dist"), &project);
        dist.package(&project, &target, &stand_in(folder.path(), &target)).unwrap();
        dist.write_sbom(&project, None).unwrap();
        verify::verify(&dist, &project).expect("it is whole before");
        (folder, dist)
    };
    let refused = |dist: &Dist, word: &str| {
        let error = verify::verify(dist, &project).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    };
    let (_folder, dist) = made();
    let package = dist.folder.join(dist.package_name(ELSEWHERE));
    let mut bytes = std::fs::read(&package).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&package, bytes).unwrap();
    refused(&dist, "checksum");

    let (_folder, dist) = made();
    std::fs::remove_file(dist.folder.join(dist.package_name(ELSEWHERE))).unwrap();
    refused(&dist, "no package");

    let (_folder, dist) = made();
    std::fs::copy(
        dist.folder.join(dist.package_name(ELSEWHERE)),
        dist.folder.join(dist.package_name("linux_arm")),
    )
    .unwrap();
    refused(&dist, "does not list");
    dist.write_sums().unwrap();
    refused(&dist, "linux_arm");

    let (_folder, dist) = made();
    let sbom = dist.folder.join(dist.sbom_name());
    let text = std::fs::read_to_string(&sbom).unwrap();
    std::fs::write(&sbom, text.replace("pkg:cargo/tonic@", "pkg:cargo/tonic-evil@")).unwrap();
    dist.write_sums().unwrap();
    refused(&dist, "disagrees with Cargo.lock");

    // A signature of other sums must not stay.
    let (_folder, dist) = made();
    let signature = dist.folder.join(dist.signature_name());
    std::fs::write(&signature, "a signature").unwrap();
    dist.write_sums().unwrap();
    assert!(signature.exists(), "the sums are the same, the signature is valid");
    std::fs::remove_file(dist.folder.join(dist.sbom_name())).unwrap();
    dist.write_sums().unwrap();
    assert!(!signature.exists(), "the signature of other sums is still there");
}

/// Who downloads a package and the signed checksums of all must be able to verify
/// them afterwards.
fn a_mirror_changes_nothing_of_the_release_that_it_is_made_of() {
    let project = project();
    let folder = scratch("mirrored-");
    let dist = Dist::new(&folder.path().join("dist"), &project);
    let error = mirror::add(&Dist::new(folder.path(), &project), &folder.path().join("none")).unwrap_err();
    assert!(error.to_string().contains("there is no package of version"), "{error}");
    let target = Target::named(ELSEWHERE).unwrap();
    dist.package(&project, &target, &stand_in(folder.path(), &target)).unwrap();
    for name in [dist.sums_name(), dist.signature_name(), dist.manifest_name()] {
        std::fs::write(dist.folder.join(name), "of all packages").unwrap();
    }
    let content = || {
        let entries = std::fs::read_dir(&dist.folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| (std::fs::read(&path).unwrap(), path)).collect::<std::collections::BTreeSet<_>>()
    };
    let before = content();
    mirror::add(&dist, &folder.path().join("mirror")).unwrap();
    assert!(content() == before, "the release is another one");
}
