//! One connection of a channel: a socket and its unwritten calls.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::io::AsyncReadExt;

use super::connect::Socket;
use crate::connection::{ClientConnection, LinkId, lost, unreadable};
use crate::error::Result;
use crate::net::stream::poll_write;
use crate::rpc::message::Request;
use crate::tracking::Handshake;

/// Size of the read that probes an idle connection before reuse.
const LOOK: usize = 64;

pub(super) struct Conn {
    pub(super) link: LinkId,
    socket: Socket,
    pub(super) codec: ClientConnection,
    /// Calls that are not completely written, in order.
    unwritten: VecDeque<Unwritten>,
    /// Whether the stream may hold bytes back that it has taken.
    flushing: bool,
}

struct Unwritten {
    seqid: i32,
    request: Box<Request>,
    /// Its range in the byte stream of the connection.
    start: u64,
    end: u64,
}

impl Conn {
    pub(super) fn new(link: LinkId, socket: Socket, codec: ClientConnection) -> Conn {
        Conn { link, socket, codec, unwritten: VecDeque::new(), flushing: false }
    }

    /// Makes the handshake that comes before all calls.
    pub(super) async fn shake_hands(&mut self, request: Request) -> Result<()> {
        // No deadline is sent.
        let now = tokio::time::Instant::now().into_std();
        self.codec.call(&request, Handshake::SEQID, now)?;
        poll_fn(|context| self.poll_write(context)).await.map_err(lost)?;
        loop {
            if poll_fn(|context| self.poll_read(context)).await.map_err(lost)? == 0 {
                return Err(self.codec.ended());
            }
            if let Some(reply) = self.codec.next().map_err(unreadable)? {
                return reply.result.map(drop);
            }
        }
    }

    /// Reads available bytes. Ready with no bytes, the server has closed the connection.
    pub(super) fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let space = self.codec.space();
        match &mut self.socket {
            Socket::Socket(socket) => pin!(socket.read_buf(space)).poll(context),
            Socket::Other(stream) => pin!(stream.read_buf(space)).poll(context),
        }
    }

    /// Asks the socket itself what has come: tokio may not know yet that the server has closed its
    /// end. `None` if nothing has.
    pub(super) fn look(&mut self) -> Option<io::Result<usize>> {
        let Socket::Socket(socket) = &mut self.socket else { return None };
        let mut bytes = [0; LOOK];
        match socket.look(&mut bytes) {
            Ok(count) => {
                self.codec.space().extend_from_slice(&bytes[..count]);
                Some(Ok(count))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// Appends a call to the output.
    pub(super) fn call(&mut self, request: Box<Request>, seqid: i32, now: Instant) -> Result<()> {
        let end = |codec: &ClientConnection| codec.output.total() + codec.output.len() as u64;
        let start = end(&self.codec);
        self.codec.call(&request, seqid, now)?;
        self.unwritten.push_back(Unwritten { seqid, request, start, end: end(&self.codec) });
        Ok(())
    }

    pub(super) fn has_output(&self) -> bool {
        !self.codec.output.is_empty() || self.flushing
    }

    pub(super) fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let written = match &mut self.socket {
            Socket::Socket(socket) => poll_write(socket, &mut self.codec.output, context),
            Socket::Other(stream) => poll_write(stream, &mut self.codec.output, context),
        };
        self.flushing = written.is_pending();
        written
    }

    /// The next call that has been written whole: its number, and its protocol if it is oneway.
    pub(super) fn next_written(&mut self) -> Option<(i32, Box<Request>)> {
        let written = self.codec.output.total();
        self.unwritten.front().filter(|next| next.end <= written)?;
        let next = self.unwritten.pop_front()?;
        Some((next.seqid, next.request))
    }

    /// Whether no byte of the call was written yet, so that nothing can be an answer to it.
    pub(super) fn is_unwritten(&self, seqid: i32) -> bool {
        let written = self.codec.output.total();
        self.unwritten.iter().any(|one| one.seqid == seqid && one.start >= written)
    }

    /// The calls of which no byte was written.
    pub(super) fn into_unwritten(self) -> Vec<(i32, Box<Request>)> {
        let written = self.codec.output.total();
        let left = self.unwritten.into_iter().filter(|one| one.start >= written);
        left.map(|one| (one.seqid, one.request)).collect()
    }
}
