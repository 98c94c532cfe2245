//! `thriftly console`, as a browser and a shell meet it. Its page is tested with the library.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use thriftly::blocking::Server;
use thriftly::dynamic::{BlockingHandlers, Idl};

use crate::transcript::{files, thriftly};

/// A console that runs, and its address.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(arguments: &[&str]) -> Running {
        let mut child = thriftly()
            .args(["console", "--idl", "store.thrift"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it can be run");
        let mut line = String::new();
        let out = child.stdout.as_mut().expect("it is piped");
        BufReader::new(out).read_line(&mut line).expect("it is text");
        let address = line.trim().strip_prefix("http://").and_then(|rest| rest.strip_suffix('/'));
        let address = address.unwrap_or_else(|| panic!("no address: {line}")).to_owned();
        Running { child, address }
    }

    /// Sends a request and returns the response.
    fn ask(&self, request: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let (host, length) = (&self.address, body.len());
        let head = format!(
            "{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
        );
        stream.write_all((head + body).as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it is text");
        answer
    }

    fn call(&self, body: &str) -> String {
        self.ask("POST /call", "Content-Type: application/json\r\n", body)
    }

    /// Ends it as a service manager does, and returns what it has complained of, and its status.
    fn end(mut self) -> (String, Option<i32>) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(pid).status().expect("it can be run").success());
        let mut complaints = String::new();
        let errors = self.child.stderr.as_mut().expect("it is piped");
        errors.read_to_string(&mut complaints).expect("it is text");
        (complaints, self.child.wait().expect("it ends").code())
    }
}

#[test]
fn it_serves_a_page_that_calls_the_server_until_it_is_ended() -> thriftly::Result<()> {
    let idl = Idl::load(files().join("store.thrift"))?;
    let handlers = BlockingHandlers::new(idl.service("Store")?)
        .on("get", |call| Ok([("key", call["key"].clone())]))?;
    let server = Server::builder().add_as("Store", handlers).bind("127.0.0.1:0")?;
    let address = server.local_addr().to_string();
    std::thread::spawn(move || server.serve());

    let stack = [
        "--listen",
        "127.0.0.1:0",
        "--multiplexed",
        "--protocol",
        "compact",
        "--framing",
        "header",
    ];
    let console = Running::start(&[&stack[..], &[&address]].concat());
    assert!(console.ask("GET /", "", "").contains("<!DOCTYPE html>"));
    assert!(
        console
            .ask("GET /idl.json", "", "")
            .contains(&format!("\"title\":\"store.thrift at {address}\""))
    );
    let answer = console
        .call(r#"{"method": "Store.get", "arguments": ["a"], "headers": {"tenant": "acme"}}"#);
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains(r#""key":"a""#),
        "{answer}"
    );
    let foreign = "Content-Type: application/json\r\nOrigin: http://evil.example\r\n";
    let refused = console.ask("POST /call", foreign, r#"{"method": "Store.ping"}"#);
    assert!(refused.starts_with("HTTP/1.1 403 Forbidden\r\n"), "{refused}");
    assert_eq!(console.end(), (String::new(), Some(0)));
    Ok(())
}

#[test]
fn a_server_that_cannot_be_reached_is_named_by_each_call() {
    let console = Running::start(&["--listen", "127.0.0.1:0", "127.0.0.1:1"]);
    let answer = console.call(r#"{"method": "ping"}"#);
    assert!(answer.starts_with("HTTP/1.1 502 ") && answer.contains("127.0.0.1:1"), "{answer}");
    // Unframed connections carry no headers.
    let answer = console.call(r#"{"method": "ping", "headers": {"tenant": "acme"}}"#);
    assert!(
        answer.starts_with("HTTP/1.1 400 ") && answer.contains("carries no headers"),
        "{answer}"
    );
    assert_eq!(console.end().1, Some(0));
}

#[test]
fn an_address_that_others_reach_is_a_warning() {
    let console = Running::start(&[
        "--listen",
        "0.0.0.0:0",
        "--allow-host",
        "console.internal",
        "127.0.0.1:1",
    ]);
    let expected = format!(
        "warning: whoever reaches {} can call every method of 127.0.0.1:1\n",
        console.address
    );
    assert_eq!(console.end(), (expected, Some(0)));
}

#[test]
fn what_cannot_be_served_is_an_error() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
    let taken = taken.local_addr().expect("it is bound").to_string();
    for (arguments, text) in [
        (
            &["--idl", "store.thrift", "--listen", &taken, "a:1"][..],
            format!("error: cannot listen on {taken}: "),
        ),
        (&["--idl", "nowhere.thrift", "a:1"], "nowhere.thrift".to_owned()),
        (&["--idl", "store.thrift", "nonsense"], "error: ".to_owned()),
        (
            &["--idl", "store.thrift", "--listen", "nonsense", "a:1"],
            "error: invalid value 'nonsense'".to_owned(),
        ),
    ] {
        let run = thriftly().arg("console").args(arguments).output().expect("it can be run");
        let complaint = String::from_utf8(run.stderr).expect("it is text");
        assert!(complaint.contains(&text), "{arguments:?}: {complaint}");
        assert_eq!((run.status.code(), run.stdout), (Some(2), Vec::new()), "{arguments:?}");
    }
}
