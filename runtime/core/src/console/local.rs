//! Calls of a service in the same process.

use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower_service::Service;

use crate::connection::{failure, guard, guard_poll};
use crate::error::{Error, ErrorKind, Result};
use crate::rpc::message::{Request, Response};
use crate::rpc::thrift_service::SharedService;

/// A service of this process, called as a server calls it: its failures and panics are logged, and answered
/// with only what the handler chose to tell. Made by [`Console::of_service`](super::Console::of_service).
#[derive(Debug, Clone)]
pub struct Local<S>(Arc<S>);

impl<S> Local<S> {
    pub(super) fn new(service: S) -> Local<S> {
        Local(Arc::new(service))
    }
}

impl<S> Service<Request> for Local<S>
where
    S: SharedService,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    type Response = Response;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response>> + Send>>;

    /// Always ready: a call waits in its future until the service is.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let service = S::clone(&self.0);
        let (protocol, oneway) = (request.protocol, request.oneway);
        let call = async move {
            let method = request.method.clone();
            let result = called(service, request).await;
            if let Some(error) = failure(&result) {
                tracing::warn!(?method, ?error, "a call of the console failed");
            }
            match result {
                Err(_) if oneway => Response::none(protocol),
                Err(error) => Response::exception(protocol, &error),
                Ok(response) => response,
            }
        };
        Box::pin(async move {
            if !oneway {
                return Ok(call.await);
            }
            // It runs to its end, also when nobody waits any more.
            let ended = tokio::spawn(call).await;
            ended.map_err(|error| {
                Error::new(ErrorKind::Closed, "the runtime shuts down").with_source(error)
            })
        })
    }
}

/// Calls a service, which may panic.
async fn called<S>(mut service: S, request: Request) -> Result<Response>
where
    S: SharedService,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let method = request.method.clone();
    poll_fn(|context| guard_poll(&method, || service.poll_ready(context))).await?;
    let mut future = Box::pin(guard(&method, || service.call(request))?);
    poll_fn(|context| guard_poll(&method, || future.as_mut().poll(context))).await
}
