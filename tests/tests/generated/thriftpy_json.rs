//! ThriftPy's own JSON protocol, with the real ThriftPy at the other end.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use thriftly::{Error, Framing, Protocol, thriftpy_json};
use thriftly_tests::peers::{Program, THRIFTPY2, free_port, python};

thriftly::thrift!("../../idl/names.thrift");

/// The value that the Python side makes.
fn everything() -> Everything {
    let inner = |text: &str, number| Inner { text: text.into(), number };
    Everything {
        yes: true,
        tiny: -128,
        small: -300,
        medium: 70000,
        large: -(1 << 62),
        real: 1.5,
        text: "tab\t\"quoted\" \\ é € 😀 \u{1}\u{7f}/".into(),
        blob: b"\0\xff\x80abc".to_vec().into(),
        color: Color::Blue,
        inner: inner("in", Some(9007199254740993)),
        inners: vec![inner("", None), inner("b", None)],
        numbers: [3].into(),
        counts: [("a".into(), 1), ("b".into(), 2)].into(),
        nested: [(-1, [(5, vec!["x".into(), "y".into()])].into()), (2, [].into())].into(),
        absent: None,
        either: Either::Inner(inner("u", None)),
        flags: vec![true, false],
        far: "below".into(),
    }
}

struct Dispatcher;

impl BlockingEcho for Dispatcher {
    fn echo(&self, value: Everything) -> thriftly::Result<Everything> {
        Ok(value)
    }
    fn add(&self, a: i32, b: i32) -> thriftly::Result<i32> {
        Ok(a + b)
    }
    fn nothing(&self) -> thriftly::Result<()> {
        Ok(())
    }
    fn refuse(&self, why: String) -> Result<String, RefuseError> {
        match why.as_str() {
            "because" => Err(Refused { why, code: 7 }.into()),
            _ => Err(Error::internal(why).into()),
        }
    }
    fn tell(&self, news: String) -> thriftly::Result<()> {
        assert_eq!(news, "news");
        Ok(())
    }
}

fn thriftpy() -> PathBuf {
    python(Path::new(env!("CARGO_TARGET_TMPDIR")), &[THRIFTPY2])
}

fn arguments(mode: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    vec![folder.join("python/json_peer.py"), folder.join("idl/names.thrift"), mode.into()]
}

fn our_server_and_their_client(framing: &str) {
    let server = thriftly::blocking::Server::new(BlockingEchoServer::new(Dispatcher));
    let server = server.bind("127.0.0.1:0").expect("it is bound");
    let (port, handle) = (server.local_addr().port(), server.handle());
    let thread = std::thread::spawn(move || server.serve());
    let ports = [port.to_string().into(), framing.into()];
    Program::start(&thriftpy(), arguments("call").into_iter().chain(ports)).finish();
    handle.shutdown();
    thread.join().expect("no panic").expect("it served");
}

fn their_server_and_our_client(name: &str, framing: Framing) -> Result<(), RefuseError> {
    let port = free_port();
    let ports = [port.to_string().into(), name.into()];
    let server = Program::start(&thriftpy(), arguments("serve").into_iter().chain(ports));
    let server = server.listening_on(port);
    let client = BlockingEchoClient::builder()
        .protocol(Protocol::ThriftPyJson)
        .framing(framing)
        .connect(format!("127.0.0.1:{port}"))?;
    assert_eq!(client.echo(&everything())?, everything());
    assert_eq!(client.add(40, 2)?, 42);
    client.nothing()?;
    client.tell("news")?;
    assert_eq!(server.line(), "news");
    match client.refuse("because") {
        Err(RefuseError::Refused(refused)) => {
            assert_eq!(refused, Refused { why: "because".into(), code: 7 });
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(client.add(1, 2)?, 3);
    Ok(())
}

#[test]
fn our_server_serves_a_buffered_thriftpy_client() {
    our_server_and_their_client("buffered");
}

#[test]
fn our_server_serves_a_framed_thriftpy_client() {
    our_server_and_their_client("framed");
}

#[test]
fn our_client_calls_a_buffered_thriftpy_server() -> Result<(), RefuseError> {
    their_server_and_our_client("buffered", Framing::Unframed)
}

#[test]
fn our_client_calls_a_framed_thriftpy_server() -> Result<(), RefuseError> {
    their_server_and_our_client("framed", Framing::Framed)
}

#[test]
fn values_are_the_same_byte_for_byte() -> thriftly::Result<()> {
    let ours = thriftpy_json::to_vec(&everything())?;
    let hex: String = ours.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut peer = Command::new(thriftpy())
        .args(arguments("values"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    writeln!(peer.stdin.take().expect("it is a pipe"), "{hex}").expect("it reads");
    let output = peer.wait_with_output().expect("it ends");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("hex is ASCII");
    let bytes = |line: &str| -> Vec<u8> {
        let digits = line.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap_or(""));
        digits.map(|pair| u8::from_str_radix(pair, 16).expect("a hex byte")).collect()
    };
    let lines: Vec<_> = text.lines().map(bytes).collect();
    let [theirs, again] = &lines[..] else { panic!("{text}") };
    assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(theirs));
    assert_eq!(theirs, again);
    assert_eq!(thriftpy_json::from_slice::<Everything>(theirs)?, everything());
    Ok(())
}
