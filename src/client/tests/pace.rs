//! How fast a process goes, in virtual time: the configured rate, and what a 429 teaches.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::future::join_all;
use serde_json::Value;
use tokio::time::{Instant, sleep};
use wavix_sim::Sim;

use super::{hostile::create_body, retrying::status, settings};
use crate::client::{
    CallOptions, Client, Deadline, Delivery, Idempotency, Method,
    failure::Failure,
    pacing::Pacer,
    retry::{Exchange, RetryPolicy, drive},
    wait::{Stop, Waits},
};

const SECOND: Duration = Duration::from_secs(1);

fn within(time: Duration) -> CallOptions {
    CallOptions { deadline: Deadline::after(time), ..CallOptions::default() }
}

/// A server that takes so many requests in each second that begins with one, and refuses the others.
struct Limited {
    allowed: usize,
    /// What a refused client is told to wait.
    retry_after: Option<Duration>,
    began: Instant,
    window: Mutex<(Instant, usize)>,
    /// Every request: when it came, and whether it was taken.
    journal: Mutex<Vec<(Duration, bool)>>,
}

impl Limited {
    fn new(allowed: usize, retry_after: Option<Duration>) -> Self {
        let began = Instant::now();
        let (window, journal) = (Mutex::new((began, 0)), Mutex::default());
        Self { allowed, retry_after, began, window, journal }
    }

    fn refused(&self) -> usize {
        self.journal.lock().unwrap().iter().filter(|(_, taken)| !taken).count()
    }

    /// The most requests within a second, among those that came after this time.
    fn most_in_a_second(&self, after: Duration) -> usize {
        let journal = self.journal.lock().unwrap();
        let times: Vec<_> = journal.iter().map(|(at, _)| *at).filter(|at| *at >= after).collect();
        let within =
            |first: &Duration| times.iter().filter(|at| (*first..*first + SECOND).contains(*at)).count();
        times.iter().map(within).max().unwrap_or(0)
    }
}

impl Exchange for Limited {
    type Answer = ();

    async fn attempt(&self, _: u32, _: Option<Instant>) -> Result<(), Failure> {
        // There and back.
        sleep(Duration::from_millis(20)).await;
        let taken = {
            let mut window = self.window.lock().unwrap();
            if window.0 + SECOND <= Instant::now() {
                *window = (Instant::now(), 0);
            }
            window.1 += 1;
            window.1 <= self.allowed
        };
        self.journal.lock().unwrap().push((self.began.elapsed(), taken));
        sleep(Duration::from_millis(20)).await;
        if taken { Ok(()) } else { Err(status(429, self.retry_after)) }
    }
}

/// So many creates at once, as `terraform apply` would send them with a large `-parallelism`.
async fn create_all(server: &Limited, pacer: &Pacer, creates: usize) -> Vec<Result<u32, Failure>> {
    let policy = RetryPolicy::new(4);
    let options = within(20 * 60 * SECOND);
    join_all((0..creates).map(|_| async {
        let mut waits = Waits::new(&options, Method::Post, "/v1/trunks");
        let outcome = drive(server, Idempotency::Once, &policy, pacer, &options, &mut waits).await;
        outcome.map(|((), attempts)| attempts).map_err(|end| end.failure)
    }))
    .await
}

