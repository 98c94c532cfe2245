//! Rate limiting of log lines.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Burst size, in lines.
const BURST: u32 = 20;
/// Interval between lines after a burst.
const INTERVAL: Duration = Duration::from_millis(500);

/// Limits log lines of one kind that peers can cause, and counts the suppressed ones.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Lines used of the burst.
    used: u32,
    /// When that was last counted down; `None` before the first line.
    counted: Option<Instant>,
    suppressed: u64,
}

impl Throttle {
    /// Returns the number of lines suppressed since the last one if a line may be written now.
    pub(crate) fn pass(&self, now: Instant) -> Option<u64> {
        // Nothing panics while it is locked.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let since = *state.counted.get_or_insert(now);
        let intervals = now.saturating_duration_since(since).as_nanos() / INTERVAL.as_nanos();
        let intervals = u32::try_from(intervals).unwrap_or(u32::MAX);
        if intervals > 0 {
            state.used = state.used.saturating_sub(intervals);
            state.counted = Some(now);
        }
        if state.used >= BURST {
            state.suppressed += 1;
            return None;
        }
        state.used += 1;
        Some(std::mem::take(&mut state.suppressed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_leaves_a_few_lines_and_their_count() {
        let throttle = Throttle::default();
        let begin = Instant::now();
        let passed = (0..10_000).filter(|_| throttle.pass(begin).is_some()).count();
        assert_eq!(passed, BURST as usize);
        assert_eq!(throttle.pass(begin + INTERVAL), Some(10_000 - u64::from(BURST)));
        assert_eq!(throttle.pass(begin + INTERVAL), None);
        assert_eq!(throttle.pass(begin + 3 * INTERVAL), Some(1));
        assert_eq!(throttle.pass(begin + 3 * INTERVAL), Some(0));
        assert_eq!(throttle.pass(begin + 3 * INTERVAL), None);
    }
}
