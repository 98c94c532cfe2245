//! The client's end of a connection.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use bytes::BytesMut;

use crate::connection::{Input, Output, cannot_carry};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::{Envelope, read_envelope};
use crate::rpc::message::{MethodName, Request, Response, ResponseKind};
use crate::transport::{Cutter, Framing, explain, protocol_of};
use crate::ttype::{ApplicationErrorKind, MessageKind};

/// Numbers calls, and finds for each reply the call that it answers. `T` is what waits for it.
///
/// Sequence ids are given out from 1 upwards on each connection. A reply with a number that was
/// given out, but that no call waits for, is late or doubled: it is dropped. A reply with a
/// number that was never given out cannot be told to a call, unless there is only one: that one
/// fails then with [`ErrorKind::BadReply`].
#[derive(Debug)]
pub(crate) struct ClientConnection<T> {
    limits: Limits,
    cutter: Cutter,
    pub(crate) input: Input,
    pub(crate) output: Output,
    waiting: HashMap<i32, T, BuildHasherDefault<SeqidHasher>>,
    last: i32,
    /// Whether it was said that headers cannot be sent.
    unsendable: bool,
}

impl<T> ClientConnection<T> {
    pub(crate) fn new(framing: Framing, limits: Limits) -> ClientConnection<T> {
        ClientConnection {
            limits,
            cutter: Cutter::new(framing),
            input: Input::default(),
            output: Output::default(),
            waiting: HashMap::default(),
            last: 0,
            unsendable: false,
        }
    }

    /// Where to read to.
    pub(crate) fn space(&mut self) -> &mut BytesMut {
        self.input.space(Some(&self.cutter))
    }

    /// Puts a call into the output, and `waiter` among those that wait for a reply. A oneway
    /// call waits for none: its waiter comes back at once.
    ///
    /// # Errors
    /// The call does not fit into a frame. The waiter comes back with the error.
    pub(crate) fn call(
        &mut self,
        request: Request,
        waiter: T,
    ) -> std::result::Result<Option<T>, (T, Error)> {
        // 2³¹ calls later the numbers begin again; a negative one would confuse old peers.
        let seqid = match self.last {
            i32::MAX => 1,
            last => last + 1,
        };
        let kind = if request.oneway { MessageKind::Oneway } else { MessageKind::Call };
        let Request { method, protocol, headers, body, .. } = request;
        let framing = self.cutter.framing;
        if !headers.is_empty() {
            let error = cannot_carry(&headers, framing);
            if cfg!(debug_assertions) {
                return Err((waiter, error));
            }
            if !std::mem::replace(&mut self.unsendable, true) {
                tracing::warn!(?method, %error, "a call goes without its headers");
            }
        }
        match self.output.message(framing, protocol, method.as_str(), kind, seqid, body) {
            Err(error) => return Err((waiter, error)),
            Ok(()) => self.last = seqid,
        }
        if kind == MessageKind::Oneway {
            return Ok(Some(waiter));
        }
        self.waiting.insert(seqid, waiter);
        Ok(None)
    }

    /// The next reply, and who waits for it; `None` if none has come whole.
    ///
    /// # Errors
    /// The bytes cannot be followed any more. The connection has to be closed after that.
    pub(crate) fn next(&mut self) -> Result<Option<(T, Result<Response>)>> {
        while !self.input.is_empty() {
            let message = match self.input.cut(&mut self.cutter, &self.limits) {
                Ok(message) => message,
                Err(error) => {
                    return Err(explain(error, self.input.bytes(), self.cutter.framing));
                }
            };
            let Some(mut message) = message else { break };
            let protocol = protocol_of(&message);
            let Envelope { method, kind, seqid } = read_envelope(protocol, &mut message)?;
            let reply = match kind {
                MessageKind::Reply => Ok(ResponseKind::Reply),
                MessageKind::Exception => Ok(ResponseKind::Exception),
                MessageKind::Call | MessageKind::Oneway => Err(Error::new(
                    ErrorKind::BadReply,
                    format!("a message of type {} is no reply", kind.number()),
                )),
            };
            let reply = reply.map(|kind| {
                let mut response = Response::new(kind, protocol, message.into());
                response.limits = self.limits;
                response
            });
            if let Some(waiter) = self.waiting.remove(&seqid) {
                return Ok(Some((waiter, reply)));
            }
            if let Some(answered) = self.unknown(&method, seqid) {
                return Ok(Some(answered));
            }
        }
        Ok(None)
    }

    /// What to do with a reply that no call waits for.
    #[cold]
    fn unknown(&mut self, method: &MethodName, seqid: i32) -> Option<(T, Result<Response>)> {
        if (1..=self.last).contains(&seqid) {
            tracing::debug!(?method, seqid, "dropped a reply that comes late or twice");
            return None;
        }
        if self.waiting.len() != 1 {
            tracing::warn!(?method, seqid, "dropped a reply that fits no call");
            return None;
        }
        let only = *self.waiting.keys().next()?;
        let waiter = self.waiting.remove(&only)?;
        let kind = ApplicationErrorKind::BAD_SEQUENCE_ID.name();
        let error = Error::new(
            ErrorKind::BadReply,
            format!("{kind}: the reply to call {only} has the number {seqid}"),
        );
        Some((waiter, Err(error)))
    }

