//! Connection cores without sockets, for the fuzz targets in `tests/fuzz` and the unit tests here.
//! Built with `--cfg fuzzing`, and for unit tests.

mod sasl;

use std::io::IoSlice;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use crate::connection::{Call, ClientConnection, Output, SLICES, ServerConnection};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::net::endpoints::Endpoints;
use crate::rpc::message::{Request, Response};
use crate::settings::{ClientSettings, ServerSettings};
use crate::tracking::{Record, SharedTracker, Tracker};
use crate::transport::{Cutter, Framing};
pub use sasl::{LoggedIn, log_in_to, serve_login};

/// Outcome of feeding bytes from a peer until they ended or the stream was out of sync.
#[derive(Debug)]
pub struct Outcome<T, E = Error> {
    /// The decoded items.
    pub items: T,
    /// The error that ended decoding.
    pub error: Option<E>,
}

/// Splits bytes that arrive in pieces into messages.
pub fn cut(framing: Framing, pieces: &[&[u8]], limits: &Limits) -> Outcome<Vec<Bytes>> {
    let mut cutter = Cutter::new(framing);
    let mut input = BytesMut::new();
    let mut items = Vec::new();
    let error = feed(pieces, |piece| {
        input.extend_from_slice(piece);
        while !input.is_empty() {
            match cutter.cut(&mut input, limits)? {
                Some(frame) => items.push(frame.bytes),
                None => break,
            }
        }
        Ok(())
    });
    Outcome { items, error }
}

/// Makes the handshake of tracking a part of what a server is sent.
struct Silent;

