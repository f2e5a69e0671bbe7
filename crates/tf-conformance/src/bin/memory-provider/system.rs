//! Where clients connect, and who started the process: a socket with a path on
//! Unix; on Windows a port, and nobody, so that there the process outlives its
//! parent and check 42 finds it.

use std::io;

use tf_conformance::core::Socket;

#[cfg(unix)]
pub(crate) use unix::{Listener, parent, remove};
#[cfg(windows)]
pub(crate) use windows::{Listener, parent, remove};

/// Somewhere to connect to.
pub(crate) trait Listen {
    /// `unix` or `tcp`.
    const NETWORK: &'static str;

    /// The path, or host and port.
    fn address(&self) -> io::Result<String>;

    /// Waits for a client.
    async fn accept(&self) -> io::Result<Box<dyn Socket>>;
}

#[cfg(unix)]
mod unix {
    use std::path::PathBuf;

    use tokio::net::UnixListener;

    use super::{Listen, Socket, io};

    pub(crate) struct Listener(UnixListener);

    impl Listener {
        pub(crate) async fn bind() -> io::Result<Self> {
            UnixListener::bind(path()).map(Self)
        }
    }

    impl Listen for Listener {
        const NETWORK: &'static str = "unix";

        fn address(&self) -> io::Result<String> {
            Ok(path().display().to_string())
        }

        async fn accept(&self) -> io::Result<Box<dyn Socket>> {
            Ok(Box::new(self.0.accept().await?.0))
        }
    }

    fn path() -> PathBuf {
        std::env::temp_dir().join(format!("memory{}.sock", std::process::id()))
    }

    pub(crate) fn remove() {
        // The directory goes too.
        let _ = std::fs::remove_file(path());
    }

    /// Differs from what it was when the parent has ended.
    pub(crate) fn parent() -> u32 {
        std::os::unix::process::parent_id()
    }
}

#[cfg(windows)]
mod windows {
    use tokio::net::TcpListener;

    use super::{Listen, Socket, io};

    pub(crate) struct Listener(TcpListener);

    impl Listener {
        pub(crate) async fn bind() -> io::Result<Self> {
            TcpListener::bind("127.0.0.1:0").await.map(Self)
        }
    }

    impl Listen for Listener {
        const NETWORK: &'static str = "tcp";

        fn address(&self) -> io::Result<String> {
            Ok(self.0.local_addr()?.to_string())
        }

        async fn accept(&self) -> io::Result<Box<dyn Socket>> {
            Ok(Box::new(self.0.accept().await?.0))
        }
    }

    pub(crate) fn remove() {}

    pub(crate) fn parent() -> u32 {
        0
    }
}
