//! A running simulator as its owner sees it: start, inspect, edit behind the client's back, stop.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener as StdListener},
    ops::Deref,
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
};

use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{
        mpsc::{self, UnboundedReceiver, UnboundedSender},
        watch,
    },
};

use crate::{
    account::Account,
    accounts::Portal,
    behaviour::Behaviour,
    faults::{Fault, Faults},
    journal::{Entry, Journal},
    outage::Errand,
    rate::Rates,
    resources::api_key::ApiKey,
    secret::Secret,
    server,
    shared::{Observer, Shared},
    sync::lock,
    tls::Tls,
    wire::HTTP2,
};

/// The key of a simulator that was not given one. It has the length and the alphabet of a real one.
pub const DEFAULT_API_KEY: &str = "Sim7uLatedWav1xKeyThatOpensNothingAnywhereE1se0000";

/// What to simulate.
#[derive(Default)]
pub struct Builder {
    address: Option<SocketAddr>,
    keys: Vec<ApiKey>,
    behaviour: Behaviour,
    account: Account,
    trunks: Vec<Value>,
    phone_numbers: usize,
    observer: Option<Observer>,
    https: bool,
    http2: bool,
}

impl Builder {
    /// Where to listen. Default: an ephemeral port of 127.0.0.1.
    #[must_use]
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// Adds an unrestricted key. The first key is [`Sim::api_key`]. Default: [`DEFAULT_API_KEY`].
    #[must_use]
    pub fn api_key(self, value: impl Into<String>) -> Self {
        self.key(ApiKey::new(value))
    }

    /// Adds a key.
    #[must_use]
    pub fn key(mut self, key: ApiKey) -> Self {
        self.keys.push(key);
        self
    }

    /// Changes knobs.
    #[must_use]
    pub fn behaviour(mut self, change: impl FnOnce(&mut Behaviour)) -> Self {
        change(&mut self.behaviour);
        self
    }

    /// Changes the account: its id, ceilings, caller IDs.
    #[must_use]
    pub fn account(mut self, change: impl FnOnce(&mut Account)) -> Self {
        change(&mut self.account);
        self
    }

    /// Adds a caller ID (digits) the account may present.
    #[must_use]
    pub fn caller_id(mut self, number: impl Into<String>) -> Self {
        self.account.verified_numbers.push(number.into());
        self
    }

    /// Seeds a trunk, see [`Portal::add_trunk`].
    #[must_use]
    pub fn trunk(mut self, trunk: Value) -> Self {
        self.trunks.push(trunk);
        self
    }

    /// Seeds so many phone numbers, see [`Portal::add_phone_numbers`].
    #[must_use]
    pub fn phone_numbers(mut self, count: usize) -> Self {
        self.phone_numbers = count;
        self
    }

    /// Speaks HTTPS, with a certificate by an authority of its own: [`Sim::ca_pem`], [`Sim::present`].
    #[must_use]
    pub fn https(mut self) -> Self {
        self.https = true;
        self
    }

    /// Speaks HTTP/2 over HTTPS with clients that can. Answers that HTTP/2 cannot send as badly as a fault wants end the
    /// connection instead.
    #[must_use]
    pub fn http2(mut self) -> Self {
        self.http2 = true;
        self.https()
    }

    /// Is called with each finished request, on the server's thread.
    #[must_use]
    pub fn on_request(mut self, observer: impl Fn(&Entry) + Send + Sync + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Starts on the current tokio runtime.
    ///
    /// # Panics
    /// When it cannot listen; see [`Builder::try_start`].
    #[expect(clippy::expect_used, reason = "a test without its server has nothing to go on with")]
    #[expect(clippy::unused_async, reason = "reads as starting a server does, and needs a runtime")]
    pub async fn start(self) -> Sim {
        self.try_start().expect("the simulator can listen on its address")
    }

    /// Starts on the current tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn try_start(self) -> io::Result<Sim> {
        let (sim, listener, (stop, errands)) = self.listen()?;
        let listener = TcpListener::from_std(listener)?;
        tokio::spawn(server::serve(listener, Arc::clone(&sim.shared), stop, errands));
        Ok(sim)
    }

    /// Starts on a runtime and a thread of its own, for synchronous callers.
    ///
    /// # Panics
    /// When it cannot listen; see [`Builder::try_spawn`].
    #[expect(clippy::expect_used, reason = "a test without its server has nothing to go on with")]
    pub fn spawn(self) -> Sim {
        self.try_spawn().expect("the simulator can listen on its address")
    }

