//! The error type of the crate.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

#[cfg(feature = "dynamic")]
use crate::codec::LoadedNames;
use crate::codec::StructNames;
use crate::ttype::ApplicationErrorKind;

/// `Result` with thriftly's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of a codec, a connection or the peer.
///
/// [`kind`](Error::kind) returns the class of the failure, [`path`](Error::path) the field that was
/// being decoded, [`offset`](Error::offset) its position in the message, in bytes. The error is one
/// pointer wide.
///
/// ```
/// let bytes = [0x0b, 0, 1, 0xff]; // a string field that is cut off
/// let error = thriftly::binary::from_slice::<thriftly::ApplicationError>(&bytes).unwrap_err();
/// assert_eq!(error.kind(), thriftly::ErrorKind::UnexpectedEof);
/// assert_eq!(error.path(), "ApplicationError.message");
/// ```
///
/// # Errors of handlers
///
/// A handler that fails with an `Error` answers with a `TApplicationException`. The caller receives
/// only the kind and message that the handler chose with [`application`](Error::application) or
/// [`internal`](Error::internal). Everything else, such as an I/O error, a decode error of a stored
/// row or the error of a call to another service, is `INTERNAL_ERROR` without details; the server
/// logs the error with its sources. [`OrInternal::or_internal`] and [`Error::other`] take errors of
/// any type.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    /// Whether kind and message are sent to the caller of a handler that fails with it.
    answered: bool,
    message: Cow<'static, str>,
    /// The call it belongs to: method and server.
    call: Option<Box<str>>,
    /// Innermost segment first; filled while the error propagates outwards.
    path: Vec<Segment>,
    offset: Option<usize>,
    /// Whether the offset is the start of the faulty bytes; otherwise it is their end.
    begins: bool,
    /// By how many bytes the input is too short, at least; 0 if that is unknown.
    needed: usize,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

#[derive(Clone)]
enum Segment {
    Field(&'static str, &'static str),
    Struct(&'static str),
    /// A field of a struct that is known only at run time, by its index.
    #[cfg(feature = "dynamic")]
    Loaded(Arc<LoadedNames>, usize),
    Index(usize),
    Key,
    Value,
}

/// The class of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes end before the value does, or a declared size exceeds the remaining bytes but not
    /// [`Limits::message`](crate::Limits::message), so that the input may have been truncated.
    UnexpectedEof,
    /// The bytes violate the protocol, or a text cannot be parsed.
    InvalidData,
    /// A declared size is negative.
    NegativeSize,
    /// A size exceeds a limit: of a message or frame, or of a string or container whose declared
    /// size exceeds both the remaining bytes and [`Limits::message`](crate::Limits::message), so
    /// that the input cannot merely be truncated.
    SizeLimit,
    /// Structs or containers are nested more deeply than [`Limits::depth`](crate::Limits::depth).
    DepthLimit,
    /// The decoded value would take more memory than [`Limits::memory`](crate::Limits::memory)
    /// allows.
    MemoryLimit,
    /// A `string` is not UTF-8.
    InvalidUtf8,
    /// The message header has an unknown protocol version.
    BadVersion,
    /// A `required` field is missing.
    MissingField,
    /// A value is of another type than the one declared.
    TypeMismatch,
    /// The peer answered with a `TApplicationException`, or a handler failed with one.
    Application(ApplicationErrorKind),
    /// A method failed with an exception declared in the IDL, which is the
    /// [source](std::error::Error::source). Such an error is converted from the exception's variant
    /// in the error type of the method.
    Exception,
    /// A reply matches no call.
    BadReply,
    /// An address cannot be parsed or resolved.
    Address,
    /// No connection could be established.
    Connect,
    /// A certificate, a key or another setting of TLS cannot be used.
    Tls,
    /// Reading from or writing to a connection failed.
    Io,
    /// A deadline passed or a time limit was exceeded.
    Timeout,
    /// The connection was closed before the reply was received.
    Closed,
    /// Too many calls, or too many bytes of calls, are already waiting for a connection of the
    /// channel. The call was not sent.
    Overloaded,
    /// The channel was closed by `Channel::close`. The call was not sent.
    ChannelClosed,
    /// Settings of a server are invalid, such as two services of the same name.
    Settings,
    /// A layer around a channel failed with an error of its own type, which is the
    /// [source](std::error::Error::source).
    Layer,
    /// An IDL file that was loaded at run time cannot be read or has errors. The message has all
    /// of them, each with its place.
    Idl,
    /// An error of user code, which is the [source](std::error::Error::source). Created by
    /// [`Error::other`] and [`OrInternal::or_internal`].
    Other,
}

