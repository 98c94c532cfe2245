//! A tracker that prints.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::time::{Duration, SystemTime};

use super::{Outcome, Record, Side, Tracker};

/// A tracker that prints each finished call on the standard output, as one line of JSON: ThriftPy's
/// `ConsoleTracker`, for development and for programs whose output is collected.
///
/// ```text
/// {"side":"client","request_id":"5f0c…","seq":"1.1","api":"get","client":"web","server":"10.0.0.7:6000",
///  "status":true,"start":1700000000000,"end":1700000000004,"meta":{}}
/// ```
///
/// The keys are those of ThriftPy's `RequestInfo`, with `side` (`client` or `server`) and, if the call has
/// failed, `error` in addition. `status` is `true` if it returned a value; `start` and `end` are
/// milliseconds since 1970. `client` and `server` are the name of the side that prints, and the address of the
/// other one; at a server, `client` is the name that the client has said, if it has.
#[derive(Debug, Clone, Default)]
pub struct ConsoleTracker {
    app_id: String,
}

impl ConsoleTracker {
    /// Creates a tracker for a program of this name.
    pub fn new(app_id: impl Into<String>) -> ConsoleTracker {
        ConsoleTracker { app_id: app_id.into() }
    }

    fn line(&self, record: &Record<'_>) -> String {
        let Record { side, app_id, peer, method, header, start, duration, outcome, .. } = record;
        let (side, client, server) = match side {
            Side::Client => ("client", *app_id, *peer),
            Side::Server => {
                ("server", if app_id.is_empty() { *peer } else { app_id }, &*self.app_id)
            }
        };
        let mut line = String::from("{");
        let mut text = |key: &str, value: &str| {
            // A string takes everything.
            let _ = write!(line, "{}:{},", Quoted(key), Quoted(value));
        };
        text("side", side);
        text("request_id", &header.request_id);
        text("seq", &header.seq);
        text("api", method);
        text("client", client);
        text("server", server);
        let error = match outcome {
            Outcome::Success => None,
            Outcome::DeclaredException => Some("a declared exception".to_owned()),
            Outcome::Failed(error) => Some(error.to_string()),
            Outcome::Abandoned => Some("abandoned".to_owned()),
        };
        if let Some(error) = &error {
            text("error", error);
        }
        let start = start.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let (start, end) = (start.as_millis(), start.saturating_add(*duration).as_millis());
        let status = error.is_none();
        let _ = write!(line, "\"status\":{status},\"start\":{start},\"end\":{end},\"meta\":{{");
        for (index, (name, value)) in header.meta.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let _ = write!(line, "{comma}{}:{}", Quoted(name), Quoted(value));
        }
        line.push_str("}}\n");
        line
    }
}

impl Tracker for ConsoleTracker {
    fn app_id(&self) -> &str {
        &self.app_id
    }

    fn record(&self, record: &Record<'_>) {
        // In one write, so that lines of several threads do not mix. Nobody may read them any more.
        let _ = std::io::stdout().lock().write_all(self.line(record).as_bytes());
    }
}

/// A JSON string.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(f, "\\{character}")?,
                // A line of output stays one.
                '\0'..' ' | '\u{7f}' | '\u{2028}' | '\u{2029}' => {
                    write!(f, "\\u{:04x}", u32::from(character))?;
                }
                _ => f.write_char(character)?,
            }
        }
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::rpc::message::Headers;
    use crate::tracking::CallHeader;

    #[test]
    fn a_record_is_one_line_of_json_whatever_a_peer_has_sent() {
        let header = CallHeader {
            request_id: "rid\n".into(),
            seq: "1.2".into(),
            meta: Headers::from([("a\"b", "c\\"), ("d", "é")]),
        };
        let start = SystemTime::UNIX_EPOCH + Duration::from_millis(1500);
        let (duration, oneway) = (Duration::from_millis(20), false);
        let failed = Outcome::Failed(Error::internal("bad"));
        let mut record = Record {
            side: Side::Server,
            app_id: "web",
            peer: "127.0.0.1:9",
            method: "get",
            oneway,
            header: &header,
            start,
            duration,
            outcome: &failed,
        };
        let tracker = ConsoleTracker::new("store");
        assert_eq!(
            tracker.line(&record),
            "{\"side\":\"server\",\"request_id\":\"rid\\u000a\",\"seq\":\"1.2\",\"api\":\"get\",\
             \"client\":\"web\",\"server\":\"store\",\"error\":\"bad\",\"status\":false,\"start\":1500,\
             \"end\":1520,\"meta\":{\"a\\\"b\":\"c\\\\\",\"d\":\"é\"}}\n"
        );
        record.app_id = "";
        assert!(tracker.line(&record).contains("\"client\":\"127.0.0.1:9\",\"server\":\"store\""));
        record =
            Record { side: Side::Client, app_id: "store", outcome: &Outcome::Success, ..record };
        let line = tracker.line(&record);
        assert!(line.contains("\"client\":\"store\",\"server\":\"127.0.0.1:9\",\"status\":true,"));
    }
}
