//! One call on a connection: written, then read until its reply has come.

use std::io;
use std::time::Instant;

use crate::connection::{ClientConnection, Reply, flooded, lost, no_such_call, unreadable};
use crate::error::Error;
use crate::rpc::message::Request;

/// How many replies that nobody waits for are taken in one go.
pub(super) const LATE: usize = 64;

/// The outcome of a call on a connection.
#[expect(clippy::large_enum_variant, reason = "a box would cost each call an allocation")]
#[derive(Debug)]
pub(super) enum Outcome {
    /// Its reply has come.
    Answered(Reply),
    /// It is oneway, and written.
    Written,
    /// Its deadline has passed. The connection may bring the answer later.
    Late,
    /// It cannot be encoded. Nothing was written.
    Refused(Error),
    /// The connection cannot be used any more.
    Lost {
        error: Error,
        /// No byte of the call was written.
        unwritten: bool,
    },
}

/// A stream for the time of one call.
pub(super) trait Wire {
    /// Writes the output of the connection.
    fn write(&mut self, codec: &mut ClientConnection) -> io::Result<()>;

    /// Reads available bytes into the connection, or waits for them. `None` if the deadline of the
    /// call has passed.
    fn read(&mut self, codec: &mut ClientConnection) -> io::Result<Option<usize>>;
}

/// Makes a call. Replies to earlier calls go into `late`.
pub(super) fn exchange(
    wire: &mut impl Wire,
    codec: &mut ClientConnection,
    request: &Request,
    seqid: i32,
    late: &mut Vec<Reply>,
) -> Outcome {
    if let Some(lost) = early(codec, seqid, late) {
        return lost;
    }
    let start = codec.output.total();
    if let Err(error) = codec.call(request, seqid, Instant::now()) {
        return Outcome::Refused(error);
    }
    if let Err(error) = wire.write(codec) {
        // After the deadline it does not matter.
        let unwritten = codec.output.total() == start && error.kind() != io::ErrorKind::TimedOut;
        return Outcome::Lost { error: lost(error), unwritten };
    }
    if request.oneway {
        return Outcome::Written;
    }
    loop {
        match codec.next() {
            Ok(Some(reply)) if reply.seqid == seqid => return Outcome::Answered(reply),
            Ok(Some(reply)) => {
                if let Some(lost) = not_late(reply, seqid, late) {
                    return lost;
                }
                continue;
            }
            Ok(None) => {}
            Err(error) => return Outcome::Lost { error: unreadable(error), unwritten: false },
        }
        let error = match wire.read(codec) {
            Ok(None) => return Outcome::Late,
            Ok(Some(0)) => codec.ended(),
            Ok(Some(_)) => continue,
            Err(error) => lost(error),
        };
        return Outcome::Lost { error, unwritten: false };
    }
}

/// Takes in replies that have come before the call is written: none of them can be its own.
fn early(codec: &mut ClientConnection, seqid: i32, late: &mut Vec<Reply>) -> Option<Outcome> {
    loop {
        let error = match codec.next() {
            Ok(None) => return None,
            Ok(Some(reply)) if reply.seqid == seqid => no_such_call(&reply),
            Ok(Some(reply)) => match not_late(reply, seqid, late) {
                None => continue,
                Some(Outcome::Lost { error, .. }) => error,
                Some(other) => return Some(other),
            },
            Err(error) => unreadable(error),
        };
        return Some(Outcome::Lost { error, unwritten: true });
    }
}

/// Keeps a late reply. A number that no call has had, or too many late replies, are the end of the
/// connection.
fn not_late(reply: Reply, seqid: i32, late: &mut Vec<Reply>) -> Option<Outcome> {
    let error = match (1..=seqid).contains(&reply.seqid) {
        false => no_such_call(&reply),
        true if late.len() >= LATE => flooded(),
        true => {
            late.push(reply);
            return None;
        }
    };
    Some(Outcome::Lost { error, unwritten: false })
}
