//! How many random values a test tries, and which.
#![allow(dead_code, unreachable_pub, reason = "no test needs all of it, and all are public in one")]

use std::fmt::Debug;
use std::ops::Range;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|number| number.parse().ok())
}

/// The numbers of the values: so many, or as many as `RANDOM_CASES` says, from the one that
/// `RANDOM_SEED` says.
pub fn cases(count: u64) -> Range<u64> {
    let first = setting("RANDOM_SEED").unwrap_or(0);
    first..first + setting("RANDOM_CASES").unwrap_or(count)
}

/// Tells which value it was if a test fails while this is there.
#[derive(Debug)]
pub struct Case<'a, T: Debug> {
    /// The number of the value.
    pub number: u64,
    /// The type of the value.
    pub name: &'a str,
    /// The value, or what else there is to say.
    pub value: T,
}

impl<T: Debug> Drop for Case<'_, T> {
    fn drop(&mut self) {
        let Case { number, name, value } = self;
        if std::thread::panicking() {
            eprintln!("RANDOM_SEED={number} RANDOM_CASES=1 is this one, {name}: {value:?}");
        }
    }
}
