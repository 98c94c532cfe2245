//! Transports: message framing in a byte stream.

mod framed;
mod unframed;
mod wire;

use bytes::{Bytes, BytesMut};

use crate::error::Result;
use crate::limits::Limits;

pub(crate) use framed::oversized;
pub(crate) use wire::{detect, explain, is_sasl, protocol_of};

/// Message framing: how message boundaries are marked in a byte stream. Both ends must agree; a
/// thriftly server detects the framing of its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Framing {
    /// Consecutive messages without delimiters: ThriftPy's and Apache's `TBufferedTransport`,
    /// "buffered".
    #[default]
    Unframed,
    /// Each message has a four-byte length prefix: `TFramedTransport`, "framed".
    Framed,
}

impl Framing {
    /// The name used in logs.
    pub fn name(self) -> &'static str {
        match self {
            Framing::Unframed => "unframed",
            Framing::Framed => "framed",
        }
    }
}

/// Splits received bytes into messages.
#[derive(Debug)]
pub(crate) struct Cutter {
    pub(crate) framing: Framing,
    skipper: unframed::Skipper,
}

impl Cutter {
    pub(crate) fn new(framing: Framing) -> Cutter {
        Cutter { framing, skipper: unframed::Skipper::default() }
    }

    /// The next message, without its frame; `None` if it is incomplete.
    ///
    /// After an error the stream is out of sync and must be closed.
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

    /// Minimum size of the message at the start of `input`, in bytes, including its frame.
    pub(crate) fn wanted(&self, input: &[u8]) -> usize {
        match self.framing {
            Framing::Framed => framed::length(input),
            Framing::Unframed => self.skipper.wanted(),
        }
    }

    /// Offset of the message in its received bytes.
    pub(crate) fn prefix(&self) -> usize {
        match self.framing {
            Framing::Framed => framed::PREFIX,
            Framing::Unframed => 0,
        }
    }
}
