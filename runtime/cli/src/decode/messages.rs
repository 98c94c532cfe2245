//! Messages one after the other.

use std::io;

use thriftly_core::dynamic::Idl;
use thriftly_core::messages::{Message, MessageStream, Streamed};
use thriftly_core::{Error, ErrorKind, Framing};

use super::body::{Bodies, Content, Why};
use super::capture::{self, Capture};
use super::source::{Source, Text};
use super::wire::{self, Part};
use super::{Decode, Failure, Output, explained, hexdump};
use crate::record::Record;
use crate::stack;

/// Decodes messages of one or more streams.
pub(super) struct Messages<'a, 'o> {
    decode: &'a Decode,
    bodies: Bodies,
    pub(super) output: &'a mut Output<'o>,
}

/// Where a message comes from, in captures.
#[derive(Debug, Default)]
pub(super) struct Origin {
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    /// In seconds since 1970.
    pub(super) time: Option<f64>,
}

impl<'a, 'o> Messages<'a, 'o> {
    pub(super) fn new(
        decode: &'a Decode,
        idl: Option<Idl>,
        output: &'a mut Output<'o>,
    ) -> Messages<'a, 'o> {
        let bodies = Bodies { idl, service: decode.coded.service.clone() };
        Messages { decode, bodies, output }
    }

    /// Writes a line for each message of a stream, or of all streams of a capture.
    pub(super) fn decode(mut self, mut source: Source) -> Result<(), Failure> {
        let mut piece = source.next().map_err(Failure::Input)?;
        if self.decode.coded.text == Text::None && capture::is_capture(&piece) {
            return Capture::new(self).read(piece, source);
        }
        let (mut stream, origin) = (self.stream(), Origin::default());
        loop {
            let is_end = piece.is_empty();
            if !self.piece(&mut stream, &piece, &origin)? {
                return Ok(());
            }
            if is_end {
                return Ok(self.end(&stream, &origin)?);
            }
            self.output.out.flush()?;
            piece = source.next().map_err(Failure::Input)?;
        }
    }

    /// A new stream.
    pub(super) fn stream(&self) -> MessageStream {
        match self.decode.framing {
            Some(framing) => MessageStream::new().framing(framing),
            None => MessageStream::new(),
        }
    }

    /// The port of one side, in captures.
    pub(super) fn port(&self) -> Option<u16> {
        self.decode.port
    }

    /// Takes a piece of a stream. Returns whether more can be read from it.
    pub(super) fn piece(
        &mut self,
        stream: &mut MessageStream,
        piece: &[u8],
        origin: &Origin,
    ) -> io::Result<bool> {
        stream.push(piece);
        loop {
            match stream.next() {
                Ok(Some(message)) => self.one(&message, origin, None)?,
                Ok(None) => return Ok(true),
                Err(error) => {
                    self.broken(stream, &error, origin)?;
                    return Ok(false);
                }
            }
        }
    }

    /// Checks that a stream ends after a message.
    pub(super) fn end(&mut self, stream: &MessageStream, origin: &Origin) -> io::Result<()> {
        match stream.finish() {
            Ok(()) => Ok(()),
            Err(error) => self.broken(stream, &error, origin),
        }
    }

    /// Writes what can be read of a message that is not whole, and why it ends.
    fn broken(&mut self, stream: &MessageStream, error: &Error, origin: &Origin) -> io::Result<()> {
        if error.kind() != ErrorKind::SizeLimit
            && let Some(partial) = stream.partial()
        {
            return self.one(&partial, origin, Some((error, stream.rest())));
        }
        if self.decode.hexdump {
            hexdump::write(stream.rest(), stream.offset(), &[], self.output.out)?;
        }
        let at = stream.offset() + error.offset().unwrap_or_default() as u64;
        self.output.complain(&origin.to_string(), Some(at), &explained(error, ""))
    }

