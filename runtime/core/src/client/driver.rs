//! The task of a channel, which owns the connections and executes the decisions of the pool.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{self, Sleep, sleep_until};

use super::call::{Message, Shared, Waiter};
use super::carrier::Carrier;
use super::connect::Source;
use crate::connection::{
    Answer, LinkId, Loss, Pool, Step, Why, flooded, lost, no_such_call, of_method, unreadable,
};
use crate::error::{Error, Result};
use crate::net::tcp::ConnectFailure;
use crate::rpc::message::{Request, Response};
use crate::settings::ClientSettings;

/// Number of calls taken from the queue per batch.
const BATCH: usize = 64;

type Connecting =
    Pin<Box<dyn Future<Output = Result<(Carrier, Option<SocketAddr>), ConnectFailure>> + Send>>;

pub(super) struct Driver {
    shared: Arc<Shared>,
    source: Source,
    settings: ClientSettings,
    /// Whether the server has answered on any connection.
    answered: Arc<AtomicBool>,
    pool: Pool<Waiter, Box<Request>>,
    conns: Vec<Carrier>,
    connecting: Vec<(LinkId, Connecting)>,
    messages: mpsc::UnboundedReceiver<Message>,
    batch: Vec<Message>,
    /// Who waits for the end of the channel.
    closers: Vec<oneshot::Sender<()>>,
    timer: Option<Pin<Box<Sleep>>>,
    /// Cached time of the last event: reading the clock costs as much as a call in a batch.
    now: Instant,
    /// Reason of the last lost connection.
    lost: Option<Error>,
    /// Reason of the last failed attempt to connect.
    unreachable: Option<Error>,
    /// Whether the task has yielded before the next write.
    yielded: bool,
    /// Whether there is a connection, open or being opened, that was not polled yet: nothing wakes this
    /// task for it.
    unpolled: bool,
}

impl Driver {
    pub(super) fn new(
        shared: Arc<Shared>,
        source: Source,
        settings: ClientSettings,
        messages: mpsc::UnboundedReceiver<Message>,
    ) -> Driver {
        // Addresses differ from process to process and from channel to channel.
        let seed = Arc::as_ptr(&shared) as usize as u64 ^ (u64::from(std::process::id()) << 32);
        Driver {
            pool: Pool::new(settings.pool.clone(), seed),
            shared,
            source,
            settings,
            answered: Arc::default(),
            conns: Vec::new(),
            connecting: Vec::new(),
            messages,
            batch: Vec::with_capacity(BATCH),
            closers: Vec::new(),
            timer: None,
            now: now(),
            lost: None,
            unreachable: None,
            yielded: false,
            unpolled: false,
        }
    }

    /// Opens the first connection.
    pub(super) async fn connect(&mut self) -> Result<()> {
        self.now = now();
        let Some(link) = self.pool.open_first(self.now) else { return Ok(()) };
        let connected = self.open(link, Vec::new()).await;
        self.now = now();
        match connected {
            Ok((conn, address)) => {
                self.opened(conn, address);
                self.publish();
                Ok(())
            }
            Err(ConnectFailure { error, .. }) => Err(error),
        }
    }

    fn open(&self, link: LinkId, avoid: Vec<SocketAddr>) -> Connecting {
        let (source, settings) = (self.source.clone(), self.settings.clone());
        Box::pin(Carrier::open(link, source, settings, Arc::clone(&self.answered), avoid))
    }

    /// Runs until all callers are gone.
    pub(super) async fn run(mut self) {
        poll_fn(|context| {
            let polled = self.poll(context);
            self.publish();
            polled
        })
        .await;
    }

    /// Lets callers see the counters: once for all calls of a poll.
    fn publish(&self) {
        // It is replaced as a whole, also by a thread that panics.
        *self.shared.stats.lock().unwrap_or_else(PoisonError::into_inner) = self.pool.stats();
    }

    /// Makes all possible progress. Ready when all callers are gone.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.now = now();
        loop {
            // Replies are processed first, so that no call is sent on a closed connection.
            self.read(context);
            self.connected(context);
            let taken = match self.take(context) {
                Poll::Ready(0) => return Poll::Ready(()),
                Poll::Ready(BATCH) => {
                    // There may be many batches.
                    self.now = now();
                    true
                }
                Poll::Ready(_) => true,
                Poll::Pending => false,
            };
            self.steps();
            if taken && !self.yielded && self.pool.in_flight() > 1 {
                // There is more than one caller, and others that are ready to run may be about
                // to make a call too: after their turn one write will do for all.
                self.yielded = true;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.yielded = false;
            let unblocked = self.write(context);
            let again = taken
                || unblocked
                || std::mem::take(&mut self.unpolled)
                || self.pool.has_to_close();
            if !again && !self.poll_timer(context) {
                return Poll::Pending;
            }
        }
    }

