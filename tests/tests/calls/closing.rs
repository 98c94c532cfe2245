//! Channels that are closed: their calls end, others are refused, and no connection is left.

use std::thread;
use std::time::{Duration, Instant};

use thriftly::{ClientBuilder, ErrorKind, Result, Server, ServerMonitor, blocking};

thriftly::thrift!(inline: "service Sleepy { i32 nap(1: i32 millis), oneway void note() }");

#[derive(Clone)]
struct Handler;

impl Sleepy for Handler {
    async fn nap(&self, millis: i32) -> Result<i32> {
        tokio::time::sleep(Duration::from_millis(millis as u64)).await;
        Ok(millis)
    }
    async fn note(&self) -> Result<()> {
        Ok(())
    }
}

/// Longer than a test.
const LONG: i32 = 600_000;

/// How a client reaches its server.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Tcp,
    Http,
    Http2,
    /// A stream whose reads nothing can interrupt.
    Stream,
}

/// A server on a thread of its own, to the end of the process.
fn serve() -> (u16, ServerMonitor) {
    let (send, bound) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("tokio").block_on(async {
            let server = Server::new(SleepyServer::new(Handler)).bind("127.0.0.1:0");
            let server = server.await.expect("port 0 is free");
            let _ = send.send((server.local_addr().port(), server.monitor()));
            server.serve().await
        })
    });
    bound.recv().expect("it is bound")
}

/// Waits until something holds.
#[track_caller]
fn wait_until(holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "it does not come");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Waits until all connections of a server have ended.
async fn wait_for_end(monitor: &ServerMonitor) {
    let monitor = monitor.clone();
    tokio::task::spawn_blocking(move || wait_until(|| monitor.stats().connections == 0))
        .await
        .expect("no panic");
}

async fn client(way: Way, port: u16) -> Result<SleepyClient> {
    let builder: ClientBuilder<SleepyClient> = SleepyClient::builder().max_connections(1);
    match way {
        Way::Tcp => builder.connect(("127.0.0.1", port)).await,
        Way::Http => builder.connect(format!("http://127.0.0.1:{port}/")).await,
        Way::Http2 => builder.http2().connect(format!("http://127.0.0.1:{port}/")).await,
        Way::Stream => {
            let stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await?;
            builder.connect_stream(stream).await
        }
    }
}

fn blocking_client(way: Way, port: u16) -> Result<BlockingSleepyClient> {
    let builder: blocking::ClientBuilder<BlockingSleepyClient> =
        BlockingSleepyClient::builder().max_connections(1);
    match way {
        Way::Tcp => builder.connect(("127.0.0.1", port)),
        Way::Http => builder.connect(format!("http://127.0.0.1:{port}/")),
        Way::Http2 => builder.http2().connect(format!("http://127.0.0.1:{port}/")),
        Way::Stream => builder.connect_stream(std::net::TcpStream::connect(("127.0.0.1", port))?),
    }
}

const WAYS: [Way; 4] = [Way::Tcp, Way::Http, Way::Http2, Way::Stream];

#[tokio::test]
async fn a_closed_channel_answers_its_calls_and_refuses_others() -> Result<()> {
    let (port, monitor) = serve();
    for way in WAYS {
        let client = client(way, port).await?;
        let channel = client.clone().into_channel();
        let nap = tokio::spawn(client.nap(100));
        while channel.stats().in_flight == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        channel.close().await;
        assert_eq!(channel.stats().connections, 0, "{way:?}");
        assert_eq!(nap.await.expect("no panic")?, 100, "{way:?}");
        let error = client.nap(0).await.expect_err("it is closed");
        assert_eq!(error.kind(), ErrorKind::ChannelClosed, "{error}");
        let text = error.to_string();
        assert!(
            text.starts_with("`nap` was not sent to ")
                && text.ends_with(": the channel was closed")
        );
        let error = client.note().await.expect_err("it is closed");
        assert_eq!(error.kind(), ErrorKind::ChannelClosed);
        // Once more changes nothing.
        channel.close().await;
        channel.close_within(Duration::ZERO).await;
        wait_for_end(&monitor).await;
    }
    Ok(())
}

