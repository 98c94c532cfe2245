//! What the tests over real sockets share: a service without an IDL, and messages by hand.
#![allow(dead_code, unreachable_pub, reason = "no test needs all of it")]

mod random;

use std::time::Duration;

pub use random::Random;
use thriftly::{Error, Framing, Protocol, Request, Response, ResponseKind, Result};

/// Long enough to mean that something hangs.
pub const HANG: Duration = Duration::from_secs(30);

/// The four forms of binary Thrift.
pub const FORMS: [(Framing, Protocol); 4] = [
    (Framing::Unframed, Protocol::Binary),
    (Framing::Framed, Protocol::Binary),
    (Framing::Unframed, Protocol::BinaryOld),
    (Framing::Framed, Protocol::BinaryOld),
];

/// Arguments, or a result, with one i32 in field 1.
pub fn number(number: i32) -> Vec<u8> {
    let mut body = vec![8, 0, 1];
    body.extend_from_slice(&number.to_be_bytes());
    body.push(0);
    body
}

/// Arguments, or a result, with one string of so many bytes in field 1.
pub fn blob(length: usize) -> Vec<u8> {
    let mut body = vec![11, 0, 1];
    body.extend_from_slice(&(length as i32).to_be_bytes());
    body.extend((0..length).map(|at| at as u8));
    body.push(0);
    body
}

pub fn request(method: &'static str, protocol: Protocol, body: Vec<u8>) -> Request {
    Request::new(method, protocol, body.into())
}

/// What every service of these tests answers at once.
pub fn answer(request: Request) -> Result<Response> {
    match request.method.as_str() {
        "fail" => Err(Error::internal("no luck")),
        "panic" => panic!("this is what the test wants"),
        "fire" => Ok(Response::none(request.protocol)),
        _ => Ok(Response::new(ResponseKind::Reply, request.protocol, request.body)),
    }
}

/// A whole message as it is sent.
pub fn message(
    (framing, protocol): (Framing, Protocol),
    method: &str,
    kind: u8,
    seqid: i32,
    body: &[u8],
) -> Vec<u8> {
    let mut message = Vec::new();
    if protocol == Protocol::Binary {
        message.extend_from_slice(&[0x80, 1, 0, kind]);
    }
    message.extend_from_slice(&(method.len() as i32).to_be_bytes());
    message.extend_from_slice(method.as_bytes());
    if protocol == Protocol::BinaryOld {
        message.push(kind);
    }
    message.extend_from_slice(&seqid.to_be_bytes());
    message.extend_from_slice(body);
    if framing == Framing::Framed {
        let length = message.len() as i32;
        message.splice(0..0, length.to_be_bytes());
    }
    message
}

pub const CALL: u8 = 1;
pub const REPLY: u8 = 2;
pub const EXCEPTION: u8 = 3;
pub const ONEWAY: u8 = 4;
