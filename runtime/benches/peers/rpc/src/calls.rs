//! The calls that are made of servers: their bytes, and those that have to come back.

use std::fmt;
use std::io::{Read, Write};

use thriftly::ThriftStruct;
use thriftly_peers::types::ours::Nested;
use thriftly_peers::values;

use crate::Result;
use crate::wire::Wire;

/// What `add` is called with.
pub const ADD: (i32, i32) = (1_000_000, 2_345_678);

/// A method of the service `Echo` in `bench.thrift`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// No arguments, no result.
    Ping,
    /// Two numbers and their sum.
    Add,
    /// A struct of 1 KB, there and back.
    Echo,
}

impl Method {
    pub const ALL: [Method; 3] = [Method::Ping, Method::Add, Method::Echo];
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Method::Ping => "ping",
            Method::Add => "add",
            Method::Echo => "echo",
        })
    }
}

/// The argument and result of `echo`.
pub fn nested() -> Nested {
    values::nested(4)
}

/// The result struct of `echo`.
#[derive(ThriftStruct)]
struct EchoResult {
    #[thrift(id = 0)]
    success: Nested,
}

/// The bytes of a call of one method.
#[derive(Clone, Debug)]
pub struct Call {
    method: Method,
    wire: Wire,
    request: Vec<u8>,
    /// Where the sequence id stands in the request.
    seqids: Vec<usize>,
    /// The message in a reply, without its frame or header.
    reply: Vec<u8>,
    /// Where the sequence id stands in that message.
    seqid: usize,
}

/// A whole reply.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reply<'a> {
    pub seqid: u32,
    /// How many bytes it has, with its frame or header.
    pub len: usize,
    /// The result struct.
    body: &'a [u8],
}

impl Call {
    pub fn new(method: Method, wire: Wire) -> Call {
        let (arguments, result) = bodies(method);
        let (kind, result) = match wire.is_raw() {
            true => (CALL, arguments.clone()),
            false => (REPLY, result),
        };
        let name = method.to_string();
        let seqid = 8 + name.len();
        let (request, seqids) = wire.request(&message(CALL, &name, &arguments), &name, seqid);
        Call { method, wire, request, seqids, reply: message(kind, &name, &result), seqid }
    }

    /// Appends the call with the sequence id.
    pub fn append(&self, seqid: u32, to: &mut Vec<u8>) {
        let start = to.len();
        to.extend_from_slice(&self.request);
        for at in &self.seqids {
            to[start + at..start + at + 4].copy_from_slice(&seqid.to_be_bytes());
        }
    }

    /// The reply at the start of the bytes; `None` if it is not complete.
    ///
    /// # Errors
    /// Its frame, its header or its envelope is wrong.
    pub fn reply<'a>(&self, bytes: &'a [u8]) -> Result<Option<Reply<'a>>> {
        let Some(range) = self.wire.message(bytes, self.reply.len())? else { return Ok(None) };
        let (message, len) = (&bytes[range.clone()], range.end);
        let (envelope, rest) = self.reply.split_at(self.seqid);
        let found = message.strip_prefix(envelope).filter(|found| found.len() == rest.len());
        let (seqid, body) = found
            .and_then(|found| found.split_first_chunk())
            .ok_or("the server answers something else")?;
        Ok(Some(Reply { seqid: u32::from_be_bytes(*seqid), len, body }))
    }

    /// Makes one call, and looks at its answer.
    ///
    /// # Errors
    /// The stream ends or fails, or the answer is wrong.
    pub fn answered(&self, stream: &mut (impl Read + Write)) -> Result<()> {
        let mut bytes = Vec::new();
        self.append(0, &mut bytes);
        stream.write_all(&bytes)?;
        bytes.clear();
        let mut part = [0; 4096];
        loop {
            match stream.read(&mut part)? {
                0 => return Err("the server closed a connection".into()),
                read => bytes.extend_from_slice(&part[..read]),
            }
            if let Some(reply) = self.reply(&bytes)? {
                let is_right = reply.len == bytes.len() && reply.seqid == 0;
                return match is_right && self.is_result(reply.body) {
                    true => Ok(()),
                    false => Err("the server answers something else".into()),
                };
            }
        }
    }

    /// Whether the body of a reply is right. Maps may come in another order.
    fn is_result(&self, body: &[u8]) -> bool {
        body == &self.reply[self.seqid + 4..]
            || self.method == Method::Echo
                && thriftly::binary::from_slice::<EchoResult>(body)
                    .is_ok_and(|result| result.success == nested())
    }
}

