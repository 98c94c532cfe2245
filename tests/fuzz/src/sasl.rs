//! SASL negotiations and the frames after them, as servers and clients receive them.

use std::io;

use thriftly::fuzzing::{LoggedIn, Outcome, log_in_to, serve_login};
use thriftly::sasl::{
    ClientMechanism, Evaluation, PlainClient, PlainServer, SecurityLayer, ServerMechanism,
};

/// Small, so that it is reached.
const MAX_FRAME: usize = 1000;

/// However the bytes are cut into pieces, they mean the same; what a server sends to a client that it
/// has accepted is understood by a client. The first byte says how long the pieces are, the second
/// what comes before the others.
pub fn check(bytes: &[u8]) {
    let [piece, before, bytes @ ..] = bytes else { return };
    for (mechanism, starts) in [
        (Name::Plain, [&b""[..], b"\x01\0\0\0\x05PLAIN", PLAIN, b"\x05\0\0\0\0"]),
        (Name::Rounds, [&b""[..], b"\x01\0\0\0\x06ROUNDS", ROUNDS, b"\x05\0\0\0\x03end"]),
    ] {
        let stream = match before % 8 {
            // A negotiation of messages with the right lengths.
            4.. => [starts[usize::from(before % 2)], &messages(bytes)].concat(),
            start => [starts[usize::from(start)], bytes].concat(),
        };
        let pieces: Vec<&[u8]> = stream.chunks(usize::from(*piece).max(1)).collect();

        let served = serve(&[&stream]);
        assert_same(&served, &serve(&pieces));
        if served.items.user.is_some() {
            let is_plain = stream.starts_with(b"\x01\0\0\0\x05PLAIN");
            let chosen = if is_plain { Name::Plain } else { Name::Rounds };
            let client = log_in(&[&served.items.sent], chosen);
            assert!(client.error.is_none(), "{:?}", client.error);
            assert_eq!(client.items.read, served.items.read);
        }

        let mut once = log_in(&[&stream], mechanism);
        let mut often = log_in(&pieces, mechanism);
        if once.error.is_some() {
            // The answers to messages that have come with one that is wrong are not sent.
            (once.items.sent, often.items.sent) = (Vec::new(), Vec::new());
        }
        assert_same(&once, &often);
    }
}

const PLAIN: &[u8] = b"\x01\0\0\0\x05PLAIN\x02\0\0\0\x06\0me\0me";
const ROUNDS: &[u8] = b"\x01\0\0\0\x06ROUNDS\x02\0\0\0\x05hello\x02\0\0\0\x04ONCE";

/// Messages of up to 15 bytes; the first byte of each says its status and length.
fn messages(mut bytes: &[u8]) -> Vec<u8> {
    let mut messages = Vec::new();
    while let [head, rest @ ..] = bytes {
        let (payload, rest) = rest.split_at(usize::from(head >> 4).min(rest.len()));
        messages.push(head & 7);
        messages.extend_from_slice(&(payload.len() as u32).to_be_bytes());
        messages.extend_from_slice(payload);
        bytes = rest;
    }
    messages
}

fn assert_same(once: &Outcome<LoggedIn, io::Error>, often: &Outcome<LoggedIn, io::Error>) {
    let text = |error: &Option<io::Error>| error.as_ref().map(ToString::to_string);
    assert_eq!(text(&once.error), text(&often.error));
    assert_eq!(once.items, often.items);
}

#[derive(Clone, Copy)]
enum Name {
    Plain,
    Rounds,
}

fn serve(pieces: &[&[u8]]) -> Outcome<LoggedIn, io::Error> {
    let plain = PlainServer::new(|user, password| user == password);
    serve_login(pieces, vec![Box::new(plain), Box::new(Rounds(0))], MAX_FRAME)
}

fn log_in(pieces: &[&[u8]], mechanism: Name) -> Outcome<LoggedIn, io::Error> {
    let mechanism: Box<dyn ClientMechanism> = match mechanism {
        Name::Plain => Box::new(PlainClient::new("me", "me")),
        Name::Rounds => Box::new(Rounds(0)),
    };
    log_in_to(pieces, mechanism, MAX_FRAME)
}

/// A mechanism of two rounds that signs and encrypts.
struct Rounds(u8);

impl ClientMechanism for Rounds {
    fn name(&self) -> &str {
        "ROUNDS"
    }
    fn initial_response(&mut self) -> io::Result<Vec<u8>> {
        Ok(b"hello".to_vec())
    }
    fn respond(&mut self, challenge: &[u8]) -> io::Result<Vec<u8>> {
        self.0 = self.0.saturating_add(1);
        Ok(challenge.to_ascii_uppercase())
    }
    fn is_complete(&self) -> bool {
        self.0 == 2
    }
    fn security_layer(&mut self) -> Option<Box<dyn SecurityLayer>> {
        Some(Box::new(Signed))
    }
}

impl ServerMechanism for Rounds {
    fn name(&self) -> &str {
        "ROUNDS"
    }
    fn evaluate(&mut self, response: &[u8]) -> Result<Evaluation, String> {
        self.0 += 1;
        match (self.0, response) {
            (1, _) => Ok(Evaluation::Challenge(b"once".to_vec())),
            (_, b"ONCE") => Ok(Evaluation::Complete { user: "r".into(), data: b"end".to_vec() }),
            _ => Err("no".into()),
        }
    }
    fn security_layer(&mut self) -> Option<Box<dyn SecurityLayer>> {
        Some(Box::new(Signed))
    }
}

struct Signed;

impl SecurityLayer for Signed {
    fn wrap(&mut self, contents: &[u8]) -> io::Result<Vec<u8>> {
        Ok(contents.iter().map(|byte| byte ^ 0x55).chain([0xee]).collect())
    }
    fn unwrap(&mut self, contents: &[u8]) -> io::Result<Vec<u8>> {
        match contents.split_last() {
            Some((0xee, contents)) => Ok(contents.iter().map(|byte| byte ^ 0x55).collect()),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}
