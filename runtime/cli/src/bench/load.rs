//! The calls, by many tasks at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use thriftly_core::dynamic::Method;
use thriftly_core::{Channel, Request, Result};
use tokio::time::{Instant, sleep_until};
use tower_service::Service;

use super::tally::Tally;
use crate::decode::source::progress_bar;
use crate::upstream::Upstream;

/// What is called, and how often.
pub(super) struct Load {
    pub(super) upstream: Upstream,
    pub(super) method: Method,
    pub(super) request: Request,
    pub(super) timeout: Duration,
    pub(super) pace: Pace,
    pub(super) connections: usize,
    pub(super) in_flight: usize,
    pub(super) duration: Duration,
    pub(super) warm_up: Duration,
    pub(super) shows_progress: bool,
}

/// When calls are made.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pace {
    /// Each when the one before it has been answered.
    Closed,
    /// So many in each second, answered or not.
    Rate(f64),
}

/// What all tasks share.
struct Run {
    method: Method,
    request: Request,
    pace: Pace,
    start: Instant,
    /// Calls that begin before are not counted.
    counted_from: Instant,
    end: Instant,
    /// Number of calls that have been taken by a task.
    taken: AtomicU64,
    /// Number of calls that have ended.
    done: AtomicU64,
}

/// A call to make.
struct Due {
    /// When it is to be made.
    time: Instant,
    /// From when on its time counts.
    began: Instant,
}

impl Load {
    /// Makes the calls.
    pub(super) async fn run(self) -> Result<Tally> {
        let mut channels = Vec::with_capacity(self.connections);
        for _ in 0..self.connections {
            let builder = self.upstream.builder()?.timeout(self.timeout).max_connections(1);
            let channel = builder.max_in_flight(self.in_flight);
            channels.push(channel.connect(&*self.upstream.address).await?);
        }
        // A call shows whether there is such a method, and opens what is opened late.
        probe(&mut channels[0].clone(), &self.request).await?;
        let start = Instant::now();
        let run = Arc::new(Run {
            method: self.method,
            request: self.request,
            pace: self.pace,
            start,
            counted_from: start + self.warm_up,
            end: start + self.warm_up + self.duration,
            taken: AtomicU64::new(0),
            done: AtomicU64::new(0),
        });
        let mut tasks = Vec::new();
        for channel in channels {
            for _ in 0..self.in_flight {
                tasks.push(tokio::spawn(Arc::clone(&run).calls(channel.clone())));
            }
        }
        let progress = self.shows_progress.then(|| tokio::spawn(Arc::clone(&run).progress()));
        let mut tally = Tally::new();
        for task in tasks {
            match task.await {
                Ok(one) => tally.add(&one),
                Err(error) => return Err(thriftly_core::Error::other(error)),
            }
        }
        if let Some(progress) = progress {
            progress.abort();
        }
        tally.seconds = (Instant::now() - run.counted_from).as_secs_f64();
        if let Pace::Rate(rate) = self.pace {
            tally.rate = Some(rate);
        }
        Ok(tally)
    }
}

async fn probe(channel: &mut Channel, request: &Request) -> Result<()> {
    let response = channel.call(request.clone()).await?;
    match response.error() {
        // Whatever else is wrong is counted.
        Some(error) if error.kind() == UNKNOWN => Err(error),
        _ => Ok(()),
    }
}

const UNKNOWN: thriftly_core::ErrorKind =
    thriftly_core::ErrorKind::Application(thriftly_core::ApplicationErrorKind::UNKNOWN_METHOD);

impl Run {
    /// The calls of one task.
    async fn calls(self: Arc<Run>, mut channel: Channel) -> Tally {
        let mut tally = Tally::new();
        while let Some(Due { time, began }) = self.next().await {
            let result = channel.call(self.request.clone()).await;
            let ended = Instant::now();
            self.done.fetch_add(1, Ordering::Relaxed);
            if time < self.counted_from {
                continue;
            }
            tally.count(ended - began, result, &self.method);
        }
        tally
    }

    /// Waits until the next call is to be made; `None` at the end.
    ///
    /// If all tasks still wait for answers at the time of a call, its time counts from then on nevertheless: else a server
    /// that stands still would be called less often, and seem fast ("coordinated omission"). If a task waits for that
    /// time, the delay of its timer does not count.
    async fn next(&self) -> Option<Due> {
        let now = Instant::now();
        match self.pace {
            Pace::Closed => (now < self.end).then_some(Due { time: now, began: now }),
            Pace::Rate(rate) => {
                let index = self.taken.fetch_add(1, Ordering::Relaxed);
                let time = self.start + Duration::from_secs_f64(index as f64 / rate);
                if time >= self.end {
                    return None;
                }
                if time <= now {
                    return Some(Due { time, began: time });
                }
                sleep_until(time).await;
                Some(Due { time, began: Instant::now() })
            }
        }
    }

    /// Shows the time and the number of calls.
    async fn progress(self: Arc<Run>) {
        let length = (self.end - self.start).as_millis() as u64;
        let bar = progress_bar(length, "{msg} {wide_bar} {percent}%");
        let mut before = 0;
        while Instant::now() < self.end {
            let done = self.done.load(Ordering::Relaxed);
            bar.set_message(format!("{done} calls, {} a second", (done - before) * 4));
            bar.set_position(self.start.elapsed().as_millis() as u64);
            before = done;
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        bar.finish_and_clear();
    }
}
