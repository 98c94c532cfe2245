//! Client side of a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use bytes::{Bytes, BytesMut};

use crate::connection::output::Head;
use crate::connection::{Input, Output, cannot_carry, closed};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::{Envelope, read_envelope, read_head};
use crate::rpc::deadline::Deadline;
use crate::rpc::message::{Headers, MethodName, Request, Response, ResponseKind};
use crate::settings::ClientSettings;
use crate::tracking::{Handshake, Upgrade};
use crate::transport::{
    Cutter, Detected, Form, Frame, Framing, Message, Shown, answers_in, answers_with, detect,
    foreign, oversized, protocol_of, sasl,
};
use crate::ttype::{ApplicationErrorKind, MessageKind};

/// Bytes of an oversized frame that are inspected for its header.
const HEADER: usize = 1 << 10;

/// Encodes calls and decodes replies. The pool matches replies to calls.
#[derive(Debug)]
pub(crate) struct ClientConnection {
    limits: Limits,
    /// The form of calls.
    form: Form,
    cutter: Cutter,
    input: Input,
    pub(crate) output: Output,
    /// Remaining bytes of an oversized frame to skip.
    skipped: usize,
    /// Whether any bytes have been received.
    pub(crate) received: bool,
    /// Whether the first bytes have shown what the server speaks.
    detected: bool,
    /// Whether a whole reply has been received.
    replied: bool,
    /// Whether one has been received by any connection of the channel.
    answered: Arc<AtomicBool>,
    /// Whether the connection began with a SASL login.
    logged_in: bool,
    /// Whether the warning about headers has been logged.
    unsendable: bool,
    /// The handshake, until its reply has come.
    handshake: Option<Box<Handshake>>,
    /// What calls, and perhaps replies, begin with since the handshake.
    upgrade: Option<Upgrade>,
}

/// A reply or its error.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) seqid: i32,
    pub(crate) method: MethodName,
    /// An error affects only this reply; the stream stays in sync.
    pub(crate) result: Result<Response>,
}

impl ClientConnection {
    /// A connection of a channel; `answered` is shared by all its connections.
    pub(crate) fn new(settings: &ClientSettings, answered: Arc<AtomicBool>) -> ClientConnection {
        let form = Form::from(settings.framing);
        #[cfg(feature = "zlib")]
        let form =
            Form { zlib: settings.zlib_transform && form.framing == Framing::Header, ..form };
        let limits = settings.limits;
        let mut connection = ClientConnection {
            limits,
            form,
            cutter: Cutter::new(form.framing),
            input: Input::default(),
            output: Output::limited(&limits),
            skipped: 0,
            received: false,
            detected: false,
            replied: false,
            answered,
            logged_in: settings.sasl.is_some(),
            unsendable: false,
            handshake: settings.handshake().map(Box::new),
            upgrade: None,
        };
        if connection.logged_in {
            connection.output.keep_whole();
        }
        #[cfg(feature = "zlib")]
        if settings.zlib {
            connection.input.start_zlib();
            connection.output.start_zlib();
        }
        connection
    }

    /// The buffer for the next read.
    pub(crate) fn space(&mut self) -> &mut BytesMut {
        self.input.space(Some(&self.cutter))
    }

    /// Appends a call to the output.
    ///
    /// # Errors
    /// The call exceeds the frame limit, or its headers cannot be sent; nothing is appended.
    pub(crate) fn call(&mut self, request: &Request, seqid: i32, now: Instant) -> Result<()> {
        let kind = if request.oneway { MessageKind::Oneway } else { MessageKind::Call };
        let framing = self.cutter.framing;
        let timeout = match request.deadline {
            Deadline::At(time) if framing.has_headers() => {
                Some(time.saturating_duration_since(now))
            }
            _ => None,
        };
        if !request.headers.is_empty() && !framing.has_headers() && self.upgrade.is_none() {
            let error = cannot_carry(&request.headers, framing);
            if cfg!(debug_assertions) {
                return Err(error);
            }
            if !std::mem::replace(&mut self.unsendable, true) {
                tracing::warn!(method = ?request.method, %error, "a call goes without its headers");
            }
        }
        let form = Form { seqid, ..self.form };
        let Request { protocol, method, headers, .. } = request;
        let (protocol, method) = (*protocol, method.as_str());
        let prefix = match self.upgrade {
            None => Vec::new(),
            Some(upgrade) => upgrade.request_header(request)?,
        };
        let (form, prefix) = (&form, &prefix);
        let head = Head { form, protocol, method, kind, seqid, prefix, headers, timeout };
        self.output.message(&head, request.body.clone())
    }

