//! tower's middleware around typed clients: a timeout, a limit of concurrent calls that sheds load, retries with a budget,
//! and hedged calls. Only methods that the IDL marks `(idempotent)` are called again.
//!
//! `cargo run --example middleware`

use std::error::Error as StdError;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use thriftly::{Error, ErrorKind, Request, Response, Server};
use tokio::time::{Sleep, sleep};
use tower::ServiceBuilder;
use tower::buffer::Buffer;
use tower::hedge::{self, Hedge};
use tower::layer::layer_fn;
use tower::load_shed::error::Overloaded;
use tower::retry::Policy;
use tower::retry::backoff::{Backoff, ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff};
use tower::retry::budget::{Budget, TpsBudget};
use tower::timeout::error::Elapsed;
use tower::util::rng::HasherRng;

thriftly::thrift!("middleware.thrift");

/// Counts calls, and misbehaves when it is told to.
#[derive(Default)]
struct Handler {
    gets: AtomicUsize,
    puts: AtomicUsize,
    /// How many of the next calls never end.
    stuck: AtomicUsize,
    /// How many of the next calls fail.
    busy: AtomicUsize,
}

/// Takes one, if any is left.
fn take(counter: &AtomicUsize) -> bool {
    let less = |left: usize| left.checked_sub(1);
    counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok()
}

impl Handler {
    async fn misbehave(&self) -> thriftly::Result<()> {
        if take(&self.stuck) {
            std::future::pending::<()>().await;
        }
        match take(&self.busy) {
            true => Err(Error::internal("busy")),
            false => Ok(()),
        }
    }
}

impl Store for Handler {
    async fn get(&self, key: String) -> thriftly::Result<String> {
        self.gets.fetch_add(1, Ordering::SeqCst);
        self.misbehave().await?;
        Ok(key)
    }
    async fn put(&self, _key: String, _value: String) -> thriftly::Result<()> {
        self.puts.fetch_add(1, Ordering::SeqCst);
        self.misbehave().await
    }
}

/// Whether the error of a layer around the client has this type.
fn is<E: StdError + 'static>(error: &Error) -> bool {
    error.kind() == ErrorKind::Layer && error.source().is_some_and(|source| source.is::<E>())
}

/// Repeats idempotent calls, at most twice each, and within a budget for all of them.
#[derive(Clone)]
struct Retries {
    left: usize,
    budget: Arc<TpsBudget>,
    backoff: ExponentialBackoff,
}

impl Retries {
    fn new() -> Retries {
        let (shortest, longest) = (Duration::from_millis(1), Duration::from_millis(50));
        let maker = ExponentialBackoffMaker::new(shortest, longest, 0.5, HasherRng::new());
        // Two retries a second, and one for ten calls that succeed.
        let budget = Arc::new(TpsBudget::new(Duration::from_secs(10), 2, 0.1));
        Retries { left: 2, budget, backoff: maker.expect("valid durations").make_backoff() }
    }
}

impl Policy<Request, Response, Error> for Retries {
    type Future = Sleep;

    fn retry(&mut self, _: &mut Request, result: &mut thriftly::Result<Response>) -> Option<Sleep> {
        // An application exception is a reply; an exception that the IDL declares is a value.
        let error = match result {
            Ok(response) => response.error(),
            Err(error) => Some(error.clone()),
        };
        if error.is_none() {
            self.budget.deposit();
            return None;
        }
        if self.left == 0 || !self.budget.withdraw() {
            return None;
        }
        self.left -= 1;
        Some(self.backoff.next_backoff())
    }

    fn clone_request(&mut self, request: &Request) -> Option<Request> {
        request.idempotent.then(|| request.clone())
    }
}

/// Makes idempotent calls a second time if they take longer than usual.
#[derive(Clone)]
struct Hedges;

impl hedge::Policy<Request> for Hedges {
    fn clone_request(&self, request: &Request) -> Option<Request> {
        request.idempotent.then(|| request.clone())
    }
    fn can_retry(&self, _: &Request) -> bool {
        true
    }
}

#[tokio::main]
async fn main() -> thriftly::Result<()> {
    let handler = Arc::new(Handler::default());
    let server = Server::new(StoreServer::new(Arc::clone(&handler))).bind("127.0.0.1:0").await?;
    let address = server.local_addr().clone();
    tokio::spawn(server.serve());

    // `with_timeout` of a client does the same, with an error of the kind `Timeout`, and tells a server its deadline.
    let limit = ServiceBuilder::new().timeout(Duration::from_millis(50));
    let client = StoreClient::builder().layer(limit).connect(&address).await?;
    handler.stuck.store(1, Ordering::SeqCst);
    let error = client.get("a").await.expect_err("it never ends");
    assert!(is::<Elapsed>(&error), "{error}");
    println!("timeout: {error}");

    // Of more than two calls at a time the others fail at once.
    let limit = ServiceBuilder::new().load_shed().concurrency_limit(2);
    let client = StoreClient::builder().layer(limit).connect(&address).await?;
    let before = handler.gets.load(Ordering::SeqCst);
    handler.stuck.store(2, Ordering::SeqCst);
    let calls: [_; 2] = std::array::from_fn(|_| tokio::spawn(client.get("a")));
    while handler.gets.load(Ordering::SeqCst) < before + 2 {
        sleep(Duration::from_millis(1)).await;
    }
    let error = client.get("a").await.expect_err("two calls are in flight");
    assert!(is::<Overloaded>(&error), "{error}");
    println!("load shed: {error}");
    for call in calls {
        call.abort();
        assert!(call.await.is_err(), "it was given up");
    }
    assert_eq!(client.get("a").await?, "a");

    let retries = ServiceBuilder::new().retry(Retries::new());
    let client = StoreClient::builder().layer(retries).connect(&address).await?;
    let before = handler.gets.load(Ordering::SeqCst);
    handler.busy.store(2, Ordering::SeqCst);
    assert_eq!(client.get("a").await?, "a");
    println!("retry: a call succeeded at the third attempt");
    assert_eq!(handler.gets.load(Ordering::SeqCst), before + 3);
    handler.busy.store(1, Ordering::SeqCst);
    client.put("a", "b").await.expect_err("it is not idempotent");
    assert_eq!(handler.puts.load(Ordering::SeqCst), 1);
    // A server that is down for long gets few more calls than without retries.
    handler.busy.store(usize::MAX, Ordering::SeqCst);
    let before = handler.gets.load(Ordering::SeqCst);
    for _ in 0..100 {
        client.get("a").await.expect_err("the server is busy");
    }
    let attempts = handler.gets.load(Ordering::SeqCst) - before;
    handler.busy.store(0, Ordering::SeqCst);
    assert!(attempts < 200, "{attempts}");
    println!("retry: 100 calls of a busy server were {attempts} attempts");

    // A hedging service cannot be cloned; the buffer can. Usually the latencies are those of the last minute: these stand
    // for it.
    let hedged = layer_fn(|channel| {
        let period = Duration::from_secs(60);
        let hedge = Hedge::new_with_mock_latencies(channel, Hedges, 10, 0.9, period, &[5; 20]);
        Buffer::new(hedge, 64)
    });
    let client = StoreClient::builder().layer(hedged).connect(&address).await?;
    let before = handler.gets.load(Ordering::SeqCst);
    handler.stuck.store(1, Ordering::SeqCst);
    assert_eq!(client.get("a").await?, "a");
    assert_eq!(handler.gets.load(Ordering::SeqCst), before + 2);
    println!("hedge: the second of two calls was answered");
    Ok(())
}
