//! Server side of a connection.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::connection::output::Head;
use crate::connection::{Input, Output, Share, Tally, Waiting, cannot_carry};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::net::endpoints::Endpoints;
use crate::protocol::{Envelope, read_envelope, read_head};
use crate::rpc::context::Connection;
use crate::rpc::health::Health;
use crate::rpc::message::{MethodName, Protocol, Request, Response};
use crate::rpc::per_connection::Services;
use crate::settings::ServerSettings;
use crate::tracking::{Outcome, ServerTracking, Span, Upgrade};
#[cfg(feature = "zlib")]
use crate::transport::is_zlib;
use crate::transport::{
    Accepted, Cutter, Detected, Form, Message, Unreadable, detect, is_hopeless, likely,
    protocol_of_whole, rejected, timeout,
};
use crate::ttype::{ApplicationErrorKind, MessageKind};

/// Unsent bytes above which no further calls are read (back-pressure).
pub(crate) const MAX_OUTPUT: usize = 1 << 20;

/// Bytes of a malformed message inspected for its header.
const HEADER: usize = 1024;

/// Decodes calls from input bytes and encodes replies into output bytes.
#[derive(Debug)]
pub(crate) struct ServerConnection {
    limits: Limits,
    accepted: Accepted,
    ends: Endpoints,
    /// `None` until the protocol is detected from the first bytes.
    cutter: Option<Cutter>,
    /// Until then: whether the client is rejected whatever follows, and more bytes only show why.
    hopeless: bool,
    /// Data of the connection that requests refer to, from then on.
    shared: Option<Arc<Connection>>,
    services: Services,
    health: Option<Health>,
    pub(crate) input: Input,
    pub(crate) output: Output,
    /// Number of messages received.
    messages: u64,
    /// Whether the warning about headers has been logged.
    unsendable: bool,
    share: Arc<Share>,
    /// Output bytes counted by `share`.
    counted: usize,
    tally: Tally,
    /// If calls may be tracked.
    tracking: Option<Box<ServerTracking>>,
}

/// A received message.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "it is nearly always a call, and moved once")]
pub(crate) enum Received {
    Call(Call),
    /// A message that the connection has answered itself: the output may have become full.
    Answered,
}

/// A received call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) head: CallHead,
    pub(crate) request: Request,
    /// How long the client waits for the answer, if the call says so.
    pub(crate) timeout: Option<Duration>,
}

/// The data needed to answer a call.
#[derive(Debug)]
pub(crate) struct CallHead {
    pub(crate) method: MethodName,
    pub(crate) oneway: bool,
    form: Form,
    protocol: Protocol,
    seqid: i32,
    /// If the call is tracked: its record.
    span: Option<Box<Span>>,
    /// If the connection was upgraded when the call came: the header of the answer.
    upgrade: Option<Upgrade>,
}

impl CallHead {
    /// Records the call with its result, if nothing is going to be answered.
    #[cfg(feature = "async")]
    pub(crate) fn end(&self, result: &Result<Response>) {
        if let Some(span) = &self.span {
            span.finish(result);
        }
    }

    /// Whether the answer can have headers.
    fn carries_headers(&self) -> bool {
        self.form.framing.has_headers() || self.upgrade.is_some_and(|upgrade| upgrade.replies)
    }
}

impl ServerConnection {
    pub(crate) fn new(settings: &ServerSettings, ends: Endpoints) -> ServerConnection {
        let mut output = Output::limited(&settings.limits);
        if !settings.sasl.is_empty() {
            output.keep_whole();
        }
        ServerConnection {
            limits: settings.limits,
            accepted: settings.accepted,
            ends,
            share: Arc::new(settings.share()),
            counted: 0,
            cutter: None,
            hopeless: false,
            shared: None,
            services: Services::default(),
            health: settings.health.clone(),
            unsendable: false,
            input: Input::default(),
            output,
            messages: 0,
            tally: settings.report.tally(),
            tracking: settings
                .tracker
                .clone()
                .map(|tracker| Box::new(ServerTracking::new(tracker))),
        }
    }

