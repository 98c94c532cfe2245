//! Resumed sessions: a client that connects again saves most of the handshake. The peer is rustls itself,
//! which tells what kind of handshake there was.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use rustls::{
    ClientConfig, ClientConnection, HandshakeKind, RootCertStore, ServerConfig, ServerConnection,
    Stream, SupportedProtocolVersion,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use thriftly_tests::authority::Identity;

use super::*;

const VERSIONS: [&SupportedProtocolVersion; 2] = [&rustls::version::TLS13, &rustls::version::TLS12];

/// A call of `who` in strict binary.
const CALL: &[u8] = b"\x80\x01\0\x01\0\0\0\x03who\0\0\0\x01\0";
/// The start of its reply, up to the length of the text.
const REPLY: &[u8] = b"\x80\x01\0\x02\0\0\0\x03who\0\0\0\x01\x0b\0\0";

fn identity(identity: &Identity) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let chain = CertificateDer::pem_slice_iter(identity.certificate.as_bytes());
    let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes());
    (chain.collect::<Result<_, _>>().expect("a chain"), key.expect("a key"))
}

fn client_config(
    version: &'static SupportedProtocolVersion,
    authority: &Authority,
    client: &Identity,
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(authority.pem.as_bytes()).expect("a certificate");
    roots.add(root).expect("it is valid");
    let (chain, key) = identity(client);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .expect("it is supported")
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)
        .expect("the key belongs to it")
}

#[test]
fn servers_resume_the_session_of_a_client_and_know_it_again() {
    let (authority, clients) = (Authority::new("ours"), Authority::new("clients"));
    let ada = clients.issue_client("ada.example", "spiffe://example/ada");
    for kind in KINDS {
        let tls = server_tls(&authority, &["127.0.0.1"]).client_ca_pem(&clients.pem);
        let server = Running::start(kind, tls.expect("it is valid"));
        let address = server.address.socket_addr().expect("TCP");
        for version in VERSIONS {
            let config = Arc::new(client_config(version, &authority, &ada));
            let called = || {
                let name = ServerName::from(address.ip());
                let mut tls = ClientConnection::new(Arc::clone(&config), name).expect("valid");
                let mut socket = TcpStream::connect(address).expect("it listens");
                let mut stream = Stream::new(&mut tls, &mut socket);
                stream.write_all(CALL).expect("sent");
                let mut head = [0; REPLY.len() + 4];
                stream.read_exact(&mut head).expect("answered");
                assert_eq!(&head[..REPLY.len()], REPLY);
                let mut text = vec![0; usize::from(head[REPLY.len() + 3])];
                stream.read_exact(&mut text).expect("answered");
                let kind = tls.handshake_kind().expect("it is complete");
                (kind, String::from_utf8(text).expect("text"))
            };
            let (first, again) = (called(), called());
            assert_eq!(first.0, HandshakeKind::Full, "{kind:?} {version:?}");
            assert_eq!(again.0, HandshakeKind::Resumed, "{kind:?} {version:?}");
            assert!(first.1.starts_with("[\"ada.example\"] [\"spiffe://example/ada\"]"));
            assert_eq!(again.1, first.1);
        }
    }
}

/// A server that answers one call of each connection and closes it: properly, or without
/// `close_notify`. Then tells what kind of handshake there was.
fn one_by_one(
    version: &'static SupportedProtocolVersion,
    server: &Identity,
    proper: bool,
    answer: impl Fn(&mut dyn Read) -> Vec<u8> + Send + 'static,
) -> (SocketAddr, Receiver<HandshakeKind>) {
    let (chain, key) = identity(server);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .expect("it is supported")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("the key belongs to it");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
    let address = listener.local_addr().expect("it is bound");
    let (send, kinds) = channel();
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.expect("accepted");
            let mut tls = ServerConnection::new(Arc::clone(&config)).expect("a valid setting");
            let mut stream = Stream::new(&mut tls, &mut socket);
            let reply = answer(&mut stream);
            stream.write_all(&reply).expect("sent");
            if proper {
                tls.send_close_notify();
                tls.write_tls(&mut socket).expect("sent");
            }
            drop(socket);
            if send.send(tls.handshake_kind().expect("it is complete")).is_err() {
                return;
            }
        }
    });
    (address, kinds)
}

#[test]
fn clients_resume_their_session_when_they_connect_again() {
    let authority = Authority::new("ours");
    let server = authority.issue(&["127.0.0.1"]);
    let answer = |stream: &mut dyn Read| {
        let mut call = [0; CALL.len()];
        stream.read_exact(&mut call).expect("a call");
        [&REPLY[..11], &call[11..15], &REPLY[15..], b"\0\0\0\x02me\0"].concat()
    };
    for version in VERSIONS {
        let (address, kinds) = one_by_one(version, &server, true, answer);
        let expected = [HandshakeKind::Full, HandshakeKind::Resumed, HandshakeKind::Resumed];
        // The next call begins when the last connection is closed.
        let next = || kinds.recv().expect("a connection");
        let builder = BlockingSecureClient::builder().tls(client_tls(&authority));
        let client: BlockingSecureClient = builder.connect(address).expect("connected");
        for expected in expected {
            assert_eq!(client.who().expect("answered"), "me");
            assert_eq!(next(), expected, "{version:?}");
        }
        block_on(async {
            let builder = SecureClient::builder().tls(client_tls(&authority));
            let client: SecureClient = builder.connect(address).await.expect("connected");
            for expected in expected {
                assert_eq!(client.who().await.expect("answered"), "me");
                assert_eq!(next(), expected, "{version:?}");
            }
        });
    }
}

#[test]
fn a_oneway_call_over_https_is_answered_by_the_status_without_an_end_of_the_body() {
    let authority = Authority::new("ours");
    let server = authority.issue(&["127.0.0.1"]);
    let [version, _] = VERSIONS;
    let (address, _kinds) = one_by_one(version, &server, false, |stream| {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("a request");
            request.extend_from_slice(&byte);
        }
        let head = String::from_utf8(request).expect("text").to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.expect("it has a length").parse().expect("a number")];
        stream.read_exact(&mut body).expect("a body");
        b"HTTP/1.0 200 OK\r\nServer: BaseHTTP/0.6\r\n\r\n".to_vec()
    });
    let url = format!("https://{address}/");
    block_on(async {
        let builder = SecureClient::builder().tls(client_tls(&authority));
        let client: SecureClient = builder.connect(&url).await.expect("connected");
        for _ in 0..3 {
            client.note(b"noted".to_vec()).await.expect("it has arrived");
        }
        client.who().await.expect_err("there is no reply, or it was cut off");
    });
    let builder = BlockingSecureClient::builder().tls(client_tls(&authority));
    let client: BlockingSecureClient = builder.connect(&url).expect("connected");
    client.note(b"noted".to_vec()).expect("it has arrived");
}
