//! One end of a TLS connection, for both shells: it reads and writes any stream, which may wait or not.

use std::error::Error as StdError;
use std::fmt;
use std::io::{self, BufRead, IoSlice, Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::{AlertDescription, CertificateError, Connection};

use super::Peer;
use crate::net::socket::Socket;
use crate::transport::{Shown, foreign};

/// One end of a connection.
pub(crate) struct Tls {
    connection: Connection,
    /// Whether [`established`](Tls::established) has returned the peer.
    told: bool,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

impl Tls {
    pub(super) fn new(connection: Connection) -> Tls {
        Tls { connection, told: false }
    }

    pub(crate) fn is_handshaking(&self) -> bool {
        self.connection.is_handshaking()
    }

    /// Whether encrypted bytes wait to be written.
    pub(crate) fn wants_write(&self) -> bool {
        self.connection.wants_write()
    }

    /// The peer, once, when the handshake is complete.
    pub(crate) fn established(&mut self) -> Option<Arc<Peer>> {
        if self.told || self.is_handshaking() {
            return None;
        }
        self.told = true;
        Some(Arc::new(Peer::new(&self.connection)))
    }

    /// Whether decrypted bytes can be read without the stream.
    pub(crate) fn has_received(&mut self) -> bool {
        self.connection.process_new_packets().is_ok_and(|state| state.plaintext_bytes_to_read() > 0)
    }

    /// The number of decrypted bytes that can be read; zero if the peer has closed its end. Fails with
    /// [`io::ErrorKind::WouldBlock`] if there are none.
    #[cfg(feature = "http")]
    pub(crate) fn peek(&mut self, io: &mut (impl Read + Write)) -> io::Result<usize> {
        loop {
            let state = self.connection.process_new_packets();
            let state = state.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            if state.plaintext_bytes_to_read() > 0 || state.peer_has_closed() {
                return Ok(state.plaintext_bytes_to_read());
            }
            if self.receive(io)? == 0 {
                return Ok(0);
            }
        }
    }

    /// Completes the handshake.
    pub(crate) fn handshake(&mut self, io: &mut (impl Read + Write)) -> io::Result<()> {
        while self.is_handshaking() {
            self.flush(io)?;
            if self.is_handshaking() && self.receive(io)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        self.flush(io)
    }

    /// Reads decrypted bytes. Without a record of them, a stream with a time limit is read for at most
    /// about twice that `limit`, also if its peer sends a byte at a time.
    pub(crate) fn read(
        &mut self,
        io: &mut (impl Read + Write),
        bytes: &mut [u8],
        limit: Option<Duration>,
    ) -> io::Result<usize> {
        self.read_with(io, limit, |plaintext| plaintext.read(bytes))
    }

    /// As [`read`](Tls::read); `take` takes the decrypted bytes from where they are.
    pub(crate) fn read_with<T>(
        &mut self,
        io: &mut (impl Read + Write),
        limit: Option<Duration>,
        mut take: impl FnMut(&mut dyn BufRead) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut start = None;
        loop {
            match take(&mut self.connection.reader()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read,
            }
            if let (Some(start), Some(limit)) = (start, limit)
                && Instant::elapsed(&start) >= limit
            {
                return Err(io::ErrorKind::TimedOut.into());
            }
            // Answers to received records: a failure to send them must not prevent reading.
            let _ = self.flush(io);
            self.receive(io)?;
            if limit.is_some() {
                start.get_or_insert_with(Instant::now);
            }
        }
    }

    /// Reads from the stream once. Returns the number of encrypted bytes.
    fn receive(&mut self, io: &mut (impl Read + Write)) -> io::Result<usize> {
        let count = loop {
            match self.connection.read_tls(io) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        if let Err(error) = self.connection.process_new_packets() {
            // The alert says why; it is sent if it can be.
            let _ = self.flush(io);
            return Err(io::Error::new(io::ErrorKind::InvalidData, error));
        }
        Ok(count)
    }

    /// Encrypts bytes. They are taken as soon as the previous ones are written; [`flush`](Tls::flush)
    /// completes the write.
    pub(crate) fn write(
        &mut self,
        io: &mut impl Write,
        bytes: &[IoSlice<'_>],
    ) -> io::Result<usize> {
        self.flush(io)?;
        let count = self.connection.writer().write_vectored(bytes)?;
        match self.flush(io) {
            Err(error) if !is_waiting(&error) => Err(error),
            _ => Ok(count),
        }
    }

    /// Writes encrypted bytes.
    pub(crate) fn flush(&mut self, io: &mut impl Write) -> io::Result<()> {
        while self.connection.wants_write() {
            match self.connection.write_tls(&mut Slices(io)) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                written => drop(written?),
            }
        }
        Ok(())
    }

    /// Tells the peer that nothing more is sent (`close_notify`).
    pub(crate) fn close(&mut self, io: &mut impl Write) -> io::Result<()> {
        if !self.is_handshaking() {
            self.connection.send_close_notify();
        }
        self.flush(io)
    }
}

/// A stream that is written in the plain way if there is one slice, as there mostly is: the system call
/// for several takes longer, however many there are.
struct Slices<'a, IO>(&'a mut IO);

impl<IO: Write> Write for Slices<'_, IO> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }
    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match slices {
            [slice] => self.0.write(slice),
            _ => self.0.write_vectored(slices),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn is_waiting(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// The certificate of a server was issued by itself.
#[derive(Debug)]
pub(super) struct SelfSigned;

impl fmt::Display for SelfSigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the certificate is self-signed, and not trusted itself")
    }
}

impl StdError for SelfSigned {}

/// Why a handshake has failed.
pub(crate) fn reason(error: &io::Error) -> String {
    let cause = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match cause {
        Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
            "the certificate was issued by an authority that is not trusted".into()
        }
        Some(rustls::Error::InvalidCertificate(CertificateError::Other(other))) => {
            other.0.to_string()
        }
        Some(rustls::Error::InvalidCertificate(CertificateError::BadSignature)) => {
            "the certificate was not signed by the trusted authority that it names".into()
        }
        Some(rustls::Error::InvalidCertificate(CertificateError::Revoked)) => {
            "the certificate is revoked".into()
        }
        Some(rustls::Error::InvalidCertificate(other)) => other.to_string(),
        Some(rustls::Error::InvalidMessage(_)) => "the peer does not speak TLS".into(),
        Some(rustls::Error::AlertReceived(AlertDescription::CertificateRequired)) => {
            "the server requires a client certificate".into()
        }
        Some(rustls::Error::NoCertificatesPresented) => "the client has no certificate".into(),
        Some(other) => other.to_string(),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            "the connection was closed during the handshake".into()
        }
        None => error.to_string(),
    }
}

/// Looks at the first bytes of a client.
pub(crate) fn check_first_bytes(socket: &Socket) -> io::Result<()> {
    let mut first = [0; 8];
    match socket {
        Socket::Tcp(socket) => {
            let count = socket.peek(&mut first)?;
            not_tls(&first[..count])
        }
        // Servers have no TLS over it.
        #[cfg(unix)]
        Socket::Unix(_) => Ok(()),
    }
}

/// Fails if these are not the first bytes of TLS; with [`io::ErrorKind::ConnectionAborted`] if there
/// are none, because the client has closed its end.
pub(super) fn not_tls(first: &[u8]) -> io::Result<()> {
    if first.is_empty() {
        return Err(io::ErrorKind::ConnectionAborted.into());
    }
    match guess(first) {
        None => Ok(()),
        Some(guess) => {
            let message = format!("the client does not speak TLS; it seems to speak {guess}");
            Err(io::Error::new(io::ErrorKind::InvalidData, message))
        }
    }
}

/// The protocol of a client whose first bytes are these, if it is not TLS: the first byte decides that, and those
/// that have come with it name the protocol.
fn guess(first: &[u8]) -> Option<&'static str> {
    match first {
        [] | [0x16, ..] => None,
        [0x00 | 0x80 | 0x82, ..] => Some("Thrift"),
        _ => match foreign(first) {
            Shown::Is(name) => Some(name),
            Shown::Open | Shown::Not => Some("another protocol"),
        },
    }
}