    /// The addresses of the connection.
    pub(crate) fn ends(&self) -> &Endpoints {
        &self.ends
    }

    /// To be told who the client is before its first call.
    #[cfg(feature = "tls")]
    pub(crate) fn set_tls(&mut self, peer: Arc<crate::net::tls::Peer>) {
        self.ends.tls = Some(peer);
    }

    /// The buffer for the next read.
    pub(crate) fn space(&mut self) -> &mut bytes::BytesMut {
        self.input.space(self.cutter.as_ref())
    }

    /// The event that the connection waits for while no handler runs.
    pub(crate) fn waiting(&self) -> Waiting {
        let (messages, sent) = (self.messages, self.output.total());
        if !self.output.is_empty() {
            Waiting::Write { sent }
        } else if self.hopeless {
            Waiting::Hopeless
        } else if !self.input.is_empty() {
            Waiting::Message { number: messages }
        } else if messages == 0 {
            Waiting::FirstByte
        } else {
            Waiting::Idle { messages, sent }
        }
    }

    /// The next message; `None` if none is complete.
    ///
    /// # Errors
    /// The stream is out of sync. If the header was readable, an exception is in the output. The
    /// connection must then be closed.
    pub(crate) fn next(&mut self) -> Result<Option<Received>> {
        if self.input.is_empty() {
            self.share.hold_input(self.input.held())?;
            return Ok(None);
        }
        if self.cutter.is_none() {
            self.detect()?;
        }
        let Some(cutter) = &mut self.cutter else { return Ok(None) };
        let cut = self.input.cut(cutter, &self.limits);
        let cut = match cut {
            Ok(None) => self.share.hold_input(self.input.held()).map(|()| None),
            cut => cut,
        };
        let message = match cut {
            Ok(Some(message)) => message,
            Ok(None) => return Ok(None),
            Err(error) => {
                let broken = self.input.bytes().get(cutter.prefix()..).unwrap_or_default();
                let broken = Bytes::copy_from_slice(&broken[..broken.len().min(HEADER)]);
                self.answer_broken(broken, &error);
                return Err(error);
            }
        };
        self.messages += 1;
        let (message, upgrade, header) = match &self.tracking {
            None => (message, None, None),
            Some(tracking) => tracking.open(message, &self.limits)?,
        };
        let Message { form, protocol, headers, bytes: mut body } = match message.open(&self.limits)
        {
            Ok(message) => message,
            Err(unreadable) => return Err(self.answer_unreadable(*unreadable)),
        };
        let Envelope { method, kind, seqid } = read_envelope(protocol, &mut body)?;
        let oneway = kind == MessageKind::Oneway;
        let mut head = CallHead { method, oneway, form, protocol, seqid, span: None, upgrade };
        if let Some(why) = self.accepted.check(form.framing, protocol) {
            return Err(self.refuse(&head, why));
        }
        if let Some(tracking) = &mut self.tracking
            && kind == MessageKind::Call
            && tracking.is_handshake(&head.method, form.framing, protocol)
        {
            let (upgrade, mut response) = tracking.shake_hands(protocol, body, &self.limits);
            if let Some(Upgrade { protocol, .. }) = upgrade {
                cutter.expect_structs(protocol);
            }
            answer(&mut self.output, &head, &mut response)?;
            return Ok(Some(Received::Answered));
        }
        match kind {
            MessageKind::Call | MessageKind::Oneway => {
                self.tally.received();
                let health = self.health.as_ref();
                if let Some(answer) = health.and_then(|it| it.answer(&head.method, protocol)) {
                    self.answer(&head, Ok(answer));
                    return Ok(Some(Received::Answered));
                }
                let mut request = Request::new(head.method.clone(), protocol, body.into());
                request.oneway = head.oneway;
                request.limits = self.limits;
                let timeout = timeout(form.framing, &headers);
                request.headers = headers;
                if let Some(shared) = &mut self.shared
                    && shared.framing != Some(form.framing)
                {
                    let (framing, created) = (Some(form.framing), shared.created.clone());
                    let ends = self.ends.clone();
                    *shared = Arc::new(Connection { ends, framing, created });
                }
                request.connection = self.shared.clone();
                if let Some(header) = header
                    && let Some(tracking) = &self.tracking
                {
                    head.span = tracking.begin(&mut request, header);
                }
                Ok(Some(Received::Call(Call { head, request, timeout })))
            }
            MessageKind::Reply | MessageKind::Exception => {
                let error = Error::application(
                    ApplicationErrorKind::INVALID_MESSAGE_TYPE,
                    format!("a message of type {} is no call", kind.number()),
                );
                answer(&mut self.output, &head, &mut Response::exception(protocol, &error))?;
                Ok(Some(Received::Answered))
            }
        }
    }

