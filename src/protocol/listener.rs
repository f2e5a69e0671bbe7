//! Where clients connect. A Unix socket in a directory of its own, or a TCP port of the
//! loopback interface.
//!
//! Knows nothing of TLS or gRPC.

use std::io;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use super::environment::Environment;

#[cfg(unix)]
mod leftovers;
#[cfg(unix)]
mod unix_socket;

/// Why there is nowhere to connect to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `PLUGIN_TRANSPORT` is neither `unix` nor `tcp`, or not possible here.
    #[error("PLUGIN_TRANSPORT is {0:?}; {choices} supported on this system", choices = if cfg!(unix) { "\"unix\" and \"tcp\" are" } else { "only \"tcp\" is" })]
    Transport(String),
    /// `PLUGIN_MIN_PORT` or `PLUGIN_MAX_PORT` is not a port.
    #[error("{variable} is {value:?}, which is not a port number from 0 to 65535")]
    Port {
        /// The variable's name.
        variable: &'static str,
        /// Its value.
        value: String,
    },
    /// The range of ports is empty.
    #[error("PLUGIN_MIN_PORT ({min}) is greater than PLUGIN_MAX_PORT ({max})")]
    PortRange {
        /// The lower bound.
        min: u16,
        /// The upper bound.
        max: u16,
    },
    /// Every port of the range is taken.
    #[error("no TCP port from {min} to {max} is free: {last}")]
    PortsTaken {
        /// The lower bound.
        min: u16,
        /// The upper bound.
        max: u16,
        /// What the last attempt met.
        last: io::Error,
    },
    /// The socket's path cannot be announced or bound.
    #[cfg(unix)]
    #[error("the socket path {path:?} {problem}; set PLUGIN_UNIX_SOCKET_DIR or TMPDIR to another directory")]
    SocketPath {
        /// The path, as far as it is text.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The directory, the socket, or their group.
    #[cfg(unix)]
    #[error("cannot {action} {path:?}: {source}")]
    Socket {
        /// A verb.
        action: &'static str,
        /// What it was tried on.
        path: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// `PLUGIN_UNIX_SOCKET_GROUP` names no group.
    #[cfg(unix)]
    #[error("PLUGIN_UNIX_SOCKET_GROUP is {0:?}, which is neither a group number nor listed in /etc/group")]
    Group(String),
}

/// A bound and listening endpoint. Dropping it closes it and leaves nothing
/// behind in the file system.
pub struct Listener {
    endpoint: Endpoint,
    address: String,
}

enum Endpoint {
    #[cfg(unix)]
    Unix(unix_socket::UnixSocket),
    Tcp(TcpListener),
}

impl Listener {
    /// Binds and listens as the environment asks for: a Unix socket, or TCP on
    /// Windows and where `PLUGIN_TRANSPORT` is `tcp`. Must be called inside a
    /// tokio runtime.
    ///
    /// # Errors
    /// When a variable does not make sense or the operating system refuses.
    pub fn bind(environment: &Environment) -> Result<Self, Error> {
        match environment.transport.as_deref() {
            Some("tcp") => Self::bind_tcp(environment),
            #[cfg(unix)]
            None | Some("unix") => {
                let (socket, address) = unix_socket::UnixSocket::bind(environment)?;
                Ok(Self { endpoint: Endpoint::Unix(socket), address })
            }
            #[cfg(not(unix))]
            None => Self::bind_tcp(environment),
            Some(other) => Err(Error::Transport(other.to_owned())),
        }
    }

    /// `unix` or `tcp`, as the handshake line and reattach text call it.
    #[must_use]
    pub fn network(&self) -> &'static str {
        match self.endpoint {
            #[cfg(unix)]
            Endpoint::Unix(_) => "unix",
            Endpoint::Tcp(_) => "tcp",
        }
    }

    /// The socket's path, or host and port. One line, without `|`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Removes, in the background, what processes that were killed have left where
    /// this one listens. Must be called inside a tokio runtime.
    pub fn sweep(&self) {
        #[cfg(unix)]
        if let Endpoint::Unix(socket) = &self.endpoint
            && let Some(parent) = socket.parent()
        {
            drop(tokio::task::spawn_blocking(move || leftovers::remove(&parent)));
        }
    }

    /// Waits for the next connection.
    ///
    /// # Errors
    /// Whatever the operating system reports, such as too many open files. The
    /// listener can still be used.
    pub async fn accept(&self) -> io::Result<Stream> {
        match &self.endpoint {
            #[cfg(unix)]
            Endpoint::Unix(socket) => Ok(Stream::Unix(socket.accept().await?)),
            Endpoint::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Requests are small and wait for their answers.
                stream.set_nodelay(true)?;
                Ok(Stream::Tcp(stream))
            }
        }
    }

    fn bind_tcp(environment: &Environment) -> Result<Self, Error> {
        let ports = ports(environment)?;
        let (min, max) = (*ports.start(), *ports.end());
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for port in ports {
            let bound = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).and_then(|listener| {
                listener.set_nonblocking(true)?;
                let address = listener.local_addr()?.to_string();
                Ok((TcpListener::from_std(listener)?, address))
            });
            match bound {
                Ok((listener, address)) => return Ok(Self { endpoint: Endpoint::Tcp(listener), address }),
                Err(error) => last = error,
            }
        }
        Err(Error::PortsTaken { min, max, last })
    }
}

