//! Server addresses.

use std::fmt;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};

/// The address of a server: host and port.
///
/// Functions that take an address accept every type that converts into one:
///
/// ```
/// use thriftly::Address;
/// # fn main() -> thriftly::Result<()> {
/// for text in ["localhost:6000", "127.0.0.1:6000", "[::1]:6000", "tcp://localhost:6000"] {
///     Address::try_from(text)?;
/// }
/// assert_eq!(Address::from(("localhost", 6000)).to_string(), "localhost:6000");
///
/// let error = Address::try_from("localhost").unwrap_err();
/// assert_eq!(error.to_string(), "the address `localhost` has no port: write it as `localhost:6000`");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    /// Without brackets.
    host: String,
    port: u16,
}

impl Address {
    /// The host name or IP address; IPv6 addresses are without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The socket address, if the host is an IP address.
    pub(crate) fn number(&self) -> Option<SocketAddr> {
        self.host.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, self.port))
    }

    /// Resolves the host to its addresses, at least one.
    pub(crate) fn resolve(&self) -> Result<Vec<SocketAddr>> {
        if let Some(number) = self.number() {
            return Ok(vec![number]);
        }
        self.resolved((&*self.host, self.port).to_socket_addrs().map(Iterator::collect))
    }

    /// The result of the name lookup.
    pub(crate) fn resolved(
        &self,
        found: std::io::Result<Vec<SocketAddr>>,
    ) -> Result<Vec<SocketAddr>> {
        match found {
            Ok(found) if found.is_empty() => {
                Err(Error::new(ErrorKind::Address, format!("{self} resolved to no addresses")))
            }
            Ok(found) => Ok(found),
            Err(error) => {
                let message = format!("cannot resolve {self}: {error}");
                Err(Error::new(ErrorKind::Address, message).with_source(error))
            }
        }
    }

    /// The error for a failed connection attempt.
    pub(crate) fn connect_error(&self, error: std::io::Error) -> Error {
        Error::new(ErrorKind::Connect, format!("cannot connect to {self}: {error}"))
            .with_source(error)
    }

    /// The error for a connection attempt that timed out.
    pub(crate) fn connect_timeout(&self, timeout: std::time::Duration) -> Error {
        Error::new(
            ErrorKind::Connect,
            format!("cannot connect to {self}: timed out after {timeout:?}"),
        )
    }

    /// The error for an address that cannot be bound.
    pub(crate) fn bind_error(&self, error: std::io::Error) -> Error {
        Error::new(ErrorKind::Connect, format!("cannot listen on {self}: {error}"))
            .with_source(error)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Address> {
        let bad = |why: String| {
            Err(Error::new(ErrorKind::Address, format!("the address `{text}` {why}")))
        };
        if text.is_empty() {
            return bad("is empty: write it as `127.0.0.1:6000`".into());
        }
        let place = match text.split_once("://") {
            Some(("tcp", place)) => place,
            Some((scheme, _)) => {
                return bad(format!(
                    "is of the kind `{scheme}`, which is not supported by this build"
                ));
            }
            None if text.starts_with("unix:") => {
                return bad("is of the kind `unix`, which is not supported by this build".into());
            }
            None => text,
        };
        let (host, port) = match place.strip_prefix('[') {
            Some(rest) => match rest.split_once(']') {
                Some((host, port)) => (host, port.strip_prefix(':')),
                None => return bad("has no closing bracket".into()),
            },
            None => match place.rsplit_once(':') {
                Some((host, _)) if host.contains(':') => {
                    return bad("is not clear: write an IPv6 address as `[::1]:6000`".into());
                }
                Some((host, port)) => (host, Some(port)),
                None => (place, None),
            },
        };
        let Some(port) = port else {
            return bad(format!("has no port: write it as `{place}:6000`"));
        };
        if host.is_empty() {
            return bad(format!("has no host: write it as `127.0.0.1:{port}`"));
        }
        match port.parse() {
            Ok(port) => Ok(Address { host: host.to_owned(), port }),
            Err(_) => bad(format!("has the port `{port}`, which is not a number from 0 to 65535")),
        }
    }
}

impl TryFrom<&str> for Address {
    type Error = Error;
    fn try_from(text: &str) -> Result<Address> {
        text.parse()
    }
}

impl TryFrom<String> for Address {
    type Error = Error;
    fn try_from(text: String) -> Result<Address> {
        text.parse()
    }
}

impl TryFrom<&String> for Address {
    type Error = Error;
    fn try_from(text: &String) -> Result<Address> {
        text.parse()
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Address {
        Address { host: address.ip().to_string(), port: address.port() }
    }
}

impl From<(&str, u16)> for Address {
    fn from((host, port): (&str, u16)) -> Address {
        Address { host: host.to_owned(), port }
    }
}

impl From<(String, u16)> for Address {
    fn from((host, port): (String, u16)) -> Address {
        Address { host, port }
    }
}

impl From<&Address> for Address {
    fn from(address: &Address) -> Address {
        address.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_they_are_read() -> Result<()> {
        for text in ["localhost:6000", "127.0.0.1:0", "[::1]:65535", "a.b-c_d:1"] {
            assert_eq!(Address::try_from(text)?.to_string(), text);
        }
        assert_eq!(Address::try_from("tcp://h:1")?, Address::from(("h", 1)));
        let socket = SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], 6000));
        assert_eq!(Address::from(socket).resolve()?, [socket]);
        Ok(())
    }

    #[test]
    fn what_is_wrong_with_an_address_is_said() {
        for (text, message) in [
            ("", "the address `` is empty: write it as `127.0.0.1:6000`"),
            ("h", "the address `h` has no port: write it as `h:6000`"),
            ("[::1]", "the address `[::1]` has no port: write it as `[::1]:6000`"),
            ("::1", "the address `::1` is not clear: write an IPv6 address as `[::1]:6000`"),
            ("[::1:80", "the address `[::1:80` has no closing bracket"),
            (":80", "the address `:80` has no host: write it as `127.0.0.1:80`"),
            ("h:x", "the address `h:x` has the port `x`, which is not a number from 0 to 65535"),
            (
                "h:65536",
                "the address `h:65536` has the port `65536`, which is not a number from 0 to 65535",
            ),
            (
                "unix:/a",
                "the address `unix:/a` is of the kind `unix`, which is not supported by this build",
            ),
            (
                "tls://h:1",
                "the address `tls://h:1` is of the kind `tls`, which is not supported by this build",
            ),
        ] {
            let error = Address::try_from(text).expect_err(text);
            assert_eq!(error.kind(), ErrorKind::Address);
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "it asks the machine")]
    fn a_name_that_stands_for_nothing_is_named() {
        let error = Address::from(("no such host", 1)).resolve().expect_err("no such host");
        assert!(error.to_string().starts_with("cannot resolve no such host:1: "));
    }
}