    /// Starts on a runtime and a thread of its own, for synchronous callers.
    ///
    /// # Errors
    /// When the address cannot be listened on, or the system refuses another thread.
    pub fn try_spawn(self) -> io::Result<Sim> {
        let (mut sim, listener, (stop, errands)) = self.listen()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let shared = Arc::clone(&sim.shared);
        let listener = {
            let _context = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let thread = thread::Builder::new()
            .name("wavix-sim".to_owned())
            .spawn(move || runtime.block_on(server::serve(listener, shared, stop, errands)))?;
        sim.thread = Some(thread);
        Ok(sim)
    }

    fn listen(mut self) -> io::Result<(Sim, StdListener, Ears)> {
        let address = self.address.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let listener = StdListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        if self.keys.is_empty() {
            self.keys.push(ApiKey::new(DEFAULT_API_KEY));
        }
        let api_key = Secret::new(self.keys.first().map_or("", ApiKey::value));
        let protocols = if self.http2 { vec![HTTP2.to_vec(), b"http/1.1".to_vec()] } else { Vec::new() };
        let (sender, stop) = watch::channel(());
        let (errands, received) = mpsc::unbounded_channel();
        let shared = Shared {
            behaviour: Mutex::new(self.behaviour.clone()),
            initial_behaviour: self.behaviour,
            main: Portal::new(self.account, self.keys, 0),
            others: Mutex::default(),
            faults: Faults::default(),
            journal: Journal::default(),
            rates: Rates::default(),
            observer: self.observer,
            tls: if self.https { Some(Tls::new(protocols)?) } else { None },
        };
        let sim = Sim { shared: Arc::new(shared), address, api_key, stop: sender, errands, thread: None };
        for trunk in self.trunks {
            sim.add_trunk(trunk);
        }
        sim.add_phone_numbers(self.phone_numbers);
        Ok((sim, listener, (stop, received)))
    }
}

/// How the accept loop hears of its owner.
type Ears = (watch::Receiver<()>, UnboundedReceiver<Errand>);

/// A running simulator. Dropping it stops the server and closes every connection.
///
/// All methods are synchronous and may be called from any thread, inside or outside a runtime. Those of [`Portal`] are
/// about its own account.
#[derive(Debug)]
pub struct Sim {
    pub(crate) shared: Arc<Shared>,
    address: SocketAddr,
    api_key: Secret,
    stop: watch::Sender<()>,
    pub(crate) errands: UnboundedSender<Errand>,
    /// The server's thread, unless it runs on its owner's runtime.
    thread: Option<JoinHandle<()>>,
}

impl Sim {
    /// A simulator with other than the default settings.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Starts with default settings on the current tokio runtime. A caller that blocks that runtime's only thread, for
    /// example by waiting for a child process, starves the server: such a caller wants [`Sim::spawn`].
    ///
    /// # Panics
    /// When it cannot listen.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Starts with default settings on a runtime and a thread of its own, for synchronous callers.
    ///
    /// # Panics
    /// When it cannot listen.
    pub fn spawn() -> Self {
        Self::builder().spawn()
    }

    /// The base URL, without a trailing slash: `http://127.0.0.1:PORT`, or `https://…` ([`Builder::https`]).
    pub fn base_url(&self) -> String {
        let scheme = if self.shared.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    pub(crate) fn runs_on_its_own_thread(&self) -> bool {
        self.thread.is_some()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The first key.
    pub fn api_key(&self) -> &str {
        self.api_key.reveal()
    }

    /// The journal of requests.
    pub fn journal(&self) -> &Journal {
        &self.shared.journal
    }

    /// The queue of faults.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// Strikes the next matching request: short for [`Faults::once`].
    pub fn fault(&self, method: &str, path: &str, fault: Fault) {
        self.shared.faults.once(method, path, fault);
    }

    /// Changes knobs; requests that arrive from now on see it.
    pub fn configure(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut lock(&self.shared.behaviour));
    }

    /// Adds another account with a first key, as a reseller does for a customer. The key of a request says which
    /// account is meant; each has its own trunks, keys, webhooks, tokens and balance.
    pub fn add_account(&self, account: Account, key: ApiKey) -> Portal {
        let mut others = lock(&self.shared.others);
        let nth = i64::try_from(others.len()).unwrap_or(i64::MAX).saturating_add(1);
        let portal = Portal::new(account, [key], nth);
        others.push(portal.clone());
        portal
    }
}

/// What the portal of the simulator's own account offers.
impl Deref for Sim {
    type Target = Portal;

    fn deref(&self) -> &Portal {
        &self.shared.main
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        // The server may have ended already, with its runtime.
        let _ = self.stop.send(());
        if let Some(thread) = self.thread.take() {
            // A panic of the server's thread has been printed; panicking again here would hide the test's own.
            let _ = thread.join();
        }
    }
}
