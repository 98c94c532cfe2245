//! Transports: message framing in a byte stream.

mod foreign;
mod form;
mod framed;
mod header;
mod ttheader;
mod wire;
#[cfg(feature = "zlib")]
mod zlib;

use std::fmt;
use std::time::Duration;

use bytes::BytesMut;

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::Skipper;
use crate::rpc::message::{Headers, Protocol};
use crate::ttype::{ApplicationErrorKind, TType};

pub(crate) use foreign::{Shown, answers_with, foreign, likely, sasl};
pub(crate) use form::{Form, Frame, Message, Unreadable, check_count, timeout};
pub(crate) use framed::oversized;
pub(crate) use wire::{
    Detected, answers_in, begins_message, detect, is_hopeless, protocol_of, protocol_of_whole,
    rejected,
};
#[cfg(feature = "zlib")]
pub(crate) use zlib::{Inflater, append, compress, is_zlib};

/// Message framing: how message boundaries are marked in a byte stream.
///
/// A client and its server must agree. A thriftly server detects the framing and protocol of each
/// client from the first bytes of the connection, and answers in kind:
///
/// | first bytes | framing and protocol |
/// |---|---|
/// | `80 01` | unframed, strict binary |
/// | `82` | unframed, compact |
/// | `[` | unframed, JSON (feature `json`) |
/// | a length of at most `Limits::message`, a letter or `_` | unframed, old binary: the length is that of the method name |
/// | a length, `{` | unframed, ThriftPy's JSON (feature `thriftpy-json`) |
/// | a length, `80 01` | framed, strict binary |
/// | a length, `00` | framed, old binary |
/// | a length, `82` | framed, compact |
/// | a length, `[` | framed, JSON (feature `json`) |
/// | a length, `0f ff` | THeader; the header names the protocol |
/// | a length, `10 00` | TTHeader; the header names the protocol |
/// | `78 01`, `78 5e`, `78 9c` or `78 da` | a zlib stream, in which the rest is detected (feature `zlib`) |
/// | a method and a space, as in `POST /` | HTTP (feature `http`), async servers |
///
/// A connection is either framed or unframed; protocols, and frames with and without headers, may mix
/// on it. Anything else is closed, with a log event that names what the bytes look like; half a second after the
/// last byte, if more bytes would name it. How the bytes are divided among packets makes no difference. A server can
/// be limited to one framing and one protocol with [`Server::framing`](crate::blocking::Server::framing)
/// and [`Server::protocol`](crate::blocking::Server::protocol).
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
    /// It carries [`Headers`](crate::Headers) both ways, and the deadline of a call as the header
    /// `client_timeout`, in milliseconds. Protocols: binary, compact and, with the feature `json`,
    /// JSON. With the feature `zlib`, payloads may be compressed. An entry of an unknown kind ends
    /// the list of headers. Frames with 64-bit lengths (`BIGF`) are rejected.
    Header,
    /// Each message has a length prefix and CloudWeGo's header: `TTHeader` of Kitex and volo.
    ///
    /// It carries [`Headers`](crate::Headers) both ways. Keys that are numbers on the wire have
    /// these names: `log-id` (2), `from-service` (3), `to-service` (6), `to-method` (9), `env` (10),
    /// `dest-address` (11), `rpc-timeout` (12, the deadline of the call, in milliseconds),
    /// `with-header` (16), `conn-timeout` (17), `from-method` (20), `stress-tag` (21),
    /// `message-type` (22) and others of Kitex; else `int-key-` and the number. The access token is
    /// `acl-token`. Protocols: binary and compact. A payload that has a frame of its own
    /// ("TTHeaderFramed") is answered in the same way; an entry of an unknown kind is an error.
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

    /// The framing of a message in a stream of this one: each frame may have a header.
    pub(crate) fn of(self, frame: &[u8]) -> Framing {
        match (self, frame.first_chunk()) {
            (Framing::Unframed, _) => Framing::Unframed,
            (_, Some(&header::MAGIC)) => Framing::Header,
            (_, Some(&ttheader::MAGIC)) => Framing::TtHeader,
            _ => Framing::Framed,
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

/// Framing and protocol that a server accepts; `None` is detected.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Accepted {
    pub(crate) framing: Option<Framing>,
    pub(crate) protocol: Option<Protocol>,
}

impl Accepted {
    /// Whether a message of this framing and protocol is accepted; else the kind of the refusal.
    pub(crate) fn check(
        &self,
        framing: Framing,
        protocol: Protocol,
    ) -> Option<ApplicationErrorKind> {
        if self.framing.is_some_and(|accepted| accepted != framing) {
            return Some(ApplicationErrorKind::UNSUPPORTED_CLIENT_TYPE);
        }
        let other = self.protocol.is_some_and(|accepted| accepted != protocol);
        other.then_some(ApplicationErrorKind::INVALID_PROTOCOL)
    }
}

/// For messages: what a server speaks.
impl fmt::Display for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this server speaks ")?;
        match self.protocol {
            Some(protocol) => write!(f, "{protocol} Thrift")?,
            None if cfg!(feature = "json") => f.write_str("binary and compact Thrift and JSON")?,
            None => f.write_str("binary and compact Thrift")?,
        }
        match self.framing {
            Some(framing) => write!(f, ", {} only", framing.name()),
            None if cfg!(feature = "zlib") => {
                f.write_str(", framed, unframed, THeader, TTHeader and zlib")
            }
            None => f.write_str(", framed, unframed, THeader and TTHeader"),
        }
    }
}

