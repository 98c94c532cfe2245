//! A program of which only the size counts, see `src/code.rs`. It decodes and encodes as many
//! structs as the environment variables `PEERS_OURS` and `PEERS_PILOTA` say when it is built.

use std::hint::black_box;

use bytes::Bytes;
use linkedbytes::LinkedBytes;
use pilota::thrift::binary::TBinaryProtocol;
use pilota::thrift::{Message, TLengthProtocol};
use thriftly::{Decode, Encode};
use thriftly_peers::types;

const OURS: usize = number(option_env!("PEERS_OURS"));
const PILOTA: usize = number(option_env!("PEERS_PILOTA"));

const fn number(text: Option<&str>) -> usize {
    let Some(text) = text else { return 0 };
    match usize::from_str_radix(text, 10) {
        Ok(number) => number,
        Err(_) => panic!("PEERS_OURS and PEERS_PILOTA are numbers"),
    }
}

/// Calls the functions for the first structs, up to the given numbers. Functions that are not
/// called are not linked.
macro_rules! structs {
    ($bytes:ident: $($index:literal $name:ident,)*) => {
        $(
            if OURS > $index {
                ours::<types::ours::$name>($bytes);
            }
            if PILOTA > $index {
                pilota::<types::pilota::$name>($bytes.clone());
            }
        )*
    };
}

fn main() {
    let bytes = &Bytes::from(std::env::args().next().unwrap_or_default());
    structs! { bytes:
        0 Wide,
        1 Small,
        2 Phone,
        3 Address,
        4 Person,
        5 Nested,
        6 I32s,
        7 I64s,
        8 Doubles,
        9 Strings,
        10 Blob,
        11 SmallMap,
        12 Optionals,
    }
}

#[inline(never)]
fn ours<T: Encode + for<'de> Decode<'de>>(bytes: &Bytes) {
    if let Ok(value) = thriftly::binary::from_bytes::<T>(bytes) {
        let mut buffer = Vec::new();
        black_box(&thriftly::binary::append_to(&value, &mut buffer));
        black_box(&buffer);
    }
}

#[inline(never)]
fn pilota<T: Message>(mut bytes: Bytes) {
    if let Ok(value) = T::decode(&mut TBinaryProtocol::new(&mut bytes, true)) {
        let mut protocol = TBinaryProtocol::new((), true);
        let size = value.size(&mut protocol);
        let mut linked = LinkedBytes::new();
        linked.reserve(size - protocol.zero_copy_len());
        black_box(&value.encode(&mut TBinaryProtocol::new(&mut linked, true)));
        black_box(&linked);
    }
}
