//! Protocol layer: where the plugin is installed, which tells what nothing on
//! the wire does: on behalf of which registry it was.

use std::path::Path;

/// The host of OpenTofu's registry, which OpenTofu means by an address without
/// a host.
pub const OPENTOFU_HOST: &str = "registry.opentofu.org";

/// The full source address under which the program at `executable` is installed,
/// by the layout that working directories, caches and unpacked mirrors share:
/// `HOST/NAMESPACE/TYPE/VERSION/PLATFORM/terraform-provider-TYPE…`.
///
/// `None` elsewhere, such as in a build folder that `dev_overrides` names, and
/// for a provider of another type than `name`.
#[must_use]
pub fn address(executable: &Path, name: &str) -> Option<String> {
    let mut folders =
        executable.ancestors().skip(1).map_while(Path::file_name).map_while(|name| name.to_str());
    let (_platform, version, of, namespace, host) =
        (folders.next()?, folders.next()?, folders.next()?, folders.next()?, folders.next()?);
    let versioned = version.starts_with(|first: char| first.is_ascii_digit());
    (of == name && versioned && host.contains('.')).then(|| format!("{host}/{namespace}/{of}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_of_a_package_say_its_address() {
        for (path, expected) in [
            (
                "/app/.terraform/providers/registry.opentofu.org/acme/pet/0.1.0/linux_amd64/terraform-provider-pet",
                Some("registry.opentofu.org/acme/pet"),
            ),
            (
                "/cache/registry.terraform.io/acme/pet/0.1.0/linux_amd64/terraform-provider-pet_v0.1.0",
                Some("registry.terraform.io/acme/pet"),
            ),
            ("registry.opentofu.org/acme/other/0.1.0/linux_amd64/terraform-provider-pet", None),
            ("/home/me/src.d/acme/pet/target/debug/terraform-provider-pet", None),
            ("/terraform-provider-pet", None),
        ] {
            assert_eq!(address(Path::new(path), "pet").as_deref(), expected, "{path}");
        }
    }
}
