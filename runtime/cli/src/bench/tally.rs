//! Counts and times of calls.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use hdrhistogram::Histogram;
use serde_json::json;
use thriftly_core::dynamic::{CallError, Method};
use thriftly_core::{ErrorKind, Response, Result};

/// The quantiles that are shown.
const QUANTILES: [(&str, f64); 7] = [
    ("p50", 0.5),
    ("p75", 0.75),
    ("p90", 0.9),
    ("p99", 0.99),
    ("p99.9", 0.999),
    ("p99.99", 0.9999),
    ("max", 1.0),
];

/// What became of calls.
#[derive(Debug)]
pub(super) struct Tally {
    /// Times of answered calls, in microseconds.
    times: Histogram<u64>,
    /// Numbers of calls that failed, by what has failed.
    errors: BTreeMap<String, u64>,
    /// How long calls were counted.
    pub(super) seconds: f64,
    /// The intended number of calls in a second.
    pub(super) rate: Option<f64>,
}

impl Tally {
    pub(super) fn new() -> Tally {
        // Three digits, and any time: this precision is allowed.
        let times = Histogram::new(3).unwrap_or_else(|_| unreachable!("three digits are allowed"));
        Tally { times, errors: BTreeMap::new(), seconds: 0.0, rate: None }
    }

    /// Counts a call.
    pub(super) fn count(&mut self, time: Duration, result: Result<Response>, method: &Method) {
        let failed = match result {
            Ok(response) => match method.decode_answer(response) {
                Ok(_) => None,
                Err(CallError::Exception(exception)) => Some(exception.type_name().to_owned()),
                Err(CallError::Other(error)) => Some(name(error.kind())),
            },
            Err(error) => Some(name(error.kind())),
        };
        match failed {
            // Of what failed no time is known: a refused connection is fast.
            Some(name) => *self.errors.entry(name).or_default() += 1,
            None => self.times.saturating_record(time.as_micros().max(1) as u64),
        }
    }

    /// Adds the counts of another task.
    pub(super) fn add(&mut self, other: &Tally) {
        // Both resize themselves.
        let _ = self.times.add(&other.times);
        for (name, count) in &other.errors {
            *self.errors.entry(name.clone()).or_default() += count;
        }
    }

    pub(super) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    fn failed(&self) -> u64 {
        self.errors.values().sum()
    }

    /// Writes them for people.
    pub(super) fn write_table(&self, out: &mut dyn Write) -> io::Result<()> {
        let (answered, failed) = (self.times.len(), self.failed());
        let per_second = answered as f64 / self.seconds;
        write!(out, "{answered} calls in {:.2} s, {per_second:.0} a second", self.seconds)?;
        match self.rate {
            Some(rate) => writeln!(out, " (intended: {rate})")?,
            None => writeln!(out)?,
        }
        if answered > 0 {
            writeln!(out)?;
        }
        for (name, quantile) in QUANTILES {
            if answered > 0 {
                let time = self.times.value_at_quantile(quantile) as f64 / 1000.0;
                writeln!(out, "{name:>8}  {time:>10.3} ms")?;
            }
        }
        if failed > 0 {
            writeln!(out, "\n{failed} calls failed:")?;
            for (name, count) in &self.errors {
                writeln!(out, "{count:>8}  {name}")?;
            }
        }
        Ok(())
    }

    /// Writes them as JSON.
    pub(super) fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let milliseconds = |microseconds: f64| microseconds / 1000.0;
        let mut times = serde_json::Map::new();
        if !self.times.is_empty() {
            times.insert("mean".to_owned(), json!(milliseconds(self.times.mean())));
            for (name, quantile) in QUANTILES {
                let time = self.times.value_at_quantile(quantile) as f64;
                times.insert(name.to_owned(), json!(milliseconds(time)));
            }
        }
        let line = json!({
            "calls": self.times.len(),
            "seconds": self.seconds,
            "per_second": self.times.len() as f64 / self.seconds,
            "rate": self.rate,
            "milliseconds": times,
            "failed": self.failed(),
            "errors": self.errors,
        });
        writeln!(out, "{line}")
    }
}

/// What has failed, in words.
fn name(kind: ErrorKind) -> String {
    match kind {
        ErrorKind::Application(kind) => kind.name().to_owned(),
        kind => format!("{kind:?}"),
    }
}
