//! Messages without a connection: whole calls and replies as bytes, for datagrams, queues and files.
//!
//! - [`Message`] converts a call or reply to bytes and back.
//! - [`answer`] passes the bytes of a call to a service and returns the bytes of its reply;
//!   [`blocking::answer`] does the same for a blocking service.
//! - [`channel`] makes the channel of a typed client from a function that sends bytes;
//!   [`message_channel`](crate::blocking::message_channel) for a blocking client.
//!
//! - [`MessageStream`] and [`ValueStream`] split streams of bytes, such as files, into whole messages or values.
//!
//! A [`Message`] has no frame: datagrams and queues keep the boundaries of messages. Where they are stored one after
//! the other, [`Message::into_framed`] encodes them as they are on connections.
//!
#![cfg_attr(feature = "async", doc = "```")]
#![cfg_attr(not(feature = "async"), doc = "```ignore")]
//! use std::net::UdpSocket;
//! use thriftly::{Bytes, Protocol, messages};
//!
//! thriftly::thrift!(inline: "service Agent { oneway void record(1: string span) }");
//!
//! struct Printer;
//!
//! impl Agent for Printer {
//!     async fn record(&self, span: String) -> thriftly::Result<()> {
//!         println!("{span}");
//!         Ok(())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> thriftly::Result<()> {
//! let (agent, sender) = (UdpSocket::bind("127.0.0.1:0")?, UdpSocket::bind("127.0.0.1:0")?);
//! sender.connect(agent.local_addr()?)?;
//!
//! let channel = messages::channel(move |message: Bytes| {
//!     let sent = sender.send(&message);
//!     async { sent.map(|_| None) }
//! });
//! let client = AgentClient::new(channel).with_protocol(Protocol::Compact);
//! client.record("a span").await?;
//!
//! let mut datagram = [0; 65_536];
//! let length = agent.recv(&mut datagram)?;
//! let datagram = Bytes::copy_from_slice(&datagram[..length]);
//! let reply = messages::answer(AgentServer::new(Printer), datagram).await?;
//! assert!(reply.is_none(), "the call is oneway");
//! # Ok(())
//! # }
//! ```

pub(crate) mod blocking;
#[cfg(feature = "async")]
mod channel;
mod stream;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use bytes::Bytes;

use crate::connection::{Reply, failure, of_method};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::{Envelope, message_end, read_envelope, write_envelope};
use crate::rpc::body::Body;
use crate::rpc::message::{MethodName, Protocol, Request, Response, ResponseKind};
use crate::transport::protocol_of_whole;
use crate::ttype::{ApplicationErrorKind, MessageKind};

#[cfg(feature = "async")]
pub use channel::{answer, channel};
pub use stream::{MessageStream, Streamed, ValueStream};

/// A call or reply with its envelope, encoded.
///
/// ```
/// use thriftly::messages::Message;
/// use thriftly::{MessageKind, Protocol, Request};
///
/// let request = Request::new("ping", Protocol::Binary, vec![0].into());
/// let bytes = Message::call(request, 7).into_bytes();
/// assert_eq!(bytes, b"\x80\x01\0\x01\0\0\0\x04ping\0\0\0\x07\0"[..]);
///
/// let message = Message::from_bytes(bytes)?;
/// assert_eq!((message.kind, message.seqid), (MessageKind::Call, 7));
/// assert_eq!(message.into_request()?.method.as_str(), "ping");
/// # Ok::<(), thriftly::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Message {
    /// The method name, prefixed with the service name, as `Service:method`, in a multiplexed call.
    pub method: MethodName,
    /// Call, oneway call, reply or exception.
    pub kind: MessageKind,
    /// The sequence id, which matches a reply to its call.
    pub seqid: i32,
    /// The protocol of envelope and body.
    pub protocol: Protocol,
    /// The encoded arguments, result or [`ApplicationError`](crate::ApplicationError).
    pub body: Body,
    /// Limits for decoding the body.
    pub limits: Limits,
}

impl Message {
    /// The message of a call, without its headers: a message has none.
    pub fn call(request: Request, seqid: i32) -> Message {
        let kind = if request.oneway { MessageKind::Oneway } else { MessageKind::Call };
        let Request { method, protocol, body, limits, .. } = request;
        Message { method, kind, seqid, protocol, body, limits }
    }

    /// The reply to this call: the response, or an exception for the error, as a server sends it.
    /// `None` if the call is oneway, by its message or by its method.
    pub fn reply(&self, result: Result<Response>) -> Option<Message> {
        let result = result.unwrap_or_else(|error| Response::exception(self.protocol, &error));
        let kind = result.kind.answer(self.kind == MessageKind::Oneway)?;
        let Response { protocol, body, limits, .. } = result;
        let method = self.method.to_plain();
        Some(Message { method, kind, seqid: self.seqid, protocol, body, limits })
    }

    /// Decodes the envelope of a message in any protocol, with default limits for its body.
    ///
    /// # Errors
    /// As [`from_bytes_with`](Message::from_bytes_with).
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Result<Message> {
        Message::from_bytes_with(bytes, &Limits::DEFAULT)
    }

