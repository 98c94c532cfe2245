//! The Apache `thrift` crate: into a reused `Vec`, out of a slice, which is the best it can.
//! (A real server of it reads and writes through boxed transports.)

use std::hint::black_box;

use thrift::protocol::{
    TBinaryInputProtocol, TBinaryOutputProtocol, TCompactInputProtocol, TCompactOutputProtocol,
};
use thriftly::{Decode, Encode};
use thriftly_peers::types::apache::Apache;
use thriftly_peers_measure::clock::repeat;

use crate::sides::{Given, Protocol, Works};

/// `T` is our type for the same struct.
pub fn works<A, T>(given: &Given) -> Works
where
    A: Apache + 'static,
    T: Encode + for<'de> Decode<'de>,
{
    match given.protocol {
        Protocol::Binary => works_in::<Binary, A>(given, |bytes| {
            let value: T = thriftly::binary::from_slice(bytes)?;
            thriftly::binary::to_vec(&value)
        }),
        Protocol::Compact => works_in::<Compact, A>(given, |bytes| {
            let value: T = thriftly::compact::from_slice(bytes)?;
            thriftly::compact::to_vec(&value)
        }),
    }
}

fn works_in<C: Codec, A: Apache + 'static>(
    given: &Given,
    ours: fn(&[u8]) -> thriftly::Result<Vec<u8>>,
) -> Works {
    let bytes = given.bytes;
    let value: A = C::decode(bytes).expect("the Apache crate reads it");
    let mut buffer = Vec::new();
    C::encode(&value, &mut buffer).expect("the Apache crate writes it");
    assert_eq!(buffer, ours(bytes).expect("thriftly can"), "the Apache crate writes the same");
    Works {
        bytes: bytes.len(),
        encode: repeat(move || {
            buffer.clear();
            C::encode(black_box(&value), &mut buffer).expect("the Apache crate writes it");
            black_box(&mut buffer);
        }),
        decode: repeat(move || {
            let bytes = black_box(bytes).clone();
            black_box(&C::decode::<A>(&bytes).expect("the Apache crate reads it"));
        }),
    }
}

/// A pair of its protocols.
trait Codec {
    fn encode<A: Apache>(value: &A, buffer: &mut Vec<u8>) -> thrift::Result<()>;
    fn decode<A: Apache>(bytes: &[u8]) -> thrift::Result<A>;
}

struct Binary;

impl Codec for Binary {
    fn encode<A: Apache>(value: &A, buffer: &mut Vec<u8>) -> thrift::Result<()> {
        value.write_to_out_protocol(&mut TBinaryOutputProtocol::new(buffer, true))
    }
    fn decode<A: Apache>(bytes: &[u8]) -> thrift::Result<A> {
        A::read_from_in_protocol(&mut TBinaryInputProtocol::new(bytes, true))
    }
}

struct Compact;

impl Codec for Compact {
    fn encode<A: Apache>(value: &A, buffer: &mut Vec<u8>) -> thrift::Result<()> {
        value.write_to_out_protocol(&mut TCompactOutputProtocol::new(buffer))
    }
    fn decode<A: Apache>(bytes: &[u8]) -> thrift::Result<A> {
        A::read_from_in_protocol(&mut TCompactInputProtocol::new(bytes))
    }
}
