//! Encoded calls and replies.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::rpc::body::Body;
use crate::rpc::context::Connection;
use crate::rpc::deadline::Deadline;
use crate::rpc::extensions::Extensions;
use crate::ttype::MessageKind;
use crate::value::shared_str::SharedStr;

/// The encoding of values and message headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Protocol {
    /// `TBinaryProtocol` with strict message headers, which all implementations accept.
    #[default]
    Binary,
    /// `TBinaryProtocol` with the old, unversioned message headers.
    BinaryOld,
    /// `TCompactProtocol`: fewer bytes for small numbers and field headers.
    Compact,
    /// `TJSONProtocol`, with the feature `json`.
    #[cfg(feature = "json")]
    Json,
    /// ThriftPy's own `TJSONProtocol`, with the feature `thriftpy-json`.
    #[cfg(feature = "thriftpy-json")]
    ThriftPyJson,
}

impl Protocol {
    /// The name used in logs.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Binary => "binary",
            Protocol::BinaryOld => "old binary",
            Protocol::Compact => "compact",
            #[cfg(feature = "json")]
            Protocol::Json => "JSON",
            #[cfg(feature = "thriftpy-json")]
            Protocol::ThriftPyJson => "ThriftPy's JSON",
        }
    }

    /// All protocols available with the enabled features.
    const ALL: &[Protocol] = &[
        Protocol::Binary,
        Protocol::BinaryOld,
        Protocol::Compact,
        #[cfg(feature = "json")]
        Protocol::Json,
        #[cfg(feature = "thriftpy-json")]
        Protocol::ThriftPyJson,
    ];

    /// The name as one word, used in settings.
    fn word(self) -> &'static str {
        match self {
            Protocol::Binary => "binary",
            Protocol::BinaryOld => "binary-old",
            Protocol::Compact => "compact",
            #[cfg(feature = "json")]
            Protocol::Json => "json",
            #[cfg(feature = "thriftpy-json")]
            Protocol::ThriftPyJson => "thriftpy-json",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Protocol {
    type Err = Error;

    /// Parses `binary`, `binary-old`, `compact`, `json` and `thriftpy-json` (the last two with the
    /// features of these names) and the result of [`name`](Protocol::name), ignoring case.
    fn from_str(text: &str) -> Result<Protocol> {
        let is = |name: &str| name.eq_ignore_ascii_case(text);
        let found = Protocol::ALL.iter().find(|one| is(one.word()) || is(one.name()));
        found.copied().ok_or_else(|| {
            let words: Vec<_> = Protocol::ALL.iter().map(|one| one.word()).collect();
            let (text, words) = (text.escape_debug(), words.join(", "));
            Error::new(
                ErrorKind::InvalidData,
                format!("`{text}` is not a protocol; expected one of {words}"),
            )
        })
    }
}

/// Message headers: names and values that travel with a message, in the framings
/// [`Header`](crate::Framing::Header) and [`TtHeader`](crate::Framing::TtHeader), in HTTP, and with
/// [tracked](crate::tracking) calls.
///
/// Other framed and unframed connections do not support headers: setting one is an error in debug builds
/// and a logged warning in release builds.
///
/// Names are case-sensitive. Invalid UTF-8 in a received header is replaced by U+FFFD. What a peer
/// may send is limited by [`Limits::headers`] and [`Limits::header_bytes`].
///
/// ```
/// use thriftly::Headers;
///
/// let mut headers = Headers::from([("tenant", "acme")]);
/// headers.insert("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
/// assert_eq!(headers.get("tenant"), Some("acme"));
/// assert_eq!(headers.len(), 2);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers {
    entries: Vec<(SharedStr, SharedStr)>,
}

impl Headers {
    /// The value of a header, if set. If a peer has sent the name more than once, the last one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.entries.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Sets a header, replacing its previous value.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let (name, value) = (SharedStr::from(name.into()), SharedStr::from(value.into()));
        match self.entries.iter_mut().rev().find(|(key, _)| *key == name) {
            Some(entry) => entry.1 = value,
            None => self.entries.push((name, value)),
        }
    }

    /// Removes a header and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<String> {
        let value = self.get(name)?.to_owned();
        self.entries.retain(|(key, _)| key != name);
        Some(value)
    }

    /// Adds a received header, in time that does not depend on the number of headers.
    pub(crate) fn push(&mut self, name: SharedStr, value: SharedStr) {
        self.entries.push((name, value));
    }

    /// Whether there are no headers.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The number of headers.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// All names and values in insertion order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// Sets each header, replacing its previous value.
impl<N: Into<String>, V: Into<String>> Extend<(N, V)> for Headers {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, headers: I) {
        headers.into_iter().for_each(|(name, value)| self.insert(name, value));
    }
}

