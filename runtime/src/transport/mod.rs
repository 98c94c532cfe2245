//! Transports: how a stream of bytes becomes messages.

mod framed;
mod unframed;
mod wire;

use bytes::{Bytes, BytesMut};

use crate::error::Result;
use crate::limits::Limits;

pub(crate) use framed::oversized;
pub(crate) use wire::{detect, explain, is_sasl, protocol_of};

/// How messages are told apart in a stream of bytes. Both ends have to agree; a server of
/// thriftly finds out what its client does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Framing {
    /// One message follows the other, with nothing between them: ThriftPy's and Apache's
    /// `TBufferedTransport`, "buffered".
    #[default]
    Unframed,
    /// Before each message stands its length in four bytes: `TFramedTransport`, "framed".
    Framed,
}

impl Framing {
    /// The name, as in logs.
    pub fn name(self) -> &'static str {
        match self {
            Framing::Unframed => "unframed",
            Framing::Framed => "framed",
        }
    }
}

/// Cuts messages off the bytes that have come.
#[derive(Debug)]
pub(crate) struct Cutter {
    pub(crate) framing: Framing,
    skipper: unframed::Skipper,
}

impl Cutter {
    pub(crate) fn new(framing: Framing) -> Cutter {
        Cutter { framing, skipper: unframed::Skipper::default() }
    }

    /// The next message, without its frame; `None` if it has not come whole.
    ///
    /// After an error the stream cannot be followed any more.
    pub(crate) fn cut(&mut self, input: &mut BytesMut, limits: &Limits) -> Result<Option<Bytes>> {
        match self.framing {
            Framing::Framed => framed::cut(input, limits),
            Framing::Unframed => match self.skipper.end(input, limits)? {
                Some(end) => {
                    self.skipper.restart();
                    Ok(Some(input.split_to(end).freeze()))
                }
                None => Ok(None),
            },
        }
    }

    /// How many bytes the message at the begin of `input` has at least, with its frame.
    pub(crate) fn wanted(&self, input: &[u8]) -> usize {
        match self.framing {
            Framing::Framed => framed::length(input),
            Framing::Unframed => self.skipper.wanted(),
        }
    }

    /// Where the message begins in what has come of it.
    pub(crate) fn prefix(&self) -> usize {
        match self.framing {
            Framing::Framed => framed::PREFIX,
            Framing::Unframed => 0,
        }
    }
}
