//! Messages one after the other.

use std::io;

use thriftly_core::dynamic::{CallError, Idl, Method, Struct, Value};
use thriftly_core::messages::{Message, MessageStream, Streamed};
use thriftly_core::{
    ApplicationError, Error, ErrorKind, Framing, MessageKind, Response, ResponseKind, TType,
};

use super::capture::{self, Capture};
use super::shown::{Named, Raw};
use super::source::{Source, Text};
use super::wire::{self, Known, Part, Walked};
use super::{Decode, Failure, Output, cause, explained, hexdump, method_of};
use crate::record::Record;
use crate::stack;

/// Decodes messages of one or more streams.
pub(super) struct Messages<'a, 'o> {
    decode: &'a Decode,
    idl: Option<Idl>,
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

/// What the body of a message was decoded as.
enum Content {
    Arguments(Value),
    Result(Value),
    Exception(Struct),
    Error(ApplicationError),
    /// What could be read, and the name of the member for it.
    Wire(&'static str, Walked),
}

/// Why a message cannot be decoded: the text, and the offset in the body.
type Why = Option<(String, Option<usize>)>;

impl<'a, 'o> Messages<'a, 'o> {
    pub(super) fn new(
        decode: &'a Decode,
        idl: Option<Idl>,
        output: &'a mut Output<'o>,
    ) -> Messages<'a, 'o> {
        Messages { decode, idl, output }
    }

    /// Writes a line for each message of a stream, or of all streams of a capture.
    pub(super) fn decode(mut self, mut source: Source) -> Result<(), Failure> {
        let mut piece = source.next().map_err(Failure::Input)?;
        if self.decode.text == Text::None && capture::is_capture(&piece) {
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
        let (content, why) = self.content(message);
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
        match content {
            Content::Arguments(value) => record.field("arguments", value),
            Content::Result(value) => record.field("result", value),
            Content::Exception(exception) => record.exception(exception),
            Content::Error(error) => record.error(error),
            Content::Wire(_, Walked { node: None, .. }) => &mut record,
            Content::Wire(name @ "body", Walked { node: Some(node), .. }) => {
                record.field(name, &Raw(node))
            }
            Content::Wire(name, Walked { node: Some(node), .. }) => {
                record.field(name, &Named(node))
            }
        };
        if let Some((text, _)) = why {
            record.field("incomplete", text);
        }
        record.write(self.output.out)
    }

    /// Decodes the body as far as that is possible.
    fn content(&self, message: &Message) -> (Content, Why) {
        if message.kind == MessageKind::Exception {
            let response = response(ResponseKind::Exception, message);
            if let Some(error) = response.error()
                && let ErrorKind::Application(kind) = error.kind()
            {
                let message = error.message().to_owned();
                return (Content::Error(ApplicationError { message, kind }), None);
            }
        }
        let method = match self.method(message) {
            None => return untyped(message, None),
            Some(Ok(method)) => method,
            Some(Err(error)) => return untyped(message, Some((error.to_string(), None))),
        };
        let failed = match message.kind {
            MessageKind::Call | MessageKind::Oneway => {
                let request = message.clone().into_request();
                match request.and_then(|request| method.decode_arguments(request)) {
                    Ok(call) => return (Content::Arguments(call.into_arguments()), None),
                    Err(error) => cause(&error).clone(),
                }
            }
            MessageKind::Reply | MessageKind::Exception => {
                match method.decode_answer(response(ResponseKind::Reply, message)) {
                    Ok(value) => return (Content::Result(value), None),
                    Err(CallError::Exception(exception)) => {
                        return (Content::Exception(exception), None);
                    }
                    Err(CallError::Other(error)) => error,
                }
            }
        };
        let (name, known) = known(message, &method);
        let walked = walk(message, &known, false);
        let path = walked.error.as_ref().map_or("", |(_, path)| path);
        let why = (explained(&failed, path), failed.offset());
        (Content::Wire(name, walked), Some(why))
    }

    /// The method, if there is an IDL.
    fn method(&self, message: &Message) -> Option<Result<Method, Error>> {
        let service = self.decode.service.as_deref();
        Some(method_of(self.idl.as_ref()?, service, message.method.as_str()))
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
        let known = match self.method(message) {
            Some(Ok(method)) if message.kind != MessageKind::Exception => known(message, &method).1,
            _ => Known::Nothing,
        };
        let walked = walk(message, &known, true);
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

fn response(kind: ResponseKind, message: &Message) -> Response {
    let mut response = Response::new(kind, message.protocol, message.body.clone());
    response.limits = message.limits;
    response
}

/// What the IDL says of the body, and the name of the member for it.
fn known(message: &Message, method: &Method) -> (&'static str, Known) {
    match message.kind {
        MessageKind::Call | MessageKind::Oneway => ("arguments", Known::arguments(method)),
        MessageKind::Reply | MessageKind::Exception => ("reply", Known::result(method)),
    }
}

fn walk(message: &Message, known: &Known, wants_parts: bool) -> Walked {
    let body = message.body.clone().into_bytes();
    wire::walk(&body, message.protocol, TType::STRUCT, known, wants_parts)
}

/// The body without the IDL.
fn untyped(message: &Message, why: Why) -> (Content, Why) {
    let walked = walk(message, &Known::Nothing, false);
    let error = walked.error.as_ref().map(|(error, path)| (explained(error, path), error.offset()));
    (Content::Wire("body", walked), why.or(error))
}
