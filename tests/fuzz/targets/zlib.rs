//! Compressed streams and frames.
#![no_main]

use libfuzzer_sys::fuzz_target;
use thriftly_fuzz::stream;

fuzz_target!(|bytes: &[u8]| stream::check_zlib(bytes));
