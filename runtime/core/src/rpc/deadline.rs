//! Deadlines of calls.

use std::time::{Duration, Instant};

use crate::rpc::context::current_deadline;

/// The time by which a call must be answered; after it the call fails with
/// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout).
///
/// It covers everything: waiting for a connection, name lookup, connecting, writing and reading.
///
/// ```
/// use std::time::{Duration, Instant};
/// use thriftly::{Deadline, Protocol, Request};
///
/// let mut request = Request::new("ping", Protocol::Binary, vec![0].into());
/// assert_eq!(request.deadline, Deadline::Default);
/// request.deadline = Deadline::after(Duration::from_millis(50));
/// assert!(matches!(request.deadline, Deadline::At(time) if time > Instant::now()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Deadline {
    /// The channel's timeout (default: 30 seconds), or the deadline of the surrounding handler's
    /// [context](crate::Context::deadline) if that is earlier.
    #[default]
    Default,
    /// No deadline: the call waits until it is answered or its connection is lost.
    Never,
    /// At this time.
    At(Instant),
}

impl Deadline {
    /// Creates a deadline this long from now; an unrepresentable time becomes [`Deadline::Never`].
    pub fn after(timeout: Duration) -> Deadline {
        Instant::now().checked_add(timeout).map_or(Deadline::Never, Deadline::At)
    }

    /// The effective time for a default timeout; the handler's deadline if that is earlier.
    pub(crate) fn resolve(self, now: Instant, timeout: Option<Duration>) -> Option<Instant> {
        match self {
            Deadline::Default => {
                let own = timeout.and_then(|timeout| now.checked_add(timeout));
                own.into_iter().chain(current_deadline()).min()
            }
            Deadline::Never => None,
            Deadline::At(time) => Some(time),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_the_channels() {
        let (now, second) = (Instant::now(), Duration::from_secs(1));
        assert_eq!(Deadline::Default.resolve(now, Some(second)), Some(now + second));
        assert_eq!(Deadline::Default.resolve(now, None), None);
        assert_eq!(Deadline::Never.resolve(now, Some(second)), None);
        assert_eq!(Deadline::At(now).resolve(now, Some(second)), Some(now));
        assert_eq!(Deadline::after(Duration::MAX), Deadline::Never);
    }
}
