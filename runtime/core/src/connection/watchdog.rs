//! Time limits of a server connection.

use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::settings::ServerSettings;

/// The event a connection waits for. Two equal values mean no progress in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// The first byte.
    FirstByte,
    /// The rest of a message.
    Message { number: u64 },
    /// Bytes that show what a client speaks that is rejected already.
    Hopeless,
    /// Progress of a write.
    Write { sent: u64 },
    /// The next call.
    Idle { messages: u64, sent: u64 },
    /// A handler.
    #[cfg(feature = "async")]
    Handler,
    /// A handler, while nothing is read.
    #[cfg(feature = "async")]
    Paused,
}

/// Detects missing progress with few timer operations: the timer is re-armed only for a shorter
/// time, and checks for progress when it fires. Therefore a state ends after one to two times its
/// limit.
#[derive(Debug)]
pub(crate) struct Watchdog {
    armed: Duration,
    seen: Waiting,
}

impl Watchdog {
    /// To be armed for what [`armed`](Watchdog::armed) says.
    pub(crate) fn new(settings: &ServerSettings) -> Watchdog {
        Watchdog { armed: settings.first_byte_timeout, seen: Waiting::FirstByte }
    }

    /// Duration to arm the timer for.
    pub(crate) fn armed(&self) -> Duration {
        self.armed
    }

    /// To be told before each wait. Whether the clock has to be armed again.
    pub(crate) fn observe(&mut self, waiting: Waiting, settings: &ServerSettings) -> bool {
        let period = settings.period(waiting);
        if period >= self.armed {
            return false;
        }
        self.armed = period;
        self.seen = waiting;
        true
    }

    /// To be told when the clock fires; it has to be armed again then.
    ///
    /// # Errors
    /// The connection has made no progress within the limit.
    pub(crate) fn fire(&mut self, waiting: Waiting, settings: &ServerSettings) -> Result<()> {
        self.armed = settings.period(waiting);
        if self.seen != waiting || waiting.is_unlimited() {
            self.seen = waiting;
            return Ok(());
        }
        Err(waiting.too_long())
    }
}

impl Waiting {
    /// Whether the state has no time limit.
    fn is_unlimited(self) -> bool {
        match self {
            #[cfg(feature = "async")]
            Waiting::Handler | Waiting::Paused => true,
            _ => false,
        }
    }

    /// The error for an exceeded time limit.
    pub(crate) fn too_long(self) -> Error {
        Error::new(
            ErrorKind::Timeout,
            match self {
                Waiting::FirstByte => "the client sent nothing",
                Waiting::Message { .. } | Waiting::Hopeless => {
                    "the rest of a message did not come in time"
                }
                Waiting::Write { .. } => "the client does not take its answers",
                Waiting::Idle { .. } => "the connection was idle",
                #[cfg(feature = "async")]
                Waiting::Handler | Waiting::Paused => "a call took too long",
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Waiting = Waiting::Idle { messages: 1, sent: 9 };

    #[test]
    fn no_progress_is_noticed() {
        let settings = ServerSettings::default();
        let mut watchdog = Watchdog::new(&settings);
        assert_eq!(watchdog.armed(), settings.first_byte_timeout);
        assert!(watchdog.fire(Waiting::FirstByte, &settings).is_err());
    }

    #[test]
    fn a_shorter_time_arms_at_once_and_a_longer_one_when_the_clock_fires() -> Result<()> {
        let settings = ServerSettings::default();
        let mut watchdog = Watchdog::new(&settings);
        assert!(!watchdog.observe(IDLE, &settings));
        watchdog.fire(IDLE, &settings)?;
        assert_eq!(watchdog.armed(), settings.idle_timeout);
        let message = Waiting::Message { number: 1 };
        assert!(watchdog.observe(message, &settings));
        assert_eq!(watchdog.armed(), settings.message_timeout);
        assert!(!watchdog.observe(message, &settings));
        assert!(watchdog.fire(message, &settings).is_err());
        Ok(())
    }

    #[test]
    fn progress_and_handlers_take_as_long_as_they_need() -> Result<()> {
        let settings = ServerSettings::default();
        let mut watchdog = Watchdog::new(&settings);
        for messages in 0..10 {
            watchdog.fire(Waiting::Idle { messages, sent: 0 }, &settings)?;
        }
        #[cfg(feature = "async")]
        for waiting in [Waiting::Handler, Waiting::Paused] {
            for _ in 0..10 {
                watchdog.fire(waiting, &settings)?;
            }
        }
        Ok(())
    }
}
