//! The form of a message: its framing and, if it has a header, what the header says of the payload.

use std::time::Duration;

use bytes::Bytes;

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::rpc::message::{Headers, Protocol};
use crate::transport::{Framing, header, protocol_of_whole, ttheader};
use crate::ttype::ApplicationErrorKind;

/// The form of a message. An answer has the form of its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Form {
    pub(crate) framing: Framing,
    /// Flags of the header, which an answer repeats.
    pub(crate) flags: u16,
    /// The sequence id in the header. It is the only one that can be read if the payload cannot.
    pub(crate) seqid: i32,
    /// Whether the payload is compressed with zlib; `false` without the feature.
    pub(crate) zlib: bool,
    /// Whether the payload has a frame of its own: Kitex's "TTHeaderFramed", volo's default.
    pub(crate) framed: bool,
}

impl From<Framing> for Form {
    fn from(framing: Framing) -> Form {
        Form { framing, ..Form::default() }
    }
}

impl Form {
    /// Reads the start of a frame with a header.
    ///
    /// # Errors
    /// It is too short, or has no header.
    pub(crate) fn read(frame: &[u8], framing: Framing) -> Result<Form> {
        let name = framing.name();
        let magic = match framing {
            Framing::TtHeader => ttheader::MAGIC,
            _ => header::MAGIC,
        };
        match frame.first_chunk() {
            Some(&[m0, m1, f0, f1, s0, s1, s2, s3]) if [m0, m1] == magic => Ok(Form {
                framing,
                flags: u16::from_be_bytes([f0, f1]),
                seqid: i32::from_be_bytes([s0, s1, s2, s3]),
                ..Form::default()
            }),
            Some(_) => Err(Error::new(ErrorKind::InvalidData, format!("no {name} message"))),
            None => {
                let length = frame.len();
                let error = format!("a frame of {length} bytes is too short for a {name} message");
                Err(Error::new(ErrorKind::UnexpectedEof, error))
            }
        }
    }
}

/// A message cut off its stream.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) framing: Framing,
    pub(crate) bytes: Bytes,
}

/// A message without its frame and header.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) form: Form,
    pub(crate) protocol: Protocol,
    pub(crate) headers: Headers,
    pub(crate) bytes: Bytes,
}

/// A frame that is complete, so that the stream stays in sync, and cannot be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) error: Error,
    /// The kind of exception that answers it.
    pub(crate) kind: ApplicationErrorKind,
    /// Form and protocol of the answer.
    pub(crate) form: Form,
    pub(crate) protocol: Protocol,
}

impl Frame {
    /// Reads the header, if the framing has one.
    ///
    /// # Errors
    /// The header is malformed, exceeds a limit, or names a protocol or transform that is not
    /// supported.
    #[inline]
    pub(crate) fn open(self, limits: &Limits) -> Result<Message, Box<Unreadable>> {
        let Frame { framing, bytes } = self;
        match framing {
            Framing::Framed | Framing::Unframed => Ok(Message {
                form: framing.into(),
                protocol: protocol_of_whole(&bytes),
                headers: Headers::default(),
                bytes,
            }),
            Framing::Header => header::open(bytes, limits),
            Framing::TtHeader => ttheader::open(bytes, limits),
        }
    }
}

impl Unreadable {
    /// A malformed header.
    #[cold]
    pub(crate) fn malformed(form: Form, protocol: Protocol, error: Error) -> Box<Unreadable> {
        let kind = ApplicationErrorKind::PROTOCOL_ERROR;
        Box::new(Unreadable { error, kind, form, protocol })
    }

    /// A protocol id that is not supported.
    #[cold]
    pub(crate) fn protocol(form: Form, id: u32, name: &str) -> Box<Unreadable> {
        let error = format!("the {} protocol {id}{name} is not supported", form.framing.name());
        let error = Error::new(ErrorKind::InvalidData, error);
        let (kind, protocol) = (ApplicationErrorKind::INVALID_PROTOCOL, Protocol::default());
        Box::new(Unreadable { error, kind, form, protocol })
    }

    /// A transform that is not supported.
    #[cold]
    pub(crate) fn transform(form: Form, protocol: Protocol, id: u32, why: &str) -> Box<Unreadable> {
        let error = format!("the {} transform {id}{why}", form.framing.name());
        let error = Error::new(ErrorKind::InvalidData, error);
        let kind = ApplicationErrorKind::INVALID_TRANSFORM;
        Box::new(Unreadable { error, kind, form, protocol })
    }
}

/// The fixed part of both headers, without the magic number: flags, sequence id, and the size of the
/// header block that follows.
pub(super) struct Fixed {
    pub(super) form: Form,
    /// In bytes.
    pub(super) block: usize,
}

impl Fixed {
    /// Size of the fixed part, with the magic number.
    pub(super) const SIZE: usize = 10;

