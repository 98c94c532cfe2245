//! The sides of a comparison: each codec as it is best driven, with one value, ready to be run
//! again and again.
//!
//! Common conditions: encoding goes into a reused buffer, decoding gets
//! [`Bytes`] of its own, as a server hands over each message, and includes dropping the value.

pub mod apache;
pub mod memcpy;
pub mod ours;
pub mod pilota;
pub mod prost;

use std::fmt;

use bytes::Bytes;
use thriftly_peers_measure::clock::Work;

/// How values become bytes. prost, which has a format of its own, is a side of `Binary`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Protocol {
    Binary,
    Compact,
}

/// Which half of a codec is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    Encode,
    Decode,
}

/// Which types of ours.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Variant {
    /// Stands behind the protocol in the name of a row.
    pub name: &'static str,
    /// How many times as fast as pilota structs are to be decoded.
    pub decode_target: f64,
}

/// What `thrift!` makes without options.
pub const OWNED: Variant = Variant { name: "", decode_target: 1.5 };
/// With the option `strings: shared`.
pub const SHARED: Variant = Variant { name: "/shared", decode_target: 1.5 };
/// With text that is borrowed from the message.
pub const VIEWS: Variant = Variant { name: "/views", decode_target: 3.0 };

/// With the option `maps: hashed`: a `HashMap`, as pilota and prost have.
pub const HASHED: Variant = Variant { name: "/hashed", decode_target: 1.5 };

/// Who does the work.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Who {
    Ours(Variant),
    /// `TBinaryProtocol`, as volo uses it by default.
    Pilota,
    /// `TBinaryUnsafe…Protocol`, as volo uses it with the feature `unsafe-codec`.
    PilotaUnsafe,
    Apache,
    Prost,
    /// No codec: the bytes are copied into memory that is allocated for them.
    Memcpy,
}

/// What a side is made from: bytes that stay for as long as the program runs, so that even values
/// that borrow from them can be kept.
pub struct Given {
    pub protocol: Protocol,
    pub bytes: &'static Bytes,
    /// Large blobs are linked rather than copied, by those who can.
    pub links: bool,
}

/// A codec with its value.
pub struct Works {
    /// The bytes that are decoded.
    pub bytes: usize,
    pub encode: Work,
    pub decode: Work,
}

/// A codec that can be given a value.
pub struct Side {
    pub who: Who,
    pub protocols: &'static [Protocol],
    /// Panics if the codec gets anything else out of the value or the bytes than the others.
    pub works: fn(&Given) -> Works,
}

impl Protocol {
    pub const ALL: [Protocol; 2] = [Protocol::Binary, Protocol::Compact];
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Protocol::Binary => "binary",
            Protocol::Compact => "compact",
        })
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Direction::Encode => "encode",
            Direction::Decode => "decode",
        })
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Ours(variant) => write!(f, "thriftly{}", variant.name),
            Who::Pilota => f.write_str("pilota"),
            Who::PilotaUnsafe => f.write_str("pilota-unsafe"),
            Who::Apache => f.write_str("apache"),
            Who::Prost => f.write_str("prost"),
            Who::Memcpy => f.write_str("memcpy"),
        }
    }
}

impl Given {
    pub fn new(protocol: Protocol, bytes: Vec<u8>, links: bool) -> Given {
        Given { protocol, bytes: Box::leak(Box::new(bytes.into())), links }
    }
}

impl Works {
    pub fn of(&mut self, direction: Direction) -> &mut Work {
        match direction {
            Direction::Encode => &mut self.encode,
            Direction::Decode => &mut self.decode,
        }
    }
}
