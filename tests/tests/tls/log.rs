//! The warnings of this process.

use std::fmt;
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Log;

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!("{field}={value:?} "));
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        LINES.lock().expect("nobody panics").push(line.0);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Keeps warnings from now on.
pub(crate) fn start() {
    static STARTED: LazyLock<()> = LazyLock::new(|| {
        tracing::subscriber::set_global_default(Log).expect("there is only this one");
    });
    LazyLock::force(&STARTED);
}

/// Waits for a line that has all of these.
pub(crate) fn has(words: &[&str]) {
    let start = Instant::now();
    loop {
        let lines = LINES.lock().expect("nobody panics").clone();
        if lines.iter().any(|line| words.iter().all(|word| line.contains(word))) {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{words:?} are not in {lines:#?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
