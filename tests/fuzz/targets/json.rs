//! Any bytes as JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use thriftly_fuzz::any_bytes;
use thriftly_fuzz::protocol::Json;

fuzz_target!(|bytes: &[u8]| any_bytes::check::<Json>(bytes));