/// The ports to try, in order. Neither variable set means any port, which is
/// what port 0 asks the operating system for. One of them alone bounds only
/// its own end.
fn ports(environment: &Environment) -> Result<RangeInclusive<u16>, Error> {
    let port = |variable: &'static str, value: &Option<String>| match value.as_deref() {
        None => Ok(None),
        Some(text) => match text.trim().parse::<u16>() {
            Ok(port) => Ok(Some(port)),
            Err(_) => Err(Error::Port { variable, value: text.to_owned() }),
        },
    };
    let min = port("PLUGIN_MIN_PORT", &environment.min_port)?;
    let max = port("PLUGIN_MAX_PORT", &environment.max_port)?;
    let (min, max) = match (min, max) {
        (None, None) => (0, 0),
        (Some(min), None) => (min, u16::MAX),
        (None, Some(max)) => (max.min(1024), max),
        (Some(min), Some(max)) => (min, max),
    };
    if min > max { Err(Error::PortRange { min, max }) } else { Ok(min..=max) }
}

/// One accepted connection, before TLS.
pub enum Stream {
    /// Over the Unix socket.
    #[cfg(unix)]
    Unix(tokio::net::UnixStream),
    /// Over the loopback interface.
    Tcp(TcpStream),
}

/// Calls a method on whichever stream it is.
macro_rules! delegate {
    ($this:expr, $stream:ident => $call:expr) => {
        match $this.get_mut() {
            #[cfg(unix)]
            Stream::Unix(inner) => {
                let $stream = Pin::new(inner);
                $call
            }
            Stream::Tcp(inner) => {
                let $stream = Pin::new(inner);
                $call
            }
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        delegate!(self, stream => stream.poll_read(cx, buffer))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        delegate!(self, stream => stream.poll_write(cx, data))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        delegate!(self, stream => stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        delegate!(self, stream => stream.poll_shutdown(cx))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        delegate!(self, stream => stream.poll_write_vectored(cx, data))
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            #[cfg(unix)]
            Self::Unix(stream) => stream.is_write_vectored(),
            Self::Tcp(stream) => stream.is_write_vectored(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(min: &str, max: &str) -> Result<RangeInclusive<u16>, String> {
        let environment = Environment::from_pairs([("PLUGIN_MIN_PORT", min), ("PLUGIN_MAX_PORT", max)]);
        ports(&environment).map_err(|error| error.to_string())
    }

    #[test]
    fn ports_are_taken_from_the_environment() {
        assert_eq!(range("", ""), Ok(0..=0));
        assert_eq!(range("10000", "25000"), Ok(10000..=25000));
        assert_eq!(range("10000", ""), Ok(10000..=65535));
        assert_eq!(range("", "2000"), Ok(1024..=2000));
    }

    #[test]
    fn ports_that_make_no_sense_are_refused_by_name() {
        assert_eq!(range("2", "1"), Err("PLUGIN_MIN_PORT (2) is greater than PLUGIN_MAX_PORT (1)".into()));
        assert!(range("many", "1").unwrap_err().starts_with("PLUGIN_MIN_PORT is \"many\""));
        assert!(range("1", "65536").unwrap_err().starts_with("PLUGIN_MAX_PORT is \"65536\""));
    }

    #[tokio::test]
    async fn a_taken_port_is_passed_over() {
        let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let tcp = |max: u16| {
            let (min, max) = (port.to_string(), max.to_string());
            Environment::from_pairs([
                ("PLUGIN_TRANSPORT", "tcp"),
                ("PLUGIN_MIN_PORT", &min),
                ("PLUGIN_MAX_PORT", &max),
            ])
        };
        assert!(matches!(Listener::bind(&tcp(port)), Err(Error::PortsTaken { .. })));
        let listener = Listener::bind(&tcp(port.saturating_add(200))).unwrap();
        assert_eq!(listener.network(), "tcp");
        assert!(listener.address().starts_with("127.0.0.1:"), "{}", listener.address());
    }

    #[tokio::test]
    async fn a_transport_nobody_knows_is_refused() {
        let environment = Environment::from_pairs([("PLUGIN_TRANSPORT", "carrier-pigeon")]);
        assert!(matches!(Listener::bind(&environment), Err(Error::Transport(_))));
    }
}
