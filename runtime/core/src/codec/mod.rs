//! The interface between values and protocols: values implement [`Encode`] and [`Decode`],
//! protocols implement [`Writer`] and [`Reader`].

mod borrowed;
mod container;
mod copy;
mod decode;
mod encode;
mod names;
mod order;
mod projection;
mod raw;
mod reader;
mod scalar;
#[cfg(feature = "smallvec")]
mod small_vec;
mod writer;

#[cfg(feature = "dynamic")]
pub(crate) use container::tree_room;
pub use copy::copy_value;
pub use decode::Decode;
pub(crate) use decode::decode_some;
#[doc(hidden)]
pub use decode::{Fresh, Kept, Mode};
pub use encode::{Encode, ThriftType};
#[cfg(feature = "dynamic")]
#[doc(hidden)]
pub use names::LoadedNames;
#[cfg(feature = "json")]
pub(crate) use names::Names;
pub use names::StructNames;
pub use projection::{Projected, Projection};
pub(crate) use raw::Content;
pub use raw::RawValue;
pub use reader::{FieldHeader, Reader};
pub(crate) use scalar::encoded_as_text;
pub use writer::{ScalarWriter, Writer};
