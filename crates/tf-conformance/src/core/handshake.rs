//! The first line of standard output (go-plugin: `client.go`).

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD_NO_PAD};
use rustls_pki_types::CertificateDer;

/// Padding is a mistake that one check reports; the others want to go on.
const TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// go-plugin takes a sixth field for a certificate only above this length.
const SHORTEST_CERTIFICATE: usize = 50;

/// The line, taken apart.
#[derive(Debug, Clone)]
pub struct Handshake {
    /// All fields as they came.
    pub fields: Vec<String>,
    /// `unix` or `tcp`.
    pub network: String,
    /// A path, or a host and a port.
    pub address: String,
    /// The server's certificate.
    pub certificate: Option<CertificateDer<'static>>,
}

impl Handshake {
    /// Reads a line, as tolerantly as makes sense: what exactly it must look
    /// like is asked by the checks.
    ///
    /// # Errors
    ///
    /// When a client could not go on.
    pub fn parse(line: &str) -> Result<Self, String> {
        let fields: Vec<String> = line.trim_end_matches('\r').split('|').map(str::to_owned).collect();
        let [core, _, network, address, rest @ ..] = fields.as_slice() else {
            return Err("fewer than four fields".to_owned());
        };
        if core != "1" {
            return Err(format!("the core protocol is {core:?} instead of \"1\""));
        }
        if !matches!(network.as_str(), "unix" | "tcp") {
            return Err(format!("the network is {network:?} instead of \"unix\" or \"tcp\""));
        }
        let certificate = match rest.get(1).filter(|field| field.len() > SHORTEST_CERTIFICATE) {
            None => None,
            Some(field) => match TOLERANT.decode(field) {
                Ok(der) => Some(CertificateDer::from(der)),
                Err(error) => return Err(format!("the sixth field is no certificate: {error}")),
            },
        };
        Ok(Self { network: network.clone(), address: address.clone(), certificate, fields })
    }

    /// A field by its number in the documents, from 1.
    pub fn field(&self, number: usize) -> &str {
        self.fields.get(number.wrapping_sub(1)).map_or("", String::as_str)
    }

    /// Whether the sixth field is what go-plugin decodes.
    pub fn certificate_is_unpadded(&self) -> bool {
        STANDARD_NO_PAD.decode(self.field(6)).is_ok()
    }
}
