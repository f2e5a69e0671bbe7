//! A carrier on loopback, in Wavix' place: four gateways that register, take
//! calls and place them, and a phone behind the PBX. It demands digest
//! authentication under the name of the gateway that is addressed, as Wavix
//! documents. It is not Wavix: what only Wavix knows stays unknown.

pub mod caller;
pub mod digest;
mod dns;
mod gateway;
pub mod message;
pub mod sdp;
mod wire;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tokio::net::UdpSocket;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::UnboundedSender;

use message::Message;
use wavix_sim::Sim;
use wire::Wire;

/// The vendor's names, and where they are here.
pub const GATEWAYS: [(&str, Ipv4Addr); 4] = [
    ("nl.wavix.net", Ipv4Addr::new(127, 0, 0, 2)),
    ("us.wavix.net", Ipv4Addr::new(127, 0, 0, 3)),
    ("sg.wavix.net", Ipv4Addr::new(127, 0, 0, 4)),
    ("au.wavix.net", Ipv4Addr::new(127, 0, 0, 5)),
];

/// The phones behind the PBX: each answers whatever rings it.
pub const RECEPTION: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 30);
pub const SALES: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 31);

/// Neither gateway nor phone: who calls from here is nobody's carrier.
pub const STRANGER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 66);

/// How long anything may take before a test gives up. Nothing waits this long
/// when it works.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A request without credentials, which was asked for them.
    Challenged,
    /// Why a request with credentials was refused.
    Refused(String),
    /// Whose contact is known from now on.
    Registered(String),
    /// A call, of this account; nobody's if no credentials were demanded.
    Called(String),
    /// A phone rang.
    Rang(Ipv4Addr),
    /// Another request.
    Other,
    /// One that was met with silence.
    Ignored,
}

/// One request to the carrier, and what it did about it.
#[derive(Debug, Clone)]
pub struct Event {
    pub kind: Kind,
    /// The gateway's name; the address of a phone.
    pub at: String,
    /// `UDP`, `TCP` or `TLS`.
    pub transport: &'static str,
    pub message: Message,
}

/// How the carrier behaves; by default as it should.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// These gateways take requests and say nothing.
    pub silent: BTreeSet<&'static str>,
    /// These answer calls with 503.
    pub unavailable: BTreeSet<&'static str>,
    /// Calls without SRTP are refused with 488.
    pub demands_srtp: bool,
    /// Only TLS is served.
    pub demands_tls: bool,
    /// Calls need no credentials: the caller is known by its address.
    pub knows_address: bool,
}

/// Where an account can be called.
#[derive(Clone)]
struct Binding {
    contact: String,
    wire: Wire,
}

#[derive(Default)]
struct State {
    accounts: BTreeMap<String, String>,
    /// Where the accounts are kept that are not made here.
    kept_by: Option<Arc<Sim>>,
    rules: Rules,
    bindings: HashMap<String, Binding>,
    log: Vec<Event>,
    nonces: HashSet<String>,
    /// Calls that the carrier places, by their Call-ID.
    placed: HashMap<String, UnboundedSender<Message>>,
}

pub struct Shared {
    state: Mutex<State>,
    sockets: HashMap<Ipv4Addr, Arc<UdpSocket>>,
}

impl State {
    /// Login and password of each account.
    fn accounts(&self) -> BTreeMap<String, String> {
        let trunks = self.kept_by.iter().flat_map(|sim| sim.trunks());
        let mut all: BTreeMap<_, _> =
            trunks.map(|trunk| (trunk.name.clone(), trunk.password().to_owned())).collect();
        all.extend(self.accounts.clone());
        all
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

/// The running carrier. It ends with its value.
pub struct Carrier {
    shared: Arc<Shared>,
    runtime: Runtime,
    authority: String,
}

impl Carrier {
    /// Takes the gateways' and phones' addresses, and the resolver's.
    pub fn start() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (acceptor, authority) = wire::certificate();
        let shared = runtime.block_on(async {
            let mut sockets = HashMap::new();
            for address in
                GATEWAYS.map(|(_, address)| address).into_iter().chain([RECEPTION, SALES, STRANGER])
            {
                sockets.insert(address, Arc::new(UdpSocket::bind((address, 5060)).await.unwrap()));
            }
            Arc::new(Shared { state: Mutex::default(), sockets })
        });
        runtime.block_on(wire::listen(&shared, &acceptor));
        runtime.spawn(dns::serve());
        Self { shared, runtime, authority }
    }

    /// The certificate of the authority that vouches for the gateways.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Makes an account, or gives it another password.
    pub fn account(&self, login: &str, password: &str) {
        self.shared.state().accounts.insert(login.to_owned(), password.to_owned());
    }

    /// Takes every trunk of the simulated API for an account, from the moment that it is one.
    pub fn serves(&self, sim: &Arc<Sim>) {
        self.shared.state().kept_by = Some(Arc::clone(sim));
    }

    /// Changes how the carrier behaves.
    pub fn behave(&self, change: impl FnOnce(&mut Rules)) {
        change(&mut self.shared.state().rules);
    }

    /// How many events there have been: what comes later is new.
    pub fn mark(&self) -> usize {
        self.shared.state().log.len()
    }

    /// The events since `mark`.
    pub fn since(&self, mark: usize) -> Vec<Event> {
        self.shared.state().log[mark..].to_vec()
    }

    /// Waits for an event since `mark` that `is_it`.
    #[track_caller]
    pub fn wait(&self, mark: usize, what: &str, is_it: impl Fn(&Event) -> bool) -> Event {
        let start = Instant::now();
        loop {
            if let Some(event) = self.since(mark).into_iter().find(&is_it) {
                return event;
            }
            assert!(start.elapsed() < PATIENCE, "never: {what}\n{}", self.story(mark));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until `login` registers, after `mark`.
    #[track_caller]
    pub fn registered(&self, mark: usize, login: &str) -> Event {
        self.wait(mark, &format!("{login} registers"), |event| {
            event.kind == Kind::Registered(login.to_owned())
        })
    }

    /// Waits for a call out of the account, after `mark`.
    #[track_caller]
    pub fn called(&self, mark: usize, login: &str) -> Event {
        self.wait(mark, &format!("{login} calls"), |event| event.kind == Kind::Called(login.to_owned()))
    }

    /// Places a call, and gives how it ended.
    pub fn call(&self, call: caller::Call<'_>) -> caller::Outcome {
        self.runtime.block_on(caller::place(&self.shared, call))
    }

    /// What happened since `mark`, for a person.
    pub fn story(&self, mark: usize) -> String {
        let line = |event: &Event| {
            let from = event.message.must("From");
            format!(
                "{} {} {}: {} from {from} {:?}",
                event.at,
                event.transport,
                event.message.method(),
                event.message.uri(),
                event.kind
            )
        };
        self.since(mark).iter().map(line).collect::<Vec<_>>().join("\n")
    }
}
