//! What a client does with responses, well-formed and otherwise.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use thriftly::{Error, ErrorKind, Result};
use tokio::net::TcpListener;

use super::*;

/// A server that answers the requests of all connections with these bytes, one after the other, and
/// closes a connection behind an answer that ends with `CLOSE`. Returns its address and the requests.
async fn answering(answers: Vec<Vec<u8>>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = listener.local_addr().expect("it is bound");
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    tokio::spawn(async move {
        let mut answers = answers.into_iter();
        'connections: loop {
            let mut raw = Raw(listener.accept().await.expect("accepted").0);
            loop {
                let Some(request) = raw.request().await else { continue 'connections };
                seen.lock().expect("no panic").push(request);
                let Some(answer) = answers.next() else { return };
                match answer.strip_suffix(CLOSE) {
                    Some(answer) => {
                        raw.send(answer).await;
                        continue 'connections;
                    }
                    None => raw.send(&answer).await,
                }
            }
        }
    });
    (format!("http://{address}/cliservice"), requests)
}

const CLOSE: &[u8] = b"CLOSE";

impl Raw {
    /// The head of the next request, whose body is read; `None` at the end of the stream.
    async fn request(&mut self) -> Option<String> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).expect("text");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.expect("it has a length").parse().expect("a number")];
        self.0.read_exact(&mut body).await.ok()?;
        Some(head)
    }
}

