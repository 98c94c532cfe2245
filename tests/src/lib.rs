//! What the tests share: real peers, and random bytes that are the same in every run.

pub mod peers;
pub mod random;
