//! TLS and mutual TLS, async and blocking, with certificates made for each test.

mod hostile;
mod log;
mod refusals;
mod resumption;
mod sessions;
mod settings;

use std::num::NonZeroUsize;
use std::thread::JoinHandle;

use thriftly::blocking::{self, Threads};
use thriftly::tls::{ClientTls, ServerTls};
use thriftly::{Address, Context, Error, Scheme, Server, ServerMonitor};
use thriftly_tests::authority::Authority;
use tokio::sync::oneshot;

thriftly::thrift!(inline: "
    service Secure {
        /** The names and URIs of the client's certificate, and the server's name. */
        string who()
        binary echo(1: binary bytes)
        oneway void note(1: binary bytes)
    }
");

struct Handler;

impl Secure for Handler {
    async fn who(&self) -> thriftly::Result<String> {
        BlockingSecure::who(self)
    }
    async fn echo(&self, bytes: bytes::Bytes) -> thriftly::Result<bytes::Bytes> {
        Ok(bytes)
    }
    async fn note(&self, _: bytes::Bytes) -> thriftly::Result<()> {
        Ok(())
    }
}

impl BlockingSecure for Handler {
    fn who(&self) -> thriftly::Result<String> {
        let context = Context::current();
        let Some(peer) = context.tls() else { return Ok("no TLS".to_owned()) };
        assert_eq!(peer.is_authenticated(), peer.certificates().len() > 0);
        let (names, uris) = (peer.dns_names(), peer.uris());
        Ok(format!("{names:?} {uris:?} {:?} {}", peer.server_name(), peer.version()))
    }
    fn echo(&self, bytes: bytes::Bytes) -> thriftly::Result<bytes::Bytes> {
        Ok(bytes)
    }
    fn note(&self, _: bytes::Bytes) -> thriftly::Result<()> {
        Ok(())
    }
}

/// The async server and the threads of the blocking one.
const KINDS: [Option<Threads>; 4] = [
    None,
    Some(Threads::PerConnection),
    Some(Threads::Workers(NonZeroUsize::new(2).unwrap())),
    Some(Threads::One),
];

/// A server in a thread of its own, which shuts down when this is dropped.
struct Running {
    address: Address,
    monitor: ServerMonitor,
    stop: Option<Box<dyn FnOnce() + Send>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn start(kind: Option<Threads>, tls: ServerTls) -> Running {
        Running::start_with(kind, tls, std::time::Duration::from_secs(10))
    }

    /// With another time limit of handshakes.
    fn start_with(
        kind: Option<Threads>,
        tls: ServerTls,
        first_byte: std::time::Duration,
    ) -> Running {
        log::start();
        match kind {
            None => {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("tokio");
                let server =
                    Server::new(SecureServer::new(Handler)).tls(tls).first_byte_timeout(first_byte);
                let server = runtime.block_on(server.bind("127.0.0.1:0")).expect("port 0 is free");
                let (address, monitor) = (server.local_addr(), server.monitor());
                let (stop, stopped) = oneshot::channel::<()>();
                let thread = std::thread::spawn(move || {
                    runtime.block_on(server.serve_until(stopped)).expect("it never fails");
                });
                let stop: Box<dyn FnOnce() + Send> = Box::new(move || drop(stop));
                Running { address, monitor, stop: Some(stop), thread: Some(thread) }
            }
            Some(threads) => {
                let server = blocking::Server::new(BlockingSecureServer::new(Handler)).tls(tls);
                let server = server.threads(threads).first_byte_timeout(first_byte);
                let server = server.bind("127.0.0.1:0").expect("port 0 is free");
                let (address, handle) = (server.local_addr(), server.handle());
                let monitor = server.monitor();
                let thread = std::thread::spawn(move || server.serve().expect("it can poll"));
                let stop: Box<dyn FnOnce() + Send> = Box::new(move || handle.shutdown());
                Running { address, monitor, stop: Some(stop), thread: Some(thread) }
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let (Some(stop), Some(thread)) = (self.stop.take(), self.thread.take()) {
            stop();
            thread.join().expect("the server does not panic");
        }
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be built").block_on(future)
}

/// Calls with both clients, which have to get the same answer or the same error.
fn who(address: &Address, tls: &ClientTls) -> Result<String, Error> {
    let blocking = BlockingSecureClient::builder().tls(tls.clone()).connect(address);
    let blocking = blocking.and_then(|client: BlockingSecureClient| client.who());
    let asynchronous = block_on(async {
        let client: SecureClient =
            SecureClient::builder().tls(tls.clone()).connect(address).await?;
        client.who().await
    });
    let text = |result: &Result<String, Error>| match result {
        Ok(answer) => answer.clone(),
        // An alert may arrive before or after the call was written.
        Err(error) => error.to_string().replace("was not sent to", "was not answered by"),
    };
    assert_eq!(text(&blocking), text(&asynchronous));
    asynchronous
}

fn server_tls(authority: &Authority, names: &[&str]) -> ServerTls {
    let identity = authority.issue(names);
    ServerTls::from_pem(&identity.certificate, &identity.key).expect("it is valid")
}

fn client_tls(authority: &Authority) -> ClientTls {
    ClientTls::new().ca_pem(&authority.pem).expect("it is valid")
}

#[test]
fn clients_of_both_kinds_call_servers_of_all_kinds() {
    let authority = Authority::new("ours");
    for kind in KINDS {
        let server = Running::start(kind, server_tls(&authority, &["127.0.0.1", "localhost"]));
        assert_eq!(server.address.scheme(), Scheme::Tls);
        assert!(server.address.to_string().starts_with("tls://127.0.0.1:"));
        let tls = client_tls(&authority);
        assert_eq!(who(&server.address, &tls).expect("a call"), "[] [] None TLS 1.3");
        // A name is sent to the server.
        let named: Address = ("localhost", server.address.port()).into();
        let answer = who(&named, &tls).expect("a call");
        assert_eq!(answer, "[] [] Some(\"localhost\") TLS 1.3");
        let other = tls.server_name("localhost").expect("it is a name");
        let answer = who(&server.address, &other).expect("a call");
        assert_eq!(answer, "[] [] Some(\"localhost\") TLS 1.3");
    }
}

#[test]
fn messages_of_all_sizes_arrive_in_both_directions() {
    let authority = Authority::new("ours");
    for kind in KINDS {
        let server = Running::start(kind, server_tls(&authority, &["127.0.0.1"]));
        let builder = BlockingSecureClient::builder().tls(client_tls(&authority)).framed();
        let client: BlockingSecureClient = builder.connect(&server.address).expect("connected");
        for size in [0, 1, 1000, (16 << 10) - 1, 16 << 10, 100_000, 5 << 20] {
            let bytes: Vec<u8> = (0..size).map(|at| at as u8).collect();
            client.note(bytes.clone()).expect("written");
            assert_eq!(client.echo(bytes.clone()).expect("a call"), bytes);
        }
        block_on(async {
            let builder = SecureClient::builder().tls(client_tls(&authority));
            let client: SecureClient = builder.connect(&server.address).await.expect("connected");
            for size in [0, 1, 1000, (16 << 10) - 1, 16 << 10, 100_000, 5 << 20] {
                let bytes: Vec<u8> = (0..size).map(|at| at as u8).collect();
                client.note(bytes.clone()).await.expect("written");
                assert_eq!(client.echo(bytes.clone()).await.expect("a call"), bytes);
            }
            // Many calls in flight.
            let calls: Vec<_> =
                (0..200).map(|at| tokio::spawn(client.echo(vec![at as u8; 10_000]))).collect();
            for (at, call) in calls.into_iter().enumerate() {
                let echo = call.await.expect("no panic").expect("a call");
                assert_eq!(echo, vec![at as u8; 10_000]);
            }
        });
    }
}

#[test]
fn the_certificate_of_a_client_is_known_to_the_handler() {
    let (authority, clients) = (Authority::new("ours"), Authority::new("clients"));
    let ada = clients.issue_client("ada.example", "spiffe://example/ada");
    let with_ada =
        client_tls(&authority).identity_pem(&ada.certificate, &ada.key).expect("it is valid");
    for kind in KINDS {
        let tls = server_tls(&authority, &["127.0.0.1"]);
        let required = tls.client_ca_pem(&clients.pem).expect("it is valid");
        let server = Running::start(kind, required.clone());
        let answer = who(&server.address, &with_ada).expect("a call");
        assert_eq!(answer, "[\"ada.example\"] [\"spiffe://example/ada\"] None TLS 1.3");

        let optional = required.client_certificate_optional().expect("there is an authority");
        let server = Running::start(kind, optional);
        assert_eq!(who(&server.address, &with_ada).expect("a call"), answer);
        let answer = who(&server.address, &client_tls(&authority)).expect("a call");
        assert_eq!(answer, "[] [] None TLS 1.3");
    }
}

#[test]
fn a_connection_that_the_server_has_closed_is_noticed_before_the_next_call() {
    let authority = Authority::new("ours");
    let tls = client_tls(&authority);
    for kind in KINDS {
        let server_tls = server_tls(&authority, &["127.0.0.1"]);
        let server = Running::start(kind, server_tls.clone());
        let builder = BlockingSecureClient::builder().tls(tls.clone());
        let blocking: BlockingSecureClient = builder.connect(&server.address).expect("connected");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("tokio");
        let builder = SecureClient::builder().tls(tls.clone());
        let client: SecureClient =
            runtime.block_on(builder.connect(&server.address)).expect("connected");
        blocking.who().expect("a call");
        runtime.block_on(client.who()).expect("a call");
        let address = server.address.socket_addr().expect("TCP");
        drop(server);
        let listener = std::net::TcpListener::bind(address).expect("the port is free again");
        let again = blocking::Server::new(BlockingSecureServer::new(Handler)).tls(server_tls);
        let again = again.bind_listener(listener).expect("it listens");
        let handle = again.handle();
        let serving = std::thread::spawn(move || again.serve());
        blocking.who().expect("a call over another connection");
        runtime.block_on(client.who()).expect("a call over another connection");
        handle.shutdown();
        serving.join().expect("no panic").expect("it never fails");
    }
}

#[test]
fn http_of_both_versions_is_spoken_over_tls() {
    let authority = Authority::new("ours");
    let protocols = ["h2", "http/1.1"];
    for tls in [
        server_tls(&authority, &["localhost"]),
        server_tls(&authority, &["localhost"]).alpn(protocols).expect("valid"),
    ] {
        let server = Running::start(None, tls);
        let url = format!("https://localhost:{}/secure", server.address.port());
        for http2 in [false, true] {
            let answer = block_on(async {
                let builder = SecureClient::builder().tls(client_tls(&authority));
                let builder = if http2 { builder.http2() } else { builder };
                let client: SecureClient = builder.connect(&url).await?;
                for at in 0..20 {
                    let blob = vec![at; 100_000];
                    assert_eq!(client.echo(blob.clone()).await?, blob);
                    // Long enough for what a server sends by itself after a handshake.
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                }
                client.who().await
            });
            assert_eq!(answer.expect("a call"), "[] [] Some(\"localhost\") TLS 1.3");
            let builder = BlockingSecureClient::builder().tls(client_tls(&authority));
            let builder = if http2 { builder.http2() } else { builder };
            let client: BlockingSecureClient = builder.connect(&url).expect("connected");
            let answer = client.who().expect("a call");
            assert_eq!(answer, "[] [] Some(\"localhost\") TLS 1.3");
        }
        let stats = server.monitor.stats();
        assert!(stats.opened <= 8, "connections are used again: {stats:?}");
    }
}

#[test]
fn several_servers_need_a_name_that_their_certificates_have_in_common() {
    let authority = Authority::new("ours");
    let servers =
        [(), ()].map(|()| Running::start(None, server_tls(&authority, &["store.example"])));
    let [first, second] = &servers;
    let (first, second) = (first.address.port(), second.address.port());
    let address: Address =
        format!("127.0.0.1:{first},127.0.0.1:{second}").parse().expect("an address");
    let tls = client_tls(&authority);
    let builder = BlockingSecureClient::builder().tls(tls.clone());
    let error: Result<BlockingSecureClient, _> = builder.connect(&address);
    let error = error.expect_err("there is no name").to_string();
    assert!(error.ends_with("set it with `server_name`"), "{error}");
    who(&address, &tls.server_name("store.example").expect("a name")).expect("a call");
}
