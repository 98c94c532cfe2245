//! Any bytes as ThriftPy's JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| thriftly_fuzz::any_bytes::thriftpy_json(bytes));
