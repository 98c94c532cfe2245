//! Bytes as they come over a connection, in pieces, to a server and to a client.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use thriftly::blocking::Service;
use thriftly::fuzzing::{calls, cut, replies};
use thriftly::{Error, Framing, Limits, Request, Response, ResponseKind, Result};

use crate::protocol::{Binary, Compact, Protocol as _, Skip, Typed};
use crate::schema::plain::{
    All, AllRef, BlockingMirror, BlockingMirrorServer, Old, OldRef, ReflectError, Refused,
};

/// However the bytes are cut into pieces, they mean the same. The first byte says how long the
/// pieces are.
pub fn check(bytes: &[u8]) {
    let [piece, bytes @ ..] = bytes else { return };
    check_in_pieces(*piece, bytes);
}

/// Frames that begin with a magic number mean the same, however they are cut into pieces. The first
/// byte says how long the pieces are, the second how long the frames are.
pub fn check_frames(magic: [u8; 2], bytes: &[u8]) {
    let [piece, length, bytes @ ..] = bytes else { return };
    let mut stream = Vec::new();
    for content in bytes.chunks(usize::from(*length) * 4 + 8) {
        let length = (content.len() + magic.len()) as u32;
        stream.extend_from_slice(&length.to_be_bytes());
        stream.extend_from_slice(&magic);
        stream.extend_from_slice(content);
    }
    check_in_pieces(*piece, &stream);
}

/// Compressed bytes mean the same, however they are cut into pieces. The first byte says how long the
/// pieces are, the second what is compressed: the stream, flushed after so many bytes; each frame of
/// THeader; or nothing, and the bytes are taken for a compressed stream.
pub fn check_zlib(bytes: &[u8]) {
    let [piece, form, bytes @ ..] = bytes else { return };
    let length = usize::from(form / 4) * 8 + 8;
    match form % 4 {
        0 => check_in_pieces(*piece, &[b"\x78\x9c", bytes].concat()),
        1 => {
            let mut stream = Vec::new();
            for content in bytes.chunks(length) {
                let compressed = zlib(content);
                // Version, flags, sequence id; one word of header: binary, one transform, zlib.
                let head = [&b"\x0f\xff\0\0\0\0\0\x07\0\x01"[..], &[0, 1, 1, 0]].concat();
                let frame = [head, compressed].concat();
                stream.extend_from_slice(&(frame.len() as u32).to_be_bytes());
                stream.extend_from_slice(&frame);
            }
            check_in_pieces(*piece, &stream);
        }
        form => {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
            for content in bytes.chunks(length) {
                let written = encoder.write_all(content).and_then(|()| encoder.flush());
                written.expect("memory takes all");
            }
            // The end of the stream, or only that of the connection.
            let stream = match form {
                2 => encoder.finish().expect("memory takes all"),
                _ => std::mem::take(encoder.get_mut()),
            };
            check_in_pieces(*piece, &stream);
        }
    }
}

/// A zlib stream with these bytes.
pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes all")
}

/// Small, so that they are reached.
pub const LIMITS: Limits = Limits {
    frame: 2000,
    message: 3000,
    depth: 16,
    headers: 8,
    header_bytes: 200,
    ..Limits::DEFAULT
};

fn check_in_pieces(piece: u8, bytes: &[u8]) {
    let pieces: Vec<&[u8]> = bytes.chunks(usize::from(piece).max(1)).collect();
    let whole = &[bytes][..];
    let limits = LIMITS;

    for framing in [Framing::Framed, Framing::Unframed, Framing::Header, Framing::TtHeader] {
        let (once, often) = (cut(framing, whole, &limits), cut(framing, &pieces, &limits));
        assert_eq!(once.items, often.items);
        assert_eq!(text(&once.error), text(&often.error));
        if framing == Framing::Unframed {
            once.items.iter().for_each(ends_where_the_reader_does);
        }

        for zlib in [false, true] {
            let once = replies(framing, zlib, whole, &limits);
            let often = replies(framing, zlib, &pieces, &limits);
            assert_eq!(text(&once.error), text(&often.error));
            assert_eq!(once.items.len(), often.items.len());
            for (once, often) in once.items.into_iter().zip(often.items) {
                assert_eq!(once.0, often.0);
                assert_eq!(once.1.map(body).ok(), often.1.map(body).ok());
            }
        }
    }

    let server = BlockingMirrorServer::new(Handler);
    let typed = |request| server.call(request);
    for answer in [&echo as &dyn Fn(Request) -> Result<Response>, &typed] {
        let (once, often) = (calls(whole, &limits, answer), calls(&pieces, &limits, answer));
        assert_eq!(text(&once.error), text(&often.error));
        // Who sent a broken message is told if its header has come.
        assert!(once.error.is_some() || once.items == often.items);
        assert!(once.items.starts_with(&often.items));
    }
}

/// What is wrong, without the bytes that are shown as they are.
fn text(error: &Option<Error>) -> Option<String> {
    let text = error.as_ref()?.to_string();
    text.split(", and got").next().map(str::to_owned)
}

fn body(response: Response) -> (ResponseKind, Bytes) {
    (response.kind, response.body.into_bytes())
}

fn echo(request: Request) -> Result<Response> {
    match request.oneway {
        true => Ok(Response::none(request.protocol)),
        false => Ok(Response::new(ResponseKind::Reply, request.protocol, request.body)),
    }
}

/// A message split off is exactly one struct after a header, if it is valid at all: the sizes of
/// numbers and ids are only checked when they are decoded. JSON is split by its brackets alone.
fn ends_where_the_reader_does(message: &Bytes) {
    match message.first() {
        Some(b'[') => {}
        Some(0x82) => ends::<Compact>(message),
        _ => ends::<Binary>(message),
    }
}

fn ends<P: Typed>(message: &Bytes) {
    let mut body = message.clone();
    if P::read_envelope(&mut body).is_err() {
        return;
    }
    if let Err(error) = P::read(&body, Skip) {
        let odd = ["a number has more bits than its type", "field id "];
        let odd = odd.iter().any(|odd| error.message().starts_with(odd));
        assert!(odd && P::NAME == Compact::NAME, "cut off in {}, but: {error}", P::NAME);
    }
}

/// Answers calls with their arguments, and refuses some.
pub struct Handler;

impl BlockingMirror for Handler {
    fn reflect(&self, it: AllRef<'_>) -> std::result::Result<All, ReflectError> {
        match it.scalars.flag {
            true => Ok(it.into_owned()),
            false => Err(Refused { why: it.scalars.text.into() }.into()),
        }
    }
    fn older(&self, it: OldRef<'_>, more: i32) -> Result<Old> {
        match more {
            0.. => Ok(it.into_owned()),
            _ => Err(Error::internal(format!("{more} is too few"))),
        }
    }
    fn fire(&self, _it: Vec<i64>) -> Result<()> {
        Ok(())
    }
    fn nothing(&self) -> Result<()> {
        Ok(())
    }
}
