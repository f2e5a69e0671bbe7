//! What fails below the request: certificates, connections that are refused, dropped, or never answered.

use std::{io::ErrorKind, sync::Arc};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        CertificateError, ClientConfig, Error as TlsError, RootCertStore,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};
use wavix_sim::{Certificate, Outage, Sim};

use crate::client::Client;

const TRUNKS: &str = "/v1/trunks";

async fn tls(sim: &Sim) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(sim.ca_pem().as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(sim.address()).await.unwrap();
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("127.0.0.1").unwrap(), stream).await
}

async fn refusal_of(sim: &Sim) -> TlsError {
    let error = tls(sim).await.expect_err("the certificate is bad");
    error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>()).expect("a TLS error").clone()
}

#[tokio::test]
async fn https_shows_a_certificate_of_its_own_authority() {
    let sim = Sim::builder().https().spawn();
    assert!(sim.base_url().starts_with("https://127.0.0.1:"), "{}", sim.base_url());
    let mut stream = tls(&sim).await.unwrap();
    let request = format!(
        "GET {TRUNKS} HTTP/1.1\r\nhost: sim\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
        sim.api_key()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert_eq!(sim.journal().count("GET", TRUNKS), 1);
}

#[tokio::test]
async fn a_certificate_can_be_bad_in_three_ways_and_good_again() {
    let sim = Sim::builder().https().spawn();
    let is = |error: TlsError, expected: fn(&CertificateError) -> bool| match error {
        TlsError::InvalidCertificate(reason) => assert!(expected(&reason), "{reason:?}"),
        other => panic!("{other:?}"),
    };
    sim.present(Certificate::UnknownAuthority);
    is(refusal_of(&sim).await, |reason| {
        matches!(reason, CertificateError::UnknownIssuer | CertificateError::BadSignature)
    });
    sim.present(Certificate::Expired);
    is(refusal_of(&sim).await, |reason| {
        matches!(reason, CertificateError::Expired | CertificateError::ExpiredContext { .. })
    });
    sim.present(Certificate::WrongName);
    is(refusal_of(&sim).await, |reason| {
        matches!(reason, CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. })
    });
    sim.present(Certificate::Valid);
    tls(&sim).await.unwrap();
    assert!(sim.journal().entries().is_empty());
}

#[tokio::test]
async fn a_simulator_that_is_down_refuses_and_comes_up_with_what_it_had() {
    let sim = Sim::spawn();
    let client = Client::new(&sim);
    let id = client.create(&crate::client::minimal()).await;
    for _ in 0..2 {
        sim.go_down(Outage::Refusing);
        let refused = TcpStream::connect(sim.address()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        assert!(client.try_send("GET", TRUNKS, None).await.is_err(), "the idle connection ended as well");
        sim.come_up();
        assert_eq!(client.get(&format!("{TRUNKS}/{id}")).await.status, 200);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_silent_simulator_does_not_even_say_no() {
    use std::{net::TcpStream as StdStream, time::Duration};

    let sim = Sim::spawn();
    sim.go_down(Outage::Silent);
    let attempt = StdStream::connect_timeout(&sim.address(), Duration::from_millis(300));
    assert_eq!(attempt.unwrap_err().kind(), ErrorKind::TimedOut);
    sim.come_up();
    StdStream::connect(sim.address()).unwrap();
}

#[tokio::test]
async fn idle_connections_can_be_ended() {
    let sim = Sim::spawn();
    let mut idle = TcpStream::connect(sim.address()).await.unwrap();
    // Another round trip, so that the first connection was accepted by now.
    assert_eq!(Client::new(&sim).get(TRUNKS).await.status, 200);
    sim.disconnect();
    assert_eq!(idle.read(&mut [0]).await.unwrap_or(0), 0);
}
