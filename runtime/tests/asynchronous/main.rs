//! The async server and client over real sockets.
#![cfg(feature = "async")]

mod broken_input;
mod calls;
mod client;
mod endings;
mod leaving;
mod settings;
mod streams;
#[path = "../support/mod.rs"]
mod support;

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use support::*;
use thriftly::{
    ApplicationError, Channel, ClientBuilder, Error, Framing, Protocol, Request, Response,
    ResponseKind, Result, Server,
};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use tower_service::Service;

/// Answers as the other tests' service does; what the method is called decides when.
#[derive(Clone)]
struct Echo {
    /// Calls of `slow` wait for a permit.
    gate: Arc<Semaphore>,
    /// How many calls of `slow` have begun, and how many were dropped before their end.
    begun: Arc<AtomicUsize>,
    dropped: Arc<AtomicUsize>,
}

impl Echo {
    fn new() -> Echo {
        let gate = Arc::new(Semaphore::new(0));
        Echo { gate, begun: Arc::default(), dropped: Arc::default() }
    }

    async fn has_begun(&self, calls: usize) {
        wait(|| self.begun.load(Ordering::SeqCst) >= calls).await;
    }
}

struct CountDrop(Arc<AtomicUsize>);

impl Drop for CountDrop {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Service<Request> for Echo {
    type Response = Response;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let echo = self.clone();
        Box::pin(async move {
            match request.method.as_str() {
                "slow" | "slow_fire" => {
                    echo.begun.fetch_add(1, Ordering::SeqCst);
                    let dropped = CountDrop(Arc::clone(&echo.dropped));
                    let permit = echo.gate.acquire().await.expect("never closed");
                    permit.forget();
                    std::mem::forget(dropped);
                }
                "yield" => tokio::task::yield_now().await,
                "panic_later" => {
                    tokio::task::yield_now().await;
                    panic!("this is what the test wants");
                }
                _ => {}
            }
            answer(request)
        })
    }
}

/// A server that ends with the test.
struct Running {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn start<S>(server: Server<S>) -> Running
where
    S: Service<Request, Response = Response, Error = Error> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    let server = server.bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = server.local_addr().socket_addr().expect("TCP");
    let (stop, stopped) = oneshot::channel::<()>();
    Running { address, stop: Some(stop), task: tokio::spawn(server.serve_until(stopped)) }
}

async fn hang<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(HANG, future).await.expect("it hangs")
}

/// Waits until something is so.
async fn wait(is_so: impl Fn() -> bool) {
    hang(async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}

fn builder((framing, protocol): (Framing, Protocol)) -> ClientBuilder<Channel> {
    ClientBuilder::new().framing(framing).protocol(protocol).timeout(HANG)
}

async fn connect(address: SocketAddr, form: (Framing, Protocol)) -> Channel {
    builder(form).connect(address).await.expect("the server listens")
}

async fn call(channel: &Channel, method: &'static str, body: Vec<u8>) -> Result<Response> {
    let mut channel = channel;
    hang(channel.call(request(method, Protocol::Binary, body))).await
}

async fn read(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    hang(stream.read_exact(&mut bytes)).await.expect("the bytes come");
    bytes
}

/// All until the other end closes.
async fn read_all(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A reset is an end too.
    let _ = hang(stream.read_to_end(&mut bytes)).await;
    bytes
}

async fn raw(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.expect("the server listens")
}

fn exception(response: Response) -> ApplicationError {
    assert_eq!(response.kind, ResponseKind::Exception);
    thriftly::binary::from_slice(&response.body.into_bytes()).expect("an exception")
}
