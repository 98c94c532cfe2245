//! Transports: message framing in a byte stream.

mod form;
mod framed;
mod header;
mod ttheader;
mod unframed;
mod wire;

use std::time::Duration;

use bytes::BytesMut;

use crate::error::Result;
use crate::limits::Limits;
use crate::rpc::message::{Headers, Protocol};

pub(crate) use form::{Form, Frame, Message, Unreadable, timeout};
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
    /// Each message has a length prefix and a header with key-value pairs: `THeaderTransport` of
    /// Apache Thrift and fbthrift, "header".
    ///
    /// It carries [`Headers`](crate::Headers) both ways, and the deadline of a call, as the header
    /// `client_timeout` in milliseconds.
    Header,
    /// Each message has a length prefix and CloudWeGo's header: `TTHeader` of Kitex and volo.
    ///
    /// It carries [`Headers`](crate::Headers) both ways. Keys that are numbers on the wire have
    /// these names: `log-id` (2), `from-service` (3), `to-service` (6), `to-method` (9), `env` (10),
    /// `dest-address` (11), `rpc-timeout` (12, the deadline of the call, in milliseconds),
    /// `with-header` (16), `conn-timeout` (17), `from-method` (20), `stress-tag` (21),
    /// `message-type` (22) and others of Kitex; else `int-key-` and the number. The access token is
    /// `acl-token`.
    TtHeader,
}

impl Framing {
    /// The name used in logs.
    pub fn name(self) -> &'static str {
        match self {
            Framing::Unframed => "unframed",
            Framing::Framed => "framed",
            Framing::Header => "THeader",
            Framing::TtHeader => "TTHeader",
        }
    }

    /// Whether messages carry headers.
    pub(crate) fn has_headers(self) -> bool {
        match self {
            Framing::Unframed | Framing::Framed => false,
            Framing::Header | Framing::TtHeader => true,
        }
    }

    /// Appends what precedes a message: the length, which is filled in later, and the header.
    ///
    /// # Errors
    /// The header cannot be written.
    pub(crate) fn begin(
        form: &Form,
        protocol: Protocol,
        headers: &Headers,
        timeout: Option<Duration>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        match form.framing {
            Framing::Unframed => Ok(()),
            Framing::Framed => {
                out.extend_from_slice(&[0; framed::PREFIX]);
                Ok(())
            }
            Framing::Header => header::begin(form, protocol, headers, timeout, out),
            Framing::TtHeader => ttheader::begin(form, protocol, headers, timeout, out),
        }
    }
}

/// Splits received bytes into messages. Frames may mix: each may have a header.
#[derive(Debug)]
pub(crate) struct Cutter {
    pub(crate) framing: Framing,
    skipper: unframed::Skipper,
}

impl Cutter {
    pub(crate) fn new(framing: Framing) -> Cutter {
        Cutter { framing, skipper: unframed::Skipper::default() }
    }

    /// The next message, without its length; `None` if it is incomplete.
    ///
    /// After an error the stream is out of sync and must be closed.
    #[inline]
    pub(crate) fn cut(&mut self, input: &mut BytesMut, limits: &Limits) -> Result<Option<Frame>> {
        match self.framing {
            Framing::Unframed => match self.skipper.end(input, limits)? {
                Some(end) => {
                    self.skipper.restart();
                    let bytes = input.split_to(end).freeze();
                    Ok(Some(Frame { framing: Framing::Unframed, bytes }))
                }
                None => Ok(None),
            },
            Framing::Framed | Framing::Header | Framing::TtHeader => {
                let Some(bytes) = framed::cut(input, limits)? else { return Ok(None) };
                let framing = match bytes.first_chunk() {
                    Some(&header::MAGIC) => Framing::Header,
                    Some(&ttheader::MAGIC) => Framing::TtHeader,
                    _ => Framing::Framed,
                };
                Ok(Some(Frame { framing, bytes }))
            }
        }
    }

    /// Minimum size of the message at the start of `input`, in bytes, including its frame.
    pub(crate) fn wanted(&self, input: &[u8]) -> usize {
        match self.framing {
            Framing::Unframed => self.skipper.wanted(),
            _ => framed::length(input),
        }
    }

    /// Offset of the message in its received bytes.
    pub(crate) fn prefix(&self) -> usize {
        match self.framing {
            Framing::Unframed => 0,
            _ => framed::PREFIX,
        }
    }
}
