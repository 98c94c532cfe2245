//! Calls that wait for a connection.

use std::collections::VecDeque;
use std::time::Instant;

use super::{PoolSettings, Step, Suspicion, Why};

/// A call that waits.
#[derive(Debug)]
pub(crate) struct Entry<T, R> {
    pub(crate) call: T,
    pub(crate) request: R,
    /// How many bytes the request has.
    pub(crate) bytes: usize,
    pub(crate) deadline: Option<Instant>,
    pub(crate) oneway: bool,
    /// Since when it waits.
    pub(crate) queued: Instant,
    /// How many connections were lost before a byte of it was written.
    pub(crate) tries: u32,
    /// Whether it may be sent once more after a byte of it was written.
    pub(crate) repeatable: bool,
    /// After a byte of it was written on a connection that was lost: which others may end as that one.
    pub(crate) suspicion: Option<Suspicion>,
}

impl<T, R> Entry<T, R> {
    /// Fails it. One that was written before may have been handled.
    pub(super) fn failed(self, why: Why) -> Step<T, R> {
        let written = self.suspicion.is_some();
        let why = match why {
            Why::Timeout { sent } => Why::Timeout { sent: sent || written },
            Why::ChannelClosed { sent } => Why::ChannelClosed { sent: sent || written },
            Why::Unsent | Why::Unreachable if written => Why::Lost,
            why => why,
        };
        Step::Fail { call: self.call, why }
    }
}

/// A call that was not taken.
#[derive(Debug)]
pub(crate) struct Refused<T> {
    pub(crate) call: T,
    /// How many calls wait, and of how many bytes; `None` if the channel is closed.
    pub(crate) waiting: Option<(usize, usize)>,
}

/// A call in the queue that a connection is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    at: usize,
    /// Since when it waits.
    pub(super) queued: Instant,
    pub(super) suspicion: Option<Suspicion>,
}

/// Calls in the order in which they came, bounded in number and bytes.
#[derive(Debug)]
pub(super) struct Queue<T, R> {
    entries: VecDeque<Entry<T, R>>,
    bytes: usize,
    /// How many of them were written before.
    repeated: usize,
}

impl<T, R> Default for Queue<T, R> {
    fn default() -> Queue<T, R> {
        Queue { entries: VecDeque::new(), bytes: 0, repeated: 0 }
    }
}

impl<T, R> Queue<T, R> {
    /// Takes a call. The first one may have any size.
    pub(super) fn push(
        &mut self,
        entry: Entry<T, R>,
        settings: &PoolSettings,
    ) -> Result<(), Refused<T>> {
        let bytes = self.bytes.saturating_add(entry.bytes);
        let full = self.entries.len() >= settings.max_waiting;
        if full || (bytes > settings.max_waiting_bytes && !self.entries.is_empty()) {
            let waiting = Some((self.entries.len(), self.bytes));
            return Err(Refused { call: entry.call, waiting });
        }
        self.bytes = bytes;
        self.entries.push_back(entry);
        Ok(())
    }

    /// Takes a call back, above the bounds if need be.
    pub(super) fn push_front(&mut self, entry: Entry<T, R>) {
        self.bytes = self.bytes.saturating_add(entry.bytes);
        self.repeated += usize::from(entry.suspicion.is_some());
        self.entries.push_front(entry);
    }

    /// Takes a call out.
    pub(super) fn take(&mut self, waiting: Waiting) -> Option<Entry<T, R>> {
        let entry = self.entries.remove(waiting.at)?;
        self.forget(&entry);
        Some(entry)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The first call, or the next one if a connection has to be found for `last` yet: a call that was
    /// never written does not wait for one that was, which fewer connections may take.
    pub(super) fn next(&self, last: Option<Waiting>) -> Option<Waiting> {
        let at = match last {
            None => 0,
            Some(last) => {
                last.suspicion?;
                self.entries.iter().position(|entry| entry.suspicion.is_none())?
            }
        };
        let Entry { queued, suspicion, .. } = *self.entries.get(at)?;
        Some(Waiting { at, queued, suspicion })
    }

    /// How many calls wait that were written before.
    pub(super) fn repeated(&self) -> usize {
        self.repeated
    }

    /// Counts a call no more that is taken out.
    fn forget(&mut self, entry: &Entry<T, R>) {
        self.bytes -= entry.bytes;
        self.repeated -= usize::from(entry.suspicion.is_some());
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.entries.iter().filter_map(|entry| entry.deadline).min()
    }

    /// Counts a try for some of the calls.
    pub(super) fn tried(&mut self, which: impl Fn(&Entry<T, R>) -> bool) {
        for entry in self.entries.iter_mut().filter(|entry| which(entry)) {
            entry.tries += 1;
        }
    }

    /// Removes some of the calls.
    pub(super) fn remove(
        &mut self,
        which: impl Fn(&Entry<T, R>) -> bool,
    ) -> std::vec::IntoIter<Entry<T, R>> {
        if !self.entries.iter().any(&which) {
            return Vec::new().into_iter();
        }
        let mut removed = Vec::new();
        for entry in std::mem::take(&mut self.entries) {
            match which(&entry) {
                true => {
                    self.forget(&entry);
                    removed.push(entry);
                }
                false => self.entries.push_back(entry),
            }
        }
        removed.into_iter()
    }
}
