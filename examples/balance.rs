//! A typed client that balances its calls over a set of servers: the faster one of two random servers gets a call (power
//! of two choices, peak EWMA), and a circuit breaker keeps calls from a server that fails. The set is fixed, comes from DNS
//! that is asked again and again, or from a channel of changes.
//!
//! `cargo run --example balance`

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future;
use std::hash::Hash;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::stream::{Stream, poll_fn};
use thriftly::{Channel, ClientBuilder, Error, ErrorKind, Request, Response, Server};
use tokio::sync::mpsc;
use tokio::time::{interval, sleep};
use tower::balance::p2c::Balance;
use tower::buffer::Buffer;
use tower::discover::{Change, Discover, ServiceList};
use tower::load::{CompleteOnResponse, PeakEwma};
use tower::util::BoxCloneSyncService;
use tower::{BoxError, Layer, ServiceBuilder, ServiceExt};
use tower_resilience_circuitbreaker::{CircuitBreakerError, CircuitBreakerLayer};

thriftly::thrift!("balance.thrift");

/// Answers after a while, or fails at once.
struct Handler {
    calls: Arc<AtomicUsize>,
    delay: Option<Duration>,
}

impl Store for Handler {
    async fn get(&self, key: String) -> thriftly::Result<String> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        sleep(self.delay.ok_or_else(|| Error::internal("out of order"))?).await;
        Ok(key)
    }
}

/// A server, and how many calls it got.
struct Replica {
    address: SocketAddr,
    calls: Arc<AtomicUsize>,
}

impl Replica {
    async fn start(delay: Option<Duration>) -> thriftly::Result<Replica> {
        let calls = Arc::new(AtomicUsize::new(0));
        let handler = Handler { calls: Arc::clone(&calls), delay };
        let server = Server::new(StoreServer::new(handler)).bind("127.0.0.1:0").await?;
        let address = server.local_addr().socket_addr().expect("a TCP address");
        tokio::spawn(server.serve());
        Ok(Replica { address, calls })
    }

    /// How many calls it got since it was asked last.
    fn calls(&self) -> usize {
        self.calls.swap(0, Ordering::SeqCst)
    }
}

/// A server of the set: a channel in a circuit breaker. Without it, a server that fails at once looks like a fast one.
type Endpoint = PeakEwma<BoxCloneSyncService<Request, Response, Error>>;

fn endpoint(address: SocketAddr) -> thriftly::Result<Endpoint> {
    let channel: Channel = ClientBuilder::new().connect_lazy(address)?;
    let breaker = CircuitBreakerLayer::builder()
        .consecutive_failures(3)
        .wait_duration_in_open(Duration::from_secs(30))
        // The balancer sees that a server is not ready, and takes another.
        .backpressure()
        .failure_classifier(|result: &thriftly::Result<Response>| match result {
            Ok(response) => response.error().is_some(),
            Err(_) => true,
        })
        .build()
        .map_err(Error::other)?;
    let endpoint = ServiceBuilder::new()
        // The errors of the channel stay what they are.
        .map_err(|error| match error {
            CircuitBreakerError::Inner(error) => error,
            open => Error::new(ErrorKind::Layer, "the server fails").with_source(open),
        })
        .service(breaker.layer(channel));
    let endpoint = BoxCloneSyncService::new(endpoint);
    let (unknown, decay) = (Duration::from_millis(50), Duration::from_secs(10));
    Ok(PeakEwma::new(endpoint, unknown, decay.as_nanos() as f64, CompleteOnResponse::default()))
}

/// A client of a set of servers. The box gives it a type that can be written down.
type BalancedClient = StoreClient<BoxCloneSyncService<Request, Response, Error>>;

fn balanced<D>(servers: D) -> BalancedClient
where
    D: Discover<Service = Endpoint, Error: Into<BoxError>> + Unpin + Send + 'static,
    D::Key: Hash + Clone + Send,
{
    // A balancer cannot be cloned; the buffer can.
    let balance = Buffer::new(Balance::new(servers), 256);
    // An error that is one of thriftly stays what it is.
    StoreClient::new(BoxCloneSyncService::new(balance.map_err(Error::other)))
}

