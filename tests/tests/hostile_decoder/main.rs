//! What peers may send that nobody has written in good faith, to every decoder: the types of `thrift!`
//! and of the derive, those that are loaded at run time, views, shared strings and hashed maps, in binary, compact and JSON.
//!
//! Each row of the list has its tests, which begin with its name.
//!
//! | row | |
//! |---|---|
//! | D1 | `random`: random and mutated bytes neither panic nor take more memory than 16 times the input and 64 KiB |
//! | D2, D3, D4 | `sizes`: sizes that cannot be meant: of strings, containers, names, and times the size of elements. Frames: `transport` of the runtime |
//! | D5 | `nesting`: 64 levels and no more, on a small stack; of 256 KiB with `--release` |
//! | D6, D11 | `skipping`: what is not known, or of another type, is passed over; what is no type ends it |
//! | D7, D9 | `numbers`: numbers that do not end, bools that are neither |
//! | D8, D17 | `text`: what is not UTF-8, and what JSON can be |
//! | D10, D12 | `fields`: unknown values of enums and unions, missing and doubled fields, ids of any number |
//! | D13, D14 | `ends`: what is cut short, what is left over. Also `random_schemas`, and `golden` of the runtime |
//! | D15 | `random_schemas`, and `random_values` of the runtime |
//! | D16 | `python_peers`, and `golden` of the runtime |
//! | D18 | `flood`: keys that are made to collide |
//! | X1, X2 | `amplification`: small bytes that become large values |
//!
//! `HOSTILE_INPUTS=1000000 cargo test --release -p thriftly-tests --test hostile_decoder` tries a million
//! random and a million mutated inputs in each protocol.

mod amplification;
mod ends;
mod fields;
mod flood;
mod large;
mod memory;
mod nesting;
mod numbers;
mod random;
mod sizes;
mod skipping;
mod text;
mod types;
