//! The server's side of AutoMTLS.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P521_SHA512,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::client::danger::HandshakeSignatureValid;
use tokio_rustls::rustls::crypto::{
    CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio_rustls::rustls::{DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme};

use crate::breaks;

/// A certificate, and whom it is shown to.
pub(crate) struct Server {
    certificate: CertificateDer<'static>,
    /// Accepts connections.
    pub(crate) acceptor: TlsAcceptor,
}

impl Server {
    /// For the client with this certificate, and no other.
    pub(crate) fn for_client(pem: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512)?;
        let mut certificate = self_signed(&key)?;
        // Some lengths need no padding: breaking the rule needs another.
        while breaks("4b") && certificate.len() % 3 == 0 {
            certificate = self_signed(&key)?;
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let client = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|error| error.to_string())?;
        let verifier = Arc::new(ExactlyThis { client, provider: Arc::clone(&provider) });
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![certificate.clone()], key)?;
        if !breaks("4a") {
            config.alpn_protocols = vec![b"h2".to_vec()];
        }
        Ok(Self { certificate, acceptor: TlsAcceptor::from(Arc::new(config)) })
    }

    /// The certificate that the handshake line announces.
    pub(crate) fn certificate(&self) -> &[u8] {
        &self.certificate
    }
}

/// As go-plugin makes it: an authority's and its server's at once.
fn self_signed(key: &KeyPair) -> Result<CertificateDer<'static>, rcgen::Error> {
    let name = if breaks("4c") { "elsewhere.example" } else { "localhost" };
    let mut parameters = CertificateParams::new([name.to_owned()])?;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyEncipherment,
        KeyUsagePurpose::KeyAgreement,
        KeyUsagePurpose::KeyCertSign,
    ];
    parameters.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
    if breaks("4d") {
        parameters.not_after = rcgen::date_time_ymd(2020, 1, 1);
    }
    Ok(parameters.self_signed(key)?.der().clone())
}

#[derive(Debug)]
struct ExactlyThis {
    client: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for ExactlyThis {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        !breaks("5b")
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if *end_entity == self.client || breaks("5a") {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(Error::General("another certificate".to_owned()))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if breaks("5c") {
            return Ok(HandshakeSignatureValid::assertion());
        }
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
