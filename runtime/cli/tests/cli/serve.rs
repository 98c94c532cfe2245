//! `thriftly serve`, `thriftly proxy` and `thriftly bench`, against each other.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::transcript::{piped, thriftly, told};

/// A command that serves until it is dropped.
struct Running {
    child: Child,
    address: String,
    lines: Option<Lines<BufReader<ChildStdout>>>,
    /// Kept open, so that the command can complain.
    _complaints: BufReader<ChildStderr>,
}

impl Running {
    fn start(arguments: &[&str]) -> Running {
        let mut child = thriftly()
            .args(arguments)
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it can be run");
        let mut complaints = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut first = String::new();
        complaints.read_line(&mut first).expect("it is text");
        let address = first.strip_prefix("listening on ").and_then(|rest| rest.split_once(';'));
        let address = address.unwrap_or_else(|| panic!("{first}")).0.to_owned();
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        Running { child, address, lines: Some(lines), _complaints: complaints }
    }

    /// Reads the records, so that they do not fill the pipe, and drops them.
    fn unread(mut self) -> Running {
        let lines = self.lines.take();
        std::thread::spawn(move || lines.into_iter().flatten().count());
        self
    }

    /// The record of the next call, without what differs from run to run.
    fn record(&mut self) -> Value {
        let line = self
            .lines
            .as_mut()
            .and_then(Iterator::next)
            .expect("there is a line")
            .expect("it is text");
        let mut record: Value = serde_json::from_str(&line).expect("it is JSON");
        let object = record.as_object_mut().expect("it is an object");
        for member in ["time", "milliseconds"] {
            assert!(object.remove(member).is_some_and(|value| value.is_number()), "{line}");
        }
        let from = object.remove("from").expect("it is there");
        assert!(from.as_str().is_some_and(|from| from.starts_with("127.0.0.1:")), "{line}");
        record
    }