    /// The handshake that has to be made before all calls, with this [number](Handshake::SEQID).
    ///
    /// # Errors
    /// It cannot be encoded.
    pub(crate) fn handshake(&self) -> Result<Option<Request>> {
        self.handshake.as_ref().map(|handshake| handshake.request()).transpose()
    }

    /// Takes in the reply to the handshake.
    ///
    /// # Errors
    /// It is none. The connection must be closed.
    fn agree(&mut self, reply: Reply) -> Result<Reply> {
        if reply.seqid != Handshake::SEQID {
            return Err(no_such_call(&reply));
        }
        let Some(handshake) = self.handshake.take() else { return Ok(reply) };
        let (seqid, method) = (reply.seqid, reply.method.clone());
        let response = of_method(&Handshake::method(), reply)?;
        let protocol = response.protocol;
        self.upgrade = handshake.agreed(response, &self.limits)?;
        if let Some(Upgrade { protocol, replies: true }) = self.upgrade {
            self.cutter.expect_structs(protocol);
        }
        Ok(Reply { seqid, method, result: Ok(Response::none(protocol)) })
    }

    /// The next reply; `None` if none is complete. That to the handshake is an empty one.
    ///
    /// # Errors
    /// The stream is out of sync and the connection must be closed.
    pub(crate) fn next(&mut self) -> Result<Option<Reply>> {
        self.received |= !self.input.is_empty();
        if self.skipped > 0 {
            self.skipped -= self.input.skip(self.skipped)?;
        }
        if self.input.is_empty() || !self.detected && !self.detect()? {
            return Ok(None);
        }
        if let Some(length) = self.too_long()? {
            return self.skip(length);
        }
        let frame = match self.input.cut(&mut self.cutter, &self.limits) {
            Ok(Some(frame)) => frame,
            Ok(None) => return Ok(None),
            Err(error) => return Err(self.explain(error)),
        };
        if !std::mem::replace(&mut self.replied, true) {
            self.answered.store(true, Ordering::Relaxed);
        }
        if frame.framing != self.cutter.framing {
            return Err(answers_in(frame.framing, self.cutter.framing));
        }
        if self.upgrade.is_some() || self.handshake.is_some() {
            return self.tracked(frame).map(Some);
        }
        self.reply(frame).map(Some)
    }

    /// Detects what the server speaks by its first reply; `false` if more bytes decide.
    ///
    /// # Errors
    /// It is something else than this client speaks.
    #[cold]
    fn detect(&mut self) -> Result<bool> {
        let ours = self.cutter.framing;
        loop {
            let first = self.input.bytes();
            match (sasl(first), detect(first, &self.limits)) {
                (Some(reply), _) if reply.is_whole => return Err(reply.error()),
                (Some(_), _) | (_, Detected::Undecided) => {}
                (_, Detected::Foreign(name)) => return Err(answers_with(name)),
                (_, Detected::Thrift(theirs)) if theirs != ours => {
                    return Err(answers_in(theirs, ours));
                }
                // What is unknown is an error when it is cut or read, which says what is wrong.
                (_, Detected::Thrift(_) | Detected::Unknown) => {
                    self.detected = true;
                    return Ok(true);
                }
            }
            if !self.input.more()? {
                return Ok(false);
            }
        }
    }

    /// The error of a stream that is out of sync, perhaps because something else has written to it.
    #[cold]
    fn explain(&self, error: Error) -> Error {
        // So many are there whatever is wrong, unless a header of tracking is.
        match self.input.bytes().get(..4).map(foreign) {
            Some(Shown::Is(name)) if self.upgrade.is_none() => {
                answers_with(name).with_source(error)
            }
            _ => error,
        }
    }

    /// A reply, or that to the handshake, on a connection of a client that tracks calls.
    #[cold]
    fn tracked(&mut self, mut frame: Frame) -> Result<Reply> {
        let meta = match self.upgrade {
            None => Headers::default(),
            Some(upgrade) => upgrade.take_response_header(&mut frame.bytes, &self.limits)?,
        };
        let mut reply = self.reply(frame)?;
        if let (Some(_), Ok(response)) = (self.upgrade, &mut reply.result) {
            response.headers = meta;
        }
        match self.handshake {
            None => Ok(reply),
            Some(_) => self.agree(reply),
        }
    }

