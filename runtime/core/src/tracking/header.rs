//! The header of a tracked call.

use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Tracking;
use crate::rpc::message::Headers;
use crate::value::uuid::Uuid;

/// What precedes a tracked call on the wire: ThriftPy's `RequestHeader`.
///
/// The strings of a received header are limited by
/// [`Limits::header_bytes`](crate::Limits::header_bytes), the number of entries of `meta` by
/// [`Limits::headers`](crate::Limits::headers).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallHeader {
    /// Identifies the request that the call is a part of: all calls that are made to answer it have the
    /// same one. ThriftPy's is the text of a random UUID.
    pub request_id: String,
    /// The place of the call in its request: `1` is the first call, `1.2` the second one that the
    /// handler of `1` has made.
    pub seq: String,
    /// Names and values that are passed on from call to call.
    pub meta: Headers,
}

impl CallHeader {
    /// The header of a call that begins a request: with a new id and the place `1`.
    pub fn root() -> CallHeader {
        CallHeader { request_id: new_id(), seq: "1".to_owned(), meta: Headers::default() }
    }

    /// The header of the next call made by the handler that is running, as
    /// [`Tracking::next_call`]; outside the handler of a tracked call, that of a call that
    /// [begins a request](CallHeader::root).
    pub fn next() -> CallHeader {
        match Tracking::current() {
            Some(tracking) => tracking.next_call(),
            None => CallHeader::root(),
        }
    }
}

/// A random UUID as text.
pub(super) fn new_id() -> String {
    // Its keys come from the operating system: they are random for each process.
    static RANDOM: OnceLock<RandomState> = OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let random = RANDOM.get_or_init(RandomState::new);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let [high, low] = [0_u64, 1].map(|half| random.hash_one((count, half)));
    let mut bytes = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
    // RFC 9562, version 4.
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    Uuid(bytes).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_uuids_of_version_4() {
        let ids: std::collections::HashSet<_> = (0..1000).map(|_| new_id()).collect();
        assert_eq!(ids.len(), 1000);
        for id in &ids {
            assert!(id.parse::<Uuid>().is_ok(), "{id}");
            assert_eq!(&id[14..15], "4", "{id}");
            assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"), "{id}");
        }
    }

    #[test]
    fn a_call_outside_a_handler_begins_a_request() {
        let (first, second) = (CallHeader::next(), CallHeader::next());
        assert_ne!(first.request_id, second.request_id);
        assert_eq!((&*first.seq, &*second.seq), ("1", "1"));
    }
}
