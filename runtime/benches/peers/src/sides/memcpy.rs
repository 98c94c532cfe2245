//! The floor: the bytes are copied.

use std::hint::black_box;

use thriftly_peers_measure::clock::repeat;

use crate::sides::{Given, Works};

/// Allocates memory for the bytes, copies them, and frees it, in either direction.
pub fn works(given: &Given) -> Works {
    let bytes = given.bytes;
    let copy = move || {
        black_box(black_box(bytes).to_vec());
    };
    Works { bytes: bytes.len(), encode: repeat(copy), decode: repeat(copy) }
}
