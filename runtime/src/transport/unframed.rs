//! Messages without frames: where one ends has to be found in its values.

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::binary::{fixed_width, min_width};
use crate::ttype::TType;

/// Finds the end of a message in `TBinaryProtocol` while the message is still coming.
///
/// It goes on where it stopped when more bytes have come, and passes over strings and runs of
/// scalars by their length. So the work is linear in the bytes, however slowly they drip.
#[derive(Debug, Default)]
pub(crate) struct Skipper {
    /// All before it is understood. It is beyond the end while a string is being waited for.
    at: usize,
    /// Whether the header of the message has been passed.
    inside: bool,
    /// The values that `at` is in, the outermost first: never more than [`Limits::depth`].
    levels: Vec<Level>,
    /// How often something was looked at.
    #[cfg(test)]
    steps: usize,
}

#[derive(Debug, Clone, Copy)]
enum Level {
    /// A field header comes next, or the stop.
    Struct,
    /// That many elements of the type are left.
    Elements(TType, u32),
    /// That many keys and values are left; they take turns.
    Entries(TType, TType, u64),
}

/// What lies at a place.
enum Value {
    /// A value that takes that many bytes.
    Flat(usize),
    /// The header of a value, of that many bytes, with others in it.
    Nested(usize, Level),
    /// Too few bytes to tell.
    Unknown,
}

impl Skipper {
    /// Where the message that begins with `bytes` ends; `None` if it has not come whole.
    /// `bytes` may only grow from one call to the next.
    ///
    /// # Errors
    /// It is no message, or it breaks a limit.
    pub(crate) fn end(&mut self, bytes: &[u8], limits: &Limits) -> Result<Option<usize>> {
        if !self.inside && !self.header(bytes, limits)? {
            return Ok(None);
        }
        while let Some(&level) = self.levels.last() {
            #[cfg(test)]
            (self.steps += 1);
            // The type of the next value, and where it begins.
            let (ty, at) = match level {
                Level::Elements(_, 0) | Level::Entries(_, _, 0) => {
                    self.levels.pop();
                    continue;
                }
                Level::Struct => match bytes.get(self.at..) {
                    Some([0, ..]) => {
                        self.advance(1, limits)?;
                        self.levels.pop();
                        continue;
                    }
                    Some([ty, _, _, ..]) => (TType(*ty), self.at + 3),
                    // Even a type alone is worth a look.
                    Some([ty, ..]) if min_width(TType(*ty)).is_none() => {
                        return Err(no_such_type(TType(*ty), self.at));
                    }
                    _ => return Ok(None),
                },
                Level::Elements(ty, _) => (ty, self.at),
                Level::Entries(key, _, left) if left % 2 == 0 => (key, self.at),
                Level::Entries(_, value, _) => (value, self.at),
            };
            let value = self.value(ty, bytes, at, limits)?;
            if matches!(value, Value::Unknown) {
                return Ok(None);
            }
            // The value is passed now, or will have been when the level above ends.
            match self.levels.last_mut() {
                Some(Level::Elements(_, left)) => *left -= 1,
                Some(Level::Entries(_, _, left)) => *left -= 1,
                _ => {}
            }
            match value {
                Value::Flat(width) => self.advance(at - self.at + width, limits)?,
                Value::Nested(width, level) => {
                    self.advance(at - self.at + width, limits)?;
                    self.enter(level, limits)?;
                }
                Value::Unknown => {}
            }
        }
        Ok((self.at <= bytes.len()).then_some(self.at))
    }

    /// Begins with the next message.
    pub(crate) fn restart(&mut self) {
        self.at = 0;
        self.inside = false;
        self.levels.clear();
    }

    /// How many bytes the message has at least.
    pub(crate) fn wanted(&self) -> usize {
        self.at + self.levels.len()
    }

