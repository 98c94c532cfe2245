//! Any bytes in the binary protocol.
#![no_main]

use libfuzzer_sys::fuzz_target;
use thriftly::binary::from_slice;
use thriftly_fuzz::any_bytes;
use thriftly_fuzz::protocol::Binary;

fuzz_target!(|bytes: &[u8]| {
    any_bytes::check::<Binary>(bytes);
    any_bytes::check_view(bytes, from_slice(bytes), from_slice(bytes));
});