impl ErrorKind {
    /// The name of the class, without the number of an application exception: one of few words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            ErrorKind::UnexpectedEof => "unexpected end",
            ErrorKind::InvalidData => "invalid data",
            ErrorKind::NegativeSize => "negative size",
            ErrorKind::SizeLimit => "size limit exceeded",
            ErrorKind::DepthLimit => "depth limit exceeded",
            ErrorKind::MemoryLimit => "memory limit exceeded",
            ErrorKind::InvalidUtf8 => "invalid UTF-8",
            ErrorKind::BadVersion => "unknown protocol version",
            ErrorKind::MissingField => "missing field",
            ErrorKind::TypeMismatch => "another type",
            ErrorKind::Application(kind) => kind.name(),
            ErrorKind::Exception => "declared exception",
            ErrorKind::BadReply => "bad reply",
            ErrorKind::Address => "bad address",
            ErrorKind::Connect => "no connection",
            ErrorKind::Tls => "bad TLS setting",
            ErrorKind::Io => "input or output failed",
            ErrorKind::Timeout => "timeout",
            ErrorKind::Closed => "connection closed",
            ErrorKind::Overloaded => "too many calls wait",
            ErrorKind::ChannelClosed => "channel closed",
            ErrorKind::Settings => "invalid settings",
            ErrorKind::Layer => "a layer failed",
            ErrorKind::Idl => "invalid IDL",
            ErrorKind::Other => "other error",
        }
    }
}

/// A short description of the class of failure.
impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ErrorKind::Application(kind) => fmt::Display::fmt(kind, f),
            kind => f.pad(kind.name()),
        }
    }
}