    /// The next call; `None` if none is complete.
    ///
    /// # Errors
    /// As [`next`](ServerConnection::next).
    #[cfg(any(fuzzing, test))]
    pub(crate) fn next_call(&mut self) -> Result<Option<Call>> {
        loop {
            match self.next()? {
                Some(Received::Call(call)) => return Ok(Some(call)),
                Some(Received::Answered) => {}
                None => return Ok(None),
            }
        }
    }

    /// Detects the framing, and first whether the stream is compressed.
    ///
    /// # Errors
    /// It is none that is accepted.
    #[cold]
    fn detect(&mut self) -> Result<()> {
        #[cfg(feature = "zlib")]
        if self.accepted.framing.is_none() && !self.input.is_zlib() {
            match is_zlib(self.input.bytes()) {
                Some(true) => {
                    self.input.start_zlib();
                    self.output.start_zlib();
                }
                Some(false) => {}
                None => return Ok(()),
            }
        }
        let framing = loop {
            let first = self.input.bytes();
            match detect(first, &self.limits) {
                Detected::Thrift(framing) => break framing,
                Detected::Foreign(name) => {
                    return Err(rejected(Some(name), first, &self.accepted));
                }
                Detected::Unknown => return Err(rejected(None, first, &self.accepted)),
                Detected::Undecided => self.hopeless = is_hopeless(first, &self.limits),
            }
            if !self.input.more()? {
                return Ok(());
            }
        };
        self.hopeless = false;
        self.cutter = Some(Cutter::new(framing));
        let (ends, created) = (self.ends.clone(), Some(self.services.share()));
        self.shared = Some(Arc::new(Connection { ends, framing: Some(framing), created }));
        Ok(())
    }

    /// Why the connection is closed if nothing more comes, if the client does not speak Thrift.
    pub(crate) fn rejection(&self) -> Option<Error> {
        let first = self.input.bytes();
        self.hopeless.then(|| rejected(likely(first), first, &self.accepted))
    }

    /// What is held for it, for tasks that make answers: each has to be
    /// [admitted](Share::admit) before [`answer`](ServerConnection::answer) takes it.
    pub(crate) fn share(&self) -> &Arc<Share> {
        &self.share
    }

    /// The counts of the connection, which something else serves from now on.
    #[cfg(feature = "http")]
    pub(crate) fn into_tally(self) -> Tally {
        self.tally
    }

    /// Whether the factory of a service has refused the connection, which must then be closed. Only of
    /// interest after a call has failed.
    pub(crate) fn is_refused(&self) -> bool {
        self.services.are_refused()
    }

    /// Adds the calls and bytes of the connection to the counters of the server.
    pub(crate) fn publish(&mut self) {
        self.tally.publish(self.input.total(), self.output.total());
    }

    /// Must be called after each write.
    pub(crate) fn written(&mut self) {
        self.publish();
        if self.counted > self.output.len() {
            self.share.written(self.counted - self.output.len());
            self.counted = self.output.len();
        }
    }