impl<N: Into<String>, V: Into<String>, const COUNT: usize> From<[(N, V); COUNT]> for Headers {
    fn from(headers: [(N, V); COUNT]) -> Headers {
        headers.into_iter().collect()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Headers {
        let mut all = Headers::default();
        all.extend(headers);
        all
    }
}

/// The name of a method: UTF-8 bytes that share the memory of their message.
///
/// The name of a multiplexed call is prefixed with the name of the service, as `Store:get`, until a
/// `Multiplexed` service has dispatched the call. After that it is the plain name of the method, and
/// [`service`](MethodName::service) returns the prefix.
#[derive(Clone, Default)]
pub struct MethodName {
    bytes: Bytes,
    /// Length of the prefix that has been dispatched, with its colon.
    dispatched: u32,
}

/// Separates the name of the service from that of the method in a multiplexed call.
pub(crate) const SEPARATOR: char = ':';

impl MethodName {
    /// The method name of a message.
    pub(crate) fn from_bytes(bytes: Bytes) -> Result<MethodName> {
        match std::str::from_utf8(&bytes) {
            Ok(_) => Ok(MethodName { bytes, dispatched: 0 }),
            Err(_) => Err(Error::new(ErrorKind::InvalidUtf8, "the method name is not UTF-8")),
        }
    }

    /// The name of a method of a service, for a multiplexed call.
    pub(crate) fn multiplexed(service: &str, method: &str) -> MethodName {
        let mut name = String::with_capacity(service.len() + 1 + method.len());
        name.push_str(service);
        name.push(SEPARATOR);
        name.push_str(method);
        MethodName::from(name)
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        // Validated on construction; validating again is cheap and avoids unsafe code.
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The name of the service to which a `Multiplexed` service has dispatched the call.
    pub fn service(&self) -> Option<&str> {
        let end = (self.dispatched as usize).checked_sub(SEPARATOR.len_utf8())?;
        std::str::from_utf8(self.bytes.get(..end)?).ok()
    }

    /// Makes the name of the service, which has this length, the [`service`](MethodName::service).
    pub(crate) fn dispatch(&mut self, service: usize) {
        let prefix = self.dispatched as usize + service + SEPARATOR.len_utf8();
        // A name is shorter than a message, whose length fits.
        self.dispatched = u32::try_from(prefix).unwrap_or_default();
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(self.dispatched as usize..).unwrap_or_default()
    }

    /// The bytes of the name, with the service of a multiplexed call, dispatched or not.
    #[cfg(feature = "metrics")]
    pub(crate) fn whole(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether the name ends with these bytes, without a check that it is text.
    pub(crate) fn ends_with(&self, end: &str) -> bool {
        self.bytes.ends_with(end.as_bytes())
    }

    /// The name without the service of a multiplexed call: `method` of `Service:method`. A reply has
    /// this name.
    pub(crate) fn plain(&self) -> &str {
        let name = self.as_str();
        name.split_once(SEPARATOR).map_or(name, |(_, plain)| plain)
    }

    /// The [`plain`](MethodName::plain) name, in the memory of this one.
    pub(crate) fn to_plain(&self) -> MethodName {
        let mut plain = self.clone();
        if let Some(service) = self.as_str().find(SEPARATOR) {
            plain.dispatch(service);
        }
        plain
    }

    /// The name for messages: escaped and truncated, because a peer chooses it.
    #[cold]
    pub(crate) fn shown(&self) -> String {
        shown(std::str::from_utf8(&self.bytes).unwrap_or_default())
    }
}

/// A name for messages: escaped and truncated, because a peer chooses it.
#[cold]
pub(crate) fn shown(name: &str) -> String {
    /// Longest name shown untruncated, in characters.
    const WHOLE: usize = 80;
    match name.char_indices().nth(WHOLE) {
        Some((end, _)) => format!("{}… ({} bytes)", name[..end].escape_debug(), name.len()),
        None => name.escape_debug().to_string(),
    }
}

/// Names are equal if their [texts](MethodName::as_str) are.
impl PartialEq for MethodName {
    fn eq(&self, other: &MethodName) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for MethodName {}

impl Hash for MethodName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl From<&'static str> for MethodName {
    fn from(name: &'static str) -> MethodName {
        MethodName { bytes: Bytes::from_static(name.as_bytes()), dispatched: 0 }
    }
}

impl From<String> for MethodName {
    fn from(name: String) -> MethodName {
        MethodName { bytes: Bytes::from(name), dispatched: 0 }
    }
}

/// The name as it is. A peer chooses it, so log it by `Debug`, which escapes and truncates.
impl fmt::Display for MethodName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for MethodName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.shown())
    }
}

/// An encoded call.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Request {
    /// The method name. That of a multiplexed call is prefixed with the name of the service, as
    /// `Service:method`, until a `Multiplexed` service has dispatched it.
    pub method: MethodName,
    /// Whether no reply is expected.
    pub oneway: bool,
    /// Whether the call may be handled twice, so that a channel may send it again, once, after its
    /// connection was lost: set by the annotation `(idempotent)` of the method. It is not sent, and has
    /// no effect on a oneway call.
    pub idempotent: bool,
    /// The protocol of the body.
    pub protocol: Protocol,
    /// Headers of the call.
    pub headers: Headers,
    /// The encoded argument struct.
    pub body: Body,
    /// Limits for decoding the body.
    pub limits: Limits,
    /// The deadline of the call. It is sent to the server in framings with headers.
    pub deadline: Deadline,
    /// Values attached by layers. They are not sent.
    pub extensions: Extensions,
    /// The connection it was received on, in a server.
    pub(crate) connection: Option<Arc<Connection>>,
}

