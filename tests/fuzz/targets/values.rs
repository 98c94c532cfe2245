//! Values of the schema, in every protocol.
#![no_main]

use libfuzzer_sys::fuzz_target;
use thriftly_fuzz::schema::All;
use thriftly_fuzz::value;

fuzz_target!(|input: (All, All, u16)| {
    let (all, before, cut) = input;
    value::check(&all, &before, cut.into());
});
