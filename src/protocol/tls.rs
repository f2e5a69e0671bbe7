//! The mutually authenticated TLS that go-plugin calls AutoMTLS. Each side makes a
//! certificate for this one run; ours travels to the client in the handshake line, theirs
//! to us in `PLUGIN_CLIENT_CERT`, and each accepts exactly the other's. Nobody else can
//! talk to the plugin, not even a process of the same user.

use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime};
use time::OffsetDateTime;
use tokio_rustls::rustls::client::danger::HandshakeSignatureValid;
use tokio_rustls::rustls::crypto::{
    self, CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio_rustls::rustls::server::{NoServerSessionStorage, ParsedCertificate};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error as TlsError, ServerConfig,
    SignatureScheme,
};

/// How far a certificate reaches into the past and the future. The clocks are
/// the same one unless it is being set; a run lasts hours at most, and the
/// certificate is looked at only when a connection begins.
const BACKDATED: Duration = Duration::from_secs(10 * 60);
const VALID: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The server's half: what to announce, and how to accept connections.
pub struct ServerTls {
    /// The certificate made for this run, in DER.
    pub certificate: CertificateDer<'static>,
    /// Accepts only the client whose certificate was given.
    pub config: Arc<ServerConfig>,
}

/// Why TLS cannot be set up. Plaintext is never the answer to any of these.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `PLUGIN_CLIENT_CERT` is not what go-plugin puts there.
    #[error(
        "PLUGIN_CLIENT_CERT does not contain exactly one PEM certificate ({0}); only Terraform should set this \
         variable"
    )]
    ClientCertificate(String),
    /// No key or certificate could be made.
    #[error("cannot make a certificate for this run: {0}")]
    ServerCertificate(#[from] rcgen::Error),
    /// The TLS library refuses the configuration.
    #[error("cannot configure TLS: {0}")]
    Configuration(#[from] TlsError),
}

impl ServerTls {
    /// Makes a fresh key and certificate, and a configuration that demands the
    /// client certificate in `client_pem`.
    ///
    /// # Errors
    /// When `client_pem` is not exactly one X.509 certificate, or the
    /// cryptographic library fails.
    pub fn new(client_pem: &str) -> Result<Self, Error> {
        let client = parse_client_certificate(client_pem)?;
        let (certificate, key) = self_signed_certificate()?;

        // Go's client signs with P-521, which of the usual backends only this
        // one verifies; with another the client would send no certificate.
        let crypto = Arc::new(crypto::aws_lc_rs::default_provider());
        let verifier = Arc::new(ExactClient::new(client, &crypto));
        let mut config = ServerConfig::builder_with_provider(crypto)
            .with_protocol_versions(&[&TLS13, &TLS12])?
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![certificate.clone()], key.into())?;
        // Go's gRPC refuses a server that selects no protocol.
        config.alpn_protocols = vec![b"h2".to_vec()];
        // Resumption would let a connection in without a new signature.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self { certificate, config: Arc::new(config) })
    }
}

fn parse_client_certificate(pem: &str) -> Result<CertificateDer<'static>, Error> {
    let refuse = |why: &dyn ToString| Error::ClientCertificate(why.to_string());
    let certificates = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| refuse(&error))?;
    let [certificate] = certificates.as_slice() else {
        return Err(refuse(&format!("it contains {}", certificates.len())));
    };
    // PEM says nothing about what is inside.
    ParsedCertificate::try_from(certificate).map_err(|error| refuse(&error))?;
    Ok(certificate.clone())
}

fn self_signed_certificate() -> Result<(CertificateDer<'static>, PrivatePkcs8KeyDer<'static>), Error> {
    // The client asks for `localhost` whatever the address is, and wants that
    // name among the alternative ones.
    let mut parameters = CertificateParams::new([String::from("localhost")])?;
    parameters.distinguished_name.push(DnType::CommonName, "localhost");
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let now = OffsetDateTime::now_utc();
    parameters.not_before = now - BACKDATED;
    parameters.not_after = now + VALID;
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let certificate = parameters.self_signed(&key)?;
    Ok((certificate.der().clone(), PrivatePkcs8KeyDer::from(key.serialize_der())))
}

/// Accepts one certificate, byte for byte, from a peer that holds its key.
///
/// The library's own verifier cannot be used: go-plugin's client certificate
/// says that it is an authority, and one of those is refused as the end of a
/// chain. There is no chain to look at anyway.
#[derive(Debug)]
struct ExactClient {
    expected: CertificateDer<'static>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ExactClient {
    fn new(expected: CertificateDer<'static>, crypto: &CryptoProvider) -> Self {
        Self { expected, algorithms: crypto.signature_verification_algorithms }
    }
}

impl ClientCertVerifier for ExactClient {
    fn offer_client_auth(&self) -> bool {
        true
    }

    fn client_auth_mandatory(&self) -> bool {
        true
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        // A client that is given no hint sends the certificate it has.
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, TlsError> {
        // Certificates are public, so how long the comparison takes tells
        // nobody anything. Dates do not matter: this certificate was handed
        // over by the process that started us, for this run.
        if end_entity.as_ref() == self.expected.as_ref() {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    // A certificate can be copied by whoever sees it. What proves the client
    // is its signature over this handshake, so that is checked in full.

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(pem: &str) -> String {
        match ServerTls::new(pem) {
            Ok(_) => panic!("accepted: {pem}"),
            Err(error) => error.to_string(),
        }
    }

    fn client_pem() -> String {
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).unwrap();
        let parameters = CertificateParams::new([String::from("localhost")]).unwrap();
        parameters.self_signed(&key).unwrap().pem()
    }

    #[test]
    fn a_client_certificate_that_cannot_be_read_is_refused() {
        assert!(refusal("hello").contains("it contains 0"));
        assert!(
            refusal("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n")
                .contains("PLUGIN_CLIENT_CERT")
        );
        // Well-formed PEM around bytes that are no certificate.
        refusal("-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n");
        assert!(refusal(&format!("{}{}", client_pem(), client_pem())).contains("it contains 2"));
    }

    #[test]
    fn signatures_of_go_plugins_client_can_be_verified() {
        let crypto = crypto::aws_lc_rs::default_provider();
        let verifier = ExactClient::new(CertificateDer::from(vec![]), &crypto);
        assert!(verifier.supported_verify_schemes().contains(&SignatureScheme::ECDSA_NISTP521_SHA512));
    }

    #[test]
    fn only_the_very_certificate_is_accepted() {
        let pem = client_pem();
        let expected = parse_client_certificate(&pem).unwrap();
        let verifier = ExactClient::new(expected.clone(), &crypto::aws_lc_rs::default_provider());
        let verify = |certificate: &CertificateDer<'_>| {
            verifier.verify_client_cert(certificate, &[], UnixTime::since_unix_epoch(Duration::ZERO)).is_ok()
        };
        assert!(verify(&expected));
        assert!(!verify(&parse_client_certificate(&client_pem()).unwrap()));
        assert!(!verify(&CertificateDer::from(expected[..expected.len() - 1].to_vec())));
    }

    #[test]
    fn two_runs_share_neither_key_nor_certificate() {
        let pem = client_pem();
        let (one, two) = (ServerTls::new(&pem).unwrap(), ServerTls::new(&pem).unwrap());
        assert_ne!(one.certificate, two.certificate);
    }
}
