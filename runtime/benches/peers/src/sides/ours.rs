//! thriftly: into a reused `Vec`, or with links to large blobs; out of `Bytes`, or borrowed.

use std::hint::black_box;

use bytes::Bytes;
use thriftly::{Body, Decode, Encode};
use thriftly_peers_measure::clock::{Work, repeat};

use crate::sides::{Given, Protocol, Works};

/// For types that own what they hold, or share it with the message.
pub fn owned<T>(given: &Given) -> Works
where
    T: Encode + for<'de> Decode<'de> + 'static,
{
    fn works<C: Codec, T>(given: &Given) -> Works
    where
        T: Encode + for<'de> Decode<'de> + 'static,
    {
        let bytes = given.bytes;
        Works {
            bytes: bytes.len(),
            encode: encode::<C, T>(C::from_bytes(bytes), given.links),
            decode: repeat(move || {
                let bytes = black_box(bytes).clone();
                black_box(&C::from_bytes::<T>(&bytes));
            }),
        }
    }
    match given.protocol {
        Protocol::Binary => works::<Binary, T>(given),
        Protocol::Compact => works::<Compact, T>(given),
    }
}

/// For types that borrow from the message, with `'static` for the time that it is there.
pub fn borrowed<T: Encode + Decode<'static> + 'static>(given: &Given) -> Works {
    fn works<C: Codec, T: Encode + Decode<'static> + 'static>(given: &Given) -> Works {
        let bytes = given.bytes;
        Works {
            bytes: bytes.len(),
            encode: encode::<C, T>(C::from_slice(bytes), given.links),
            decode: repeat(move || {
                // A value cannot borrow from what lives so shortly, but it costs the same.
                black_box(&black_box(bytes).clone());
                black_box(&C::from_slice::<T>(black_box(bytes)));
            }),
        }
    }
    match given.protocol {
        Protocol::Binary => works::<Binary, T>(given),
        Protocol::Compact => works::<Compact, T>(given),
    }
}

fn encode<C: Codec, T: Encode + 'static>(value: T, links: bool) -> Work {
    if links {
        return repeat(move || {
            black_box(&C::to_body(black_box(&value)));
        });
    }
    let mut buffer = Vec::new();
    repeat(move || {
        buffer.clear();
        C::append_to(black_box(&value), &mut buffer);
        black_box(&mut buffer);
    })
}

/// The functions of a protocol's module.
trait Codec {
    fn append_to<T: Encode>(value: &T, buffer: &mut Vec<u8>);
    fn to_body<T: Encode>(value: &T) -> Body;
    fn from_bytes<T: for<'de> Decode<'de>>(bytes: &Bytes) -> T;
    fn from_slice<'de, T: Decode<'de>>(bytes: &'de [u8]) -> T;
}

macro_rules! codecs {
    ($($name:ident = $module:ident;)*) => {
        $(
            struct $name;

            impl Codec for $name {
                #[inline]
                fn append_to<T: Encode>(value: &T, buffer: &mut Vec<u8>) {
                    thriftly::$module::append_to(value, buffer).expect("thriftly writes it");
                }
                #[inline]
                fn to_body<T: Encode>(value: &T) -> Body {
                    thriftly::$module::to_body(value).expect("thriftly writes it")
                }
                #[inline]
                fn from_bytes<T: for<'de> Decode<'de>>(bytes: &Bytes) -> T {
                    thriftly::$module::from_bytes(bytes).expect("thriftly reads it")
                }
                #[inline]
                fn from_slice<'de, T: Decode<'de>>(bytes: &'de [u8]) -> T {
                    thriftly::$module::from_slice(bytes).expect("thriftly reads it")
                }
            }
        )*
    };
}

codecs! {
    Binary = binary;
    Compact = compact;
}