/// A response with this head and body.
fn response(head: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// The answer to `add` with a sequence id.
fn sum(seqid: u8) -> Vec<u8> {
    let mut sum = SUM.to_vec();
    sum[14] = seqid;
    sum
}

/// As HiveServer2 answers.
fn chunked(cookie: &str, body: &[u8]) -> Vec<u8> {
    let (first, second) = body.split_at(5);
    let chunk =
        |bytes: &[u8]| [format!("{:X}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
    let head = format!(
        "HTTP/1.1 200 OK\r\nSet-Cookie: {cookie}\r\nContent-Type: application/x-thrift\r\n\
         Transfer-Encoding: chunked\r\n\r\n"
    );
    [head.into_bytes(), chunk(first), chunk(second), b"0\r\n\r\n".to_vec()].concat()
}

#[tokio::test]
async fn chunked_replies_and_cookies_are_those_of_hiveserver2() -> Result<()> {
    let cookie = "hive.server2.auth=cu=root&rn=1; Version=0; Max-Age=86400; Secure; HttpOnly";
    for cookies in [true, false] {
        let answers = (1..=2).map(|seqid| chunked(cookie, &sum(seqid))).collect();
        let (url, requests) = answering(answers).await;
        let client =
            ShopClient::builder().basic_auth("root", "pw").cookies(cookies).connect(url).await?;
        assert_eq!((client.add(1, 2).await?, client.add(1, 2).await?), (3, 3));
        let requests = requests.lock().expect("no panic");
        let [first, second] = &requests[..] else { panic!("two requests on one connection") };
        assert!(first.starts_with("POST /cliservice HTTP/1.1\r\n"), "{first}");
        for header in [
            "host: 127.0.0.1:",
            "content-type: application/x-thrift\r\n",
            "accept: application/x-thrift\r\n",
            "authorization: Basic cm9vdDpwdw==\r\n",
            "client_timeout: ",
        ] {
            assert!(first.contains(header) && second.contains(header), "{header} {first}");
        }
        assert!(!first.contains("cookie"), "{first}");
        let sent_back = second.contains("cookie: hive.server2.auth=cu=root&rn=1\r\n");
        assert_eq!(sent_back, cookies, "{second}");
    }
    Ok(())
}

/// What a client makes of one answer to `add`.
async fn error_of(answer: Vec<u8>) -> Error {
    let (url, _) = answering(vec![answer]).await;
    let client = ShopClient::connect(url).await.expect("it connects");
    client.add(1, 2).await.expect_err("it is no reply")
}

#[tokio::test]
async fn statuses_are_errors_with_the_first_line_of_the_body() {
    for (head, body, kind, text) in [
        ("401 Unauthorized", "no ticket\n", ErrorKind::BadReply, "401 Unauthorized: no ticket"),
        ("500 Internal Server Error", "<html>\n<body>", ErrorKind::BadReply, "Error: <html>"),
        ("503 Service Unavailable", "", ErrorKind::Overloaded, "503 Service Unavailable"),
        ("302 Found\r\nLocation: /login", "", ErrorKind::BadReply, "302 Found (location: /login)"),
        ("200 OK\r\nContent-Type: text/html", "<html>", ErrorKind::InvalidData, "text/html"),
        ("200 OK", "", ErrorKind::BadReply, "the response has no body"),
        ("204 No Content", "", ErrorKind::BadReply, "the response has no body"),
    ] {
        let error = error_of(response(head, body.as_bytes())).await;
        assert_eq!(error.kind(), kind, "{error}");
        let message = error.to_string();
        assert!(message.contains(text), "{message}");
        assert!(message.contains("`add`") && message.contains("http://127.0.0.1:"), "{message}");
    }
}

#[tokio::test]
async fn replies_to_other_calls_are_errors() {
    for (body, text) in [
        (sum(2), "BAD_SEQUENCE_ID"),
        (message(2, "other", b"\0"), "BAD_SEQUENCE_ID"),
        (call("add", b"\0"), "a message of type 1 is no reply"),
    ] {
        let error = error_of(response("200 OK", &body)).await;
        assert_eq!(error.kind(), ErrorKind::BadReply, "{error}");
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[tokio::test]
async fn what_is_no_http_is_an_error_at_once() {
    for answer in
        [&b"\x80\x01\0\x02\0\0\0\x03add"[..], b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\n: a\r\n\r\n"]
    {
        let start = Instant::now();
        let error = error_of(answer.to_vec()).await;
        assert!(start.elapsed() < Duration::from_secs(20), "{error}");
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{error}");
        assert!(error.to_string().contains("cannot read the reply: HTTP: "), "{error}");
    }
}

#[tokio::test]
async fn a_response_that_is_cut_off_fails_its_call_and_is_not_sent_again() -> Result<()> {
    let whole = response("200 OK", &sum(1));
    for end in [0, 10, whole.len() - 1] {
        let cut = [&whole[..end], CLOSE].concat();
        let (url, requests) = answering(vec![cut, response("200 OK", &sum(1))]).await;
        let client = ShopClient::connect(url).await?;
        let error = client.add(1, 2).await.expect_err("it is cut off");
        assert_eq!(error.kind(), ErrorKind::Closed, "{error}");
        assert_eq!(client.add(1, 2).await?, 3, "on another connection");
        assert_eq!(requests.lock().expect("no panic").len(), 2);
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_closes_behind_each_response_is_called_again() -> Result<()> {
    let closing = [response("200 OK\r\nConnection: close", &sum(1)), CLOSE.to_vec()].concat();
    let silently = [response("200 OK", &sum(1)), CLOSE.to_vec()].concat();
    let (url, _) = answering(vec![closing.clone(), silently.clone(), closing, silently]).await;
    let client = ShopClient::connect(url).await?;
    for _ in 0..4 {
        assert_eq!(client.add(1, 2).await?, 3);
    }
    Ok(())
}

#[tokio::test]
async fn a_oneway_call_takes_any_success_and_no_failure() -> Result<()> {
    let answers = ["200 OK", "204 No Content", "202 Accepted", "404 Not Found"];
    let answers = answers.iter().map(|head| response(head, b"")).collect();
    let (url, _) = answering(answers).await;
    let client = ShopClient::connect(url).await?;
    for _ in 0..3 {
        client.note().await?;
    }
    let error = client.note().await.expect_err("not found");
    assert!(error.to_string().contains("404 Not Found"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_oneway_call_is_answered_by_the_status_whatever_becomes_of_the_body() -> Result<()> {
    let cut_off = [
        &b"HTTP/1.0 200 OK\r\n\r\n"[..],
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
    ];
    let answers = |add: bool| {
        let cut_off = cut_off.map(|head| [head, CLOSE].concat());
        cut_off.into_iter().chain(add.then(|| response("200 OK", &sum(1)))).collect()
    };
    let (url, _) = answering(answers(true)).await;
    let client = ShopClient::connect(url).await?;
    for _ in cut_off {
        client.note().await?;
    }
    assert_eq!(client.add(1, 2).await?, 3);

    let (url, _) = answering(answers(false)).await;
    let client = ShopClient::connect(url).await?;
    for _ in cut_off {
        client.add(1, 2).await.expect_err("the reply is cut off");
    }
    Ok(())
}

#[tokio::test]
async fn secrets_are_not_shown() {
    let builder = ShopClient::builder().basic_auth("root", "hunter2").bearer("hunter2");
    assert!(!format!("{builder:?}").contains("hunter2"));
    assert!(!format!("{builder:?}").contains("cm9vd"));
}
