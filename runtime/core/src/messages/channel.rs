//! Messages of async clients and services.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::Bytes;
use tower_service::Service;

use super::{Message, MessageChannel, replied};
use crate::connection::{guard, guard_poll};
use crate::error::{Error, Result};
use crate::rpc::message::{Request, Response};
use crate::rpc::thrift_service::ThriftService;

/// Passes the bytes of a call to a service, such as `StoreServer::new(handler)`, and returns the bytes
/// of the reply; `None` if the call is oneway. A failed or panicking handler is logged and answered as
/// by a [`Server`](crate::Server).
///
/// # Errors
/// The bytes are not a call: the errors of [`Message::from_bytes`] and [`Message::into_request`].
pub async fn answer<S: ThriftService>(
    mut service: S,
    message: impl Into<Bytes>,
) -> Result<Option<Bytes>> {
    let call = Message::from_bytes(message)?;
    let request = call.clone().into_request()?;
    let result = async {
        poll_fn(|context| guard_poll(&call.method, || service.poll_ready(context))).await?;
        let future = guard(&call.method, || service.call(request))?;
        let mut future = pin!(future);
        poll_fn(|context| guard_poll(&call.method, || future.as_mut().poll(context))).await
    };
    let result = result.await;
    Ok(replied(&call, result))
}

/// Creates the channel of a client, `StoreClient::new(channel)`, from a function that sends the bytes of
/// each call and returns those of its reply. What it returns for a oneway call is not used. Deadlines
/// are up to the function.
///
/// ```
/// use thriftly::messages;
///
/// thriftly::thrift!(inline: "service Adder { i32 add(1: i32 a, 2: i32 b) }");
///
/// struct Sum;
///
/// impl Adder for Sum {
///     async fn add(&self, a: i32, b: i32) -> thriftly::Result<i32> {
///         Ok(a.wrapping_add(b))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> thriftly::Result<()> {
/// let channel = messages::channel(|message| async {
///     // … or sent through a queue to a service elsewhere.
///     messages::answer(AdderServer::new(Sum), message).await.map_err(std::io::Error::other)
/// });
/// assert_eq!(AdderClient::new(channel).add(1, 2).await?, 3);
/// # Ok(())
/// # }
/// ```
pub fn channel<F, R>(send: F) -> MessageChannel<F>
where
    F: Fn(Bytes) -> R + Send + Sync + 'static,
    R: Future<Output = io::Result<Option<Bytes>>> + Send + 'static,
{
    MessageChannel::new(send)
}

impl<F, R> Service<Request> for MessageChannel<F>
where
    F: Fn(Bytes) -> R,
    R: Future<Output = io::Result<Option<Bytes>>> + Send + 'static,
{
    type Response = Response;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (call, bytes) = self.encode(request);
        let reply = (self.send)(bytes);
        Box::pin(async move { call.response(reply.await) })
    }
}
