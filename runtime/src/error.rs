//! The one error type.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use crate::codec::StructNames;
use crate::ttype::ApplicationErrorKind;

/// `Result` with thriftly's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Whatever can go wrong: in a codec, on a connection, at the other end.
///
/// It is one pointer wide, and is only made when something has gone wrong.
/// [`kind`](Error::kind) says what class of failure it is, [`path`](Error::path) which
/// field of which struct was being read, [`offset`](Error::offset) how far into the
/// message that was.
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
/// A handler that fails with an `Error` answers with a `TApplicationException`. Its caller is told only
/// what the handler chose for it: the kind and message of [`application`](Error::application) and
/// [`internal`](Error::internal). Everything else, such as an I/O error, a decode error of a stored row or
/// the error of a call to another service, is `INTERNAL_ERROR` without details; the server logs the
/// error with its sources. [`OrInternal::or_internal`] and [`Error::other`] take errors of any type.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    /// Whether the caller of a handler that fails with it is told kind and message.
    answered: bool,
    message: Cow<'static, str>,
    /// The call that it concerns: method and server.
    call: Option<Box<str>>,
    /// Innermost segment first: it is filled while the error travels outwards.
    path: Vec<Segment>,
    offset: Option<usize>,
    /// Whether what is wrong begins at the offset. Else it ends there.
    begins: bool,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

#[derive(Clone, Copy)]
enum Segment {
    Field(&'static str, &'static str),
    Struct(&'static str),
    Index(usize),
    Key,
    Value,
}

/// The class of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes end before the value does. So they do if a declared size is more than what is left, but
    /// not above [`Limits::message`](crate::Limits::message): more bytes could have been there.
    UnexpectedEof,
    /// The bytes are not what the protocol allows there, or a text is not what it should be.
    InvalidData,
    /// A declared size is negative.
    NegativeSize,
    /// A size is above a limit: more bytes come than a message or frame may have, or a string or
    /// container is declared to have more bytes or elements than are left and than
    /// [`Limits::message`](crate::Limits::message) allows, so that they cannot just be cut short.
    SizeLimit,
    /// Structs or containers are nested more deeply than [`Limits::depth`](crate::Limits::depth).
    DepthLimit,
    /// The decoded value would take more than [`Limits::memory`](crate::Limits::memory) allows.
    MemoryLimit,
    /// A `string` is not UTF-8.
    InvalidUtf8,
    /// The message header names a protocol version that is not known.
    BadVersion,
    /// A `required` field is missing.
    MissingField,
    /// A value is of another type than the one declared.
    TypeMismatch,
    /// The other end answered with a `TApplicationException`, or a handler failed with one.
    Application(ApplicationErrorKind),
    /// A method failed with an exception that its IDL declares. That is the
    /// [source](std::error::Error::source); before it becomes such an error it is a variant of the
    /// method's own type of errors.
    Exception,
    /// A reply came that fits no call.
    BadReply,
    /// An address cannot be understood or not be resolved.
    Address,
    /// No connection could be made.
    Connect,
    /// Reading from or writing to a connection failed.
    Io,
    /// It took longer than was allowed.
    Timeout,
    /// The connection was closed before the call was answered.
    Closed,
    /// Too many calls, or calls of too many bytes, wait for a connection of the channel already. The
    /// call was not sent.
    Overloaded,
    /// A layer around a channel failed with an error of its own type, which is the
    /// [source](std::error::Error::source).
    Layer,
    /// An error of other code, which is the [source](std::error::Error::source): made by
    /// [`Error::other`] and [`OrInternal::or_internal`].
    Other,
}

/// Says what class of failure it is, in a few words.
impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
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
            ErrorKind::Application(kind) => return fmt::Display::fmt(kind, f),
            ErrorKind::Exception => "declared exception",
            ErrorKind::BadReply => "bad reply",
            ErrorKind::Address => "bad address",
            ErrorKind::Connect => "no connection",
            ErrorKind::Io => "input or output failed",
            ErrorKind::Timeout => "timeout",
            ErrorKind::Closed => "connection closed",
            ErrorKind::Overloaded => "too many calls wait",
            ErrorKind::Layer => "a layer failed",
            ErrorKind::Other => "other error",
        })
    }
}