impl Request {
    /// Creates a call without headers.
    pub fn new(method: impl Into<MethodName>, protocol: Protocol, body: Body) -> Request {
        Request {
            method: method.into(),
            oneway: false,
            idempotent: false,
            protocol,
            headers: Headers::default(),
            body,
            limits: Limits::DEFAULT,
            deadline: Deadline::Default,
            extensions: Extensions::default(),
            connection: None,
        }
    }
}

/// An encoded reply.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Response {
    /// The kind of the body.
    pub kind: ResponseKind,
    /// The protocol of the body, which equals the request's.
    pub protocol: Protocol,
    /// Headers of the reply.
    pub headers: Headers,
    /// The encoded struct.
    pub body: Body,
    /// Limits for decoding the body.
    pub limits: Limits,
    /// Values attached by layers. They are not sent.
    pub extensions: Extensions,
    /// Failure of a oneway call, for the server's log.
    pub(crate) failure: Option<Error>,
    /// The server it was received from, for errors.
    pub(crate) server: Option<Arc<str>>,
}

/// The kind of a [`Response`] body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResponseKind {
    /// The result struct: field 0 is the value, others are declared exceptions.
    Reply,
    /// An [`ApplicationError`](crate::ApplicationError).
    Exception,
    /// No reply, because the method is oneway.
    None,
}

impl ResponseKind {
    /// The kind of a reply with this message type.
    ///
    /// # Errors
    /// The message is a call.
    pub(crate) fn of(kind: MessageKind) -> Result<ResponseKind> {
        match kind {
            MessageKind::Reply => Ok(ResponseKind::Reply),
            MessageKind::Exception => Ok(ResponseKind::Exception),
            MessageKind::Call | MessageKind::Oneway => Err(Error::new(
                ErrorKind::BadReply,
                format!("a message of type {} is no reply", kind.number()),
            )),
        }
    }

    /// The type of the message that answers a call; `None` if nothing is answered.
    pub(crate) fn answer(self, oneway: bool) -> Option<MessageKind> {
        match self {
            _ if oneway => None,
            ResponseKind::Reply => Some(MessageKind::Reply),
            ResponseKind::Exception => Some(MessageKind::Exception),
            ResponseKind::None => None,
        }
    }
}

impl Response {
    /// Creates a reply without headers.
    pub fn new(kind: ResponseKind, protocol: Protocol, body: Body) -> Response {
        Response {
            kind,
            protocol,
            headers: Headers::default(),
            body,
            limits: Limits::DEFAULT,
            extensions: Extensions::default(),
            failure: None,
            server: None,
        }
    }

    /// Creates the empty response of a oneway method.
    pub fn none(protocol: Protocol) -> Response {
        Response::new(ResponseKind::None, protocol, Body::default())
    }

    /// Creates the empty response of a failed oneway call.
    pub(crate) fn failed_oneway(protocol: Protocol, error: Error) -> Response {
        Response { failure: Some(error), ..Response::none(protocol) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_odd_names_are_cut_and_escaped_in_texts() {
        let long = MethodName::from("é".repeat(1 << 19));
        assert_eq!(long.shown(), format!("{}… (1048576 bytes)", "é".repeat(80)));
        assert!(format!("{long:?}").len() < 200);
        assert_eq!(MethodName::from("a\0\n").shown(), "a\\0\\n");
    }

    #[test]
    fn method_names_are_displayed_unchanged_and_padded() {
        assert_eq!(format!("{:>6}|", MethodName::from("a\n")), "    a\n|");
    }

    #[test]
    fn a_dispatched_name_is_that_of_the_method() {
        let mut name = MethodName::multiplexed("Store", "get");
        assert_eq!((name.as_str(), name.service()), ("Store:get", None));
        name.dispatch("Store".len());
        assert_eq!((name.as_str(), name.service()), ("get", Some("Store")));
        assert_eq!(name, MethodName::from("get"));
        assert_eq!(name.shown(), "Store:get");
    }

    #[test]
    fn protocols_are_read_by_their_names() {
        for &protocol in Protocol::ALL {
            assert_eq!(protocol.to_string().parse::<Protocol>().ok(), Some(protocol));
            let shouted = protocol.word().to_uppercase();
            assert_eq!(shouted.parse::<Protocol>().ok(), Some(protocol));
        }
        let error = "soap".parse::<Protocol>().expect_err("it is none");
        assert!(
            error
                .message()
                .starts_with("`soap` is not a protocol; expected one of binary, binary-old,")
        );
    }
}
