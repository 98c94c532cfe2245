//! The two programs of the ThriftPy tutorial talk to ours: server and client, blocking and async,
//! buffered and framed.

use std::path::{Path, PathBuf};

use thriftly_tests::peers::{Program, THRIFTPY2, example, free_port, python};

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
