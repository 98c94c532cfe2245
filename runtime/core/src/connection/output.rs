//! Output buffer of a connection.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::time::Duration;

use bytes::Bytes;

use crate::error::Result;
use crate::limits::Limits;
use crate::protocol::{message_end, write_envelope};
use crate::rpc::body::Body;
use crate::rpc::message::{Headers, Protocol};
use crate::transport::{Form, Framing, oversized};
#[cfg(feature = "zlib")]
use crate::transport::{append, compress};
use crate::ttype::MessageKind;

/// Minimum size of a body that is linked instead of copied, in bytes.
const LINK_FROM: usize = 16 << 10;
/// Largest buffer capacity kept for reuse, in bytes.
const KEPT: usize = 64 << 10;
/// Largest length of a frame.
const LONGEST: usize = i32::MAX as usize;
/// Maximum number of slices per vectored write.
pub(crate) const SLICES: usize = 32;

/// A message to send, without its body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'a> {
    pub(crate) form: &'a Form,
    pub(crate) protocol: Protocol,
    pub(crate) method: &'a str,
    pub(crate) kind: MessageKind,
    pub(crate) seqid: i32,
    /// Precedes the message in its frame: the header of a tracked call or reply.
    pub(crate) prefix: &'a [u8],
    /// Only sent if the framing has headers.
    pub(crate) headers: &'a Headers,
    /// The time limit of a call, likewise.
    pub(crate) timeout: Option<Duration>,
}

/// Queued messages: one run of bytes with linked large blobs.
#[derive(Debug, Default)]
pub(crate) struct Output {
    bytes: Vec<u8>,
    /// Each comes before the byte of `bytes` at its offset; offsets never fall.
    links: VecDeque<(usize, Bytes)>,
    /// Number of sent bytes of `bytes`.
    sent: usize,
    /// Unsent bytes, links included.
    left: usize,
    /// Total number of bytes sent.
    total: u64,
    /// The limit of frames, by name; that of their length without it.
    frame_limit: Option<(&'static str, usize)>,
    /// If each slice is a whole message: the ends of unsent ones in `bytes`, which has no links.
    ends: Option<VecDeque<usize>>,
    /// If it is a compressed stream: whether it has begun.
    #[cfg(feature = "zlib")]
    zlib: Option<bool>,
}

impl Output {
    /// Creates an output that rejects frames above the limits.
    pub(crate) fn limited(limits: &Limits) -> Output {
        Output { frame_limit: Some(limits.frame_limit()), ..Output::default() }
    }

    /// Appends a message.
    ///
    /// # Errors
    /// The message exceeds the frame limit, or the header cannot be written; nothing is appended.
    pub(crate) fn message(&mut self, head: &Head<'_>, body: Body) -> Result<()> {
        let Head { form, protocol, method, kind, seqid, prefix, headers, timeout } = *head;
        let start = self.bytes.len();
        if let Err(error) = Framing::begin(form, protocol, headers, timeout, &mut self.bytes) {
            self.bytes.truncate(start);
            return Err(error);
        }
        let payload = self.bytes.len();
        if form.framed {
            self.bytes.extend_from_slice(&[0; 4]);
        }
        if !prefix.is_empty() {
            self.bytes.extend_from_slice(prefix);
        }
        write_envelope(protocol, method, kind, seqid, body.len(), &mut self.bytes);
        let end = message_end(protocol);
        if form.framing != Framing::Unframed {
            let length = self.bytes.len() - start - 4 + body.len() + end.len();
            // Why something failed is said even where the limit is too small for that.
            let limit = self.frame_limit.filter(|_| kind != MessageKind::Exception);
            let limit = limit.unwrap_or(("i32::MAX", usize::MAX));
            let limit = match limit.1 > LONGEST {
                true => ("i32::MAX", LONGEST),
                false => limit,
            };
            if length > limit.1 {
                self.bytes.truncate(start);
                return Err(oversized(length, limit));
            }
            if form.framed {
                let inner = (length + start - payload) as u32;
                self.bytes[payload..payload + 4].copy_from_slice(&inner.to_be_bytes());
            }
        }
        #[cfg(feature = "zlib")]
        let (body, end) = match form.zlib {
            false => (body, end),
            true => {
                let head = self.bytes.split_off(payload);
                compress(chunks(&head, &body, end), &mut self.bytes);
                (Body::default(), &[][..])
            }
        };
        if form.framing != Framing::Unframed {
            let length = self.bytes.len() - start - 4 + body.len() + end.len();
            self.bytes[start..start + 4].copy_from_slice(&(length as u32).to_be_bytes());
        }
        #[cfg(feature = "zlib")]
        let (body, end) = match &mut self.zlib {
            None => (body, end),
            Some(begun) => {
                let head = self.bytes.split_off(start);
                let first = !std::mem::replace(begun, true);
                append(first, chunks(&head, &body, end), &mut self.bytes);
                (Body::default(), &[][..])
            }
        };
        self.left += self.bytes.len() - start + body.len() + end.len();
        let (bytes, links) = body.into_parts();
        let mut from = 0;
        for (at, link) in links {
            self.piece(bytes.slice(from..at), LINK_FROM);
            from = at;
            self.piece(link, 0);
        }
        self.piece(if from == 0 { bytes } else { bytes.slice(from..) }, LINK_FROM);
        self.bytes.extend_from_slice(end);
        if let Some(ends) = &mut self.ends {
            ends.push_back(self.bytes.len());
        }
        Ok(())
    }

