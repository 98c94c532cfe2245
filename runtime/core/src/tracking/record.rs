//! Records of finished calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use super::{CallHeader, SharedTracker};
use crate::connection::guard;
use crate::error::{Error, Result};
use crate::rpc::context::Connection;
use crate::rpc::message::{MethodName, Request, Response};

/// The side of a call that has recorded it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The caller.
    Client,
    /// The handler.
    Server,
}

/// How a call has ended.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Outcome {
    /// It returned a value; a oneway call was sent (client) or handled (server).
    Success,
    /// It was answered with an exception that the IDL declares.
    DeclaredException,
    /// It failed: the error of the handler at the server, that of the caller at the client.
    Failed(Error),
    /// Nobody waited for its end: the caller dropped its future, or the client closed the connection.
    Abandoned,
}

/// A finished call, for [`Tracker::record`](super::Tracker::record).
#[derive(Debug)]
#[non_exhaustive]
pub struct Record<'a> {
    /// Whether the call was made or handled here.
    pub side: Side,
    /// The name of the calling program: [`Tracker::app_id`](super::Tracker::app_id) of the client.
    /// At a server it is empty if the client has not said it.
    pub app_id: &'a str,
    /// The other end: the address of the server as the client was given it, or that of the client.
    pub peer: &'a str,
    /// The method, with the name of the service in a multiplexed call (`Store:get`). The client of a
    /// server chooses it, so it may be long and odd.
    pub method: &'a str,
    /// Whether the call has no reply.
    pub oneway: bool,
    /// The header of the call.
    pub header: &'a CallHeader,
    /// When it was made, or received.
    pub start: SystemTime,
    /// How long it took until its end was known here. At a client that includes waiting for a connection.
    pub duration: Duration,
    /// How it ended.
    pub outcome: &'a Outcome,
}

/// A call that is going to be recorded; as abandoned, if it is dropped before.
///
/// It reads the clock for the tracker alone: nothing else depends on the time.
#[derive(Debug)]
pub(crate) struct Span {
    tracker: SharedTracker,
    app_id: Arc<str>,
    peer: Peer,
    method: MethodName,
    oneway: bool,
    header: Arc<CallHeader>,
    start: SystemTime,
    since: Instant,
    recorded: AtomicBool,
}

#[derive(Debug)]
enum Peer {
    /// The server that was called, by the name of the channel.
    Server(Arc<str>),
    /// The client that calls.
    Client(Option<Arc<Connection>>),
}

impl Span {
    /// Begins a call to a server, and attaches its header, with the headers of the request as meta.
    pub(crate) fn calling(
        tracker: &SharedTracker,
        request: &mut Request,
        server: &Arc<str>,
    ) -> Span {
        let mut header = tracker.header(request);
        header.meta.extend(request.headers.iter());
        request.extensions.insert(header);
        let header = request.extensions.get_arc::<CallHeader>().unwrap_or_default();
        let peer = Peer::Server(Arc::clone(server));
        let app_id = tracker.app_id().into();
        Span::new(tracker.clone(), app_id, peer, request, header)
    }

    /// Begins a call that was received.
    pub(super) fn received(
        tracker: &SharedTracker,
        app_id: &Arc<str>,
        request: &Request,
        header: Arc<CallHeader>,
    ) -> Span {
        let peer = Peer::Client(request.connection.clone());
        Span::new(tracker.clone(), Arc::clone(app_id), peer, request, header)
    }

    fn new(
        tracker: SharedTracker,
        app_id: Arc<str>,
        peer: Peer,
        request: &Request,
        header: Arc<CallHeader>,
    ) -> Span {
        Span {
            tracker,
            app_id,
            peer,
            method: request.method.clone(),
            oneway: request.oneway,
            header,
            start: SystemTime::now(),
            since: Instant::now(),
            recorded: AtomicBool::new(false),
        }
    }

    /// Records the call with its result.
    pub(crate) fn finish(&self, result: &Result<Response>) {
        self.end(&Outcome::of(result));
    }

    /// Records the call. Only the first time counts.
    pub(crate) fn end(&self, outcome: &Outcome) {
        if self.recorded.swap(true, Ordering::Relaxed) {
            return;
        }
        let (side, client);
        let peer = match &self.peer {
            Peer::Server(name) => {
                side = Side::Client;
                &**name
            }
            Peer::Client(connection) => {
                side = Side::Server;
                client = connection.as_ref().map(|one| one.ends.to_string()).unwrap_or_default();
                &*client
            }
        };
        let record = Record {
            side,
            app_id: &self.app_id,
            peer,
            method: self.method.as_str(),
            oneway: self.oneway,
            header: &self.header,
            start: self.start,
            duration: self.since.elapsed(),
            outcome,
        };
        // A panic of the tracker must not end the connection, nor the process in a drop.
        let _ = guard(&self.method, || self.tracker.record(&record));
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        self.end(&Outcome::Abandoned);
    }
}

impl Outcome {
    /// How a call with this result has ended.
    pub(crate) fn of(result: &Result<Response>) -> Outcome {
        match result {
            Err(error) => Outcome::Failed(error.clone()),
            Ok(response) => match response.error() {
                Some(error) => Outcome::Failed(error),
                None if response.is_declared_exception() => Outcome::DeclaredException,
                None => Outcome::Success,
            },
        }
    }
}
