//! HTTP from a client or a server.
#![no_main]

use libfuzzer_sys::fuzz_target;
use thriftly_fuzz::http;

fuzz_target!(|bytes: &[u8]| http::check(bytes));
