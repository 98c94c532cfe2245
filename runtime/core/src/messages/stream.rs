//! Messages and values in streams of bytes: in files, records of traffic and other streams that are no connections.

use bytes::{Bytes, BytesMut};

use super::Message;
use crate::connection::{Head, Output};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::{Skipper, read_envelope};
use crate::rpc::message::{Headers, Protocol};
use crate::transport::{self, Cutter, Detected, Form, Frame, Framing, detect, likely};
use crate::ttype::TType;

/// Whole messages in a stream of bytes, calls or replies, which come in any pieces.
///
/// The framing is detected from the first bytes, as a server does, and the protocol of each message from its own.
///
/// ```
/// use thriftly::messages::{Message, MessageStream};
/// use thriftly::{Framing, Headers, Protocol, Request};
///
/// let mut stream = MessageStream::new();
/// for (seqid, method) in [(1, "ping"), (2, "stop")] {
///     let call = Message::call(Request::new(method, Protocol::Compact, vec![0].into()), seqid);
///     stream.push(&call.into_framed(Framing::Framed, &Headers::default())?);
/// }
/// let mut methods = Vec::new();
/// while let Some(received) = stream.next()? {
///     assert_eq!(received.framing, Framing::Framed);
///     methods.push((received.offset, received.message?.method.to_string()));
/// }
/// stream.finish()?;
/// assert_eq!(methods, [(0, "ping".to_owned()), (13, "stop".to_owned())]);
/// # Ok::<(), thriftly::Error>(())
/// ```
#[derive(Debug)]
pub struct MessageStream {
    limits: Limits,
    input: BytesMut,
    /// `None` until the framing is known.
    cutter: Option<Cutter>,
    /// Offset of the input in the stream.
    offset: u64,
}

/// A message of a [`MessageStream`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Streamed {
    /// Offset in the stream, in bytes: of the frame, if there is one.
    pub offset: u64,
    /// The framing.
    pub framing: Framing,
    /// The headers, if the framing has any.
    pub headers: Headers,
    /// The bytes as they are in the stream, without the length before them.
    pub bytes: Bytes,
    /// Offset of the body in the stream; `None` if it is compressed, or if there is no message.
    pub body_offset: Option<u64>,
    /// The message; an error if its header cannot be read. The next message can be read nevertheless.
    pub message: Result<Message>,
}

impl MessageStream {
    /// An empty stream with default limits, whose framing is detected.
    pub fn new() -> MessageStream {
        MessageStream::with_limits(&Limits::DEFAULT)
    }

    /// An empty stream with custom limits, which are those of the messages as well.
    pub fn with_limits(limits: &Limits) -> MessageStream {
        MessageStream { limits: *limits, input: BytesMut::new(), cutter: None, offset: 0 }
    }

    /// Expects this framing; nothing is detected. Frames with headers and without may mix.
    #[must_use]
    pub fn framing(self, framing: Framing) -> MessageStream {
        MessageStream { cutter: Some(Cutter::new(framing)), ..self }
    }

    /// Appends bytes of the stream. Call [`next`](MessageStream::next) until it returns `None` before the next ones:
    /// then no more is held than one message and these bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
    }

    /// The next message, or `None` if more bytes are needed.
    ///
    /// # Errors
    /// The bytes are no messages, or one exceeds the [`Limits`]. The stream is out of sync: what follows cannot be
    /// read.
    #[expect(clippy::should_implement_trait, reason = "more messages may follow `None`")]
    pub fn next(&mut self) -> Result<Option<Streamed>> {
        let cutter = match &mut self.cutter {
            Some(cutter) => cutter,
            None => match detect(&self.input, &self.limits) {
                Detected::Thrift(framing) => self.cutter.insert(Cutter::new(framing)),
                Detected::Undecided => return Ok(None),
                Detected::Foreign(name) => return Err(no_thrift(Some(name), &self.input)),
                Detected::Unknown => return Err(no_thrift(None, &self.input)),
            },
        };
        let before = self.input.len();
        let Some(frame) = cutter.cut(&mut self.input, &self.limits)? else { return Ok(None) };
        let length = (before - self.input.len()) as u64;
        let offset = self.offset;
        self.offset += length;
        Ok(Some(Streamed::open(frame, offset, self.offset, &self.limits)))
    }

    /// Checks at the end of the stream that it does not end within a message.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedEof`], or [`ErrorKind::InvalidData`] if the bytes do not look like Thrift.
    pub fn finish(&self) -> Result<()> {
        let left = self.input.len();
        match &self.cutter {
            _ if left == 0 => Ok(()),
            None => Err(no_thrift(likely(&self.input), &self.input)),
            Some(cutter) => Err(cut_off("message", left, cutter.wanted(&self.input))),
        }
    }

    /// The message at which the stream has ended or cannot go on, if its header can be read. Its body is not whole, or
    /// has other bytes behind it.
    pub fn partial(&self) -> Option<Streamed> {
        let cutter = self.cutter.as_ref()?;
        let (start, end) = (cutter.prefix(), self.offset + self.input.len() as u64);
        let bytes = Bytes::copy_from_slice(self.input.get(start..)?);
        let frame = Frame { framing: cutter.framing.of(&bytes), bytes };
        let streamed = Streamed::open(frame, self.offset, end, &self.limits);
        streamed.message.is_ok().then_some(streamed)
    }

    /// Offset of the first byte that belongs to none of the messages so far.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The bytes that belong to none of the messages so far.
    pub fn rest(&self) -> &[u8] {
        &self.input
    }
}

