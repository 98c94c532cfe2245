//! The timer of one connection.

use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use crate::connection::{Waiting, Watchdog};
use crate::error::Result;
use crate::settings::ServerSettings;

/// The watchdog of a connection with its timer.
pub(super) struct Clock {
    watchdog: Watchdog,
    sleep: Pin<Box<Sleep>>,
    /// Whether the timer has been polled with the current waker.
    armed: bool,
}

impl Clock {
    pub(super) fn new(settings: &ServerSettings) -> Clock {
        let watchdog = Watchdog::new(settings);
        Clock { sleep: Box::pin(sleep(watchdog.armed())), watchdog, armed: false }
    }

    /// Must be called before each wait.
    pub(super) fn observe(&mut self, waiting: Waiting, settings: &ServerSettings) {
        if self.watchdog.observe(waiting, settings) {
            self.arm();
        }
    }

    /// Whether the timer has fired; it must then be armed again. If not, the task is woken when it
    /// does.
    pub(super) fn has_fired(&mut self, context: &mut Context<'_>) -> bool {
        if self.armed && !self.sleep.is_elapsed() {
            return false;
        }
        let fired = self.sleep.as_mut().poll(context).is_ready();
        self.armed = !fired;
        fired
    }

    /// Checks for progress when the timer has fired.
    ///
    /// # Errors
    /// The connection has made no progress within the limit.
    pub(super) fn check(&mut self, waiting: Waiting, settings: &ServerSettings) -> Result<()> {
        self.watchdog.fire(waiting, settings)
    }

    /// Arms the timer for the limit of the current state.
    pub(super) fn arm(&mut self) {
        self.arm_for(self.watchdog.armed());
    }

    /// Arms the timer for another time.
    pub(super) fn arm_for(&mut self, time: Duration) {
        const FAR: Duration = Duration::from_secs(365 * 24 * 3600);
        self.sleep.as_mut().reset(Instant::now() + time.min(FAR));
        self.armed = false;
    }
}
