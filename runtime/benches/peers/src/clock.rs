//! How long work takes.

use cpu_time::ThreadTime;

use crate::sides::Work;

/// Rounds of which the median counts.
const ROUNDS: usize = 41;
/// How long one round takes at least, in nanoseconds, unless the work is too short for that.
const ROUND: u128 = 3_000_000;

/// Nanoseconds that each of the works takes once: medians of interleaved rounds, by the thread's
/// own clock, so that what disturbs the machine disturbs all of them.
pub fn medians(works: &mut [&mut Work]) -> Vec<f64> {
    // Twice as often until a round takes long enough; this warms up, too.
    let times: Vec<u32> = works
        .iter_mut()
        .map(|work| {
            let mut times = 1;
            while round(work, times) < ROUND && times < 1 << 24 {
                times *= 2;
            }
            times
        })
        .collect();
    let mut measured = vec![Vec::with_capacity(ROUNDS); works.len()];
    for _ in 0..ROUNDS {
        for ((work, &times), measured) in works.iter_mut().zip(&times).zip(&mut measured) {
            measured.push(round(work, times) as f64 / f64::from(times));
        }
    }
    let median = |mut measured: Vec<f64>| {
        measured.sort_by(f64::total_cmp);
        measured[measured.len() / 2]
    };
    measured.into_iter().map(median).collect()
}

fn round(work: &mut Work, times: u32) -> u128 {
    let start = ThreadTime::now();
    work(times);
    start.elapsed().as_nanos()
}
