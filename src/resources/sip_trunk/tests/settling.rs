//! Servers that do not know yet what another one has written.

use std::time::Duration;

use wavix_sim::{Answer, Fault};

use crate::lifecycle::patience::Patience;

use super::super::SipTrunkModel;
use super::{Bench, config, hasty, id_of, text};

const TRUNK: &str = "/v1/trunks/*";

/// Waits for Wavix to settle, without the time in between.
async fn patient() -> Bench {
    let bench = Bench::start().await;
    let patience = Patience { settling: Duration::from_secs(30), ..hasty() };
    Bench { ctx: bench.context(|_| {}).with_patience(patience), ..bench }
}

/// Has no time to wait for Wavix to settle.
async fn hurried() -> Bench {
    let bench = Bench::start().await;
    // Longer than any operation here has, however slowly it gets there.
    let hour = Duration::from_secs(60 * 60);
    let patience = Patience { looks: vec![hour], settling: hour, ..hasty() };
    Bench { ctx: bench.context(|_| {}).with_patience(patience), ..bench }
}

fn gets(bench: &Bench) -> usize {
    bench.sim.journal().count("GET", TRUNK)
}

#[tokio::test]
async fn a_new_trunk_that_neither_its_id_nor_the_list_shows_yet_is_not_gone() {
    let bench = patient().await;
    bench.sim.configure(|knobs| {
        knobs.misses_after_create = 4;
        knobs.list_lag = 2;
    });
    let created = bench.create(&config(|_| {})).await.ok();
    assert_eq!(bench.read(&created).await.ok(), created);
    assert_eq!(gets(&bench), 5);
}

#[tokio::test]
async fn a_new_trunk_that_stays_away_is_gone_when_its_time_is_up() {
    let mut bench = patient().await;
    let settling = Duration::from_secs(1);
    bench.ctx = bench.context(|_| {}).with_patience(Patience { settling, ..hasty() });
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.delete_trunk(id_of(&created));
    let left = bench.read(&created).await;
    assert!(left.errors.is_empty() && left.state.is_none(), "{left:?}");
}

#[tokio::test]
async fn nobody_waits_longer_than_it_takes_to_settle() {
    let mut bench = patient().await;
    let looks = vec![Duration::from_secs(60 * 60)];
    let patience = Patience { looks, settling: Duration::from_secs(1), ..hasty() };
    bench.ctx = bench.context(|_| {}).with_patience(patience);
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.delete_trunk(id_of(&created));
    let left = bench.read(&created).await;
    assert!(left.errors.is_empty() && left.state.is_none(), "{left:?}");
}

#[tokio::test]
async fn a_trunk_that_had_time_to_settle_is_gone_at_once() {
    let bench = patient().await;
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.delete_trunk(id_of(&created));
    // By the server's clock, which is the one that counts.
    bench.sim.configure(|knobs| knobs.clock_offset_seconds = 60);
    let left = bench.read(&created).await;
    assert!(left.errors.is_empty() && left.state.is_none(), "{left:?}");
    assert_eq!((gets(&bench), bench.lists()), (1, 1));
}

#[tokio::test]
async fn a_read_that_shows_the_trunk_before_its_update_is_repeated() {
    let bench = patient().await;
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.configure(|knobs| knobs.stale_reads_after_update = 3);
    let wanted = config(|trunk| {
        trunk.label = text("renamed");
        trunk.call_limit = crate::framework::object::Attr::Known(60);
    });
    let (left, private) = bench.update(&wanted, &created).await.and_private();
    let updated = left.ok();
    let (read, private) = bench.read_with(&updated, private).await.and_private();
    assert_eq!((read.ok(), gets(&bench)), (updated.clone(), 4));

    // Once it has settled, nothing is remembered and nothing is waited for.
    bench.sim.configure(|knobs| knobs.clock_offset_seconds = 60);
    bench
        .ctx
        .client()
        .get(crate::client::ApiPath::new("/v1/trunks").segment(id_of(&updated)))
        .send::<serde_json::Value>()
        .await
        .unwrap();
    bench.sim.edit_trunk(id_of(&updated), |trunk| trunk.label = "office".to_owned());
    let (read, private) = bench.read_with(&updated, private).await.and_private();
    assert_eq!(read.ok().label, text("office"));
    assert_eq!((gets(&bench), private.to_bytes()), (6, Vec::new()));
}

