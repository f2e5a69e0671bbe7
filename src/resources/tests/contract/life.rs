//! Facts about the life of an object where every answer arrives.

use std::collections::BTreeSet;

use super::{ALIKE, Bench, Case, Tested, is_settled, key, keys, made_since, with, with_one, written};
use crate::framework::schema::{Attribute, Modifier};
use crate::lifecycle::compare::differences;
use crate::lifecycle::object::{RemoteObject, arguments, value_of};
use crate::protocol::value::Value;
use crate::resources::tests::bench::plan_alone;

pub(super) async fn what_was_made_reads_as_it_is_and_plans_nothing<R: Tested>() {
    let Case { config, .. } = Case::<R>::read();
    let before = keys(&Bench::<R>::start().await).await;
    let (bench, made, private) = with_one::<R>(&config).await;
    assert_eq!(made_since(&bench, &before).await, [key::<R>(&made)]);
    is_settled(bench, &config, &made, private).await;
}

pub(super) async fn a_change_is_made_in_place_and_plans_nothing<R: Tested>() {
    let Case { config, changed, .. } = Case::<R>::read();
    let (bench, made, private) = with_one::<R>(&config).await;
    let all = keys(&bench).await;
    let planned = plan_alone::<R>(&changed, Some(&made));
    assert_eq!(planned.replaces, []);
    assert!(!differences::<R::Remote>(&planned.state, &made).is_empty(), "the case changes something");
    let (left, private) = bench.update_with(&changed, &made, private).await.and_private();
    assert_eq!(left.warned(), [""; 0]);
    let updated = left.ok();
    assert_eq!(key::<R>(&updated), key::<R>(&made));
    assert_eq!(keys(&bench).await, all);
    is_settled(bench, &changed, &updated, private).await;
}

fn replaces(attribute: &Attribute) -> bool {
    attribute.modifiers.iter().any(|modifier| matches!(modifier, Modifier::RequiresReplace))
}

pub(super) async fn another_value_of_what_cannot_be_changed_replaces<R: Tested>() {
    let Case { config, missing, .. } = Case::<R>::read();
    let (_bench, made, _) = with_one::<R>(&config).await;
    for attribute in R::ONLY.schema().attributes.iter().filter(|attribute| replaces(attribute)) {
        // What identifies an object is the only such thing so far.
        assert_eq!(attribute.name, R::Remote::KEY.attribute(), "the case needs another value for it");
        let other = with::<R>(&config, &attribute.name, Value::string(&missing));
        let planned = plan_alone::<R>(&other, Some(&made));
        let paths: Vec<String> = planned.replaces.iter().map(ToString::to_string).collect();
        assert_eq!(paths, [attribute.name.as_str()]);
    }
}

/// Somebody else changes one argument after the other.
pub(super) async fn drift_of_each_argument_is_seen_and_repaired<R: Tested>() {
    let Case { config, changed, .. } = Case::<R>::read();
    let (mut bench, made, _) = with_one::<R>(&config).await;
    let other = plan_alone::<R>(&changed, None).state;
    let object = R::ONLY.type_name().trim_start_matches("wavix_");
    let mut alike = BTreeSet::new();
    let mut drifted = 0;
    for argument in arguments::<R::Remote>().filter(|argument| !replaces(argument)) {
        let name = argument.name.as_str();
        let value = value_of::<R::Remote>(&other, name);
        if value == value_of::<R::Remote>(&made, name) || value.is_unknown() {
            alike.insert(name);
            continue;
        }
        // As somebody else has it who cares for that argument alone.
        let theirs = with::<R>(&written::<R>(&made, &config), name, value.clone());
        bench = bench.again();
        let (left, private) = bench.update(&theirs, &made).await.and_private();
        assert!(left.errors.is_empty(), "{name}: {left:?}");
        bench = bench.again();
        let read = bench.read_with(&made, private).await.ok();
        let seen: Vec<&str> = differences::<R::Remote>(&made, &read).iter().map(|one| one.name).collect();
        assert_eq!(seen, [name], "what differs is seen, and nothing else");
        let planned = bench.try_plan(&config, Some(&read)).await;
        assert_ne!(planned.state, read, "{name}: something is to be done");
        let (left, private) = bench.update(&config, &read).await.and_private();
        assert!(left.errors.is_empty(), "{name}: {left:?}");
        bench = is_settled(bench, &config, &made, private).await;
        drifted += 1;
    }
    let excused: BTreeSet<&str> =
        ALIKE.iter().filter(|(of, ..)| *of == object).map(|(_, name, _)| *name).collect();
    assert_eq!(alike, excused, "the case's `config` and `changed` have the same value of these");
    assert!(drifted > 0);
}

pub(super) async fn what_was_deleted_elsewhere_leaves_the_state<R: Tested>() {
    let Case { config, .. } = Case::<R>::read();
    let (bench, made, private) = with_one::<R>(&config).await;
    let bench = bench.again();
    assert!(bench.delete(&made).await.errors.is_empty());
    let bench = bench.again();
    let left = bench.read_with(&made, private).await;
    assert!(left.state.is_none() && left.errors.is_empty(), "{left:?}");
    let [warning] = left.warned()[..] else { panic!("one warning: {left:?}") };
    assert!(warning.ends_with("is gone") && warning.contains(&key::<R>(&made)), "{warning}");
    let deleted = bench.delete(&made).await;
    assert!(deleted.errors.is_empty(), "gone already is a success: {deleted:?}");
    assert!(bench.create(&config).await.errors.is_empty(), "and it can be made again");
}
