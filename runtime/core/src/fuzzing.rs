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
            let pieces: Vec<_> = stream.chunks(piece).collect();
            let limits = Limits { frame: 1000, message: 1000, ..Limits::DEFAULT };
            let kind = |error: Option<Error>| error.map(|error| error.kind());
            for framing in FRAMINGS {
                let (whole, dripped) = (cut(framing, &[&stream], &limits), cut(framing, &pieces, &limits));
                prop_assert_eq!(whole.items, dripped.items);
                prop_assert_eq!(kind(whole.error), kind(dripped.error));

                let whole = replies(framing, false, &[&stream], &limits);
                let dripped = replies(framing, false, &pieces, &limits);
                let answered = |items: Vec<(i32, Result<Response>)>| {
                    items.into_iter().map(|(seqid, result)| (seqid, result.is_ok())).collect::<Vec<_>>()
                };
                prop_assert_eq!(answered(whole.items), answered(dripped.items));
                // Errors are more specific when more bytes are available.
                prop_assert_eq!(whole.error.is_some(), dripped.error.is_some());
            }
            let (whole, dripped) = (calls(&[&stream], &limits, echo), calls(&pieces, &limits, echo));
            // When an error is detected, and which calls it is reported to, depends on the bytes
            // received so far.
            if whole.error.is_none() {
                prop_assert_eq!(&whole.items, &dripped.items);
            }
            prop_assert_eq!(whole.error.is_some(), dripped.error.is_some());
        }
    }
}