impl Default for MessageStream {
    fn default() -> MessageStream {
        MessageStream::new()
    }
}

impl Streamed {
    fn open(frame: Frame, offset: u64, end: u64, limits: &Limits) -> Streamed {
        let (framing, bytes) = (frame.framing, frame.bytes.clone());
        let (headers, zlib, message) = match frame.open(limits) {
            Ok(transport::Message { form, protocol, headers, bytes }) => {
                (headers, form.zlib, Streamed::message(protocol, bytes, limits))
            }
            Err(unreadable) => (Headers::default(), false, Err(unreadable.error)),
        };
        let body_offset = match &message {
            Ok(message) if !zlib => {
                let trailer = crate::protocol::message_end(message.protocol).len();
                Some(end - (message.body.len() + trailer) as u64)
            }
            _ => None,
        };
        Streamed { offset, framing, headers, bytes, body_offset, message }
    }

    fn message(protocol: Protocol, mut bytes: Bytes, limits: &Limits) -> Result<Message> {
        let envelope = read_envelope(protocol, &mut bytes)?;
        let crate::protocol::Envelope { method, kind, seqid } = envelope;
        Ok(Message { method, kind, seqid, protocol, body: bytes.into(), limits: *limits })
    }
}

impl Message {
    /// Encodes the message in a framing, as a client or a server sends it. Headers are sent if the framing has them.
    ///
    /// # Errors
    /// [`ErrorKind::SizeLimit`] if the message is too large for a frame, and other errors if the headers cannot be
    /// sent.
    pub fn into_framed(self, framing: Framing, headers: &Headers) -> Result<Bytes> {
        let Message { method, kind, seqid, protocol, body, .. } = self;
        let form = Form { seqid, ..framing.into() };
        let (method, prefix, timeout) = (method.as_str(), &[][..], None);
        let head = Head { form: &form, protocol, method, kind, seqid, prefix, headers, timeout };
        let mut output = Output::default();
        output.keep_whole();
        output.message(&head, body)?;
        Ok(Bytes::copy_from_slice(output.as_slice().unwrap_or_default()))
    }
}

/// Whole values of one wire type in a stream of bytes that has nothing else, and which come in any pieces.
///
/// ```
/// use thriftly::messages::ValueStream;
/// use thriftly::{Protocol, TType, compact};
///
/// let mut stream = ValueStream::new(Protocol::Compact, TType::STRING);
/// stream.push(b"\x03one\x03t");
/// assert_eq!(stream.next()?.as_deref(), Some(&b"\x03one"[..]));
/// assert_eq!(stream.next()?, None);
/// stream.push(b"wo");
/// let two = stream.next()?.unwrap();
/// assert_eq!(compact::from_slice::<String>(&two)?, "two");
/// assert_eq!((stream.offset(), stream.finish()?), (8, None));
/// # Ok::<(), thriftly::Error>(())
/// ```
#[derive(Debug)]
pub struct ValueStream {
    protocol: Protocol,
    ty: TType,
    limits: Limits,
    input: BytesMut,
    skipper: Skipper,
    /// Offset of the input in the stream.
    offset: u64,
}

impl ValueStream {
    /// An empty stream with default limits.
    pub fn new(protocol: Protocol, ty: TType) -> ValueStream {
        ValueStream::with_limits(protocol, ty, &Limits::DEFAULT)
    }

