//! The two programs of the ThriftPy tutorial talk to ours: server and client, blocking and async,
//! buffered and framed. So do clients and servers that track calls, and those that load the IDL at run
//! time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use thriftly::dynamic::{BlockingHandlers, Client, Idl};
use thriftly::tracking::{CallHeader, Outcome, Record, Tracker};
use thriftly::{
    Channel, ClientBuilder, Context, Error, Framing, Protocol, Request, Response, blocking,
};
use thriftly_tests::peers::{Program, THRIFTPY2, example, free_port, python};

thriftly::thrift!("../../examples/tracking.thrift");

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn thriftpy() -> PathBuf {
    python(Path::new(env!("CARGO_TARGET_TMPDIR")), &[THRIFTPY2])
}

fn python_arguments(script: &str, port: u16, framing: &str) -> Vec<String> {
    let script = folder().join("python").join(script);
    let idl = folder().join("../examples/sleep.thrift");
    [script, idl]
        .map(|path| path.display().to_string())
        .into_iter()
        .chain([port.to_string(), framing.to_owned()])
        .collect()
}

/// The server does what the tutorial says, and is asked to once.
fn check(server: &Program) {
    assert_eq!(server.line(), "I'm going to sleep 1 seconds");
    assert_eq!(server.line(), "Sleep over!");
}

fn our_server_and_their_client(ours: &str, framing: &str) {
    let port = free_port();
    let server = Program::start(&example(ours), [format!("127.0.0.1:{port}")]).listening_on(port);
    let arguments = python_arguments("sleep_client.py", port, framing);
    Program::start(&thriftpy(), arguments).finish();
    check(&server);
}

fn their_server_and_our_client(ours: &str, framing: &str) {
    let port = free_port();
    let arguments = python_arguments("sleep_server.py", port, framing);
    let server = Program::start(&thriftpy(), arguments).listening_on(port);
    let arguments = [format!("127.0.0.1:{port}"), framing.to_owned()];
    Program::start(&example(ours), arguments).finish();
    check(&server);
}

#[test]
fn the_async_server_serves_a_buffered_thriftpy_client() {
    our_server_and_their_client("sleep_server", "buffered");
}

#[test]
fn the_async_server_serves_a_framed_thriftpy_client() {
    our_server_and_their_client("sleep_server", "framed");
}

#[test]
fn the_blocking_server_serves_a_buffered_thriftpy_client() {
    our_server_and_their_client("blocking_sleep_server", "buffered");
}

#[test]
fn the_blocking_server_serves_a_framed_thriftpy_client() {
    our_server_and_their_client("blocking_sleep_server", "framed");
}

#[test]
fn the_async_client_calls_a_buffered_thriftpy_server() {
    their_server_and_our_client("sleep_client", "buffered");
}

#[test]
fn the_async_client_calls_a_framed_thriftpy_server() {
    their_server_and_our_client("sleep_client", "framed");
}

#[test]
fn the_blocking_client_calls_a_buffered_thriftpy_server() {
    their_server_and_our_client("blocking_sleep_client", "buffered");
}

#[test]
fn the_blocking_client_calls_a_framed_thriftpy_server() {
    their_server_and_our_client("blocking_sleep_client", "framed");
}

fn sleep() -> thriftly::Result<Idl> {
    Idl::load(folder().join("../examples/sleep.thrift"))
}

#[test]
fn handlers_that_are_loaded_at_run_time_serve_thriftpy() -> thriftly::Result<()> {
    let (done, slept) = std::sync::mpsc::channel();
    let handlers = BlockingHandlers::new(sleep()?.service("Sleep")?).on("sleep", move |call| {
        done.send(call["seconds"].as_i64()).map_err(Error::other).map_err(Into::into)
    })?;
    let server = blocking::Server::new(handlers).bind("127.0.0.1:0")?;
    let (address, handle) = (server.local_addr(), server.handle());
    let serving = std::thread::spawn(move || server.serve());
    let port = address.to_string().rsplit(':').next().and_then(|port| port.parse().ok());
    for framing in ["buffered", "framed"] {
        let arguments = python_arguments("sleep_client.py", port.expect("a port"), framing);
        Program::start(&thriftpy(), arguments).finish();
        assert_eq!(slept.recv_timeout(Duration::from_secs(60)), Ok(Some(1)));
    }
    handle.shutdown();
    serving.join().expect("it does not panic")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_loaded_at_run_time_calls_thriftpy() -> thriftly::Result<()> {
    for (name, framing) in [("buffered", Framing::Unframed), ("framed", Framing::Framed)] {
        let port = free_port();
        let arguments = python_arguments("sleep_server.py", port, name);
        let server = Program::start(&thriftpy(), arguments).listening_on(port);

        let idl = sleep()?;
        let channel: Channel =
            ClientBuilder::new().framing(framing).connect(format!("127.0.0.1:{port}")).await?;
        Client::new(&idl, channel).call("sleep", (1,)).await?;
        check(&server);
    }
    Ok(())
}

/// Makes the same header for each call, and keeps a line for each record.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("nothing panics"))
    }
}