    /// Delivers received replies.
    fn read(&mut self, context: &mut Context<'_>) {
        let mut at = 0;
        while let Some(conn) = self.conns.get_mut(at) {
            let link = conn.link();
            match conn.poll_read(context) {
                Poll::Pending => at += 1,
                Poll::Ready(read) => {
                    if let Err(error) = self.received(at, read, None) {
                        self.lose(link, error, None);
                        self.steps();
                    }
                }
            }
        }
    }

    /// Processes received bytes. A call that is not written yet cannot have a reply.
    fn received(
        &mut self,
        at: usize,
        read: std::io::Result<usize>,
        unsent: Option<i32>,
    ) -> Result<()> {
        let conn = &mut self.conns[at];
        match read {
            Ok(0) => return Err(conn.ended()),
            Ok(_) => {}
            Err(error) => return Err(lost(error)),
        }
        while let Some(reply) = conn.next().map_err(unreadable)? {
            if unsent == Some(reply.seqid) || conn.is_unwritten(reply.seqid) {
                return Err(no_such_call(&reply));
            }
            match self.pool.answered(conn.link(), reply.seqid, self.now) {
                Answer::Call(waiter) => {
                    let result = of_method(&waiter.call.method, reply);
                    let result = match result {
                        Ok(mut response) => {
                            response.server = Some(Arc::clone(&self.shared.name));
                            Ok(response)
                        }
                        Err(error) => Err(waiter.call.error(&self.shared.name, error)),
                    };
                    // The reply is dropped if the caller is gone.
                    let _ = waiter.reply.send(result);
                }
                Answer::Late => {
                    tracing::debug!(method = ?reply.method, seqid = reply.seqid, "dropped a late reply");
                    if self.pool.is_flooded(conn.link()) {
                        return Err(flooded());
                    }
                }
                Answer::Unknown => return Err(no_such_call(&reply)),
            }
        }
        Ok(())
    }

    /// Registers new connections.
    fn connected(&mut self, context: &mut Context<'_>) {
        let mut at = 0;
        while let Some((link, connecting)) = self.connecting.get_mut(at) {
            let link = *link;
            let Poll::Ready(result) = connecting.as_mut().poll(context) else {
                at += 1;
                continue;
            };
            drop(self.connecting.swap_remove(at));
            match result {
                Ok((conn, address)) => self.opened(conn, address),
                Err(ConnectFailure { error, tried }) => {
                    tracing::debug!(server = %self.shared.name, %error, "cannot connect");
                    self.unreachable = Some(error);
                    self.pool.open_failed(link, &tried, self.now);
                }
            }
        }
    }

    fn opened(&mut self, conn: Carrier, address: Option<SocketAddr>) {
        let link = conn.link();
        self.conns.push(conn);
        self.unpolled = true;
        self.pool.opened(link, address, self.now);
    }

    /// Takes calls from the queue. Ready with none, all callers are gone.
    fn take(&mut self, context: &mut Context<'_>) -> Poll<usize> {
        let taken = self.messages.poll_recv_many(context, &mut self.batch, BATCH);
        for message in self.batch.drain(..) {
            match message {
                Message::Call(entry) => {
                    if entry.call.reply.is_closed() {
                        continue;
                    }
                    if let Err(refused) = self.pool.submit(entry) {
                        let waiter = refused.call;
                        let name = &self.shared.name;
                        let error = waiter.call.refused(name, refused.waiting);
                        let _ = waiter.reply.send(Err(error));
                    }
                }
                Message::CallersGone => {
                    self.shared.gone.store(false, Ordering::Release);
                    self.pool.sweep(self.now);
                }
                Message::Close(timeout, ended) => {
                    self.pool.shut(timeout.and_then(|timeout| self.now.checked_add(timeout)));
                    self.closers.push(ended);
                }
            }
        }
        taken
    }

