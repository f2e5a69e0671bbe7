//! A client for the built plugin, which starts it as Terraform does: the same
//! environment, a client certificate like go-plugin's, and no trust in
//! anything but the certificate that was announced.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hyper_util::rt::TokioIo;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P521_SHA512,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use terraform_provider_wavix::facade::protocol::handshake::MAGIC_COOKIE;
use terraform_provider_wavix::facade::protocol::proto::go_plugin::Empty;
use terraform_provider_wavix::facade::protocol::proto::go_plugin::grpc_controller_client::GrpcControllerClient;
use terraform_provider_wavix::facade::protocol::proto::tfplugin6::provider_client::ProviderClient;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::{ALL_VERSIONS, ClientConfig, RootCertStore, SupportedProtocolVersion};
use tonic::transport::{Channel, Endpoint};

use super::lines::Lines;

/// How long anything may take before a test gives up. Long, because a machine
/// that runs many tests at once is slow; nothing waits this long when it works.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The path of the plugin under test.
pub const BINARY: &str = env!("CARGO_BIN_EXE_terraform-provider-wavix");

/// Names the binary, built with `cargo build --release`. Building it takes
/// minutes, so that only `.ci/run` does it before the tests.
pub const RELEASE_NAMED_BY: &str = "RELEASE_BINARY";

/// The release binary, if there is one.
pub fn release_binary() -> Option<PathBuf> {
    std::env::var_os(RELEASE_NAMED_BY).filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// A client's key and certificate for one run.
pub struct ClientIdentity {
    certificate: CertificateDer<'static>,
    key: KeyPair,
    /// What goes into `PLUGIN_CLIENT_CERT`.
    pub pem: String,
}

impl ClientIdentity {
    /// As go-plugin makes it: P-521, self-signed, and an authority.
    pub fn generate() -> Self {
        let mut parameters = CertificateParams::new([String::from("localhost")]).unwrap();
        parameters.distinguished_name.push(DnType::CommonName, "localhost");
        parameters.distinguished_name.push(DnType::OrganizationName, "HashiCorp");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyEncipherment,
            KeyUsagePurpose::KeyAgreement,
            KeyUsagePurpose::KeyCertSign,
        ];
        parameters.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        Self { certificate: certificate.der().clone(), pem: certificate.pem(), key }
    }

    /// The certificate of `self` in the hands of somebody without its key.
    pub fn stolen(&self) -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap();
        Self { certificate: self.certificate.clone(), pem: self.pem.clone(), key }
    }
}

/// How to start the plugin.
pub struct Launch {
    arguments: Vec<OsString>,
    environment: BTreeMap<String, OsString>,
    identity: Option<ClientIdentity>,
    temp: tempfile::TempDir,
}

impl Launch {
    /// As Terraform does it.
    pub fn by_terraform() -> Self {
        let identity = ClientIdentity::generate();
        let mut launch = Self::bare();
        launch.environment.extend([
            ("TF_PLUGIN_MAGIC_COOKIE".to_owned(), MAGIC_COOKIE.into()),
            ("PLUGIN_PROTOCOL_VERSIONS".to_owned(), "5,6".into()),
            ("PLUGIN_MIN_PORT".to_owned(), "10000".into()),
            ("PLUGIN_MAX_PORT".to_owned(), "25000".into()),
            ("PLUGIN_CLIENT_CERT".to_owned(), identity.pem.clone().into()),
        ]);
        launch.identity = Some(identity);
        launch
    }

    /// As Terraform does it when `TF_DISABLE_PLUGIN_TLS` is set.
    pub fn without_tls() -> Self {
        let mut launch = Self::by_terraform();
        launch.environment.remove("PLUGIN_CLIENT_CERT");
        launch.identity = None;
        launch
    }

    /// By hand: none of the plugin variables. Temporary files go to a
    /// directory of this launch's own.
    pub fn bare() -> Self {
        let temp = tempfile::tempdir().unwrap();
        let environment = BTreeMap::from([
            ("PATH".to_owned(), std::env::var_os("PATH").unwrap_or_default()),
            ("TMPDIR".to_owned(), temp.path().into()),
        ]);
        Self { arguments: Vec::new(), environment, identity: None, temp }
    }

    /// Adds an argument.
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets a variable.
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.insert(name.to_owned(), value.into());
        self
    }

    /// The command for `program`, the plugin unless something stands between.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.args(&self.arguments).env_clear().envs(&self.environment).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the plugin to its end; for one that is expected to refuse.
    pub fn output(&self) -> Finished {
        let output = self.command(BINARY).output().expect("the plugin starts");
        Finished {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            files_left: files_in(self.temp.path()),
        }
    }

    /// Starts the plugin and waits for the handshake line.
    pub fn start(self) -> Plugin {
        let child = self.command(BINARY).spawn().expect("the plugin starts");
        self.attach(child)
    }

    /// As `start`, but through a shell that stays between. What is then
    /// signalled and waited for is the shell.
    pub fn start_through_a_shell(mut self) -> Plugin {
        self.arguments.splice(0..0, ["-c", "\"$0\" \"$@\" & wait", BINARY].map(OsString::from));
        let child = self.command("sh").spawn().expect("a shell starts");
        self.attach(child)
    }

    fn attach(self, mut child: Child) -> Plugin {
        let stdout = Lines::collect(child.stdout.take().unwrap());
        let stderr = Lines::collect(child.stderr.take().unwrap());
        Plugin { child, stdout, stderr, identity: self.identity, temp: self.temp }
    }
}