#[tokio::test]
async fn calls_fail_when_the_time_of_a_closed_channel_is_over() -> Result<()> {
    let (port, monitor) = serve();
    for way in WAYS {
        let client = client(way, port).await?.with_timeout(Duration::MAX);
        let channel = client.clone().into_channel();
        let nap = tokio::spawn(client.nap(LONG));
        channel.close_within(Duration::from_millis(50)).await;
        let error = nap.await.expect("no panic").expect_err("it has no time");
        let waited = error.kind() == ErrorKind::ChannelClosed;
        assert!(waited || error.kind() == ErrorKind::Closed, "{way:?}: {error}");
        assert!(error.to_string().ends_with(": the channel was closed"), "{error}");
        wait_for_end(&monitor).await;
    }
    Ok(())
}

#[tokio::test]
async fn a_call_without_a_connection_was_not_sent_when_the_channel_closes() -> Result<()> {
    let (port, _) = serve();
    let builder = SleepyClient::builder().max_connections(1).pipelining(false).no_timeout();
    let client: SleepyClient = builder.connect(("127.0.0.1", port)).await?;
    let (sent, channel) = (tokio::spawn(client.nap(LONG)), client.clone().into_channel());
    while channel.stats().in_flight == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let waits = tokio::spawn(client.nap(LONG));
    while channel.stats().waiting == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // A future that is dropped leaves the channel closing.
    assert!(tokio::time::timeout(Duration::from_millis(5), channel.close()).await.is_err());
    let error = client.nap(0).await.expect_err("it is closing");
    assert_eq!(error.kind(), ErrorKind::ChannelClosed);
    channel.close_within(Duration::ZERO).await;
    let kinds = [sent, waits].map(|call| async { call.await.expect("no panic") });
    let [sent, waits] = kinds;
    assert_eq!(sent.await.expect_err("no time").kind(), ErrorKind::Closed);
    assert_eq!(waits.await.expect_err("no time").kind(), ErrorKind::ChannelClosed);
    Ok(())
}

#[test]
fn a_closed_blocking_channel_answers_its_calls_and_refuses_others() -> Result<()> {
    let (port, monitor) = serve();
    for way in WAYS {
        let client = blocking_client(way, port)?;
        let channel = client.clone().into_channel();
        let sleeper = client.clone();
        let nap = thread::spawn(move || sleeper.nap(100));
        wait_until(|| channel.stats().in_flight > 0);
        channel.close();
        assert_eq!(channel.stats().connections, 0, "{way:?}");
        assert_eq!(nap.join().expect("no panic")?, 100, "{way:?}");
        let error = client.nap(0).expect_err("it is closed");
        assert_eq!(error.kind(), ErrorKind::ChannelClosed, "{error}");
        channel.close();
        channel.close_within(Duration::ZERO);
        wait_until(|| monitor.stats().connections == 0);
    }
    Ok(())
}

#[test]
fn blocking_calls_fail_when_the_time_of_a_closed_channel_is_over() -> Result<()> {
    let (port, monitor) = serve();
    for way in WAYS {
        let client = blocking_client(way, port)?.with_timeout(Duration::MAX);
        let channel = client.clone().into_channel();
        let calls: Vec<_> = (0..2)
            .map(|_| {
                let client = client.clone();
                thread::spawn(move || client.nap(LONG))
            })
            .collect();
        wait_until(|| {
            let stats = channel.stats();
            stats.in_flight + stats.waiting == 2 && stats.in_flight > 0
        });
        channel.close_within(Duration::from_millis(50));
        let mut kinds = calls.into_iter().map(|call| {
            let error = call.join().expect("no panic").expect_err("no time");
            assert!(error.to_string().ends_with(": the channel was closed"), "{error}");
            error.kind()
        });
        assert!(kinds.any(|kind| kind == ErrorKind::Closed), "{way:?}");
        for kind in kinds {
            assert!(matches!(kind, ErrorKind::Closed | ErrorKind::ChannelClosed), "{way:?}");
        }
        // Nothing interrupts the thread that reads from a stream which is not a socket of ours.
        if way != Way::Stream {
            wait_until(|| monitor.stats().connections == 0);
        }
    }
    Ok(())
}
