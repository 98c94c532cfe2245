//! Several blocking services as one.

use std::sync::Arc;

use super::Service;
use crate::error::Result;
use crate::rpc::message::{Request, Response};
use crate::rpc::named_service::NamedBlockingService;
use crate::rpc::services::{Services, multiplexed_setters};

/// Several services as one: the prefix of the method name selects the service of a call, as
/// `Store:get`, the convention of Apache's and ThriftPy's `TMultiplexedProcessor`.
///
/// It is an ordinary service, for a [`Server`](super::Server), where
/// [`Server::builder`](super::Server::builder) is shorter, or for calls without a connection. Layers
/// around it see the calls of all services, with the prefix in [`Request::method`]; layers around one
/// service see its calls, without the prefix. The handler reads it from
/// [`Context::service`](crate::Context::service). Replies carry the plain name.
///
/// A call of an unknown service is answered with `UNKNOWN_METHOD`, and the connection stays open.
///
/// ```
/// use thriftly::blocking::{Channel, ClientBuilder, Server};
///
/// thriftly::thrift!(inline: "
///     service Store { i32 size() }
///     service Admin { string status() }
/// ");
///
/// struct Handler;
/// impl BlockingStore for Handler {
///     fn size(&self) -> thriftly::Result<i32> { Ok(3) }
/// }
/// impl BlockingAdmin for Handler {
///     fn status(&self) -> thriftly::Result<String> { Ok("open".into()) }
/// }
///
/// # fn main() -> thriftly::Result<()> {
/// let server = Server::builder()
///     .add(BlockingStoreServer::new(Handler))
///     .add(BlockingAdminServer::new(Handler))
///     .bind("127.0.0.1:0")?;
/// let address = server.local_addr();
/// std::thread::spawn(move || server.serve());
///
/// let channel: Channel = ClientBuilder::new().connect(address)?;
/// let store = BlockingStoreClient::new(channel.clone()).multiplexed("Store");
/// let admin = BlockingAdminClient::new(channel).multiplexed("Admin");
/// assert_eq!((store.size()?, admin.status()?), (3, "open".to_owned()));
/// # Ok(())
/// # }
/// ```
///
/// A call compares its prefix with the names of the services in the order in which they were added;
/// nothing is allocated.
#[derive(Debug, Clone, Default)]
pub struct Multiplexed {
    services: Arc<Services<dyn Service>>,
}

impl Multiplexed {
    multiplexed_setters!(NamedBlockingService, Service);
}

impl Service for Multiplexed {
    fn call(&self, mut request: Request) -> Result<Response> {
        self.services.dispatch(&mut request.method)?.call(request)
    }
}

fn erase<S: Service>(service: S) -> Arc<dyn Service> {
    Arc::new(service)
}