/// An edit in the portal soon after an apply is drift, and is seen at once.
#[tokio::test]
async fn what_an_update_cannot_explain_is_not_waited_for() {
    let bench = patient().await;
    let created = bench.create(&config(|_| {})).await.ok();
    let (left, private) =
        bench.update(&config(|trunk| trunk.label = text("b")), &created).await.and_private();
    let updated = left.ok();
    bench.sim.edit_trunk(id_of(&updated), |trunk| trunk.encrypted_media = true);
    let (read, _) = bench.read_with(&updated, private).await.and_private();
    let expected = SipTrunkModel { encrypted_media: crate::framework::object::Attr::Known(true), ..updated };
    assert_eq!((read.ok(), gets(&bench)), (expected, 1));
}

/// Not every server knows it yet, and neither does every page of the list.
#[tokio::test]
async fn a_new_trunk_that_the_server_asked_to_delete_it_does_not_know_yet_is_deleted_all_the_same() {
    for message in ["Record not found", "The service is not provisioned for your account."] {
        let bench = patient().await;
        bench.sim.configure(|knobs| knobs.list_lag = 2);
        let created = bench.create(&config(|_| {})).await.ok();
        let unknown = Fault::answer(Answer::new(404).message(message));
        bench.sim.faults().times(2, "DELETE", TRUNK, unknown);
        let left = bench.delete(&created).await;
        assert!(left.errors.is_empty() && left.state.is_none(), "{message}: {left:?}");
        let deletes = bench.sim.journal().count("DELETE", TRUNK);
        assert_eq!((bench.sim.trunks().len(), deletes, bench.lists()), (0, 3, 2), "{message}");
    }
}

#[tokio::test]
async fn a_new_trunk_that_a_delete_has_not_met_stays_in_the_state_when_time_is_up() {
    for message in ["Record not found", "The service is not provisioned for your account."] {
        let bench = hurried().await;
        bench.sim.configure(|knobs| knobs.list_lag = 1);
        let created = bench.create(&config(|_| {})).await.ok();
        let unknown = Fault::answer(Answer::new(404).message(message));
        bench.sim.fault("DELETE", TRUNK, unknown);
        let left = bench.delete(&created).await;
        assert_eq!(left.error().summary, "Cannot delete SIP trunk");
        assert!(
            left.error().detail.contains("may not be visible on every Wavix server"),
            "{message}: {left:?}"
        );
        assert_eq!(left.state, Some(created));
    }
}

#[tokio::test]
async fn a_trunk_that_had_time_to_settle_is_deleted_at_once() {
    let bench = patient().await;
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.delete_trunk(id_of(&created));
    bench.sim.configure(|knobs| knobs.clock_offset_seconds = 60);
    let left = bench.delete(&created).await;
    assert!(left.errors.is_empty() && left.state.is_none(), "{left:?}");
    assert_eq!((bench.sim.journal().count("DELETE", TRUNK), bench.lists()), (1, 1));
}

/// A new trunk must not be planned anew because somebody was in a hurry.
#[tokio::test]
async fn a_wait_that_is_cut_short_proves_nothing() {
    let bench = hurried().await;
    let created = bench.create(&config(|_| {})).await.ok();
    bench.sim.delete_trunk(id_of(&created));
    let left = bench.read(&created).await;
    assert!(left.error().detail.contains("may not be visible on every Wavix server"), "{left:?}");
    assert_eq!(left.state, Some(created));
}
