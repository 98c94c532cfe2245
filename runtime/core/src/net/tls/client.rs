//! TLS settings of clients.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, OtherError, RootCertStore,
    SignatureScheme,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::pem::{Source, add_roots, mismatch};
use super::reload::{EVERY, Recipe, Reloading};
use super::session::SelfSigned;
use super::{Tls, provider, unusable};
use crate::error::Result;
use crate::net::address::Address;

/// TLS settings of a client: which servers it trusts, and its own certificate.
///
/// The host of the address must be a name or an IP address in the server's certificate. PEM files are looked at
/// every ten seconds, when a connection is opened, and read again if they have changed.
#[derive(Debug, Clone)]
#[must_use = "TLS settings do nothing before they are passed to a client"]
pub struct ClientTls {
    kind: Kind,
    every: Duration,
    server_name: Option<ServerName<'static>>,
}

#[derive(Debug, Clone)]
enum Kind {
    Pem(Box<Pem>),
    Config(Arc<ClientConfig>),
}

#[derive(Debug, Clone, Default)]
struct Pem {
    ca: Vec<Source>,
    native: bool,
    identity: Option<(Source, Source)>,
    crls: Vec<Source>,
    alpn: Vec<Vec<u8>>,
}

impl Default for ClientTls {
    fn default() -> ClientTls {
        ClientTls::new()
    }
}

impl ClientTls {
    /// Trusts the certificate authorities of the operating system, or those of the files named by the
    /// environment variables `SSL_CERT_FILE` and `SSL_CERT_DIR`.
    pub fn new() -> ClientTls {
        ClientTls { kind: Kind::Pem(Box::default()), every: EVERY, server_name: None }
    }

    /// Takes a configuration of rustls, for everything that has no setting here.
    pub fn from_rustls(config: Arc<ClientConfig>) -> ClientTls {
        ClientTls { kind: Kind::Config(config), every: EVERY, server_name: None }
    }

    /// Trusts the certificate authorities in this PEM file, in place of those of the operating system. May
    /// be called several times. The file is read again when it has changed.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls) if the file cannot be read, is empty or not valid, or if
    /// the settings come [from rustls](ClientTls::from_rustls).
    pub fn ca_file(self, path: impl Into<PathBuf>) -> Result<ClientTls> {
        self.with(|pem| pem.ca.push(Source::file(path)))
    }

    /// As [`ca_file`](ClientTls::ca_file), with PEM in memory.
    ///
    /// # Errors
    /// As [`ca_file`](ClientTls::ca_file).
    pub fn ca_pem(self, pem: impl AsRef<[u8]>) -> Result<ClientTls> {
        let source = Source::bytes("the authority", pem);
        self.with(|pem| pem.ca.push(source))
    }

    /// Also trusts the certificate authorities of the operating system, in addition to those of
    /// [`ca_file`](ClientTls::ca_file) and [`ca_pem`](ClientTls::ca_pem).
    ///
    /// # Errors
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls) if the operating system has none.
    pub fn native_roots(self) -> Result<ClientTls> {
        self.with(|pem| pem.native = true)
    }

    /// Presents a certificate (mutual TLS): the chain, the client's own certificate first, and its private
    /// key, from PEM files. They are read again when they have changed.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls) if a file cannot be read, is empty or not valid, if the key
    /// does not belong to the certificate, or if the settings come [from
    /// rustls](ClientTls::from_rustls).
    pub fn identity_files(
        self,
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Result<ClientTls> {
        self.with(|pem| pem.identity = Some((Source::file(certificate), Source::file(key))))
    }

    /// As [`identity_files`](ClientTls::identity_files), with PEM in memory.
    ///
    /// # Errors
    /// As [`identity_files`](ClientTls::identity_files).
    pub fn identity_pem(
        self,
        certificate: impl AsRef<[u8]>,
        key: impl AsRef<[u8]>,
    ) -> Result<ClientTls> {
        let certificate = Source::bytes("the client's certificate", certificate);
        let key = Source::bytes("the client's key", key);
        self.with(|pem| pem.identity = Some((certificate, key)))
    }

    /// Refuses server certificates that are listed in this PEM file of certificate revocation lists. May be
    /// called several times. The file is read again when it has changed.
    ///
    /// # Errors
    /// As [`ca_file`](ClientTls::ca_file).
    pub fn crl_file(self, path: impl Into<PathBuf>) -> Result<ClientTls> {
        self.with(|pem| pem.crls.push(Source::file(path)))
    }

    /// As [`crl_file`](ClientTls::crl_file), with PEM in memory.
    ///
    /// # Errors
    /// As [`ca_file`](ClientTls::ca_file).
    pub fn crl_pem(self, pem: impl AsRef<[u8]>) -> Result<ClientTls> {
        let source = Source::bytes("the revocation lists", pem);
        self.with(|pem| pem.crls.push(source))
    }

    /// The host name or IP address that the server's certificate must have, and that is sent to the server
    /// (SNI), if it is not that of the address.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls) if it is neither.
    pub fn server_name(mut self, name: impl Into<String>) -> Result<ClientTls> {
        self.server_name = Some(server_name(name.into())?);
        Ok(self)
    }

    /// The application protocols offered to the server (ALPN), in order of preference. Default: none.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls) if the settings come [from
    /// rustls](ClientTls::from_rustls).
    pub fn alpn<P: AsRef<[u8]>>(self, protocols: impl IntoIterator<Item = P>) -> Result<ClientTls> {
        let protocols = protocols.into_iter().map(|one| one.as_ref().to_vec()).collect();
        self.with(|pem| pem.alpn = protocols)
    }

    /// How often files are looked at. `Duration::MAX` never reads them again. Default: 10 seconds.
    pub fn reload_every(mut self, every: Duration) -> ClientTls {
        self.every = every;
        self
    }

    fn with(mut self, set: impl FnOnce(&mut Pem)) -> Result<ClientTls> {
        match &mut self.kind {
            Kind::Pem(pem) => {
                set(pem);
                pem.check()?;
                Ok(self)
            }
            Kind::Config(_) => {
                Err(unusable("set it in the configuration of rustls, from which these are".into()))
            }
        }
    }

    pub(crate) fn has_server_name(&self) -> bool {
        self.server_name.is_some()
    }

    /// Sets the application protocol, unless there is one.
    #[cfg(feature = "http")]
    pub(crate) fn offer(&mut self, protocol: &[u8]) {
        if let Kind::Pem(pem) = &mut self.kind
            && pem.alpn.is_empty()
        {
            pem.alpn.push(protocol.to_vec());
        }
    }

    pub(crate) fn connector(&self) -> Result<Connector> {
        let config = match &self.kind {
            Kind::Pem(pem) => Configs::Pem(Reloading::new(Pem::clone(pem), self.every)?),
            Kind::Config(config) => Configs::Config(Arc::clone(config)),
        };
        Ok(Connector { config, server_name: self.server_name.clone() })
    }
}

