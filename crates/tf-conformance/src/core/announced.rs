//! Whom Terraform trusts: the certificate of the handshake line.

use std::sync::Arc;

use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::client::{WebPkiServerVerifier, verify_server_name};
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::Refusal;

/// What webpki calls an authority's certificate that a server shows as its own.
const AUTHORITY: &str = "CaUsedAsEndEntity";

/// Trusts the announced certificate and no other, for its name and its time.
///
/// Go trusts a certificate that is among the roots whatever else it is, and
/// go-plugin makes one that is an authority's and its server's at once. webpki
/// refuses that kind, and only after it has looked at the time.
#[derive(Debug)]
pub(super) struct Announced {
    certificate: CertificateDer<'static>,
    usual: Arc<WebPkiServerVerifier>,
}

impl Announced {
    pub(super) fn new(
        certificate: CertificateDer<'static>,
        crypto: Arc<CryptoProvider>,
    ) -> Result<Self, Refusal> {
        let mut roots = RootCertStore::empty();
        let added = roots.add(certificate.clone());
        added.map_err(|error| Refusal::Certificate(error.to_string()))?;
        let usual = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), crypto).build();
        let usual = usual.map_err(|error| Refusal::Certificate(error.to_string()))?;
        Ok(Self { certificate, usual })
    }
}

impl ServerCertVerifier for Announced {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.usual.verify_server_cert(shown, intermediates, name, ocsp, now) {
            Err(Error::InvalidCertificate(CertificateError::Other(why)))
                if why.to_string().contains(AUTHORITY) && *shown == self.certificate =>
            {
                verify_server_name(&ParsedCertificate::try_from(shown)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}
