//! Where messages and values end, found by skipping over what they contain.

mod binary;
mod compact;
#[cfg(feature = "json")]
mod json;

use crate::error::{Error, ErrorKind, Result};
use crate::limits::{Limits, TOO_DEEP};
use crate::rpc::message::Protocol;
use crate::ttype::TType;

/// Finds the end of a message, or of a value, incrementally.
///
/// It resumes where it stopped when more bytes arrive, and skips strings and runs of scalars by
/// their length, so the work is linear in the bytes regardless of the size of the reads.
#[derive(Debug, Default)]
pub(crate) struct Skipper {
    /// All before it is understood. It is beyond the end while a string is being waited for.
    at: usize,
    /// Whether the message header, if there is one, has been skipped.
    inside: bool,
    /// The values that contain `at`, outermost first; at most [`Limits::depth`].
    levels: Vec<Level>,
    /// How many of the levels are not levels of nesting.
    outside: usize,
    /// Replaces the levels in JSON.
    #[cfg(feature = "json")]
    brackets: json::Brackets,
    /// Number of steps, for tests.
    #[cfg(test)]
    steps: usize,
}

#[derive(Debug, Clone, Copy)]
enum Level {
    /// A field header or stop follows.
    Struct,
    /// Elements left, of this type.
    Elements(TType, u32),
    /// Keys and values left, alternating.
    Entries(TType, TType, u64),
}

/// The item at an offset.
enum Value {
    /// A value of this size in bytes.
    Flat(usize),
    /// A container whose header and elements have this size in bytes.
    Run(usize),
    /// The header, of this size in bytes, of a value with nested values.
    Nested(usize, Level),
    /// Too few bytes to decide.
    Unknown,
}

/// The next item in a struct.
enum Field {
    /// The stop byte.
    Stop,
    /// A header of this size in bytes, followed by a value of the type.
    Header(TType, usize),
    /// A header of this size in bytes that contains the value.
    Whole(usize),
    /// Too few bytes to decide.
    Unknown,
}

/// The layout of a protocol.
trait Layout {
    /// Size of the message header in bytes; `None` if too few bytes have arrived.
    fn header(bytes: &[u8], limits: &Limits) -> Result<Option<usize>>;
    /// The next item of a struct at this offset.
    fn field(bytes: &[u8], at: usize) -> Result<Field>;
    /// The layout of a value of the type at this offset.
    fn value(ty: TType, bytes: &[u8], at: usize, limits: &Limits) -> Result<Value>;
}

impl Skipper {
    /// End of the message at the start of `bytes`; `None` if it is incomplete. `bytes` may only
    /// grow from one call to the next.
    ///
    /// # Errors
    /// The bytes are not a message, or it exceeds a limit.
    #[inline(always)]
    pub(crate) fn end(
        &mut self,
        protocol: Protocol,
        bytes: &[u8],
        limits: &Limits,
    ) -> Result<Option<usize>> {
        match protocol {
            Protocol::Binary | Protocol::BinaryOld => self.end_in::<binary::Binary>(bytes, limits),
            Protocol::Compact => self.end_in::<compact::Compact>(bytes, limits),
            #[cfg(feature = "json")]
            Protocol::Json => self.end_in_json(bytes, limits),
            #[cfg(feature = "thriftpy-json")]
            Protocol::ThriftPyJson => self.end_by_length(bytes, limits),
        }
    }

    /// As [`end`](Skipper::end), of a value of the type that no message is around.
    pub(crate) fn end_of_value(
        &mut self,
        protocol: Protocol,
        ty: TType,
        bytes: &[u8],
        limits: &Limits,
    ) -> Result<Option<usize>> {
        if !self.inside {
            self.inside = true;
            match ty {
                TType::STRUCT => self.enter(Level::Struct, limits)?,
                // It is no level of its own.
                _ => self.levels.push(Level::Elements(ty, 1)),
            }
            self.outside = usize::from(ty != TType::STRUCT);
        }
        self.end(protocol, bytes, limits)
    }

    /// Resets the state for the next message.
    pub(crate) fn restart(&mut self) {
        self.at = 0;
        self.inside = false;
        self.levels.clear();
        self.outside = 0;
        #[cfg(feature = "json")]
        (self.brackets = json::Brackets::default());
    }

    /// Size of what is understood, in bytes, with strings that are being waited for.
    pub(crate) fn passed(&self) -> usize {
        self.at
    }

    /// Minimum size of the message, in bytes.
    pub(crate) fn wanted(&self) -> usize {
        self.at.saturating_add(self.levels.len())
    }

