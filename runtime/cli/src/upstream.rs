//! The server that a command calls, and how it is reached.

use std::path::PathBuf;

use thriftly_core::tls::ClientTls;
use thriftly_core::{
    Address, Channel, ClientBuilder, Error, ErrorKind, Framing, Headers, Protocol, Result, Scheme,
    blocking,
};

use crate::stack::framing_name;

/// The server, and what it speaks.
#[derive(Debug, Clone)]
pub(crate) struct Upstream {
    pub(crate) address: String,
    pub(crate) protocol: Protocol,
    pub(crate) framing: Framing,
    pub(crate) tls: Tls,
}

/// Certificates for TLS.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tls {
    /// The authorities that sign the servers' certificates, in place of those of the system.
    pub(crate) ca: Option<PathBuf>,
    /// The own certificate, and its key.
    pub(crate) identity: Option<(PathBuf, PathBuf)>,
    /// The name in the server's certificate, if it is not that of the address.
    pub(crate) server_name: Option<String>,
}

impl Tls {
    /// The settings, if any were given.
    fn settings(&self) -> Result<Option<ClientTls>> {
        let Tls { ca, identity, server_name } = self;
        if ca.is_none() && identity.is_none() && server_name.is_none() {
            return Ok(None);
        }
        let mut tls = ClientTls::new();
        if let Some(ca) = ca {
            tls = tls.ca_file(ca)?;
        }
        if let Some((certificate, key)) = identity {
            tls = tls.identity_files(certificate, key)?;
        }
        if let Some(name) = server_name {
            tls = tls.server_name(name)?;
        }
        Ok(Some(tls))
    }
}

impl Upstream {
    /// The builder of an async channel.
    pub(crate) fn builder(&self) -> Result<ClientBuilder<Channel>> {
        let builder = ClientBuilder::new().protocol(self.protocol).framing(self.framing);
        Ok(match self.tls.settings()? {
            Some(tls) => builder.tls(tls),
            None => builder,
        })
    }

    /// The builder of a blocking channel.
    pub(crate) fn blocking(&self) -> Result<blocking::ClientBuilder<blocking::Channel>> {
        let builder = blocking::ClientBuilder::new().protocol(self.protocol).framing(self.framing);
        Ok(match self.tls.settings()? {
            Some(tls) => builder.tls(tls),
            None => builder,
        })
    }

    /// Whether messages to it carry headers.
    ///
    /// # Errors
    /// The address cannot be parsed.
    pub(crate) fn has_headers(&self) -> Result<bool> {
        let address: Address = self.address.parse()?;
        let is_http = matches!(address.scheme(), Scheme::Http | Scheme::Https);
        Ok(is_http || matches!(self.framing, Framing::Header | Framing::TtHeader))
    }

    /// The headers of calls, by their names.
    ///
    /// # Errors
    /// There are some, but messages to it carry none; the address cannot be parsed.
    pub(crate) fn headers(&self, given: &[(String, String)]) -> Result<Headers> {
        if let [(name, _), ..] = given
            && !self.has_headers()?
        {
            let framing = framing_name(self.framing);
            let message = format!(
                "the header `{name}` cannot be sent: {framing} messages have none; \
                 `--framing header`, `--framing ttheader` and http:// addresses do"
            );
            return Err(Error::new(ErrorKind::InvalidData, message));
        }
        Ok(given.iter().cloned().collect())
    }
}
