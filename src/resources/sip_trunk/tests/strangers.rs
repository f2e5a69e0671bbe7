//! Trunks that look like the one whose answer was lost, and are not.

use std::time::Duration;

use wavix_sim::Fault;

use crate::framework::object::Attr;

use super::{Bench, config, id_of, text};

const TRUNKS: &str = "/v1/trunks";

async fn a_trunk_is_made(bench: &Bench) {
    while bench.sim.trunks().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The API shows neither's caller ID, so only the label keeps them apart: who
/// lost the answer must wait until the other has its own.
#[tokio::test]
async fn a_trunk_that_another_create_is_still_making_is_not_adopted() {
    let bench = Bench::start().await;
    let any_number = |callerid: &str| {
        config(|trunk| {
            trunk.multiple_numbers = Attr::Known(true);
            trunk.callerid = text(callerid);
        })
    };
    // The first is carried out and answered late; the second is lost, and never carried out.
    bench.sim.fault("POST", TRUNKS, Fault::delay_after_commit(Duration::from_millis(100)));
    bench.sim.fault("POST", TRUNKS, Fault::close());
    let (one, other) = (any_number("13132847320"), any_number("13137890021"));
    let (first, lost) = tokio::join!(bench.create(&one), async {
        a_trunk_is_made(&bench).await;
        bench.create(&other).await
    });
    let made = id_of(&first.ok());
    assert_eq!(lost.state, None, "{lost:?}");
    assert_eq!(
        (bench.sim.journal().count("POST", TRUNKS), bench.puts(), bench.sim.trunks().len()),
        (2, 0, 1)
    );
    assert_eq!(bench.sim.trunks()[0].id, made);
}

/// A feature that was not asked for is not the account's tier at work.
#[tokio::test]
async fn a_trunk_with_a_feature_that_was_not_requested_is_somebody_else_s() {
    let bench = Bench::start().await;
    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit().and_then_waiting(Duration::from_millis(100)));
    let somebody_else = async {
        a_trunk_is_made(&bench).await;
        let id = bench.sim.trunks()[0].id;
        bench.sim.edit_trunk(id, |trunk| trunk.call_recording_enabled = true);
    };
    let config = config(|_| {});
    let (left, ()) = tokio::join!(bench.create(&config), somebody_else);
    assert!(left.error().detail.contains("`call_recording_enabled`"), "{left:?}");
    assert_eq!((left.state, bench.puts()), (None, 0));
}