    /// Reads the reply in a frame.
    #[inline(always)]
    fn reply(&self, frame: Frame) -> Result<Reply> {
        let Message { protocol, headers, bytes: mut message, .. } = match frame.open(&self.limits) {
            Ok(message) => message,
            Err(unreadable) => {
                let (seqid, method) = (unreadable.form.seqid, MethodName::default());
                return Ok(Reply { seqid, method, result: Err(unreadable.error) });
            }
        };
        let Envelope { method, kind, seqid } = read_envelope(protocol, &mut message)?;
        let result = ResponseKind::of(kind).map(|kind| {
            let mut response = Response::new(kind, protocol, message.into());
            response.limits = self.limits;
            response.headers = headers;
            response
        });
        Ok(Reply { seqid, method, result })
    }

    /// Length of the current frame if it exceeds the limit but can be skipped.
    #[inline]
    fn too_long(&mut self) -> Result<Option<usize>> {
        if self.cutter.framing == Framing::Unframed {
            return Ok(None);
        }
        let prefix = self.cutter.prefix();
        self.input.fill(prefix)?;
        let wanted = self.cutter.wanted(self.input.bytes()) - prefix;
        Ok((wanted > self.limits.frame && wanted <= self.limits.message).then_some(wanted))
    }

    /// Reads the header of an oversized frame and skips the rest.
    #[cold]
    fn skip(&mut self, length: usize) -> Result<Option<Reply>> {
        let (start, limit) = (self.cutter.prefix(), length.min(HEADER));
        let head = loop {
            let head = self.input.bytes().get(start..).unwrap_or_default();
            let head = &head[..head.len().min(limit)];
            match self.head(Bytes::copy_from_slice(head)) {
                Err(error) if error.kind() == ErrorKind::UnexpectedEof && head.len() < limit => {}
                head => break head,
            }
            if !self.input.more()? {
                return Ok(None);
            }
        };
        let error = oversized(length, self.limits.frame_limit());
        let Ok(Envelope { method, seqid, .. }) = head else { return Err(self.explain(error)) };
        self.skipped = start + length;
        self.skipped -= self.input.skip(self.skipped)?;
        Ok(Some(Reply { seqid, method, result: Err(error) }))
    }

    /// Reads the header of a message at the start of a frame.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedEof`] if more bytes decide.
    fn head(&self, mut frame: Bytes) -> Result<Envelope> {
        if self.cutter.framing.has_headers() {
            // The payload may be compressed: the header has the same number.
            let Form { seqid, .. } = Form::read(&frame, self.cutter.framing)?;
            return Ok(Envelope { method: MethodName::default(), kind: MessageKind::Reply, seqid });
        }
        if let Some(upgrade) = self.upgrade {
            upgrade.take_response_header(&mut frame, &self.limits)?;
        }
        match protocol_of(&frame) {
            Some(protocol) => read_head(protocol, &mut frame),
            None => Err(Error::new(ErrorKind::UnexpectedEof, "the header is not complete")),
        }
    }

    /// The reason for a connection whose stream has ended.
    #[cold]
    pub(crate) fn ended(&self) -> Error {
        match sasl(self.input.bytes()) {
            Some(reply) if !self.detected && !reply.is_empty() => reply.error(),
            _ => closed(self.hint()),
        }
    }

    /// Why the end of the stream may have come, if that can be guessed.
    fn hint(&self) -> &'static str {
        match self.cutter.framing {
            // A server that has understood other calls does not close because of framing.
            _ if self.received || self.answered.load(Ordering::Relaxed) => "",
            _ if self.input.is_zlib() => {
                ", before it had answered anything; it may not understand zlib"
            }
            Framing::Unframed if self.logged_in => {
                ", before it had answered anything; it may expect framed messages (`.framed()`)"
            }
            // Apache's servers that expect SASL close the connection without a reply.
            Framing::Unframed => {
                ", before it had answered anything; it may expect framed messages (`.framed()`) \
                 or a login (`.sasl_plain(…)`)"
            }
            Framing::Framed => ", before it had answered anything; it may expect unframed messages",
            Framing::Header => ", before it had answered anything; it may not understand THeader",
            Framing::TtHeader => {
                ", before it had answered anything; it may not understand TTHeader"
            }
        }
    }
}

/// The result of a reply, unless it names another method than the call. A server that multiplexes
/// leaves the name of the service out; one that cannot read a call does not know its name.
pub(crate) fn of_method(called: &MethodName, reply: Reply) -> Result<Response> {
    let Reply { method, result, .. } = reply;
    if method == *called || result.is_err() {
        return result;
    }
    let named = method.as_str();
    let unread =
        named.is_empty() && result.as_ref().is_ok_and(|one| one.kind == ResponseKind::Exception);
    if called.plain() == named || unread {
        return result;
    }
    let kind = ApplicationErrorKind::WRONG_METHOD_NAME.name();
    Err(Error::new(ErrorKind::BadReply, format!("{kind}: the reply names `{}`", method.shown())))
}

