//! The layer that measures calls.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use ::metrics::{Label, SharedString};
use tower_layer::Layer;

use super::methods::{Method, Methods};
use crate::error::Result;
use crate::rpc::context::watch_dispatch;
use crate::rpc::message::{MethodName, Request, Response, ResponseKind};
#[cfg(feature = "async")]
use crate::rpc::observed::ObservedFuture;
use crate::rpc::observed::{Observed, ObservedCall, Observer};
use crate::tracking::{Outcome, Side};

/// A layer that measures each call; see [the module](super).
///
/// It works around both kinds of servers and channels. Clones share their memory of methods.
///
/// A call costs two readings of the clock and three values of histograms, and allocates nothing unless it fails.
#[derive(Clone)]
pub struct MetricsLayer {
    methods: Arc<Methods>,
}

/// A service wrapped by [`MetricsLayer`].
pub type Measured<S> = Observed<S, MetricsLayer>;

/// The future of a call that is measured.
#[cfg(feature = "async")]
pub type MeasuredFuture<F> = ObservedFuture<F, Call>;

impl MetricsLayer {
    /// A layer for a [`Server`](crate::blocking::Server).
    pub fn server() -> MetricsLayer {
        MetricsLayer { methods: Arc::new(Methods::new(Side::Server, Vec::new())) }
    }

    /// A layer for the channel of a client.
    pub fn client() -> MetricsLayer {
        MetricsLayer { methods: Arc::new(Methods::new(Side::Client, Vec::new())) }
    }

    /// Adds a label to all metrics of this layer, such as `server.address` at a client.
    pub fn label(
        self,
        name: impl Into<SharedString>,
        value: impl Into<SharedString>,
    ) -> MetricsLayer {
        let mut labels = self.methods.labels().to_vec();
        labels.push(Label::new(name, value));
        MetricsLayer { methods: Arc::new(Methods::new(self.methods.side(), labels)) }
    }
}

impl<S> Layer<S> for MetricsLayer {
    type Service = Measured<S>;

    fn layer(&self, inner: S) -> Measured<S> {
        Observed::new(inner, self.clone())
    }
}

impl Observer for MetricsLayer {
    type Call = Call;

    fn begin(&self, request: &mut Request) -> Call {
        let methods = &self.methods;
        let method = match methods.get(&request.method) {
            Some(method) => Called::Known(method),
            // The program itself has named it; calls that are passed on have a connection.
            None if methods.side() == Side::Client && request.connection.is_none() => {
                Called::Known(methods.learn(&request.method))
            }
            None => Called::New {
                methods: Arc::clone(methods),
                name: request.method.clone(),
                dispatched: false,
            },
        };
        Call { method, request: request.body.len(), start: Instant::now() }
    }
}

impl fmt::Debug for MetricsLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsLayer")
            .field("side", &self.methods.side())
            .field("labels", &self.methods.labels())
            .finish_non_exhaustive()
    }
}

/// A call that is measured.
pub struct Call {
    method: Called,
    /// Size of the arguments in bytes.
    request: usize,
    start: Instant,
}

/// The method of a call.
enum Called {
    Known(Arc<Method>),
    /// Known from now on if it turns out to be one of a service.
    New {
        methods: Arc<Methods>,
        name: MethodName,
        dispatched: bool,
    },
}

impl ObservedCall for Call {
    fn enter<T>(&mut self, section: impl FnOnce() -> T) -> T {
        match &mut self.method {
            Called::New { dispatched: known @ false, .. } => {
                let (value, dispatched) = watch_dispatch(section);
                *known = dispatched;
                value
            }
            _ => section(),
        }
    }

    fn end(self, result: Option<&Result<Response>>) {
        let Call { method, request, start } = self;
        let seconds = start.elapsed().as_secs_f64();
        let replied = matches!(result, Some(Ok(reply)) if reply.kind == ResponseKind::Reply);
        let method = match method {
            Called::Known(method) => method,
            Called::New { methods, name, dispatched } if dispatched || replied => {
                methods.learn(&name)
            }
            Called::New { methods, .. } => methods.other(),
        };
        method.request(request);
        if let Some(Ok(response)) = result
            && response.kind != ResponseKind::None
        {
            method.response(response.body.len());
        }
        method.ended(&Outcome::of_observed(result), seconds);
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("start", &self.start).finish_non_exhaustive()
    }
}
