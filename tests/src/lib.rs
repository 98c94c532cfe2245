//! What the tests share: real peers, packages of their own, random bytes, values and schemas that are
//! the same in every run.

pub mod authority;
pub mod cargo;
#[path = "../../runtime/tests/support/cases.rs"]
pub mod cases;
pub mod form;
pub mod instance;
pub mod interop;
pub mod package;
pub mod peers;
pub mod process;
pub mod proxy;
#[path = "../../runtime/tests/support/random.rs"]
pub mod random;
pub mod schema;
#[path = "../../runtime/tests/support/value.rs"]
pub mod value;
