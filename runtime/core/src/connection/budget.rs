//! Memory accounting for clients that send slowly or do not read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::{Error, ErrorKind, Result};
use crate::rpc::message::{MethodName, Response};

/// Minimum size of counted answers and buffers, in bytes.
const FREE: usize = 16 << 10;

/// The byte budget of all connections of a server.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: usize,
    used: AtomicUsize,
}

impl Budget {
    pub(crate) fn new(limit: usize) -> Budget {
        Budget { limit, used: AtomicUsize::new(0) }
    }

    fn charge(&self, bytes: usize) -> bool {
        let before = self.used.fetch_add(bytes, Ordering::Relaxed);
        let fits = before.saturating_add(bytes) <= self.limit;
        if !fits {
            self.release(bytes);
        }
        fits
    }

    fn release(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// The bytes held for one connection. Shared with the tasks of its calls, so that an answer is
/// counted as soon as it is ready.
#[derive(Debug)]
pub(crate) struct Share {
    server: Arc<Budget>,
    max_unread: usize,
    /// Bytes of unwritten answers.
    unread: AtomicUsize,
    /// Bytes of the input buffer.
    input: AtomicUsize,
}

impl Share {
    pub(crate) fn new(server: Arc<Budget>, max_unread: usize) -> Share {
        Share { server, max_unread, unread: AtomicUsize::new(0), input: AtomicUsize::new(0) }
    }

    /// Counts an answer, or puts a failure in its place: if the client has not read others that together
    /// are too large, or the server has too much to hold. An answer that nothing is before always
    /// fits the connection.
    #[inline]
    pub(crate) fn admit(&self, method: &MethodName, result: &mut Result<Response>) {
        if let Ok(response) = result
            && let bytes = response.body.len()
            && bytes >= FREE
            && let Err(error) = self.charge(method, bytes)
        {
            *result = Err(error);
        }
    }

    /// Counts an answer that is not small.
    ///
    /// # Errors
    /// There is no room for it.
    fn charge(&self, method: &MethodName, bytes: usize) -> Result<()> {
        let before = self.unread.fetch_add(bytes, Ordering::Relaxed);
        let fits = before == 0 || before.saturating_add(bytes) <= self.max_unread;
        if fits && self.server.charge(bytes) {
            return Ok(());
        }
        self.unread.fetch_sub(bytes, Ordering::Relaxed);
        let method = method.shown();
        Err(match fits {
            true => Error::internal(format!(
                "the answer of `{method}` ({bytes} bytes) was dropped: the server holds {} bytes at most",
                self.server.limit,
            )),
            false => Error::internal(format!(
                "the answer of `{method}` ({bytes} bytes) was dropped: {before} bytes of answers wait to be read",
            )),
        })
    }

    /// The bytes that [`admit`](Share::admit) has counted for an answer.
    pub(crate) fn counted(bytes: usize) -> usize {
        if bytes < FREE { 0 } else { bytes }
    }

    /// Answers of so many bytes are written.
    pub(crate) fn written(&self, bytes: usize) {
        self.unread.fetch_sub(bytes, Ordering::Relaxed);
        self.server.release(bytes);
    }

    /// Counts the input buffer, which holds so much now.
    ///
    /// # Errors
    /// The budget of the server is exhausted.
    pub(crate) fn hold_input(&self, held: usize) -> Result<()> {
        let held = if held <= FREE { 0 } else { held };
        let before = self.input.load(Ordering::Relaxed);
        if held == before {
            return Ok(());
        }
        if held > before && !self.server.charge(held - before) {
            let limit = self.server.limit;
            return Err(Error::new(
                ErrorKind::Overloaded,
                format!("the server holds the {limit} bytes that it may hold for all connections"),
            ));
        }
        self.server.release(before.saturating_sub(held));
        self.input.store(held, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.server.release(*self.unread.get_mut() + *self.input.get_mut());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::message::{Protocol, ResponseKind};

    /// Whether an answer of so many bytes is admitted.
    fn admits(share: &Share, bytes: usize) -> bool {
        let body = vec![0; bytes].into();
        let mut result = Ok(Response::new(ResponseKind::Reply, Protocol::Binary, body));
        share.admit(&MethodName::from("m"), &mut result);
        result.is_ok()
    }

    #[test]
    fn unread_answers_are_bounded_for_each_connection_and_for_the_server() {
        let server = Arc::new(Budget::new(10 * FREE));
        let (one, other) =
            (Share::new(Arc::clone(&server), 3 * FREE), Share::new(Arc::clone(&server), FREE));
        assert!(admits(&one, 2 * FREE));
        assert!(!admits(&one, 2 * FREE), "too much for the connection");
        assert!(admits(&one, FREE - 1), "small ones are not counted");
        assert!(admits(&other, 8 * FREE), "the first of a connection fits");
        assert!(!admits(&one, FREE), "too much for the server");
        other.written(Share::counted(8 * FREE));
        assert!(admits(&one, FREE));
        drop((one, other));
        assert_eq!(server.used.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn input_is_bounded_for_the_server() -> Result<()> {
        let server = Arc::new(Budget::new(4 * FREE));
        let (one, other) =
            (Share::new(Arc::clone(&server), FREE), Share::new(Arc::clone(&server), FREE));
        one.hold_input(FREE)?;
        assert_eq!(server.used.load(Ordering::Relaxed), 0);
        one.hold_input(3 * FREE)?;
        assert!(other.hold_input(2 * FREE).is_err());
        one.hold_input(2 * FREE)?;
        other.hold_input(2 * FREE)?;
        one.hold_input(0)?;
        drop((one, other));
        assert_eq!(server.used.load(Ordering::Relaxed), 0);
        Ok(())
    }
}
