//! Clients whose servers are slow, broken or gone: every call ends in time, with an error that says what
//! happened, and others are not held up.
//!
//! Times are printed; the bounds are generous, as machines are.

#![allow(unreachable_pub, reason = "what the modules share is public in a private one")]

mod answers;
mod blocking;
mod draining;
mod errors;
mod idempotent;
mod lost;
mod peer;
mod several;
mod slow;

use std::time::{Duration, Instant};

use thriftly::{Error, ErrorKind};

thriftly::thrift!(inline: "
    exception Odd { 1: i32 number }
    service Fault {
        // Takes as many milliseconds.
        i32 get(1: i32 millis)
        i32 throw() throws (1: Odd odd)
        binary echo(1: binary blob)
        oneway void poke(1: binary blob)
    }
");

/// What no test may take, unless something hangs.
const HANG: Duration = Duration::from_secs(10);

async fn connect(peer: &peer::Peer) -> FaultClient {
    builder().connect(peer.address).await.expect("the peer listens")
}

fn builder() -> thriftly::ClientBuilder<FaultClient> {
    FaultClient::builder().framed().timeout(HANG)
}

/// How long something takes; printed.
async fn timed<T>(what: &str, future: impl Future<Output = T>) -> (Duration, T) {
    let start = Instant::now();
    let result = future.await;
    println!("{what}: {:?}", start.elapsed());
    (start.elapsed(), result)
}

fn kind<T: std::fmt::Debug>(result: Result<T, Error>) -> ErrorKind {
    result.expect_err("it fails").kind()
}
