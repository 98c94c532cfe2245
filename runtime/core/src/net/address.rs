//! Server addresses.

mod alternatives;

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};

/// The address of a server.
///
/// Functions that take an address accept every type that converts into one: text, a [`SocketAddr`],
/// a pair of host or IP address and port, or the path of a unix socket.
///
/// | text | |
/// |---|---|
/// | `host:port`, `tcp://host:port` | TCP; the host is a name or an IP address, IPv6 addresses are in brackets |
/// | `host:port,host:port` | several servers, for clients: when one cannot be reached, another is used |
/// | `unix:/path`, `unix:///path` | a unix socket; `unix:path` is relative to the working directory |
/// | `unix:@name` | a unix socket in the abstract namespace of Linux |
/// | `tls://host:port` | TLS over TCP; needs the feature `tls` |
/// | `http://host/path`, `http://host:port/path` | HTTP, by default on port 80; needs the feature `http` |
/// | `https://host/path`, `https://host:port/path` | HTTP over TLS, by default on port 443; needs both |
///
/// ```
/// use thriftly::{Address, Scheme};
/// # fn main() -> thriftly::Result<()> {
/// for text in ["localhost:6000", "127.0.0.1:6000", "[::1]:6000", "tcp://localhost:6000"] {
///     Address::try_from(text)?;
/// }
/// assert_eq!(Address::from(("localhost", 6000)).to_string(), "localhost:6000");
/// assert_eq!(Address::from(([127, 0, 0, 1], 6000)).to_string(), "127.0.0.1:6000");
/// # #[cfg(unix)]
/// assert_eq!(Address::try_from("unix:/run/store.sock")?.scheme(), Scheme::Unix);
///
/// let error = Address::try_from("localhost").unwrap_err();
/// assert_eq!(error.to_string(), "the address `localhost` has no port: write it as `localhost:6000`");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    scheme: Scheme,
    /// Without brackets; empty for a unix socket.
    host: String,
    port: u16,
    /// The path of a unix socket, or that of a request. Empty for the other schemes.
    path: PathBuf,
    /// Hosts and ports of further servers, for TCP.
    others: Vec<(String, u16)>,
}

/// The kind of an [`Address`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// TCP.
    Tcp,
    /// TLS over TCP.
    Tls,
    /// A unix socket.
    Unix,
    /// HTTP over TCP.
    Http,
    /// HTTP over TLS.
    Https,
}

impl Scheme {
    /// The scheme of an address that is written as `name:…` or `name://…`.
    fn named(name: &str) -> Option<Scheme> {
        let all = [Scheme::Tcp, Scheme::Tls, Scheme::Unix, Scheme::Http, Scheme::Https];
        all.into_iter().find(|scheme| scheme.as_str().eq_ignore_ascii_case(name))
    }

    /// The name of the scheme in an address, such as `tls`.
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Tcp => "tcp",
            Scheme::Tls => "tls",
            Scheme::Unix => "unix",
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    /// Why this build has no such addresses, if it has none.
    fn unsupported(self) -> Option<&'static str> {
        const TLS: bool = cfg!(feature = "tls");
        const HTTP: bool = cfg!(feature = "http");
        match self {
            Scheme::Unix if !cfg!(unix) => Some("names a unix socket, which this platform has not"),
            Scheme::Tls if !TLS => Some("needs the feature `tls` of thriftly"),
            Scheme::Http if !HTTP => Some("needs the feature `http` of thriftly"),
            Scheme::Https if !HTTP && !TLS => {
                Some("needs the features `http` and `tls` of thriftly")
            }
            Scheme::Https if !HTTP => Some("needs the feature `http` of thriftly"),
            Scheme::Https if !TLS => Some("needs the feature `tls` of thriftly"),
            _ => None,
        }
    }

    /// The port of an address without one.
    fn default_port(self) -> Option<u16> {
        match self {
            Scheme::Http => Some(80),
            Scheme::Https => Some(443),
            Scheme::Tcp | Scheme::Tls | Scheme::Unix => None,
        }
    }

    fn has_path(self) -> bool {
        matches!(self, Scheme::Http | Scheme::Https)
    }
}

