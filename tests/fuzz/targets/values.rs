//! Values of the schema, in every protocol.
#![no_main]

use libfuzzer_sys::fuzz_target;
use thriftly_fuzz::schema::All;
use thriftly_fuzz::value;

fuzz_target!(|input: (All, u16)| {
    let (all, cut) = input;
    value::check(&all, cut.into());
});