    fn end_in<L: Layout>(&mut self, bytes: &[u8], limits: &Limits) -> Result<Option<usize>> {
        if !self.inside {
            let Some(header) = L::header(bytes, limits)? else { return Ok(None) };
            self.advance(header, limits)?;
            self.inside = true;
            self.enter(Level::Struct, limits)?;
        }
        while let Some(&level) = self.levels.last() {
            #[cfg(test)]
            (self.steps += 1);
            // The next value, and where it begins.
            let (value, at) = match level {
                Level::Elements(_, 0) | Level::Entries(_, _, 0) => {
                    self.levels.pop();
                    continue;
                }
                Level::Struct => match L::field(bytes, self.at)? {
                    Field::Stop => {
                        self.advance(1, limits)?;
                        self.levels.pop();
                        continue;
                    }
                    Field::Header(ty, width) => {
                        let at = self.at + width;
                        (L::value(ty, bytes, at, limits)?, at)
                    }
                    Field::Whole(width) => (Value::Flat(0), self.at + width),
                    Field::Unknown => return Ok(None),
                },
                Level::Elements(ty, _) => (L::value(ty, bytes, self.at, limits)?, self.at),
                Level::Entries(key, value, left) => {
                    let ty = if left % 2 == 0 { key } else { value };
                    (L::value(ty, bytes, self.at, limits)?, self.at)
                }
            };
            if matches!(value, Value::Unknown) {
                return Ok(None);
            }
            // The value is skipped now, or with the level above.
            match self.levels.last_mut() {
                Some(Level::Elements(_, left)) => *left -= 1,
                Some(Level::Entries(_, _, left)) => *left -= 1,
                _ => {}
            }
            match value {
                Value::Flat(width) => self.advance((at - self.at).saturating_add(width), limits)?,
                Value::Run(width) => {
                    // Only the depth remains to be checked: they are skipped at once.
                    self.check_depth(limits)?;
                    self.advance((at - self.at).saturating_add(width), limits)?;
                }
                Value::Nested(width, level) => {
                    self.advance((at - self.at).saturating_add(width), limits)?;
                    self.enter(level, limits)?;
                }
                Value::Unknown => {}
            }
        }
        Ok((self.at <= bytes.len()).then_some(self.at))
    }

    /// End of a length-prefixed message.
    #[cfg(feature = "thriftpy-json")]
    fn end_by_length(&mut self, bytes: &[u8], limits: &Limits) -> Result<Option<usize>> {
        let Some(&length) = bytes.first_chunk() else { return Ok(None) };
        self.at = 0;
        self.advance(4 + size(i32::from_be_bytes(length), 0, limits)?, limits)?;
        Ok((self.at <= bytes.len()).then_some(self.at))
    }

    #[inline]
    fn advance(&mut self, width: usize, limits: &Limits) -> Result<()> {
        match self.at.checked_add(width) {
            Some(at) if at <= limits.message => {
                self.at = at;
                Ok(())
            }
            _ => Err(too_large("a message", limits)),
        }
    }

    #[inline]
    fn enter(&mut self, level: Level, limits: &Limits) -> Result<()> {
        self.check_depth(limits)?;
        self.levels.push(level);
        Ok(())
    }

    #[inline]
    fn check_depth(&self, limits: &Limits) -> Result<()> {
        match self.levels.len() - self.outside < limits.depth as usize {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::DepthLimit, TOO_DEEP).at_offset(self.at)),
        }
    }
}

/// Checks that a message can hold this number of elements of at least `width` bytes.
fn count(count: usize, width: usize, at: usize, limits: &Limits) -> Result<usize> {
    // Elements of fixed width have exactly this size, so later products cannot overflow.
    match count.checked_mul(width) {
        Some(all) if all <= limits.message => Ok(count),
        _ => Err(too_large(format!("{count} elements"), limits).at_offset(at)),
    }
}

#[inline]
fn size(size: i32, at: usize, limits: &Limits) -> Result<usize> {
    match usize::try_from(size) {
        Ok(size) if size <= limits.message => Ok(size),
        Ok(size) => Err(too_large(format!("a size of {size}"), limits).at_offset(at)),
        Err(_) => {
            Err(Error::new(ErrorKind::NegativeSize, format!("negative size {size}")).at_offset(at))
        }
    }
}

#[cold]
fn too_large(what: impl std::fmt::Display, limits: &Limits) -> Error {
    let limit = limits.message;
    let allowed = format!("{what}, but `Limits::message` allows {limit} bytes");
    Error::new(ErrorKind::SizeLimit, allowed)
}

#[cold]
fn no_such_type(ty: impl std::fmt::Display, at: usize) -> Error {
    Error::new(ErrorKind::InvalidData, format!("a value of {ty}")).at_offset(at)
}

/// The skipper's result for bytes in one piece and byte by byte.
#[cfg(test)]
mod testing {
    use super::*;
    use crate::transport::end_of_message;

    /// Enough elements for a megabyte; fewer under Miri.
    pub(super) const MANY: usize = if cfg!(miri) { 70 } else { 70_000 };

    /// The skipper's result when bytes arrive in pieces of these lengths.
    pub(super) fn drip(bytes: &[u8], pieces: &[usize], limits: &Limits) -> Result<Option<usize>> {
        let mut skipper = Skipper::default();
        let mut seen = 0;
        for piece in pieces.iter().cycle() {
            let arrived = &bytes[..seen];
            let end = end_of_message(&mut skipper, arrived, limits)?;
            if end.is_some() || seen == bytes.len() {
                return Ok(end);
            }
            seen = (seen + piece).min(bytes.len());
        }
        Ok(None)
    }

    pub(super) fn end(
        bytes: &[u8],
        limits: &Limits,
    ) -> std::result::Result<Option<usize>, ErrorKind> {
        drip(bytes, &[usize::MAX / 2], limits).map_err(|error| error.kind())
    }

    /// The work for a message must be linear regardless of the size of the reads.
    pub(super) fn is_linear(message: &[u8]) -> Result<()> {
        for piece in [1, 7, 1500, message.len()] {
            let mut skipper = Skipper::default();
            let mut found = None;
            for seen in (0..message.len()).step_by(piece).chain([message.len()]) {
                let arrived = &message[..seen];
                found = end_of_message(&mut skipper, arrived, &Limits::DEFAULT)?;
            }
            assert_eq!(found, Some(message.len()));
            assert!(skipper.steps <= 2 * message.len(), "{} steps", skipper.steps);
        }
        Ok(())
    }
}
