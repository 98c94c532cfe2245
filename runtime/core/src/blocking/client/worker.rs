//! A custom stream with a dedicated thread, so that calls on it can time out.

use std::fmt;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Instant;

use super::connect::Stream;
use super::exchange::{Outcome, Wire, exchange};
use crate::connection::{ClientConnection, Reply, closed};
use crate::error::{Error, ErrorKind, Result};
use crate::net::stream;
use crate::rpc::message::Request;

/// The caller's end of the thread.
pub(super) struct Worker {
    jobs: Sender<(Request, i32)>,
    done: Receiver<Done>,
    /// The thread's end of `done`, which disconnects when the thread ends.
    send: Weak<Sender<Done>>,
    /// Whether a call was given up that the thread still makes.
    busy: bool,
}

type Done = (Outcome, Vec<Reply>);

/// Ends the wait for the thread, which goes on until its read or write returns.
#[derive(Debug)]
pub(super) struct WorkerInterrupt(Weak<Sender<Done>>);

impl WorkerInterrupt {
    pub(super) fn is_of_use(&self) -> bool {
        self.0.strong_count() > 0
    }

    pub(super) fn close(self) {
        if let Some(send) = self.0.upgrade() {
            let lost = Outcome::Lost { error: closed(""), unwritten: false };
            // Nobody may wait.
            let _ = send.send((lost, Vec::new()));
        }
    }
}

/// A stream that has no timeouts.
struct Untimed {
    stream: Box<dyn Stream>,
    /// Where reads go to.
    scratch: Vec<u8>,
}

impl Wire for Untimed {
    fn write(&mut self, codec: &mut ClientConnection) -> io::Result<()> {
        stream::write(&mut self.stream, &mut codec.output)?;
        self.stream.flush()
    }

    fn read(&mut self, codec: &mut ClientConnection) -> io::Result<Option<usize>> {
        stream::read(&mut self.stream, &mut self.scratch, codec.space()).map(Some)
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("busy", &self.busy).finish_non_exhaustive()
    }
}

impl Worker {
    /// Starts the thread. It ends when a call fails or the worker is dropped.
    pub(super) fn start(stream: Box<dyn Stream>, mut codec: ClientConnection) -> Result<Worker> {
        let (jobs, next) = channel::<(Request, i32)>();
        let (send, done) = channel();
        let send = Arc::new(send);
        let interrupt = Arc::downgrade(&send);
        let run = move || {
            let mut wire = Untimed { stream, scratch: Vec::new() };
            for (request, seqid) in next {
                let mut late = Vec::new();
                let outcome = exchange(&mut wire, &mut codec, &request, seqid, &mut late);
                let over = matches!(outcome, Outcome::Lost { .. });
                if send.send((outcome, late)).is_err() || over {
                    return;
                }
            }
        };
        match thread::Builder::new().name("thriftly-stream".to_owned()).spawn(run) {
            Ok(_) => Ok(Worker { jobs, done, send: interrupt, busy: false }),
            Err(error) => {
                let message = format!("cannot start the thread of a stream: {error}");
                Err(Error::new(ErrorKind::Connect, message).with_source(error))
            }
        }
    }

    pub(super) fn interrupt(&self) -> WorkerInterrupt {
        WorkerInterrupt(Weak::clone(&self.send))
    }

    pub(super) fn call(
        &mut self,
        request: &Request,
        seqid: i32,
        deadline: Option<Instant>,
        late: &mut Vec<Reply>,
    ) -> Outcome {
        if self.jobs.send((request.clone(), seqid)).is_err() {
            return Outcome::Lost { error: closed(""), unwritten: true };
        }
        let done = match deadline {
            None => self.done.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now());
                self.done.recv_timeout(left)
            }
        };
        match done {
            Ok((outcome, more)) => {
                late.extend(more);
                outcome
            }
            Err(RecvTimeoutError::Timeout) => {
                self.busy = true;
                Outcome::Late
            }
            Err(RecvTimeoutError::Disconnected) => {
                Outcome::Lost { error: closed(""), unwritten: false }
            }
        }
    }

    pub(super) fn look(&mut self, late: &mut Vec<Reply>) -> Result<()> {
        if !self.busy {
            return Ok(());
        }
        match self.done.try_recv() {
            Ok((outcome, more)) => {
                self.busy = false;
                late.extend(more);
                match outcome {
                    Outcome::Answered(reply) => late.push(reply),
                    Outcome::Lost { error, .. } => return Err(error),
                    Outcome::Written | Outcome::Late | Outcome::Refused(_) => {}
                }
                Ok(())
            }
            Err(TryRecvError::Empty) => Ok(()),
            Err(TryRecvError::Disconnected) => Err(closed("")),
        }
    }
}
