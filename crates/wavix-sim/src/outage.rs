//! Failures below the request: a host that is down, one that does not answer, connections that end all at once. They are
//! not drawn from the queue of rules, since there is no request yet that a rule could match.

use std::{
    io,
    net::SocketAddr,
    sync::mpsc::{self, Sender},
};

use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::{sim::Sim, tls::Certificate};

/// How a simulator is out of reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// Nothing listens: every attempt to connect is refused at once.
    Refusing,
    /// Attempts to connect get no answer, so that they end by the client's time-out. On Linux only: elsewhere the system
    /// accepts them, and they stay without an answer.
    Silent,
}

/// What the owner asks of the accept loop.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Order {
    Down(Outage),
    Up,
    Disconnect,
}

/// An order, and who waits for it to be carried out.
#[derive(Debug)]
pub(crate) struct Errand {
    pub(crate) order: Order,
    pub(crate) done: Sender<io::Result<()>>,
}

/// What stands at the simulator's address.
pub(crate) enum Door {
    Open(TcpListener),
    Shut,
    /// A listener that accepts nothing, and the connection that fills its queue.
    Mute(#[expect(dead_code, reason = "held open")] (TcpListener, TcpStream)),
}

impl Door {
    /// The next connection; for ever pending while nobody is let in.
    pub(crate) async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        match self {
            Self::Open(listener) => listener.accept().await,
            Self::Shut | Self::Mute(_) => std::future::pending().await,
        }
    }

    pub(crate) async fn obey(&mut self, order: Order, address: SocketAddr) -> io::Result<()> {
        let next = match order {
            Order::Disconnect => return Ok(()),
            Order::Down(_) | Order::Up => {
                // The address must be free before somebody else can listen there.
                *self = Self::Shut;
                order
            }
        };
        *self = match next {
            Order::Down(Outage::Silent) => {
                // The kernel drops attempts to connect when the queue is full, and a queue of none takes one.
                let listener = listen(address, 0)?;
                let first = TcpStream::connect(address).await?;
                Self::Mute((listener, first))
            }
            Order::Up => Self::Open(listen(address, 1024)?),
            Order::Down(Outage::Refusing) | Order::Disconnect => Self::Shut,
        };
        Ok(())
    }
}

fn listen(address: SocketAddr, backlog: u32) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Ended connections still occupy the address for a while.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(backlog)
}

/// Outages. They take effect before the method returns, and are for simulators on a thread of their own
/// ([`Sim::spawn`]).
impl Sim {
    /// Ends every connection and is out of reach until [`Sim::come_up`]. What was being carried out still is.
    ///
    /// # Panics
    /// When the simulator runs on its owner's runtime, or the address cannot be had again.
    pub fn go_down(&self, outage: Outage) {
        self.order(Order::Down(outage));
    }

    /// Is in reach again, on the same address.
    ///
    /// # Panics
    /// As [`Sim::go_down`].
    pub fn come_up(&self) {
        self.order(Order::Up);
    }

    /// Ends every connection, idle or not, without a word. What was being carried out still is.
    ///
    /// # Panics
    /// When the simulator runs on its owner's runtime.
    pub fn disconnect(&self) {
        self.order(Order::Disconnect);
    }

    /// Shows another certificate to new connections, and ends those there are, so that the next request meets it.
    ///
    /// # Panics
    /// When the simulator does not speak HTTPS ([`crate::Builder::https`]), or runs on its owner's runtime.
    #[expect(clippy::expect_used, reason = "a test whose fault does not happen must not pass")]
    pub fn present(&self, certificate: Certificate) {
        let tls = self.shared.tls.as_ref().expect("Builder::https was called");
        tls.present(certificate).expect("a certificate can be made");
        self.disconnect();
    }

    /// The certificate authority a client has to trust, as PEM.
    ///
    /// # Panics
    /// When the simulator does not speak HTTPS ([`crate::Builder::https`]).
    #[expect(clippy::expect_used, reason = "a test of HTTPS has nothing to go on with")]
    pub fn ca_pem(&self) -> String {
        self.shared.tls.as_ref().expect("Builder::https was called").authority_pem()
    }

    #[expect(clippy::expect_used, reason = "a test whose fault does not happen must not pass")]
    fn order(&self, order: Order) {
        assert!(
            self.runs_on_its_own_thread(),
            "outages need Sim::spawn: waiting would block the server's thread"
        );
        let (done, outcome) = mpsc::channel();
        self.errands.send(Errand { order, done }).expect("the server runs");
        outcome.recv().expect("the server runs").expect("the address can be had again");
    }
}
