//! `thriftly serve`: a server that answers as a file says.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::task::{Context, Poll};

use thriftly_core::dynamic::{Handlers, Idl, Options};
use thriftly_core::{
    Endpoints, Error, ErrorKind, Multiplexed, Request, Response, Result, Server, SharedService,
    shutdown_signal,
};
use tower_service::Service;

use crate::decode::body::Bodies;
use crate::mock::Mock;
use crate::recorder::Recorder;
use crate::status::{Status, complain, unusable};

/// The arguments of `serve`.
#[derive(Debug)]
pub(crate) struct Serve {
    /// The IDL file.
    pub(crate) idl: PathBuf,
    /// Options for loading it.
    pub(crate) options: Options,
    /// The file with the answers.
    pub(crate) mock: Option<PathBuf>,
    /// The address.
    pub(crate) listen: String,
    /// The only service, if not all are served.
    pub(crate) service: Option<String>,
}

/// Serves until the process is told to end.
pub(crate) fn run(serve: &Serve) -> io::Result<Status> {
    Ok(ended(served(serve)))
}

/// The status of a server, whose error is shown.
pub(crate) fn ended(result: Result<()>) -> Status {
    match result {
        Ok(()) => Status::Clean,
        Err(error) => unusable(&error),
    }
}

fn served(serve: &Serve) -> Result<()> {
    let idl = Idl::load_with(&serve.idl, &serve.options)?;
    let mock = match &serve.mock {
        Some(path) => Mock::load(path, &idl)?,
        None => Mock::default(),
    };
    let services = services(&idl, serve.service.as_deref(), Arc::new(mock))?;
    let recorder = Recorder::new(Bodies { idl: Some(idl), service: serve.service.clone() });
    listen(&serve.listen, move |ends| Ok(recorder.around(services.clone(), ends.peer_addr())))
}

/// Serves each connection with a service, until the process is told to end.
pub(crate) fn listen<S: SharedService>(
    address: &str,
    service: impl Fn(&Endpoints) -> Result<S> + Send + Sync + 'static,
) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = Server::per_connection(service).bind(address).await?;
        complain(&format!("listening on {}; Ctrl-C ends", server.local_addr()));
        server.serve_until(shutdown_signal()).await
    })
}

/// All services of the IDL, or one of them, with names in the calls and without.
fn services(idl: &Idl, only: Option<&str>, mock: Arc<Mock>) -> Result<Multiplexed> {
    let served: Vec<_> = match only {
        Some(name) => vec![idl.service(name)?],
        None => idl.services().collect(),
    };
    let Some(first) = served.first() else {
        return Err(Error::new(ErrorKind::InvalidData, "the IDL has no service"));
    };
    let mut any = AnyService { methods: HashMap::new(), nothing: Handlers::new(first.clone()) };
    let mut named = Multiplexed::new();
    for service in served {
        let mock = Arc::clone(&mock);
        let handlers =
            Handlers::new(service.clone()).otherwise(move |call| Arc::clone(&mock).answer(call));
        for method in service.methods() {
            any.methods.entry(method.name().to_owned()).or_insert_with(|| handlers.clone());
        }
        named = named.add_as(service.name().to_owned(), handlers)?;
    }
    named.default_service(Shared(Arc::new(any)))
}

/// The services of methods, for calls that do not name theirs.
struct AnyService {
    methods: HashMap<String, Handlers>,
    /// For other methods.
    nothing: Handlers,
}

#[derive(Clone)]
struct Shared(Arc<AnyService>);

impl Service<Request> for Shared {
    type Response = Response;
    type Error = Error;
    type Future = <Handlers as Service<Request>>::Future;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let handlers = self.0.methods.get(request.method.as_str());
        handlers.unwrap_or(&self.0.nothing).clone().call(request)
    }
}
