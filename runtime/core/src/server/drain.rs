//! Shutdown notification of all connections.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Context;

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

/// The sender, which notifies all connections once.
#[derive(Debug, Default)]
pub(super) struct Drain {
    begun: AtomicBool,
    notify: Arc<Notify>,
}

impl Drain {
    pub(super) fn begin(&self) {
        self.begun.store(true, Ordering::Release);
        self.notify.notify_waiters();
    }
}

/// The receiver of one connection.
pub(super) struct Listener {
    drain: Arc<Drain>,
    notified: Pin<Box<OwnedNotified>>,
    /// Whether the task of the connection is known to those who notify.
    registered: bool,
}

impl Listener {
    pub(super) fn new(drain: Arc<Drain>) -> Listener {
        let notified = Box::pin(Arc::clone(&drain.notify).notified_owned());
        Listener { drain, notified, registered: false }
    }

    /// Whether it has begun. If not, the task is woken when it does: it is always the same one,
    /// so that it need not be registered each time.
    pub(super) fn begun(&mut self, context: &mut Context<'_>) -> bool {
        if !self.registered {
            self.registered = true;
            if self.notified.as_mut().poll(context).is_ready() {
                return true;
            }
        }
        self.drain.begun.load(Ordering::Acquire)
    }
}
