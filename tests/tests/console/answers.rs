//! Calls and their answers.

use std::sync::atomic::Ordering;

use serde_json::json;
use thriftly::dynamic::Client;
use thriftly::{Channel, ClientBuilder, Framing, Server};

use super::*;

#[tokio::test]
async fn results_and_declared_exceptions_are_answered_as_json() {
    let (mut console, _) = local();
    let entry = r#""result":{"key":"a","content":"aGk=","sizes":{"DEEP":9223372036854775807},"ratio":0.1,"colors":[],"names":[]}"#;
    for arguments in [r#"["a"]"#, r#"{"key": "a"}"#, r#"{"key": "a", "depth": 7}"#] {
        for method in ["get", "Store.get"] {
            let body = format!(r#"{{"method": "{method}", "arguments": {arguments}}}"#);
            let answer = ask(&mut console, post(body)).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            // In the order of the IDL, and with all digits.
            assert!(answer.text.contains(entry), "{}", answer.text);
            assert!(answer.json()["elapsed_ms"].is_number());
        }
    }
    let answer = ask(&mut console, post(r#"{"method": "get", "arguments": ["missing"]}"#)).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["exception"]),
        (200, &json!({"NotFound": {"key": "missing"}}))
    );
    for method in ["ping", "Store.note"] {
        let answer = ask(&mut console, post(format!(r#"{{"method": "{method}"}}"#))).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["result"]),
            (200, &json!(null)),
            "{method}"
        );
    }
}

#[tokio::test]
async fn numbers_keep_their_digits_both_ways() {
    let (mut console, _) = local();
    for (ratio, back) in [
        ("2.2250738585072011e-308", "2.225073858507201e-308"),
        ("0.1", "0.1"),
        ("\"NaN\"", "\"NaN\""),
        ("9007199254740993", "9007199254740992.0"),
    ] {
        let sizes = r#"{"SHALLOW":-9223372036854775808,"DEEP":9007199254740993}"#;
        let entry = format!(
            r#"{{"key": "a", "sizes": {sizes}, "ratio": {ratio}, "names": [[{{"number": 1}}, "one"]]}}"#
        );
        let call = format!(r#"{{"method": "put", "arguments": [{entry}]}}"#);
        let answer = ask(&mut console, post(call)).await;
        assert!(answer.text.contains(sizes), "{}", answer.text);
        assert!(answer.text.contains(&format!(r#""ratio":{back},"#)), "{}", answer.text);
        assert!(answer.text.contains(r#""names":[[{"number":1},"one"]]"#), "{}", answer.text);
    }
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_named_with_what_was_expected_and_found() {
    let (mut console, _) = local();
    for (arguments, path, message) in [
        (r#"{}"#, "get.key", "the argument is missing"),
        (r#"{"key": 7}"#, "get.key", "expected string, found 7"),
        (r#"["a", "DEEEP"]"#, "get.depth", "enum Depth has no value `DEEEP`; did you mean `DEEP`?"),
        (r#"{"kee": "a"}"#, "", "`get` has no field `kee`; did you mean `key`?"),
        (r#"["a", "DEEP", 1]"#, "", "`get` takes 2 arguments, 3 given"),
        (r#""a""#, "", "expected arguments as a map or list, found string \"a\""),
    ] {
        let call = format!(r#"{{"method": "get", "arguments": {arguments}}}"#);
        let answer = ask(&mut console, post(call)).await;
        let error = &answer.json()["error"];
        let found = (answer.status.as_u16(), error["path"].as_str(), error["message"].as_str());
        assert_eq!(found, (400, Some(path), Some(message)), "{arguments}");
    }
    let entry = r#"{"key": "a", "colors": [{"number": 1}, {"number": "2"}]}"#;
    let answer =
        ask(&mut console, post(format!(r#"{{"method": "put", "arguments": [{entry}]}}"#))).await;
    let text = "put.entry.colors[1].number: expected i32, found string \"2\"";
    assert_eq!(answer.error(), (400, text.to_owned()));
}

#[tokio::test]
async fn requests_that_are_no_calls_are_refused_with_the_reason() {
    let (mut console, _) = local();
    for (body, text) in [
        ("", "the request is not JSON: EOF while parsing a value at line 1 column 0"),
        ("{\n  \"method\": get}", "the request is not JSON: expected value at line 2 column 13"),
        ("[]", "the request: expected an object, found list"),
        ("{}", "method: expected the name of a method, found null"),
        (r#"{"method": 7}"#, "method: expected the name of a method, found 7"),
        (r#"{"method": "gte"}"#, "the IDL has no method `gte`; did you mean `get`?"),
        (r#"{"method": "Stoer.get"}"#, "the IDL has no service `Stoer`; did you mean `Store`?"),
        (
            r#"{"method": "get", "args": []}"#,
            "a request has no `args`; expected method, arguments, headers and timeout_ms",
        ),
        (
            r#"{"method": "ping", "method": "fail"}"#,
            "the request is not JSON: string \"method\" occurs twice at line 1 column 27",
        ),
        (
            r#"{"method": "ping", "timeout_ms": 0}"#,
            "timeout_ms: expected a number from 1 to 600000, found 0",
        ),
        (
            r#"{"method": "ping", "timeout_ms": 600001}"#,
            "timeout_ms: expected a number from 1 to 600000, found 600001",
        ),
        (
            r#"{"method": "ping", "timeout_ms": 1.5}"#,
            "timeout_ms: expected a number from 1 to 600000, found 1.5",
        ),
        (r#"{"method": "ping", "headers": []}"#, "headers: expected an object, found list"),
        (r#"{"method": "ping", "headers": {"a": 1}}"#, "headers.a: expected text, found 1"),
    ] {
        assert_eq!(ask(&mut console, post(body)).await.error(), (400, text.to_owned()), "{body}");
    }
    let deep = format!(r#"{{"method": "put", "arguments": {}}}"#, "[".repeat(100_000));
    let (status, text) = ask(&mut console, post(deep)).await.error();
    assert!(status == 400 && text.contains("recursion limit exceeded"), "{text}");
}

#[tokio::test]
async fn failures_of_a_local_handler_tell_what_it_chose_to_tell() {
    let (mut console, _) = local();
    for (method, text) in [("fail", "internal error"), ("panic", "the handler of `panic` panicked")]
    {
        let answer = ask(&mut console, post(format!(r#"{{"method": "{method}"}}"#))).await;
        let (status, found) = answer.error();
        assert!(status == 502 && found.contains(text), "{found}");
        assert!(!answer.text.contains("swordfish"), "{}", answer.text);
    }
    assert_eq!(ask(&mut console, post(r#"{"method": "ping"}"#)).await.status, 200);
}

#[tokio::test]
async fn a_oneway_call_runs_to_its_end() {
    let (mut console, seen) = local();
    ask(&mut console, post(r#"{"method": "note"}"#)).await;
    assert_eq!(seen.notes.load(Ordering::SeqCst), 1);
}

/// Whatever has its own idea of deadlines: a handler, or a server that says nothing.
#[tokio::test]
async fn a_call_ends_at_its_deadline() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = silent.local_addr().expect("it is bound");
    let channel: Channel = ClientBuilder::new().connect(address).await.expect("it listens");
    let mut remote = Console::new(Client::new(&idl(), channel));
    let (mut local, seen) = local();
    let call = r#"{"method": "wait", "timeout_ms": 50}"#;
    let (status, text) = ask(&mut remote, post(call)).await.error();
    assert!(status == 504 && text.contains(&address.to_string()), "{text}");
    assert_eq!(
        ask(&mut local, post(call)).await.error(),
        (504, "wait: no answer within 50ms".to_owned())
    );
    assert_eq!(seen.waiting.load(Ordering::SeqCst), 0, "the handler goes on");
}

#[tokio::test]
async fn an_unreachable_server_is_named() {
    let channel: Channel =
        ClientBuilder::new().connect_lazy("127.0.0.1:1").expect("it is an address");
    let mut console = Console::new(Client::new(&idl(), channel));
    let answer = ask(&mut console, post(r#"{"method": "ping"}"#)).await;
    let (status, text) = answer.error();
    assert!(status == 502 && text.contains("127.0.0.1:1"), "{text}");
    assert_eq!(answer.json()["error"]["kind"], "no connection");
}

#[tokio::test]
async fn headers_go_both_ways() {
    let server = Server::new(StoreServer::new(Handler::default()));
    let server = server.bind("127.0.0.1:0").await.expect("port 0 is free");
    let builder = ClientBuilder::new().framing(Framing::Header);
    let channel: Channel = builder.connect(server.local_addr()).await.expect("it listens");
    tokio::spawn(server.serve());
    let mut remote = Console::new(Client::new(&idl(), channel));
    let (mut local, _) = local();
    let call = r#"{"method": "header", "arguments": ["tenant"], "headers": {"tenant": "acme"}}"#;
    for answer in [ask(&mut remote, post(call)).await, ask(&mut local, post(call)).await] {
        let answer = answer.json();
        assert_eq!(
            (&answer["result"], &answer["headers"]),
            (&json!("acme"), &json!({"echo": "acme"}))
        );
    }
}

#[tokio::test]
async fn headers_are_refused_where_the_connection_carries_none() {
    let console = Console::of_service(&idl(), StoreServer::new(Handler::default()));
    let mut console = console.headers(false);
    assert_eq!(ask(&mut console, get("/idl.json")).await.json()["headers"], false);
    let call = r#"{"method": "ping", "headers": {"tenant": "acme"}}"#;
    let text = "headers: the connection to the server carries no headers";
    assert_eq!(ask(&mut console, post(call)).await.error(), (400, text.to_owned()));
    assert_eq!(ask(&mut console, post(r#"{"method": "ping", "headers": {}}"#)).await.status, 200);
}

#[tokio::test]
async fn multiplexed_calls_name_the_service_of_their_method() {
    let handler = StoreServer::new(Handler::default());
    let server = Server::builder().add(handler).bind("127.0.0.1:0").await.expect("port 0 is free");
    let channel: Channel =
        ClientBuilder::new().connect(server.local_addr()).await.expect("it listens");
    tokio::spawn(server.serve());
    let console = Console::new(Client::new(&idl(), channel));
    let call = r#"{"method": "Store.ping"}"#;
    assert_eq!(ask(&mut console.clone(), post(call)).await.status, 502);
    assert_eq!(ask(&mut console.multiplexed(true), post(call)).await.status, 200);
}

#[tokio::test]
async fn bodies_and_calls_at_once_are_bounded() {
    let handler = Handler::default();
    let seen = Arc::clone(&handler.0);
    let console = Console::of_service(&idl(), StoreServer::new(handler)).max_body(100).max_calls(1);
    let large = format!(r#"{{"method": "ping", "arguments": [{}]}}"#, " ".repeat(100));
    let answer = ask(&mut console.clone(), post(large)).await;
    assert_eq!(answer.error(), (413, "the body is larger than 100 bytes".to_owned()));

    let mut other = console.clone();
    let waiting = tokio::spawn(async move { ask(&mut other, post(r#"{"method": "wait"}"#)).await });
    until("the call waits", || seen.waiting.load(Ordering::SeqCst) == 1).await;
    let answer = ask(&mut console.clone(), post(r#"{"method": "ping"}"#)).await;
    assert_eq!(answer.error(), (503, "1 calls are being made".to_owned()));
    // Whoever leaves makes room, and cancels the call.
    waiting.abort();
    until("the call is cancelled", || seen.waiting.load(Ordering::SeqCst) == 0).await;
    assert_eq!(ask(&mut console.clone(), post(r#"{"method": "ping"}"#)).await.status, 200);
}
