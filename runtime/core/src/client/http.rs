//! One connection of a channel that speaks HTTP.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http1, http2};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connect::Socket;
use crate::connection::{LinkId, Reply};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{
    Called, Failure, MAX_HEADERS, MessageBody, Target, Tasks, Version, Wire, delivered, reply,
};
use crate::limits::Limits;
use crate::net::tcp::ConnectFailure;
use crate::rpc::message::{Request, Response};

type Driving = Pin<Box<dyn Future<Output = hyper::Result<()>> + Send>>;
type Flying = Pin<Box<dyn Future<Output = Outcome> + Send>>;
type Sent = Result<http::Response<Incoming>, TrySendError<http::Request<MessageBody>>>;

pub(super) struct HttpConn {
    pub(super) link: LinkId,
    wire: Wire<Socket>,
    target: Arc<Target>,
    limits: Limits,
    sender: Sender,
    /// `None` after it has ended.
    connection: Option<Driving>,
    tasks: Tasks,
    /// Calls that hyper has not taken yet.
    queued: VecDeque<(Flight, http::Request<MessageBody>)>,
    flights: Vec<(Flight, Flying)>,
    replies: VecDeque<Reply>,
    /// Calls that were not sent.
    unsent: Vec<(i32, Box<Request>)>,
    end: Option<End>,
}

/// Why a connection has ended.
enum End {
    Closed,
    Lost(io::Error),
    /// The server's response is not HTTP.
    Broken(Error),
}

enum Sender {
    One(http1::SendRequest<MessageBody>),
    Two(http2::SendRequest<MessageBody>),
}

/// A call in flight.
struct Flight {
    called: Called,
    request: Box<Request>,
}

/// The state of a call.
enum Outcome {
    /// An error is that of the call alone.
    Done(Result<Response>),
    /// No byte of it was written.
    Unsent,
    Lost(Failure),
}