impl Error {
    /// Creates an error with a kind and a message. Neither is sent to the caller of a handler that
    /// fails with it.
    #[cold]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Error {
        Error(Box::new(Inner {
            kind,
            answered: false,
            message: message.into(),
            call: None,
            path: Vec::new(),
            offset: None,
            begins: false,
            needed: 0,
            source: None,
        }))
    }

    /// Creates an error that a handler's caller receives as a `TApplicationException` with this
    /// kind and message.
    #[cold]
    pub fn application(kind: ApplicationErrorKind, message: impl Into<Cow<'static, str>>) -> Error {
        let mut error = Error::new(ErrorKind::Application(kind), message);
        error.0.answered = true;
        error
    }

    /// Creates an error for an undeclared failure of a handler. The caller receives a
    /// `TApplicationException` of the kind `INTERNAL_ERROR` with this message.
    #[cold]
    pub fn internal(message: impl Into<Cow<'static, str>>) -> Error {
        Error::application(ApplicationErrorKind::INTERNAL_ERROR, message)
    }

    /// Wraps any error as a failure of the handler. The caller receives `INTERNAL_ERROR` without
    /// details; the server logs the text and the sources.
    ///
    /// ```
    /// let error = thriftly::Error::other("12x".parse::<i32>().unwrap_err());
    /// assert_eq!(error.kind(), thriftly::ErrorKind::Other);
    /// assert_eq!(error.to_string(), "invalid digit found in string");
    ///
    /// let answer = thriftly::ApplicationError::from_error(&error);
    /// assert_eq!(answer.kind, thriftly::ApplicationErrorKind::INTERNAL_ERROR);
    /// assert_eq!(answer.message, "internal error");
    /// ```
    #[cold]
    pub fn other(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        match error.into().downcast::<Error>() {
            Ok(error) => error.unanswered(),
            Err(error) => Error::new(ErrorKind::Other, error.to_string()).with_source(error),
        }
    }

    /// Sets the source of the error. The source is logged and never sent to a peer.
    #[cold]
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// Makes kind and message private: the caller of a handler that fails with it receives neither.
    #[cold]
    #[must_use]
    pub(crate) fn unanswered(mut self) -> Error {
        self.0.answered = false;
        self
    }

    /// The kind and message sent to the caller, if the handler chose them.
    pub(crate) fn answer(&self) -> Option<(ApplicationErrorKind, &str)> {
        match self.0.kind {
            ErrorKind::Application(kind) if self.0.answered => Some((kind, &self.0.message)),
            _ => None,
        }
    }

    /// Adds the method and server of the call.
    #[cold]
    #[must_use]
    pub(crate) fn in_call(mut self, method: &str, server: &str) -> Error {
        self.0.call.get_or_insert_with(|| format!("`{method}` at {server}").into());
        self
    }

    #[cold]
    #[must_use]
    pub(crate) fn at_offset(mut self, offset: usize) -> Error {
        self.0.offset.get_or_insert(offset);
        self
    }

    /// As [`at_offset`](Error::at_offset), with the offset as the start of the faulty bytes.
    #[cold]
    #[must_use]
    pub(crate) fn beginning_at(mut self, offset: usize) -> Error {
        self.0.begins |= self.0.offset.is_none();
        self.at_offset(offset)
    }

    /// Sets by how many bytes the input is too short, at least.
    #[cold]
    #[must_use]
    pub(crate) fn needing(mut self, bytes: usize) -> Error {
        self.0.needed = bytes;
        self
    }

    /// An offset within the faulty bytes, or behind all of them.
    #[cfg(feature = "json")]
    pub(crate) fn offset_behind(&self) -> Option<usize> {
        self.0.offset.map(|offset| offset + usize::from(self.0.begins))
    }

    /// Sets another offset.
    #[cfg(feature = "json")]
    #[must_use]
    pub(crate) fn moved_to(mut self, offset: usize) -> Error {
        self.0.offset = Some(offset);
        self
    }

    /// Shifts the offset by the number of bytes before the input.
    #[cfg(feature = "thriftpy-json")]
    #[must_use]
    pub(crate) fn behind(mut self, bytes: usize) -> Error {
        self.0.offset = self.0.offset.map(|offset| offset + bytes);
        self
    }

    /// Copies the field path of another error.
    #[cfg(feature = "json")]
    #[must_use]
    pub(crate) fn with_path_of(mut self, other: Error) -> Error {
        self.0.path = other.0.path;
        self
    }

    /// Adds the field that was being decoded. Called by generated code.
    #[doc(hidden)]
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn in_field(mut self, names: &'static StructNames, index: usize) -> Error {
        self.0.path.push(match names.fields.get(index) {
            Some(name) => Segment::Field(names.name, name),
            None => Segment::Struct(names.name),
        });
        self
    }

    /// As [`in_field`](Error::in_field), of a struct that is known only at run time.
    #[cfg(feature = "dynamic")]
    #[cold]
    #[inline(never)]
    #[must_use]
    pub(crate) fn in_loaded_field(mut self, names: &Arc<LoadedNames>, index: usize) -> Error {
        self.0.path.push(Segment::Loaded(names.clone(), index));
        self
    }

    #[cold]
    #[inline(never)]
    #[must_use]
    pub(crate) fn in_element(mut self, index: usize) -> Error {
        self.0.path.push(Segment::Index(index));
        self
    }

    #[cold]
    #[inline(never)]
    #[must_use]
    pub(crate) fn in_key(mut self) -> Error {
        self.0.path.push(Segment::Key);
        self
    }

    #[cold]
    #[inline(never)]
    #[must_use]
    pub(crate) fn in_value(mut self) -> Error {
        self.0.path.push(Segment::Value);
        self
    }

    /// The class of the failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// By how many bytes, at least, the input ends too early: at least 1 if the kind is
    /// [`ErrorKind::UnexpectedEof`], otherwise `None`. For those who decode what has arrived so far.
    ///
    /// ```
    /// let error = thriftly::binary::from_prefix::<String>(b"\0\0\0\x05he").unwrap_err();
    /// assert_eq!(error.needed(), Some(3));
    /// ```
    pub fn needed(&self) -> Option<usize> {
        (self.0.kind == ErrorKind::UnexpectedEof).then_some(self.0.needed.max(1))
    }

    /// The message, without call, path and offset.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The field that was being decoded, such as `Person.phones[3].number`; empty outside a value.
    pub fn path(&self) -> String {
        let mut path = String::new();
        let field = |path: &mut String, of: &str, name: Option<&str>| {
            if path.is_empty() {
                path.push_str(of);
            }
            if let Some(name) = name {
                path.push('.');
                path.push_str(name);
            }
        };
        for segment in self.0.path.iter().rev() {
            match segment {
                Segment::Struct(of) => field(&mut path, of, None),
                Segment::Field(of, name) => field(&mut path, of, Some(name)),
                #[cfg(feature = "dynamic")]
                Segment::Loaded(names, index) => {
                    let name = names.fields.get(*index).map(|(_, name)| &**name);
                    field(&mut path, &names.name, name);
                }
                Segment::Index(index) => path.push_str(&format!("[{index}]")),
                Segment::Key => path.push_str("[key]"),
                Segment::Value => path.push_str("[value]"),
            }
        }
        path
    }

    /// The position of the failure in the message or value, in bytes, if known.
    pub fn offset(&self) -> Option<usize> {
        self.0.offset
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(call) = &self.0.call {
            write!(f, "{call}: ")?;
        }
        let path = self.path();
        if !path.is_empty() {
            write!(f, "{path}: ")?;
        }
        f.write_str(&self.0.message)?;
        if let Some(offset) = self.0.offset {
            write!(f, " (at byte {offset})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `fn main() -> thriftly::Result<()>` prints this, so it must read like a message.
        write!(f, "{self} [{:?}]", self.0.kind)?;
        let mut source = self.source();
        while let Some(error) = source {
            let text = error.to_string();
            if !self.0.message.contains(&text) {
                write!(f, ": {text}")?;
            }
            source = error.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.source {
            Some(source) => Some(&**source),
            None => None,
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Error {
        let kind = match error.kind() {
            std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => ErrorKind::Timeout,
            std::io::ErrorKind::UnexpectedEof => ErrorKind::Closed,
            _ => ErrorKind::Io,
        };
        Error::new(kind, error.to_string()).with_source(error)
    }
}

/// The kind is that of the underlying I/O error, or else the closest one;
/// [`get_ref`](std::io::Error::get_ref) returns the [`Error`].
impl From<Error> for std::io::Error {
    fn from(error: Error) -> std::io::Error {
        use std::io::ErrorKind as Io;
        let cause = error.source().and_then(|source| source.downcast_ref::<std::io::Error>());
        let kind = match (cause, error.kind()) {
            (Some(cause), _) => cause.kind(),
            (None, ErrorKind::UnexpectedEof) => Io::UnexpectedEof,
            (None, ErrorKind::Timeout) => Io::TimedOut,
            (None, ErrorKind::Closed) => Io::ConnectionAborted,
            (None, ErrorKind::Connect | ErrorKind::ChannelClosed) => Io::NotConnected,
            (None, ErrorKind::Address) => Io::InvalidInput,
            (None, ErrorKind::Overloaded) => Io::WouldBlock,
            (
                None,
                ErrorKind::Io
                | ErrorKind::Application(_)
                | ErrorKind::Exception
                | ErrorKind::Layer
                | ErrorKind::Other,
            ) => Io::Other,
            (None, _) => Io::InvalidData,
        };
        std::io::Error::new(kind, error)
    }
}

/// Conversion of any error into a failure of the handler.
///
/// The method is in scope in modules that invoke `thrift!`; elsewhere, import it
/// with `use thriftly::OrInternal;`.
///
/// ```
/// thriftly::thrift!(inline: "
///     exception NotFound { 1: string key }
///     service Store { i64 get(1: string key) throws (1: NotFound missing) }
/// ");
///
/// struct Files(std::path::PathBuf);
///
/// impl BlockingStore for Files {
///     fn get(&self, key: String) -> Result<i64, GetError> {
///         let path = self.0.join(&key);
///         if !path.exists() {
///             return Err(NotFound { key }.into());
///         }
///         let text = std::fs::read_to_string(path).or_internal()?;
///         Ok(text.trim().parse().or_internal()?)
///     }
/// }
/// # let folder = std::env::temp_dir().join(format!("thriftly-or-internal-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # std::fs::write(folder.join("a"), "seven")?;
/// # let store = Files(folder.clone());
/// # assert!(matches!(store.get("b".into()), Err(GetError::NotFound(_))));
/// # let Err(GetError::Other(error)) = store.get("a".into()) else { panic!() };
/// # assert_eq!(error.to_string(), "invalid digit found in string");
/// # std::fs::remove_dir_all(folder)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub trait OrInternal<T> {
    /// Maps an error to [`Error::other`]: the caller receives `INTERNAL_ERROR` without details, the
    /// server logs the text and the sources.
    ///
    /// # Errors
    /// [`ErrorKind::Other`] with the error as its source; an [`Error`] keeps its kind and message.
    fn or_internal(self) -> Result<T>;
}

impl<T, E: Into<Box<dyn StdError + Send + Sync>>> OrInternal<T> for Result<T, E> {
    fn or_internal(self) -> Result<T> {
        self.map_err(Error::other)
    }
}

impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Error {
        match never {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_go_to_std_and_come_from_there() {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let error = std::io::Error::from(Error::from(refused));
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
        for (kind, expected) in [
            (ErrorKind::UnexpectedEof, std::io::ErrorKind::UnexpectedEof),
            (ErrorKind::MissingField, std::io::ErrorKind::InvalidData),
            (ErrorKind::Timeout, std::io::ErrorKind::TimedOut),
        ] {
            let error = std::io::Error::from(Error::new(kind, "so it is"));
            assert_eq!((error.kind(), error.to_string().as_str()), (expected, "so it is"));
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
            assert_eq!(inner.map(Error::kind), Some(kind));
        }
    }

    #[test]
    fn only_chosen_texts_are_answered() {
        let chosen = Error::internal("so it is");
        assert_eq!(chosen.answer(), Some((ApplicationErrorKind::INTERNAL_ERROR, "so it is")));
        let copy = chosen.clone().with_source("for a reason");
        assert_eq!((copy.answer(), copy.source().is_some()), (chosen.answer(), true));
        let kind = ErrorKind::Application(ApplicationErrorKind::UNKNOWN_METHOD);
        for error in [
            Error::new(kind, "not mine"),
            Error::other("10.0.0.1 is down"),
            Error::other(chosen),
            Error::from(std::io::Error::other("/etc/passwd")),
        ] {
            assert_eq!(error.answer(), None, "{error}");
        }
    }

    #[test]
    fn other_errors_keep_their_text_and_sources() {
        let failed: Result<(), _> = Err(std::io::Error::other(Error::other("disk"))).or_internal();
        let error = failed.expect_err("it failed");
        assert_eq!(format!("{error:?}"), "disk [Other]");
        assert!(error.source().is_some_and(|source| source.is::<std::io::Error>()));
        // An `Error` keeps its kind.
        let failed: Result<(), _> = Err(Error::new(ErrorKind::Timeout, "late")).or_internal();
        assert_eq!(failed.expect_err("it failed").kind(), ErrorKind::Timeout);
    }

    #[test]
    fn kinds_have_names() {
        assert_eq!(ErrorKind::DepthLimit.to_string(), "depth limit exceeded");
        let unknown = ErrorKind::Application(ApplicationErrorKind::UNKNOWN_METHOD);
        assert_eq!(unknown.to_string(), ApplicationErrorKind::UNKNOWN_METHOD.to_string());
        assert_eq!(crate::MessageKind::Oneway.to_string(), "oneway");
    }
}
