//! The carrier of a channel's calls: a stream of messages, or HTTP.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::task::{Context, Poll};

use tokio::time::{Instant, timeout};

use super::conn::Conn;
use super::connect::Source;
#[cfg(feature = "http")]
use super::http::HttpConn;
use crate::connection::{ClientConnection, LinkId, Reply, no_handshake};
use crate::error::{Error, Result};
use crate::net::tcp::{Awaited, ConnectFailure};
use crate::rpc::message::Request;
use crate::settings::ClientSettings;

/// One connection of a channel.
pub(super) enum Carrier {
    Stream(Box<Conn>),
    #[cfg(feature = "http")]
    Http(Box<HttpConn>),
}

impl Carrier {
    /// Connects, trying the addresses to avoid last.
    pub(super) async fn open(
        link: LinkId,
        source: Source,
        settings: ClientSettings,
        answered: Arc<AtomicBool>,
        avoid: Vec<SocketAddr>,
    ) -> Result<(Carrier, Option<SocketAddr>), ConnectFailure> {
        let codec = ClientConnection::new(&settings, answered);
        #[cfg(feature = "http")]
        let (target, limits) = (settings.target.clone(), settings.limits);
        let (name, start, limit) = (source.name(), Instant::now(), settings.connect_timeout);
        let (socket, address) = source.connect(settings, avoid).await?;
        #[cfg(feature = "http")]
        if let Some(target) = target {
            let conn = HttpConn::open(link, socket, target, limits).await?;
            return Ok((Carrier::Http(conn), address));
        }
        let handshake = codec.handshake()?;
        let mut conn = Box::new(Conn::new(link, socket, codec));
        if let Some(handshake) = handshake {
            let left = limit.saturating_sub(start.elapsed());
            let error = match timeout(left, conn.shake_hands(handshake)).await {
                Ok(Ok(())) => return Ok((Carrier::Stream(conn), address)),
                Ok(Err(error)) => no_handshake(&name, error),
                Err(_) => Awaited::TrackingHandshake.timed_out(&name, limit),
            };
            return Err(ConnectFailure { error, tried: address.into_iter().collect() });
        }
        Ok((Carrier::Stream(conn), address))
    }

    pub(super) fn link(&self) -> LinkId {
        match self {
            Carrier::Stream(conn) => conn.link,
            #[cfg(feature = "http")]
            Carrier::Http(conn) => conn.link,
        }
    }

    /// Receives. Ready with 0, the server has closed the connection.
    pub(super) fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        match self {
            Carrier::Stream(conn) => conn.poll_read(context),
            #[cfg(feature = "http")]
            Carrier::Http(conn) => conn.poll(context),
        }
    }

    /// The next reply that was received.
    ///
    /// # Errors
    /// The stream is out of sync and the connection must be closed.
    pub(super) fn next(&mut self) -> Result<Option<Reply>> {
        match self {
            Carrier::Stream(conn) => conn.codec.next(),
            #[cfg(feature = "http")]
            Carrier::Http(conn) => conn.next(),
        }
    }

    /// Asks the socket itself what has come; `None` if nothing has.
    pub(super) fn look(&mut self) -> Option<io::Result<usize>> {
        match self {
            Carrier::Stream(conn) => conn.look(),
            #[cfg(feature = "http")]
            Carrier::Http(conn) => conn.look(),
        }
    }

    /// The reason for a connection whose stream has ended.
    pub(super) fn ended(&self) -> Error {
        match self {
            Carrier::Stream(conn) => conn.codec.ended(),
            #[cfg(feature = "http")]
            Carrier::Http(_) => crate::connection::closed(""),
        }
    }

    /// Makes a call. HTTP has to be [polled](Carrier::poll_read) after that.
    ///
    /// # Errors
    /// The call cannot be encoded.
    pub(super) fn call(
        &mut self,
        request: Box<Request>,
        seqid: i32,
        now: std::time::Instant,
    ) -> Result<()> {
        match self {
            Carrier::Stream(conn) => conn.call(request, seqid, now),
            #[cfg(feature = "http")]
            Carrier::Http(conn) => conn.call(request, seqid, now),
        }
    }

    /// The stream, if it is one, and it has unwritten output.
    pub(super) fn with_output(&mut self) -> Option<&mut Conn> {
        match self {
            Carrier::Stream(conn) => Some(&mut **conn).filter(|conn| conn.has_output()),
            #[cfg(feature = "http")]
            Carrier::Http(_) => None,
        }
    }

    /// Number of bytes that wait to be written. hyper has its own limits.
    pub(super) fn backlog(&self) -> usize {
        match self {
            Carrier::Stream(conn) => conn.codec.output.len(),
            #[cfg(feature = "http")]
            Carrier::Http(_) => 0,
        }
    }

    /// Whether no byte of the call was written yet, so that nothing can be an answer to it.
    pub(super) fn is_unwritten(&self, seqid: i32) -> bool {
        match self {
            Carrier::Stream(conn) => conn.is_unwritten(seqid),
            #[cfg(feature = "http")]
            Carrier::Http(_) => false,
        }
    }

    /// The calls of which no byte was written.
    pub(super) fn into_unwritten(self) -> Vec<(i32, Box<Request>)> {
        match self {
            Carrier::Stream(conn) => conn.into_unwritten(),
            #[cfg(feature = "http")]
            Carrier::Http(conn) => conn.into_unsent(),
        }
    }

    /// Whether it has to be polled for what was sent.
    pub(super) fn is_http(&self) -> bool {
        match self {
            Carrier::Stream(_) => false,
            #[cfg(feature = "http")]
            Carrier::Http(_) => true,
        }
    }
}
