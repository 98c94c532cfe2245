//! The end of a channel: no new calls, and connections are closed when the others have ended.

use std::time::Instant;

use super::{Caller, Pool, Step, Why};

/// A pool that takes no more calls.
#[derive(Debug)]
pub(super) struct Closing {
    /// When the calls that are left fail.
    until: Option<Instant>,
}

impl<T: Caller, R: Clone> Pool<T, R> {
    /// Takes no more calls, and closes the connections when the present calls have ended: those that are
    /// left at this time fail. The earliest time holds if there are several.
    pub(crate) fn shut(&mut self, until: Option<Instant>) {
        let before = self.closing.take().and_then(|closing| closing.until);
        let until = before.into_iter().chain(until).min();
        self.closing = Some(Closing { until });
        if let Some(until) = until {
            self.check_at(until);
        }
    }

    /// Whether it takes no more calls.
    pub(super) fn is_closing(&self) -> bool {
        self.closing.is_some()
    }

    /// Whether everything has ended after [`shut`](Pool::shut).
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closing()
            && self.queue.is_empty()
            && self.links.is_empty()
            && self.decided.is_empty()
    }

    /// Whether the last call has ended after [`shut`](Pool::shut), so that [`step`](Pool::step) closes
    /// the connections.
    pub(crate) fn has_to_close(&self) -> bool {
        self.is_closing()
            && !self.links.is_empty()
            && self.queue.is_empty()
            && self.links.iter().all(|link| link.callers() == 0)
    }

    /// Closes a connection if there are no more calls.
    pub(super) fn close_next(&mut self) -> Option<Step<T, R>> {
        if !self.has_to_close() {
            return None;
        }
        self.links.pop().map(|link| Step::Close { link: link.id })
    }

    /// Fails all calls and closes all connections if it is time.
    pub(super) fn check_closing(&mut self, now: Instant) {
        let Some(until) = self.closing.as_ref().and_then(|closing| closing.until) else { return };
        if until > now {
            self.check_at(until);
            return;
        }
        self.closing = Some(Closing { until: None });
        self.fail_waiting(Why::ChannelClosed { sent: false }, |_, _| true);
        for mut link in std::mem::take(&mut self.links) {
            let fail = |call| Step::Fail { call, why: Why::ChannelClosed { sent: true } };
            self.decided.extend(link.drain().filter_map(|sent| sent.call).map(fail));
            self.decided.push_back(Step::Close { link: link.id });
        }
    }
}
