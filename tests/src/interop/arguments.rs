//! The command line of `interop_server` and `interop_client`.

use std::path::PathBuf;

use thriftly::{Framing, Protocol};

/// What a program is to speak, and where.
#[derive(Debug)]
pub(super) struct Arguments {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) protocol: Protocol,
    pub(super) transport: Transport,
    /// Two services, `Interop` and `Second`, on each connection.
    pub(super) multiplex: bool,
    /// A Unix socket in place of host and port.
    pub(super) domain_socket: Option<PathBuf>,
    /// The server's certificate and key, or the client's certificate authority.
    pub(super) tls: Vec<PathBuf>,
    /// The blocking server or client in place of the async one.
    pub(super) blocking: bool,
}

/// The user and the password of [`Transport::Sasl`].
pub(super) const LOGIN: (&str, &str) = ("user", "password");

/// How messages are carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    /// Directly over a socket.
    Socket(Framing),
    /// In one zlib stream for each direction, without frames.
    Zlib,
    /// In requests of HTTP/1.1.
    Http,
    /// After a login by SASL PLAIN.
    Sasl,
}

impl Arguments {
    /// The address to listen on: any transport is detected.
    pub(super) fn listen_address(&self) -> String {
        match &self.domain_socket {
            Some(path) => format!("unix:{}", path.display()),
            None => format!("{}:{}", self.host, self.port),
        }
    }

    /// The server's address.
    pub(super) fn address(&self) -> String {
        let Arguments { host, port, .. } = self;
        match (&self.domain_socket, self.transport, self.tls.is_empty()) {
            (Some(path), ..) => format!("unix:{}", path.display()),
            (None, Transport::Http, true) => format!("http://{host}:{port}/"),
            (None, Transport::Http, false) => format!("https://{host}:{port}/"),
            (None, _, true) => format!("{host}:{port}"),
            (None, _, false) => format!("tls://{host}:{port}"),
        }
    }

    /// Parses the arguments of this process. `files` is the number of files after `--tls`.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(super) fn parse(files: usize) -> Result<Arguments, String> {
        let mut found = Arguments {
            host: "127.0.0.1".into(),
            port: 9090,
            protocol: Protocol::Binary,
            transport: Transport::Socket(Framing::Unframed),
            multiplex: false,
            domain_socket: None,
            tls: Vec::new(),
            blocking: false,
        };
        let mut words = std::env::args().skip(1);
        while let Some(option) = words.next() {
            let mut value = || words.next().ok_or(format!("{option} takes a value"));
            match &*option {
                "--host" => found.host = value()?,
                "--port" => found.port = value()?.parse().map_err(|_| "--port takes a port")?,
                "--protocol" => found.protocol = protocol(&value()?)?,
                "--transport" => found.transport = transport(&value()?)?,
                "--multiplex" => found.multiplex = true,
                "--domain-socket" => found.domain_socket = Some(value()?.into()),
                "--tls" => {
                    for _ in 0..files {
                        found.tls.push(value()?.into());
                    }
                }
                "--blocking" => found.blocking = true,
                _ => return Err(format!("unknown option {option}")),
            }
        }
        Ok(found)
    }
}

fn protocol(name: &str) -> Result<Protocol, String> {
    Ok(match name {
        "binary" => Protocol::Binary,
        "compact" => Protocol::Compact,
        "json" => Protocol::Json,
        "tpjson" => Protocol::ThriftPyJson,
        _ => return Err(format!("unknown protocol {name}")),
    })
}

fn transport(name: &str) -> Result<Transport, String> {
    Ok(match name {
        "buffered" => Transport::Socket(Framing::Unframed),
        "framed" => Transport::Socket(Framing::Framed),
        "header" => Transport::Socket(Framing::Header),
        "zlib" => Transport::Zlib,
        "http" => Transport::Http,
        "sasl" => Transport::Sasl,
        _ => return Err(format!("unknown transport {name}")),
    })
}
