//! HTTPS: a certificate authority of the simulator's own, and the good and bad certificates a server can show.
//! What is served behind them is `server`'s business.

use std::{
    io,
    sync::{Arc, Mutex},
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivatePkcs8KeyDer},
};

use crate::sync::lock;

/// What a simulator that speaks HTTPS shows for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    /// For `127.0.0.1` and `localhost`, by the authority of [`crate::Sim::ca_pem`], in force.
    Valid,
    /// By another authority.
    UnknownAuthority,
    /// Out of force since 2021.
    Expired,
    /// For `api.example` only.
    WrongName,
}

type Issuer = CertifiedIssuer<'static, KeyPair>;

pub(crate) struct Tls {
    authority: Issuer,
    acceptor: Mutex<TlsAcceptor>,
    protocols: Vec<Vec<u8>>,
}

impl Tls {
    /// `protocols` as ALPN names them; none says nothing about it.
    pub(crate) fn new(protocols: Vec<Vec<u8>>) -> io::Result<Self> {
        let authority = authority()?;
        let acceptor = Mutex::new(acceptor(&authority, Certificate::Valid, &protocols)?);
        Ok(Self { authority, acceptor, protocols })
    }

    /// What new connections are shown from now on.
    pub(crate) fn present(&self, certificate: Certificate) -> io::Result<()> {
        let acceptor = match certificate {
            Certificate::UnknownAuthority => acceptor(&authority()?, Certificate::Valid, &self.protocols),
            other => acceptor(&self.authority, other, &self.protocols),
        }?;
        *lock(&self.acceptor) = acceptor;
        Ok(())
    }

    pub(crate) fn authority_pem(&self) -> String {
        self.authority.pem()
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        lock(&self.acceptor).clone()
    }
}

fn authority() -> io::Result<Issuer> {
    let mut params = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().map_err(io::Error::other)?;
    CertifiedIssuer::self_signed(params, key).map_err(io::Error::other)
}

fn acceptor(issuer: &Issuer, certificate: Certificate, protocols: &[Vec<u8>]) -> io::Result<TlsAcceptor> {
    let names = match certificate {
        Certificate::WrongName => vec!["api.example".to_owned()],
        _ => vec!["127.0.0.1".to_owned(), "localhost".to_owned()],
    };
    let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
    if certificate == Certificate::Expired {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    }
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let leaf = params.signed_by(&key, issuer).map_err(io::Error::other)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .map_err(io::Error::other)?;
    config.alpn_protocols = protocols.to_vec();
    Ok(TlsAcceptor::from(Arc::new(config)))
}
