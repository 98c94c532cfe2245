//! Connections accepted by user code.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::io::{AsyncRead, AsyncWrite};

use super::acceptor::{Accepted, Source};
use crate::net::endpoints::Endpoints;
use crate::net::transform::Transformed;
use crate::sasl::Frames;
use crate::settings::ServerSettings;

/// A stream of connections.
pub(super) struct Incoming<I>(pub(super) Pin<Box<I>>);

impl<I, IO> Source for Incoming<I>
where
    I: Stream<Item = io::Result<IO>>,
    IO: AsyncRead + AsyncWrite + Send + 'static,
{
    type Stream = Pin<Box<IO>>;
    type LoggedIn = Transformed<Pin<Box<IO>>, Frames>;

    fn poll_next(
        &mut self,
        _: &ServerSettings,
        context: &mut Context<'_>,
    ) -> Poll<Accepted<Pin<Box<IO>>>> {
        self.0.as_mut().poll_next(context).map(|next| {
            next.map(|accepted| accepted.map(|stream| (Box::pin(stream), Endpoints::default())))
        })
    }

    fn logged_in(stream: Transformed<Pin<Box<IO>>, Frames>) -> Self::LoggedIn {
        stream
    }
}
