//! The items of serde that generated code names.

mod enumeration;
mod form;
mod structure;
mod union;

pub use enumeration::{read_enum, write_enum};
pub use form::{Blob, Boxed, Later, Map, Number, Pairs, Plain, Seq};
pub use serde_core::de::{Deserialize, Deserializer};
pub use serde_core::ser::{Serialize, Serializer};
pub use structure::{Fields, Members, StructWriter, read, read_optional, read_struct, required};
pub use union::{read_union, set, write_union, write_unset};
