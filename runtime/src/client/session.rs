//! The task that owns the connection of a channel.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};

use tokio::io::AsyncReadExt;
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::call::Ticket;
use crate::connection::{ClientConnection, SILENT, closed, of_call};
use crate::error::{Error, Result};
use crate::net::address::Address;
use crate::net::stream::poll_write;
use crate::rpc::message::{MethodName, Protocol, Response};
use crate::settings::ClientSettings;

/// How many calls are taken from the queue at once.
const BATCH: usize = 64;
/// While so many bytes wait to be sent, no further calls are taken.
const MAX_OUTPUT: usize = 1 << 20;

/// The other end, and how to speak with it.
#[derive(Debug)]
pub(super) struct Remote {
    pub(super) address: Address,
    pub(super) settings: ClientSettings,
    pub(super) max_in_flight: usize,
    /// How many calls have run into their timeout since the last reply.
    pub(super) silent: AtomicU32,
}

/// Connects: to the first address of the name that answers.
pub(super) async fn connect(address: &Address, settings: &ClientSettings) -> Result<TcpStream> {
    let connecting = async {
        let found = match address.number() {
            Some(number) => Ok(vec![number]),
            None => lookup_host((address.host(), address.port())).await.map(Iterator::collect),
        };
        let mut failure = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for socket_address in address.resolved(found)? {
            match TcpStream::connect(socket_address).await {
                Ok(stream) => {
                    if settings.nodelay
                        && let Err(error) = stream.set_nodelay(true)
                    {
                        tracing::debug!(%address, %error, "cannot set TCP_NODELAY");
                    }
                    return Ok(stream);
                }
                Err(error) => failure = error,
            }
        }
        Err(address.connect_error(failure))
    };
    match timeout(settings.connect_timeout, connecting).await {
        Ok(result) => result,
        Err(_) => Err(address.connect_timeout(settings.connect_timeout)),
    }
}

/// Serves the callers: over one connection after the other, each made when a call needs it.
pub(super) async fn run(
    remote: Arc<Remote>,
    stream: TcpStream,
    mut tickets: mpsc::UnboundedReceiver<Ticket>,
) {
    let mut stream = Some(stream);
    let mut unsent = VecDeque::new();
    loop {
        let stream = match stream.take() {
            Some(stream) => stream,
            None => {
                if unsent.is_empty() {
                    match tickets.recv().await {
                        Some(ticket) => unsent.push_back(ticket),
                        None => return,
                    }
                }
                // Callers may have given up while others were served.
                unsent.retain(|ticket: &Ticket| !ticket.reply.is_closed());
                if unsent.is_empty() {
                    continue;
                }
                match connect(&remote.address, &remote.settings).await {
                    Ok(stream) => stream,
                    Err(error) => {
                        while let Ok(ticket) = tickets.try_recv() {
                            unsent.push_back(ticket);
                        }
                        for ticket in unsent.drain(..) {
                            let copy = Error::new(error.kind(), error.message().to_owned());
                            let _ = ticket.reply.send(Err(copy));
                        }
                        continue;
                    }
                }
            }
        };
        remote.silent.store(0, Ordering::Relaxed);
        let settings = &remote.settings;
        let mut session = Session {
            remote: &remote,
            tickets: &mut tickets,
            unsent: &mut unsent,
            batch: Vec::with_capacity(BATCH),
            connection: ClientConnection::new(settings.framing, settings.limits),
            stream,
            oneway: VecDeque::new(),
            yielded: false,
        };
        match poll_fn(|context| session.poll(context)).await {
            End::Unused => return,
            End::Lost(why) => {
                tracing::debug!(server = %remote.address, why, "lost the connection");
                session.abandon(&why);
            }
        }
    }
}

/// One connection.
struct Session<'a> {
    remote: &'a Remote,
    tickets: &'a mut mpsc::UnboundedReceiver<Ticket>,
    /// Calls that have been taken from the queue, but not been put on any connection.
    unsent: &'a mut VecDeque<Ticket>,
    batch: Vec<Ticket>,
    connection: ClientConnection<Waiter>,
    stream: TcpStream,
    /// Oneway calls, and how many bytes will have been sent after them.
    oneway: VecDeque<(u64, Protocol, Waiter)>,
    /// Whether other tasks have had their turn before the next write.
    yielded: bool,
}

/// Who waits for a reply.
struct Waiter {
    method: MethodName,
    reply: oneshot::Sender<Result<Response>>,
}

enum End {
    /// All channels are gone.
    Unused,
    /// The connection cannot be used any more.
    Lost(String),
}