/// The name of the scheme in an address.
impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Address {
    /// The kind of address.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host name or IP address; IPv6 addresses are without brackets. Empty for a unix socket.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port; 0 for a unix socket.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The path of a request, with its query, for [`Scheme::Http`] and [`Scheme::Https`]: at least
    /// `/`. Otherwise empty.
    pub fn path(&self) -> &str {
        match self.scheme.has_path() {
            // It was made from text.
            true => self.path.to_str().unwrap_or("/"),
            false => "",
        }
    }

    /// The path of a unix socket; one that begins with `@` is a name in the abstract namespace.
    pub fn unix_path(&self) -> Option<&Path> {
        (self.scheme == Scheme::Unix).then_some(&*self.path)
    }

    /// The IP address and port, if the host is not a name.
    pub fn socket_addr(&self) -> Option<SocketAddr> {
        if let Ok(ip) = self.host.parse::<IpAddr>() {
            return Some(SocketAddr::new(ip, self.port));
        }
        // With a scope, as in `fe80::1%2`.
        let scoped = self.host.contains('%').then(|| format!("[{}]:{}", self.host, self.port));
        scoped?.parse::<SocketAddrV6>().ok().map(SocketAddr::V6)
    }

    /// The same host and port, with another scheme.
    pub(crate) fn with_scheme(mut self, scheme: Scheme) -> Address {
        self.scheme = scheme;
        self
    }

    fn tcp(host: String, port: u16) -> Address {
        Address { scheme: Scheme::Tcp, host, port, path: PathBuf::new(), others: Vec::new() }
    }

    fn unix(path: PathBuf) -> Address {
        Address { scheme: Scheme::Unix, host: String::new(), port: 0, path, others: Vec::new() }
    }

    /// Resolves the hosts to their addresses, at least one.
    pub(crate) fn resolve(&self) -> Result<Vec<SocketAddr>> {
        alternatives::all_found(self.each().map(|one| match one.socket_addr() {
            Some(number) => Ok(vec![number]),
            None => one.resolved((&*one.host, one.port).to_socket_addrs().map(Iterator::collect)),
        }))
    }

    /// Resolves the hosts to their addresses, at least one.
    #[cfg(feature = "async")]
    pub(crate) async fn lookup(&self) -> Result<Vec<SocketAddr>> {
        let mut found = Vec::new();
        for one in self.each() {
            found.push(match one.socket_addr() {
                Some(number) => Ok(vec![number]),
                None => {
                    let found = tokio::net::lookup_host((&*one.host, one.port)).await;
                    one.resolved(found.map(Iterator::collect))
                }
            });
        }
        alternatives::all_found(found)
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

    /// The error for a failed TLS handshake.
    #[cfg(feature = "tls")]
    pub(crate) fn tls_error(&self, error: std::io::Error) -> Error {
        let reason = crate::net::tls::reason(&error);
        let message = format!("cannot connect to {self}: the TLS handshake failed: {reason}");
        Error::new(ErrorKind::Connect, message).with_source(error)
    }

    /// The error for an address that cannot be bound.
    pub(crate) fn bind_error(&self, error: std::io::Error) -> Error {
        Error::new(ErrorKind::Connect, format!("cannot listen on {self}: {error}"))
            .with_source(error)
    }
}

/// As it is parsed. TCP addresses have no scheme.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scheme {
            Scheme::Unix => return write!(f, "unix:{}", self.path.display()),
            Scheme::Tcp => {}
            scheme => write!(f, "{scheme}://")?,
        }
        write_host(f, &self.host)?;
        if self.scheme.default_port() != Some(self.port) {
            write!(f, ":{}", self.port)?;
        }
        f.write_str(self.path())?;
        for (host, port) in self.others() {
            f.write_str(",")?;
            write_host(f, host)?;
            write!(f, ":{port}")?;
        }
        Ok(())
    }
}

/// Writes an IPv6 address in brackets.
fn write_host(f: &mut fmt::Formatter<'_>, host: &str) -> fmt::Result {
    match host.contains(':') {
        true => write!(f, "[{host}]"),
        false => f.write_str(host),
    }
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Address> {
        parse(text)
            .map_err(|why| Error::new(ErrorKind::Address, format!("the address `{text}` {why}")))
    }
}