impl HttpConn {
    /// Begins to speak HTTP on a socket.
    ///
    /// # Errors
    /// The connection fails.
    pub(super) async fn open(
        link: LinkId,
        socket: Socket,
        target: Arc<Target>,
        limits: Limits,
    ) -> Result<Box<HttpConn>, ConnectFailure> {
        let wire = Wire::new(socket, bytes::Bytes::new());
        let io = TokioIo::new(wire.clone());
        let tasks = Tasks::default();
        let failed = |error: hyper::Error| {
            let message = format!("cannot speak HTTP: {}", Failure::from(error).text);
            Error::new(ErrorKind::Connect, message)
        };
        let (sender, connection): (_, Driving) = match target.version {
            Version::One => {
                let mut builder = http1::Builder::new();
                if limits.headers < MAX_HEADERS {
                    builder.max_headers(limits.headers);
                }
                let (sender, connection) = builder.handshake(io).await.map_err(failed)?;
                (Sender::One(sender), Box::pin(connection))
            }
            Version::Two => {
                let mut builder = http2::Builder::new(tasks.clone());
                builder
                    .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX));
                let (sender, connection) = builder.handshake(io).await.map_err(failed)?;
                (Sender::Two(sender), Box::pin(connection))
            }
        };
        Ok(Box::new(HttpConn {
            link,
            wire,
            target,
            limits,
            sender,
            connection: Some(connection),
            tasks,
            queued: VecDeque::new(),
            flights: Vec::new(),
            replies: VecDeque::new(),
            unsent: Vec::new(),
            end: None,
        }))
    }

    /// Makes all possible progress. Ready with a count, there are replies; with 0, the connection was
    /// closed.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        loop {
            if let Some(connection) = &mut self.connection
                && let Poll::Ready(ended) = connection.as_mut().poll(context)
            {
                self.connection = None;
                match ended {
                    Ok(()) => {
                        self.end.get_or_insert(End::Closed);
                    }
                    Err(error) => self.fail(error.into()),
                }
            }
            let sent = self.send(context);
            if !self.receive(context) && !sent {
                break;
            }
        }
        if !self.replies.is_empty() {
            return Poll::Ready(Ok(self.replies.len()));
        }
        match self.end.take() {
            Some(End::Closed) => Poll::Ready(Ok(0)),
            Some(End::Lost(error)) => Poll::Ready(Err(error)),
            Some(broken) => {
                self.end = Some(broken);
                Poll::Ready(Ok(1))
            }
            None => Poll::Pending,
        }
    }

    /// Notes the failure of the connection, which is told to the connection or to one of its calls.
    fn fail(&mut self, failure: Failure) {
        if !matches!(self.end, None | Some(End::Closed)) {
            return;
        }
        let Failure { text, io, by_peer, .. } = failure;
        let text = format!("HTTP: {text}");
        self.end = Some(match io {
            Some(kind) => End::Lost(io::Error::new(kind, text)),
            None if by_peer => End::Lost(io::Error::new(io::ErrorKind::UnexpectedEof, text)),
            None => End::Broken(Error::new(ErrorKind::InvalidData, text)),
        });
    }

    /// Gives calls to hyper. Returns whether there was one.
    fn send(&mut self, context: &mut Context<'_>) -> bool {
        let mut any = false;
        while !self.queued.is_empty() {
            let ready = match &mut self.sender {
                Sender::One(sender) => sender.poll_ready(context),
                Sender::Two(sender) => sender.poll_ready(context),
            };
            match ready {
                Poll::Ready(Ok(())) => {}
                // The connection has ended, as its future will tell.
                Poll::Ready(Err(_)) => {
                    let unsent = self.queued.drain(..);
                    self.unsent.extend(unsent.map(|(one, _)| (one.called.seqid, one.request)));
                    return true;
                }
                Poll::Pending => break,
            }
            let Some((flight, request)) = self.queued.pop_front() else { break };
            let (called, target, limits) =
                (flight.called.clone(), Arc::clone(&self.target), self.limits);
            let flying: Flying = match &mut self.sender {
                Sender::One(sender) => {
                    let sent = sender.try_send_request(request);
                    Box::pin(async move { outcome(sent.await, &called, &target, &limits).await })
                }
                Sender::Two(sender) => {
                    let sent = sender.try_send_request(request);
                    Box::pin(async move { outcome(sent.await, &called, &target, &limits).await })
                }
            };
            self.flights.push((flight, flying));
            any = true;
        }
        any
    }

    /// Takes what has become of calls. Returns whether anything has.
    fn receive(&mut self, context: &mut Context<'_>) -> bool {
        let mut any = false;
        let mut at = 0;
        while let Some((_, flying)) = self.flights.get_mut(at) {
            let Poll::Ready(outcome) = flying.as_mut().poll(context) else {
                at += 1;
                continue;
            };
            let (Flight { called, request }, _) = self.flights.swap_remove(at);
            any = true;
            match outcome {
                Outcome::Done(result) => self.replies.push_back(delivered(&called, result)),
                Outcome::Unsent => self.unsent.push((called.seqid, request)),
                // Only the stream of this call has failed.
                Outcome::Lost(failure)
                    if self.target.version == Version::Two && self.connection.is_some() =>
                {
                    let message = format!("the server has reset the call: {}", failure.text);
                    let result = Err(Error::new(ErrorKind::Closed, message));
                    self.replies.push_back(delivered(&called, result));
                }
                // Calls that are not named as unsent when the connection ends are lost with it.
                Outcome::Lost(failure) => self.fail(failure),
            }
        }
        // The connection ends, and calls that were not sent go to another.
        if !self.unsent.is_empty() && self.replies.is_empty() {
            self.end.get_or_insert(End::Closed);
        }
        any
    }

    /// The next reply.
    ///
    /// # Errors
    /// The server's response is not HTTP.
    pub(super) fn next(&mut self) -> Result<Option<Reply>> {
        match self.replies.pop_front() {
            None => match self.end.take_if(|end| matches!(end, End::Broken(_))) {
                Some(End::Broken(error)) => Err(error),
                _ => Ok(None),
            },
            reply => Ok(reply),
        }
    }

    /// Asks the socket itself whether the server has closed its end; `None` if not.
    pub(super) fn look(&self) -> Option<io::Result<usize>> {
        let looked = self.wire.look(|socket| match socket {
            Socket::Socket(socket) => Some(socket.peek()),
            Socket::Other(_) => None,
        });
        match looked? {
            // Without a request there is no response in HTTP/1.1: the server ends the connection.
            Ok(count) if count == 0 || self.target.version == Version::One => Some(Ok(0)),
            Ok(_) => None,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// Queues a call.
    ///
    /// # Errors
    /// Its headers cannot be sent.
    pub(super) fn call(&mut self, request: Box<Request>, seqid: i32, now: Instant) -> Result<()> {
        let http = self.target.request(&request, seqid, now)?;
        let Request { method, oneway, protocol, .. } = &*request;
        let called = Called { method: method.clone(), oneway: *oneway, protocol: *protocol, seqid };
        self.queued.push_back((Flight { called, request }, http));
        Ok(())
    }

    /// The calls that were not sent.
    pub(super) fn into_unsent(mut self) -> Vec<(i32, Box<Request>)> {
        let mut unsent = std::mem::take(&mut self.unsent);
        let queued = self.queued.drain(..);
        unsent.extend(queued.map(|(flight, _)| (flight.called.seqid, flight.request)));
        unsent.sort_by_key(|(seqid, _)| *seqid);
        unsent
    }
}

impl Drop for HttpConn {
    fn drop(&mut self) {
        self.tasks.cancel();
    }
}

/// Waits for the response to a call.
async fn outcome(sent: Sent, called: &Called, target: &Target, limits: &Limits) -> Outcome {
    match sent {
        Ok(response) => match reply(response, called, target, limits).await {
            Ok(result) => Outcome::Done(result),
            Err(failure) => Outcome::Lost(failure),
        },
        Err(mut error) => {
            if error.take_message().is_some() {
                return Outcome::Unsent;
            }
            match Failure::from(error.into_error()) {
                failure if failure.unprocessed => {
                    let message = format!("the server has refused the call: {}", failure.text);
                    Outcome::Done(Err(Error::new(ErrorKind::Overloaded, message)))
                }
                failure => Outcome::Lost(failure),
            }
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Socket(stream) => Pin::new(stream).poll_read(context, bytes),
            Socket::Other(stream) => stream.as_mut().poll_read(context, bytes),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Socket::Socket(stream) => Pin::new(stream).poll_write(context, bytes),
            Socket::Other(stream) => stream.as_mut().poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Socket::Socket(stream) => Pin::new(stream).poll_write_vectored(context, bytes),
            Socket::Other(stream) => stream.as_mut().poll_write_vectored(context, bytes),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Socket::Socket(stream) => stream.is_write_vectored(),
            Socket::Other(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Socket(stream) => Pin::new(stream).poll_flush(context),
            Socket::Other(stream) => stream.as_mut().poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Socket(stream) => Pin::new(stream).poll_shutdown(context),
            Socket::Other(stream) => stream.as_mut().poll_shutdown(context),
        }
    }
}