impl Session<'_> {
    /// Does all that can be done now. It is ready when the connection has to be closed.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<End> {
        loop {
            // What has come is looked at first: no call is put on a connection that is closed.
            if let Poll::Ready(end) = self.read(context) {
                return Poll::Ready(end);
            }
            let taken = match self.take(context) {
                Ok(taken) => taken,
                Err(end) => return Poll::Ready(end),
            };
            if taken && !self.yielded && self.connection.waiting() > 1 {
                // There is more than one caller, and others that are ready to run may be about
                // to make a call too: after their turn one write will do for all.
                self.yielded = true;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.yielded = false;
            let written = poll_write(&mut self.stream, &mut self.connection.output, context);
            if let Poll::Ready(Err(error)) = written {
                return Poll::Ready(End::Lost(error.to_string()));
            }
            self.settle_oneway();
            if !taken {
                return Poll::Pending;
            }
        }
    }

    /// Hands out the replies that have come.
    fn read(&mut self, context: &mut Context<'_>) -> Poll<End> {
        loop {
            let read = pin!(self.stream.read_buf(self.connection.space())).poll(context);
            match std::task::ready!(read) {
                Ok(0) => return Poll::Ready(End::Lost("the connection was closed".to_owned())),
                Ok(_) => {}
                Err(error) => return Poll::Ready(End::Lost(error.to_string())),
            }
            loop {
                match self.connection.next() {
                    Ok(Some((waiter, result))) => {
                        if self.remote.silent.load(Ordering::Relaxed) != 0 {
                            self.remote.silent.store(0, Ordering::Relaxed);
                        }
                        let result = result
                            .map_err(|error| of_call(&self.remote.address, &waiter.method, &error));
                        // The caller may have gone: then the reply is dropped.
                        let _ = waiter.reply.send(result);
                    }
                    Ok(None) => break,
                    Err(error) => {
                        return Poll::Ready(End::Lost(format!("cannot read the reply: {error}")));
                    }
                }
            }
        }
    }

    /// Puts calls into the output. Returns whether there were any.
    fn take(&mut self, context: &mut Context<'_>) -> Result<bool, End> {
        let mut taken = false;
        while let Some(ticket) = self.unsent.pop_front() {
            self.put(ticket);
            taken = true;
        }
        if self.connection.output.len() >= MAX_OUTPUT {
            return Ok(taken);
        }
        match self.tickets.poll_recv_many(context, &mut self.batch, BATCH) {
            Poll::Pending => return Ok(taken),
            Poll::Ready(0) => return Err(End::Unused),
            Poll::Ready(_) => {}
        }
        if self.is_stale() {
            self.unsent.extend(self.batch.drain(..));
            return Err(End::Lost("the server does not answer".to_owned()));
        }
        let mut batch = std::mem::take(&mut self.batch);
        for ticket in batch.drain(..) {
            self.put(ticket);
        }
        self.batch = batch;
        Ok(true)
    }

    /// Whether the next call is better made on a new connection.
    fn is_stale(&self) -> bool {
        let dirty = self.remote.max_in_flight == 1;
        self.connection.waiting() > 0
            && (dirty || self.remote.silent.load(Ordering::Relaxed) >= SILENT)
    }

    fn put(&mut self, ticket: Ticket) {
        let Ticket { request, reply } = ticket;
        if reply.is_closed() {
            return;
        }
        // Calls that were given up are remembered until their reply comes, but not for ever.
        if self.connection.waiting() >= 2 * self.remote.max_in_flight {
            self.connection.keep(|waiter| !waiter.reply.is_closed());
        }
        let protocol = request.protocol;
        let waiter = Waiter { method: request.method.clone(), reply };
        match self.connection.call(request, waiter) {
            Ok(None) => {}
            Ok(Some(waiter)) => {
                let output = &self.connection.output;
                self.oneway.push_back((output.total() + output.len() as u64, protocol, waiter));
            }
            Err((waiter, error)) => {
                let error = of_call(&self.remote.address, &waiter.method, &error);
                let _ = waiter.reply.send(Err(error));
            }
        }
    }

    /// Tells the callers of oneway calls that these have been sent.
    fn settle_oneway(&mut self) {
        while let Some((end, protocol, waiter)) = self.oneway.pop_front() {
            if end > self.connection.output.total() {
                self.oneway.push_front((end, protocol, waiter));
                break;
            }
            let _ = waiter.reply.send(Ok(Response::none(protocol)));
        }
    }

    /// Tells all who wait that the connection is gone.
    fn abandon(mut self, why: &str) {
        let oneway = self.oneway.into_iter().map(|(_, _, waiter)| waiter);
        for waiter in self.connection.abandon().chain(oneway) {
            let error = closed(&self.remote.address, &waiter.method, why);
            let _ = waiter.reply.send(Err(error));
        }
    }
}
