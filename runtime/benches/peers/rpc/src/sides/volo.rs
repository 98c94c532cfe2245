//! [volo](https://docs.rs/volo-thrift), as its own examples set it up. Its server finds out that
//! clients are framed; its client is told to be, and takes a connection of its pool for each call.

use std::net::SocketAddr;

use pilota::thrift::Message;
use pilota::thrift::binary::TBinaryProtocol;
use volo::net::Address;
use volo::net::incoming::DefaultIncoming;
use volo_thrift::ServerError;
use volo_thrift::codec::default::DefaultMakeCodec;

use super::callers::{Caller, in_tasks};
use super::runtime;
use crate::Result;
use crate::calls::{self, Method};

#[allow(warnings, clippy::all, reason = "it is generated")]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/volo_gen.rs"));
}

use generated::volo_gen::bench::{Echo, EchoClientBuilder, EchoServer, Nested};

struct Handler;

impl Echo for Handler {
    async fn echo(&self, n: Nested) -> std::result::Result<Nested, ServerError> {
        Ok(n)
    }
    async fn fire(&self, _: i32) -> std::result::Result<(), ServerError> {
        Ok(())
    }
    async fn add(&self, a: i32, b: i32) -> std::result::Result<i32, ServerError> {
        Ok(a.wrapping_add(b))
    }
    async fn ping(&self) -> std::result::Result<(), ServerError> {
        Ok(())
    }
}

pub fn serve(announce: fn(SocketAddr)) -> Result<()> {
    runtime()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        announce(listener.local_addr()?);
        EchoServer::new(Handler).run(DefaultIncoming::from(listener)).await
    })
}

pub fn connect(address: SocketAddr, method: Method, tasks: usize) -> Result<Caller> {
    let runtime = runtime()?;
    let guard = runtime.enter();
    let client = EchoClientBuilder::new("echo")
        .make_codec(DefaultMakeCodec::framed())
        .address(Address::from(address))
        .build();
    drop(guard);
    let value = nested()?;
    if runtime.block_on(client.echo(value.clone()))? != value {
        return Err("the answer is something else".into());
    }
    Ok(match method {
        Method::Echo => in_tasks(runtime, tasks, move |stop| {
            let (client, value) = (client.clone(), value.clone());
            async move {
                let mut calls = 0;
                while !stop.is_set() {
                    client.echo(value.clone()).await?;
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

/// The value that all echo, in volo's type.
fn nested() -> Result<Nested> {
    let mut bytes = bytes::Bytes::from(thriftly::binary::to_vec(&calls::nested())?);
    Ok(Nested::decode(&mut TBinaryProtocol::new(&mut bytes, true))?)
}