    /// Ends it as Ctrl-C does, and returns its exit status.
    fn interrupt(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill").args(["-INT", &id]).status().expect("there is kill").success()
        );
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn call(address: &str, arguments: &[&str]) -> (Value, String, Option<i32>) {
    let arguments = [&["call", "--idl", "store.thrift", address][..], arguments].concat();
    let (out, complaint, status) = told(piped(&arguments, b""));
    let value = if out.is_empty() { Value::Null } else { serde_json::from_str(&out).unwrap() };
    (value, complaint, status)
}

const MOCK: [&str; 4] = ["serve", "store.thrift", "--mock", "answers.json"];

#[test]
fn a_mock_answers_in_turn_and_records_what_came() {
    let mut server = Running::start(&MOCK);
    let address = server.address.clone();
    let get = ["get", r#"["a", "SHALLOW"]"#];
    let (value, _, status) = call(&address, &get);
    let entry = json!({"key": "a", "content": "aGk=", "sizes": {"SHALLOW": 7}});
    assert_eq!((&value, status), (&entry, Some(0)));
    let arguments = json!({"key": "a", "depth": "SHALLOW"});
    let common = json!({"protocol": "binary", "kind": "call", "method": "get"});
    let expected = |arguments: &Value, name: &str, answer: &Value| {
        let mut expected = common.clone();
        expected["arguments"] = arguments.clone();
        expected[name] = answer.clone();
        expected
    };
    assert_eq!(server.record(), expected(&arguments, "result", &entry));
    let (value, _, status) = call(&address, &get);
    let missing = json!({"NotFound": {"key": "no a, SHALLOW"}});
    assert_eq!((&value, status), (&missing, Some(1)));
    assert_eq!(server.record(), expected(&arguments, "exception", &missing));
    for _ in 0..2 {
        let (_, complaint, status) = call(&address, &get);
        assert!(complaint.ends_with(": out of order\n"), "{complaint}");
        assert_eq!(status, Some(2));
        let error = json!({"kind": "PROTOCOL_ERROR", "message": "out of order"});
        assert_eq!(server.record(), expected(&arguments, "error", &error));
    }
    // Methods without an answer, a service that is named, and another stack with headers.
    let stack = ["--framing", "header", "--protocol", "compact", "-H", "tenant=acme"];
    let ping = [&["ping", "--multiplexed", "Store"][..], &stack].concat();
    assert_eq!(call(&address, &ping), (Value::Null, String::new(), Some(0)));
    assert_eq!(
        server.record(),
        json!({
            "protocol": "compact", "headers": {"tenant": "acme", "client_timeout": "30000"},
            "kind": "call", "method": "Store:ping", "arguments": {}, "result": null,
        })
    );
    assert_eq!(call(&address, &["note", r#"["hi"]"#]).2, Some(0));
    assert_eq!(
        server.record(),
        json!({
            "protocol": "binary", "kind": "oneway", "method": "note", "arguments": {"text": "hi"},
        })
    );
    assert_eq!(server.interrupt(), Some(0));
}

#[test]
fn calls_that_are_not_in_the_idl_are_recorded_and_refused() {
    let mut server = Running::start(&["serve", "store.thrift", "--service", "Base"]);
    let (_, complaint, status) = call(&server.address, &["get", r#"["a"]"#]);
    assert!(complaint.contains("unknown method `get`"), "{complaint}");
    assert_eq!(status, Some(2));
    let record = server.record();
    assert_eq!(record["error"]["kind"], "UNKNOWN_METHOD");
    assert_eq!(record["body"], json!({"1": {"string": "a"}, "2": {"i32": 1}}));
}

#[test]
fn a_proxy_shows_both_ways_and_translates() {
    let server = Running::start(&MOCK);
    let upstream = server.address.as_str();
    for (stack, protocol) in [
        (&["--framing", "framed"][..], "compact"),
        (&["--framing", "header", "--protocol", "binary"], "json"),
    ] {
        let arguments = [&["proxy", "--idl", "store.thrift", upstream][..], stack].concat();
        let mut proxy = Running::start(&arguments);
        let address = proxy.address.clone();
        let ping = call(&address, &["ping", "--protocol", protocol]);
        assert_eq!(ping, (Value::Null, String::new(), Some(0)));
        assert_eq!(
            proxy.record(),
            json!({
                "protocol": protocol, "kind": "call", "method": "ping", "arguments": {},
                "result": null,
            })
        );
        let found = call(&address, &["get", r#"["a"]"#, "--protocol", protocol]);
        let record = proxy.record();
        assert_eq!(record["arguments"], json!({"key": "a", "depth": "DEEP"}));
        match found.2 {
            Some(0) => assert_eq!(record["result"], found.0),
            Some(1) => assert_eq!(record["exception"], found.0),
            other => panic!("{other:?}: {}", found.1),
        }
        assert_eq!(proxy.interrupt(), Some(0));
    }
}

#[test]
fn a_proxy_without_its_server_says_so() {
    let mut proxy = Running::start(&["proxy", "--idl", "store.thrift", "127.0.0.1:1"]);
    let (_, complaint, status) = call(&proxy.address, &["ping"]);
    assert!(complaint.contains("the proxy cannot pass `ping` on: "), "{complaint}");
    assert_eq!(status, Some(2));
    assert_eq!(proxy.record()["error"]["kind"], "INTERNAL_ERROR");
}

#[test]
fn a_bench_counts_answers_and_errors() {
    let server = Running::start(&MOCK).unread();
    let common = ["--duration", "0.5", "--warm-up", "0.1", "--format", "json", "--timeout", "60"];
    let bench = |arguments: &[&str]| {
        let head = ["bench", "--idl", "store.thrift", server.address.as_str()];
        let (out, complaint, status) = told(piped(&[&head[..], arguments, &common].concat(), b""));
        assert_eq!(complaint, "");
        (serde_json::from_str::<Value>(&out).expect("it is JSON"), status)
    };
    let (found, status) = bench(&["ping", "--connections", "2", "--in-flight", "3"]);
    assert_eq!(status, Some(0));
    assert!(found["calls"].as_u64().unwrap() > 0, "{found}");
    let time = |name: &str| found["milliseconds"][name].as_f64().unwrap();
    assert!(time("p50") > 0.0 && time("p50") <= time("p99.9") && time("p99.9") <= time("max"));
    let (found, status) = bench(&["ping", "--rate", "40", "--connections", "2"]);
    // Half a second of forty calls in each.
    assert_eq!((&found["calls"], &found["rate"], status), (&json!(20), &json!(40.0), Some(0)));
    let (found, status) = bench(&["get", r#"["a"]"#]);
    assert_eq!(status, Some(1));
    assert!(found["errors"]["PROTOCOL_ERROR"].as_u64().unwrap() > 0, "{found}");
    assert_eq!(found["calls"], 0);
}