    /// Reads the fixed part and checks the size of the block.
    pub(super) fn read(
        framing: Framing,
        frame: &[u8],
        limits: &Limits,
    ) -> Result<Fixed, Box<Unreadable>> {
        let malformed = |form, error| Unreadable::malformed(form, Protocol::default(), error);
        let form = Form::read(frame, framing).map_err(|error| malformed(framing.into(), error))?;
        let name = framing.name();
        let Some(&[.., w0, w1]) = frame.first_chunk::<{ Fixed::SIZE }>() else {
            let error =
                Error::new(ErrorKind::UnexpectedEof, format!("a {name} message is cut off"));
            return Err(malformed(form, error));
        };
        let block = usize::from(u16::from_be_bytes([w0, w1])) * 4;
        let left = frame.len() - Fixed::SIZE;
        let error = match block {
            0 => {
                Error::new(ErrorKind::InvalidData, format!("a {name} message has an empty header"))
            }
            _ if block > limits.header_bytes => Error::new(
                ErrorKind::SizeLimit,
                format!(
                    "a header of {block} bytes, but `Limits::header_bytes` allows {}",
                    limits.header_bytes
                ),
            ),
            _ if block > left => Error::new(
                ErrorKind::InvalidData,
                format!("a header of {block} bytes in a frame that has {left} bytes left"),
            ),
            _ => return Ok(Fixed { form, block }),
        };
        Err(malformed(form, error))
    }

    /// Appends the fixed part of a message; its length and the size of the block are
    /// [filled in](Fixed::finish) later.
    pub(super) fn begin(form: &Form, magic: [u8; 2], out: &mut Vec<u8>) {
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&magic);
        out.extend_from_slice(&form.flags.to_be_bytes());
        out.extend_from_slice(&form.seqid.to_be_bytes());
        out.extend_from_slice(&[0; 2]);
    }

    /// Pads the block and fills its size in. `start` is the offset of the frame in `out`.
    ///
    /// # Errors
    /// The block is too large.
    pub(super) fn finish(form: &Form, start: usize, out: &mut Vec<u8>) -> Result<()> {
        let block = start + 4 + Fixed::SIZE;
        let words = (out.len() - block).div_ceil(4);
        out.resize(block + words * 4, 0);
        let Ok(size) = u16::try_from(words) else {
            return Err(Error::new(
                ErrorKind::SizeLimit,
                format!(
                    "the headers of a message take {} bytes, but {} carries at most {}",
                    words * 4,
                    form.framing.name(),
                    usize::from(u16::MAX) * 4,
                ),
            ));
        };
        out[block - 2..block].copy_from_slice(&size.to_be_bytes());
        Ok(())
    }
}

/// The header block being read.
#[derive(Clone)]
pub(super) struct Block<'a> {
    left: &'a [u8],
    whole: &'a Bytes,
}

impl<'a> Block<'a> {
    /// The bytes of `whole` from `start` on, of this size.
    pub(super) fn new(whole: &'a Bytes, start: usize, size: usize) -> Block<'a> {
        Block { left: whole.get(start..start + size).unwrap_or_default(), whole }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    pub(super) fn bytes(&mut self, size: usize) -> Result<&'a [u8]> {
        match self.left.split_at_checked(size) {
            Some((bytes, left)) => {
                self.left = left;
                Ok(bytes)
            }
            None => Err(Error::new(
                ErrorKind::InvalidData,
                format!("a size of {size} bytes in a header that has {} left", self.left.len()),
            )),
        }
    }

    pub(super) fn u8(&mut self) -> Result<u8> {
        let bytes = self.bytes(1)?;
        Ok(bytes[0])
    }

    pub(super) fn u16(&mut self) -> Result<u16> {
        let bytes = self.bytes(2)?;
        Ok(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    /// A number in the encoding of the compact protocol, at most 2³¹ - 1.
    pub(super) fn varint(&mut self) -> Result<u32> {
        let mut value = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.u8()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return match i32::try_from(value) {
                    Ok(value) => Ok(value as u32),
                    Err(_) => Err(Error::new(
                        ErrorKind::InvalidData,
                        format!("the number {value} in a header is above 2³¹ - 1"),
                    )),
                };
            }
        }
        Err(Error::new(ErrorKind::InvalidData, "a number in a header has more than 5 bytes"))
    }

    /// A text of this size.
    pub(super) fn text(&mut self, size: usize) -> Result<crate::value::shared_str::SharedStr> {
        let text = self.bytes(size)?;
        Ok(crate::value::shared_str::SharedStr::lossy(text, self.whole))
    }
}

/// Checks a declared number of headers.
pub(crate) fn check_count(count: usize, before: &Headers, limits: &Limits) -> Result<()> {
    let count = count.saturating_add(before.len());
    match count > limits.headers {
        false => Ok(()),
        true => Err(Error::new(
            ErrorKind::SizeLimit,
            format!("{count} headers, but `Limits::headers` allows {}", limits.headers),
        )),
    }
}

/// The time that the headers of a call give it.
pub(crate) fn timeout(framing: Framing, headers: &Headers) -> Option<Duration> {
    let name = match framing {
        Framing::Framed | Framing::Unframed => return None,
        Framing::Header => header::TIMEOUT,
        Framing::TtHeader => ttheader::TIMEOUT,
    };
    let milliseconds = headers.get(name)?.parse().ok()?;
    (milliseconds > 0).then(|| Duration::from_millis(milliseconds))
}

/// The value of a timeout header: milliseconds, at least one.
pub(super) fn milliseconds(timeout: Duration) -> String {
    timeout.as_micros().div_ceil(1000).clamp(1, i32::MAX as u128).to_string()
}