/// Splits received bytes into messages. Frames may mix: each may have a header.
#[derive(Debug)]
pub(crate) struct Cutter {
    pub(crate) framing: Framing,
    skipper: Skipper,
    /// The structs before the messages of a tracked connection, if it is unframed.
    structs: Option<Structs>,
}

/// A struct before each message.
#[derive(Debug)]
struct Structs {
    protocol: Protocol,
    /// End of the struct before the next message, when it has come.
    end: Option<usize>,
}

impl Cutter {
    pub(crate) fn new(framing: Framing) -> Cutter {
        Cutter { framing, skipper: Skipper::default(), structs: None }
    }

    /// Expects a struct in the protocol before each message. It is cut off together with its message, and
    /// may have at most [`Limits::header_bytes`].
    pub(crate) fn expect_structs(&mut self, protocol: Protocol) {
        self.structs = Some(Structs { protocol, end: None });
    }

    /// The next message, without its length; `None` if it is incomplete.
    ///
    /// After an error the stream is out of sync and must be closed.
    #[inline]
    pub(crate) fn cut(&mut self, input: &mut BytesMut, limits: &Limits) -> Result<Option<Frame>> {
        match self.framing {
            Framing::Unframed => {
                let end = match &self.structs {
                    None => end_of_message(&mut self.skipper, input, limits)?,
                    Some(_) => self.end_with_struct(input, limits)?,
                };
                let Some(end) = end else { return Ok(None) };
                self.skipper.restart();
                let bytes = input.split_to(end).freeze();
                Ok(Some(Frame { framing: Framing::Unframed, bytes }))
            }
            Framing::Framed | Framing::Header | Framing::TtHeader => {
                let Some(bytes) = framed::cut(input, limits)? else { return Ok(None) };
                Ok(Some(Frame { framing: self.framing.of(&bytes), bytes }))
            }
        }
    }

    /// End of the unframed message at the start of `input`, with the struct before it.
    #[cold]
    fn end_with_struct(&mut self, input: &[u8], limits: &Limits) -> Result<Option<usize>> {
        let Some(structs) = &mut self.structs else { return Ok(None) };
        let Some(start) = structs.end(&mut self.skipper, input, limits)? else {
            return Ok(None);
        };
        let message = input.get(start..).unwrap_or_default();
        let end = end_of_message(&mut self.skipper, message, limits)?;
        if end.is_some() {
            structs.end = None;
        }
        Ok(end.map(|end| start + end))
    }

    /// Minimum size of the message at the start of `input`, in bytes, including its frame.
    pub(crate) fn wanted(&self, input: &[u8]) -> usize {
        match self.framing {
            Framing::Unframed => {
                let start = self.structs.as_ref().and_then(|structs| structs.end);
                start.unwrap_or_default().saturating_add(self.skipper.wanted())
            }
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

/// End of the unframed message at the start of `input`, once it shows its protocol.
#[inline]
pub(crate) fn end_of_message(
    skipper: &mut Skipper,
    input: &[u8],
    limits: &Limits,
) -> Result<Option<usize>> {
    match protocol_of(input) {
        Some(protocol) => skipper.end(protocol, input, limits),
        None => Ok(None),
    }
}

impl Structs {
    /// End of the struct before the message at the start of `input`; 0 if there is none.
    fn end(
        &mut self,
        skipper: &mut Skipper,
        input: &[u8],
        limits: &Limits,
    ) -> Result<Option<usize>> {
        if self.end.is_some() {
            return Ok(self.end);
        }
        let end = match begins_message(self.protocol, input) {
            true => Ok(Some(0)),
            false => skipper.end_of_value(self.protocol, TType::STRUCT, input, limits),
        };
        // What is missing of a string counts already; what is wrong behind the limit does not matter.
        if skipper.passed() > limits.header_bytes {
            let limit = limits.header_bytes;
            return Err(Error::new(
                ErrorKind::SizeLimit,
                format!("a tracking header is too large: `Limits::header_bytes` allows {limit}"),
            ));
        }
        let end = end?;
        if end.is_some() {
            skipper.restart();
        }
        self.end = end;
        Ok(end)
    }
}