    /// Makes each slice one whole message, for streams that frame each write.
    pub(crate) fn keep_whole(&mut self) {
        self.ends = Some(VecDeque::new());
    }

    /// Compresses the messages that follow, as one zlib stream.
    #[cfg(feature = "zlib")]
    pub(crate) fn start_zlib(&mut self) {
        self.zlib = Some(false);
    }

    /// Appends a piece of a body, linked from a size on.
    fn piece(&mut self, piece: Bytes, link_from: usize) {
        match self.ends.is_none() && piece.len() >= link_from {
            true => self.links.push_back((self.bytes.len(), piece)),
            false => self.bytes.extend_from_slice(&piece),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// Number of unsent bytes.
    pub(crate) fn len(&self) -> usize {
        self.left
    }

    /// Total number of bytes sent.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// All bytes in one piece, if they are, or those of the first of whole messages.
    pub(crate) fn as_slice(&self) -> Option<&[u8]> {
        let first = self.ends.as_ref().and_then(VecDeque::front);
        let end = first.copied().unwrap_or(self.bytes.len());
        self.links.is_empty().then(|| &self.bytes[self.sent..end])
    }

    /// Fills in the first slices of the output and returns their number.
    pub(crate) fn fill<'a>(&'a self, slices: &mut [IoSlice<'a>; SLICES]) -> usize {
        let mut from = self.sent;
        let pieces = self
            .links
            .iter()
            .map(|(at, link)| (*at, &link[..]))
            .chain(std::iter::once((self.bytes.len(), &[][..])))
            .flat_map(|(at, link)| {
                let piece = &self.bytes[from..at];
                from = at;
                [piece, link]
            })
            .filter(|piece| !piece.is_empty());
        slices.iter_mut().zip(pieces).map(|(slice, piece)| *slice = IoSlice::new(piece)).count()
    }

    /// Removes the first `count` bytes, which have been sent.
    pub(crate) fn advance(&mut self, mut count: usize) {
        self.left -= count;
        self.total += count as u64;
        while let Some((at, link)) = self.links.front_mut() {
            let before = *at - self.sent;
            if count < before {
                break;
            }
            count -= before;
            self.sent = *at;
            if count < link.len() {
                bytes::Buf::advance(link, count);
                return;
            }
            count -= link.len();
            self.links.pop_front();
        }
        self.sent += count;
        if let Some(ends) = &mut self.ends {
            while ends.front().is_some_and(|end| *end <= self.sent) {
                ends.pop_front();
            }
        }
        if self.left == 0 {
            self.sent = 0;
            self.bytes.clear();
            self.bytes.shrink_to(KEPT);
        }
    }
}

/// A message in pieces.
#[cfg(feature = "zlib")]
fn chunks<'a>(head: &'a [u8], body: &'a Body, end: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    std::iter::once(head).chain(body.chunks()).chain(std::iter::once(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(output: &mut Output, kind: MessageKind, seqid: i32, body: Body) {
        let (form, headers) = (Framing::Framed.into(), Headers::default());
        let (form, headers, method) = (&form, &headers, "m");
        let protocol = Protocol::Binary;
        let prefix = &[];
        let head = Head { form, protocol, method, kind, seqid, prefix, headers, timeout: None };
        output.message(&head, body).expect("it fits");
    }

