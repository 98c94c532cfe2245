//! The structs of `bench.thrift` and `more.thrift` in every codec, by the same names.

pub mod apache;
pub mod ours;
pub mod pilota;
pub mod prost;