    /// Writes a message. `cut` says why the stream does not go on after it, and has its bytes.
    fn one(
        &mut self,
        streamed: &Streamed,
        origin: &Origin,
        cut: Option<(&Error, &[u8])>,
    ) -> io::Result<()> {
        let message = match &streamed.message {
            Ok(message) => message,
            Err(error) => {
                if self.decode.hexdump {
                    hexdump::write(&streamed.bytes, streamed.offset, &[], self.output.out)?;
                }
                let offset = Some(streamed.offset);
                return self.output.complain(&origin.to_string(), offset, &explained(error, ""));
            }
        };
        let (content, why) = self.bodies.content(message);
        // The decoder knows more than that the stream ends.
        let why = why.or_else(|| cut.map(|(error, _)| (explained(error, ""), None)));
        match self.decode.hexdump {
            true => self.hexdump(streamed, message, cut.map(|(_, bytes)| bytes))?,
            false => self.line(streamed, message, &content, &why, origin)?,
        }
        let Some((text, offset)) = why else { return Ok(()) };
        let at = match (streamed.body_offset, offset, cut) {
            (Some(body), Some(offset), _) => body + offset as u64,
            (_, _, Some((cut, _))) => streamed.offset + cut.offset().unwrap_or_default() as u64,
            _ => streamed.offset,
        };
        self.output.complain(&origin.to_string(), Some(at), &text)
    }

    fn line(
        &mut self,
        streamed: &Streamed,
        message: &Message,
        content: &Content,
        why: &Why,
        origin: &Origin,
    ) -> io::Result<()> {
        let mut record = Record::default();
        for (name, side) in [("from", &origin.from), ("to", &origin.to)] {
            if let Some(side) = side {
                record.field(name, side);
            }
        }
        if let Some(time) = origin.time {
            record.field("time", &time);
        }
        record
            .field("offset", &streamed.offset)
            .field("framing", stack::framing_name(streamed.framing))
            .field("protocol", stack::protocol_name(message.protocol))
            .headers(&streamed.headers)
            .field("kind", &message.kind.to_string())
            .field("method", message.method.as_str())
            .field("seqid", &message.seqid);
        content.add_to(&mut record);
        if let Some((text, _)) = why {
            record.field("incomplete", text);
        }
        record.write(self.output.out)
    }

    /// Writes the bytes of a message; of one that is cut off, those that there are.
    fn hexdump(
        &mut self,
        streamed: &Streamed,
        message: &Message,
        cut: Option<&[u8]>,
    ) -> io::Result<()> {
        let Message { kind, method, seqid, protocol, .. } = message;
        let framing = stack::framing_name(streamed.framing);
        let head = format!(
            "{kind} {:?}, seqid {seqid}, {framing}, {}",
            method.as_str(),
            stack::protocol_name(*protocol)
        );
        let length = (streamed.bytes.len() as u32).to_be_bytes();
        let bytes = match (cut, streamed.framing) {
            (Some(cut), _) => cut.to_vec(),
            (None, Framing::Unframed) => streamed.bytes.to_vec(),
            (None, _) => [&length, &streamed.bytes[..]].concat(),
        };
        let frame = match (streamed.framing, bytes.first_chunk()) {
            (Framing::Unframed, _) | (_, None) => None,
            (_, Some(&length)) => Some(u32::from_be_bytes(length)),
        };
        let prefix = if frame.is_some() { 4 } else { 0 };
        let has_parts = wire::is_bytes(*protocol);
        let body = match streamed.body_offset.filter(|_| has_parts) {
            Some(offset) => (offset - streamed.offset) as usize,
            None => bytes.len(),
        };
        let part = |start, end, text| Part { start, end, depth: 0, text };
        let mut parts = vec![part(prefix, body.min(bytes.len()), head)];
        if let Some(length) = frame {
            parts.insert(0, part(0, prefix, format!("frame of {length} bytes")));
        }
        hexdump::write(&bytes[..body.min(bytes.len())], streamed.offset, &parts, self.output.out)?;
        if !has_parts {
            return Ok(());
        }
        let walked = self.bodies.parts(message);
        let whole = message.body.clone().into_bytes();
        // Offsets in a compressed body are its own.
        let offset = streamed.body_offset.unwrap_or_default();
        hexdump::write(&whole, offset, &walked.parts, self.output.out)
    }
}

/// As the start of a complaint.
impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => write!(f, "{from} to {to}"),
            _ => Ok(()),
        }
    }
}
