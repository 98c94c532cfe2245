//! Several async services as one.

use std::sync::Arc;
use std::task::{Context, Poll};

use tower_service::Service;

use crate::error::{Error, Result};
use crate::rpc::dispatch::DispatchFuture;
use crate::rpc::message::{Request, Response};
use crate::rpc::services::{Services, multiplexed_setters};
use crate::rpc::thrift_service::{NamedSharedService, SharedService};

/// Several services as one: the prefix of the method name selects the service of a call, as
/// `Store:get`, the convention of Apache's and ThriftPy's `TMultiplexedProcessor`.
///
/// It is an ordinary `tower` service, for a [`Server`](crate::Server), where
/// [`Server::builder`](crate::Server::builder) is shorter, or for calls without a connection. Layers
/// around it see the calls of all services, with the prefix in
/// [`Request::method`]; layers around one service see its calls, without the prefix. The handler
/// reads it from [`Context::service`](crate::Context::service). Replies carry the plain name.
///
/// A call of an unknown service is answered with `UNKNOWN_METHOD`, and the connection stays open.
///
/// ```
/// use thriftly::{Channel, ClientBuilder, Multiplexed, Server};
///
/// thriftly::thrift!(inline: "
///     service Store { i32 size() }
///     service Admin { string status() }
/// ");
///
/// struct Handler;
/// impl Store for Handler {
///     async fn size(&self) -> thriftly::Result<i32> { Ok(3) }
/// }
/// impl Admin for Handler {
///     async fn status(&self) -> thriftly::Result<String> { Ok("open".into()) }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> thriftly::Result<()> {
/// let services = Multiplexed::new().add(StoreServer::new(Handler))?.add(AdminServer::new(Handler))?;
/// let server = Server::new(services).bind("127.0.0.1:0").await?;
///
/// let channel: Channel = ClientBuilder::new().connect(server.local_addr()).await?;
/// # tokio::spawn(server.serve());
/// let store = StoreClient::new(channel.clone()).multiplexed("Store");
/// let admin = AdminClient::new(channel).multiplexed("Admin");
/// assert_eq!((store.size().await?, admin.status().await?), (3, "open".to_owned()));
/// # Ok(())
/// # }
/// ```
///
/// # Cost
///
/// A call compares its prefix with the names of the services in the order in which they were added,
/// and clones its service, which for a generated server is a reference count. Neither allocates. A
/// generated server needs no further allocation; the future of any other service is boxed.
///
/// It is always ready: a call of a service that is not ready waits in its future, and calls of the
/// other services continue.
#[derive(Debug, Clone, Default)]
pub struct Multiplexed {
    services: Arc<Services<dyn Dispatch>>,
}

impl Multiplexed {
    multiplexed_setters!(NamedSharedService, SharedService);
}

impl Service<Request> for Multiplexed {
    type Response = Response;
    type Error = Error;
    type Future = DispatchFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> DispatchFuture {
        match self.services.dispatch(&mut request.method) {
            Ok(service) => service.call(request),
            Err(error) => DispatchFuture::failed(error),
        }
    }
}

/// A service of any type.
trait Dispatch: Send + Sync {
    fn call(&self, request: Request) -> DispatchFuture;
}

struct Typed<S>(S);

fn erase<S: SharedService>(service: S) -> Arc<dyn Dispatch> {
    Arc::new(Typed(service))
}

impl<S: SharedService> Dispatch for Typed<S> {
    fn call(&self, request: Request) -> DispatchFuture {
        DispatchFuture::new(&self.0, request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::message::Protocol;
    use crate::rpc::service::{self, ResponseFuture};

    /// Ready on the second poll, as a service that waits for a permit.
    #[derive(Clone, Default)]
    struct Hesitant(bool);

    impl Service<Request> for Hesitant {
        type Response = Response;
        type Error = std::io::Error;
        type Future = std::future::Ready<std::io::Result<Response>>;

        fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
            if std::mem::replace(&mut self.0, true) {
                return Poll::Ready(Ok(()));
            }
            context.waker().wake_by_ref();
            Poll::Pending
        }

        fn call(&mut self, request: Request) -> Self::Future {
            assert!(self.0, "called before it was ready");
            std::future::ready(match request.method.as_str() {
                "fail" => Err(std::io::Error::other("on purpose")),
                _ => Ok(Response::none(request.protocol)),
            })
        }
    }

    #[derive(Clone)]
    struct Generated;

    impl Service<Request> for Generated {
        type Response = Response;
        type Error = Error;
        type Future = ResponseFuture;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: Request) -> ResponseFuture {
            service::unknown_method(request)
        }
    }

    fn request(method: &'static str) -> Request {
        Request::new(method, Protocol::Binary, vec![0].into())
    }

    fn services() -> Result<Multiplexed> {
        Multiplexed::new().add_as("Hesitant", Hesitant::default())?.add_as("Generated", Generated)
    }

    #[tokio::test]
    async fn a_call_waits_until_its_service_is_ready() -> Result<()> {
        let mut services = services()?;
        for _ in 0..2 {
            services.call(request("Hesitant:go")).await?;
        }
        let error = services.call(request("Hesitant:fail")).await.expect_err("it fails");
        assert_eq!(error.message(), "on purpose");
        Ok(())
    }

    #[tokio::test]
    async fn the_future_of_a_generated_server_is_not_boxed_again() -> Result<()> {
        let call = services()?.call(request("Generated:x"));
        assert!(call.is_generated());
        let error = call.await.expect_err("it has no methods");
        assert_eq!(error.message(), "unknown method `Generated:x`");
        Ok(())
    }
}
