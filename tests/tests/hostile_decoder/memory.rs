//! How much memory decoding takes.

use std::sync::LazyLock;

use allocation_counter::{AllocationInfo, measure};

use crate::types::LOADED;

/// Memory allowed in addition to that accounted to the input, in bytes.
pub(crate) const SLACK: usize = 64 << 10;

/// Does the work, and tells what memory that took on this thread.
pub(crate) fn measured<T>(work: impl FnOnce() -> T) -> (T, AllocationInfo) {
    // What is loaded once is no part of the work.
    LazyLock::force(&LOADED);
    let mut result = None;
    let info = measure(|| result = Some(work()));
    (result.expect("the work was done"), info)
}

/// Decodes, and checks that no more memory was taken at once than 16 times the input and a bit.
pub(crate) fn bounded<T>(bytes: &[u8], decode: impl FnOnce(&[u8]) -> T) -> T {
    let (result, info) = measured(|| decode(bytes));
    assert!(
        info.bytes_max <= (16 * bytes.len() + SLACK) as u64,
        "{} bytes of memory for {} bytes of input: {}",
        info.bytes_max,
        bytes.len(),
        bytes.escape_ascii(),
    );
    result
}

/// Decodes what cannot be meant, and checks that hardly any memory was taken for it, beside what
/// streams and shared bytes take for the input itself.
pub(crate) fn frugal<T>(bytes: &[u8], decode: impl FnOnce(&[u8]) -> T) -> T {
    let (result, info) = measured(|| decode(bytes));
    assert!(
        info.bytes_max <= (4 * bytes.len() + SLACK) as u64,
        "{} bytes of memory for {} bytes of input: {}",
        info.bytes_max,
        bytes.len(),
        bytes.escape_ascii()
    );
    result
}
