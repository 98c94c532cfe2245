//! The base protocol: messages of JSON with a header that has their length, on standard input and output.
//!
//! A message that is not JSON, or not a message, is reported and skipped. Only a header without a usable length ends the
//! stream, as nothing says where the next message begins.

use std::io::{self, BufRead, Read, Write};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use lsp_server::{ErrorCode, Message, RequestId};
use serde_json::{Value, json};

/// Longest message that is read, in bytes.
const LONGEST: u64 = 256 << 20;

/// Longest line of a header, in bytes.
const LONGEST_LINE: u64 = 4096;

/// Messages that are read before the server has taken them.
const AHEAD: usize = 256;

/// What was read.
#[derive(Debug)]
pub(super) enum Incoming {
    Message(Message),
    /// A text that is not a message: the error to answer with, and the id if there is one.
    Bad(ErrorCode, String, Option<RequestId>),
    /// The stream cannot be read any further, for this reason.
    Broken(String),
}

/// Reads messages on a thread of its own, so that a cancellation is seen while other requests wait. The channel ends
/// with the input.
pub(super) fn read(mut input: impl BufRead + Send + 'static) -> Receiver<Incoming> {
    let (sender, receiver) = sync_channel(AHEAD);
    thread::spawn(move || {
        loop {
            let incoming = match next(&mut input) {
                Ok(Some(incoming)) => incoming,
                Ok(None) => break,
                Err(error) => Incoming::Broken(error.to_string()),
            };
            let broken = matches!(incoming, Incoming::Broken(_));
            if sender.send(incoming).is_err() || broken {
                break;
            }
        }
    });
    receiver
}

/// The next message; `None` at the end of the input.
fn next(input: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let mut length = None;
    let mut started = false;
    loop {
        let mut line = Vec::new();
        input.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return match started {
                false => Ok(None),
                true => Ok(Some(Incoming::Broken("the input ends within a header".to_owned()))),
            };
        }
        if line.last() != Some(&b'\n') {
            return Ok(Some(Incoming::Broken("a line of a header has no end".to_owned())));
        }
        started = true;
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<u64>().ok();
        }
    }
    let Some(length) = length else {
        return Ok(Some(Incoming::Broken("a header has no Content-Length".to_owned())));
    };
    if length > LONGEST {
        let reason = format!("a message of {length} bytes is above the limit of {LONGEST}");
        return Ok(Some(Incoming::Broken(reason)));
    }
    // The buffer grows with what comes, not with what the header says.
    let mut body = Vec::new();
    input.take(length).read_to_end(&mut body)?;
    if body.len() as u64 != length {
        return Ok(Some(Incoming::Broken("the input ends within a message".to_owned())));
    }
    Ok(Some(parsed(&body)))
}

fn parsed(body: &[u8]) -> Incoming {
    let value: Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(error) => return Incoming::Bad(ErrorCode::ParseError, error.to_string(), None),
    };
    let id: Option<RequestId> =
        value.get("id").cloned().and_then(|id| serde_json::from_value(id).ok());
    // A request whose id cannot be used would be taken for a notification.
    let is_anonymous = id.is_none() && value.get("id").is_some_and(|id| !id.is_null());
    match serde_json::from_value(value) {
        Ok(message) if !is_anonymous => Incoming::Message(message),
        _ => {
            let why = if is_anonymous { "the id is not usable" } else { "not a JSON-RPC message" };
            Incoming::Bad(ErrorCode::InvalidRequest, why.to_owned(), id)
        }
    }
}

/// Writes a message.
pub(super) fn write(message: &Message, out: &mut dyn Write) -> io::Result<()> {
    message.write(&mut &mut *out)?;
    out.flush()
}

/// Answers something that is not a message; without an id the answer has the id null.
pub(super) fn refuse(
    code: ErrorCode,
    message: &str,
    id: Option<RequestId>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let error = json!({ "code": code as i32, "message": message });
    let text = json!({ "jsonrpc": "2.0", "id": id, "error": error }).to_string();
    write!(out, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(input: &str) -> Vec<String> {
        let incoming = read(io::Cursor::new(input.to_owned().into_bytes()));
        let shown = incoming.iter().map(|incoming| match incoming {
            Incoming::Message(Message::Request(request)) => format!("request {}", request.method),
            Incoming::Message(Message::Notification(one)) => format!("note {}", one.method),
            Incoming::Message(Message::Response(_)) => "response".to_owned(),
            Incoming::Bad(code, _, id) => format!("{code:?} {}", id.is_some()),
            Incoming::Broken(reason) => reason,
        });
        shown.collect()
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\nContent-Type: x\r\n\r\n{body}", body.len())
    }

    #[test]
    fn what_is_no_message_is_skipped() {
        let input = [
            r#"{"jsonrpc":"2.0","id":1,"method":"a"}"#,
            "{",
            r#"{"jsonrpc":"2.0","id":1}{"#,
            "[]",
            r#"{"id":"x","params":{}}"#,
            r#"{"id":{},"method":"b"}"#,
            "\u{fffd}",
            "",
            r#"{"jsonrpc":"2.0","method":"c","params":[]}"#,
        ];
        assert_eq!(
            all(&input.map(framed).concat()),
            [
                "request a",
                "ParseError false",
                "ParseError false",
                "InvalidRequest false",
                "response",
                "InvalidRequest false",
                "ParseError false",
                "ParseError false",
                "note c",
            ]
        );
    }

    #[test]
    fn a_header_without_a_usable_length_ends_the_stream() {
        let call = framed(r#"{"method":"a"}"#);
        for (bad, reason) in [
            ("Content-Type: x\r\n\r\n", "a header has no Content-Length"),
            ("Content-Length: -5\r\n\r\n", "a header has no Content-Length"),
            ("Content-Length: 9999999999999\r\n\r\n", "a message of 9999999999999 bytes"),
            ("Content-Length: 900\r\n\r\n{}", "the input ends within a message"),
            ("Content-Length: 900\r\n", "the input ends within a header"),
            (&"x".repeat(10_000), "a line of a header has no end"),
        ] {
            let found = all(&format!("{call}{bad}"));
            assert_eq!(found.len(), 2, "{found:?}");
            assert!(found[1].starts_with(reason), "{found:?}");
        }
        assert_eq!(all(&call), ["note a"]);
        assert!(all("").is_empty());
    }
}
