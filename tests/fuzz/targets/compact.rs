//! Any bytes in the compact protocol.
#![no_main]

use libfuzzer_sys::fuzz_target;
use thriftly::compact::from_slice;
use thriftly_fuzz::any_bytes;
use thriftly_fuzz::protocol::Compact;

fuzz_target!(|bytes: &[u8]| {
    any_bytes::check::<Compact>(bytes);
    any_bytes::check_view(bytes, from_slice(bytes), from_slice(bytes));
});
