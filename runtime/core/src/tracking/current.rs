//! What a handler knows of the tracked call that it handles.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::CallHeader;
use super::header::new_id;
use crate::rpc::context::current_tracking;

/// The tracked call that is being handled: [`Context::tracking`](crate::Context::tracking).
///
/// Layers find it in the [`extensions`](crate::Request::extensions) of the request. Clones share the
/// count of calls, so a clone lets tasks and threads that the handler has started continue the request:
/// put [`next_call`](Tracking::next_call) into the extensions of theirs.
#[derive(Debug, Clone)]
pub struct Tracking(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    header: Arc<CallHeader>,
    app_id: Arc<str>,
    /// Number of calls that the handler has made.
    calls: AtomicU32,
}

impl Tracking {
    pub(super) fn new(header: Arc<CallHeader>, app_id: Arc<str>) -> Tracking {
        Tracking(Arc::new(Inner { header, app_id, calls: AtomicU32::new(0) }))
    }

    /// The tracked call that is being handled; `None` outside a handler, and if the client has not
    /// asked for tracking.
    pub fn current() -> Option<Tracking> {
        current_tracking()
    }

    /// The header of the call, as received. Its `meta` are the
    /// [`headers`](crate::Context::headers) of the call, too.
    pub fn header(&self) -> &CallHeader {
        &self.0.header
    }

    /// The name of the program that makes the calls of the connection; empty if it has not said it.
    pub fn app_id(&self) -> &str {
        &self.0.app_id
    }

    /// The header of the next call that is made to answer this one: it has the same request id and
    /// meta, and its place is that of this call with the number of the next call, `1.1`, `1.2` and so on.
    ///
    /// If the client has sent no request id, it is a new one.
    pub fn next_call(&self) -> CallHeader {
        let CallHeader { request_id, seq, meta } = self.header();
        let number = self.0.calls.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        CallHeader {
            request_id: if request_id.is_empty() { new_id() } else { request_id.clone() },
            seq: if seq.is_empty() { number.to_string() } else { format!("{seq}.{number}") },
            meta: meta.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::message::Headers;

    #[test]
    fn calls_of_a_handler_continue_its_request() {
        let meta = Headers::from([("tenant", "acme")]);
        let (request_id, seq) = ("rid".to_owned(), "1.2".to_owned());
        let tracking = Tracking::new(
            Arc::new(CallHeader { request_id, seq, meta: meta.clone() }),
            "web".into(),
        );
        let places = [tracking.next_call(), tracking.clone().next_call()].map(|header| {
            assert_eq!((&*header.request_id, &header.meta), ("rid", &meta));
            header.seq
        });
        assert_eq!(places, ["1.2.1", "1.2.2"]);
    }

    #[test]
    fn a_call_without_a_header_begins_a_request() {
        let header = Tracking::new(Arc::default(), "".into()).next_call();
        assert_eq!((header.request_id.len(), &*header.seq), (36, "1"));
    }
}
