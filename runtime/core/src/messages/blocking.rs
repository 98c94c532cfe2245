//! Messages of blocking clients and services.

use std::io;

use bytes::Bytes;

use super::{Message, MessageChannel, replied};
use crate::blocking::Service;
use crate::connection::guard;
use crate::error::Result;
use crate::rpc::message::{Request, Response};

/// Passes the bytes of a call to a service, such as `BlockingStoreServer::new(handler)`, and returns the
/// bytes of the reply; `None` if the call is oneway. A failed or panicking handler is logged and
/// answered as by a [`Server`](crate::blocking::Server).
///
/// ```
/// thriftly::thrift!(inline: "service Ping { void ping() }");
///
/// struct Handler;
///
/// impl BlockingPing for Handler {
///     fn ping(&self) -> thriftly::Result<()> {
///         Ok(())
///     }
/// }
///
/// let service = BlockingPingServer::new(Handler);
/// let call = b"\x80\x01\0\x01\0\0\0\x04ping\0\0\0\x07\0";
/// let reply = thriftly::blocking::answer(&service, &call[..])?;
/// assert_eq!(reply.unwrap(), b"\x80\x01\0\x02\0\0\0\x04ping\0\0\0\x07\0"[..]);
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// # Errors
/// The bytes are not a call: the errors of
/// [`Message::from_bytes`](crate::messages::Message::from_bytes) and
/// [`Message::into_request`](crate::messages::Message::into_request).
pub fn answer<S: Service + ?Sized>(
    service: &S,
    message: impl Into<Bytes>,
) -> Result<Option<Bytes>> {
    let call = Message::from_bytes(message)?;
    let request = call.clone().into_request()?;
    let result = guard(&call.method, || service.call(request)).and_then(|result| result);
    Ok(replied(&call, result))
}

/// Creates the channel of a blocking client, `BlockingStoreClient::new(channel)`, from a function that
/// sends the bytes of each call and returns those of its reply. What it returns for a oneway call is
/// not used. Deadlines are up to the function.
///
/// ```
/// use std::net::UdpSocket;
/// use thriftly::{Bytes, Protocol, blocking, messages::Message};
///
/// thriftly::thrift!(inline: "service Agent { oneway void record(1: string span) }");
///
/// # fn main() -> thriftly::Result<()> {
/// let (agent, sender) = (UdpSocket::bind("127.0.0.1:0")?, UdpSocket::bind("127.0.0.1:0")?);
/// sender.connect(agent.local_addr()?)?;
///
/// let channel = blocking::message_channel(move |message| sender.send(&message).map(|_| None));
/// let client = BlockingAgentClient::new(channel).with_protocol(Protocol::Compact);
/// client.record("a span")?;
///
/// let mut datagram = [0; 65_536];
/// let length = agent.recv(&mut datagram)?;
/// let message = Message::from_bytes(Bytes::copy_from_slice(&datagram[..length]))?;
/// assert_eq!(message.method.as_str(), "record");
/// # Ok(())
/// # }
/// ```
pub fn channel<F>(send: F) -> MessageChannel<F>
where
    F: Fn(Bytes) -> io::Result<Option<Bytes>> + Send + Sync + 'static,
{
    MessageChannel::new(send)
}

impl<F> Service for MessageChannel<F>
where
    F: Fn(Bytes) -> io::Result<Option<Bytes>> + Send + Sync + 'static,
{
    fn call(&self, request: Request) -> Result<Response> {
        let (call, bytes) = self.encode(request);
        call.response((self.send)(bytes))
    }
}
