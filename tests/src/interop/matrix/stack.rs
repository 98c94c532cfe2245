//! The protocol, transport and socket of a connection.

use std::fmt;
use std::path::PathBuf;

/// What both ends of a connection speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stack {
    /// The name of the protocol on the command line of a peer. Some peers have several implementations of a
    /// protocol, such as `binary-in-c`.
    pub protocol: &'static str,
    /// The name of the transport on the command line, also with several implementations, such as `framed-in-nio`.
    pub transport: &'static str,
    /// Several services.
    pub multiplex: bool,
    /// The socket.
    pub socket: Socket,
}

/// A kind of socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Socket {
    /// TCP over IPv4.
    Tcp,
    /// A Unix socket.
    Unix,
    /// TLS over TCP.
    Tls,
}

/// The files of a run.
#[derive(Debug, Clone)]
pub(super) struct Files {
    /// The path of the Unix socket.
    pub(super) socket: PathBuf,
    /// The authority of the server's certificate, the certificate, and its key.
    pub(super) authority: PathBuf,
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

impl Stack {
    /// A protocol and a transport over TCP.
    pub const fn new(protocol: &'static str, transport: &'static str) -> Stack {
        Stack { protocol, transport, multiplex: false, socket: Socket::Tcp }
    }

    /// With several services.
    pub const fn multiplexed(self) -> Stack {
        Stack { multiplex: true, ..self }
    }

    /// Over another kind of socket.
    pub const fn over(self, socket: Socket) -> Stack {
        Stack { socket, ..self }
    }

    /// The stack on the wire: `binary` of `binary-in-c`.
    pub fn on_the_wire(&self) -> Stack {
        let wire = |name: &'static str| name.split_once("-in-").map_or(name, |(wire, _)| wire);
        Stack { protocol: wire(self.protocol), transport: wire(self.transport), ..*self }
    }

    /// The arguments of a program that speaks it.
    pub(super) fn arguments(&self, port: u16, files: &Files, server: bool) -> Vec<String> {
        let port = port.to_string();
        let mut words = vec!["--host", "127.0.0.1", "--port", &port, "--protocol", self.protocol];
        words.extend(["--transport", self.transport]);
        if self.multiplex {
            words.push("--multiplex");
        }
        let mut words: Vec<String> = words.into_iter().map(String::from).collect();
        let mut option = |name: &str, paths: &[&PathBuf]| {
            words.push(name.into());
            words.extend(paths.iter().map(|path| path.display().to_string()));
        };
        match self.socket {
            Socket::Tcp => {}
            Socket::Unix => option("--domain-socket", &[&files.socket]),
            Socket::Tls if server => option("--tls", &[&files.certificate, &files.key]),
            Socket::Tls => option("--tls", &[&files.authority]),
        }
        words
    }
}

impl fmt::Display for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let multiplex = if self.multiplex { ", multiplexed" } else { "" };
        let socket = match self.socket {
            Socket::Tcp => "",
            Socket::Unix => ", unix",
            Socket::Tls => ", tls",
        };
        f.pad(&format!("{}, {}{multiplex}{socket}", self.protocol, self.transport))
    }
}
