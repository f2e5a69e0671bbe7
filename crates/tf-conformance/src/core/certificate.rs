//! The certificate a client makes for one run (go-plugin: `mtls.go`).

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P521_SHA512,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// A client's key and certificate.
pub struct ClientCertificate {
    der: CertificateDer<'static>,
    key: Vec<u8>,
    pem: String,
}

impl ClientCertificate {
    /// As go-plugin makes one: P-521, self-signed, and an authority.
    ///
    /// # Errors
    ///
    /// When the machine has no randomness.
    pub fn generate() -> Result<Self, rcgen::Error> {
        let mut parameters = CertificateParams::new([String::from("localhost")])?;
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
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512)?;
        let certificate = parameters.self_signed(&key)?;
        Ok(Self { der: certificate.der().clone(), pem: certificate.pem(), key: key.serialize_der() })
    }

    /// The same certificate in the hands of somebody without its key.
    ///
    /// # Errors
    ///
    /// When the machine has no randomness.
    pub fn stolen(&self) -> Result<Self, rcgen::Error> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512)?.serialize_der();
        Ok(Self { der: self.der.clone(), pem: self.pem.clone(), key })
    }

    /// What goes into `PLUGIN_CLIENT_CERT`.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    pub(super) fn der(&self) -> CertificateDer<'static> {
        self.der.clone()
    }

    pub(super) fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::from(PrivatePkcs8KeyDer::from(self.key.clone()))
    }
}