    /// Executes the decisions of the pool.
    fn steps(&mut self) {
        while let Some(step) = self.pool.step(self.now) {
            match step {
                Step::Send { link, seqid, request, idle } => self.send(link, seqid, request, idle),
                Step::Open { link, avoid } => {
                    let connecting = self.open(link, avoid);
                    self.connecting.push((link, connecting));
                    self.unpolled = true;
                }
                Step::Fail { call, why } => {
                    let reason = match why {
                        Why::Lost | Why::Unsent => &self.lost,
                        _ => &self.unreachable,
                    };
                    let error = call.call.failed(&self.shared.name, why, reason.as_ref());
                    let _ = call.reply.send(Err(error));
                }
                Step::Close { link } => {
                    self.lost = None;
                    self.conns.retain(|conn| conn.link() != link);
                    self.connecting.retain(|(one, _)| *one != link);
                }
            }
        }
        if !self.closers.is_empty() && self.pool.is_closed() {
            self.publish();
            for closer in self.closers.drain(..) {
                // Nobody may wait any more.
                let _ = closer.send(());
            }
        }
    }

    fn send(&mut self, link: LinkId, seqid: i32, request: Box<Request>, idle: bool) {
        let Some(at) = self.conns.iter().position(|conn| conn.link() == link) else { return };
        if idle {
            // Detects a close by the server before a byte is written.
            while let Some(read) = self.conns[at].look() {
                if let Err(error) = self.received(at, read, Some(seqid)) {
                    self.lose(link, error, Some((seqid, request)));
                    return;
                }
            }
        }
        if let Err(error) = self.conns[at].call(request, seqid, self.now) {
            self.pool.backlog(link, self.conns[at].backlog());
            if let Some(waiter) = self.pool.finish(link, seqid, self.now) {
                let error = waiter.call.error(&self.shared.name, error);
                let _ = waiter.reply.send(Err(error));
            }
        } else if self.conns[at].is_http() {
            self.pool.backlog(link, self.conns[at].backlog());
            self.unpolled = true;
        }
    }

    /// Writes pending output. Returns whether waiting calls may now be sent.
    fn write(&mut self, context: &mut Context<'_>) -> bool {
        let mut unblocked = false;
        let mut at = 0;
        while let Some(conn) = self.conns.get_mut(at) {
            let Some(conn) = conn.with_output() else {
                at += 1;
                continue;
            };
            let (link, before) = (conn.link, conn.codec.output.total());
            let written = conn.poll_write(context);
            unblocked |= conn.codec.output.total() > before && self.pool.has_waiting();
            let backlog = conn.codec.output.len();
            while let Some((seqid, request)) = conn.next_written() {
                if request.oneway
                    && let Some(waiter) = self.pool.finish(link, seqid, self.now)
                {
                    let _ = waiter.reply.send(Ok(Response::none(request.protocol)));
                }
            }
            self.pool.backlog(link, backlog);
            match written {
                Poll::Ready(Err(error)) => {
                    self.lose(link, lost(error), None);
                    unblocked = true;
                }
                _ => at += 1,
            }
        }
        unblocked
    }

    /// Handles a lost connection. `unsent` is a call that was not yet assigned to it.
    fn lose(&mut self, link: LinkId, error: Error, unsent: Option<(i32, Box<Request>)>) {
        tracing::debug!(server = %self.shared.name, %error, "lost a connection");
        let Some(at) = self.conns.iter().position(|conn| conn.link() == link) else { return };
        let mut unwritten = self.conns.remove(at).into_unwritten();
        unwritten.extend(unsent);
        let loss = Loss::of(&error);
        self.lost = Some(error);
        self.pool.lost(link, loss, unwritten, self.now);
    }

    /// Whether it is time to ask the pool again.
    fn poll_timer(&mut self, context: &mut Context<'_>) -> bool {
        let Some(wake) = self.pool.wake().map(time::Instant::from_std) else { return false };
        match &mut self.timer {
            // An early wake-up is harmless. The timer already has this task's waker.
            Some(timer) if !timer.is_elapsed() && timer.deadline() <= wake => return false,
            Some(timer) => timer.as_mut().reset(wake),
            none => *none = Some(Box::pin(sleep_until(wake))),
        }
        let ready =
            self.timer.as_mut().is_some_and(|timer| timer.as_mut().poll(context).is_ready());
        if ready {
            self.now = now();
        }
        ready
    }
}

/// The runtime's clock, which tests may pause.
fn now() -> std::time::Instant {
    time::Instant::now().into_std()
}