    /// Appends the answer to a call. Returns the failure that the log has to have, if there is one.
    pub(crate) fn answer(&mut self, head: &CallHead, result: Result<Response>) -> Option<Error> {
        match &head.span {
            None => self.answer_call(head, result),
            Some(span) => self.answer_tracked(head, span, result),
        }
    }

    /// Answers a call and records it.
    #[cold]
    fn answer_tracked(
        &mut self,
        head: &CallHead,
        span: &Span,
        result: Result<Response>,
    ) -> Option<Error> {
        let outcome = Outcome::of(&result);
        let failure = self.answer_call(head, result);
        span.end(&failure.clone().map_or(outcome, Outcome::Failed));
        failure
    }

    /// Answers are moved as little as possible: they are large.
    #[inline(always)]
    fn answer_call(&mut self, head: &CallHead, mut result: Result<Response>) -> Option<Error> {
        self.tally.answered();
        if let Ok(response) = &result
            && !response.headers.is_empty()
            && !head.carries_headers()
            && let Err(error) = self.refuse_headers(head, response)
        {
            result = Err(error);
        }
        let (mut exception, failed);
        let (response, failure) = match &mut result {
            Ok(response) => {
                let failure = response.failure.take();
                (response, failure)
            }
            Err(error) => {
                exception = Response::exception(head.protocol, error);
                failed = error.clone();
                (&mut exception, Some(failed))
            }
        };
        self.counted += Share::counted(response.body.len());
        let unsent = answer(&mut self.output, head, response).err();
        failure.or(unsent)
    }

    /// The framing of the call carries no headers: what a handler has set would be lost in silence.
    ///
    /// # Errors
    /// This is a debug build.
    #[cold]
    fn refuse_headers(&mut self, head: &CallHead, response: &Response) -> Result<()> {
        let error = cannot_carry(&response.headers, head.form.framing);
        if cfg!(debug_assertions) {
            return Err(error);
        }
        if !std::mem::replace(&mut self.unsendable, true) {
            tracing::warn!(peer = %self.ends, %error, "an answer goes without its headers");
        }
        Ok(())
    }

    /// Handles the end of the input.
    ///
    /// # Errors
    /// The input ended within a message.
    pub(crate) fn end(&self) -> Result<()> {
        match self.input.bytes().len() {
            0 => Ok(()),
            length => Err(Error::new(
                ErrorKind::UnexpectedEof,
                format!("the client closed the connection {length} bytes into a message"),
            )),
        }
    }

    /// Tells the caller what is wrong with a message, if its header can be read.
    fn answer_broken(&mut self, mut message: Bytes, error: &Error) {
        let framing = self.cutter.as_ref().map(|cutter| cutter.framing).unwrap_or_default();
        let upgrade = self.tracking.as_ref().and_then(|one| one.upgrade(framing));
        if upgrade.is_some_and(|one| one.take_request_header(&mut message, &self.limits).is_err()) {
            return;
        }
        let protocol = protocol_of_whole(&message);
        if let Ok(Envelope { method, kind: MessageKind::Call, seqid }) =
            read_head(protocol, &mut message)
        {
            let kind = match error.kind() {
                ErrorKind::Overloaded => ApplicationErrorKind::INTERNAL_ERROR,
                _ => ApplicationErrorKind::PROTOCOL_ERROR,
            };
            let error = Error::application(kind, error.to_string());
            let (oneway, form, span) = (false, framing.into(), None);
            self.tally.received();
            let head = CallHead { method, oneway, form, protocol, seqid, span, upgrade };
            self.answer(&head, Err(error));
        }
    }

    /// Answers a message of a framing or protocol that is not accepted. Returns the reason to close the
    /// connection.
    #[cold]
    fn refuse(&mut self, head: &CallHead, kind: ApplicationErrorKind) -> Error {
        let (framing, protocol) = (head.form.framing.name(), head.protocol);
        let why = format!("the client speaks {protocol} Thrift, {framing}; {}", self.accepted);
        self.answer(head, Err(Error::application(kind, why.clone())));
        Error::new(ErrorKind::InvalidData, why)
    }