impl Tracker for Lines {
    fn app_id(&self) -> &str {
        "rust"
    }

    fn header(&self, _: &Request) -> CallHeader {
        let meta = [("tenant", "acme")].into();
        CallHeader { request_id: "rid".into(), seq: "1.2".into(), meta }
    }

    fn record(&self, record: &Record<'_>) {
        let outcome = match record.outcome {
            Outcome::Failed(error) => format!("{:?}", error.kind()),
            other => format!("{other:?}"),
        };
        let CallHeader { request_id, seq, .. } = record.header;
        let line = format!("{} {request_id} {seq} {} {outcome}", record.app_id, record.method);
        self.0.lock().expect("nothing panics").push(line);
    }
}

struct Tracked;

/// How the call has come. The reply has a header if the client is of version 2.
fn tracked_get(key: String) -> Result<String, GetError> {
    if key == "missing" {
        return Err(NotFound { key }.into());
    }
    let context = Context::current();
    let Some(tracking) = context.tracking() else { return Ok("not tracked".to_owned()) };
    let tenant = context.headers().get("tenant");
    if tenant.is_some() {
        context.set_header("served", "rust");
    }
    let CallHeader { request_id, seq, .. } = tracking.header();
    let tenant = tenant.unwrap_or("nobody");
    Ok(format!("{} {request_id} {seq} {tenant}", tracking.app_id()))
}

impl Store for Tracked {
    async fn get(&self, key: String) -> Result<String, GetError> {
        tokio::task::yield_now().await;
        tracked_get(key)
    }
}

impl BlockingStore for Tracked {
    fn get(&self, key: String) -> Result<String, GetError> {
        tracked_get(key)
    }
}

fn tracking_idl() -> String {
    folder().join("../examples/tracking.thrift").display().to_string()
}