    /// An empty stream with custom limits.
    pub fn with_limits(protocol: Protocol, ty: TType, limits: &Limits) -> ValueStream {
        let (input, skipper) = (BytesMut::new(), Skipper::default());
        ValueStream { protocol, ty, limits: *limits, input, skipper, offset: 0 }
    }

    /// Appends bytes of the stream. Call [`next`](ValueStream::next) until it returns `None` before the next ones:
    /// then no more is held than one value and these bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
        self.trim();
    }

    /// The bytes of the next value, or `None` if more are needed.
    ///
    /// # Errors
    /// The bytes are no such value, or it exceeds the [`Limits`]. The stream is out of sync: what follows cannot be
    /// read.
    #[expect(clippy::should_implement_trait, reason = "more values may follow `None`")]
    pub fn next(&mut self) -> Result<Option<Bytes>> {
        let end = match self.protocol {
            _ if self.input.is_empty() => None,
            #[cfg(feature = "json")]
            Protocol::Json => self.skipper.end_of_json(&self.input, false, &self.limits)?,
            _ => {
                let (protocol, ty) = (self.protocol, self.ty);
                self.skipper.end_of_value(protocol, ty, &self.input, &self.limits)?
            }
        };
        Ok(end.map(|end| self.take(end)))
    }

    /// The last value, which may be a number in JSON that nothing ends but the stream itself.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedEof`] if the stream ends within a value.
    pub fn finish(&mut self) -> Result<Option<Bytes>> {
        if self.input.is_empty() {
            return Ok(None);
        }
        #[cfg(feature = "json")]
        if self.protocol == Protocol::Json
            && let Some(end) = self.skipper.end_of_json(&self.input, true, &self.limits)?
        {
            return Ok(Some(self.take(end)));
        }
        Err(cut_off("value", self.input.len(), self.skipper.wanted()))
    }

    /// Offset of the first byte that belongs to none of the values so far. White space before a value in JSON belongs
    /// to none.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The bytes that belong to none of the values so far.
    pub fn rest(&self) -> &[u8] {
        &self.input
    }

    fn take(&mut self, end: usize) -> Bytes {
        self.skipper.restart();
        self.offset += end as u64;
        let value = self.input.split_to(end).freeze();
        self.trim();
        value
    }

    /// Drops white space between values of JSON: there may be any amount of it.
    fn trim(&mut self) {
        #[cfg(feature = "json")]
        if self.protocol == Protocol::Json && self.skipper.passed() == 0 {
            let space = self.input.len() - self.input.trim_ascii_start().len();
            self.offset += space as u64;
            let _ = self.input.split_to(space);
        }
    }
}

#[cold]
fn cut_off(what: &str, there: usize, wanted: usize) -> Error {
    let needed = wanted.saturating_sub(there).max(1);
    let message = format!("the stream ends within a {what}, {there} bytes after its start");
    Error::new(ErrorKind::UnexpectedEof, message).needing(needed).at_offset(there)
}