/// What a plugin that has ended left behind.
#[derive(Debug)]
pub struct Finished {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub files_left: usize,
}

/// A running plugin. Killed when dropped.
pub struct Plugin {
    child: Child,
    pub stdout: Lines,
    pub stderr: Lines,
    pub identity: Option<ClientIdentity>,
    temp: tempfile::TempDir,
}

impl Plugin {
    /// The first line of standard output.
    pub fn handshake(&self) -> Handshake {
        let line =
            self.stdout.line(0).unwrap_or_else(|| panic!("no handshake line: {:?}", self.stderr.so_far()));
        Handshake::parse(&line)
    }

    /// Connects as the client the plugin was started for.
    pub async fn connect(&self) -> Channel {
        let handshake = self.handshake();
        match (&handshake.certificate, &self.identity) {
            (Some(certificate), Some(identity)) => {
                let config = client_config(certificate, Some(identity), ALL_VERSIONS);
                let stream = connect_tls(&handshake, config).await.expect("the TLS handshake succeeds");
                assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]), "Go's gRPC insists on ALPN");
                channel(stream).await
            }
            (None, None) => channel(connect_plain(&handshake.network, &handshake.address).await).await,
            (announced, given) => {
                panic!("TLS on one side only: {} announced, {} given", announced.is_some(), given.is_some())
            }
        }
    }

    /// A client for the provider's service, on a connection of its own.
    pub async fn provider(&self) -> ProviderClient<Channel> {
        ProviderClient::new(self.connect().await)
    }

    /// The process's number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, by its name without `SIG`.
    pub fn signal(&self, name: &str) {
        let status =
            Command::new("kill").arg(format!("-{name}")).arg(self.pid().to_string()).status().unwrap();
        assert!(status.success(), "cannot send SIG{name}");
    }

    /// Whether the process is still there.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Ends it as Terraform does, and waits for that.
    pub async fn shut_down(&mut self) -> ExitStatus {
        GrpcControllerClient::new(self.connect().await)
            .shutdown(Empty {})
            .await
            .expect("a reply comes first");
        self.wait(PATIENCE).await
    }

    /// Waits for the process to end by itself.
    pub async fn wait(&mut self, patience: Duration) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(
                start.elapsed() < patience,
                "still running after {patience:?}: {:#?}",
                self.stderr.so_far()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// How many entries the directory for temporary files has: 1 for the
    /// socket's directory while the plugin runs.
    pub fn temporary_files(&self) -> usize {
        files_in(self.temp.path())
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn files_in(directory: &Path) -> usize {
    std::fs::read_dir(directory).unwrap().count()
}

/// The handshake line, taken apart.
#[derive(Debug)]
pub struct Handshake {
    pub core_version: String,
    pub version: String,
    pub network: String,
    pub address: String,
    pub transport: String,
    pub certificate: Option<CertificateDer<'static>>,
    /// What follows the sixth field.
    pub rest: Vec<String>,
}

impl Handshake {
    fn parse(line: &str) -> Self {
        let fields: Vec<&str> = line.split('|').collect();
        let [core_version, version, network, address, transport, certificate, rest @ ..] = fields.as_slice()
        else {
            panic!("fewer than six fields: {line:?}");
        };
        let certificate = (!certificate.is_empty()).then(|| {
            CertificateDer::from(STANDARD_NO_PAD.decode(certificate).expect("unpadded standard base64"))
        });
        Self {
            core_version: (*core_version).to_owned(),
            version: (*version).to_owned(),
            network: (*network).to_owned(),
            address: (*address).to_owned(),
            transport: (*transport).to_owned(),
            certificate,
            rest: rest.iter().map(|field| (*field).to_owned()).collect(),
        }
    }
}

/// A client's side of TLS: trusts exactly `server`, for the name `localhost`,
/// and shows `identity` if there is one.
pub fn client_config(
    server: &CertificateDer<'static>,
    identity: Option<&ClientIdentity>,
    versions: &[&'static SupportedProtocolVersion],
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(server.clone()).expect("the announced certificate can be read");
    let crypto = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&crypto))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(identity.key.serialize_der()));
            let key = crypto.key_provider.load_private_key(key).unwrap();
            // Unlike `with_client_auth_cert` this does not ask whether the two
            // belong together.
            let certified = CertifiedKey::new(vec![identity.certificate.clone()], key);
            builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(certified)))
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    config
}

/// The two kinds of socket, as one.
pub trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

/// Connects, without TLS.
pub async fn connect_plain(network: &str, address: &str) -> Box<dyn Socket> {
    match network {
        "unix" => super::system::connect_socket(address).await.expect("the socket can be connected to"),
        "tcp" => Box::new(TcpStream::connect(address).await.expect("the port can be connected to")),
        other => panic!("unknown network {other:?}"),
    }
}

/// Connects and does the client's part of the TLS handshake. With TLS 1.3 that
/// is done before the server has looked at the client's certificate.
pub async fn connect_tls(
    handshake: &Handshake,
    config: ClientConfig,
) -> io::Result<TlsStream<Box<dyn Socket>>> {
    let socket = connect_plain(&handshake.network, &handshake.address).await;
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), socket).await
}

/// A gRPC channel over a connection that is already there.
pub async fn channel(stream: impl Socket + 'static) -> Channel {
    let mut stream = Some(TokioIo::new(stream));
    let connector = tower::service_fn(move |_| {
        let stream = stream.take().ok_or_else(|| io::Error::other("the connection is closed"));
        std::future::ready(stream)
    });
    Endpoint::from_static("http://localhost").connect_with_connector(connector).await.expect("HTTP/2 begins")
}