    /// Tells the caller what is wrong with a message whose header cannot be read, so that nothing is
    /// known of it but its sequence id. Returns the reason to close the connection.
    #[cold]
    fn answer_unreadable(&mut self, unreadable: Unreadable) -> Error {
        let Unreadable { error, kind, form, protocol } = unreadable;
        let told = Error::application(kind, error.to_string());
        let (method, seqid) = (MethodName::default(), form.seqid);
        self.tally.received();
        // Only frames with headers are unreadable, which have none of tracking.
        let (oneway, span, upgrade) = (false, None, None);
        let head = CallHead { method, oneway, form, protocol, seqid, span, upgrade };
        self.answer(&head, Err(told));
        error
    }
}

/// Appends an answer. A message of the type oneway gets none, whatever the service has of it.
///
/// # Errors
/// The answer cannot be sent; an exception is sent in its place.
fn answer(output: &mut Output, call: &CallHead, response: &mut Response) -> Result<()> {
    let Some(kind) = response.kind.answer(call.oneway) else { return Ok(()) };
    let CallHead { method, form, protocol, seqid, upgrade, .. } = call;
    let (protocol, seqid, method) = (*protocol, *seqid, method.plain());
    let headers = &response.headers;
    let prefix = match upgrade.filter(|upgrade| upgrade.replies) {
        None => Vec::new(),
        Some(upgrade) => match upgrade.response_header(headers) {
            Ok(header) => header,
            Err(error) => {
                let told = Error::internal(format!("the answer cannot be sent: {error}"));
                // This has no headers, so it can be sent.
                answer(output, call, &mut Response::exception(protocol, &told))?;
                return Err(error);
            }
        },
    };
    let prefix = &prefix;
    let head = Head { form, protocol, method, kind, seqid, prefix, headers, timeout: None };
    output.message(&head, std::mem::take(&mut response.body)).inspect_err(|error| {
        let told = Error::internal(format!("the answer cannot be sent: {error}"));
        let Response { body, headers, .. } = Response::exception(protocol, &told);
        let head = Head { kind: MessageKind::Exception, headers: &headers, ..head };
        // This is small, so it fits.
        let _ = output.message(&head, body);
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::message::{Headers, ResponseKind};
    use crate::transport::Framing;

    fn connection(limits: Limits) -> ServerConnection {
        let settings = ServerSettings { limits, ..ServerSettings::default() };
        ServerConnection::new(&settings, Endpoints::default())
    }

    fn message(protocol: Protocol, name: &'static str, kind: MessageKind, seqid: i32) -> Vec<u8> {
        let mut peer = Output::default();
        let (form, headers) = (Framing::Framed.into(), Headers::default());
        let (form, headers, method, prefix) = (&form, &headers, name, &[]);
        let head = Head { form, protocol, method, kind, seqid, prefix, headers, timeout: None };
        peer.message(&head, vec![0].into()).expect("it is small");
        peer.as_slice().expect("it is in one piece").to_vec()
    }

    fn take(connection: &mut ServerConnection) -> Result<Vec<Call>> {
        std::iter::from_fn(|| connection.next_call().transpose()).collect()
    }

    #[test]
    fn calls_are_taken_and_answered_in_kind() -> Result<()> {
        let mut connection = connection(Limits::DEFAULT);
        assert_eq!(connection.waiting(), Waiting::FirstByte);
        for (seqid, protocol) in [(7, Protocol::Binary), (8, Protocol::BinaryOld)] {
            let bytes = message(protocol, "Service:echo", MessageKind::Call, seqid);
            let (begin, end) = bytes.split_at(9);
            connection.space().extend_from_slice(begin);
            assert!(take(&mut connection)?.is_empty());
            assert!(matches!(connection.waiting(), Waiting::Message { .. }));
            assert!(connection.end().is_err());
            connection.space().extend_from_slice(end);
            for Call { head, request, .. } in take(&mut connection)? {
                assert_eq!(request.method.as_str(), "Service:echo");
                assert_eq!((request.protocol, request.oneway), (protocol, false));
                let response = Response::new(ResponseKind::Reply, protocol, request.body);
                assert!(connection.answer(&head, Ok(response)).is_none());
            }
            let reply = message(protocol, "echo", MessageKind::Reply, seqid);
            assert_eq!(connection.output.as_slice(), Some(&reply[..]));
            assert!(matches!(connection.waiting(), Waiting::Write { .. }));
            connection.output.advance(reply.len());
            assert!(matches!(connection.waiting(), Waiting::Idle { .. }));
            connection.end()?;
        }
        Ok(())
    }

    #[test]
    fn messages_of_the_type_oneway_are_never_answered() -> Result<()> {
        let mut connection = connection(Limits::DEFAULT);
        let bytes = message(Protocol::Binary, "fire", MessageKind::Oneway, 1);
        connection.space().extend_from_slice(&bytes);
        for Call { head, request, .. } in take(&mut connection)? {
            assert!(request.oneway);
            let protocol = request.protocol;
            let failure = connection.answer(&head, Err(Error::internal("nobody is told")));
            assert_eq!(failure.map(|error| error.to_string()).as_deref(), Some("nobody is told"));
            let failed = Response::failed_oneway(protocol, Error::other("nor of this"));
            let failure = connection.answer(&head, Ok(failed));
            assert_eq!(failure.map(|error| error.to_string()).as_deref(), Some("nor of this"));
            let reply = Response::new(ResponseKind::Reply, protocol, request.body);
            assert!(connection.answer(&head, Ok(reply)).is_none());
        }
        assert!(connection.output.is_empty());
        Ok(())
    }

    #[test]
    fn health_checks_are_answered_without_a_call_and_one_at_a_time() -> Result<()> {
        let health = Health::new("health");
        let settings = ServerSettings { health: Some(health.clone()), ..ServerSettings::default() };
        let mut connection = ServerConnection::new(&settings, Endpoints::default());
        let framed = |method, kind| message(Protocol::Compact, method, kind, 7);
        for method in ["health", "Store:health"] {
            let check = framed(method, MessageKind::Call);
            connection.space().extend_from_slice(&check.repeat(2));
            for answers in 1..=2 {
                assert!(matches!(connection.next()?, Some(Received::Answered)));
                let reply = framed("health", MessageKind::Reply).repeat(answers);
                assert_eq!(connection.output.as_slice(), Some(&reply[..]));
            }
            assert!(connection.next()?.is_none());
            connection.output.advance(connection.output.len());
        }
        health.set_serving(false);
        connection.space().extend_from_slice(&framed("health", MessageKind::Call));
        assert!(take(&mut connection)?.is_empty());
        let answer = connection.output.as_slice().expect("it is in one piece");
        let text = String::from_utf8_lossy(answer);
        assert!(text.contains("the server is not healthy"), "{text:?}");
        connection.output.advance(connection.output.len());

        connection.space().extend_from_slice(&framed("health", MessageKind::Oneway));
        assert!(matches!(connection.next()?, Some(Received::Answered)));
        assert!(connection.output.is_empty());
        connection.space().extend_from_slice(&framed("other", MessageKind::Call));
        assert_eq!(take(&mut connection)?.len(), 1);
        Ok(())
    }

    #[test]
    fn who_sent_a_broken_message_is_told_if_its_header_is_there() {
        let whole = message(Protocol::Binary, "echo", MessageKind::Call, 7);
        for (end, told) in [(4, false), (10, false), (whole.len(), true)] {
            let limits = Limits { frame: 4, ..Limits::DEFAULT };
            let mut connection = connection(limits);
            connection.cutter = Some(Cutter::new(Framing::Framed));
            connection.space().extend_from_slice(&whole[..end]);
            let error = connection.next().expect_err("the frame is too large");
            assert_eq!(error.kind(), ErrorKind::SizeLimit);
            assert_eq!(!connection.output.is_empty(), told);
        }
    }
}
