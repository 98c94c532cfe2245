//! The health of a server, and the method that reports it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, ErrorKind, Result};
use crate::rpc::message::{MethodName, Protocol, Response, SEPARATOR, shown};
use crate::rpc::service::encode_nothing;

/// Whether a server should get calls, as a switch and as a built-in method without arguments, for the health checks of
/// load balancers such as Envoy.
///
/// The method succeeds with an empty result, as one that returns `void` does, while the server serves. It is answered
/// with the application exception `INTERNAL_ERROR` after [`set_serving(false)`](Health::set_serving), and once the server
/// has begun to shut down.
///
/// The connection answers it itself: in every protocol and framing, with and without the prefix of a multiplexed call,
/// also while the maximum number of calls is in flight. Neither layers nor services see these calls, and failed checks
/// are neither logged nor counted as failed calls. The method takes precedence over a method of the same name of a
/// service.
///
/// Clones share their state, also between servers. When one of these servers begins to shut down, all of
/// them fail their checks from then on.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> thriftly::Result<()> {
/// use thriftly::{Health, Server};
///
/// thriftly::thrift!(inline: "
///     service Store { i32 size() }
///     /** What the load balancer calls. */
///     service Check { void health() }
/// ");
///
/// struct Handler;
///
/// impl Store for Handler {
///     async fn size(&self) -> thriftly::Result<i32> {
///         Ok(3)
///     }
/// }
///
/// let health = Health::new("health");
/// let server = Server::new(StoreServer::new(Handler)).health(health.clone());
/// let server = server.bind("127.0.0.1:0").await?;
/// let check = CheckClient::connect(server.local_addr()).await?;
/// tokio::spawn(server.serve());
/// check.health().await?;
///
/// // Such as when a database cannot be reached.
/// health.set_serving(false);
/// assert!(check.health().await.is_err());
/// # Ok(())
/// # }
/// ```
///
/// A health method that an IDL declares, such as fb303's `getStatus` or `is_healthy` of Baseplate, is written as any
/// other and reads [`is_serving`](Health::is_serving).
#[derive(Clone)]
pub struct Health {
    state: Arc<State>,
}

struct State {
    method: Cow<'static, str>,
    /// Whether it is switched off.
    unhealthy: AtomicBool,
    /// Whether the server is shutting down, which nothing takes back.
    draining: AtomicBool,
}

impl Health {
    /// Creates a healthy state with this name of the method. A server whose health method has an empty name, or one with a
    /// colon, cannot be bound.
    pub fn new(method: impl Into<Cow<'static, str>>) -> Health {
        Health {
            state: Arc::new(State {
                method: method.into(),
                unhealthy: AtomicBool::new(false),
                draining: AtomicBool::new(false),
            }),
        }
    }

    /// Sets whether the server should get calls. Calls are answered in any case. Has no effect on a server that is
    /// shutting down.
    pub fn set_serving(&self, serving: bool) {
        self.state.unhealthy.store(!serving, Ordering::Relaxed);
    }

    /// Whether the health method succeeds: the server is not shutting down, and was not set to
    /// [not serving](Health::set_serving).
    pub fn is_serving(&self) -> bool {
        self.failure().is_none()
    }

    /// Fails all checks from now on.
    pub(crate) fn drain(&self) {
        self.state.draining.store(true, Ordering::Relaxed);
    }

    /// # Errors
    /// No call can have the name of the method.
    pub(crate) fn check(&self) -> Result<()> {
        let method = &*self.state.method;
        match method.is_empty() || method.contains(SEPARATOR) {
            false => Ok(()),
            true => {
                let method = shown(method);
                let message = format!("no call can have the name of the health method `{method}`");
                Err(Error::new(ErrorKind::Settings, message))
            }
        }
    }

    /// The answer to a call if it is one of the health method.
    pub(crate) fn answer(&self, method: &MethodName, protocol: Protocol) -> Option<Response> {
        if method.plain() != self.state.method {
            return None;
        }
        Some(match self.failure() {
            None => encode_nothing(protocol)
                .unwrap_or_else(|error| Response::exception(protocol, &error)),
            Some(why) => Response::exception(protocol, &Error::internal(why)),
        })
    }

    fn failure(&self) -> Option<&'static str> {
        if self.state.draining.load(Ordering::Relaxed) {
            Some("the server is shutting down")
        } else if self.state.unhealthy.load(Ordering::Relaxed) {
            Some("the server is not healthy")
        } else {
            None
        }
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health")
            .field("method", &self.state.method)
            .field("is_serving", &self.is_serving())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::message::ResponseKind;

    fn kind(health: &Health, method: &'static str) -> Option<ResponseKind> {
        let answer = health.answer(&MethodName::from(method), Protocol::Compact);
        answer.map(|response| response.kind)
    }

    #[test]
    fn only_the_method_is_answered_with_and_without_a_service() {
        let health = Health::new("health");
        for method in ["health", "Store:health", ":health"] {
            assert_eq!(kind(&health, method), Some(ResponseKind::Reply), "{method}");
        }
        for method in ["", "Health", "health2", "health:Store", "Store:Other:health"] {
            assert_eq!(kind(&health, method), None, "{method}");
        }
    }

    #[test]
    fn a_server_that_shuts_down_does_not_become_healthy_again() {
        let health = Health::new(String::from("health"));
        let clone = health.clone();
        clone.set_serving(false);
        assert_eq!(kind(&health, "health"), Some(ResponseKind::Exception));
        clone.set_serving(true);
        assert!(health.is_serving());
        health.drain();
        clone.set_serving(true);
        assert!(!clone.is_serving());
        assert_eq!(kind(&health, "health"), Some(ResponseKind::Exception));
    }

    #[test]
    fn names_that_no_call_can_have_are_refused() {
        assert!(Health::new("getStatus").check().is_ok());
        for (method, shown) in [("", ""), ("Store:health", "Store:health")] {
            let error = Health::new(method).check().expect_err("no call can have it");
            assert_eq!(error.kind(), ErrorKind::Settings);
            let expected = format!("no call can have the name of the health method `{shown}`");
            assert_eq!(error.message(), expected);
        }
    }
}
