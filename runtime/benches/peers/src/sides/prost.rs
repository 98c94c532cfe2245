//! prost, whose bytes are Protocol Buffers: the same values in another format. It writes into a
//! reused `Vec`, and reads from `Bytes`, which its own `bytes` fields share.

use std::fmt::Debug;
use std::hint::black_box;

use bytes::Bytes;
use prost::Message;
use thriftly::Decode;
use thriftly_peers_measure::clock::repeat;

use crate::sides::{Given, Works};

/// `R` is what is read and encoded, `W` what had written the bytes.
pub fn works<R, W>(given: &Given) -> Works
where
    R: Message + Default + for<'de> Decode<'de> + PartialEq + Debug + 'static,
    W: Message + for<'de> Decode<'de>,
{
    let written: W = thriftly::binary::from_bytes(given.bytes).expect("it has a Thrift type");
    let bytes: Bytes = written.encode_to_vec().into();
    let value = <R as Message>::decode(bytes.clone()).expect("prost reads it");
    let same: R = thriftly::binary::from_bytes(given.bytes).expect("it has a Thrift type");
    assert_eq!(value, same, "prost reads the same value");

    let mut buffer = Vec::new();
    Works {
        bytes: bytes.len(),
        encode: repeat(move || {
            buffer.clear();
            black_box(&value).encode(&mut buffer).expect("a Vec has room");
            black_box(&mut buffer);
        }),
        decode: repeat(move || {
            black_box(&<R as Message>::decode(black_box(&bytes).clone()).expect("prost reads it"));
        }),
    }
}
