//! What pages and examples let in. A call may come from each of Wavix' gateways,
//! whichever a PBX registers at: who lets in only that one misses calls.

use super::destroying::sources;

trials![every_firewall_lets_all_gateways_in, no_range_of_addresses_is_put_together_by_hand];

/// The places that hold addresses for a firewall: `firewall = …`, `output "firewall" { … }`.
fn firewalls(text: &str) -> Vec<&str> {
    let attributes =
        text.lines().filter(|line| line.trim_start().starts_with("firewall") && line.contains('='));
    let outputs = text.split("output \"firewall\" {").skip(1).map(|rest| rest.split("\n}").next().unwrap());
    attributes.chain(outputs).collect()
}

fn every_firewall_lets_all_gateways_in() {
    let sources = sources();
    let found: Vec<_> = sources
        .iter()
        .flat_map(|(name, text)| firewalls(text).into_iter().map(move |firewall| (name, firewall)))
        .collect();
    assert!(found.len() >= 5, "{found:?}");
    for (name, firewall) in found {
        assert!(firewall.contains("provider::wavix::ip_ranges().sip"), "{name}: {firewall}");
    }
}

fn no_range_of_addresses_is_put_together_by_hand() {
    for (name, text) in sources() {
        assert!(!text.contains("ip}/32"), "{name} has cidr of sip_gateways, or ip_ranges, for that");
    }
}
