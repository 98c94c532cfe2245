//! Frames of TTHeader with any header.
#![no_main]

use libfuzzer_sys::fuzz_target;
use thriftly_fuzz::stream;

fuzz_target!(|bytes: &[u8]| stream::check_frames([0x10, 0x00], bytes));
