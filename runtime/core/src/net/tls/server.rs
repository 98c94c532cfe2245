//! TLS settings of servers.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use super::pem::{Source, add_roots, mismatch};
use super::reload::{EVERY, Recipe, Reloading};
use super::{Tls, provider, unusable};
use crate::error::Result;

/// TLS settings of a server: its certificate, and which certificates clients need.
///
/// PEM files are looked at every ten seconds, when a client connects, and read again if they have changed.
/// If the new ones cannot be used, because they are half-way replaced, the previous ones stay in force,
/// and the reason is logged.
#[derive(Debug, Clone)]
#[must_use = "TLS settings do nothing before they are passed to a server"]
pub struct ServerTls {
    kind: Kind,
    every: Duration,
}

#[derive(Debug, Clone)]
enum Kind {
    Pem(Box<Pem>),
    Config(Arc<ServerConfig>),
}

#[derive(Debug, Clone)]
struct Pem {
    certificate: Source,
    key: Source,
    client_ca: Vec<Source>,
    crls: Vec<Source>,
    optional: bool,
    alpn: Vec<Vec<u8>>,
}

impl ServerTls {
    /// Reads the certificate chain, the server's own certificate first, and its private key from PEM
    /// files. They are read again when they have changed.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls) if a file cannot be read, is empty or not valid, or if
    /// the key does not belong to the certificate.
    pub fn from_pem_files(
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Result<ServerTls> {
        ServerTls::of(Source::file(certificate), Source::file(key))
    }

    /// Takes the certificate chain, the server's own certificate first, and its private key in PEM.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls) if they are empty or not valid, or if the key does not
    /// belong to the certificate.
    pub fn from_pem(certificate: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Result<ServerTls> {
        let certificate = Source::bytes("the server's certificate", certificate);
        ServerTls::of(certificate, Source::bytes("the server's key", key))
    }

    /// Takes a configuration of rustls, for everything that has no setting here.
    pub fn from_rustls(config: Arc<ServerConfig>) -> ServerTls {
        ServerTls { kind: Kind::Config(config), every: EVERY }
    }

    fn of(certificate: Source, key: Source) -> Result<ServerTls> {
        let pem = Pem {
            certificate,
            key,
            client_ca: Vec::new(),
            crls: Vec::new(),
            optional: false,
            alpn: Vec::new(),
        };
        pem.build()?;
        Ok(ServerTls { kind: Kind::Pem(Box::new(pem)), every: EVERY })
    }

    /// Requires a client certificate that was issued by one of the authorities in this PEM file (mutual TLS).
    /// May be called several times. The file is read again when it has changed.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls) if the file cannot be read, is empty or not valid, or if
    /// the settings come [from rustls](ServerTls::from_rustls).
    pub fn client_ca_file(self, path: impl Into<PathBuf>) -> Result<ServerTls> {
        self.with(|pem| pem.client_ca.push(Source::file(path)))
    }

    /// As [`client_ca_file`](ServerTls::client_ca_file), with PEM in memory.
    ///
    /// # Errors
    /// As [`client_ca_file`](ServerTls::client_ca_file).
    pub fn client_ca_pem(self, pem: impl AsRef<[u8]>) -> Result<ServerTls> {
        let source = Source::bytes("the clients' authority", pem);
        self.with(|pem| pem.client_ca.push(source))
    }

    /// Refuses client certificates that are listed in this PEM file of certificate revocation lists. May be
    /// called several times; needs a client authority, set before. The file is read again when it has
    /// changed.
    ///
    /// # Errors
    /// As [`client_ca_file`](ServerTls::client_ca_file).
    pub fn crl_file(self, path: impl Into<PathBuf>) -> Result<ServerTls> {
        self.with(|pem| pem.crls.push(Source::file(path)))
    }

    /// As [`crl_file`](ServerTls::crl_file), with PEM in memory.
    ///
    /// # Errors
    /// As [`client_ca_file`](ServerTls::client_ca_file).
    pub fn crl_pem(self, pem: impl AsRef<[u8]>) -> Result<ServerTls> {
        let source = Source::bytes("the revocation lists", pem);
        self.with(|pem| pem.crls.push(source))
    }

    /// Also accepts clients without a certificate; one that is presented is verified all the same. The
    /// handler distinguishes them with [`Peer::is_authenticated`](super::Peer::is_authenticated).
    ///
    /// # Errors
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls) if there is no client authority.
    pub fn client_certificate_optional(self) -> Result<ServerTls> {
        self.with(|pem| pem.optional = true)
    }

    /// The application protocols that clients may negotiate (ALPN), in order of preference. A client that
    /// offers protocols, but none of these, is refused. Default: none, which accepts every client.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls) if the settings come [from
    /// rustls](ServerTls::from_rustls).
    pub fn alpn<P: AsRef<[u8]>>(self, protocols: impl IntoIterator<Item = P>) -> Result<ServerTls> {
        let protocols = protocols.into_iter().map(|one| one.as_ref().to_vec()).collect();
        self.with(|pem| pem.alpn = protocols)
    }

    /// How often files are looked at. `Duration::MAX` never reads them again. Default: 10 seconds.
    pub fn reload_every(mut self, every: Duration) -> ServerTls {
        self.every = every;
        self
    }

    fn with(mut self, set: impl FnOnce(&mut Pem)) -> Result<ServerTls> {
        match &mut self.kind {
            Kind::Pem(pem) => {
                set(pem);
                pem.build()?;
                Ok(self)
            }
            Kind::Config(_) => {
                Err(unusable("set it in the configuration of rustls, from which these are".into()))
            }
        }
    }

    pub(crate) fn acceptor(&self) -> Result<Acceptor> {
        let config = match &self.kind {
            Kind::Pem(pem) => Configs::Pem(Reloading::new(Pem::clone(pem), self.every)?),
            Kind::Config(config) => Configs::Config(Arc::clone(config)),
        };
        Ok(Acceptor { config })
    }
}

impl Recipe for Pem {
    type Config = ServerConfig;