#[cold]
fn no_thrift(name: Option<&str>, first: &[u8]) -> Error {
    let seen = &first[..first.len().min(8)];
    let guess = match name {
        Some(name) => format!("looks like {name}"),
        None => "does not look like Thrift".to_owned(),
    };
    let message = format!("{guess}: messages of Thrift expected, but found {seen:02x?}");
    Error::new(ErrorKind::InvalidData, message).at_offset(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::message::Request;
    use proptest::prelude::*;

    const FRAMINGS: [Framing; 4] =
        [Framing::Unframed, Framing::Framed, Framing::Header, Framing::TtHeader];

    fn call(protocol: Protocol, seqid: i32) -> Message {
        let body = crate::protocol::encode_body(protocol, &crate::ApplicationError::default());
        Message::call(Request::new("ping", protocol, body.unwrap()), seqid)
    }

    proptest! {
        #[test]
        fn messages_in_any_framing_come_back_from_any_pieces(
            framing in prop::sample::select(&FRAMINGS[..]),
            protocols in prop::collection::vec(prop::sample::select(
                &[Protocol::Binary, Protocol::Compact][..]), 1..5),
            size in 1_usize..40,
        ) {
            let mut bytes = Vec::new();
            let mut offsets = Vec::new();
            let mut headers = Headers::default();
            headers.insert("tenant", "acme");
            for (seqid, protocol) in protocols.iter().enumerate() {
                offsets.push(bytes.len() as u64);
                let message = call(*protocol, seqid as i32);
                bytes.extend_from_slice(&message.into_framed(framing, &headers).unwrap());
            }
            let (mut stream, mut found) = (MessageStream::new(), Vec::new());
            for piece in bytes.chunks(size) {
                stream.push(piece);
                while let Some(one) = stream.next().unwrap() {
                    let message = one.message.unwrap();
                    prop_assert_eq!(one.framing, framing);
                    prop_assert_eq!(one.headers.get("tenant").is_some(), framing.has_headers());
                    let at = one.body_offset.unwrap() as usize;
                    let body = message.body.clone().into_bytes();
                    prop_assert_eq!(&bytes[at..at + body.len()], &body[..]);
                    prop_assert_eq!(message.seqid, found.len() as i32);
                    prop_assert_eq!(message.protocol, protocols[found.len()]);
                    found.push(one.offset);
                }
            }
            stream.finish().unwrap();
            prop_assert_eq!(found, offsets);
            prop_assert_eq!(stream.offset(), bytes.len() as u64);
        }
    }

    #[test]
    fn the_end_within_a_message_is_an_error_that_tells_what_is_missing() {
        let bytes = call(Protocol::Binary, 1).into_framed(Framing::Framed, &Headers::default());
        let bytes = bytes.unwrap();
        for end in 1..bytes.len() {
            let mut stream = MessageStream::new();
            stream.push(&bytes[..end]);
            assert!(stream.next().unwrap().is_none());
            let error = stream.finish().unwrap_err();
            if end > 5 {
                assert_eq!(error.needed(), Some(bytes.len() - end), "{end}");
            }
            let partial = stream.partial().map(|partial| partial.message.unwrap().method);
            assert_eq!(partial.is_some(), end >= 4 + 4 + 8 + 4, "{end}");
        }
    }

    #[test]
    fn what_is_no_thrift_is_named() {
        let mut stream = MessageStream::new();
        stream.push(b"GET / HTTP/1.1\r\n");
        let error = stream.next().unwrap_err().to_string();
        assert!(error.starts_with("looks like HTTP: messages of Thrift expected"), "{error}");
        let mut stream = MessageStream::new();
        stream.push(b"hi");
        assert!(stream.next().unwrap().is_none());
        assert!(stream.finish().unwrap_err().to_string().starts_with("looks like plain text"));
    }

    #[test]
    fn a_header_that_cannot_be_read_does_not_end_a_stream_of_frames() {
        let whole = call(Protocol::Binary, 7).into_framed(Framing::Framed, &Headers::default());
        let whole = whole.unwrap();
        let mut stream = MessageStream::new();
        stream.push(b"\0\0\0\x08\x80\x01\0\x09\0\0\0\0");
        stream.push(&whole);
        assert!(stream.next().unwrap().unwrap().message.is_err());
        assert_eq!(stream.next().unwrap().unwrap().message.unwrap().seqid, 7);
    }

    #[cfg(feature = "json")]
    #[test]
    fn values_of_json_may_have_white_space_between_them() {
        for size in 1..12 {
            let text = b"  {\"1\":{\"i32\":1}}\n\n {} 12";
            let mut stream = ValueStream::new(Protocol::Json, TType::STRUCT);
            let mut found = Vec::new();
            for piece in text.chunks(size) {
                stream.push(piece);
                while let Some(value) = stream.next().unwrap() {
                    found.push((stream.offset(), value));
                }
            }
            assert_eq!(found[0].1, &b"{\"1\":{\"i32\":1}}"[..], "{size}");
            assert_eq!(found[1].1, &b"{}"[..]);
            assert_eq!(found.len(), 2);
            assert_eq!(stream.finish().unwrap().as_deref(), Some(&b"12"[..]));
        }
    }

    #[cfg(feature = "thriftpy-json")]
    #[test]
    fn values_of_thriftpy_end_by_their_length() -> Result<()> {
        let one = crate::thriftpy_json::to_vec("one")?;
        let mut stream = ValueStream::new(Protocol::ThriftPyJson, TType::STRING);
        for byte in [&one[..], &one[..]].concat() {
            stream.push(&[byte]);
            if let Some(value) = stream.next()? {
                assert_eq!(value, one);
            }
        }
        assert_eq!((stream.offset(), stream.finish()?), (one.len() as u64 * 2, None));
        Ok(())
    }
}