/// Parses an address. The error continues the sentence that begins with the address.
fn parse(text: &str) -> Result<Address, String> {
    if text.is_empty() {
        return Err("is empty: write it as `127.0.0.1:6000`".into());
    }
    let (scheme, place) = match text.split_once("://") {
        Some((name, place)) => match Scheme::named(name) {
            Some(scheme) => (scheme, place),
            None => {
                return Err(format!(
                    "has the unknown scheme `{name}`: write tcp, tls, unix, http or https"
                ));
            }
        },
        None => match text.split_once(':') {
            Some((name, path)) if name.eq_ignore_ascii_case("unix") => (Scheme::Unix, path),
            _ => (Scheme::Tcp, text),
        },
    };
    if let Some(why) = scheme.unsupported() {
        return Err(why.into());
    }
    if scheme == Scheme::Unix {
        return match place {
            "" | "@" => Err("has no path: write it as `unix:/run/server.sock`".into()),
            path if path.contains('\0') => Err("has a NUL byte in its path".into()),
            path => Ok(Address::unix(path.into())),
        };
    }
    if scheme == Scheme::Tcp && place.contains(',') {
        return alternatives::parse_list(place);
    }
    if place.starts_with("unix:") || place.starts_with('/') {
        return Err(format!("is of the scheme `{scheme}`, which unix sockets do not support"));
    }
    let (authority, path) = match place.find(['/', '?', '#']) {
        Some(at) if scheme.has_path() => place.split_at(at),
        _ => (place, ""),
    };
    let (host, port) = host_and_port(scheme, authority)?;
    let path = match path {
        _ if !scheme.has_path() => String::new(),
        _ if path.contains('#') => return Err("has a fragment, which no server receives".into()),
        _ if path.contains(|c: char| !c.is_ascii_graphic()) => {
            return Err("has a path with characters that must be percent-encoded".into());
        }
        _ if path.starts_with('/') => path.to_owned(),
        _ => format!("/{path}"),
    };
    Ok(Address { scheme, host, port, path: path.into(), others: Vec::new() })
}

fn host_and_port(scheme: Scheme, authority: &str) -> Result<(String, u16), String> {
    if authority.contains('@') {
        return Err("has a user name, which is not supported".into());
    }
    // As in the examples of the messages.
    let prefix = match scheme {
        Scheme::Tcp => String::new(),
        scheme => format!("{scheme}://"),
    };
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((host, "")) => (host, None),
            Some((host, port)) => match port.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None => return Err(format!("has `{port}` after the closing bracket")),
            },
            None => return Err("has no closing bracket".into()),
        },
        None => match authority.rsplit_once(':') {
            Some((host, _)) if host.contains(':') => {
                return Err(format!("is not clear: write an IPv6 address as `{prefix}[::1]:6000`"));
            }
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if let Some(bad) = host.chars().find(|c| c.is_whitespace() || "/?#".contains(*c)) {
        return Err(match bad {
            '/' => format!("has a path, which addresses of the scheme `{scheme}` have not"),
            bad => format!("has the character {bad:?} in its host"),
        });
    }
    let port = match port {
        None => match scheme.default_port() {
            Some(port) => port,
            None => return Err(format!("has no port: write it as `{prefix}{authority}:6000`")),
        },
        Some(port) => match port.strip_suffix('/').filter(|_| !scheme.has_path()).unwrap_or(port) {
            port if port.contains('/') => {
                return Err(format!(
                    "has a path, which addresses of the scheme `{scheme}` have not"
                ));
            }
            port => match port.bytes().all(|byte| byte.is_ascii_digit()).then(|| port.parse()) {
                Some(Ok(port)) => port,
                _ => {
                    return Err(format!(
                        "has the port `{port}`, which is not a number from 0 to 65535"
                    ));
                }
            },
        },
    };
    if host.is_empty() {
        return Err(format!("has no host: write it as `{prefix}127.0.0.1:{port}`"));
    }
    Ok((host.to_owned(), port))
}