    /// The output if each write accepts `step` bytes.
    fn drain(output: &mut Output, step: usize) -> Vec<u8> {
        let mut sent = Vec::new();
        while !output.is_empty() {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let count = output.fill(&mut slices);
            assert!(slices[..count].iter().all(|slice| !slice.is_empty()));
            if let Some(bytes) = output.as_slice() {
                assert_eq!((count, bytes), (1, &slices[0][..]));
            }
            let before = sent.len();
            let mut room = step;
            for slice in &slices[..count] {
                let taken = &slice[..slice.len().min(room)];
                sent.extend_from_slice(taken);
                room -= taken.len();
            }
            output.advance(sent.len() - before);
        }
        sent
    }

    fn messages(output: &mut Output) -> Vec<u8> {
        let large = Bytes::from(vec![7; LINK_FROM]);
        let bodies = [
            Body::from(b"\0".to_vec()),
            Body::from(large.clone()),
            Body::new(Bytes::from_static(b"abcd"), vec![(1, large.clone()), (4, large.clone())]),
            Body::from(b"xyz".to_vec()),
        ];
        let mut expected = Vec::new();
        for (seqid, body) in bodies.into_iter().enumerate() {
            let mut message = Vec::new();
            let (kind, seqid) = (MessageKind::Reply, seqid as i32);
            write_envelope(Protocol::Binary, "m", kind, seqid, body.len(), &mut message);
            body.chunks().for_each(|chunk| message.extend_from_slice(chunk));
            expected.extend_from_slice(&(message.len() as i32).to_be_bytes());
            expected.extend_from_slice(&message);
            put(output, kind, seqid, body);
        }
        assert_eq!(output.len(), expected.len());
        expected
    }

    #[test]
    #[cfg_attr(miri, ignore = "thousands of writes of a few bytes take it minutes")]
    fn messages_come_out_as_they_went_in_however_they_are_written() {
        let mut output = Output::default();
        let mut total = 0;
        for step in [3, 1000, 4096, 20_000, usize::MAX] {
            let expected = messages(&mut output);
            assert_eq!(drain(&mut output, step), expected);
            total += expected.len() as u64;
            assert_eq!(output.total(), total);
        }
    }

    #[test]
    fn each_slice_is_a_whole_message_where_writes_are_framed() {
        let mut apart = Output::default();
        let expected = messages(&mut apart);
        let mut output = Output::default();
        output.keep_whole();
        for step in [1000, usize::MAX] {
            messages(&mut output);
            let mut sent = Vec::new();
            let mut left = &expected[..];
            while !left.is_empty() {
                let length = 4 + u32::from_be_bytes([left[0], left[1], left[2], left[3]]) as usize;
                let (message, rest) = left.split_at(length);
                let mut at = 0;
                while at < length {
                    let slice = output.as_slice().expect("it has no links");
                    assert_eq!(slice, &message[at..]);
                    let count = slice.len().min(step);
                    sent.extend_from_slice(&slice[..count]);
                    output.advance(count);
                    at += count;
                }
                left = rest;
            }
            assert!(output.is_empty());
            assert_eq!(sent, expected);
        }
    }

    #[test]
    fn memory_is_given_back() {
        let mut output = Output::default();
        for seqid in 0..100 {
            let body = Body::from(vec![0; LINK_FROM - 1]);
            let kind = MessageKind::Reply;
            put(&mut output, kind, seqid, body);
        }
        drain(&mut output, usize::MAX);
        assert!(output.bytes.capacity() <= KEPT);
    }
}
