//! What a server does with requests, well-formed and otherwise.

use std::sync::atomic::Ordering;
use std::time::Duration;

use thriftly::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

#[tokio::test]
async fn calls_are_answered_on_a_kept_connection() {
    let (address, _) = serve(|server| server).await;
    let mut raw = Raw::connect(address).await;
    for _ in 0..3 {
        let reply = raw.exchange(&post(&ADD)).await;
        assert_eq!((reply.status, &reply.body[..]), (200, SUM));
        assert!(reply.head.contains("content-type: application/x-thrift\r\n"), "{}", reply.head);
    }
}

#[tokio::test]
async fn every_protocol_is_detected_from_the_body() {
    let (address, _) = serve(|server| server).await;
    let mut raw = Raw::connect(address).await;
    let compact = b"\x82\x21\x07\x03add\x15\x02\x15\x04\0";
    let old = b"\0\0\0\x03add\x01\0\0\0\x07\x08\0\x01\0\0\0\x01\x08\0\x02\0\0\0\x02\0";
    let json = br#"[1,"add",1,7,{"1":{"i32":1},"2":{"i32":2}}]"#;
    for (call, reply) in [
        (&compact[..], &b"\x82\x41\x07\x03add\x05\0\x06\0"[..]),
        (old, b"\0\0\0\x03add\x02\0\0\0\x07\x08\0\0\0\0\0\x03\0"),
        (json, br#"[1,"add",2,7,{"0":{"i32":3}}]"#),
    ] {
        let got = raw.exchange(&post(call)).await;
        assert_eq!((got.status, &got.body[..]), (200, reply), "{got:?}");
    }
}

#[tokio::test]
async fn bytes_that_arrive_one_by_one_are_a_request() {
    let (address, _) = serve(|server| server).await;
    let mut raw = Raw::connect(address).await;
    raw.0.set_nodelay(true).expect("it can be set");
    for byte in post(&ADD) {
        raw.0.write_all(&[byte]).await.expect("sent");
        tokio::task::yield_now().await;
    }
    assert_eq!(raw.reply().await.body, SUM);
}

#[tokio::test]
async fn a_chunked_body_is_a_message() {
    let (address, _) = serve(|server| server).await;
    let mut raw = Raw::connect(address).await;
    let mut request = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for chunk in ADD.chunks(5) {
        request.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        request.extend_from_slice(chunk);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\nTrailer-Header: ignored\r\n\r\n");
    assert_eq!(raw.exchange(&request).await.body, SUM);
    assert_eq!(raw.exchange(&post(&ADD)).await.body, SUM);
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let (address, _) = serve(|server| server).await;
    let mut raw = Raw::connect(address).await;
    let mut all = Vec::new();
    for number in 0..20_u8 {
        let mut body = ADD.clone();
        let length = body.len();
        body[length - 2] = number;
        all.extend_from_slice(&post(&body));
    }
    raw.send(&all).await;
    for number in 0..20_u8 {
        let reply = raw.reply().await;
        assert_eq!(reply.body[reply.body.len() - 2], number + 1);
    }
}

#[tokio::test]
async fn a_client_that_waits_for_100_continue_gets_it() {
    let (address, _) = serve(|server| server).await;
    let mut raw = Raw::connect(address).await;
    let request = post_with("Expect: 100-continue\r\n", &ADD);
    let head = request.len() - ADD.len();
    assert_eq!(raw.exchange(&request[..head]).await.status, 100);
    assert_eq!(raw.exchange(&ADD).await.body, SUM);
}

#[tokio::test]
async fn requests_that_are_no_calls_are_refused_with_the_reason() {
    let (address, seen) = serve(|server| server.http_path("/thrift")).await;
    let request = |line: &str, headers: &str, body: &str| {
        format!("{line} HTTP/1.1\r\nHost: a\r\n{headers}\r\n{body}").into_bytes()
    };
    let length = format!("Content-Length: {}\r\n", ADD.len());
    for (request, status, reason) in [
        (request("GET /thrift", "", ""), 405, "this address serves Thrift"),
        (request("DELETE /thrift", "", ""), 405, "DELETE is not supported"),
        (request("POST /other", &length, ""), 404, "Thrift is served at /thrift"),
        (request("POST /thrift", "", ""), 411, "neither a content length"),
        (request("POST /thrift", "Content-Length: 0\r\n", ""), 400, "no call of Thrift"),
        (request("POST /thrift", "Content-Length: 5\r\n", "hello"), 400, "no call of Thrift"),
        (post_with("Content-Type: text/html\r\n", &ADD), 415, "the content type is text/html"),
        (
            post_with("Content-Type: application/x-www-form-urlencoded\r\n", &ADD),
            415,
            "content type",
        ),
        (post_with("Content-Encoding: gzip\r\n", &ADD), 415, "content encoding"),
        (post(&message(2, "add", b"\0")), 400, "a message of type 2 is no call"),
        (post(SUM), 400, "a message of type 2 is no call"),
    ] {
        let mut raw = Raw::connect(address).await;
        let reply = raw.exchange(&request).await;
        let text = String::from_utf8_lossy(&reply.body);
        assert_eq!(reply.status, status, "{text}");
        assert!(text.contains(reason), "{text}");
        assert!(raw.is_closed().await);
    }
    assert_eq!(seen.adds.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn other_content_types_of_thrift_are_accepted() {
    let (address, _) = serve(|server| server).await;
    let mut raw = Raw::connect(address).await;
    for headers in [
        "",
        "Content-Type: application/vnd.apache.thrift.binary\r\n",
        "Content-Type: Application/X-Thrift; charset=utf-8\r\n",
        "Content-Type: application/json\r\n",
        "Content-Type: application/octet-stream\r\n",
    ] {
        assert_eq!(raw.exchange(&post_with(headers, &ADD)).await.body, SUM, "{headers}");
    }
}

#[tokio::test]
async fn a_body_above_the_limit_is_refused_before_it_is_read() {
    let limits = Limits { message: 100, ..Limits::DEFAULT };
    let (address, _) = serve(|server| server.limits(limits)).await;
    let mut raw = Raw::connect(address).await;
    let reply = raw.exchange(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n").await;
    assert_eq!(reply.status, 413);
    assert!(String::from_utf8_lossy(&reply.body).contains("`Limits::message` (100 bytes)"));
    // Without a length it is found out while it comes.
    let mut raw = Raw::connect(address).await;
    let reply =
        raw.exchange(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n60\r\n");
    let chunk = [&[0x80; 0x60][..], b"\r\n60\r\n", &[0; 0x60], b"\r\n"].concat();
    let _ = tokio::time::timeout(Duration::from_millis(50), reply).await;
    assert_eq!(raw.exchange(&chunk).await.status, 413);
    // A length that is no number, or negative, or above all numbers.
    for length in ["-1", "1x", "99999999999999999999", "5, 6", "+5"] {
        let mut raw = Raw::connect(address).await;
        let request = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
        assert_eq!(raw.exchange(request.as_bytes()).await.status, 400, "{length}");
        assert!(raw.is_closed().await);
    }
}

#[tokio::test]
async fn heads_are_bounded() {
    let (address, _) = serve(|server| server).await;
    let large = format!("X-Large: {}\r\n", "a".repeat(100 << 10));
    let many = (0..3000).map(|at| format!("X-{at}: a\r\n")).collect::<String>();
    for headers in [large, many] {
        let mut raw = Raw::connect(address).await;
        // The server may close before it has read all.
        let _ = raw.0.write_all(&post_with(&headers, &ADD)).await;
        assert_eq!(raw.reply().await.status, 431);
    }
    let mut raw = Raw::connect(address).await;
    let fitting = format!("X-Large: {}\r\n", "a".repeat(30 << 10));
    assert_eq!(raw.exchange(&post_with(&fitting, &ADD)).await.body, SUM);
}

/// Two lengths, of which a proxy may take one and the server the other.
#[tokio::test]
async fn requests_with_two_lengths_do_not_smuggle_another() {
    let (address, seen) = serve(|server| server).await;
    let hidden = post(&ADD);
    let length = hidden.len();
    for head in [
        format!("Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n"),
        format!("Transfer-Encoding: chunked\r\nContent-Length: {length}\r\n"),
        format!("Content-Length: 0\r\nContent-Length: {length}\r\n"),
        format!("Transfer-Encoding: chunked, identity\r\nContent-Length: {length}\r\n"),
        format!("Transfer-Encoding: xchunked\r\nContent-Length: {length}\r\n"),
        format!("Transfer-Encoding : chunked\r\nContent-Length: {length}\r\n"),
        format!("Content-Length : {length}\r\n"),
        format!("Content-Length: {length}\n X: y\r\n"),
    ] {
        let mut request = format!("POST / HTTP/1.1\r\nHost: a\r\n{head}\r\n").into_bytes();
        if head.contains("chunked\r\n") {
            request.extend_from_slice(b"0\r\n\r\n");
        }
        request.extend_from_slice(&hidden);
        let mut raw = Raw::connect(address).await;
        let reply = raw.exchange(&request).await;
        assert_eq!(reply.status, 400, "{head:?} {reply:?}");
        assert!(raw.is_closed().await, "{head:?}");
    }
    assert_eq!(seen.adds.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn line_ends_in_header_values_cannot_be_sent() {
    let (address, _) = serve(|server| server).await;
    let mut raw = Raw::connect(address).await;
    for (name, value) in [("x-a", "1\r\nx-b: 2"), ("x-a", "1\n\n<html>"), ("content-length", "1")] {
        let text = |id: u8, text: &str| {
            [&b"\x0b\0"[..], &[id], &(text.len() as u32).to_be_bytes(), text.as_bytes()].concat()
        };
        let arguments = [text(1, name), text(2, value), vec![0]].concat();
        let reply = raw.exchange(&post(&call("set_header", &arguments))).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.body[3], 3, "an exception");
        assert!(!reply.head.contains("x-a") && !reply.head.contains("x-b"), "{}", reply.head);
        assert!(!reply.head.contains("content-length: 1\r"), "{}", reply.head);
    }
    // A bare line end in a request is no header either.
    let reply = raw.exchange(&post_with("X-A: 1\rX-B: 2\r\n", &ADD)).await;
    assert_eq!(reply.status, 400);
}

#[tokio::test]
async fn failures_are_replies() {
    let (address, _) = serve(|server| server).await;
    let mut raw = Raw::connect(address).await;
    let find = raw.exchange(&post(&call("find", b"\x0b\0\x01\0\0\0\x01k\0"))).await;
    let missing = message(2, "find", b"\x0c\0\x01\x0b\0\x01\0\0\0\x01k\0\0");
    assert_eq!((find.status, find.body), (200, missing));
    for (method, text) in
        [("fail", "sold out"), ("panic", "panicked"), ("nothing", "unknown method `nothing`")]
    {
        let reply = raw.exchange(&post(&call(method, b"\0"))).await;
        assert_eq!((reply.status, reply.body[3]), (200, 3));
        assert!(String::from_utf8_lossy(&reply.body).contains(text), "{method}");
    }
    // Arguments that cannot be decoded, and bytes behind a message.
    for arguments in [&b"\x0b\0\x01\0\xff\xff\xff"[..], b"\0\0"] {
        let reply = raw.exchange(&post(&call("find", arguments))).await;
        assert_eq!((reply.status, reply.body[3]), (200, 3), "{arguments:?}");
    }
    assert_eq!(raw.exchange(&post(&ADD)).await.body, SUM);
}

#[tokio::test]
async fn a_oneway_call_is_answered_with_nothing_and_runs_to_its_end() {
    let (address, seen) = serve(|server| server).await;
    // Some clients send it as a call.
    for (at, kind) in [4, 1].into_iter().enumerate() {
        let mut raw = Raw::connect(address).await;
        let reply = raw.exchange(&post(&message(kind, "note_later", b"\0"))).await;
        assert_eq!((reply.status, &reply.body[..]), (200, &b""[..]));
        assert!(reply.head.contains("content-length: 0\r\n"), "{}", reply.head);
        drop(raw);
        seen.go.notify_one();
        until("noted", || seen.notes.load(Ordering::SeqCst) > at).await;
    }
}

#[tokio::test]
async fn a_disconnect_cancels_the_call() {
    let (address, seen) = serve(|server| server).await;
    for (at, behind) in [&b""[..], b"POST / HTTP/1.1\r\nHost"].into_iter().enumerate() {
        let mut raw = Raw::connect(address).await;
        raw.send(&post(&call("wait", b"\0"))).await;
        until("waiting", || seen.waiting.load(Ordering::SeqCst) == 1).await;
        // The next request has begun, so that nothing more is read.
        raw.send(behind).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(raw);
        until("cancelled", || seen.cancelled.load(Ordering::SeqCst) == at + 1).await;
    }
}

#[tokio::test]
async fn slow_heads_slow_bodies_and_idle_connections_are_given_up() {
    let (address, seen) = serve(|server| {
        let short = Duration::from_millis(100);
        server.message_timeout(short).idle_timeout(short).first_byte_timeout(short)
    })
    .await;
    let request = post(&ADD);
    for end in [1, 20, request.len() - 5] {
        let mut raw = Raw::connect(address).await;
        raw.send(&request[..end]).await;
        let mut rest = String::new();
        let read = tokio::time::timeout(HANG, raw.0.read_to_string(&mut rest)).await;
        read.expect("closed").expect("in good order");
        assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 408 "), "{rest}");
    }
    let mut raw = Raw::connect(address).await;
    assert_eq!(raw.exchange(&request).await.body, SUM);
    assert!(raw.is_closed().await);
    // A handler may take longer than that.
    let mut raw = Raw::connect(address).await;
    raw.send(&post(&call("wait", b"\0"))).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(seen.cancelled.load(Ordering::SeqCst), 0);
    seen.go.notify_one();
    assert_eq!(raw.reply().await.status, 200);
}

#[tokio::test]
async fn a_handler_has_a_time_limit_and_knows_that_of_its_client() {
    let (address, _) = serve(|server| server.handler_timeout(Duration::from_millis(200))).await;
    let mut raw = Raw::connect(address).await;
    let reply = raw.exchange(&post(&call("wait", b"\0"))).await;
    assert!(String::from_utf8_lossy(&reply.body).contains("`wait` took longer than 200ms"));
    for (header, least, most) in
        [("", 1, 200), ("client_timeout: 50\r\n", 1, 50), ("client_timeout: x\r\n", 51, 200)]
    {
        let reply = raw.exchange(&post_with(header, &call("left", b"\0"))).await;
        let left =
            reply.body[reply.body.len() - 9..reply.body.len() - 1].try_into().expect("8 bytes");
        let left = i64::from_be_bytes(left);
        assert!((least..=most).contains(&left), "{header} {left}");
    }
}

#[tokio::test]
async fn http_and_other_framings_share_a_port() {
    let (address, _) = serve(|server| server).await;
    let mut http = Raw::connect(address).await;
    let mut plain = Raw::connect(address).await;
    let client = ShopClient::connect(address).await.expect("it listens");
    for _ in 0..3 {
        assert_eq!(http.exchange(&post(&ADD)).await.body, SUM);
        plain.send(&ADD).await;
        let mut sum = vec![0; SUM.len()];
        plain.0.read_exact(&mut sum).await.expect("it answers");
        assert_eq!(sum, SUM);
        assert_eq!(client.add(1, 2).await.expect("it is answered"), 3);
    }
}

#[tokio::test]
async fn calls_over_http_are_counted() {
    let mut monitor = None;
    let (address, seen) = serve(|server| {
        monitor = Some(server.monitor());
        server
    })
    .await;
    let stats = || monitor.as_ref().expect("it was made").stats();
    let mut http = Raw::connect(address).await;
    for _ in 0..3 {
        assert_eq!(http.exchange(&post(&ADD)).await.body, SUM);
    }
    http.send(&post(&call("wait", b"\0"))).await;
    until("the call is counted", || stats().in_flight == 1).await;
    let counted = stats();
    assert_eq!((counted.connections, counted.opened, counted.calls), (1, 1, 4));
    assert!(counted.received_bytes >= 3 * post(&ADD).len() as u64, "{counted:?}");
    assert!(counted.sent_bytes >= 3 * SUM.len() as u64, "{counted:?}");
    seen.go.notify_one();
    http.reply().await;
    until("it is answered", || stats().in_flight == 0).await;
    drop(http);
    until("the connection has ended", || stats().connections == 0).await;
}

#[tokio::test]
async fn a_shutdown_answers_the_call_in_flight_and_closes_idle_connections() {
    let handler = Handler::default();
    let seen = Arc::clone(&handler.0);
    let server = Server::new(ShopServer::new(handler)).bind("127.0.0.1:0").await.expect("free");
    let address = server.local_addr().socket_addr().expect("TCP");
    let stop = Arc::new(Notify::new());
    let stopped = Arc::clone(&stop);
    let served = tokio::spawn(server.serve_until(async move { stopped.notified().await }));
    let (mut idle, mut busy) = (Raw::connect(address).await, Raw::connect(address).await);
    assert_eq!(idle.exchange(&post(&ADD)).await.body, SUM);
    busy.send(&post(&call("wait", b"\0"))).await;
    until("waiting", || seen.waiting.load(Ordering::SeqCst) == 1).await;
    stop.notify_one();
    assert!(idle.is_closed().await);
    seen.go.notify_one();
    let reply = busy.reply().await;
    assert_eq!(reply.status, 200);
    assert!(reply.head.contains("connection: close\r\n"), "{}", reply.head);
    assert!(busy.is_closed().await);
    tokio::time::timeout(HANG, served)
        .await
        .expect("it ends")
        .expect("no panic")
        .expect("no error");
}

#[tokio::test]
async fn headers_travel_both_ways() {
    let (address, _) = serve(|server| server).await;
    let mut raw = Raw::connect(address).await;
    let header = |name: &str| {
        let length = (name.len() as u32).to_be_bytes();
        call("header", &[b"\x0b\0\x01", &length[..], name.as_bytes(), b"\0"].concat())
    };
    for (name, value) in [
        ("traceparent", "00-1-2-01"),
        ("x-many", "a, b"),
        ("connection", "none"),
        ("x-hop", "none"),
        ("host", "none"),
        ("content-length", "none"),
    ] {
        let headers =
            "TraceParent: 00-1-2-01\r\nX-Many: a\r\nX-Many: b\r\nConnection: x-hop\r\nX-Hop: 1\r\n";
        let reply = raw.exchange(&post_with(headers, &header(name))).await;
        assert!(reply.head.contains(&format!("echo: {value}\r\n")), "{name} {}", reply.head);
    }
}

#[tokio::test]
async fn answers_that_are_not_read_count_against_the_budget() {
    let (address, _) = serve(|server| server.max_buffered(20 << 20)).await;
    let blob = post(&call("blob", b"\x08\0\x01\x01\0\0\0\0"));
    // Each holds 16 MiB that its client does not read, and only the first fits.
    let mut first = Raw::connect(address).await;
    first.send(&blob).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut second = Raw::connect(address).await;
    let reply = second.exchange(&blob).await;
    assert!(String::from_utf8_lossy(&reply.body).contains("was dropped"), "{}", reply.head);
    assert!(first.reply().await.body.len() > 16 << 20);
    assert!(second.exchange(&blob).await.body.len() > 16 << 20);
}

/// Requests with bytes changed, left out or put in at random.
#[tokio::test]
async fn broken_requests_affect_no_other_connection() {
    let (address, _) = serve(|server| server.message_timeout(Duration::from_millis(100))).await;
    let mut other = Raw::connect(address).await;
    let mut random = thriftly_tests::random::Random::new(11);
    let chunked = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\0\x06\x01\x05\0\0\0\x01\x83\x86\x84\x41\x01a";
    let valid = [post(&ADD), chunked.to_vec(), preface.to_vec()];
    for round in 0..600 {
        let mut input = valid[round % valid.len()].clone();
        for _ in 0..1 + random.below(4) {
            let at = random.below(input.len());
            match random.below(3) {
                0 => input[at] = random.bytes(1)[0],
                1 => drop(input.remove(at)),
                _ => input.insert(at, b"\r\n \0:;5"[random.below(7)]),
            }
        }
        let mut raw = Raw::connect(address).await;
        // The server may have closed already.
        let _ = raw.0.write_all(&input).await;
        let _ = raw.0.shutdown().await;
        let mut rest = Vec::new();
        let _ = tokio::time::timeout(HANG, raw.0.read_to_end(&mut rest)).await.expect("closed");
        if round % 20 == 0 {
            assert_eq!(other.exchange(&post(&ADD)).await.body, SUM);
        }
    }
}
