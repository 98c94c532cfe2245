//! The handshake that upgrades a connection, and the headers of the messages that follow.

use std::sync::Arc;

use bytes::Bytes;

use super::record::Span;
use super::wire::{Meta, RequestHeader, ResponseHeader, UpgradeArgs, UpgradeReply, encode, take};
use super::{CallHeader, SharedTracker, Tracking};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::rpc::arguments::{Argument, OptionalArgument};
use crate::rpc::message::{Headers, MethodName, Protocol, Request, Response, ResponseKind};
use crate::transport::{Frame, Framing, begins_message};
use crate::ttype::ApplicationErrorKind;

/// The method of the handshake.
const METHOD: &str = "__thriftpy_tracing_method_name__v2";

/// The version from which on replies have headers, which is the latest.
const RESPONSE_HEADERS: i32 = 2;

/// Whether the handshake can be made in these.
fn is_for(framing: Framing, protocol: Protocol) -> bool {
    matches!(framing, Framing::Framed | Framing::Unframed)
        && matches!(protocol, Protocol::Binary | Protocol::BinaryOld | Protocol::Compact)
}

/// What was agreed for the messages of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Upgrade {
    /// The protocol of the headers.
    pub(crate) protocol: Protocol,
    /// Whether replies have headers, as calls do.
    pub(crate) replies: bool,
}

impl Upgrade {
    /// The header of a call, which a [span](Span::calling) has attached.
    pub(crate) fn request_header(self, request: &Request) -> Result<Vec<u8>> {
        let none = CallHeader::default();
        let CallHeader { request_id, seq, meta } =
            request.extensions.get::<CallHeader>().unwrap_or(&none);
        let fields =
            (Argument::<1, _>(request_id), Argument::<2, _>(seq), Argument::<3, _>(Meta(meta)));
        encode::<RequestHeader>(self.protocol, &fields)
    }

    /// The header of a reply.
    pub(crate) fn response_header(self, headers: &Headers) -> Result<Vec<u8>> {
        let meta = (!headers.is_empty()).then_some(Meta(headers));
        encode::<ResponseHeader>(self.protocol, &OptionalArgument::<1, _>(meta))
    }

    /// Removes the header of a reply from the message and returns its meta. ThriftPy's server sends
    /// none with `UNKNOWN_METHOD`.
    pub(crate) fn take_response_header(
        self,
        message: &mut Bytes,
        limits: &Limits,
    ) -> Result<Headers> {
        match self.replies && !begins_message(self.protocol, message) {
            true => Ok(take::<ResponseHeader>(self.protocol, message, limits)?.meta),
            false => Ok(Headers::default()),
        }
    }

    /// Removes the header of a call from the message.
    pub(crate) fn take_request_header(
        self,
        message: &mut Bytes,
        limits: &Limits,
    ) -> Result<CallHeader> {
        if begins_message(self.protocol, message) {
            return Ok(CallHeader::default());
        }
        let RequestHeader { request_id, seq, meta } = take(self.protocol, message, limits)?;
        let [request_id, seq] = [request_id, seq].map(|text| text.as_str().to_owned());
        Ok(CallHeader { request_id, seq, meta })
    }
}

/// The client's side of the handshake, before it is made.
#[derive(Debug, Clone)]
pub(crate) struct Handshake {
    protocol: Protocol,
    app_id: String,
}

impl Handshake {
    /// The sequence id of the call. Those of other calls begin with 1.
    pub(crate) const SEQID: i32 = 0;

    /// The handshake of a client, if it makes one.
    pub(crate) fn new(
        tracker: &SharedTracker,
        framing: Framing,
        protocol: Protocol,
    ) -> Option<Handshake> {
        is_for(framing, protocol)
            .then(|| Handshake { protocol, app_id: tracker.app_id().to_owned() })
    }

    /// The first call on a connection.
    ///
    /// # Errors
    /// The name of the program has more than 2 GiB.
    pub(crate) fn request(&self) -> Result<Request> {
        let app_id = (!self.app_id.is_empty()).then_some(&self.app_id);
        let fields = (OptionalArgument::<1, _>(app_id), Argument::<2, _>(RESPONSE_HEADERS));
        let body = encode::<UpgradeArgs>(self.protocol, &fields)?;
        Ok(Request::new(METHOD, self.protocol, body.into()))
    }