fn server_name(name: String) -> Result<ServerName<'static>> {
    ServerName::try_from(name.clone()).map_err(|error| {
        unusable(format!("`{name}` is not a name that a certificate can have")).with_source(error)
    })
}

impl Pem {
    /// As [`build`](Recipe::build), without the authorities of the operating system unless they are
    /// wanted: they are read when it is known that there are no others.
    fn check(&self) -> Result<()> {
        match self.ca.is_empty() && !self.native {
            true => {
                for source in &self.crls {
                    source.revocation_lists()?;
                }
                self.identity().map(|_| ())
            }
            false => self.build().map(|_| ()),
        }
    }

    /// A configuration with the identity, which trusts nobody.
    fn identity(&self) -> Result<ClientConfig> {
        self.config(RootCertStore::empty(), &[])
    }

    fn config(&self, roots: RootCertStore, crls: &[Source]) -> Result<ClientConfig> {
        let builder = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(error.to_string()))?;
        let builder = match roots.is_empty() {
            true => builder.with_root_certificates(roots),
            false => {
                let mut verifier =
                    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider());
                for source in crls {
                    verifier = verifier.with_crls(source.revocation_lists()?);
                }
                let verifier = verifier.build().map_err(|error| {
                    unusable(format!("cannot verify servers: {error}")).with_source(error)
                })?;
                builder.dangerous().with_custom_certificate_verifier(Arc::new(Verifier(verifier)))
            }
        };
        let mut config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => builder
                .with_client_auth_cert(certificate.certificates()?, key.key()?)
                .map_err(|error| mismatch(certificate, key, error))?,
        };
        config.alpn_protocols.clone_from(&self.alpn);
        Ok(config)
    }
}

impl Recipe for Pem {
    type Config = ClientConfig;

    fn build(&self) -> Result<ClientConfig> {
        let mut roots = RootCertStore::empty();
        for source in &self.ca {
            add_roots(&mut roots, source)?;
        }
        if self.native || self.ca.is_empty() {
            let native = rustls_native_certs::load_native_certs();
            let (added, _) = roots.add_parsable_certificates(native.certs);
            if added == 0 {
                let mut message = "the operating system has no certificate authorities".to_owned();
                if let Some(error) = native.errors.first() {
                    message.push_str(&format!(": {error}"));
                }
                return Err(unusable(message));
            }
        }
        self.config(roots, &self.crls)
    }

    fn files(&self) -> Vec<&Path> {
        let identity = self.identity.iter().flat_map(|(certificate, key)| [certificate, key]);
        identity.chain(&self.ca).chain(&self.crls).filter_map(Source::path).collect()
    }
}

/// The verifier of rustls, with an error of its own for certificates that are self-signed.
#[derive(Debug)]
struct Verifier(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified =
            self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            Err(rustls::Error::InvalidCertificate(
                CertificateError::UnknownIssuer | CertificateError::Other(_),
            )) if is_self_signed(end_entity) => Err(rustls::Error::InvalidCertificate(
                CertificateError::Other(OtherError(Arc::new(SelfSigned))),
            )),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

fn is_self_signed(certificate: &CertificateDer<'_>) -> bool {
    webpki::EndEntityCert::try_from(certificate)
        .is_ok_and(|certificate| certificate.issuer() == certificate.subject())
}

/// Begins the client's side of connections.
#[derive(Debug)]
pub(crate) struct Connector {
    config: Configs,
    server_name: Option<ServerName<'static>>,
}

#[derive(Debug)]
enum Configs {
    Pem(Reloading<Pem>),
    Config(Arc<ClientConfig>),
}

impl Connector {
    pub(crate) fn connect(&self, address: &Address) -> Result<Tls> {
        let name = match &self.server_name {
            Some(name) => name.clone(),
            None => server_name(address.host().to_owned())?,
        };
        let config = match &self.config {
            Configs::Pem(pem) => pem.current(),
            Configs::Config(config) => Arc::clone(config),
        };
        let connection = rustls::ClientConnection::new(config, name);
        let connection = connection
            .map_err(|error| unusable(format!("cannot begin TLS: {error}")).with_source(error))?;
        Ok(Tls::new(connection.into()))
    }
}
