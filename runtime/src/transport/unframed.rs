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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Reader;
    use crate::protocol::binary::BinaryReader;
    use proptest::prelude::*;

    const PING: &[u8] = b"\x80\x01\0\x01\0\0\0\x04ping\0\0\0\x07";

    /// What a skipper says that sees ever more of the bytes, in pieces of these lengths by turns.
    fn drip(bytes: &[u8], pieces: &[usize], limits: &Limits) -> Result<Option<usize>> {
        let mut skipper = Skipper::default();
        let mut seen = 0;
        for piece in pieces.iter().cycle() {
            let end = skipper.end(&bytes[..seen], limits)?;
            if end.is_some() || seen == bytes.len() {
                return Ok(end);
            }
            seen = (seen + piece).min(bytes.len());
        }
        Ok(None)
    }

    /// What the reader of the protocol says.
    fn read(bytes: &[u8], limits: &Limits) -> Result<usize> {
        let mut reader = BinaryReader::new(&bytes[PING.len()..], limits);
        reader.skip(TType::STRUCT)?;
        Ok(bytes.len() - reader.rest().len())
    }

    fn ttype() -> impl Strategy<Value = u8> {
        prop::sample::select(&[2, 3, 4, 6, 8, 10, 11, 12, 13, 14, 15, 16][..])
    }

    /// The bytes of a value of the type.
    fn value(ty: u8, depth: u32) -> BoxedStrategy<Vec<u8>> {
        fn put(count: usize, parts: Vec<Vec<u8>>, types: &[u8]) -> Vec<u8> {
            [types, &(count as i32).to_be_bytes(), &parts.concat()].concat()
        }
        let scalar = |width| prop::collection::vec(any::<u8>(), width..=width).boxed();
        match ty {
            2 | 3 => scalar(1),
            6 => scalar(2),
            8 => scalar(4),
            4 | 10 => scalar(8),
            16 => scalar(16),
            11 => prop::collection::vec(any::<u8>(), 0..20)
                .prop_map(|text| put(text.len(), vec![text], &[]))
                .boxed(),
            12 if depth == 0 => Just(vec![0]).boxed(),
            12 => prop::collection::vec((ttype(), any::<[u8; 2]>()), 0..4)
                .prop_flat_map(move |fields| {
                    let fields = fields.into_iter().map(move |(ty, id)| {
                        value(ty, depth - 1)
                            .prop_map(move |value| [&[ty], &id[..], &value].concat())
                    });
                    fields.collect::<Vec<_>>()
                })
                .prop_map(|fields| [fields.concat(), vec![0]].concat())
                .boxed(),
            13 if depth == 0 => Just(vec![0; 6]).boxed(),
            13 => (ttype(), ttype(), 0..4_usize)
                .prop_flat_map(move |(key, of, count)| {
                    let entry = (value(key, depth - 1), value(of, depth - 1));
                    prop::collection::vec(entry.prop_map(|(k, v)| [k, v].concat()), count)
                        .prop_map(move |entries| put(count, entries, &[key, of]))
                })
                .boxed(),
            _ if depth == 0 => Just(vec![0; 5]).boxed(),
            _ => (ttype(), 0..4_usize)
                .prop_flat_map(move |(of, count)| {
                    prop::collection::vec(value(of, depth - 1), count)
                        .prop_map(move |values| put(count, values, &[of]))
                })
                .boxed(),
        }
    }

    proptest! {
        #[test]
        fn the_end_is_where_the_reader_finds_it(
            body in value(12, 4),
            rest in prop::collection::vec(any::<u8>(), 0..10),
            pieces in prop::collection::vec(1..30_usize, 1..10),
        ) {
            let message = [PING, &body].concat();
            let stream = [&message[..], &rest].concat();
            prop_assert_eq!(read(&stream, &Limits::DEFAULT)?, message.len());
            prop_assert_eq!(drip(&stream, &[usize::MAX / 2], &Limits::DEFAULT)?, Some(message.len()));
            prop_assert_eq!(drip(&stream, &pieces, &Limits::DEFAULT)?, Some(message.len()));
            for end in 0..message.len() {
                prop_assert_eq!(drip(&message[..end], &[usize::MAX / 2], &Limits::DEFAULT)?, None);
            }
        }

        #[test]
        fn broken_bytes_are_judged_as_the_reader_does(
            mut body in value(12, 4),
            changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..4),
            pieces in prop::collection::vec(1..30_usize, 1..10),
        ) {
            for (at, byte) in changes {
                let at = at % body.len();
                body[at] = byte;
            }
            let stream = [PING, &body].concat();
            let limits = Limits { depth: 4, ..Limits::DEFAULT };
            let whole = drip(&stream, &[usize::MAX / 2], &limits);
            match (read(&stream, &limits), &whole) {
                (Ok(end), whole) => prop_assert_eq!(whole.as_ref().ok(), Some(&Some(end))),
                (Err(_), Ok(Some(end))) => prop_assert!(false, "a message that ends at {}", end),
                // More bytes may come, and a size may be too large for any message.
                (Err(_), Ok(None) | Err(_)) => {}
            }
            match (whole, drip(&stream, &pieces, &limits)) {
                (Ok(whole), dripped) => prop_assert_eq!(dripped.ok(), Some(whole)),
                (Err(whole), dripped) => {
                    prop_assert_eq!(dripped.map_err(|error| error.kind()), Err(whole.kind()));
                }
            }
        }
    }

    fn end(bytes: &[u8], limits: &Limits) -> std::result::Result<Option<usize>, ErrorKind> {
        drip(bytes, &[usize::MAX / 2], limits).map_err(|error| error.kind())
    }

    #[test]
    fn both_headers_are_passed() {
        assert_eq!(end(&[PING, &[0, 0]].concat(), &Limits::DEFAULT), Ok(Some(PING.len() + 1)));
        assert_eq!(end(b"\0\0\0\x04ping\x01\0\0\0\x07\0\0", &Limits::DEFAULT), Ok(Some(14)));
        let version = end(b"\x80\x02\0\x01", &Limits::DEFAULT);
        assert_eq!(version, Err(ErrorKind::BadVersion));
        let negative = end(b"\x80\x01\0\x01\xff\xff\xff\xff", &Limits::DEFAULT);
        assert_eq!(negative, Err(ErrorKind::NegativeSize));
    }

    #[test]
    fn sizes_are_refused_before_what_they_announce_has_come() {
        let limits = Limits { message: 1000, ..Limits::DEFAULT };
        let size = |ty: &[u8], size: i32| end(&[PING, ty, &size.to_be_bytes()].concat(), &limits);
        for ty in [&[11, 0, 1][..], &[15, 0, 1, 8], &[14, 0, 1, 12], &[13, 0, 1, 11, 8]] {
            assert_eq!(size(ty, -1), Err(ErrorKind::NegativeSize));
            assert_eq!(size(ty, i32::MIN), Err(ErrorKind::NegativeSize));
            assert_eq!(size(ty, i32::MAX), Err(ErrorKind::SizeLimit));
            assert_eq!(size(ty, 1001), Err(ErrorKind::SizeLimit));
            assert_eq!(size(ty, 10), Ok(None));
        }
        // Just so many bytes are allowed as a message of the limit has.
        let rest = limits.message - PING.len() - 7 - 1;
        assert_eq!(size(&[11, 0, 1], rest as i32), Ok(None));
        assert_eq!(size(&[11, 0, 1], rest as i32 + 2), Err(ErrorKind::SizeLimit));
        for unknown in [&[1][..], &[5], &[15, 0, 1, 1, 0, 0, 0, 1], &[13, 0, 1, 8, 0, 0, 0, 0, 1]] {
            assert_eq!(end(&[PING, unknown].concat(), &limits), Err(ErrorKind::InvalidData));
        }
    }

    #[test]
    fn nesting_is_limited() {
        let nested =
            |levels: usize| [PING, &[12, 0, 1].repeat(levels - 1), &vec![0; levels]].concat();
        let depth = Limits::DEFAULT.depth as usize;
        assert_eq!(end(&nested(depth), &Limits::DEFAULT), Ok(Some(nested(depth).len())));
        assert_eq!(end(&nested(depth + 1), &Limits::DEFAULT), Err(ErrorKind::DepthLimit));
        assert_eq!(end(&nested(1_000_000), &Limits::DEFAULT), Err(ErrorKind::DepthLimit));
        let lists = [PING, &[15, 0, 1], &[15, 0, 0, 0, 1].repeat(1_000_000)].concat();
        assert_eq!(end(&lists, &Limits::DEFAULT), Err(ErrorKind::DepthLimit));
    }

    #[test]
    fn the_work_is_linear_however_slowly_the_bytes_drip() -> Result<()> {
        // A megabyte of strings and of structs, which cannot be passed over at once.
        let elements = [&[0, 0, 0, 3][..], b"abc"].concat().repeat(70_000);
        let list = [&[15, 0, 1, 11], &70_000_i32.to_be_bytes()[..], &elements].concat();
        let elements = [8, 0, 1, 0, 0, 0, 7, 0].repeat(70_000);
        let structs = [&[15, 0, 2, 12], &70_000_i32.to_be_bytes()[..], &elements].concat();
        let message = [PING, &list, &structs, &[0]].concat();
        for piece in [1, 7, 1500, message.len()] {
            let mut skipper = Skipper::default();
            let mut found = None;
            for seen in (0..message.len()).step_by(piece).chain([message.len()]) {
                found = skipper.end(&message[..seen], &Limits::DEFAULT)?;
            }
            assert_eq!(found, Some(message.len()));
            assert!(skipper.steps <= 2 * message.len(), "{} steps", skipper.steps);
        }
        Ok(())
    }
}