    /// What the server has agreed to; `None`: nothing, so the connection is a plain one.
    ///
    /// # Errors
    /// The reply is malformed.
    pub(crate) fn agreed(&self, response: Response, limits: &Limits) -> Result<Option<Upgrade>> {
        if let Some(reason) = response.error() {
            tracing::debug!(%reason, "the server does not track calls");
            return Ok(None);
        }
        let mut body = response.body.into_bytes();
        let UpgradeReply { version } = take(self.protocol, &mut body, limits)?;
        let replies = version.is_some_and(|version| version >= RESPONSE_HEADERS);
        Ok(Some(Upgrade { protocol: self.protocol, replies }))
    }

    /// The name that the reply has to have.
    pub(crate) fn method() -> MethodName {
        METHOD.into()
    }
}

/// The server's side of the handshake, and the calls that follow.
#[derive(Debug)]
pub(crate) struct ServerTracking {
    tracker: SharedTracker,
    /// The upgrade, and the name of the client's program.
    upgraded: Option<(Upgrade, Arc<str>)>,
}

impl ServerTracking {
    pub(crate) fn new(tracker: SharedTracker) -> ServerTracking {
        ServerTracking { tracker, upgraded: None }
    }

    /// What the messages of this framing have.
    pub(crate) fn upgrade(&self, framing: Framing) -> Option<Upgrade> {
        match framing {
            Framing::Framed | Framing::Unframed => Some(self.upgraded.as_ref()?.0),
            Framing::Header | Framing::TtHeader => None,
        }
    }

    /// Takes the header off a message, if it has to have one.
    ///
    /// # Errors
    /// The header is malformed or exceeds a limit.
    #[cold]
    pub(crate) fn open(
        &self,
        mut message: Frame,
        limits: &Limits,
    ) -> Result<(Frame, Option<Upgrade>, Option<Arc<CallHeader>>)> {
        let Some(upgrade) = self.upgrade(message.framing) else {
            return Ok((message, None, None));
        };
        let header = upgrade.take_request_header(&mut message.bytes, limits)?;
        Ok((message, Some(upgrade), Some(Arc::new(header))))
    }

    /// Whether a call is the handshake.
    pub(crate) fn is_handshake(
        &self,
        method: &MethodName,
        framing: Framing,
        protocol: Protocol,
    ) -> bool {
        self.upgraded.is_none()
            && method.ends_with(METHOD)
            && method.plain() == METHOD
            && is_for(framing, protocol)
    }

    /// Answers the handshake. If the connection is upgraded by that, returns how.
    pub(crate) fn shake_hands(
        &mut self,
        protocol: Protocol,
        mut arguments: Bytes,
        limits: &Limits,
    ) -> (Option<Upgrade>, Response) {
        let reply = match take(protocol, &mut arguments, limits) {
            Ok(UpgradeArgs { app_id, version }) => {
                // ThriftPy takes 0 for none, and tells its version only a client that has told its own.
                let version = version.filter(|version| *version != 0);
                let replies = version.is_some_and(|version| version >= RESPONSE_HEADERS);
                let upgrade = Upgrade { protocol, replies };
                self.upgraded = Some((upgrade, app_id.as_str().into()));
                let version = OptionalArgument::<1, _>(version.map(|_| RESPONSE_HEADERS));
                encode::<UpgradeReply>(protocol, &version)
            }
            Err(error) => Err(Error::application(
                ApplicationErrorKind::PROTOCOL_ERROR,
                format!("the tracking handshake cannot be read: {error}"),
            )),
        };
        let response = match reply {
            Ok(reply) => Response::new(ResponseKind::Reply, protocol, reply.into()),
            Err(error) => Response::exception(protocol, &error),
        };
        (self.upgraded.as_ref().map(|(upgrade, _)| *upgrade), response)
    }

    /// Begins a call with this header, and attaches its data to the request.
    #[cold]
    pub(crate) fn begin(
        &self,
        request: &mut Request,
        header: Arc<CallHeader>,
    ) -> Option<Box<Span>> {
        let (_, app_id) = self.upgraded.as_ref()?;
        request.headers = header.meta.clone();
        request.extensions.insert(Tracking::new(Arc::clone(&header), Arc::clone(app_id)));
        Some(Box::new(Span::received(&self.tracker, app_id, request, header)))
    }
}
