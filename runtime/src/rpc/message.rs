//! What goes through a service: encoded calls and encoded answers.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::rpc::body::Body;
use crate::rpc::context::Connection;
use crate::rpc::deadline::Deadline;
use crate::rpc::extensions::Extensions;

/// How values become bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Protocol {
    /// `TBinaryProtocol` with strict message headers, which all peers read.
    #[default]
    Binary,
    /// `TBinaryProtocol` with the message headers from before strict ones.
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
    /// The name, as in logs.
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

    /// All that there are with the features at hand.
    const ALL: &[Protocol] = &[
        Protocol::Binary,
        Protocol::BinaryOld,
        Protocol::Compact,
        #[cfg(feature = "json")]
        Protocol::Json,
        #[cfg(feature = "thriftpy-json")]
        Protocol::ThriftPyJson,
    ];

    /// The name as one word, for settings.
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

    /// Reads `binary`, `binary-old`, `compact`, `json` and `thriftpy-json`, of which the last two
    /// need the features of these names, and what [`name`](Protocol::name) returns; large letters
    /// are as good as small ones.
    fn from_str(text: &str) -> Result<Protocol> {
        let is = |name: &str| name.eq_ignore_ascii_case(text);
        let found = Protocol::ALL.iter().find(|one| is(one.word()) || is(one.name()));
        found.copied().ok_or_else(|| {
            let words: Vec<_> = Protocol::ALL.iter().map(|one| one.word()).collect();
            let (text, words) = (text.escape_debug(), words.join(", "));
            Error::new(
                ErrorKind::InvalidData,
                format!("`{text}` is no protocol; there are {words}"),
            )
        })
    }
}

/// Names and values that travel with a message where the transport can carry them.
///
/// Framed and unframed transports carry none: to set one there is an error in debug builds, and a
/// warning in the log in release builds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers {
    entries: Vec<(String, String)>,
}

impl Headers {
    /// The value of the name, if it is set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.entries.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Sets a name to a value, in place of the one it had.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let (name, value) = (name.into(), value.into());
        match self.entries.iter_mut().find(|(key, _)| *key == name) {
            Some(entry) => entry.1 = value,
            None => self.entries.push((name, value)),
        }
    }

    /// Whether none is set.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All names and values, in the order in which they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// The name of a method: bytes that are known to be UTF-8, shared with the message they came in.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct MethodName(Bytes);

impl MethodName {
    /// The name that a message carries.
    pub(crate) fn from_bytes(bytes: Bytes) -> Result<MethodName> {
        match std::str::from_utf8(&bytes) {
            Ok(_) => Ok(MethodName(bytes)),
            Err(_) => Err(Error::new(ErrorKind::InvalidUtf8, "the method name is not UTF-8")),
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        // Checked when it was made; the check is cheap beside what follows, and keeps this safe.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The name as texts show it: escaped, and cut if it is long, as a peer chooses it.
    #[cold]
    pub(crate) fn shown(&self) -> String {
        /// Longest name that is shown whole, in characters.
        const WHOLE: usize = 80;
        let name = self.as_str();
        match name.char_indices().nth(WHOLE) {
            Some((end, _)) => format!("{}… ({} bytes)", name[..end].escape_debug(), name.len()),
            None => name.escape_debug().to_string(),
        }
    }
}

impl From<&'static str> for MethodName {
    fn from(name: &'static str) -> MethodName {
        MethodName(Bytes::from_static(name.as_bytes()))
    }
}

impl From<String> for MethodName {
    fn from(name: String) -> MethodName {
        MethodName(Bytes::from(name))
    }
}

impl fmt::Debug for MethodName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.shown())
    }
}

/// An encoded call, on its way to a service.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Request {
    /// The method; with its service's name before it, as `Service:method`, if multiplexed.
    pub method: MethodName,
    /// No answer is expected.
    pub oneway: bool,
    /// How the body is encoded.
    pub protocol: Protocol,
    /// What travels with the call.
    pub headers: Headers,
    /// The encoded struct of arguments.
    pub body: Body,
    /// What its decoder is held to.
    pub limits: Limits,
    /// When it has to be answered. It is not sent to the server.
    pub deadline: Deadline,
    /// Values of layers. They are not sent.
    pub extensions: Extensions,
    /// The connection that it came by, in a server.
    pub(crate) connection: Option<Arc<Connection>>,
}

impl Request {
    /// A call without headers.
    pub fn new(method: impl Into<MethodName>, protocol: Protocol, body: Body) -> Request {
        Request {
            method: method.into(),
            oneway: false,
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

/// An encoded answer, on its way back from a service.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Response {
    /// What the body holds.
    pub kind: ResponseKind,
    /// How the body is encoded; the same as the request's.
    pub protocol: Protocol,
    /// What travels with the answer.
    pub headers: Headers,
    /// The encoded struct.
    pub body: Body,
    /// What its decoder is held to.
    pub limits: Limits,
    /// Values of layers. They are not sent.
    pub extensions: Extensions,
    /// Why a oneway call failed, for the log of the server.
    pub(crate) failure: Option<Error>,
    /// The server that it comes from, for errors.
    pub(crate) server: Option<Arc<str>>,
}

/// What the body of a [`Response`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResponseKind {
    /// The result struct: field 0 is the value, others are declared exceptions.
    Reply,
    /// An [`ApplicationError`](crate::ApplicationError).
    Exception,
    /// Nothing: the method is oneway. Nothing is sent.
    None,
}

impl Response {
    /// An answer without headers.
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

    /// No answer, for a method that is oneway.
    pub fn none(protocol: Protocol) -> Response {
        Response::new(ResponseKind::None, protocol, Body::default())
    }

    /// No answer, for a oneway call that failed.
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
    fn protocols_are_read_by_their_names() {
        for &protocol in Protocol::ALL {
            assert_eq!(protocol.to_string().parse::<Protocol>().ok(), Some(protocol));
            let shouted = protocol.word().to_uppercase();
            assert_eq!(shouted.parse::<Protocol>().ok(), Some(protocol));
        }
        let error = "soap".parse::<Protocol>().expect_err("it is none");
        assert!(
            error.message().starts_with("`soap` is no protocol; there are binary, binary-old,")
        );
    }
}
