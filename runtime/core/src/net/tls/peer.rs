//! The other end of a TLS connection.

use std::fmt;

use rustls::{CommonState, Connection};
use rustls_pki_types::CertificateDer;

/// The client of a TLS connection, as [`Context::tls`](crate::Context::tls) returns it.
#[derive(Clone)]
pub struct Peer {
    certificates: Vec<CertificateDer<'static>>,
    server_name: Option<String>,
    alpn: Option<Vec<u8>>,
    version: &'static str,
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer")
            .field("dns_names", &self.dns_names())
            .field("server_name", &self.server_name)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Peer {
    /// To be called after the handshake.
    pub(super) fn new(connection: &Connection) -> Peer {
        let common: &CommonState = connection;
        let server_name = match connection {
            Connection::Server(server) => server.server_name(),
            Connection::Client(_) => None,
        };
        Peer {
            certificates: common
                .peer_certificates()
                .unwrap_or_default()
                .iter()
                .map(|certificate| certificate.clone().into_owned())
                .collect(),
            server_name: server_name.map(str::to_owned),
            alpn: common.alpn_protocol().map(<[u8]>::to_vec),
            version: match common.protocol_version() {
                Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2",
                _ => "TLS 1.3",
            },
        }
    }

    /// Whether the client has presented a certificate, which was verified.
    pub fn is_authenticated(&self) -> bool {
        !self.certificates.is_empty()
    }

    /// The certificate chain of the client in DER, its own certificate first. It was verified; it is
    /// empty without mutual TLS, or if a client certificate is optional and there is none.
    pub fn certificates(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.certificates.iter().map(|certificate| &**certificate)
    }

    /// The DNS names for which the certificate of the client is valid (subject alternative names).
    pub fn dns_names(&self) -> Vec<String> {
        self.names(|certificate| certificate.valid_dns_names().map(str::to_owned).collect())
    }

    /// The URIs in the certificate of the client (subject alternative names), such as a SPIFFE ID.
    pub fn uris(&self) -> Vec<String> {
        self.names(|certificate| certificate.valid_uri_names().map(str::to_owned).collect())
    }

    fn names(&self, names: impl Fn(&webpki::EndEntityCert<'_>) -> Vec<String>) -> Vec<String> {
        let certificate = self.certificates.first();
        let parsed = certificate.and_then(|one| webpki::EndEntityCert::try_from(one).ok());
        parsed.map(|parsed| names(&parsed)).unwrap_or_default()
    }

    /// The host name that the client has connected to (SNI), if it has sent one.
    pub fn server_name(&self) -> Option<&str> {
        self.server_name.as_deref()
    }

    /// The negotiated application protocol (ALPN).
    pub fn alpn(&self) -> Option<&[u8]> {
        self.alpn.as_deref()
    }

    /// The version of the protocol: `TLS 1.2` or `TLS 1.3`.
    pub fn version(&self) -> &'static str {
        self.version
    }
}