type Changes = mpsc::UnboundedReceiver<Change<SocketAddr, Endpoint>>;

/// The changes that come from a channel.
fn changes(
    mut changes: Changes,
) -> impl Stream<Item = Result<Change<SocketAddr, Endpoint>, Infallible>> + Unpin {
    poll_fn(move |context| changes.poll_recv(context).map(|change| change.map(Ok)))
}

/// The changes of what a name resolves to, asked at intervals.
fn resolved<F>(every: Duration, resolve: impl Fn() -> F + Send + 'static) -> Changes
where
    F: Future<Output = io::Result<Vec<SocketAddr>>> + Send,
{
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let (mut known, mut ticks) = (Vec::new(), interval(every));
        while !sender.is_closed() {
            ticks.tick().await;
            // If the name cannot be resolved, the servers stay.
            let Ok(found) = resolve().await else { continue };
            for address in known.iter().filter(|address| !found.contains(address)) {
                let _ = sender.send(Change::Remove(*address));
            }
            for address in found.iter().filter(|address| !known.contains(address)) {
                if let Ok(endpoint) = endpoint(*address) {
                    let _ = sender.send(Change::Insert(*address, endpoint));
                }
            }
            known = found;
        }
    });
    receiver
}

/// Makes calls, ten at a time, and returns how many failed.
async fn calls(client: &BalancedClient, count: usize) -> usize {
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                let mut failed = 0;
                for _ in 0..count / 10 {
                    failed += usize::from(client.get("a").await.is_err());
                }
                failed
            })
        })
        .collect();
    let mut failed = 0;
    for task in tasks {
        failed += task.await.expect("no panic");
    }
    failed
}

#[tokio::main]
async fn main() -> thriftly::Result<()> {
    let fast = Replica::start(Some(Duration::from_millis(1))).await?;
    let slow = Replica::start(Some(Duration::from_millis(50))).await?;
    let broken = Replica::start(None).await?;
    let replicas = BTreeMap::from([("fast", &fast), ("slow", &slow), ("broken", &broken)]);
    let report = |set: &str, failed: usize| {
        let calls: BTreeMap<_, _> =
            replicas.iter().map(|(name, one)| (*name, one.calls())).collect();
        println!("{set}: {calls:?}, {failed} failed");
        calls
    };

    // A fixed set.
    let endpoints = [fast.address, slow.address, broken.address].map(endpoint);
    let endpoints = endpoints.into_iter().collect::<thriftly::Result<Vec<_>>>()?;
    let client = balanced(ServiceList::new::<Request>(endpoints));
    let failed = calls(&client, 500).await;
    let by = report("fixed", failed);
    assert!(by["fast"] > by["slow"], "the faster server gets more calls");
    // Ten calls at a time may be on their way until the breaker opens.
    assert!(
        failed < 20 && by["broken"] == failed,
        "the broken server gets no calls after its first"
    );

    // What a name resolves to.
    let port = fast.address.port();
    let servers = resolved(Duration::from_secs(5), move || async move {
        Ok(tokio::net::lookup_host(("127.0.0.1", port)).await?.collect())
    });
    let client = balanced(changes(servers));
    assert_eq!(calls(&client, 50).await, 0);
    assert_eq!(report("DNS", 0)["fast"], 50);

    // A set that something else decides: a registry, a file that is watched, a control plane.
    let (set, servers) = mpsc::unbounded_channel();
    let client = balanced(changes(servers));
    let insert =
        |one: &Replica| endpoint(one.address).map(|endpoint| Change::Insert(one.address, endpoint));
    let early = tokio::spawn(client.get("a"));
    let _ = set.send(insert(&slow)?);
    assert_eq!(early.await.expect("no panic")?, "a", "a call waits for the first server");
    assert_eq!(report("changes", 0)["slow"], 1);
    let _ = set.send(insert(&fast)?);
    let _ = set.send(Change::Remove(slow.address));
    assert_eq!(calls(&client, 50).await, 0);
    let by = report("changes", 0);
    assert_eq!((by["slow"], by["fast"]), (0, 50), "a server that was removed gets no more calls");
    Ok(())
}
