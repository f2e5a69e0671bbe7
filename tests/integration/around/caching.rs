//! A plugin cache that directories share.

use std::fs;

use super::Workshop;

acceptance_trials! {
    directories_share_a_plugin_cache_by_their_lock_files,
}

fn directories_share_a_plugin_cache_by_their_lock_files() {
    let workshop = Workshop::of("## One plugin cache");
    let [script] = &workshop.shell()[..] else { panic!("other blocks") };
    workshop.typed(script, &[]);
    let cache = workshop.at("home/.terraform.d/plugin-cache");
    assert!(cache.is_dir() && fs::read_dir(&cache).unwrap().count() == 1, "nothing is in the cache");
    fs::create_dir(workshop.at("branch")).unwrap();
    for file in ["main.tf", ".terraform.lock.hcl"] {
        let from = workshop.at("office").join(file);
        fs::copy(from, workshop.at("branch").join(file)).unwrap();
    }
    let said = workshop.typed(&script.replace("office", "branch"), &[]);
    assert!(said.contains("from the shared cache directory"), "{said}");
    workshop.typed("terraform -chdir=branch plan -input=false", &[]);
}