    /// Passes over the header of a message, strict or old; `false` if it has not come.
    fn header(&mut self, bytes: &[u8], limits: &Limits) -> Result<bool> {
        let Some(first) = word(bytes, 0) else { return Ok(false) };
        let strict = first < 0;
        if strict && first as u32 >> 16 != 0x8001 {
            return Err(Error::new(
                ErrorKind::BadVersion,
                format!("unknown message version {first:#010x}"),
            ));
        }
        let name = match strict {
            true => word(bytes, 4),
            false => Some(first),
        };
        let Some(name) = name else { return Ok(false) };
        // Before the name there are four bytes or eight; the kind and the seqid make up 13 in all.
        let rest = if strict { 12 } else { 9 };
        let name = size(name, 4, limits)?;
        self.advance(rest, limits)?;
        self.advance(name, limits)?;
        self.inside = true;
        self.enter(Level::Struct, limits)?;
        Ok(true)
    }

    /// Looks at the value of the type at a place, without passing over it.
    #[inline]
    fn value(&self, ty: TType, bytes: &[u8], at: usize, limits: &Limits) -> Result<Value> {
        if let Some(width) = fixed_width(ty) {
            return Ok(Value::Flat(width));
        }
        Ok(match ty {
            TType::STRING => match word(bytes, at) {
                Some(length) => Value::Flat(4 + size(length, at, limits)?),
                None => Value::Unknown,
            },
            TType::STRUCT => Value::Nested(0, Level::Struct),
            TType::LIST | TType::SET => {
                let (Some(&element), Some(count)) = (bytes.get(at), word(bytes, at + 1)) else {
                    return Ok(Value::Unknown);
                };
                let element = TType(element);
                let count = self.count(count, [element], at, limits)?;
                match fixed_width(element) {
                    _ if count == 0 => Value::Nested(5, Level::Elements(element, 0)),
                    // Only the depth has to be looked at still: they are passed over at once.
                    Some(width) => {
                        self.check_depth(limits)?;
                        Value::Flat(5 + width * count)
                    }
                    None => Value::Nested(5, Level::Elements(element, count as u32)),
                }
            }
            TType::MAP => {
                let Some([key, value]) = bytes.get(at..).and_then(|rest| rest.first_chunk()) else {
                    return Ok(Value::Unknown);
                };
                let (key, value) = (TType(*key), TType(*value));
                let Some(count) = word(bytes, at + 2) else { return Ok(Value::Unknown) };
                let count = self.count(count, [key, value], at, limits)?;
                match (fixed_width(key), fixed_width(value)) {
                    _ if count == 0 => Value::Nested(6, Level::Entries(key, value, 0)),
                    (Some(key), Some(value)) => {
                        self.check_depth(limits)?;
                        Value::Flat(6 + (key + value) * count)
                    }
                    _ => Value::Nested(6, Level::Entries(key, value, 2 * count as u64)),
                }
            }
            _ => return Err(no_such_type(ty, at)),
        })
    }

    /// A number of elements or entries that a message can hold.
    fn count<const N: usize>(
        &self,
        count: i32,
        types: [TType; N],
        at: usize,
        limits: &Limits,
    ) -> Result<usize> {
        let count = size(count, at, limits)?;
        if count == 0 {
            return Ok(0);
        }
        let mut width = 0;
        for ty in types {
            width += min_width(ty).ok_or_else(|| no_such_type(ty, at))?;
        }
        // Elements of fixed width take just this, so that no product overflows later.
        match count.checked_mul(width) {
            Some(all) if all <= limits.message => Ok(count),
            _ => Err(too_large(format!("{count} elements"), limits).at_offset(at)),
        }
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
        match self.levels.len() < limits.depth as usize {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::DepthLimit, "nested too deeply").at_offset(self.at)),
        }
    }
}

#[inline]
fn word(bytes: &[u8], at: usize) -> Option<i32> {
    bytes.get(at..)?.first_chunk().map(|bytes| i32::from_be_bytes(*bytes))
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
    Error::new(ErrorKind::SizeLimit, format!("{what} in a message of at most {limit} bytes"))
}

#[cold]
fn no_such_type(ty: TType, at: usize) -> Error {
    Error::new(ErrorKind::InvalidData, format!("a value of {ty}")).at_offset(at)
}
