//! Several servers on one port.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use thriftly::{Server, blocking};

thriftly::thrift!(inline: "service Count { void count() }");

#[derive(Clone, Default)]
struct Counter(Arc<AtomicUsize>);

impl Count for Counter {
    async fn count(&self) -> thriftly::Result<()> {
        BlockingCount::count(self)
    }
}

impl BlockingCount for Counter {
    fn count(&self) -> thriftly::Result<()> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[tokio::test]
async fn servers_share_a_port_if_both_have_the_setting() -> thriftly::Result<()> {
    let counters = [Counter::default(), Counter::default()];
    let first = Server::new(CountServer::new(counters[0].clone())).reuse_port(true);
    let first = first.bind("127.0.0.1:0").await?;
    let address = first.local_addr();

    let error = Server::new(CountServer::new(Counter::default())).bind(&address).await;
    let error = error.expect_err("it does not share");
    assert!(error.to_string().starts_with(&format!("cannot listen on {address}: ")), "{error}");
    let error = blocking::Server::new(BlockingCountServer::new(Counter::default())).bind(&address);
    assert!(error.is_err());

    let second = blocking::Server::new(BlockingCountServer::new(counters[1].clone()));
    let second = second.reuse_port(true).backlog(100).bind(&address)?;
    let handle = second.handle();
    let serving = std::thread::spawn(move || second.serve());
    tokio::spawn(first.serve());
    // A connection goes to one of the two by its ports: that all go to the same is next to impossible.
    for _ in 0..200 {
        CountClient::connect(&address).await?.count().await?;
    }
    let counts = counters.map(|counter| counter.0.load(Ordering::Relaxed));
    assert_eq!(counts.iter().sum::<usize>(), 200);
    assert!(counts.iter().all(|&count| count > 0), "{counts:?}");
    handle.shutdown();
    serving.join().expect("no panic")
}