impl Error {
    /// An error of a kind with a message. The caller of a handler that fails with it is told
    /// neither.
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
            source: None,
        }))
    }

    /// The error with which a handler answers a `TApplicationException` of this kind and with this
    /// message.
    #[cold]
    pub fn application(kind: ApplicationErrorKind, message: impl Into<Cow<'static, str>>) -> Error {
        let mut error = Error::new(ErrorKind::Application(kind), message);
        error.0.answered = true;
        error
    }

    /// The error of a handler that failed for a reason which the IDL does not declare, and which its
    /// caller may read: the caller gets a `TApplicationException` of the kind `INTERNAL_ERROR` with
    /// this message.
    #[cold]
    pub fn internal(message: impl Into<Cow<'static, str>>) -> Error {
        Error::application(ApplicationErrorKind::INTERNAL_ERROR, message)
    }

    /// Any other error, as a handler's own failure. Its caller gets `INTERNAL_ERROR` without details; the
    /// text and the sources are in the server's log.
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

    /// The same error with the error that caused it. It is in the log, and never sent to a peer.
    #[cold]
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// The same error, of which the caller of a handler that fails with it is told nothing.
    #[cold]
    #[must_use]
    pub(crate) fn unanswered(mut self) -> Error {
        self.0.answered = false;
        self
    }

    /// The kind and message that the caller of a handler is told, if the handler chose them.
    pub(crate) fn answer(&self) -> Option<(ApplicationErrorKind, &str)> {
        match self.0.kind {
            ErrorKind::Application(kind) if self.0.answered => Some((kind, &self.0.message)),
            _ => None,
        }
    }

    /// The same error of a call of this method to this server.
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

    /// As [`at_offset`](Error::at_offset), of what begins there.
    #[cold]
    #[must_use]
    pub(crate) fn beginning_at(mut self, offset: usize) -> Error {
        self.0.begins |= self.0.offset.is_none();
        self.at_offset(offset)
    }

    /// An offset that is within what is wrong, or behind all of it.
    #[cfg(feature = "json")]
    pub(crate) fn offset_behind(&self) -> Option<usize> {
        self.0.offset.map(|offset| offset + usize::from(self.0.begins))
    }

    /// The same at another offset.
    #[cfg(feature = "json")]
    #[must_use]
    pub(crate) fn moved_to(mut self, offset: usize) -> Error {
        self.0.offset = Some(offset);
        self
    }

    /// The same where so many bytes stand before what was read.
    #[cfg(feature = "thriftpy-json")]
    #[must_use]
    pub(crate) fn behind(mut self, bytes: usize) -> Error {
        self.0.offset = self.0.offset.map(|offset| offset + bytes);
        self
    }

    /// The same within the field that the other is in.
    #[cfg(feature = "json")]
    #[must_use]
    pub(crate) fn with_path_of(mut self, other: Error) -> Error {
        self.0.path = other.0.path;
        self
    }

    /// Adds the field that was being read. Called by generated code.
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

    /// What happened, without the call, the path and the offset.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The field that was being read, such as `Person.phones[3].number`; empty outside a value.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for segment in self.0.path.iter().rev() {
            match segment {
                Segment::Struct(of) if path.is_empty() => path.push_str(of),
                Segment::Struct(_) => {}
                Segment::Field(of, name) => {
                    if path.is_empty() {
                        path.push_str(of);
                    }
                    path.push('.');
                    path.push_str(name);
                }
                Segment::Index(index) => path.push_str(&format!("[{index}]")),
                Segment::Key => path.push_str("[key]"),
                Segment::Value => path.push_str("[value]"),
            }
        }
        path
    }

    /// How many bytes into the message or value the failure was, where that is known.
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
        // `fn main() -> thriftly::Result<()>` prints this: it has to read like a message.
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

/// The kind is that of the error of std which is the cause, or else the one that comes nearest; the
/// error is what [`get_ref`](std::io::Error::get_ref) returns.
impl From<Error> for std::io::Error {
    fn from(error: Error) -> std::io::Error {
        use std::io::ErrorKind as Io;
        let cause = error.source().and_then(|source| source.downcast_ref::<std::io::Error>());
        let kind = match (cause, error.kind()) {
            (Some(cause), _) => cause.kind(),
            (None, ErrorKind::UnexpectedEof) => Io::UnexpectedEof,
            (None, ErrorKind::Timeout) => Io::TimedOut,
            (None, ErrorKind::Closed) => Io::ConnectionAborted,
            (None, ErrorKind::Connect) => Io::NotConnected,
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

/// Errors of any type as failures of a handler.
///
/// The method is in scope wherever [`thrift!`](crate::thrift!) stands; elsewhere, bring it there by
/// `use thriftly::OrInternal;`.
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
    /// The value, or [`Error::other`] of the error: the caller gets `INTERNAL_ERROR` without details,
    /// the server's log has the text and the sources.
    ///
    /// # Errors
    /// The error, if there is one.
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
        // What is an error of ours already stays what it is.
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
