//! Blocking services in async servers, and async services in blocking servers.

use std::future::{Future, Ready, poll_fn, ready};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio::task::{JoinHandle, spawn_blocking};
use tower_service::Service;

use crate::blocking;
use crate::error::{Error, Result};
use crate::rpc::message::{Request, Response};
use crate::rpc::named_service::NamedService;
use crate::rpc::reply::of_inner;
use crate::rpc::thrift_service::ThriftService;

/// A blocking service in an async server, run where the call is polled: for handlers that compute and
/// return, and never wait. One that waits would hold up all connections of its thread; for those there is
/// [`SpawnBlocking`].
///
/// ```
/// use thriftly::{InPlace, Server};
///
/// thriftly::thrift!(inline: "service Adder { i32 add(1: i32 a, 2: i32 b) }");
///
/// struct Sum;
///
/// impl BlockingAdder for Sum {
///     fn add(&self, a: i32, b: i32) -> thriftly::Result<i32> {
///         Ok(a.wrapping_add(b))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> thriftly::Result<()> {
/// let service = InPlace::new(BlockingAdderServer::new(Sum));
/// let server = Server::new(service).bind("127.0.0.1:0").await?;
/// let client = AdderClient::connect(server.local_addr()).await?;
/// tokio::spawn(server.serve());
/// assert_eq!(client.add(1, 2).await?, 3);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct InPlace<S>(Arc<S>);

impl<S: blocking::Service> InPlace<S> {
    /// Makes an async service of a blocking one.
    pub fn new(service: S) -> InPlace<S> {
        InPlace(Arc::new(service))
    }
}

impl<S> Clone for InPlace<S> {
    fn clone(&self) -> InPlace<S> {
        InPlace(Arc::clone(&self.0))
    }
}

impl<S: NamedService> NamedService for InPlace<S> {
    const NAME: &'static str = S::NAME;
}

impl<S: blocking::Service> Service<Request> for InPlace<S> {
    type Response = Response;
    type Error = Error;
    type Future = Ready<Result<Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        ready(self.0.call(request))
    }
}

/// A blocking service in an async server, run on tokio's threads for blocking work: for handlers that
/// wait for files, locks or blocking clients. Each call takes one of those threads until the handler
/// returns, also when the client has left.
#[derive(Debug)]
pub struct SpawnBlocking<S>(Arc<S>);

impl<S: blocking::Service> SpawnBlocking<S> {
    /// Makes an async service of a blocking one.
    pub fn new(service: S) -> SpawnBlocking<S> {
        SpawnBlocking(Arc::new(service))
    }
}

impl<S> Clone for SpawnBlocking<S> {
    fn clone(&self) -> SpawnBlocking<S> {
        SpawnBlocking(Arc::clone(&self.0))
    }
}

impl<S: NamedService> NamedService for SpawnBlocking<S> {
    const NAME: &'static str = S::NAME;
}

impl<S: blocking::Service> Service<Request> for SpawnBlocking<S> {
    type Response = Response;
    type Error = Error;
    type Future = SpawnedCall;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> SpawnedCall {
        let service = Arc::clone(&self.0);
        SpawnedCall(spawn_blocking(move || service.call(request)))
    }
}

/// The future of a call to [`SpawnBlocking`].
#[derive(Debug)]
pub struct SpawnedCall(JoinHandle<Result<Response>>);

impl Future for SpawnedCall {
    type Output = Result<Response>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<Response>> {
        Pin::new(&mut self.0).poll(context).map(|joined| match joined {
            Ok(result) => result,
            // A panic goes on where the call is polled, and is answered there as any other.
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(error) => Err(Error::other(error)),
            },
        })
    }
}

/// An async service in a blocking server: the thread of the call polls the handler and sleeps until it
/// goes on. For handlers that need nothing of a runtime; those that use tokio's timers or sockets need to
/// be within a runtime (`tokio::runtime::Handle::enter`).
///
/// ```
/// use thriftly::blocking::{BlockOn, Server};
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
/// # fn main() -> thriftly::Result<()> {
/// let server = Server::new(BlockOn::new(AdderServer::new(Sum))).bind("127.0.0.1:0")?;
/// let client = BlockingAdderClient::connect(server.local_addr())?;
/// std::thread::spawn(move || server.serve());
/// assert_eq!(client.add(1, 2)?, 3);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct BlockOn<S>(S);

impl<S: ThriftService + Sync + 'static> BlockOn<S> {
    /// Makes a blocking service of an async one. Each call gets a clone of it.
    pub fn new(service: S) -> BlockOn<S> {
        BlockOn(service)
    }
}

impl<S: NamedService> NamedService for BlockOn<S> {
    const NAME: &'static str = S::NAME;
}

impl<S: ThriftService + Sync + 'static> blocking::Service for BlockOn<S> {
    fn call(&self, request: Request) -> Result<Response> {
        let mut service = self.0.clone();
        block_on(poll_fn(|context| service.poll_ready(context))).map_err(of_inner)?;
        block_on(service.call(request)).map_err(of_inner)
    }
}

/// Wakes a thread that sleeps until its future goes on.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future on this thread, which sleeps while it is pending.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;
    use crate::Protocol;

    /// Answers calls in pairs: each waits until another is under way.
    struct Pairs(Barrier);

    impl blocking::Service for Pairs {
        fn call(&self, request: Request) -> Result<Response> {
            match request.method.as_str() {
                "panic" => panic!("on purpose"),
                _ => self.0.wait(),
            };
            Ok(Response::none(request.protocol))
        }
    }

    fn pairs() -> SpawnBlocking<Pairs> {
        SpawnBlocking::new(Pairs(Barrier::new(2)))
    }

    fn request(method: &'static str) -> Request {
        Request::new(method, Protocol::Binary, vec![0].into())
    }

    #[tokio::test(flavor = "current_thread")]
    async fn blocking_calls_of_one_task_run_at_the_same_time() {
        let mut service = pairs();
        let (one, other) = (service.call(request("meet")), service.call(request("meet")));
        assert!(one.await.is_ok() && other.await.is_ok());
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_panic_reaches_who_polls_the_call() {
        let call = pairs().call(request("panic"));
        assert!(tokio::spawn(call).await.is_err_and(|error| error.is_panic()));
    }

    #[test]
    fn an_async_service_is_woken_from_other_threads() {
        #[derive(Clone)]
        struct Woken;
        impl Service<Request> for Woken {
            type Response = Response;
            type Error = Error;
            type Future = Pin<Box<dyn Future<Output = Result<Response>> + Send>>;
            fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
                Poll::Ready(Ok(()))
            }
            fn call(&mut self, request: Request) -> Self::Future {
                let (sender, receiver) = tokio::sync::oneshot::channel();
                thread::spawn(move || sender.send(request.protocol));
                Box::pin(async move {
                    let protocol = receiver.await.map_err(Error::other)?;
                    Ok(Response::none(protocol))
                })
            }
        }
        assert!(blocking::Service::call(&BlockOn::new(Woken), request("wake")).is_ok());
    }
}
