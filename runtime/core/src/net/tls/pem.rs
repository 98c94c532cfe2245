//! Certificates and keys in PEM.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::RootCertStore;
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

use super::unusable;
use crate::error::Result;

/// Where PEM comes from.
#[derive(Clone)]
pub(super) enum Source {
    File(PathBuf),
    /// The kind of contents, for errors, and the contents.
    Bytes(&'static str, Arc<[u8]>),
}

/// Shows no contents, which may be a key.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl Source {
    pub(super) fn file(path: impl Into<PathBuf>) -> Source {
        Source::File(path.into())
    }

    pub(super) fn bytes(kind: &'static str, bytes: impl AsRef<[u8]>) -> Source {
        Source::Bytes(kind, bytes.as_ref().into())
    }

    /// The path, if it is a file.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Source::File(path) => Some(path),
            Source::Bytes(..) => None,
        }
    }

    /// The source, as errors name it.
    pub(super) fn name(&self) -> String {
        match self {
            Source::File(path) => path.display().to_string(),
            Source::Bytes(kind, _) => format!("the PEM of {kind}"),
        }
    }

    fn read(&self) -> Result<Cow<'_, [u8]>> {
        match self {
            Source::File(path) => match std::fs::read(path) {
                Ok(bytes) => Ok(bytes.into()),
                Err(error) => {
                    let message = format!("cannot read {}: {error}", path.display());
                    Err(unusable(message).with_source(error))
                }
            },
            Source::Bytes(_, bytes) => Ok(bytes[..].into()),
        }
    }

    /// All objects of a kind, at least one.
    fn all<T: PemObject>(&self, kind: &str) -> Result<Vec<T>> {
        let bytes = self.read()?;
        let found: Result<Vec<T>, _> = T::pem_slice_iter(&bytes).collect();
        match found {
            Ok(found) if found.is_empty() => {
                Err(unusable(format!("{} contains no {kind}", self.name())))
            }
            Ok(found) => Ok(found),
            Err(error) => {
                Err(unusable(format!("{} is not valid PEM: {error}", self.name()))
                    .with_source(error))
            }
        }
    }

    pub(super) fn certificates(&self) -> Result<Vec<CertificateDer<'static>>> {
        self.all("certificate")
    }

    pub(super) fn revocation_lists(&self) -> Result<Vec<CertificateRevocationListDer<'static>>> {
        self.all("certificate revocation list")
    }

    pub(super) fn key(&self) -> Result<PrivateKeyDer<'static>> {
        match PrivateKeyDer::from_pem_slice(&self.read()?) {
            Ok(key) => Ok(key),
            Err(pem::Error::NoItemsFound) => {
                Err(unusable(format!("{} contains no private key", self.name())))
            }
            Err(error) => {
                Err(unusable(format!("{} is not valid PEM: {error}", self.name()))
                    .with_source(error))
            }
        }
    }
}

/// The error for a certificate and a key that cannot be used together.
pub(super) fn mismatch(certificate: &Source, key: &Source, error: rustls::Error) -> crate::Error {
    let (certificate, key) = (certificate.name(), key.name());
    let message = match error {
        rustls::Error::InconsistentKeys(_) => {
            format!("the key of {key} does not belong to the certificate of {certificate}")
        }
        _ => format!("cannot use the certificate of {certificate} with the key of {key}: {error}"),
    };
    unusable(message).with_source(error)
}

/// Adds certificate authorities.
pub(super) fn add_roots(roots: &mut RootCertStore, source: &Source) -> Result<()> {
    for certificate in source.certificates()? {
        roots.add(certificate).map_err(|error| {
            let message = format!("cannot use a certificate of {}: {error}", source.name());
            unusable(message).with_source(error)
        })?;
    }
    Ok(())
}
