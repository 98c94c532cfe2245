//! Layout of `TCompactProtocol` for message boundaries.

use super::{Field, Layout, Level, Value, count, no_such_type, size};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::compact::{Length, fixed_width, min_width, ttype};
use crate::ttype::TType;

pub(super) struct Compact;

impl Layout for Compact {
    fn header(bytes: &[u8], limits: &Limits) -> Result<Option<usize>> {
        let [id, version, rest @ ..] = bytes else { return Ok(None) };
        if *id != 0x82 || version & 0x1f != 1 {
            return Err(Error::new(
                ErrorKind::BadVersion,
                format!("unknown message version {id:#04x} {version:#04x}"),
            ));
        }
        let Some((_, seqid)) = number(rest, 0)? else { return Ok(None) };
        let Some((name, length)) = number(rest, seqid)? else { return Ok(None) };
        Ok(Some(2 + seqid + length + size(name as i32, 2 + seqid, limits)?))
    }

    #[inline]
    fn field(bytes: &[u8], at: usize) -> Result<Field> {
        let Some(&header) = bytes.get(at) else { return Ok(Field::Unknown) };
        if header == 0 {
            return Ok(Field::Stop);
        }
        let ty = known(header, at)?;
        let width = match header >> 4 {
            // The id follows the type.
            0 => match number(bytes, at + 1)? {
                Some((_, length)) => 1 + length,
                None => return Ok(Field::Unknown),
            },
            _ => 1,
        };
        Ok(match ty {
            TType::BOOL => Field::Whole(width),
            ty => Field::Header(ty, width),
        })
    }

    #[inline]
    fn value(ty: TType, bytes: &[u8], at: usize, limits: &Limits) -> Result<Value> {
        if let Some(width) = fixed_width(ty) {
            return Ok(Value::Flat(width));
        }
        Ok(match ty {
            TType::I16 | TType::I32 => match number(bytes, at)? {
                Some((_, length)) => Value::Flat(length),
                None => Value::Unknown,
            },
            TType::I64 => match u64::length(bytes.get(at..).unwrap_or_default()) {
                Ok(Some(length)) => Value::Flat(length),
                Ok(None) => Value::Unknown,
                Err(()) => return Err(too_long(at)),
            },
            TType::STRING => match number(bytes, at)? {
                Some((size_, length)) => Value::Flat(length + size(size_ as i32, at, limits)?),
                None => Value::Unknown,
            },
            TType::STRUCT => Value::Nested(0, Level::Struct),
            TType::LIST | TType::SET => {
                let Some(&header) = bytes.get(at) else { return Ok(Value::Unknown) };
                let (elements, width) = match header >> 4 {
                    15 => match number(bytes, at + 1)? {
                        Some((elements, length)) => {
                            (size(elements as i32, at, limits)?, 1 + length)
                        }
                        None => return Ok(Value::Unknown),
                    },
                    elements => (usize::from(elements), 1),
                };
                if elements == 0 {
                    return Ok(Value::Nested(width, Level::Elements(TType::STOP, 0)));
                }
                let element = known(header, at)?;
                let elements = count(elements, min_width(element), at, limits)?;
                match fixed_width(element) {
                    Some(each) => Value::Run((each * elements).saturating_add(width)),
                    None => Value::Nested(width, Level::Elements(element, elements as u32)),
                }
            }
            TType::MAP => {
                let Some((entries, length)) = number(bytes, at)? else { return Ok(Value::Unknown) };
                let entries = size(entries as i32, at, limits)?;
                if entries == 0 {
                    let none = Level::Entries(TType::STOP, TType::STOP, 0);
                    return Ok(Value::Nested(length, none));
                }
                let Some(&types) = bytes.get(at + length) else { return Ok(Value::Unknown) };
                let (key, value) = (known(types >> 4, at)?, known(types, at)?);
                let entries = count(entries, min_width(key) + min_width(value), at, limits)?;
                let width = length + 1;
                match (fixed_width(key), fixed_width(value)) {
                    (Some(key), Some(value)) => {
                        Value::Run(((key + value) * entries).saturating_add(width))
                    }
                    _ => Value::Nested(width, Level::Entries(key, value, 2 * entries as u64)),
                }
            }
            _ => return Err(no_such_type(ty, at)),
        })
    }
}

/// The type with the number in the low half of the byte.
#[inline]
fn known(number: u8, at: usize) -> Result<TType> {
    match ttype(number) {
        TType::STOP => Err(no_such_type(format_args!("unknown type {}", number & 0x0f), at)),
        ty => Ok(ty),
    }
}

/// The number of at most 32 bits at this offset, and its length in bytes.
#[inline]
fn number(bytes: &[u8], at: usize) -> Result<Option<(u32, usize)>> {
    let bytes = bytes.get(at..).unwrap_or_default();
    match bytes.first() {
        Some(&byte @ ..0x80) => Ok(Some((byte.into(), 1))),
        _ => u32::read_whole(bytes).map_err(|()| too_long(at)),
    }
}

