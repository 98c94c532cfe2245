//! Layout of `TBinaryProtocol` for message boundaries.

use super::{Field, Layout, Level, Value, count, no_such_type, size};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::binary::{fixed_width, min_width};
use crate::ttype::TType;

pub(super) struct Binary;

impl Layout for Binary {
    /// Strict or old.
    fn header(bytes: &[u8], limits: &Limits) -> Result<Option<usize>> {
        let Some(first) = word(bytes, 0) else { return Ok(None) };
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
        let Some(name) = name else { return Ok(None) };
        // Beside the name: version, length and sequence id, or length, kind and sequence id.
        let rest = if strict { 12 } else { 9 };
        Ok(Some(rest + size(name, 4, limits)?))
    }

    #[inline]
    fn field(bytes: &[u8], at: usize) -> Result<Field> {
        Ok(match bytes.get(at..) {
            Some([0, ..]) => Field::Stop,
            Some([ty, _, _, ..]) => Field::Header(TType(*ty), 3),
            // A type byte alone can already be rejected, as its value is.
            Some([ty, ..]) if min_width(TType(*ty)).is_none() => {
                return Err(no_such_type(TType(*ty), at + 3));
            }
            _ => Field::Unknown,
        })
    }

    #[inline]
    fn value(ty: TType, bytes: &[u8], at: usize, limits: &Limits) -> Result<Value> {
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
                let count = elements(count, [element], at, limits)?;
                match fixed_width(element) {
                    _ if count == 0 => Value::Nested(5, Level::Elements(element, 0)),
                    Some(width) => Value::Run((width * count).saturating_add(5)),
                    None => Value::Nested(5, Level::Elements(element, count as u32)),
                }
            }
            TType::MAP => {
                let Some([key, value]) = bytes.get(at..).and_then(|rest| rest.first_chunk()) else {
                    return Ok(Value::Unknown);
                };
                let (key, value) = (TType(*key), TType(*value));
                let Some(count) = word(bytes, at + 2) else { return Ok(Value::Unknown) };
                let count = elements(count, [key, value], at, limits)?;
                match (fixed_width(key), fixed_width(value)) {
                    _ if count == 0 => Value::Nested(6, Level::Entries(key, value, 0)),
                    (Some(key), Some(value)) => {
                        Value::Run(((key + value) * count).saturating_add(6))
                    }
                    _ => Value::Nested(6, Level::Entries(key, value, 2 * count as u64)),
                }
            }
            _ => return Err(no_such_type(ty, at)),
        })
    }
}

/// A number of elements or entries of these types.
fn elements<const N: usize>(
    number: i32,
    types: [TType; N],
    at: usize,
    limits: &Limits,
) -> Result<usize> {
    let number = size(number, at, limits)?;
    if number == 0 {
        return Ok(0);
    }
    let mut width = 0;
    for ty in types {
        width += min_width(ty).ok_or_else(|| no_such_type(ty, at))?;
    }
    count(number, width, at, limits)
}

#[inline]
fn word(bytes: &[u8], at: usize) -> Option<i32> {
    bytes.get(at..)?.first_chunk().map(|bytes| i32::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{MANY, drip, end, is_linear};
    use super::*;
    use crate::codec::Reader;
    use crate::protocol::binary::BinaryReader;
    use proptest::prelude::*;

    const PING: &[u8] = b"\x80\x01\0\x01\0\0\0\x04ping\0\0\0\x07";

    /// The result of the protocol's reader.
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
                (Ok(end), whole) => prop_assert_eq!(whole.as_ref().ok().copied(), Some(Some(end))),
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
        // The limit equals the message size.
        let rest = limits.message - PING.len() - 7 - 1;
        assert_eq!(size(&[11, 0, 1], rest as i32), Ok(None));
        assert_eq!(size(&[11, 0, 1], rest as i32 + 2), Err(ErrorKind::SizeLimit));
        for unknown in [&[1][..], &[5], &[15, 0, 1, 1, 0, 0, 0, 1], &[13, 0, 1, 8, 0, 0, 0, 0, 1]] {
            assert_eq!(end(&[PING, unknown].concat(), &limits), Err(ErrorKind::InvalidData));
        }
    }

    /// `usize` may have only 32 bits.
    #[test]
    fn no_size_wraps_around_without_limits() {
        let limits = Limits { message: usize::MAX, depth: u32::MAX, ..Limits::DEFAULT };
        let size = i32::MAX.to_be_bytes();
        for ty in [2, 3, 4, 6, 8, 10, 11, 12, 13, 14, 15, 16] {
            for header in [&[15, 0, 1, ty][..], &[14, 0, 1, ty], &[13, 0, 1, ty, ty]] {
                let found = end(&[PING, header, &size, &[0; 100]].concat(), &limits);
                assert!(matches!(found, Ok(None) | Err(ErrorKind::SizeLimit)), "{found:?}");
            }
        }
        assert_eq!(end(&[PING, &[12, 0, 1].repeat(1000)].concat(), &limits), Ok(None));
    }

    #[test]
    fn nesting_is_limited() {
        let nested =
            |levels: usize| [PING, &[12, 0, 1].repeat(levels - 1), &vec![0; levels]].concat();
        let depth = Limits::DEFAULT.depth as usize;
        assert_eq!(end(&nested(depth), &Limits::DEFAULT), Ok(Some(nested(depth).len())));
        assert_eq!(end(&nested(depth + 1), &Limits::DEFAULT), Err(ErrorKind::DepthLimit));
        assert_eq!(end(&nested(10 * MANY), &Limits::DEFAULT), Err(ErrorKind::DepthLimit));
        let lists = [PING, &[15, 0, 1], &[15, 0, 0, 0, 1].repeat(10 * MANY)].concat();
        assert_eq!(end(&lists, &Limits::DEFAULT), Err(ErrorKind::DepthLimit));
    }

    #[test]
    fn the_work_is_linear_however_slowly_the_bytes_drip() -> Result<()> {
        // A megabyte of strings and of structs, which cannot be skipped at once.
        let count = MANY as i32;
        let elements = [&[0, 0, 0, 3][..], b"abc"].concat().repeat(MANY);
        let list = [&[15, 0, 1, 11], &count.to_be_bytes()[..], &elements].concat();
        let elements = [8, 0, 1, 0, 0, 0, 7, 0].repeat(MANY);
        let structs = [&[15, 0, 2, 12], &count.to_be_bytes()[..], &elements].concat();
        let message = [PING, &list, &structs, &[0]].concat();
        is_linear(&message)
    }
}