/// Runs thriftpy2's tracked clients against our server.
fn check_tracking_server(address: impl ToString, lines: &Lines) {
    let port = address.to_string().rsplit(':').next().expect("it has a port").to_owned();
    let script = folder().join("python/tracking_client.py").display().to_string();
    let client = Program::start(&thriftpy(), [script, tracking_idl(), port]);
    for version in [1, 1, 2, 2, 1, 1, 2, 2] {
        let (tenant, meta) = match version {
            1 => ("nobody", "{}"),
            _ => ("acme", "{'served': 'rust'}"),
        };
        for call in 1..=2 {
            assert_eq!(client.line(), format!("python rid {call} {tenant} {meta}"));
        }
        assert_eq!(client.line(), "no missing");
        assert_eq!(client.line(), "failed 1");
    }
    assert_eq!(client.line(), "not tracked");
    client.finish();
    let four = [
        "python rid 1 get Success",
        "python rid 2 get Success",
        "python rid 3 get DeclaredException",
        "python rid 4 nothing Application(UNKNOWN_METHOD (1))",
    ];
    assert_eq!(lines.take(), four.repeat(8));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_async_server_tracks_calls_of_thriftpy() -> thriftly::Result<()> {
    let lines = Lines::default();
    let server = thriftly::Server::new(StoreServer::new(Tracked)).tracker(lines.clone());
    let server = server.bind("127.0.0.1:0").await?;
    let address = server.local_addr();
    tokio::spawn(server.serve());
    let check = tokio::task::spawn_blocking(move || check_tracking_server(address, &lines));
    check.await.expect("the clients are served");
    Ok(())
}

#[test]
fn the_blocking_server_tracks_calls_of_thriftpy() -> thriftly::Result<()> {
    let lines = Lines::default();
    let server = blocking::Server::new(BlockingStoreServer::new(Tracked)).tracker(lines.clone());
    let server = server.bind("127.0.0.1:0")?;
    let (address, handle) = (server.local_addr(), server.handle());
    let serving = std::thread::spawn(move || server.serve());
    check_tracking_server(address, &lines);
    handle.shutdown();
    serving.join().expect("it does not panic")
}

/// What a reply has of tracking.
fn reply_of(response: &Response) -> &str {
    response.headers.get("served").unwrap_or("nothing")
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_of_thriftpy_track_our_calls() -> thriftly::Result<()> {
    let mut arguments =
        vec![folder().join("python/tracking_server.py").display().to_string(), tracking_idl()];
    let mut servers = Vec::new();
    for (framing, name) in [(Framing::Unframed, "buffered"), (Framing::Framed, "framed")] {
        for protocol in [Protocol::Binary, Protocol::Compact] {
            for tracking in ["plain", "1", "2"] {
                let port = free_port();
                let words = [&*port.to_string(), name, protocol.name(), tracking];
                arguments.extend(words.map(str::to_owned));
                servers.push((port, framing, protocol, tracking));
            }
        }
    }
    let mut program = Program::start(&thriftpy(), arguments);
    for (port, framing, protocol, tracking) in servers {
        program = program.listening_on(port);
        let address = format!("127.0.0.1:{port}");
        let expected = match tracking {
            "plain" => "not tracked",
            _ => "rust rid 1.2 acme",
        };
        let header = if tracking == "2" { "python" } else { "nothing" };
        let lines = Lines::default();
        let replies = Lines::default();
        let kept = replies.clone();
        let keep = thriftly::from_fn(move |request, next| {
            let kept = kept.clone();
            async move {
                let response = next.run(request).await?;
                kept.0.lock().expect("nothing panics").push(reply_of(&response).to_owned());
                Ok(response)
            }
        });
        let builder = StoreClient::builder().framing(framing).protocol(protocol);
        let client = builder.tracker(lines.clone()).layer(keep).connect(&address).await?;
        let calls = [client.get("a"), client.get("b"), client.get("c")];
        // They are in flight at the same time.
        let [first, second, third] = calls.map(tokio::spawn);
        for call in [first, second, third] {
            assert_eq!(call.await.expect("no panic").as_deref().ok(), Some(expected), "{tracking}");
        }
        assert!(matches!(client.get("missing").await, Err(GetError::NotFound(_))));
        assert_eq!(replies.take()[..3], [header; 3]);
        // thriftpy2 sends this exception without the header of a reply.
        let unknown = Request::new("other", protocol, vec![0].into());
        let builder = thriftly::ClientBuilder::<thriftly::Channel>::new().tracker(lines.clone());
        let builder = builder.framing(framing).protocol(protocol);
        let mut channel = builder.connect(&address).await?;
        let answer = tower_service::Service::call(&mut channel, unknown).await?;
        assert_eq!(answer.kind, thriftly::ResponseKind::Exception);
        let success = "rust rid 1.2 get Success";
        let declared = "rust rid 1.2 get DeclaredException";
        let unknown = "rust rid 1.2 other Application(UNKNOWN_METHOD (1))";
        assert_eq!(lines.take(), [success, success, success, declared, unknown]);

        let (blocking_lines, address) = (lines.clone(), address.clone());
        let check = tokio::task::spawn_blocking(move || {
            let builder = BlockingStoreClient::builder().framing(framing).protocol(protocol);
            let client = builder.tracker(blocking_lines).connect(&address)?;
            for _ in 0..2 {
                assert_eq!(client.get("a").as_deref().ok(), Some(expected), "{tracking}");
            }
            Ok::<_, thriftly::Error>(())
        });
        check.await.expect("no panic")?;
        assert_eq!(lines.take(), [success, success]);
    }
    Ok(())
}

#[test]
fn the_example_of_tracking_prints_the_calls_of_each_request() {
    let (lines, status) =
        Program::start(&example("tracking"), [""; 0]).outcome(Duration::from_secs(60));
    assert_eq!(status, Some(0), "{lines:?}");
    let (records, printed): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.starts_with('{'));
    assert_eq!(printed, ["Hello, Ada Lovelace, of acme!", "NotFound: key = \"bob\""]);
    let mut requests = BTreeMap::<String, Vec<String>>::new();
    for record in records {
        let record: serde_json::Value = serde_json::from_str(record).expect("it is JSON");
        let text = |key: &str| record[key].as_str().expect("it is a string").to_owned();
        assert!(record["end"].as_u64() >= record["start"].as_u64(), "{record}");
        assert_eq!(record["meta"]["tenant"], "acme");
        let line = format!("{} {} {} {}", text("seq"), text("api"), text("side"), record["status"]);
        requests.entry(text("request_id")).or_default().push(line);
    }
    let calls = |page: bool, name: bool| {
        let calls = [("1", "page", page), ("1.1", "get", true), ("1.2", "get", name)];
        let lines = calls.map(|(seq, api, status)| {
            ["client", "server"].map(|side| format!("{seq} {api} {side} {status}"))
        });
        lines.concat()
    };
    let mut found: Vec<_> = requests.into_values().collect();
    found.iter_mut().for_each(|lines| lines.sort_unstable());
    found.sort_unstable();
    assert_eq!(found, [calls(false, false), calls(true, true)]);
}