    /// How many calls wait for a reply.
    #[cfg(any(feature = "async", test))]
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Forgets the calls whose callers have gone.
    pub(crate) fn keep(&mut self, mut waits: impl FnMut(&T) -> bool) {
        self.waiting.retain(|_, waiter| waits(waiter));
    }

    /// All who still wait. Nobody will answer them.
    #[cfg(any(feature = "async", test))]
    pub(crate) fn abandon(&mut self) -> impl Iterator<Item = T> {
        std::mem::take(&mut self.waiting).into_values()
    }
}

/// Sequence ids follow each other and are our own: spreading them is all that is needed.
#[derive(Debug, Default)]
struct SeqidHasher(u64);

impl Hasher for SeqidHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_i32((self.0 as i32) ^ i32::from(*byte));
        }
    }
    fn write_i32(&mut self, seqid: i32) {
        self.0 = (seqid as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::message::Protocol;

    fn call(connection: &mut ClientConnection<&'static str>, waiter: &'static str) {
        let request = Request::new("echo", Protocol::Binary, vec![0].into());
        assert!(matches!(connection.call(request, waiter), Ok(None)));
    }

    fn reply(connection: &mut ClientConnection<&'static str>, kind: MessageKind, seqid: i32) {
        let mut peer = Output::default();
        let (framing, body) = (connection.cutter.framing, vec![0].into());
        peer.message(framing, Protocol::Binary, "echo", kind, seqid, body).expect("it is small");
        connection.space().extend_from_slice(peer.as_slice().expect("it is in one piece"));
    }

    /// Who was answered, and whether with a response.
    fn answered(connection: &mut ClientConnection<&'static str>) -> Vec<(&'static str, bool)> {
        let next = || connection.next().expect("the stream can be followed");
        std::iter::from_fn(next).map(|(waiter, result)| (waiter, result.is_ok())).collect()
    }

    #[test]
    fn what_a_server_speaks_instead_is_named() {
        for (framing, bytes, expected) in [
            (Framing::Unframed, &b"HTTP/1.1 400 Bad Request"[..], "looks like HTTP"),
            (Framing::Framed, b"HTTP/1.1 400 Bad Request", "looks like HTTP"),
            (Framing::Framed, b"\x80\x01\0\x02\0\0\0\x04", "answers unframed"),
        ] {
            let mut connection = ClientConnection::new(framing, Limits::DEFAULT);
            call(&mut connection, "a");
            connection.space().extend_from_slice(bytes);
            let error = connection.next().expect_err("it is no reply");
            assert!(error.message().contains(expected), "{error}");
        }
    }

    #[test]
    fn replies_find_their_calls_in_any_order() {
        for framing in [Framing::Framed, Framing::Unframed] {
            let mut connection = ClientConnection::new(framing, Limits::DEFAULT);
            for waiter in ["a", "b", "c"] {
                call(&mut connection, waiter);
            }
            for (kind, seqid) in
                [(MessageKind::Reply, 2), (MessageKind::Exception, 3), (MessageKind::Reply, 1)]
            {
                reply(&mut connection, kind, seqid);
            }
            assert_eq!(answered(&mut connection), [("b", true), ("c", true), ("a", true)]);
            assert_eq!(connection.waiting(), 0);
        }
    }

    #[test]
    fn late_and_doubled_replies_are_dropped() {
        let mut connection = ClientConnection::new(Framing::Framed, Limits::DEFAULT);
        for waiter in ["gone", "here"] {
            call(&mut connection, waiter);
        }
        connection.keep(|waiter| *waiter != "gone");
        for seqid in [1, 2, 2, 1] {
            reply(&mut connection, MessageKind::Reply, seqid);
        }
        assert_eq!(answered(&mut connection), [("here", true)]);
    }

    #[test]
    fn a_number_that_was_never_given_out_is_told_to_the_only_call() {
        let mut connection = ClientConnection::new(Framing::Framed, Limits::DEFAULT);
        call(&mut connection, "a");
        reply(&mut connection, MessageKind::Reply, 0);
        assert_eq!(answered(&mut connection), [("a", false)]);
        for waiter in ["b", "c"] {
            call(&mut connection, waiter);
        }
        for seqid in [-1, 99] {
            reply(&mut connection, MessageKind::Reply, seqid);
        }
        assert_eq!(answered(&mut connection), []);
        assert_eq!(connection.abandon().count(), 2);
    }

    #[test]
    fn a_call_is_no_reply() {
        let mut connection = ClientConnection::new(Framing::Framed, Limits::DEFAULT);
        call(&mut connection, "a");
        reply(&mut connection, MessageKind::Call, 1);
        assert_eq!(answered(&mut connection), [("a", false)]);
    }

    #[test]
    fn numbers_begin_again_when_they_are_used_up() {
        let mut connection = ClientConnection::new(Framing::Framed, Limits::DEFAULT);
        connection.last = i32::MAX - 1;
        for waiter in ["a", "b"] {
            call(&mut connection, waiter);
        }
        for seqid in [i32::MAX, 1] {
            reply(&mut connection, MessageKind::Reply, seqid);
        }
        assert_eq!(answered(&mut connection), [("a", true), ("b", true)]);
    }
}