const CALL: u8 = 1;
const REPLY: u8 = 2;
const STOP: u8 = 0;
const I32: u8 = 8;
const STRUCT: u8 = 12;

/// The structs of the arguments and of the result.
fn bodies(method: Method) -> (Vec<u8>, Vec<u8>) {
    let field = |ty: u8, id: u8, value: &[u8]| [&[ty, 0, id], value].concat();
    let stop: &[u8] = &[STOP];
    match method {
        Method::Ping => (stop.to_vec(), stop.to_vec()),
        Method::Add => {
            let (a, b) = ADD;
            let [first, second, sum] = [(1, a), (2, b), (0, a + b)]
                .map(|(id, number): (u8, i32)| field(I32, id, &number.to_be_bytes()));
            ([&*first, &*second, stop].concat(), [&*sum, stop].concat())
        }
        Method::Echo => {
            let value = thriftly::binary::to_vec(&nested()).expect("it can be encoded");
            let [argument, result] = [1, 0].map(|id| field(STRUCT, id, &value));
            ([&*argument, stop].concat(), [&*result, stop].concat())
        }
    }
}

/// A message in the strict binary protocol, with the sequence id 0.
fn message(kind: u8, name: &str, body: &[u8]) -> Vec<u8> {
    let name_len = (name.len() as u32).to_be_bytes();
    [&[0x80, 1, 0, kind], &name_len, name.as_bytes(), &[0; 4], body].concat()
}

#[cfg(test)]
mod tests {
    use super::{Call, Method};
    use crate::wire::Wire;

    #[test]
    fn replies_are_recognised_by_their_envelope_and_their_body() {
        let ping = Call::new(Method::Ping, Wire::Framed);
        let reply = b"\0\0\0\x11\x80\x01\0\x02\0\0\0\x04ping\0\0\0\x07\0";
        let found = ping.reply(reply).expect("it is a reply").expect("it is complete");
        assert_eq!((found.seqid, found.len), (7, reply.len()));
        assert!(ping.is_result(found.body));
        assert_eq!(ping.reply(&reply[1..]).ok().flatten(), None);

        let exception = b"\0\0\0\x11\x80\x01\0\x03\0\0\0\x04ping\0\0\0\x07\0";
        assert!(ping.reply(exception).is_err());
        let longer = b"\0\0\0\x12\x80\x01\0\x02\0\0\0\x04ping\0\0\0\x07\0\0";
        assert!(ping.reply(longer).is_err());

        let add = Call::new(Method::Add, Wire::Unframed);
        let reply = b"\x80\x01\0\x02\0\0\0\x03add\0\0\0\x09\x08\0\0\0\x33\x0d\x0e\0";
        let found = add.reply(reply).expect("it is a reply").expect("it is complete");
        assert_eq!(found.seqid, 9);
        assert!(add.is_result(found.body));
        let other = reply.map(|byte| if byte == 0x33 { 0x34 } else { byte });
        let found = add.reply(&other).expect("it is a reply").expect("it is complete");
        assert!(!add.is_result(found.body));
    }

    #[test]
    fn a_raw_server_returns_the_request() {
        for method in Method::ALL {
            let call = Call::new(method, Wire::Raw);
            let mut request = Vec::new();
            call.append(5, &mut request);
            let found = call.reply(&request).expect("it is a reply").expect("it is complete");
            assert_eq!((found.seqid, found.len), (5, request.len()));
            assert!(call.is_result(found.body));
        }
    }
}
