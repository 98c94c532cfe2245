//! One value of a stream of bytes.

use std::io::{self, BufRead};
use std::marker::PhantomData;

use bytes::Bytes;

use crate::codec::Decode;
use crate::error::{ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::Skipper;
use crate::rpc::message::Protocol;

/// Finds the end of a value in pieces of a stream, and decodes it. The work is linear in the bytes regardless of
/// the size of the pieces.
pub(crate) struct One<'l, T> {
    protocol: Protocol,
    limits: &'l Limits,
    decode: fn(&Bytes, &Limits) -> Result<T>,
    /// The pieces so far.
    bytes: Vec<u8>,
    skipper: Skipper,
    value: PhantomData<T>,
}

/// What a piece of the stream was.
enum Piece {
    /// So many of its bytes belong to the value, and end it.
    Last(usize),
    /// All of its bytes belong to the value, or precede it.
    Inner,
    /// There are no more.
    End,
}

impl<'l, T: for<'de> Decode<'de>> One<'l, T> {
    pub(crate) fn new(
        protocol: Protocol,
        limits: &'l Limits,
        decode: fn(&Bytes, &Limits) -> Result<T>,
    ) -> One<'l, T> {
        let (bytes, skipper) = (Vec::new(), Skipper::default());
        One { protocol, limits, decode, bytes, skipper, value: PhantomData }
    }

    /// Reads the value.
    pub(crate) fn read(mut self, reader: &mut impl BufRead) -> Result<Option<T>> {
        loop {
            let piece = match reader.fill_buf() {
                Ok(piece) => piece,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            let length = piece.len();
            match self.take(piece)? {
                Piece::Inner => reader.consume(length),
                Piece::Last(length) => {
                    reader.consume(length);
                    return self.value().map(Some);
                }
                Piece::End => return self.end(),
            }
        }
    }

    /// Reads the value.
    #[cfg(feature = "async")]
    pub(crate) async fn read_async(
        mut self,
        reader: &mut (impl tokio::io::AsyncBufRead + Unpin),
    ) -> Result<Option<T>> {
        use tokio::io::AsyncBufReadExt as _;

        loop {
            let piece = reader.fill_buf().await?;
            let length = piece.len();
            match self.take(piece)? {
                Piece::Inner => reader.consume(length),
                Piece::Last(length) => {
                    reader.consume(length);
                    return self.value().map(Some);
                }
                Piece::End => return self.end(),
            }
        }
    }

    fn take(&mut self, piece: &[u8]) -> Result<Piece> {
        if piece.is_empty() {
            return Ok(Piece::End);
        }
        let before = self.bytes.len();
        let value = match self.protocol {
            // White space before a value is not kept: there may be any amount of it.
            #[cfg(feature = "json")]
            Protocol::Json if before == 0 => piece.trim_ascii_start(),
            _ => piece,
        };
        self.bytes.extend_from_slice(value);
        match self.boundary(false) {
            Ok(None) => Ok(Piece::Inner),
            Ok(Some(end)) => {
                self.bytes.truncate(end);
                Ok(Piece::Last(piece.len() - value.len() + end - before))
            }
            // The decoder knows the field.
            Err(error) => Err(match self.value() {
                Err(known) if known.kind() != ErrorKind::UnexpectedEof => known,
                _ => error,
            }),
        }
    }

    #[cfg_attr(not(feature = "json"), expect(unused_variables))]
    fn boundary(&mut self, all: bool) -> Result<Option<usize>> {
        match self.protocol {
            #[cfg(feature = "json")]
            Protocol::Json => self.skipper.end_of_json(&self.bytes, all, self.limits),
            _ => self.skipper.end_of_value(self.protocol, T::TYPE, &self.bytes, self.limits),
        }
    }

    /// The value, or the error, at the end of the stream.
    fn end(mut self) -> Result<Option<T>> {
        match self.bytes.is_empty() {
            true => Ok(None),
            // A lone number in JSON is whole; else the decoder knows what is missing.
            false => self.value().map(Some),
        }
    }

    fn value(&mut self) -> Result<T> {
        (self.decode)(&Bytes::from(std::mem::take(&mut self.bytes)), self.limits)
    }
}

/// What separates values in the example of `read_one`.
macro_rules! separator {
    (Json) => {
        "    bytes.push(b'\\n');"
    };
    ($protocol:ident) => {
        ""
    };
}
pub(crate) use separator;
