//! Ours: the async server and client, and the blocking ones.

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use thriftly::metrics::MetricsLayer;
use thriftly::tls::ServerTls;
use thriftly::trace::TraceLayer;
use thriftly::{Server, SharedService, ThriftService};
use thriftly_peers::types::ours::{
    BlockingEcho, BlockingEchoClient, BlockingEchoServer, Echo, EchoClient, EchoServer, Nested,
};
use tokio::runtime::{Builder, Runtime};
use tower::timeout::TimeoutLayer;

use super::callers::{Caller, in_tasks, in_threads};
use super::runtime;
use crate::calls::{Method, nested};
use crate::{Result, cores, tls};

struct Handler;

impl Echo for Handler {
    async fn echo(&self, n: Nested) -> thriftly::Result<Nested> {
        Ok(n)
    }
    async fn fire(&self, _: i32) -> thriftly::Result<()> {
        Ok(())
    }
    async fn add(&self, a: i32, b: i32) -> thriftly::Result<i32> {
        Ok(a.wrapping_add(b))
    }
    async fn ping(&self) -> thriftly::Result<()> {
        Ok(())
    }
}

impl BlockingEcho for Handler {
    fn echo(&self, n: Nested) -> thriftly::Result<Nested> {
        Ok(n)
    }
    fn fire(&self, _: i32) -> thriftly::Result<()> {
        Ok(())
    }
    fn add(&self, a: i32, b: i32) -> thriftly::Result<i32> {
        Ok(a.wrapping_add(b))
    }
    fn ping(&self) -> thriftly::Result<()> {
        Ok(())
    }
}

/// All framings, and HTTP.
pub fn serve(announce: fn(SocketAddr)) -> Result<()> {
    run(Server::new(EchoServer::new(Handler)), announce)
}

pub fn serve_tls(announce: fn(SocketAddr)) -> Result<()> {
    let tls = ServerTls::from_rustls(tls::server()?);
    run(Server::new(EchoServer::new(Handler)).tls(tls), announce)
}

/// The time limit of the middleware, which no call reaches.
const LIMIT: Duration = Duration::from_secs(10);

/// With the middleware that most servers have: a time limit, spans without a subscriber, metrics without a recorder.
pub fn serve_layers(announce: fn(SocketAddr)) -> Result<()> {
    let server = Server::new(EchoServer::new(Handler))
        .layer(TimeoutLayer::new(LIMIT))
        .layer(TraceLayer::server())
        .layer(MetricsLayer::server());
    run(server, announce)
}

fn run(server: Server<impl SharedService>, announce: fn(SocketAddr)) -> Result<()> {
    runtime()?.block_on(async {
        let server = server.bind("127.0.0.1:0").await?;
        announce(server.local_addr().socket_addr().ok_or("it is not bound to an IP address")?);
        Ok(server.serve().await?)
    })
}

/// A runtime of one thread on each core, all of which share the port; the operating system distributes the connections.
pub fn serve_runtimes(announce: fn(SocketAddr)) -> Result<()> {
    let mut address = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut threads = Vec::new();
    for core in cores::allowed()? {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let server = Server::new(EchoServer::new(Handler)).reuse_port(true);
        let server = runtime.block_on(server.bind(address))?;
        address = server.local_addr().socket_addr().ok_or("it is not bound to an IP address")?;
        threads.push(thread::spawn(move || {
            cores::pin(&[core]).map_err(|error| error.to_string())?;
            runtime.block_on(server.serve()).map_err(|error| error.to_string())
        }));
    }
    announce(address);
    threads.into_iter().try_for_each(|thread| Ok(thread.join().map_err(|_| "it panicked")??))
}

/// A thread for each connection.
pub fn serve_blocking(announce: fn(SocketAddr)) -> Result<()> {
    let server = thriftly::blocking::Server::new(BlockingEchoServer::new(Handler));
    let server = server.bind("127.0.0.1:0")?;
    announce(server.local_addr().socket_addr().ok_or("it is not bound to an IP address")?);
    Ok(server.serve()?)
}

pub fn connect(address: SocketAddr, method: Method, tasks: usize) -> Result<Caller> {
    let runtime = runtime()?;
    let client = runtime.block_on(EchoClient::builder().framed().connect(address))?;
    calls(runtime, client, method, tasks)
}

/// With the middleware of [`serve_layers`].
pub fn connect_layers(address: SocketAddr, method: Method, tasks: usize) -> Result<Caller> {
    let runtime = runtime()?;
    let builder = EchoClient::builder()
        .framed()
        .layer(TimeoutLayer::new(LIMIT))
        .layer(TraceLayer::client())
        .layer(MetricsLayer::client());
    let client = runtime.block_on(builder.connect(address))?;
    calls(runtime, client, method, tasks)
}

fn calls<C: ThriftService + Sync + 'static>(
    runtime: Runtime,
    client: EchoClient<C>,
    method: Method,
    tasks: usize,
) -> Result<Caller> {
    let value = nested();
    if runtime.block_on(client.echo(&value))? != value {
        return Err("the answer is something else".into());
    }
    Ok(match method {
        Method::Echo => in_tasks(runtime, tasks, move |stop| {
            let (client, value) = (client.clone(), value.clone());
            async move {
                let mut calls = 0;
                while !stop.is_set() {
                    client.echo(&value).await?;
                    calls += 1;
                }
                Ok(calls)
            }
        }),
        Method::Ping | Method::Add => in_tasks(runtime, tasks, move |stop| {
            let client = client.clone();
            async move {
                let mut calls = 0;
                while !stop.is_set() {
                    client.ping().await?;
                    calls += 1;
                }
                Ok(calls)
            }
        }),
    })
}

pub fn connect_blocking(address: SocketAddr, method: Method, threads: usize) -> Result<Caller> {
    let client = BlockingEchoClient::builder().framed().connect(address)?;
    let value = nested();
    if client.echo(&value)? != value {
        return Err("the answer is something else".into());
    }
    Ok(match method {
        Method::Echo => in_threads(threads, move || client.echo(&value).map(drop)),
        Method::Ping | Method::Add => in_threads(threads, move || client.ping()),
    })
}
