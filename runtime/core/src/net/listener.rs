//! Listening sockets of both sides.

use std::io;
use std::net::{SocketAddr, TcpListener};
#[cfg(unix)]
use std::os::unix::net::UnixListener;
use std::path::Path;

use rustix::event::{PollFd, PollFlags};
use socket2::{Domain, Socket as RawSocket, Type};

use super::address::{Address, Scheme};
use super::endpoints::Endpoints;
use super::socket::Socket;
#[cfg(unix)]
use super::unix::{self, SocketFile};
use crate::error::{Error, ErrorKind, Result};
use crate::settings::ServerSettings;

/// A listening socket.
#[derive(Debug)]
pub(crate) enum Listener {
    Tcp(TcpListener),
    /// With its file, if it has one and this has made it.
    #[cfg(unix)]
    Unix(
        UnixListener,
        #[cfg_attr(not(feature = "async"), expect(dead_code, reason = "it is dropped"))]
        Option<SocketFile>,
    ),
}

impl Listener {
    /// Listens on an address.
    pub(crate) fn bind(address: &Address, settings: &ServerSettings) -> Result<Listener> {
        check(address, settings)?;
        match address.unix_path() {
            Some(path) => Listener::at_path(path, settings),
            None => Listener::at_first(&address.resolve()?, settings),
        }
        .map_err(|error| address.bind_error(error))
    }

    /// As [`bind`](Listener::bind), with a name lookup that does not block.
    #[cfg(feature = "async")]
    pub(crate) async fn bind_async(
        address: &Address,
        settings: &ServerSettings,
    ) -> Result<Listener> {
        check(address, settings)?;
        match address.unix_path() {
            Some(path) => Listener::at_path(path, settings),
            None => Listener::at_first(&address.lookup().await?, settings),
        }
        .map_err(|error| address.bind_error(error))
    }

    /// Listens on the first address that can be bound.
    fn at_first(addresses: &[SocketAddr], settings: &ServerSettings) -> io::Result<Listener> {
        let mut result = Err(io::ErrorKind::AddrNotAvailable.into());
        for &address in addresses {
            result = listen(address, settings);
            if result.is_ok() {
                break;
            }
        }
        result.map(Listener::Tcp)
    }

    #[cfg(unix)]
    fn at_path(path: &Path, settings: &ServerSettings) -> io::Result<Listener> {
        let (listener, file) = unix::listen(path, settings.unix_mode, settings.backlog)?;
        Ok(Listener::Unix(listener, file))
    }

    #[cfg(not(unix))]
    fn at_path(_: &Path, _: &ServerSettings) -> io::Result<Listener> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// The address at which clients connect.
    pub(crate) fn served_at(&self, settings: &ServerSettings) -> Result<Address> {
        let address = self.local_addr().map_err(unusable)?;
        let address = match settings.has_tls() {
            true if address.scheme() == Scheme::Tcp => address.with_scheme(Scheme::Tls),
            _ => address,
        };
        check(&address, settings)?;
        Ok(address)
    }

    fn local_addr(&self) -> io::Result<Address> {
        match self {
            Listener::Tcp(listener) => Ok(listener.local_addr()?.into()),
            #[cfg(unix)]
            Listener::Unix(listener, _) => {
                let local = listener.local_addr()?;
                #[cfg(any(target_os = "linux", target_os = "android"))]
                if let Some(name) = std::os::linux::net::SocketAddrExt::as_abstract_name(&local) {
                    use std::os::unix::ffi::OsStringExt;
                    let name = [b"@", name].concat();
                    return Ok(std::path::PathBuf::from(std::ffi::OsString::from_vec(name)).into());
                }
                Ok(local.as_pathname().unwrap_or("".as_ref()).into())
            }
        }
    }

    pub(crate) fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        match self {
            Listener::Tcp(listener) => listener.set_nonblocking(nonblocking),
            #[cfg(unix)]
            Listener::Unix(listener, _) => listener.set_nonblocking(nonblocking),
        }
    }

    /// The socket in a call of `poll`.
    pub(crate) fn poll_fd(&self) -> PollFd<'_> {
        match self {
            Listener::Tcp(listener) => PollFd::new(listener, PollFlags::IN),
            #[cfg(unix)]
            Listener::Unix(listener, _) => PollFd::new(listener, PollFlags::IN),
        }
    }

    pub(crate) fn accept(&self) -> io::Result<(Socket, Endpoints)> {
        match self {
            Listener::Tcp(listener) => {
                let (stream, peer) = listener.accept()?;
                let local = stream.local_addr().ok();
                let ends = Endpoints { peer: Some(peer), local, ..Endpoints::default() };
                Ok((Socket::Tcp(stream), ends))
            }
            #[cfg(unix)]
            Listener::Unix(listener, _) => {
                let (stream, _) = listener.accept()?;
                let ends = Endpoints { unix: true, ..Endpoints::default() };
                Ok((Socket::Unix(stream), ends))
            }
        }
    }
}

/// The error for a socket that cannot be served on.
pub(crate) fn unusable(error: io::Error) -> Error {
    let message = format!("cannot serve on this socket: {error}");
    Error::new(ErrorKind::Connect, message).with_source(error)
}

/// Whether a server can be bound to the address.
fn check(address: &Address, settings: &ServerSettings) -> Result<()> {
    let refused = |why: &str| {
        Err(Error::new(ErrorKind::Address, format!("cannot listen on {address}: {why}")))
    };
    match address.scheme() {
        Scheme::Tcp => Ok(()),
        Scheme::Unix if settings.has_tls() => refused("unix sockets do not support TLS"),
        Scheme::Unix => Ok(()),
        Scheme::Tls if settings.has_tls() => Ok(()),
        Scheme::Tls => refused("TLS needs a certificate: set it with `tls`"),
        Scheme::Http | Scheme::Https => {
            refused("servers detect HTTP: write the address as `host:port`")
        }
    }
}

fn listen(address: SocketAddr, settings: &ServerSettings) -> io::Result<TcpListener> {
    let socket = RawSocket::new(Domain::for_address(address), Type::STREAM, None)?;
    // A restarted server can bind its port while old connections are in TIME_WAIT.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    #[cfg(all(unix, not(any(target_os = "solaris", target_os = "illumos"))))]
    if settings.reuse_port {
        socket.set_reuse_port(true)?;
    }
    socket.bind(&address.into())?;
    socket.listen(settings.backlog)?;
    Ok(socket.into())
}
