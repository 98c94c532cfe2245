//! The calls that are made of servers: their bytes, and those that have to come back.

use std::fmt;

use thriftly::ThriftStruct;
use thriftly_peers::types::ours::Nested;
use thriftly_peers::values;

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

/// How a server is spoken to. The protocol is always binary.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wire {
    Framed,
    Unframed,
    /// Framed messages that the server returns unread.
    Raw,
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
    request: Vec<u8>,
    reply: Vec<u8>,
    /// Where the sequence id stands, in requests and replies.
    seqid: usize,
}

impl Call {
    pub fn new(method: Method, wire: Wire) -> Call {
        let (arguments, result) = bodies(method);
        let (kind, result) = match wire {
            Wire::Raw => (CALL, arguments.clone()),
            Wire::Framed | Wire::Unframed => (REPLY, result),
        };
        let framed = wire != Wire::Unframed;
        let seqid = if framed { 4 } else { 0 } + 8 + method.to_string().len();
        Call {
            method,
            request: message(CALL, method, &arguments, framed),
            reply: message(kind, method, &result, framed),
            seqid,
        }
    }

    /// Appends the call with the sequence id.
    pub fn append(&self, seqid: u32, to: &mut Vec<u8>) {
        let at = to.len() + self.seqid;
        to.extend_from_slice(&self.request);
        to[at..at + 4].copy_from_slice(&seqid.to_be_bytes());
    }

    /// How long a reply is.
    pub fn reply_len(&self) -> usize {
        self.reply.len()
    }

    /// The sequence id of a reply, if its frame and its envelope are right.
    pub fn seqid(&self, reply: &[u8]) -> Option<u32> {
        let (envelope, rest) = reply.split_at(self.seqid);
        let seqid = *rest.first_chunk()?;
        (envelope == &self.reply[..self.seqid]).then(|| u32::from_be_bytes(seqid))
    }

    /// Whether the body of a reply is right. Maps may come in another order.
    pub fn is_answered(&self, reply: &[u8]) -> bool {
        let body = self.seqid + 4;
        reply[body..] == self.reply[body..]
            || self.method == Method::Echo
                && thriftly::binary::from_slice::<EchoResult>(&reply[body..])
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
fn message(kind: u8, method: Method, body: &[u8], framed: bool) -> Vec<u8> {
    let name = method.to_string();
    let name_len = (name.len() as u32).to_be_bytes();
    let message = [&[0x80, 1, 0, kind], &name_len, name.as_bytes(), &[0; 4], body].concat();
    match framed {
        true => [&(message.len() as u32).to_be_bytes(), &*message].concat(),
        false => message,
    }
}

#[cfg(test)]
mod tests {
    use super::{Call, Method, Wire};

    #[test]
    fn replies_are_recognised_by_their_envelope_and_their_body() {
        let ping = Call::new(Method::Ping, Wire::Framed);
        let reply = b"\0\0\0\x11\x80\x01\0\x02\0\0\0\x04ping\0\0\0\x07\0";
        assert_eq!(ping.reply_len(), reply.len());
        assert_eq!(ping.seqid(reply), Some(7));
        assert!(ping.is_answered(reply));

        let exception = b"\0\0\0\x11\x80\x01\0\x03\0\0\0\x04ping\0\0\0\x07\0";
        assert_eq!(ping.seqid(exception), None);

        let add = Call::new(Method::Add, Wire::Unframed);
        let reply = b"\x80\x01\0\x02\0\0\0\x03add\0\0\0\x09\x08\0\0\0\x33\x0d\x0e\0";
        assert_eq!(add.seqid(reply), Some(9));
        assert!(add.is_answered(reply));
        assert!(!add.is_answered(&reply.map(|byte| if byte == 0x33 { 0x34 } else { byte })));
    }

    #[test]
    fn a_raw_server_returns_the_request() {
        for method in Method::ALL {
            let call = Call::new(method, Wire::Raw);
            let mut request = Vec::new();
            call.append(5, &mut request);
            assert_eq!(request.len(), call.reply_len());
            assert_eq!(call.seqid(&request), Some(5));
            assert!(call.is_answered(&request));
        }
    }
}
