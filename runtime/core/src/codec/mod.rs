//! The interface between values and protocols: values implement [`Encode`] and [`Decode`],
//! protocols implement [`Writer`] and [`Reader`].

mod container;
mod copy;
mod decode;
mod encode;
mod names;
mod raw;
mod reader;
mod scalar;
mod writer;

pub use copy::copy_value;
pub use decode::Decode;
pub use encode::{Encode, ThriftType};
pub use names::StructNames;
pub use raw::RawValue;
pub use reader::{FieldHeader, Reader};
pub use writer::{ScalarWriter, Writer};