#[tokio::test(start_paused = true)]
async fn three_hundred_creates_get_through_a_limit_of_five_per_second_without_a_storm() {
    for (seed, retry_after) in
        [(1, Some(SECOND)), (2, Some(SECOND)), (3, None), (4, None), (5, Some(2 * SECOND))]
    {
        // The jitter of this thread is a known one.
        fastrand::seed(seed);
        let server = Limited::new(5, retry_after);
        let outcomes = create_all(&server, &Pacer::new(10, None), 300).await;
        let failed = outcomes.iter().filter(|outcome| outcome.is_err()).count();
        assert_eq!(failed, 0, "seed {seed}: {outcomes:?}");
        let (refused, took) = (server.refused(), server.began.elapsed());
        assert_eq!(server.journal.lock().unwrap().len(), 300 + refused);
        assert!(refused <= 60, "seed {seed}: {refused} of 300 were refused");
        // Ten at once may start, not knowing better; after that nobody runs into the limit with more than one request too many.
        let most = server.most_in_a_second(5 * SECOND);
        assert!(most <= 7, "seed {seed}: {most} requests in one second");
        // At the limit they take 60 s.
        assert!(took <= 150 * SECOND, "seed {seed}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hundred_at_once_learn_a_small_limit_within_the_retries_there_are() {
    fastrand::seed(6);
    let server = Limited::new(5, Some(SECOND));
    let outcomes = create_all(&server, &Pacer::new(100, None), 300).await;
    let failed = outcomes.iter().filter(|outcome| outcome.is_err()).count();
    assert_eq!(failed, 0, "{outcomes:?}");
}

#[tokio::test(start_paused = true)]
async fn the_pace_recovers_when_the_limit_is_gone() {
    fastrand::seed(7);
    let pacer = Pacer::new(10, None);
    let mut server = Limited::new(5, Some(SECOND));
    create_all(&server, &pacer, 20).await;
    server.allowed = usize::MAX;
    // Forgotten a minute after the last 429, and faster before.
    sleep(30 * SECOND).await;
    let began = Instant::now();
    create_all(&server, &pacer, 50).await;
    assert!(began.elapsed() < 10 * SECOND, "{:?}", began.elapsed());
    sleep(60 * SECOND).await;
    let began = Instant::now();
    create_all(&server, &pacer, 50).await;
    // Ten at once, 40 ms each.
    assert!(began.elapsed() <= Duration::from_millis(300), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn those_held_by_a_429_do_not_go_all_at_once_afterwards() {
    let pacer = Arc::new(Pacer::new(10, None));
    for _ in 0..10 {
        let options = CallOptions::default();
        drop(pacer.enter(&mut Waits::new(&options, Method::Get, "/")).await.unwrap());
    }
    pacer.slow_down(Instant::now(), 8 * SECOND);
    let began = Instant::now();
    let turns = join_all((0..5).map(|_| async {
        let options = CallOptions::default();
        let permit = pacer.enter(&mut Waits::new(&options, Method::Get, "/")).await.unwrap();
        drop(permit);
        began.elapsed()
    }))
    .await;
    assert!(turns[0] >= 8 * SECOND, "{turns:?}");
    // Ten in a second were too many, so five are tried, and then a few more.
    for pair in turns.windows(2) {
        let between = pair[1] - pair[0];
        assert!((150..=201).contains(&between.as_millis()), "{turns:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_limit_met_by_many_requests_is_one_reason_to_be_slower() {
    let pacer = Pacer::new(10, None);
    let options = CallOptions::default();
    let mut sent = VecDeque::new();
    for _ in 0..10 {
        sent.push_back(Instant::now());
        drop(pacer.enter(&mut Waits::new(&options, Method::Get, "/")).await.unwrap());
    }
    sleep(Duration::from_millis(40)).await;
    for sent in sent {
        pacer.slow_down(sent, SECOND);
    }
    let mut turns = Vec::new();
    for _ in 0..2 {
        drop(pacer.enter(&mut Waits::new(&options, Method::Get, "/")).await.unwrap());
        turns.push(Instant::now());
    }
    // Half of ten per second, not half of half.
    assert!((150..=201).contains(&(turns[1] - turns[0]).as_millis()), "{turns:?}");
}

/// Nothing was sent in the second before it, which says nothing about the pace that met the limit.
#[tokio::test(start_paused = true)]
async fn a_429_that_took_long_slows_down_by_what_was_sent_and_not_to_a_crawl() {
    let pacer = Pacer::new(10, None);
    let options = CallOptions::default();
    let enter = async || drop(pacer.enter(&mut Waits::new(&options, Method::Get, "/")).await.unwrap());
    let sent = Instant::now();
    for _ in 0..10 {
        enter().await;
    }
    sleep(3 * SECOND).await;
    pacer.slow_down(sent, SECOND);
    enter().await;
    let first = Instant::now();
    enter().await;
    assert!((150..=201).contains(&first.elapsed().as_millis()), "{:?}", first.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_wait_in_line_ends_with_the_deadline_or_the_cancellation() {
    let pacer = Pacer::new(4, Some(0.1));
    let patient = CallOptions::default();
    drop(pacer.enter(&mut Waits::new(&patient, Method::Get, "/")).await.unwrap());
    let hurried = within(5 * SECOND);
    let leaving = CallOptions::default();
    let token = leaving.cancel.clone();
    let enter =
        async |options: &CallOptions| pacer.enter(&mut Waits::new(options, Method::Get, "/")).await.map(drop);
    let began = Instant::now();
    let (first, second, third, ()) = tokio::join!(enter(&patient), enter(&hurried), enter(&leaving), async {
        sleep(3 * SECOND).await;
        token.cancel();
    });
    assert_eq!((first, second), (Ok(()), Err(Stop::Deadline { wait: Duration::ZERO })));
    assert_eq!(third, Err(Stop::Cancelled));
    assert_eq!(began.elapsed().as_secs(), 10, "only the first waited for its turn");
}

/// The real client against the simulator's own limit, in real time.
#[tokio::test]
async fn a_client_finds_the_pace_of_a_limited_account() {
    let sim = Sim::builder().behaviour(|behaviour| behaviour.requests_per_second = Some(5)).spawn();
    let mut settings = settings(&sim.base_url());
    settings.api_key = sim.api_key().into();
    let client = Client::new(settings.validate().unwrap());
    let creates = (0..20).map(|number| {
        let body = create_body(&format!("Trunk {number}"));
        client.post("/v1/trunks").json(&body).send::<Value>()
    });
    for outcome in join_all(creates).await {
        outcome.unwrap();
    }
    assert_eq!(sim.trunks().len(), 20);
    let refused =
        sim.journal().matching("POST", "/v1/trunks").iter().filter(|entry| !entry.committed).count();
    assert!(refused <= 20, "{}", sim.journal());
}

#[tokio::test(start_paused = true)]
async fn what_a_429_asks_for_beyond_the_deadline_is_told_in_full() {
    let server = Limited::new(0, Some(5 * 60 * 60 * SECOND));
    let options = within(20 * 60 * SECOND);
    let mut waits = Waits::new(&options, Method::Post, "/v1/trunks");
    let policy = RetryPolicy::new(4);
    let end = drive(&server, Idempotency::Once, &policy, &Pacer::new(1, None), &options, &mut waits)
        .await
        .unwrap_err();
    assert_eq!((end.attempts, end.delivery), (1, Delivery::Refused));
    let told = format!("{:?}", end.ending);
    assert!(told.contains("Deadline") && told.contains("18000"), "{told}");
}
