//! A create that is interrupted, or out of time, after its request was sent.

use std::time::Duration;

use wavix_sim::{Fault, Rule};

use crate::lifecycle::patience::Patience;

use super::lost_create::{TRUNKS, adopted, posts, says};
use super::{Bench, config, id_of};

/// Terraform waits for the answer to an interrupted apply, and must get it.
#[tokio::test]
async fn an_interrupt_does_not_abandon_a_create_that_was_sent() {
    for fault in [Fault::delay_after_commit(Duration::ZERO), Fault::close_after_commit()] {
        let bench = Bench::start().await;
        bench.sim.fault("POST", TRUNKS, fault.after_waiting(Duration::from_millis(200)));
        let wanted = config(|_| {});
        let interrupt = async {
            while posts(&bench) == 0 {
                tokio::task::yield_now().await;
            }
            bench.cancel.cancel();
        };
        let (left, ()) = tokio::join!(bench.create(&wanted), interrupt);
        let state = left.ok();
        assert_eq!(bench.sim.trunks().iter().map(|trunk| trunk.id).collect::<Vec<_>>(), [id_of(&state)]);
        assert_eq!(posts(&bench), 1);
    }
}

#[tokio::test]
async fn an_interrupted_search_looks_once_and_waits_for_nothing() {
    let mut bench = Bench::start().await;
    bench.ctx = bench
        .context(|_| {})
        .with_patience(Patience { looks: vec![Duration::from_secs(3600)], ..Patience::default() });
    bench.sim.fault("POST", TRUNKS, Fault::close().after_waiting(Duration::from_millis(100)));
    let wanted = config(|_| {});
    let interrupt = async {
        while posts(&bench) == 0 {
            tokio::task::yield_now().await;
        }
        bench.cancel.cancel();
    };
    let (left, ()) = tokio::join!(bench.create(&wanted), interrupt);
    says(&left, &["may still appear"]);
    assert_eq!((posts(&bench), bench.lists()), (1, 1));
}

/// Whenever it comes: `Retry-After` asks for more than the grace.
#[tokio::test]
async fn an_interrupt_is_obeyed_in_the_middle_of_a_search() {
    let mut bench = Bench::start().await;
    bench.time = Duration::from_secs(600);
    bench.ctx = bench
        .context(|settings| settings.max_retries = 4)
        .with_patience(Patience { grace: Duration::from_millis(50), ..Patience::default() });
    let slow_down = Fault::too_many_requests(Some("100"));
    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
    bench.sim.faults().push(Rule::new("GET", TRUNKS, slow_down).skip(1).always());
    let interrupt = async {
        while bench.sim.journal().count("GET", TRUNKS) < 2 {
            tokio::task::yield_now().await;
        }
        bench.cancel.cancel();
    };
    let wanted = config(|_| {});
    let create = tokio::time::timeout(Duration::from_secs(60), bench.create(&wanted));
    let (left, ()) = tokio::join!(create, interrupt);
    let left = left.expect("nobody waits for what the server asks for");
    says(&left, &["The search for it failed", "cancelled", "\"office\""]);
    assert_eq!((posts(&bench), bench.lists()), (1, 1));
}

/// One grace for all that follows the interrupt, not one for each wait: the trunk is
/// found, and the request and the look after it have none of their own.
#[tokio::test]
async fn an_interrupt_has_one_grace_for_the_search_and_the_confirmation() {
    let mut bench = Bench::start().await;
    bench.time = Duration::from_secs(600);
    // What was sent is awaited so long.
    bench.ctx = bench
        .context(|settings| settings.request_timeout = Duration::from_secs(5))
        .with_patience(Patience { grace: Duration::from_millis(50), ..Patience::default() });
    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit());
    bench.sim.faults().always("PUT", "/v1/trunks/*", Fault::delay_after_commit(Duration::from_secs(60)));
    let interrupt = async {
        while bench.puts() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bench.cancel.cancel();
    };
    let wanted = config(|_| {});
    let (left, ()) = tokio::join!(bench.create(&wanted), interrupt);
    // The look that found it; none can prove what the request did with the password.
    assert_eq!((bench.puts(), bench.sim.journal().count("GET", "/v1/trunks/*")), (1, 1));
    let summaries: Vec<&str> = left.warnings.iter().map(|warning| warning.summary.as_str()).collect();
    assert!(summaries[1].starts_with("Unconfirmed password of SIP trunk "), "{summaries:?}");
    assert_eq!(id_of(&left.ok()), bench.sim.trunks()[0].id);
}

#[tokio::test]
async fn a_create_whose_time_ran_out_meanwhile_is_still_looked_for() {
    let mut bench = Bench::start().await;
    bench.time = Duration::from_secs(30);
    bench.ctx = bench.context(|settings| settings.request_timeout = Duration::from_secs(600));
    bench.sim.fault("POST", TRUNKS, Fault::close_after_commit().after_waiting(Duration::from_secs(60)));
    // Once the request is under way, a second is over at once, until the trunk is there.
    let time_flies = async {
        while posts(&bench) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        while bench.sim.trunks().is_empty() {
            tokio::time::pause();
            tokio::time::advance(Duration::from_secs(1)).await;
            tokio::time::resume();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let wanted = config(|_| {});
    let (left, ()) = tokio::join!(bench.create(&wanted), time_flies);
    adopted(left);
    assert_eq!(posts(&bench), 1);
}