/// The error of calls on a connection that brought a reply to none of them.
#[cold]
pub(crate) fn no_such_call(reply: &Reply) -> Error {
    let kind = ApplicationErrorKind::BAD_SEQUENCE_ID.name();
    let (method, seqid) = (reply.method.shown(), reply.seqid);
    let why = reply.result.as_ref().err().map(|error| format!(": {error}")).unwrap_or_default();
    Error::new(
        ErrorKind::BadReply,
        format!("{kind}: a reply to `{method}` has the number {seqid}, which no call has had{why}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::message::Protocol;
    use crate::sasl::{ClientFactory, PlainClient};

    fn called(framing: Framing) -> ClientConnection {
        let settings = ClientSettings { framing, ..ClientSettings::default() };
        let mut connection = ClientConnection::new(&settings, Arc::default());
        let request = Request::new("echo", Protocol::Binary, vec![0].into());
        connection.call(&request, 1, Instant::now()).expect("it is small");
        connection
    }

    fn put(connection: &mut ClientConnection, kind: MessageKind, seqid: i32, body: Vec<u8>) {
        let mut peer = Output::default();
        let form = Form { seqid, ..connection.cutter.framing.into() };
        let (protocol, headers) = (Protocol::Binary, Headers::default());
        let (form, headers, method, prefix) = (&form, &headers, "echo", &[]);
        let head = Head { form, protocol, method, kind, seqid, prefix, headers, timeout: None };
        peer.message(&head, body.into()).expect("it fits");
        while !peer.is_empty() {
            let mut slices = [std::io::IoSlice::new(&[]); crate::connection::SLICES];
            let count = peer.fill(&mut slices);
            let bytes: Vec<u8> = slices[..count].iter().flat_map(|one| one.to_vec()).collect();
            connection.space().extend_from_slice(&bytes);
            peer.advance(bytes.len());
        }
    }

    #[test]
    fn what_a_server_speaks_instead_is_named() {
        let sasl = b"\x04\0\0\0\x13Invalid status -128";
        for (framing, bytes, expected) in [
            (Framing::Unframed, &b"HTTP/1.1 400 Bad Request"[..], "looks like HTTP"),
            (Framing::Framed, b"HTTP/1.1 400 Bad Request", "looks like HTTP"),
            (Framing::Framed, b"\x80\x01\0\x02\0\0\0\x04", "answers unframed"),
            (Framing::Unframed, b"\0\0\0\x11\x80\x01\0\x02", "answers framed"),
            (Framing::Unframed, sasl, "looks like SASL: status 4, \"Invalid status -128\""),
            (Framing::Framed, sasl, "looks like SASL: status 4, \"Invalid status -128\""),
        ] {
            let mut connection = called(framing);
            connection.space().extend_from_slice(bytes);
            let error = connection.next().expect_err("it is no reply");
            assert!(error.message().contains(expected), "{error}");
        }
    }

    #[test]
    fn what_is_between_replies_is_named_unless_it_may_be_a_header_of_tracking() {
        let upgrades = [None, Some(Upgrade { protocol: Protocol::Binary, replies: true })];
        for (upgrade, is_named) in upgrades.into_iter().zip([true, false]) {
            let mut connection = called(Framing::Framed);
            put(&mut connection, MessageKind::Reply, 1, vec![0]);
            assert!(connection.next().is_ok_and(|reply| reply.is_some()));
            connection.upgrade = upgrade;
            connection.space().extend_from_slice(b"HTTP/1.1 502 Bad Gateway\r\n\r\n");
            let error = connection.next().expect_err("it is no reply");
            assert_eq!(error.to_string().contains("looks like HTTP"), is_named, "{error}");
        }
    }

    #[test]
    fn a_login_is_suggested_unless_there_was_one() {
        let hint = |sasl| {
            let settings = ClientSettings { sasl, ..ClientSettings::default() };
            ClientConnection::new(&settings, Arc::default()).hint()
        };
        let login = ClientFactory::new(|| PlainClient::new("me", "pw"));
        assert!(hint(None).ends_with("`.framed()`) or a login (`.sasl_plain(…)`)"));
        assert!(hint(Some(login)).ends_with("it may expect framed messages (`.framed()`)"));
    }

    #[test]
    fn each_write_after_a_login_is_one_call() {
        let call = Request::new("echo", Protocol::Binary, vec![0; 1 << 20].into());
        let login = Some(ClientFactory::new(|| PlainClient::new("me", "pw")));
        let settings = ClientSettings { sasl: login, ..ClientSettings::default() };
        let mut connection = ClientConnection::new(&settings, Arc::default());
        for seqid in 0..2 {
            connection.call(&call, seqid, Instant::now()).expect("it is small");
        }
        let length = connection.output.len() / 2;
        assert!(length > 1 << 20);
        let write = |connection: &ClientConnection| connection.output.as_slice().map(<[u8]>::len);
        assert_eq!(write(&connection), Some(length));
        connection.output.advance(1);
        assert_eq!(write(&connection), Some(length - 1), "what is left of it");
        connection.output.advance(length - 1);
        assert_eq!(write(&connection), Some(length));
    }

    #[test]
    fn replies_come_with_their_numbers() {
        for framing in [Framing::Framed, Framing::Unframed] {
            let mut connection = called(framing);
            for (kind, seqid) in
                [(MessageKind::Reply, 2), (MessageKind::Exception, 3), (MessageKind::Call, 1)]
            {
                put(&mut connection, kind, seqid, vec![0]);
            }
            let mut next = || connection.next().expect("in sync").expect("it is there");
            assert!(matches!(next(), Reply { seqid: 2, result: Ok(_), .. }));
            assert!(matches!(next(), Reply { seqid: 3, result: Ok(_), .. }));
            assert!(matches!(next(), Reply { seqid: 1, result: Err(_), .. }), "a call is no reply");
        }
    }

    #[test]
    fn only_the_call_fails_whose_frame_is_too_large() {
        let mut connection = called(Framing::Framed);
        let large = Limits::DEFAULT.frame + 1;
        put(&mut connection, MessageKind::Reply, 1, vec![0; large]);
        put(&mut connection, MessageKind::Reply, 2, vec![0]);
        let first = connection.next().expect("in sync").expect("its header is there");
        let error = first.result.expect_err("too large");
        assert_eq!((first.seqid, error.kind()), (1, ErrorKind::SizeLimit));
        assert!(error.message().contains("Limits::frame"), "{error}");
        let second = connection.next().expect("in sync").expect("it is there");
        assert_eq!(second.seqid, 2);
    }

    #[test]
    fn a_frame_may_have_as_many_bytes_as_the_limit() {
        // Version and kind, the name with its size, and the number.
        let header = 4 + 4 + "echo".len() + 4;
        for (more, is_taken) in [(0, true), (1, false)] {
            let mut connection = called(Framing::Framed);
            let body = vec![0; Limits::DEFAULT.frame - header + more];
            put(&mut connection, MessageKind::Reply, 1, body);
            let reply = connection.next().expect("in sync").expect("it is there");
            assert_eq!(reply.result.is_ok(), is_taken);
        }
    }

    #[test]
    fn a_large_frame_without_a_header_is_the_error_of_its_header() {
        let mut connection = called(Framing::Framed);
        let length = u32::try_from(Limits::DEFAULT.frame + 1).expect("it fits");
        connection.space().extend_from_slice(&length.to_be_bytes());
        // A name that ends nowhere: no more bytes can make it a header.
        connection.space().extend_from_slice(b"\x80\x01\0\x02\xff\xff\xff\xff\0\0\0\0");
        let error = connection.next().expect_err("nobody knows whose reply it is");
        assert_ne!(error.kind(), ErrorKind::UnexpectedEof);
    }

    #[test]
    fn calls_larger_than_a_frame_are_not_sent() {
        let mut connection = called(Framing::Framed);
        let before = connection.output.len();
        let body = vec![0; Limits::DEFAULT.frame + 1];
        let request = Request::new("echo", Protocol::Binary, body.into());
        let error = connection.call(&request, 2, Instant::now()).expect_err("too large");
        assert_eq!(error.kind(), ErrorKind::SizeLimit);
        assert!(error.message().contains("Limits::frame"), "{error}");
        assert_eq!(connection.output.len(), before);
    }

    #[test]
    fn another_method_is_noticed() {
        let reply = |method: &'static str, kind| Reply {
            seqid: 1,
            method: method.into(),
            result: Ok(Response::new(kind, Protocol::Binary, vec![0].into())),
        };
        let is_taken = |called: &'static str, named, kind| {
            of_method(&called.into(), reply(named, kind)).is_ok()
        };
        assert!(is_taken("echo", "echo", ResponseKind::Reply));
        assert!(is_taken("Service:echo", "echo", ResponseKind::Reply));
        assert!(is_taken("echo", "", ResponseKind::Exception));
        assert!(!is_taken("echo", "", ResponseKind::Reply));
        assert!(!is_taken("echo", "other", ResponseKind::Reply));
        assert!(!is_taken("Service:echo", "Service", ResponseKind::Exception));
    }
}
