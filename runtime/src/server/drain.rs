//! The word to all connections that the server is shutting down.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Context;

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

/// Said once, heard by all connections.
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

/// The ear of one connection.
pub(super) struct Listener {
    drain: Arc<Drain>,
    /// `None` once the task is known to those who notify.
    unheard: Option<Pin<Box<OwnedNotified>>>,
    heard: Option<Pin<Box<OwnedNotified>>>,
}

impl Listener {
    pub(super) fn new(drain: Arc<Drain>) -> Listener {
        let notified = Box::pin(Arc::clone(&drain.notify).notified_owned());
        Listener { drain, unheard: Some(notified), heard: None }
    }

    /// Whether it has begun. If not, the task is woken when it does: it is always the same one,
    /// so it need not be registered again each time.
    pub(super) fn begun(&mut self, context: &mut Context<'_>) -> bool {
        if let Some(mut notified) = self.unheard.take() {
            if notified.as_mut().poll(context).is_ready() {
                return true;
            }
            self.heard = Some(notified);
        }
        self.drain.begun.load(Ordering::Acquire)
    }
}
