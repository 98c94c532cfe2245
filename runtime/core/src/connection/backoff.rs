//! Back-off after accept errors.

use std::io;
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(500);

/// Pause after an error of `accept`, which never stops a server.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    next: Duration,
}

impl Backoff {
    /// A connection was accepted.
    pub(crate) fn succeeded(&mut self) {
        self.next = Duration::ZERO;
    }

    /// The pause before the next attempt: none if only one connection was lost; growing if the
    /// process or machine has run out of a resource.
    pub(crate) fn failed(&mut self, error: &io::Error) -> Duration {
        use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
        match error.kind() {
            ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted => Duration::ZERO,
            _ => {
                let pause = self.next.clamp(FIRST, LONGEST);
                self.next = pause * 2;
                pause
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_connection_is_no_reason_to_wait_and_a_lack_of_files_is() {
        let mut backoff = Backoff::default();
        let lost = io::Error::from(io::ErrorKind::ConnectionAborted);
        let lack = io::Error::from(io::ErrorKind::OutOfMemory);
        assert_eq!(backoff.failed(&lost), Duration::ZERO);
        assert_eq!(backoff.failed(&lack), FIRST);
        assert_eq!(backoff.failed(&lack), FIRST * 2);
        for _ in 0..20 {
            backoff.failed(&lack);
        }
        assert_eq!(backoff.failed(&lack), LONGEST);
        backoff.succeeded();
        assert_eq!(backoff.failed(&lack), FIRST);
    }
}
