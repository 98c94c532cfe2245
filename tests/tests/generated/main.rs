//! What `thrift!` makes of an IDL: values, names, bytes and formats.

mod absent_fields;
mod constructs;
mod enums;
mod equal_bytes;
pub mod foreign;
mod generated_api;
pub mod hygiene;
mod json_keys;
mod json_with_names;
mod keys;
mod lazy;
mod lean;
mod long_constants;
mod names;
mod projected;
mod thriftpy_json;
mod unknown_fields;
mod values;
mod views;
mod wide;
mod wide_enums;
pub mod wide_order;
mod with_serde;
