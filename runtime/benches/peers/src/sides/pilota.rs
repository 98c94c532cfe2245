//! pilota's binary protocol as volo drives it: a pass for the size, then encoding into a reused
//! `LinkedBytes`, to which blobs of 4 KiB and more are linked; decoding from `Bytes`.
//!
//! Its compact protocol is left out, since what it writes is wrong: fields that are `bool` and
//! doubles are not as the specification has them.

use std::fmt::Debug;
use std::hint::black_box;
use std::slice;

use bytes::{Buf, BufMut, Bytes};
use linkedbytes::LinkedBytes;
use pilota::thrift::binary::TBinaryProtocol;
use pilota::thrift::binary_unsafe::{TBinaryUnsafeInputProtocol, TBinaryUnsafeOutputProtocol};
use pilota::thrift::{Message, TInputProtocol, TLengthProtocol, TOutputProtocol};
use thriftly::Decode;
use thriftly_peers_measure::clock::repeat;

use crate::sides::{Given, Works};

/// What volo does by default. `T` is our type for the same struct.
pub fn checked<P, T>(given: &Given) -> Works
where
    P: Message + 'static,
    T: for<'de> Decode<'de> + PartialEq + Debug,
{
    fn encode<P: Message>(value: &P, linked: &mut LinkedBytes) {
        reserve(value, linked);
        value.encode(&mut TBinaryProtocol::new(linked, true)).expect("pilota writes it");
    }
    fn decode<P: Message>(mut bytes: Bytes) -> P {
        P::decode(&mut TBinaryProtocol::new(&mut bytes, true)).expect("pilota reads it")
    }
    works!(P, T, given, encode, decode)
}

/// What volo does with its feature `unsafe-codec`: nothing is checked, neither the room that is
/// written to nor the bytes that are read.
pub fn unchecked<P, T>(given: &Given) -> Works
where
    P: Message + 'static,
    T: for<'de> Decode<'de> + PartialEq + Debug,
{
    fn encode<P: Message>(value: &P, linked: &mut LinkedBytes) {
        reserve(value, linked);
        let room = linked.bytes_mut().spare_capacity_mut();
        // SAFETY: there is room for all that is written, for it was reserved. (That it counts as
        // initialized, and lives on while `linked` is used, is pilota's own contract.)
        let mut protocol = unsafe {
            let room = slice::from_raw_parts_mut(room.as_mut_ptr().cast(), room.len());
            TBinaryUnsafeOutputProtocol::new(&mut *linked, room, true)
        };
        value.encode(&mut protocol).expect("pilota writes it");
        let written = protocol.index();
        // SAFETY: so many bytes were written behind those that are counted.
        unsafe { protocol.buf_mut().bytes_mut().advance_mut(written) };
    }
    fn decode<P: Message>(mut bytes: Bytes) -> P {
        // SAFETY: the bytes are those of a whole value, written by us.
        let mut protocol = unsafe { TBinaryUnsafeInputProtocol::new(&mut bytes) };
        let value = P::decode(&mut protocol).expect("pilota reads it");
        let read = protocol.index();
        protocol.buf().advance(read);
        value
    }
    works!(P, T, given, encode, decode)
}

/// The pass for the size.
fn reserve<P: Message>(value: &P, linked: &mut LinkedBytes) {
    linked.reset();
    let mut protocol = TBinaryProtocol::new((), true);
    let size = value.size(&mut protocol);
    linked.reserve(size - protocol.zero_copy_len());
}

/// Both loops around functions of the name, so that each can be inlined into its loop.
macro_rules! works {
    ($message:ident, $ours:ident, $given:ident, $encode:ident, $decode:ident) => {{
        let bytes = $given.bytes;
        let value: $message = $decode(bytes.clone());
        let mut linked = LinkedBytes::new();
        $encode(&value, &mut linked);
        check::<$ours>(&linked.concat(), bytes);
        Works {
            bytes: bytes.len(),
            encode: repeat(move || {
                $encode(black_box(&value), &mut linked);
                black_box(&mut linked);
            }),
            decode: repeat(move || {
                black_box(&$decode::<$message>(black_box(bytes).clone()));
            }),
        }
    }};
}
use works;

/// Panics if what pilota wrote is another value. (The bytes may differ: maps have no order.)
fn check<T: for<'de> Decode<'de> + PartialEq + Debug>(written: &[u8], given: &Bytes) {
    let value: T = thriftly::binary::from_bytes(given).expect("thriftly reads it");
    let theirs: T = thriftly::binary::from_slice(written).expect("thriftly reads pilota's bytes");
    assert_eq!(theirs, value, "pilota writes the same value");
}
