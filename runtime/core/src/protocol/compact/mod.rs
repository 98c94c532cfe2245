//! `TCompactProtocol`: variable-length integers, and field headers of usually one byte.
//!
//! ```
//! # fn main() -> thriftly::Result<()> {
//! let bytes = thriftly::compact::to_vec(&vec![1, -1, 300])?;
//! assert_eq!(bytes, [0x35, 2, 1, 0xd8, 4]); // three i32s
//! assert_eq!(thriftly::compact::from_slice::<Vec<i32>>(&bytes)?, [1, -1, 300]);
//! # Ok(())
//! # }
//! ```

mod envelope;
mod pass;
mod reader;
mod types;
mod varint;
mod varints;
mod writer;

pub use envelope::{read_envelope, write_envelope};
pub use reader::CompactReader;
pub(crate) use types::{fixed_width, min_width, ttype};
pub(crate) use varint::Length;
pub use writer::CompactWriter;
pub(crate) use writer::raw_field;

use crate::protocol::values::values;

values!("compact", b"\x02hi", CompactWriter, CompactReader, Compact);
