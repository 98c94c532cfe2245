//! What the tests share: real peers, packages of their own, and random bytes that are the same in
//! every run.

pub mod package;
pub mod peers;
#[path = "../../runtime/tests/support/random.rs"]
pub mod random;
