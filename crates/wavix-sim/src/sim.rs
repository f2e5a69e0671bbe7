//! A running simulator as its owner sees it: start, inspect, edit behind the client's back, stop.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener as StdListener},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::Instant,
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
    auth::ApiKey,
    behaviour::Behaviour,
    faults::{Fault, Faults},
    journal::{Entry, Journal},
    outage::Errand,
    resources::{
        sip_trunk,
        webrtc_token::{Tokens, WebRtcToken},
    },
    server,
    shared::{Observer, Shared},
    store::{Secret, Store, Trunk},
    sync::lock,
    tls::Tls,
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
    observer: Option<Observer>,
    https: bool,
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

    /// Seeds a trunk, see [`Sim::add_trunk`].
    #[must_use]
    pub fn trunk(mut self, trunk: Value) -> Self {
        self.trunks.push(trunk);
        self
    }

    /// Speaks HTTPS, with a certificate by an authority of its own: [`Sim::ca_pem`], [`Sim::present`].
    #[must_use]
    pub fn https(mut self) -> Self {
        self.https = true;
        self
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
        let (sender, stop) = watch::channel(());
        let (errands, received) = mpsc::unbounded_channel();
        let shared = Shared {
            behaviour: Mutex::new(self.behaviour.clone()),
            initial_behaviour: self.behaviour,
            account: Mutex::new(self.account),
            keys: Mutex::new(self.keys),
            store: Mutex::new(Store::new()),
            tokens: Mutex::new(Tokens::default()),
            faults: Faults::default(),
            journal: Journal::default(),
            rate_window: Mutex::new((Instant::now(), 0)),
            observer: self.observer,
            tls: if self.https { Some(Tls::new()?) } else { None },
        };
        let sim = Sim { shared: Arc::new(shared), address, api_key, stop: sender, errands, thread: None };
        for trunk in self.trunks {
            sim.add_trunk(trunk);
        }
        Ok((sim, listener, (stop, received)))
    }
}

/// How the accept loop hears of its owner.
type Ears = (watch::Receiver<()>, UnboundedReceiver<Errand>);

/// A running simulator. Dropping it stops the server and closes every connection.
///
/// All methods are synchronous and may be called from any thread, inside or outside a runtime.
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

    /// Changes the account.
    pub fn configure_account(&self, change: impl FnOnce(&mut Account)) {
        change(&mut lock(&self.shared.account));
    }

    /// Replaces the keys, as when one is rotated or revoked.
    pub fn set_keys(&self, keys: impl IntoIterator<Item = ApiKey>) {
        *lock(&self.shared.keys) = keys.into_iter().collect();
    }

    /// All trunks, by ascending id.
    pub fn trunks(&self) -> Vec<Trunk> {
        self.shared.store().iter().cloned().collect()
    }

    /// The trunk with this id.
    pub fn trunk(&self, id: i64) -> Option<Trunk> {
        self.shared.store().get(id).cloned()
    }

    /// The trunks with this label.
    pub fn trunks_labelled(&self, label: &str) -> Vec<Trunk> {
        self.shared.store().iter().filter(|trunk| trunk.label == label).cloned().collect()
    }

    /// Puts a trunk into the account without a request and gives its id. The fields are those of the request, all
    /// optional, and `id`, `name`, `passthrough`, `access_token`, `talk_time`, `charge`, `created_at`; the status
    /// is changed afterwards ([`Sim::approve`], [`Sim::edit_trunk`]). Caller ID and ceilings are not checked.
    ///
    /// # Panics
    /// When a field is unknown or of the wrong type.
    #[expect(
        clippy::panic,
        reason = "a fixture with a spelling mistake must not pass for one without the field"
    )]
    pub fn add_trunk(&self, fields: Value) -> i64 {
        sip_trunk::seed(&self.shared, fields)
            .unwrap_or_else(|message| panic!("cannot seed a trunk: {message}"))
    }

    /// Edits a trunk as somebody else would in the portal; `false` when there is none with this id.
    pub fn edit_trunk(&self, id: i64, edit: impl FnOnce(&mut Trunk)) -> bool {
        self.shared.store().get_mut(id).map(edit).is_some()
    }

    /// Deletes a trunk as somebody else would in the portal; `false` when there is none with this id.
    pub fn delete_trunk(&self, id: i64) -> bool {
        self.shared.store().remove(id, &Behaviour::default()).is_some()
    }

    /// Approves IP authentication as an administrator would: the trunk becomes active and its `host` the address.
    /// `false` when there is no trunk with this id.
    pub fn approve(&self, id: i64) -> bool {
        self.edit_trunk(id, Trunk::approve)
    }

    /// Rejects IP authentication. `false` when there is no trunk with this id.
    pub fn reject(&self, id: i64) -> bool {
        self.edit_trunk(id, Trunk::reject)
    }

    /// The live WebRTC tokens, oldest first.
    pub fn webrtc_tokens(&self) -> Vec<WebRtcToken> {
        lock(&self.shared.tokens).all()
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
