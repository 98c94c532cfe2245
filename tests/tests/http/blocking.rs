//! Blocking clients, and a service in axum.

use std::time::{Duration, Instant};

use thriftly::http::HttpService;
use thriftly::{ApplicationErrorKind, ErrorKind, Health, Limits, Result};

use super::*;

/// Runs what blocks.
async fn blocking(run: impl FnOnce() -> Result<()> + Send + 'static) -> Result<()> {
    tokio::task::spawn_blocking(run).await.expect("no panic")
}

#[tokio::test]
async fn a_blocking_client_calls_over_both_versions() -> Result<()> {
    let (address, _) = serve(|server| server).await;
    blocking(move || {
        for http2 in [false, true] {
            let builder = BlockingShopClient::builder().header("x-tenant", "acme");
            let builder = if http2 { builder.http2() } else { builder };
            let client = builder.connect(format!("http://{address}/thrift"))?;
            assert_eq!(client.add(1, 2)?, 3);
            assert_eq!(client.header("x-tenant")?, "acme");
            client.note()?;
            assert!(matches!(client.find("k"), Err(FindError::Missing(_))));
            let large = vec![7; 1 << 20];
            assert_eq!(client.take(large.clone())?, large);
            let threads: Vec<_> = (0..8)
                .map(|thread| {
                    let client = client.clone();
                    std::thread::spawn(move || {
                        (0..50).all(|call| {
                            client.add(thread, call).is_ok_and(|sum| sum == thread + call)
                        })
                    })
                })
                .collect();
            assert!(threads.into_iter().all(|thread| thread.join().expect("no panic")));
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_blocking_call_keeps_its_deadline() -> Result<()> {
    let (address, _) = serve(|server| server).await;
    blocking(move || {
        let client = BlockingShopClient::connect(format!("http://{address}/"))?;
        let start = Instant::now();
        let error = client.with_timeout(Duration::from_millis(100)).wait().expect_err("it waits");
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(start.elapsed() < Duration::from_secs(20));
        assert_eq!(client.add(1, 2)?, 3);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_blocking_client_tells_that_nobody_listens() -> Result<()> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
    let address = listener.local_addr().expect("it is bound");
    drop(listener);
    blocking(move || {
        let url = format!("http://{address}/");
        let error = BlockingShopClient::connect(url.as_str()).expect_err("nobody listens");
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
        let client = BlockingShopClient::builder().connect_lazy(url)?;
        assert_eq!(client.add(1, 2).expect_err("nobody listens").kind(), ErrorKind::Connect);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_service_is_mounted_in_axum_beside_ordinary_routes() -> Result<()> {
    let handler = Handler::default();
    let seen = Arc::clone(&handler.0);
    let limits = Limits { message: 1000, ..Limits::DEFAULT };
    let service = HttpService::new(ShopServer::new(handler))
        .limits(limits)
        .handler_timeout(Duration::from_millis(300))
        .message_timeout(Duration::from_millis(300));
    let routes = axum::Router::new()
        .route("/health", axum::routing::get(|| async { "ok" }))
        .route_service("/thrift", service);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, routes).await });

    let client = ShopClient::builder().header("x-tenant", "acme");
    let client = client.connect(format!("http://{address}/thrift")).await?;
    assert_eq!(client.add(1, 2).await?, 3);
    assert_eq!(client.header("x-tenant").await?, "acme");
    assert!(client.fail().await.expect_err("it fails").to_string().contains("sold out"));
    assert!(client.panic().await.expect_err("it panics").to_string().contains("panicked"));
    let error = client.wait().await.expect_err("too long");
    assert!(error.to_string().contains("took longer than 300ms"), "{error}");
    let error = client.take(vec![0; 2000]).await.expect_err("too large");
    assert_eq!(error.kind(), ErrorKind::SizeLimit, "{error}");
    client.note().await?;
    until("noted", || seen.notes.load(std::sync::atomic::Ordering::SeqCst) == 1).await;

    let mut raw = Raw::connect(address).await;
    let health = raw.exchange(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!((health.status, &health.body[..]), (200, &b"ok"[..]));
    let bare = raw.exchange(b"GET /thrift HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(bare.status, 405);
    let mut slow = Raw::connect(address).await;
    let request = post(&ADD);
    slow.send(&request[..request.len() - 3]).await;
    assert_eq!(slow.reply().await.status, 408);
    Ok(())
}

#[tokio::test]
async fn a_mounted_service_answers_health_checks() -> Result<()> {
    thriftly::thrift!(inline: "service Check { void health() }");
    let health = Health::new("health");
    let service = HttpService::new(ShopServer::new(Handler::default())).health(health.clone());
    let routes = axum::Router::new().route_service("/thrift", service);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/thrift", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, routes).await });

    let check = CheckClient::connect(&*url).await?;
    check.health().await?;
    health.set_serving(false);
    let error = check.health().await.expect_err("it is not serving");
    assert_eq!(error.kind(), ErrorKind::Application(ApplicationErrorKind::INTERNAL_ERROR));
    let client = ShopClient::connect(&*url).await?;
    assert_eq!(client.add(1, 2).await?, 3, "calls are answered in any case");
    Ok(())
}