#[cold]
fn too_long(at: usize) -> Error {
    Error::new(ErrorKind::InvalidData, "a number has more bits than its type").at_offset(at)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{MANY, drip, end, is_linear};
    use super::*;
    use crate::codec::{Reader, ScalarWriter, StructNames, Writer, copy_value};
    use crate::protocol::binary::BinaryReader;
    use crate::protocol::compact::{CompactReader, CompactWriter};
    use proptest::prelude::*;

    const PING: &[u8] = b"\x82\x21\x07\x04ping";

    /// The result of the protocol's reader.
    fn read(bytes: &[u8], limits: &Limits) -> Result<usize> {
        let mut reader = CompactReader::new(&bytes[PING.len()..], limits);
        reader.skip(TType::STRUCT)?;
        Ok(bytes.len() - reader.rest().len())
    }

    /// A struct decoded from random bytes.
    fn body() -> impl Strategy<Value = Vec<u8>> {
        let kinds = prop::sample::select(&[2_u8, 3, 4, 6, 8, 10, 11, 12, 13, 14, 15, 16][..]);
        prop::collection::vec((kinds, any::<[u8; 6]>()), 0..30).prop_map(|parts| {
            let mut writer = CompactWriter::new(Vec::new());
            let outer = writer.struct_begin(StructNames::NONE);
            for (ty, seed) in parts {
                let id = i16::from_be_bytes([seed[0] & 0x81, seed[1]]);
                let mut source = Vec::new();
                value(ty, &seed, 3, &mut source);
                writer.field(TType(ty), id);
                let mut reader = BinaryReader::new(&source, &Limits::DEFAULT);
                copy_value(TType(ty), &mut reader, &mut writer).expect("it is a value");
            }
            writer.stop();
            writer.struct_end(outer);
            writer.finish().0
        })
    }

    /// A value of the type in the binary protocol, from a few bytes.
    fn value(ty: u8, seed: &[u8; 6], depth: u8, out: &mut Vec<u8>) {
        const TYPES: [u8; 12] = [2, 3, 4, 6, 8, 10, 11, 12, 13, 14, 15, 16];
        let of = |at: usize| match depth {
            0 => 8,
            _ => TYPES[usize::from(seed[at]) % TYPES.len()],
        };
        let count = i32::from(seed[4] % 5);
        let mut next = *seed;
        next.rotate_left(1);
        next[0] = next[0].wrapping_mul(31).wrapping_add(depth);
        let bytes = |width: usize| (0..width).map(|at| seed[at % 6] ^ at as u8);
        match ty {
            2 => out.push(seed[0] & 1),
            3 => out.push(seed[0]),
            6 => out.extend(bytes(2)),
            8 => out.extend(bytes(4)),
            4 | 10 => out.extend(bytes(8)),
            16 => out.extend(bytes(16)),
            11 => {
                let length = i32::from(seed[5]) * 2;
                out.extend(length.to_be_bytes());
                out.extend(bytes(length as usize));
            }
            12 => {
                for at in 0..count {
                    out.extend([of(at as usize), seed[0] & 0x80, seed[at as usize]]);
                    value(of(at as usize), &next, depth.saturating_sub(1), out);
                }
                out.push(0);
            }
            13 => {
                out.extend([of(0), of(1)]);
                out.extend(count.to_be_bytes());
                for _ in 0..count {
                    value(of(0), &next, depth.saturating_sub(1), out);
                    value(of(1), &next, depth.saturating_sub(1), out);
                }
            }
            _ => {
                let count = count * 5;
                out.push(of(2));
                out.extend(count.to_be_bytes());
                (0..count).for_each(|_| value(of(2), &next, depth.saturating_sub(1), out));
            }
        }
    }

    proptest! {
        #[test]
        fn the_end_is_where_the_reader_finds_it(
            body in body(),
            rest in prop::collection::vec(any::<u8>(), 0..10),
            pieces in prop::collection::vec(1..30_usize, 1..10),
        ) {
            let message = [PING, &body].concat();
            let stream = [&message[..], &rest].concat();
            prop_assert_eq!(read(&stream, &Limits::DEFAULT)?, message.len());
            prop_assert_eq!(drip(&stream, &[usize::MAX / 2], &Limits::DEFAULT)?, Some(message.len()));
            prop_assert_eq!(drip(&stream, &pieces, &Limits::DEFAULT)?, Some(message.len()));
            for end in 0..message.len().min(300) {
                prop_assert_eq!(drip(&message[..end], &[usize::MAX / 2], &Limits::DEFAULT)?, None);
            }
        }

        #[test]
        fn broken_bytes_are_judged_as_the_reader_does(
            mut body in body(),
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
            // An id or number out of range does not desynchronise the stream.
            if let Ok(end) = read(&stream, &limits) {
                prop_assert_eq!(whole.as_ref().ok().copied(), Some(Some(end)));
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
    fn headers_are_passed_or_refused() {
        let end = |bytes: &[u8]| end(bytes, &Limits::DEFAULT);
        assert_eq!(end(&[PING, &[0, 0]].concat()), Ok(Some(PING.len() + 1)));
        assert_eq!(end(b"\x82\x21\xff\xff\xff\xff\x0f\x01a\0"), Ok(Some(10)));
        assert_eq!(end(b"\x82\x22"), Err(ErrorKind::BadVersion));
        assert_eq!(end(b"\x82\x21\x01\xff\xff\xff\xff\x0f"), Err(ErrorKind::NegativeSize));
        assert_eq!(end(b"\x82\x21\xff\xff\xff\xff\x1f"), Err(ErrorKind::InvalidData));
        assert_eq!(end(b"\x82\x21\x80\x80\x80\x80\x80"), Err(ErrorKind::InvalidData));
    }

    #[test]
    fn sizes_are_refused_before_what_they_announce_has_come() {
        let limits = Limits { message: 1000, ..Limits::DEFAULT };
        let end = |parts: &[&[u8]]| end(&[PING, &parts.concat()].concat(), &limits);
        let (largest, negative) = (b"\xff\xff\xff\xff\x07", b"\xff\xff\xff\xff\x0f");
        for ty in [&b"\x18"[..], b"\x19\xf5", b"\x1a\xfc", b"\x1b"] {
            assert_eq!(end(&[ty, negative, b"\x88"]), Err(ErrorKind::NegativeSize));
            assert_eq!(end(&[ty, largest, b"\x88"]), Err(ErrorKind::SizeLimit));
            assert_eq!(end(&[ty, b"\xe9\x07", b"\x88"]), Err(ErrorKind::SizeLimit));
            assert_eq!(end(&[ty, b"\x0a", b"\x88"]), Ok(None));
        }
        for unknown in [&b"\x1e"[..], b"\x1f", b"\x10", b"\x19\x1e", b"\x19\x10", b"\x1b\x01\xe5"] {
            assert_eq!(end(&[unknown]), Err(ErrorKind::InvalidData));
        }
        // An empty container may have any type.
        assert_eq!(end(&[b"\x19\x0e\x1b\x00\x00"]), Ok(Some(PING.len() + 5)));
        for endless in [&b"\x15"[..], b"\x16", b"\x19\x15", b"\x05"] {
            assert_eq!(end(&[endless, &[0x80; 20]]), Err(ErrorKind::InvalidData));
        }
    }

    /// `usize` may have only 32 bits.
    #[test]
    fn no_size_wraps_around_without_limits() {
        let limits = Limits { message: usize::MAX, depth: u32::MAX, ..Limits::DEFAULT };
        let size = b"\xff\xff\xff\xff\x07";
        for ty in 1..=13_u8 {
            let types = ty << 4 | ty;
            for parts in [&[&[0x19, 0xf0 | ty][..], size][..], &[b"\x1b", size, &[types]]] {
                let found = end(&[PING, &parts.concat(), &[0; 100]].concat(), &limits);
                assert!(matches!(found, Ok(None) | Err(ErrorKind::SizeLimit)), "{found:?}");
            }
        }
        assert_eq!(end(&[PING, &[0x1c; 1000]].concat(), &limits), Ok(None));
    }

    #[test]
    fn nesting_is_limited() {
        let nested = |levels: usize| [PING, &vec![0x1c; levels - 1], &vec![0; levels]].concat();
        let depth = Limits::DEFAULT.depth as usize;
        assert_eq!(end(&nested(depth), &Limits::DEFAULT), Ok(Some(nested(depth).len())));
        assert_eq!(end(&nested(depth + 1), &Limits::DEFAULT), Err(ErrorKind::DepthLimit));
        assert_eq!(end(&nested(10 * MANY), &Limits::DEFAULT), Err(ErrorKind::DepthLimit));
        let lists = [PING, b"\x19", &vec![0x19; 10 * MANY]].concat();
        assert_eq!(end(&lists, &Limits::DEFAULT), Err(ErrorKind::DepthLimit));
    }

    #[test]
    fn the_work_is_linear_however_slowly_the_bytes_drip() -> Result<()> {
        let size = if cfg!(miri) { &b"\x46"[..] } else { b"\xf0\xa2\x04" };
        let strings = [&b"\x19\xf8"[..], size, &b"\x03abc".repeat(MANY)].concat();
        let structs = [&b"\x19\xfc"[..], size, &b"\x15\x0e\0".repeat(MANY)].concat();
        let numbers = [&b"\x19\xf6"[..], size, &b"\x80\x80\x01".repeat(MANY)].concat();
        is_linear(&[PING, &strings, &structs, &numbers, &[0]].concat())
    }
}
