//! Clients at work: tasks or threads that call one after the other until a round is over.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::Result;
use crate::process;

/// Calls for so long.
pub type Caller = Box<dyn FnMut(Duration) -> Result<Counted>>;

/// The work of a round, which ends when all calls are answered.
pub struct Counted {
    pub calls: u64,
    pub elapsed: Duration,
    pub cpu: Duration,
}

/// Tells tasks and threads when a round is over.
#[derive(Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Calls in so many tasks. `task` makes calls until it is told to stop, and counts them.
pub fn in_tasks<F>(runtime: Runtime, tasks: usize, task: impl Fn(Stop) -> F + 'static) -> Caller
where
    F: Future<Output = Result<u64>> + Send + 'static,
{
    Box::new(move |time| {
        runtime.block_on(async {
            let stop = Stop::default();
            let meter = Meter::start()?;
            let tasks: Vec<_> = (0..tasks).map(|_| tokio::spawn(task(stop.clone()))).collect();
            tokio::time::sleep(time).await;
            stop.set();
            let mut calls = 0;
            for task in tasks {
                calls += task.await??;
            }
            meter.stop(calls)
        })
    })
}

/// Calls in so many threads.
pub fn in_threads(
    threads: usize,
    call: impl Fn() -> thriftly::Result<()> + Send + Sync + 'static,
) -> Caller {
    Box::new(move |time| {
        let stop = Stop::default();
        let started = Barrier::new(threads + 1);
        std::thread::scope(|scope| {
            let work = || {
                started.wait();
                let mut calls = 0;
                while !stop.is_set() {
                    call()?;
                    calls += 1;
                }
                Ok::<u64, thriftly::Error>(calls)
            };
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let meter = Meter::start()?;
            started.wait();
            std::thread::sleep(time);
            stop.set();
            let mut calls = 0;
            for thread in threads {
                calls += thread.join().map_err(|_| "a thread panicked")??;
            }
            meter.stop(calls)
        })
    })
}

/// The clocks of a round.
struct Meter {
    start: Instant,
    cpu: Duration,
}

impl Meter {
    fn start() -> Result<Meter> {
        Ok(Meter { cpu: process::own_cpu()?, start: Instant::now() })
    }

    fn stop(self, calls: u64) -> Result<Counted> {
        let elapsed = self.start.elapsed();
        Ok(Counted { calls, elapsed, cpu: process::own_cpu()? - self.cpu })
    }
}
