//! Wire numbers of types, message kinds and application errors.

use std::fmt;

/// A wire type (`TType`), by its number in the binary protocol.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TType(pub u8);

impl TType {
    /// 0: the end of a struct.
    pub const STOP: TType = TType(0);
    /// 2
    pub const BOOL: TType = TType(2);
    /// 3: `i8` and `byte`.
    pub const I8: TType = TType(3);
    /// 4
    pub const DOUBLE: TType = TType(4);
    /// 6
    pub const I16: TType = TType(6);
    /// 8: also enums.
    pub const I32: TType = TType(8);
    /// 10
    pub const I64: TType = TType(10);
    /// 11: `string` and `binary`.
    pub const STRING: TType = TType(11);
    /// 12: structs, unions and exceptions.
    pub const STRUCT: TType = TType(12);
    /// 13
    pub const MAP: TType = TType(13);
    /// 14
    pub const SET: TType = TType(14);
    /// 15
    pub const LIST: TType = TType(15);
    /// 16: since Thrift 0.18.
    pub const UUID: TType = TType(16);

    /// The name in the IDL, such as `i32`, or `None` for an unknown number.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            TType::STOP => "stop",
            TType::BOOL => "bool",
            TType::I8 => "i8",
            TType::DOUBLE => "double",
            TType::I16 => "i16",
            TType::I32 => "i32",
            TType::I64 => "i64",
            TType::STRING => "string",
            TType::STRUCT => "struct",
            TType::MAP => "map",
            TType::SET => "set",
            TType::LIST => "list",
            TType::UUID => "uuid",
            _ => return None,
        })
    }
}

impl fmt::Debug for TType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for TType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "unknown type {}", self.0),
        }
    }
}

/// The kind of a message (`TMessageType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// 1: a call with a reply.
    Call,
    /// 2: a reply with a result or a declared exception.
    Reply,
    /// 3: a reply with a `TApplicationException`.
    Exception,
    /// 4: a oneway call, without a reply.
    Oneway,
}

impl MessageKind {
    /// The number on the wire.
    pub const fn number(self) -> u8 {
        match self {
            MessageKind::Call => 1,
            MessageKind::Reply => 2,
            MessageKind::Exception => 3,
            MessageKind::Oneway => 4,
        }
    }

    /// The kind with this number, or `None` if unknown.
    pub const fn from_number(number: u8) -> Option<MessageKind> {
        Some(match number {
            1 => MessageKind::Call,
            2 => MessageKind::Reply,
            3 => MessageKind::Exception,
            4 => MessageKind::Oneway,
            _ => return None,
        })
    }
}

impl fmt::Display for MessageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            MessageKind::Call => "call",
            MessageKind::Reply => "reply",
            MessageKind::Exception => "exception",
            MessageKind::Oneway => "oneway",
        })
    }
}

/// The `type` of a `TApplicationException`, as all implementations number it.
///
/// Unknown numbers are preserved.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ApplicationErrorKind(pub i32);

impl ApplicationErrorKind {
    /// 0: unknown cause.
    pub const UNKNOWN: Self = Self(0);
    /// 1: the service does not have the method.
    pub const UNKNOWN_METHOD: Self = Self(1);
    /// 2: the message is neither a call nor a oneway call.
    pub const INVALID_MESSAGE_TYPE: Self = Self(2);
    /// 3: the reply names another method.
    pub const WRONG_METHOD_NAME: Self = Self(3);
    /// 4: the reply carries another sequence id.
    pub const BAD_SEQUENCE_ID: Self = Self(4);
    /// 5: the reply carries neither a result nor an exception.
    pub const MISSING_RESULT: Self = Self(5);
    /// 6: the handler failed with an error that the IDL does not declare.
    pub const INTERNAL_ERROR: Self = Self(6);
    /// 7: the message could not be decoded.
    pub const PROTOCOL_ERROR: Self = Self(7);
    /// 8: unknown transform of a header transport.
    pub const INVALID_TRANSFORM: Self = Self(8);
    /// 9: unknown protocol.
    pub const INVALID_PROTOCOL: Self = Self(9);
    /// 10: unsupported client type.
    pub const UNSUPPORTED_CLIENT_TYPE: Self = Self(10);

    /// The name in the specification, such as `UNKNOWN_METHOD`.
    pub fn name(self) -> &'static str {
        const NAMES: [&str; 11] = [
            "UNKNOWN",
            "UNKNOWN_METHOD",
            "INVALID_MESSAGE_TYPE",
            "WRONG_METHOD_NAME",
            "BAD_SEQUENCE_ID",
            "MISSING_RESULT",
            "INTERNAL_ERROR",
            "PROTOCOL_ERROR",
            "INVALID_TRANSFORM",
            "INVALID_PROTOCOL",
            "UNSUPPORTED_CLIENT_TYPE",
        ];
        usize::try_from(self.0)
            .ok()
            .and_then(|number| NAMES.get(number).copied())
            .unwrap_or("UNKNOWN")
    }
}

impl fmt::Debug for ApplicationErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for ApplicationErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.0)
    }
}