impl Tracker for Silent {
    fn record(&self, _: &Record<'_>) {}
}

/// Feeds bytes in pieces to a server connection that tracks calls. Returns the bytes that it sends.
pub fn calls(
    pieces: &[&[u8]],
    limits: &Limits,
    answer: impl Fn(Request) -> Result<Response>,
) -> Outcome<Vec<u8>> {
    let mut connection = {
        let tracker = Some(SharedTracker::new(Silent));
        let settings = ServerSettings { limits: *limits, tracker, ..ServerSettings::default() };
        ServerConnection::new(&settings, Endpoints::default())
    };
    let error = feed(pieces, |piece| {
        connection.space().extend_from_slice(piece);
        while let Some(Call { head, request, .. }) = connection.next_call()? {
            connection.answer(&head, answer(request));
        }
        Ok(())
    });
    let error = error.or_else(|| connection.rejection());
    Outcome { items: sent(&mut connection.output), error }
}

/// Feeds bytes in pieces to a client connection, which may be compressed. Returns its replies with
/// their sequence ids.
pub fn replies(
    framing: Framing,
    zlib: bool,
    pieces: &[&[u8]],
    limits: &Limits,
) -> Outcome<Vec<(i32, Result<Response>)>> {
    #[cfg(not(feature = "zlib"))]
    let _ = zlib;
    let settings = ClientSettings {
        framing,
        #[cfg(feature = "zlib")]
        zlib,
        limits: *limits,
        ..ClientSettings::default()
    };
    let mut connection = ClientConnection::new(&settings, Arc::default());
    let mut items = Vec::new();
    let error = feed(pieces, |piece| {
        connection.space().extend_from_slice(piece);
        while let Some(reply) = connection.next()? {
            items.push((reply.seqid, reply.result));
        }
        Ok(())
    });
    Outcome { items, error }
}

/// Creates a client that speaks HTTP over a single stream.
///
/// # Errors
/// The settings cannot be used with HTTP.
#[cfg(feature = "http")]
pub async fn connect_http<T: crate::rpc::from_channel::FromChannel<crate::Channel>>(
    builder: crate::ClientBuilder<T>,
    stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + 'static,
) -> Result<T> {
    builder.aim(&"http://localhost/".parse()?)?.connect_stream(stream).await
}

/// Feeds the pieces in order, up to the first error.
fn feed(pieces: &[&[u8]], take: impl FnMut(&[u8]) -> Result<()>) -> Option<Error> {
    pieces.iter().copied().try_for_each(take).err()
}

/// All pending output.
pub(crate) fn sent(output: &mut Output) -> Vec<u8> {
    let mut sent = Vec::with_capacity(output.len());
    while !output.is_empty() {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let count = output.fill(&mut slices);
        let before = sent.len();
        slices[..count].iter().for_each(|slice| sent.extend_from_slice(slice));
        output.advance(sent.len() - before);
    }
    sent
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::connection::Head;
    use crate::rpc::message::{Headers, Protocol, ResponseKind};
    use crate::transport::Form;
    use crate::ttype::MessageKind;
    use proptest::prelude::*;

    const FRAMINGS: [Framing; 4] =
        [Framing::Unframed, Framing::Framed, Framing::Header, Framing::TtHeader];

    fn echo(request: Request) -> Result<Response> {
        Ok(Response::new(ResponseKind::Reply, request.protocol, request.body))
    }

    /// Consecutive messages, for each protocol and framing.
    fn stream() -> impl Strategy<Value = Vec<u8>> {
        let protocol = prop::sample::select(vec![
            (Protocol::Binary, &[8, 0, 1, 0, 0, 0, 7, 0][..]),
            (Protocol::BinaryOld, &[11, 0, 1, 0, 0, 0, 1, b'x', 0]),
            (Protocol::Compact, &[0x15, 14, 0]),
            #[cfg(feature = "json")]
            (Protocol::Json, br#"{"1":{"str":"]"}}"#),
            #[cfg(feature = "thriftpy-json")]
            (Protocol::ThriftPyJson, br#"{"text": "}\""}"#),
        ]);
        let framings = [Framing::Framed, Framing::Header, Framing::TtHeader];
        let form = (prop::sample::select(framings.to_vec()), any::<bool>(), 0..3_usize);
        let message = (protocol, 1..5_u8, 0..5_i32, form);
        let messages = prop::collection::vec(message, 1..5);
        let flags = (any::<bool>(), any::<bool>(), any::<bool>());
        (messages, flags).prop_map(|(messages, (framed, compressed, tracked))| {
            let mut output = Output::default();
            #[cfg(feature = "zlib")]
            if compressed {
                output.start_zlib();
            }
            let _ = compressed;
            if tracked {
                let form = &Form::from(if framed { Framing::Framed } else { Framing::Unframed });
                let method = "__thriftpy_tracing_method_name__v2";
                let (protocol, kind, headers) = (Protocol::Binary, MessageKind::Call, &Headers::default());
                let (seqid, prefix, timeout) = (0, &[], None);
                let head = Head { form, protocol, method, kind, seqid, prefix, headers, timeout };
                let version = vec![8, 0, 2, 0, 0, 0, 2, 0];
                output.message(&head, version.into()).expect("it is small");
            }
            for ((protocol, body), kind, seqid, (framing, zlib, count)) in messages {
                let framing = if framed { framing } else { Framing::Unframed };
                let zlib = cfg!(feature = "zlib") && zlib && framing == Framing::Header;
                let form = &Form {
                    zlib,
                    framed: count > 1 && framing == Framing::TtHeader,
                    seqid,
                    ..framing.into()
                };
                let names = ["name", "to-service", "acl-token"];
                let headers = &names.into_iter().take(count).map(|name| (name, "value")).collect();
                let kind = MessageKind::from_number(kind).expect("there are four");
                let method = "echo";
                let timeout = (count > 1).then(|| Duration::from_millis(9));
                // The header of a tracked call, in the protocol of the handshake.
                let prefix = match tracked && !framing.has_headers() {
                    true => &b"\x0b\0\x02\0\0\0\x011\x0d\0\x03\x0b\x0b\0\0\0\x01\0\0\0\x01k\0\0\0\0\0"[..],
                    false => &[],
                };
                let head = Head { form, protocol, method, kind, seqid, prefix, headers, timeout };
                // Not every header has a number for every protocol.
                let _ = output.message(&head, body.to_vec().into());
            }
            sent(&mut output)
        })
    }

    /// The bytes in whole, and in pieces of that size, mean the same to both ends of a connection.
    fn check(stream: &[u8], piece: usize, limits: &Limits) -> Result<(), TestCaseError> {
        let pieces: Vec<_> = stream.chunks(piece).collect();
        let whole = &[stream][..];
        let text = |error: Option<Error>| error.map(|error| error.to_string());
        for framing in FRAMINGS {
            let (once, often) = (cut(framing, whole, limits), cut(framing, &pieces, limits));
            prop_assert_eq!(once.items, often.items);
            prop_assert_eq!(text(once.error), text(often.error));

            for zlib in [false, cfg!(feature = "zlib")] {
                let once = replies(framing, zlib, whole, limits);
                let often = replies(framing, zlib, &pieces, limits);
                let shown = |items: Vec<(i32, Result<Response>)>| {
                    let shown = |(seqid, result): (i32, Result<Response>)| {
                        (
                            seqid,
                            result
                                .map(|it| (it.kind, it.body.into_bytes()))
                                .map_err(|error| error.to_string()),
                        )
                    };
                    items.into_iter().map(shown).collect::<Vec<_>>()
                };
                prop_assert_eq!(shown(once.items), shown(often.items));
                prop_assert_eq!(text(once.error), text(often.error));
            }
        }
        let (once, often) = (calls(whole, limits, echo), calls(&pieces, limits, echo));
        // Who sent a broken message is told if its header has come.
        let told = &once.items[..often.items.len().min(once.items.len())];
        prop_assert_eq!(if once.error.is_some() { told } else { &once.items }, &often.items[..]);
        // Not the bytes that the log shows as they are.
        let text = |error: Option<Error>| {
            text(error).map(|text| text.split(", and got").next().map(str::to_owned))
        };
        prop_assert_eq!(text(once.error), text(often.error));
        Ok(())
    }

    const LIMITS: Limits =
        Limits { frame: 200, message: 1000, header_bytes: 100, ..Limits::DEFAULT };

    /// Bytes that peers of other protocols send first.
    fn start() -> impl Strategy<Value = Vec<u8>> {
        let starts: [&[u8]; 14] = [
            b"",
            b"\0\0",
            b"\0\0\0\x10",
            b"\0\0\x03\0",
            b"\0\x0f\0\0",
            b"\x78",
            b"\x78\x9c\x01\x34\0\xcb\xff",
            b"\x16\x03",
            b"\x04\0\0\0\x08what",
            b"HTTP",
            b"PROXY",
            b"\r\n\r\n",
            b"SSH-",
            b"text",
        ];
        prop::sample::select(starts.map(<[u8]>::to_vec).to_vec())
    }

    /// Bytes that mean something in many places.
    fn noise() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![
            prop::sample::select(
                b"\0\0\0\x01\x02\x03\x0b\x0c\x0d\x0f\x10\x80\x82\xff\"[{]},1a \r\n".to_vec()
            ),
            any::<u8>(),
        ];
        prop::collection::vec(byte, 0..40)
    }

    #[test]
    fn what_fuzzing_has_found_stays_mended() -> Result<(), TestCaseError> {
        // In zlib, a frame above the limit of frames, which may become JSON of ThriftPy with its fifth byte.
        let stream = b"\x78\x9c\x01\x34\0\xcb\xff\0\0\x08\x31\x22\x22\x3a\x69\x7b\x33\x32\x7b\x69\x22\x32\x5d";
        let limits = Limits { frame: 2000, message: 3000, ..Limits::DEFAULT };
        (1..stream.len()).try_for_each(|piece| check(stream, piece, &limits))?;
        // JSON in a frame above the limit, of which a piece ends with a bracket.
        let stream = b"\0\0\x07\xd2[1,\"echo\",1,1,{\"1\":{\"lst\":[\"i32\",1,5]},\"2\":{\"i32\":1";
        (1..stream.len()).try_for_each(|piece| check(stream, piece, &limits))?;
        Ok(())
    }

    proptest! {
        #[test]
        fn bytes_mean_the_same_in_whatever_pieces_they_come(
            mut stream in stream(),
            change in any::<Option<(prop::sample::Index, u8)>>(),
            piece in 1..40_usize,
        ) {
            if let Some((at, byte)) = change
                && !stream.is_empty()
            {
                let at = at.index(stream.len());
                stream[at] = byte;
            }
            check(&stream, piece, &LIMITS)?;
            check(&stream, piece, &Limits { frame: 1000, ..LIMITS })?;
        }

        #[test]
        fn other_protocols_and_noise_are_rejected_in_the_same_way_in_whatever_pieces_they_come(
            start in start(),
            noise in noise(),
            piece in 1..10_usize,
        ) {
            let stream = [start, noise].concat();
            check(&stream, piece, &LIMITS)?;
            check(&stream, piece, &Limits::DEFAULT)?;
        }
    }
}
