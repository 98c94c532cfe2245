//! How long work takes.

use cpu_time::ThreadTime;

use crate::ratio::median;

/// Rounds of which the median counts.
const ROUNDS: usize = 41;
/// How long one round takes at least, in nanoseconds, unless the work is too short for that.
const ROUND: u128 = 3_000_000;

/// Does the same as many times as it is told to, and returns the nanoseconds that it took.
pub type Work = Box<dyn FnMut(u32) -> u128>;

/// The loop is around the work, not around a call of it through a pointer, which would take
/// longer than encoding a small struct.
pub fn repeat(mut work: impl FnMut() + 'static) -> Work {
    Box::new(move |times| {
        let start = ThreadTime::now();
        for _ in 0..times {
            work();
        }
        start.elapsed().as_nanos()
    })
}

/// Makes values, so many at once, and counts the time without that of dropping them.
pub fn make<T>(at_once: usize, mut make: impl FnMut() -> T + 'static) -> Work
where
    T: 'static,
{
    let mut made = Vec::with_capacity(at_once);
    Box::new(move |times| {
        let (mut nanos, mut left) = (0, times as usize);
        while left > 0 {
            let now = left.min(at_once);
            let start = ThreadTime::now();
            for _ in 0..now {
                made.push(make());
            }
            nanos += start.elapsed().as_nanos();
            made.clear();
            left -= now;
        }
        nanos
    })
}

/// Nanoseconds that each of the works takes once: medians of interleaved rounds, by the thread's
/// own clock, so that what disturbs the machine disturbs all of them.
pub fn medians(works: &mut [&mut Work]) -> Vec<f64> {
    // Twice as often until a round takes long enough; this warms up, too.
    let times: Vec<u32> = works
        .iter_mut()
        .map(|work| {
            let mut times = 1;
            while work(times) < ROUND && times < 1 << 24 {
                times *= 2;
            }
            times
        })
        .collect();
    let mut measured = vec![Vec::with_capacity(ROUNDS); works.len()];
    for _ in 0..ROUNDS {
        for ((work, &times), measured) in works.iter_mut().zip(&times).zip(&mut measured) {
            measured.push(work(times) as f64 / f64::from(times));
        }
    }
    measured.iter().map(|measured| median(measured)).collect()
}
