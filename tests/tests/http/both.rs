//! Clients and servers together.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use thriftly::{ClientBuilder, ErrorKind, Protocol, Result};

use super::*;

/// A client of a server, over either version.
async fn client(address: SocketAddr, http2: bool) -> Result<ShopClient> {
    builder(http2).connect(format!("http://{address}/thrift")).await
}

fn builder(http2: bool) -> ClientBuilder<ShopClient> {
    match http2 {
        true => ShopClient::builder().http2(),
        false => ShopClient::builder(),
    }
}

#[tokio::test]
async fn values_exceptions_and_failures_are_replies() -> Result<()> {
    let (address, _) = serve(|server| server.http_path("/thrift")).await;
    for http2 in [false, true] {
        for protocol in [Protocol::Binary, Protocol::BinaryOld, Protocol::Compact, Protocol::Json] {
            let client = builder(http2).protocol(protocol);
            let client = client.connect(format!("http://{address}/thrift")).await?;
            assert_eq!(client.add(1, 2).await?, 3);
            let missing = client.find("k").await.expect_err("it is missing");
            assert!(matches!(missing, FindError::Missing(Missing { key }) if key == "k"));
            let error = client.fail().await.expect_err("it fails");
            assert!(error.to_string().contains("sold out"), "{error}");
            let error = client.panic().await.expect_err("it panics");
            assert!(error.to_string().contains("panicked"), "{error}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn blobs_of_all_sizes_arrive_unchanged() -> Result<()> {
    let (address, _) = serve(|server| server).await;
    for http2 in [false, true] {
        let client = client(address, http2).await?;
        for size in [0, 1, 4095, 16 << 10, 100_000, 5 << 20] {
            let blob: Vec<u8> = (0..size).map(|at| (at * 7 + at / 251) as u8).collect();
            assert_eq!(client.take(blob.clone()).await?, blob, "{size}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_oneway_call_returns_before_its_handler() -> Result<()> {
    let (address, seen) = serve(|server| server).await;
    for (at, http2) in [false, true].into_iter().enumerate() {
        let client = client(address, http2).await?;
        client.note().await?;
        assert_eq!(client.add(1, 2).await?, 3);
        drop(client);
        until("noted", || seen.notes.load(Ordering::SeqCst) == at + 1).await;
    }
    Ok(())
}

#[tokio::test]
async fn headers_of_calls_and_replies_travel() -> Result<()> {
    let (address, _) = serve(|server| server).await;
    for http2 in [false, true] {
        let client = builder(http2).header("X-Tenant", "acme").bearer("secret");
        let channel =
            thriftly::from_fn(|mut request: thriftly::Request, next: thriftly::Next| async move {
                request.headers.insert("x-call", "1");
                let response = next.run(request).await?;
                assert!(response.headers.get("echo").is_some());
                assert!(response.headers.get("content-length").is_none());
                Ok(response)
            });
        let client = client.layer(channel).connect(format!("http://{address}/")).await?;
        for (name, value) in [
            ("x-tenant", "acme"),
            ("x-call", "1"),
            ("authorization", "Bearer secret"),
            ("content-type", "none"),
        ] {
            assert_eq!(client.header(name).await?, value);
        }
        assert!(client.header("user-agent").await?.starts_with("thriftly/"));
    }
    Ok(())
}

#[tokio::test]
async fn headers_that_cannot_be_sent_fail_their_call_or_the_client() -> Result<()> {
    let (address, _) = serve(|server| server).await;
    let url = format!("http://{address}/");
    for (name, value) in [("x-a", "1\r\nx-b: 2"), ("host", "other"), ("a b", "")] {
        let connected = ShopClient::builder().header(name, value).connect(url.clone()).await;
        assert_eq!(connected.expect_err(name).kind(), ErrorKind::InvalidData);
        let set = thriftly::from_fn(
            move |mut request: thriftly::Request, next: thriftly::Next| async move {
                if request.method.as_str() == "add" {
                    request.headers.insert(name, value);
                }
                next.run(request).await
            },
        );
        let client = ShopClient::builder().layer(set).connect(url.clone()).await?;
        let error = client.add(1, 2).await.expect_err(name);
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{error}");
        assert!(client.left().await? > 0, "the connection is as it was");
    }
    Ok(())
}

#[tokio::test]
async fn the_deadline_travels_and_holds() -> Result<()> {
    let (address, seen) = serve(|server| server).await;
    for http2 in [false, true] {
        let client = client(address, http2).await?;
        let left = client.with_timeout(Duration::from_secs(5)).left().await?;
        assert!((4_000..=5_000).contains(&left), "{left}");
        let start = Instant::now();
        let short = Duration::from_millis(100);
        let error = client.with_timeout(short).wait().await.expect_err("it waits");
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(start.elapsed() >= short);
        assert_eq!(client.add(1, 2).await?, 3, "others are not held up");
        drop(client);
        until("cancelled", || seen.waiting.load(Ordering::SeqCst) == 0).await;
    }
    Ok(())
}

#[tokio::test]
async fn many_calls_of_many_tasks_are_answered() -> Result<()> {
    let (address, _) = serve(|server| server).await;
    for http2 in [false, true] {
        let client = client(address, http2).await?;
        let mut tasks = tokio::task::JoinSet::new();
        for task in 0..32 {
            let client = client.clone();
            tasks.spawn(async move {
                for call in 0..50 {
                    assert_eq!(client.add(task, call).await.expect("answered"), task + call);
                }
            });
        }
        tokio::time::timeout(HANG, tasks.join_all()).await.expect("no call hangs");
    }
    Ok(())
}

/// Each waits for the other, on one connection.
#[tokio::test]
async fn calls_over_http2_share_a_connection() -> Result<()> {
    let (address, seen) = serve(|server| server.max_connections(1)).await;
    let client = builder(true).max_connections(1);
    let client = client.connect(format!("http://{address}/")).await?;
    let waiting = tokio::spawn(client.wait());
    until("waiting", || seen.waiting.load(Ordering::SeqCst) == 1).await;
    assert_eq!(client.add(1, 2).await?, 3);
    seen.go.notify_one();
    waiting.await.expect("no panic")?;
    Ok(())
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_is_replaced() -> Result<()> {
    let short = Duration::from_millis(50);
    for http2 in [false, true] {
        let (address, seen) = serve(|server| server.idle_timeout(short)).await;
        let client = client(address, http2).await?;
        for calls in 1..=4 {
            assert_eq!(client.add(1, 2).await?, 3);
            assert_eq!(seen.adds.load(Ordering::SeqCst), calls, "none is sent twice");
            tokio::time::sleep(short * 4).await;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_shuts_down_answers_what_it_has_begun() -> Result<()> {
    for http2 in [false, true] {
        let handler = Handler::default();
        let seen = Arc::clone(&handler.0);
        let server = Server::new(ShopServer::new(handler)).bind("127.0.0.1:0").await?;
        let address = server.local_addr().socket_addr().expect("TCP");
        let stop = Arc::new(Notify::new());
        let stopped = Arc::clone(&stop);
        let served = tokio::spawn(server.serve_until(async move { stopped.notified().await }));
        let client = client(address, http2).await?;
        let waiting = tokio::spawn(client.wait());
        until("waiting", || seen.waiting.load(Ordering::SeqCst) == 1).await;
        stop.notify_one();
        tokio::time::sleep(Duration::from_millis(50)).await;
        seen.go.notify_one();
        waiting.await.expect("no panic")?;
        tokio::time::timeout(HANG, served).await.expect("it ends").expect("no panic")?;
        let error = client.add(1, 2).await.expect_err("nobody listens");
        assert!(matches!(error.kind(), ErrorKind::Connect | ErrorKind::Closed), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn refusals_are_errors_with_status_and_reason() -> Result<()> {
    let (address, _) = serve(|server| {
        let limits = thriftly::Limits { message: 1000, ..thriftly::Limits::DEFAULT };
        server.http_path("/thrift").limits(limits)
    })
    .await;
    for http2 in [false, true] {
        let client = builder(http2).connect(format!("http://{address}/other")).await?;
        let error = client.add(1, 2).await.expect_err("another path");
        let text = error.to_string();
        assert!(
            text.contains("404 Not Found: Thrift is served at /thrift, not at /other"),
            "{text}"
        );
        let client = self::client(address, http2).await?;
        let error = client.take(vec![0; 2000]).await.expect_err("too large");
        assert_eq!(error.kind(), ErrorKind::SizeLimit, "{error}");
        assert_eq!(client.add(1, 2).await?, 3);
        // And the client's own limit.
        let limits = thriftly::Limits { message: 100, ..thriftly::Limits::DEFAULT };
        let client =
            builder(http2).limits(limits).connect(format!("http://{address}/thrift")).await?;
        let error = client.blob(500).await.expect_err("too large");
        assert_eq!(error.kind(), ErrorKind::SizeLimit, "{error}");
        assert_eq!(client.add(1, 2).await?, 3);
    }
    Ok(())
}