/// Resolves the host, as [`std::net::TcpStream::connect`] needs it.
impl ToSocketAddrs for Address {
    type Iter = std::vec::IntoIter<SocketAddr>;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        if self.scheme == Scheme::Unix {
            let message = format!("{self} has no IP address");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        match self.socket_addr() {
            Some(number) if self.others.is_empty() => Ok(vec![number].into_iter()),
            _ => Ok(self.resolve().map_err(io::Error::from)?.into_iter()),
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

impl From<&Address> for Address {
    fn from(address: &Address) -> Address {
        address.clone()
    }
}

/// Generates infallible conversions.
macro_rules! from {
    ($($pattern:pat => $type:ty: $address:expr;)*) => {$(
        impl From<$type> for Address {
            fn from($pattern: $type) -> Address {
                $address
            }
        }
    )*};
}

from! {
    address => SocketAddrV4: Address::tcp(address.ip().to_string(), address.port());
    address => SocketAddrV6: match address.scope_id() {
        0 => Address::tcp(address.ip().to_string(), address.port()),
        scope => Address::tcp(format!("{}%{scope}", address.ip()), address.port()),
    };
    address => SocketAddr: match address {
        SocketAddr::V4(address) => address.into(),
        SocketAddr::V6(address) => address.into(),
    };
    address => &SocketAddr: Address::from(*address);
    (host, port) => (&str, u16): Address::tcp(host.to_owned(), port);
    (host, port) => (String, u16): Address::tcp(host, port);
    (ip, port) => (IpAddr, u16): Address::tcp(ip.to_string(), port);
    (ip, port) => (Ipv4Addr, u16): Address::tcp(ip.to_string(), port);
    (ip, port) => (Ipv6Addr, u16): Address::tcp(ip.to_string(), port);
    (ip, port) => ([u8; 4], u16): Address::tcp(Ipv4Addr::from(ip).to_string(), port);
    (ip, port) => ([u16; 8], u16): Address::tcp(Ipv6Addr::from(ip).to_string(), port);
}

#[cfg(unix)]
from! {
    path => &Path: Address::unix(path.to_owned());
    path => PathBuf: Address::unix(path);
    path => &PathBuf: Address::unix(path.clone());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_they_are_read() -> Result<()> {
        for text in ["localhost:6000", "127.0.0.1:0", "[::1]:65535", "a.b-c_d:1", "[fe80::1%2]:7"] {
            assert_eq!(Address::try_from(text)?.to_string(), text);
        }
        for text in ["tcp://h:1", "TCP://h:1", "tcp://h:1/", "h:1"] {
            assert_eq!(Address::try_from(text)?, Address::from(("h", 1)), "{text}");
        }
        let socket = SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], 6000));
        assert_eq!(Address::from(socket).resolve()?, [socket]);
        let scoped = SocketAddrV6::new(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1), 7, 0, 2);
        assert_eq!(Address::from(scoped).to_string(), "[fe80::1%2]:7");
        assert_eq!(Address::from(scoped).socket_addr(), Some(scoped.into()));
        Ok(())
    }

    #[test]
    fn every_conversion_gives_the_same_address() {
        let v4 = Address::from(("127.0.0.1", 9));
        let ip = Ipv4Addr::LOCALHOST;
        assert_eq!(Address::from((ip, 9)), v4);
        assert_eq!(Address::from((IpAddr::V4(ip), 9)), v4);
        assert_eq!(Address::from(([127, 0, 0, 1], 9)), v4);
        assert_eq!(Address::from(("127.0.0.1".to_owned(), 9)), v4);
        assert_eq!(Address::from(&SocketAddr::from((ip, 9))), v4);
        assert_eq!(Address::from(&v4), v4);
        let v6 = Address::from(("::1", 9));
        assert_eq!(Address::from((Ipv6Addr::LOCALHOST, 9)), v6);
        assert_eq!(Address::from(([0, 0, 0, 0, 0, 0, 0, 1], 9)), v6);
        assert_eq!(v6.to_string(), "[::1]:9");
    }

    #[test]
    #[cfg(unix)]
    fn the_path_of_a_unix_socket_is_kept() -> Result<()> {
        for (text, path) in [
            ("unix:/run/a b.sock", "/run/a b.sock"),
            ("unix:///run/a.sock", "/run/a.sock"),
            ("unix:a/b", "a/b"),
            ("UNIX:a", "a"),
            ("unix:@name", "@name"),
        ] {
            let address = Address::try_from(text)?;
            assert_eq!(address.scheme(), Scheme::Unix);
            assert_eq!(address.unix_path(), Some(Path::new(path)));
            assert_eq!(address.to_string(), format!("unix:{path}"));
            assert_eq!(address, Address::from(Path::new(path)));
            assert_eq!((address.host(), address.port(), address.path()), ("", 0, ""));
            assert!(address.to_socket_addrs().is_err());
        }
        Ok(())
    }

    #[test]
    #[cfg(feature = "tls")]
    fn a_tls_address_has_a_host_and_a_port() -> Result<()> {
        let address = Address::try_from("tls://store.example:9090")?;
        assert_eq!((address.scheme(), address.host()), (Scheme::Tls, "store.example"));
        assert_eq!(address.to_string(), "tls://store.example:9090");
        assert_eq!(address.unix_path(), None);
        Ok(())
    }

    #[test]
    #[cfg(feature = "http")]
    fn an_http_address_has_a_path_and_a_default_port() -> Result<()> {
        for (text, host, port, path, shown) in [
            ("http://h", "h", 80, "/", "http://h/"),
            ("http://h:80/a/b?c=d", "h", 80, "/a/b?c=d", "http://h/a/b?c=d"),
            ("http://h:8080", "h", 8080, "/", "http://h:8080/"),
            ("http://[::1]:8080/x", "::1", 8080, "/x", "http://[::1]:8080/x"),
            ("http://[::1]/x", "::1", 80, "/x", "http://[::1]/x"),
            ("http://h?c", "h", 80, "/?c", "http://h/?c"),
        ] {
            let address = Address::try_from(text)?;
            assert_eq!(
                (address.scheme(), address.host(), address.port(), address.path()),
                (Scheme::Http, host, port, path)
            );
            assert_eq!(address.to_string(), shown);
        }
        for (text, why) in [
            ("http://h/#x", "has a fragment, which no server receives"),
            ("http://h/a b", "has a path with characters that must be percent-encoded"),
            ("http://u:p@h/", "has a user name, which is not supported"),
            ("http://u@h/", "has a user name, which is not supported"),
            ("http:///x", "is of the scheme `http`, which unix sockets do not support"),
        ] {
            let error = Address::try_from(text).expect_err(text);
            assert_eq!(error.to_string(), format!("the address `{text}` {why}"));
        }
        Ok(())
    }

    #[test]
    #[cfg(all(feature = "http", feature = "tls"))]
    fn an_https_address_has_its_own_default_port() -> Result<()> {
        let address = Address::try_from("https://h/x")?;
        assert_eq!((address.scheme(), address.port()), (Scheme::Https, 443));
        assert_eq!(address.to_string(), "https://h/x");
        Ok(())
    }

    #[test]
    fn an_error_says_what_is_wrong_with_the_address() {
        let mut cases = vec![
            ("", "is empty: write it as `127.0.0.1:6000`"),
            ("h", "has no port: write it as `h:6000`"),
            ("[::1]", "has no port: write it as `[::1]:6000`"),
            ("::1", "is not clear: write an IPv6 address as `[::1]:6000`"),
            ("[::1:80", "has no closing bracket"),
            ("[::1]x", "has `x` after the closing bracket"),
            (":80", "has no host: write it as `127.0.0.1:80`"),
            ("h:x", "has the port `x`, which is not a number from 0 to 65535"),
            ("h:+1", "has the port `+1`, which is not a number from 0 to 65535"),
            ("h:65536", "has the port `65536`, which is not a number from 0 to 65535"),
            ("h:1/x", "has a path, which addresses of the scheme `tcp` have not"),
            ("u@h:1", "has a user name, which is not supported"),
            ("h h:1", "has the character ' ' in its host"),
            ("ftp://h:1", "has the unknown scheme `ftp`: write tcp, tls, unix, http or https"),
        ];
        if cfg!(unix) {
            cases.extend([
                ("unix:", "has no path: write it as `unix:/run/server.sock`"),
                ("unix:@", "has no path: write it as `unix:/run/server.sock`"),
                ("unix:a\0b", "has a NUL byte in its path"),
            ]);
        }
        if cfg!(feature = "tls") {
            cases.extend([
                ("tls://h", "has no port: write it as `tls://h:6000`"),
                ("tls:///s", "is of the scheme `tls`, which unix sockets do not support"),
                ("tls://unix:/s", "is of the scheme `tls`, which unix sockets do not support"),
            ]);
        } else {
            cases.push(("tls://h:1", "needs the feature `tls` of thriftly"));
        }
        if !cfg!(feature = "http") {
            cases.push(("http://h", "needs the feature `http` of thriftly"));
        }
        if !cfg!(feature = "http") && !cfg!(feature = "tls") {
            cases.push(("https://h", "needs the features `http` and `tls` of thriftly"));
        }
        for (text, why) in cases {
            let error = Address::try_from(text).expect_err(text);
            assert_eq!(error.kind(), ErrorKind::Address);
            assert_eq!(error.to_string(), format!("the address `{text}` {why}"));
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "it asks the machine")]
    fn the_error_of_a_failed_lookup_names_the_address() {
        let error = Address::from(("no such host", 1)).resolve().expect_err("no such host");
        assert!(error.to_string().starts_with("cannot resolve no such host:1: "));
    }
}
