//! Bodies of HTTP messages: one whole message of Thrift each.

use std::convert::Infallible;
use std::fmt;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

use crate::connection::Share;
use crate::error::Result;
use crate::messages::Message;
use crate::protocol::{message_end, write_envelope};

/// Minimum size of a piece that is sent from where it is instead of copied, in bytes.
const LINK_FROM: usize = 16 << 10;

/// The body of an HTTP request or response that carries a message, or a text for people, or nothing.
/// Its length is known.
#[derive(Default)]
pub struct MessageBody {
    /// In order of sending, the last first. None of them is empty.
    pieces: Vec<Bytes>,
    left: u64,
}

impl MessageBody {
    /// The body that carries a message. Large parts are not copied. The bytes that `share` has counted
    /// for the message are released when its last piece is dropped, which is after it was written.
    pub(crate) fn of(message: Message, share: Option<Arc<Share>>) -> MessageBody {
        let Message { method, kind, seqid, protocol, body, .. } = message;
        let (method, end, length) = (method.as_str(), message_end(protocol), body.len());
        let counted = Share::counted(length);
        // The envelopes of all protocols fit, but that of ThriftPy's JSON.
        let copied = if length < LINK_FROM { length } else { 0 };
        let mut run = Vec::with_capacity(method.len() + copied + end.len() + 24);
        write_envelope(protocol, method, kind, seqid, length, &mut run);
        let mut pieces = Vec::new();
        if length < LINK_FROM {
            body.chunks().for_each(|chunk| run.extend_from_slice(chunk));
        } else {
            let (bytes, links) = body.into_parts();
            let mut from = 0;
            for (at, link) in links {
                push(&mut pieces, &mut run, bytes.slice(from..at));
                push(&mut pieces, &mut run, link);
                from = at;
            }
            push(&mut pieces, &mut run, bytes.slice(from..));
        }
        run.extend_from_slice(end);
        if !run.is_empty() {
            pieces.push(run.into());
        }
        if counted > 0
            && let Some(share) = share
            && let Some(last) = pieces.pop()
        {
            pieces.push(Bytes::from_owner(Counted { bytes: last, share, counted }));
        }
        pieces.reverse();
        let left = pieces.iter().map(|piece| piece.len() as u64).sum();
        MessageBody { pieces, left }
    }
}

/// Appends a piece: to the run that is being filled, if it is small.
fn push(pieces: &mut Vec<Bytes>, run: &mut Vec<u8>, piece: Bytes) {
    if piece.len() < LINK_FROM {
        run.extend_from_slice(&piece);
        return;
    }
    if !run.is_empty() {
        pieces.push(std::mem::take(run).into());
    }
    pieces.push(piece);
}

/// The last piece of a message that counts against a budget.
struct Counted {
    bytes: Bytes,
    share: Arc<Share>,
    counted: usize,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.share.written(self.counted);
    }
}

impl From<String> for MessageBody {
    fn from(text: String) -> MessageBody {
        let left = text.len() as u64;
        MessageBody { pieces: Vec::from([text.into()]), left }
    }
}

impl fmt::Debug for MessageBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageBody").field("left", &self.left).finish_non_exhaustive()
    }
}

impl Body for MessageBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.pieces.pop();
        if let Some(piece) = &piece {
            self.left -= piece.len() as u64;
        }
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Why a body could not be received.
pub(crate) enum Unreceived<E> {
    /// It is larger than the limit.
    TooLarge,
    /// It may not be held.
    NotHeld(crate::error::Error),
    /// The stream failed.
    Failed(E),
}

/// Receives a body of up to `most` bytes; `hold` is told, before more is received, how much there is. One
/// that is in one piece is not copied.
pub(crate) async fn receive<B: Body>(
    body: B,
    most: usize,
    mut hold: impl FnMut(usize) -> Result<()>,
) -> Result<Bytes, Unreceived<B::Error>> {
    let mut body = pin!(body);
    if body.size_hint().lower() > most as u64 {
        return Err(Unreceived::TooLarge);
    }
    let mut only = Bytes::new();
    let mut many = BytesMut::new();
    while let Some(frame) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await
    {
        // Trailers are not used.
        let Ok(mut data) = frame.map_err(Unreceived::Failed)?.into_data() else { continue };
        let received = only.len() + many.len();
        if data.remaining() > most - received {
            return Err(Unreceived::TooLarge);
        }
        if received == 0 {
            only = data.copy_to_bytes(data.remaining());
        } else {
            many.extend_from_slice(&std::mem::take(&mut only));
            many.reserve(data.remaining());
            while data.has_remaining() {
                let chunk = data.chunk();
                many.extend_from_slice(chunk);
                let length = chunk.len();
                data.advance(length);
            }
        }
        if body.is_end_stream() {
            break;
        }
        hold(only.len() + many.len()).map_err(Unreceived::NotHeld)?;
    }
    Ok(if many.is_empty() { only } else { many.freeze() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Budget;
    use crate::rpc::body::Body as Encoded;
    use crate::{Protocol, Request};

    fn sent(mut body: MessageBody) -> Vec<u8> {
        let mut context = Context::from_waker(std::task::Waker::noop());
        let mut all = Vec::new();
        let length = body.size_hint().exact().expect("it is known");
        while let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut context) {
            let piece = frame.into_data().expect("there are no trailers");
            assert!(!piece.is_empty());
            all.extend_from_slice(&piece);
            assert_eq!(body.size_hint().exact(), Some(length - all.len() as u64));
        }
        assert!(body.is_end_stream());
        all
    }

    #[test]
    fn a_message_is_sent_as_it_is_encoded() {
        let large = Bytes::from(vec![7; LINK_FROM]);
        for body in [
            Encoded::from(vec![0]),
            Encoded::from(large.clone()),
            Encoded::new(vec![0; 5].into(), vec![(1, large.clone()), (5, large.clone())]),
            Encoded::new(vec![0; 5].into(), vec![(2, Bytes::from_static(b"small"))]),
        ] {
            for protocol in [Protocol::Binary, Protocol::Compact] {
                let message = Message::call(Request::new("m", protocol, body.clone()), 7);
                assert_eq!(sent(MessageBody::of(message.clone(), None)), message.into_bytes());
            }
        }
    }

    #[test]
    fn a_large_answer_is_counted_until_it_is_dropped() {
        let share = |budget: &Arc<Budget>| Arc::new(Share::new(Arc::clone(budget), usize::MAX));
        let budget = Arc::new(Budget::new(LINK_FROM));
        let (one, other) = (share(&budget), share(&budget));
        let name = crate::MethodName::from("m");
        let admit = |share: &Share| {
            let body = vec![0; LINK_FROM].into();
            let mut answer =
                Ok(crate::Response::new(crate::ResponseKind::Reply, Protocol::Binary, body));
            share.admit(&name, &mut answer);
            answer
        };
        let response = admit(&one).expect("there is room");
        assert!(admit(&other).is_err());
        let message = Message::call(Request::new("m", Protocol::Binary, response.body), 1);
        drop(MessageBody::of(message, Some(one)));
        assert!(admit(&other).is_ok());
    }
}