    fn build(&self) -> Result<ServerConfig> {
        let builder = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(error.to_string()))?;
        let builder = match self.client_ca.is_empty() {
            true if self.optional || !self.crls.is_empty() => {
                return Err(unusable(
                    "client certificates need an authority: set it before".into(),
                ));
            }
            true => builder.with_no_client_auth(),
            false => {
                let mut roots = RootCertStore::empty();
                for source in &self.client_ca {
                    add_roots(&mut roots, source)?;
                }
                let mut verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider());
                for source in &self.crls {
                    verifier = verifier.with_crls(source.revocation_lists()?);
                }
                if self.optional {
                    verifier = verifier.allow_unauthenticated();
                }
                let verifier = verifier.build().map_err(|error| {
                    unusable(format!("cannot verify clients: {error}")).with_source(error)
                })?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let mut config = builder
            .with_single_cert(self.certificate.certificates()?, self.key.key()?)
            .map_err(|error| mismatch(&self.certificate, &self.key, error))?;
        config.alpn_protocols.clone_from(&self.alpn);
        Ok(config)
    }

    fn files(&self) -> Vec<&Path> {
        let sources = [&self.certificate, &self.key].into_iter();
        sources.chain(&self.client_ca).chain(&self.crls).filter_map(Source::path).collect()
    }
}

/// Begins the server's side of connections.
#[derive(Debug)]
pub(crate) struct Acceptor {
    config: Configs,
}

#[derive(Debug)]
enum Configs {
    Pem(Reloading<Pem>),
    Config(Arc<ServerConfig>),
}

impl Acceptor {
    pub(crate) fn accept(&self) -> Result<Tls, rustls::Error> {
        let config = match &self.config {
            Configs::Pem(pem) => pem.current(),
            Configs::Config(config) => Arc::clone(config),
        };
        Ok(Tls::new(rustls::ServerConnection::new(config)?.into()))
    }
}
