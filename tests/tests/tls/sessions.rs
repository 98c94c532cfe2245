//! A service for each connection: created once, after the handshakes of TLS and SASL, and dropped with
//! the connection.

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use thriftly::blocking::{self, Threads};
use thriftly::tls::{ClientTls, ServerTls};
use thriftly::{
    Address, ApplicationErrorKind, ClientBuilder, Endpoints, Error, ErrorKind, PerConnection,
    Result, Server, ServerMonitor, from_fn,
};
use thriftly_tests::authority::Authority;

use super::{KINDS, block_on, log};

thriftly::thrift!(inline: "
    service Bank {
        void log_in(1: string user)
        string whoami()
        oneway void note()
    }
    service Other { i32 number() }
");

/// What the factories of a test have done.
#[derive(Clone, Default)]
struct Book {
    /// How each connection was described to the factory.
    seen: Arc<Mutex<Vec<String>>>,
    live: Arc<AtomicUsize>,
}

/// The state of one connection.
struct Session {
    user: Mutex<String>,
    live: Arc<AtomicUsize>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.live.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Book {
    /// Opens a session, unless the client is a guest.
    fn open(&self, ends: &Endpoints) -> Result<Session> {
        let user = ends.user().unwrap_or("nobody").to_owned();
        let tls = ends.tls().map(|peer| peer.dns_names().join(","));
        let (peer, local) = (ends.peer_addr().is_some(), ends.local_addr().is_some());
        self.seen.lock().expect("nobody panics").push(format!("{user} {tls:?} {peer} {local}"));
        match &*user {
            "guest" => Err(Error::application(
                ApplicationErrorKind::INTERNAL_ERROR,
                "guests have no session",
            )),
            "bomb" => panic!("on purpose"),
            _ => {
                self.live.fetch_add(1, Ordering::SeqCst);
                Ok(Session { user: Mutex::default(), live: Arc::clone(&self.live) })
            }
        }
    }

    fn take_seen(&self) -> Vec<String> {
        std::mem::take(&mut self.seen.lock().expect("nobody panics"))
    }

    /// Waits until so many sessions are left.
    fn left(&self, sessions: usize) {
        let start = Instant::now();
        while self.live.load(Ordering::SeqCst) != sessions {
            assert!(start.elapsed() < Duration::from_secs(30), "{:?} are left", self.live);
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl BlockingBank for Session {
    fn log_in(&self, user: String) -> Result<()> {
        *self.user.lock().expect("nobody panics") = user;
        Ok(())
    }
    fn whoami(&self) -> Result<String> {
        Ok(self.user.lock().expect("nobody panics").clone())
    }
    fn note(&self) -> Result<()> {
        Ok(())
    }
}

impl Bank for Session {
    async fn log_in(&self, user: String) -> Result<()> {
        BlockingBank::log_in(self, user)
    }
    async fn whoami(&self) -> Result<String> {
        tokio::task::yield_now().await;
        BlockingBank::whoami(self)
    }
    async fn note(&self) -> Result<()> {
        Ok(())
    }
}

impl Other for Session {
    async fn number(&self) -> Result<i32> {
        Ok(7)
    }
}

fn check(_: &str, password: &str) -> bool {
    password == "pw"
}

/// Starts a server that runs to the end of the process, behind handshakes if it has TLS.
fn serve(kind: Option<Threads>, tls: Option<ServerTls>, book: &Book) -> (Address, ServerMonitor) {
    let book = book.clone();
    match kind {
        None => {
            let server = Server::per_connection(move |ends| book.open(ends).map(BankServer::new));
            let server = match tls {
                Some(tls) => server.tls(tls).sasl_plain(check),
                None => server,
            };
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("tokio");
            let server = runtime.block_on(server.bind("127.0.0.1:0")).expect("port 0 is free");
            let bound = (server.local_addr(), server.monitor());
            std::thread::spawn(move || runtime.block_on(server.serve()));
            bound
        }
        Some(threads) => {
            let server = blocking::Server::per_connection(move |ends| {
                book.open(ends).map(BlockingBankServer::new)
            });
            let server = match tls {
                Some(tls) => server.tls(tls).sasl_plain(check),
                None => server,
            };
            let server = server.threads(threads).bind("127.0.0.1:0").expect("port 0 is free");
            let bound = (server.local_addr(), server.monitor());
            std::thread::spawn(move || server.serve());
            bound
        }
    }
}

fn client() -> blocking::ClientBuilder<BlockingBankClient> {
    BlockingBankClient::builder().max_connections(1)
}

#[test]
fn a_session_has_state_until_its_connection_ends() -> Result<()> {
    for kind in KINDS {
        let book = Book::default();
        let (address, _) = serve(kind, None, &book);
        let (ada, bob) = (client().connect(&address)?, client().connect(&address)?);
        // A connection without a call is none of the factory's business.
        let silent = TcpStream::connect(("127.0.0.1", address.port()));
        ada.log_in("ada")?;
        bob.log_in("bob")?;
        bob.note()?;
        assert_eq!((ada.whoami()?, bob.whoami()?), ("ada".into(), "bob".into()));
        assert_eq!(book.take_seen(), ["nobody None true true"; 2]);
        book.left(2);
        drop(ada);
        book.left(1);
        assert_eq!(bob.whoami()?, "bob");
        // Another connection is another session.
        let again = client().connect(&address)?;
        assert_eq!(again.whoami()?, "");
        drop((bob, again, silent));
        book.left(0);
        assert_eq!(book.take_seen().len(), 1);
    }
    Ok(())
}

#[test]
fn the_factory_knows_who_has_logged_in() -> Result<()> {
    let authority = Authority::new("ours");
    let identity = authority.issue(&["127.0.0.1"]);
    let of_client = authority.issue(&["client.internal"]);
    let tls =
        ServerTls::from_pem(&identity.certificate, &identity.key)?.client_ca_pem(&authority.pem)?;
    let of_client = ClientTls::new()
        .ca_pem(&authority.pem)?
        .identity_pem(&of_client.certificate, &of_client.key)?;
    for kind in KINDS {
        let book = Book::default();
        let (address, _) = serve(kind, Some(tls.clone()), &book);
        let client = client().tls(of_client.clone()).sasl_plain("me", "pw").connect(&address)?;
        client.log_in("ada")?;
        assert_eq!(client.whoami()?, "ada");
        assert_eq!(book.take_seen(), ["me Some(\"client.internal\") true true"]);
        drop(client);
        book.left(0);
    }
    Ok(())
}

#[test]
fn a_refused_connection_is_told_why_and_closed() -> Result<()> {
    let authority = Authority::new("ours");
    let identity = authority.issue(&["127.0.0.1"]);
    let tls = ServerTls::from_pem(&identity.certificate, &identity.key)?;
    let trusting = ClientTls::new().ca_pem(&authority.pem)?;
    log::start();
    for kind in KINDS {
        let book = Book::default();
        let (address, monitor) = serve(kind, Some(tls.clone()), &book);
        for connections in 1..=2 {
            let builder = client().tls(trusting.clone()).sasl_plain("guest", "pw");
            let guest = builder.connect(&address)?;
            let error = guest.whoami().expect_err("guests are refused");
            let internal = ErrorKind::Application(ApplicationErrorKind::INTERNAL_ERROR);
            assert_eq!(error.kind(), internal, "{error}");
            assert!(error.message().contains("guests have no session"), "{error}");
            assert_eq!(book.take_seen().len(), 1);
            assert_eq!(monitor.stats().refused, connections);
        }
        log::has(&["refused a connection", "peer=127.0.0.1:", "guests have no session"]);
        let stats = monitor.stats();
        assert_eq!((stats.failed, stats.unreadable, stats.lost), (0, 0, 0));

        let bomb = client().tls(trusting.clone()).sasl_plain("bomb", "pw").connect(&address)?;
        let error = bomb.whoami().expect_err("the factory panics");
        assert!(error.message().contains("panicked"), "{error}");
        assert_eq!(monitor.stats().refused, 3);

        // Nobody is told of a oneway call.
        let oneway = client().tls(trusting.clone()).sasl_plain("guest", "pw").connect(&address)?;
        oneway.note()?;
        let start = Instant::now();
        while monitor.stats().refused < 4 {
            assert!(start.elapsed() < Duration::from_secs(30), "{:?}", monitor.stats());
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    Ok(())
}

#[test]
fn sessions_work_over_both_versions_of_http() -> Result<()> {
    let authority = Authority::new("ours");
    let identity = authority.issue(&["127.0.0.1"]);
    let refuses = Arc::new(AtomicUsize::new(0));
    let book = Book::default();
    let (opened, refusing) = (book.clone(), Arc::clone(&refuses));
    let server = Server::per_connection(move |ends| match refusing.load(Ordering::SeqCst) {
        0 => opened.open(ends).map(BankServer::new),
        _ => Err(Error::internal("closed for today")),
    });
    let tls = ServerTls::from_pem(&identity.certificate, &identity.key)?;
    let (plain, secure) = (server.clone(), server.tls(tls));
    block_on(async {
        for (server, scheme) in [(plain, "http"), (secure, "https")] {
            let server = server.bind("127.0.0.1:0").await?;
            let monitor = server.monitor();
            let before = monitor.stats().refused;
            let port = server.local_addr().port();
            let url = format!("{scheme}://127.0.0.1:{port}/bank");
            let serving = tokio::spawn(server.serve());
            let builder = |http2| {
                let builder: ClientBuilder<BankClient> = BankClient::builder().max_connections(1);
                let tls = ClientTls::new().ca_pem(&authority.pem).expect("it is valid");
                let builder = if scheme == "https" { builder.tls(tls) } else { builder };
                if http2 { builder.http2() } else { builder }
            };
            refuses.store(0, Ordering::SeqCst);
            for http2 in [false, true] {
                let (ada, bob) =
                    (builder(http2).connect(&*url).await?, builder(http2).connect(&*url).await?);
                ada.log_in("ada").await?;
                bob.log_in("bob").await?;
                assert_eq!(
                    (ada.whoami().await?, bob.whoami().await?),
                    ("ada".into(), "bob".into())
                );
                assert_eq!(book.take_seen().len(), 2);
                drop((ada, bob));
                while book.live.load(Ordering::SeqCst) > 0 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
            refuses.store(1, Ordering::SeqCst);
            for (at, http2) in [false, true].into_iter().enumerate() {
                for call in 1..=2 {
                    let client = builder(http2).connect(&*url).await?;
                    let error = client.whoami().await.expect_err("it is refused");
                    assert!(error.message().contains("closed for today"), "{error}");
                    assert_eq!(monitor.stats().refused - before, (2 * at + call) as u64, "{http2}");
                }
            }
            serving.abort();
        }
        Ok(())
    })
}

#[test]
fn layers_are_shared_around_the_sessions_and_apart_within() -> Result<()> {
    let book = Book::default();
    let (around, within) = (Arc::new(AtomicUsize::new(0)), Arc::default());
    let opened = book.clone();
    let sessions: Arc<Mutex<BTreeMap<usize, usize>>> = Arc::clone(&within);
    let server = Server::per_connection(move |ends| {
        let session = opened.open(ends).map(BankServer::new)?;
        let number = sessions.lock().expect("nobody panics").len();
        let sessions = Arc::clone(&sessions);
        sessions.lock().expect("nobody panics").insert(number, 0);
        Ok(thriftly::Layer::layer(
            &from_fn(move |request, next| {
                *sessions.lock().expect("nobody panics").entry(number).or_default() += 1;
                next.run(request)
            }),
            session,
        ))
    });
    let counted = Arc::clone(&around);
    let server = server.layer(from_fn(move |request, next| {
        counted.fetch_add(1, Ordering::SeqCst);
        next.run(request)
    }));
    block_on(async {
        let connector = Arc::new(server.in_memory());
        let other = Arc::clone(&connector);
        let first: BankClient = BankClient::builder().connect_with(move || connector()).await?;
        let second: BankClient = BankClient::builder().connect_with(move || other()).await?;
        first.log_in("ada").await?;
        second.log_in("bob").await?;
        assert_eq!(first.whoami().await?, "ada");
        assert_eq!(book.take_seen(), ["nobody None false false"; 2]);
        Ok::<_, Error>(())
    })?;
    assert_eq!(around.load(Ordering::SeqCst), 3);
    let within = within.lock().expect("nobody panics").clone();
    assert_eq!(within.into_values().collect::<Vec<_>>(), [2, 1]);
    Ok(())
}

#[test]
fn multiplexed_services_have_sessions_of_their_own() -> Result<()> {
    let (bank, other) = (Book::default(), Book::default());
    let (of_bank, of_other) = (bank.clone(), other.clone());
    let server = Server::builder()
        .add(PerConnection::new(move |ends: &Endpoints| of_bank.open(ends).map(BankServer::new)))
        .add(PerConnection::new(move |ends: &Endpoints| of_other.open(ends).map(OtherServer::new)));
    block_on(async {
        let channel: thriftly::Channel =
            ClientBuilder::new().max_connections(1).connect_with(server.in_memory()).await?;
        let client = BankClient::new(channel.clone()).multiplexed("Bank");
        client.log_in("ada").await?;
        assert_eq!(client.whoami().await?, "ada");
        assert_eq!((bank.take_seen().len(), other.take_seen().len()), (1, 0));
        let client = OtherClient::new(channel).multiplexed("Other");
        assert_eq!((client.number().await?, client.number().await?), (7, 7));
        assert_eq!((bank.take_seen().len(), other.take_seen().len()), (0, 1));
        Ok(())
    })
}

#[test]
fn calls_without_a_connection_have_a_service_each() -> Result<()> {
    let book = Book::default();
    let opened = book.clone();
    let service =
        PerConnection::new(move |ends: &Endpoints| opened.open(ends).map(BlockingBankServer::new));
    let channel = blocking::message_channel(move |call| {
        blocking::answer(&service, call).map_err(std::io::Error::other)
    });
    let client = BlockingBankClient::new(channel);
    client.log_in("ada")?;
    assert_eq!(client.whoami()?, "");
    assert_eq!(book.take_seen().len(), 2);
    book.left(0);
    Ok(())
}

/// A session that waits is dropped as well when its client leaves.
#[test]
fn a_session_ends_with_its_client_while_a_call_is_handled() -> Result<()> {
    struct Slow(#[expect(dead_code, reason = "its drop is seen")] Session);
    impl Bank for Slow {
        async fn log_in(&self, _: String) -> Result<()> {
            std::future::pending().await
        }
        async fn whoami(&self) -> Result<String> {
            Ok(String::new())
        }
        async fn note(&self) -> Result<()> {
            Ok(())
        }
    }
    let book = Book::default();
    let opened = book.clone();
    let server =
        Server::per_connection(move |ends| opened.open(ends).map(Slow).map(BankServer::new));
    block_on(async {
        let server = server.bind("127.0.0.1:0").await?;
        let address = server.local_addr();
        tokio::spawn(server.serve());
        let client = BankClient::builder().timeout(Duration::from_millis(50)).connect(&address);
        let client: BankClient = client.await?;
        assert_eq!(client.log_in("ada").await.expect_err("it waits").kind(), ErrorKind::Timeout);
        assert_eq!(book.live.load(Ordering::SeqCst), 1);
        drop(client);
        while book.live.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    })
}
