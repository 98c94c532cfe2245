//! Any bytes in the binary protocol.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| thriftly_fuzz::any_bytes::binary(bytes));
