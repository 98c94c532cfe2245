//! TLS at both ends: the certificate of servers, and the load generator's streams.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, ServerConfig, SignatureScheme,
};

use crate::Result;

/// The settings of a server with a certificate of its own.
///
/// # Errors
/// There is no certificate.
pub fn server() -> Result<Arc<ServerConfig>> {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let key = PrivatePkcs8KeyDer::from(own.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key.into())?;
    Ok(Arc::new(config))
}

/// A stream of the load generator.
pub enum Stream {
    Plain(TcpStream),
    Tls(TcpStream, Box<ClientConnection>),
}

impl Stream {
    /// The stream over a socket that waits; with TLS, its handshake is complete.
    ///
    /// # Errors
    /// The handshake fails.
    pub fn new(mut socket: TcpStream, tls: bool) -> Result<Stream> {
        if !tls {
            return Ok(Stream::Plain(socket));
        }
        let provider = Arc::new(ring::default_provider());
        let verifier = Arc::new(Any(Arc::clone(&provider)));
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost")?;
        let mut tls = Box::new(ClientConnection::new(Arc::new(config), name)?);
        while tls.is_handshaking() {
            tls.complete_io(&mut socket)?;
        }
        Ok(Stream::Tls(socket, tls))
    }

    pub fn socket(&self) -> &TcpStream {
        match self {
            Stream::Plain(socket) | Stream::Tls(socket, _) => socket,
        }
    }

    /// Sends what was written and is not sent yet; `false` if some of it has to wait.
    ///
    /// # Errors
    /// The socket fails.
    pub fn flushed(&mut self) -> Result<bool> {
        match self.flush() {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

impl Read for Stream {
    /// Reads from the socket once, if it must. What that brings fits into 64 KiB: a poll of the
    /// socket does not show what is left in memory.
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let (socket, tls) = match self {
            Stream::Plain(socket) => return socket.read(bytes),
            Stream::Tls(socket, tls) => (socket, tls),
        };
        loop {
            match tls.reader().read(bytes) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                read => return read,
            }
            while tls.wants_write() {
                tls.write_tls(socket)?;
            }
            tls.read_tls(socket)?;
            tls.process_new_packets().map_err(io::Error::other)?;
        }
    }
}

impl Write for Stream {
    /// Takes bytes; with TLS, they are sent when it is flushed, or when no more can be taken.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            let written = match self {
                Stream::Plain(socket) => return socket.write(bytes),
                Stream::Tls(_, tls) => tls.writer().write(bytes)?,
            };
            if written > 0 || bytes.is_empty() {
                return Ok(written);
            }
            self.flush()?;
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Stream::Tls(socket, tls) = self {
            while tls.wants_write() {
                tls.write_tls(socket)?;
            }
        }
        Ok(())
    }
}

/// Trusts any certificate: that of the server is new with each start.
#[derive(Debug)]
struct Any(Arc<CryptoProvider>);

impl ServerCertVerifier for Any {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::sync::Arc;

    use super::{Stream, server};

    #[test]
    fn bytes_go_through_tls_and_back() -> crate::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let config = server()?;
        std::thread::scope(|scope| {
            let peer = scope.spawn(move || {
                let (mut socket, _) = listener.accept()?;
                let mut tls = rustls::ServerConnection::new(Arc::clone(&config))?;
                let mut stream = rustls::Stream::new(&mut tls, &mut socket);
                let mut bytes = vec![0; 100_000];
                stream.read_exact(&mut bytes)?;
                stream.write_all(&bytes)?;
                crate::Result::Ok(())
            });
            let mut stream = Stream::new(TcpStream::connect(address)?, true)?;
            let sent: Vec<u8> = (0..100_000_u32).map(|number| number as u8).collect();
            stream.write_all(&sent)?;
            let mut received = vec![0; sent.len()];
            assert!(stream.flushed()?);
            stream.read_exact(&mut received)?;
            assert_eq!(received, sent);
            peer.join().expect("it does not panic")
        })
    }
}
