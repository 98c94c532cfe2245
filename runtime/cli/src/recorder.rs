//! Records of the calls that a server answers: a line of JSON for each.

use std::future::Future;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use thriftly_core::messages::Message;
use thriftly_core::{ApplicationError, Error, Request, Response, Result};
use tower_service::Service;

use crate::decode::body::Bodies;
use crate::record::Record;
use crate::stack;

/// Writes a line for each call.
#[derive(Clone)]
pub(crate) struct Recorder {
    bodies: Bodies,
    out: Arc<Mutex<dyn Write + Send>>,
}

/// The service of a connection, whose calls are recorded.
#[derive(Clone)]
pub(crate) struct Recorded<S> {
    inner: S,
    recorder: Recorder,
    peer: Option<SocketAddr>,
}

impl Recorder {
    /// Records on standard output.
    pub(crate) fn new(bodies: Bodies) -> Recorder {
        Recorder { bodies, out: Arc::new(Mutex::new(io::stdout())) }
    }

    /// Records the calls of a service, which come from this client.
    pub(crate) fn around<S>(&self, inner: S, peer: Option<SocketAddr>) -> Recorded<S> {
        Recorded { inner, recorder: self.clone(), peer }
    }
}

impl<S> Service<Request> for Recorded<S>
where
    S: Service<Request, Response = Response, Error = Error> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let call = Record::of(&request, self.peer);
        let mut entry = Entry {
            recorder: self.recorder.clone(),
            message: Message::call(request.clone(), 0),
            record: call,
            began: Instant::now(),
            outcome: None,
        };
        let answer = self.inner.call(request);
        Box::pin(async move {
            let result = answer.await;
            // The future has all of the entry, which is dropped with it.
            entry.end(&result);
            result
        })
    }
}

impl Record {
    /// What is known of a call before it is decoded.
    fn of(request: &Request, peer: Option<SocketAddr>) -> Record {
        let mut record = Record::default();
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        record.field("time", &(time.as_millis() as f64 / 1000.0));
        if let Some(peer) = peer {
            record.field("from", &peer.to_string());
        }
        record.field("protocol", stack::protocol_name(request.protocol)).headers(&request.headers);
        record
    }
}

/// The line of a call, which is written when the call has ended in any way.
struct Entry {
    recorder: Recorder,
    message: Message,
    record: Record,
    began: Instant,
    /// `None` if nobody waits for the answer any more.
    outcome: Option<Result<Response>>,
}

impl Entry {
    fn end(&mut self, result: &Result<Response>) {
        self.outcome = Some(match result {
            Ok(response) => Ok(response.clone()),
            Err(error) => Err(error.clone()),
        });
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let Entry { recorder, message, began, .. } = self;
        let mut record = std::mem::take(&mut self.record);
        record.field("kind", &message.kind.to_string()).field("method", message.method.as_str());
        let (arguments, wrong) = recorder.bodies.content(message);
        arguments.add_to(&mut record);
        let mut wrong = wrong.map(|(text, _)| text);
        match self.outcome.take() {
            None => {
                record.field("abandoned", &true);
            }
            Some(Err(error)) => {
                record.error(&ApplicationError::from_error(&error));
                // The caller is not told.
                if std::error::Error::source(&error).is_some() || error.kind() != shown(&error) {
                    record.field("cause", &error.to_string());
                }
            }
            Some(Ok(response)) => {
                record.headers_of_reply(&response.headers);
                if let Some(reply) = message.reply(Ok(response)) {
                    let (answer, why) = recorder.bodies.content(&reply);
                    answer.add_to(&mut record);
                    wrong = wrong.or(why.map(|(text, _)| text));
                }
            }
        }
        if let Some(wrong) = wrong {
            record.field("incomplete", &wrong);
        }
        let milliseconds = began.elapsed().as_micros() as f64 / 1000.0;
        record.field("milliseconds", &milliseconds);
        let mut out = recorder.out.lock().unwrap_or_else(PoisonError::into_inner);
        // A server does not end because nobody reads its records.
        let _ = record.write(&mut *out).and_then(|()| out.flush());
    }
}

/// The kind that the caller is told.
fn shown(error: &Error) -> thriftly_core::ErrorKind {
    thriftly_core::ErrorKind::Application(ApplicationError::from_error(error).kind)
}