    /// Decodes the envelope of a message in any protocol. The bytes are exactly one message without
    /// a frame; bytes after it are errors when the body is decoded.
    ///
    /// # Errors
    /// [`ErrorKind::SizeLimit`] if the message exceeds [`Limits::message`](crate::Limits);
    /// [`ErrorKind::UnexpectedEof`], [`ErrorKind::InvalidData`] and others if the envelope cannot be
    /// decoded.
    pub fn from_bytes_with(bytes: impl Into<Bytes>, limits: &Limits) -> Result<Message> {
        let mut bytes = bytes.into();
        if bytes.len() > limits.message {
            let (length, limit) = (bytes.len(), limits.message);
            let message = format!("a message of {length} bytes, above `Limits::message` ({limit})");
            return Err(Error::new(ErrorKind::SizeLimit, message));
        }
        let protocol = protocol_of_whole(&bytes);
        let Envelope { method, kind, seqid } = read_envelope(protocol, &mut bytes)?;
        Ok(Message { method, kind, seqid, protocol, body: bytes.into(), limits: *limits })
    }

    /// Encodes the message.
    pub fn into_bytes(self) -> Bytes {
        let Message { method, kind, seqid, protocol, body, .. } = self;
        let mut bytes = Vec::with_capacity(method.as_str().len() + body.len() + 16);
        write_envelope(protocol, method.as_str(), kind, seqid, body.len(), &mut bytes);
        body.chunks().for_each(|chunk| bytes.extend_from_slice(chunk));
        bytes.extend_from_slice(message_end(protocol));
        bytes.into()
    }

    /// The call, for a service.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] if the message is a reply.
    pub fn into_request(self) -> Result<Request> {
        let oneway = match self.kind {
            MessageKind::Call => false,
            MessageKind::Oneway => true,
            MessageKind::Reply | MessageKind::Exception => {
                let message = format!("a message of type {} is no call", self.kind.number());
                return Err(Error::new(ErrorKind::InvalidData, message));
            }
        };
        let mut request = Request::new(self.method, self.protocol, self.body);
        request.oneway = oneway;
        request.limits = self.limits;
        Ok(request)
    }

    /// The reply, for the client that sent `call`.
    ///
    /// # Errors
    /// [`ErrorKind::BadReply`] if the message is a call, or the reply to another method or sequence
    /// id.
    pub fn into_response(self, call: &MethodName, seqid: i32) -> Result<Response> {
        let kind = ResponseKind::of(self.kind)?;
        if self.seqid != seqid {
            let name = ApplicationErrorKind::BAD_SEQUENCE_ID.name();
            let message = format!("{name}: the reply has the number {}, not {seqid}", self.seqid);
            return Err(Error::new(ErrorKind::BadReply, message));
        }
        let mut response = Response::new(kind, self.protocol, self.body);
        response.limits = self.limits;
        of_method(call, Reply { seqid, method: self.method, result: Ok(response) })
    }
}

/// The reply to a call, as bytes. A failed call is logged, as a server does.
fn replied(call: &Message, result: Result<Response>) -> Option<Bytes> {
    if let Some(error) = failure(&result) {
        tracing::warn!(method = ?call.method, ?error, "a call failed");
    }
    call.reply(result).map(Message::into_bytes)
}

/// A channel that passes the bytes of calls to a function: that of an async client, created by
/// `messages::channel`, or that of a blocking client, created by
/// [`blocking::message_channel`](crate::blocking::message_channel).
pub struct MessageChannel<F> {
    send: Arc<F>,
    /// The sequence id of the next call.
    next: Arc<AtomicI32>,
}

impl<F> MessageChannel<F> {
    fn new(send: F) -> MessageChannel<F> {
        MessageChannel { send: Arc::new(send), next: Arc::default() }
    }

    /// Encodes the next call.
    fn encode(&self, request: Request) -> (Sent, Bytes) {
        let call = Message::call(request, self.next.fetch_add(1, Ordering::Relaxed));
        let Message { method, kind, seqid, protocol, .. } = &call;
        let oneway = *kind == MessageKind::Oneway;
        let sent = Sent { method: method.clone(), oneway, seqid: *seqid, protocol: *protocol };
        (sent, call.into_bytes())
    }
}

impl<F> Clone for MessageChannel<F> {
    fn clone(&self) -> MessageChannel<F> {
        MessageChannel { send: Arc::clone(&self.send), next: Arc::clone(&self.next) }
    }
}

impl<F> fmt::Debug for MessageChannel<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageChannel").finish_non_exhaustive()
    }
}

/// A call whose bytes were passed to the function of a channel.
struct Sent {
    method: MethodName,
    oneway: bool,
    seqid: i32,
    protocol: Protocol,
}

impl Sent {
    /// The response in the bytes that the function has returned.
    fn response(self, reply: io::Result<Option<Bytes>>) -> Result<Response> {
        let Sent { method, oneway, seqid, protocol } = self;
        let result = match reply {
            Ok(_) if oneway => return Ok(Response::none(protocol)),
            Ok(Some(bytes)) => {
                Message::from_bytes(bytes).and_then(|message| message.into_response(&method, seqid))
            }
            Ok(None) => Err(Error::new(ErrorKind::BadReply, "there is no reply to the call")),
            Err(error) => Err(Error::from(error)),
        };
        result.map_err(|error| error.in_call(method.as_str(), "the message channel"))
    }
}
