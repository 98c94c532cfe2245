//! `TBinaryProtocol`: big-endian values of fixed width.
//!
//! ```
//! # fn main() -> thriftly::Result<()> {
//! let bytes = thriftly::binary::to_vec(&thriftly::ApplicationError::default())?;
//! let back: thriftly::ApplicationError = thriftly::binary::from_slice(&bytes)?;
//! assert_eq!(back.message, "");
//! # Ok(())
//! # }
//! ```

mod envelope;
mod reader;
mod types;
mod writer;

pub use envelope::{read_envelope, write_envelope, write_old_envelope};
pub use reader::BinaryReader;
pub(crate) use types::{fixed_width, min_width};
pub use writer::{BinaryRun, BinaryWriter};

use crate::protocol::values::values;

values!("binary", b"\0\0\0\x02hi", BinaryWriter, BinaryReader, Binary);
