//! Client and server cores against each other, in every form of messages.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Call, ClientConnection, Reply, ServerConnection};
use crate::error::{Error, ErrorKind, Result};
use crate::fuzzing::sent;
use crate::limits::Limits;
use crate::net::endpoints::Endpoints;
use crate::rpc::body::Body;
use crate::rpc::deadline::Deadline;
use crate::rpc::message::{Headers, Protocol, Request, Response, ResponseKind};
use crate::settings::{ClientSettings, ServerSettings};
use crate::transport::{Accepted, Framing};
use crate::ttype::ApplicationErrorKind;

/// Protocol and framing of a client.
fn clients() -> Vec<ClientSettings> {
    let framings = [Framing::Unframed, Framing::Framed, Framing::Header, Framing::TtHeader];
    let plain = framings.map(|framing| ClientSettings { framing, ..ClientSettings::default() });
    #[cfg(feature = "zlib")]
    let plain = plain.into_iter().flat_map(|plain| {
        let streams = ClientSettings { zlib: true, ..plain.clone() };
        let messages = ClientSettings { zlib_transform: true, ..plain.clone() };
        [plain, streams, messages]
    });
    plain.into_iter().collect()
}

fn protocols(framing: Framing) -> &'static [Protocol] {
    match framing {
        Framing::TtHeader => &[Protocol::Binary, Protocol::BinaryOld, Protocol::Compact],
        _ => &[
            Protocol::Binary,
            Protocol::BinaryOld,
            Protocol::Compact,
            #[cfg(feature = "json")]
            Protocol::Json,
        ],
    }
}

fn server(accepted: Accepted, limits: Limits) -> ServerConnection {
    let settings = ServerSettings { accepted, limits, ..ServerSettings::default() };
    ServerConnection::new(&settings, Endpoints::default())
}

fn any_server() -> ServerConnection {
    server(Accepted::default(), Limits::DEFAULT)
}

fn request(protocol: Protocol) -> Request {
    let body = match protocol {
        #[cfg(feature = "json")]
        Protocol::Json => br#"{"1":{"str":"ping"}}"#.to_vec(),
        _ => vec![0],
    };
    Request::new("Service:echo", protocol, body.into())
}

/// Takes all calls and answers each with its body and headers.
fn answer_all(server: &mut ServerConnection) -> Result<Vec<Request>> {
    let mut requests = Vec::new();
    while let Some(Call { head, request, .. }) = server.next_call()? {
        let mut response =
            Response::new(ResponseKind::Reply, request.protocol, request.body.clone());
        response.headers = request.headers.clone();
        assert!(server.answer(&head, Ok(response)).is_none());
        requests.push(request);
    }
    Ok(requests)
}

fn one_reply(client: &mut ClientConnection, bytes: &[u8]) -> Reply {
    client.space().extend_from_slice(bytes);
    let reply = client.next().expect("in sync").expect("it is whole");
    assert!(client.next().expect("in sync").is_none());
    reply
}

#[test]
fn every_form_is_answered_in_kind_however_it_is_split() -> Result<()> {
    for settings in clients() {
        for &protocol in protocols(settings.framing) {
            let mut client = ClientConnection::new(&settings, Arc::default());
            let mut server = any_server();
            let mut received = 0;
            for seqid in 1..4 {
                let mut call = request(protocol);
                if settings.framing.has_headers() {
                    call.headers = Headers::from([("name", "value"), ("other", "")]);
                }
                client.call(&call, seqid, Instant::now())?;
                for byte in sent(&mut client.output) {
                    server.space().extend_from_slice(&[byte]);
                    for request in answer_all(&mut server)? {
                        received += 1;
                        assert_eq!(request.headers, call.headers);
                        assert_eq!(request.protocol, protocol);
                        let framing = request.connection.as_ref().and_then(|one| one.framing);
                        assert_eq!(framing, Some(settings.framing));
                    }
                }
                assert_eq!(received, seqid, "{settings:?} {protocol}");
                let bytes = sent(&mut server.output);
                let mut replies = Vec::new();
                for byte in bytes {
                    client.space().extend_from_slice(&[byte]);
                    replies.extend(client.next()?);
                }
                let [Reply { seqid: answered, method, result: Ok(response) }] = &replies[..] else {
                    panic!("{settings:?} {protocol}: {replies:?}");
                };
                assert_eq!((*answered, method.as_str()), (seqid, "echo"));
                assert_eq!((response.protocol, &response.headers), (protocol, &call.headers));
                assert_eq!(response.body.clone().into_bytes(), call.body.into_bytes());
            }
        }
    }
    Ok(())
}

#[test]
fn large_blobs_arrive_in_every_form() -> Result<()> {
    let blob = bytes::Bytes::from((0..200_000_u32).map(|n| (n >> 3) as u8).collect::<Vec<_>>());
    let length = (blob.len() as u32).to_be_bytes();
    let begin = [&[11, 0, 1], &length[..], &[0]].concat();
    for settings in clients() {
        let mut client = ClientConnection::new(&settings, Arc::default());
        let mut server = any_server();
        let body = Body::new(begin.clone().into(), vec![(7, blob.clone())]);
        let plain = body.clone().into_bytes();
        client.call(&Request::new("put", Protocol::Binary, body), 1, Instant::now())?;
        for piece in sent(&mut client.output).chunks(30_000) {
            server.space().extend_from_slice(piece);
            for request in answer_all(&mut server)? {
                assert!(request.body.into_bytes() == plain);
            }
        }
        let bytes = sent(&mut server.output);
        let response = one_reply(&mut client, &bytes).result?;
        assert!(response.body.into_bytes() == plain);
    }
    Ok(())
}

#[test]
fn frames_of_one_connection_may_mix() -> Result<()> {
    let mut server = any_server();
    let framings = [Framing::Framed, Framing::Header, Framing::TtHeader, Framing::Framed];
    for framing in framings {
        let settings = ClientSettings { framing, ..ClientSettings::default() };
        let mut client = ClientConnection::new(&settings, Arc::default());
        for protocol in [Protocol::Compact, Protocol::Binary] {
            client.call(&request(protocol), 7, Instant::now())?;
            server.space().extend_from_slice(&sent(&mut client.output));
            let requests = answer_all(&mut server)?;
            let framings: Vec<_> = requests
                .iter()
                .filter_map(|request| request.connection.as_ref()?.framing)
                .collect();
            assert_eq!(framings, [framing]);
            let reply = one_reply(&mut client, &sent(&mut server.output));
            assert_eq!((reply.seqid, reply.result?.protocol), (7, protocol));
        }
    }
    Ok(())
}

#[test]
fn a_framed_payload_of_ttheader_is_answered_framed() -> Result<()> {
    let inner = b"\x80\x01\0\x01\0\0\0\x04ping\0\0\0\x07\0";
    let mut frame = b"\0\0\0\x23\x10\0\0\0\0\0\0\x07\0\x01\0\0\0\0\0\0\0\x11".to_vec();
    frame.extend_from_slice(inner);
    let mut server = any_server();
    server.space().extend_from_slice(&frame);
    assert_eq!(answer_all(&mut server)?.len(), 1);
    frame[25] = 2;
    assert_eq!(sent(&mut server.output), frame);
    Ok(())
}

#[test]
fn an_unreadable_header_is_answered_with_its_sequence_id() {
    for (framing, block, kind) in [
        (Framing::Header, b"\0\x01\x05\0", ApplicationErrorKind::INVALID_TRANSFORM),
        (Framing::Header, b"\x09\0\0\0", ApplicationErrorKind::INVALID_PROTOCOL),
        (Framing::Header, b"\x02\0\x01\x09", ApplicationErrorKind::PROTOCOL_ERROR),
        (Framing::TtHeader, b"\0\x01\x01\0", ApplicationErrorKind::INVALID_TRANSFORM),
        (Framing::TtHeader, b"\x04\0\0\0", ApplicationErrorKind::INVALID_PROTOCOL),
        (Framing::TtHeader, b"\0\0\x09\0", ApplicationErrorKind::PROTOCOL_ERROR),
    ] {
        let magic = if framing == Framing::Header { b"\x0f\xff" } else { b"\x10\0" };
        let frame = [&b"\0\0\0\x0f"[..], magic, b"\0\0\0\0\0\x2a\0\x01", block, b"\x80"].concat();
        let mut server = any_server();
        server.space().extend_from_slice(&frame);
        let error = server.next_call().expect_err("it cannot be read");
        assert!(matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof));
        let settings = ClientSettings { framing, ..ClientSettings::default() };
        let mut client = ClientConnection::new(&settings, Arc::default());
        let reply = one_reply(&mut client, &sent(&mut server.output));
        assert_eq!((reply.seqid, reply.method.as_str()), (42, ""));
        let response = reply.result.expect("an exception is a reply");
        assert_eq!(response.kind, ResponseKind::Exception);
        let told: crate::ApplicationError = crate::protocol::decode_body(
            response.protocol,
            &response.body.into_bytes(),
            &Limits::DEFAULT,
        )
        .expect("it can be decoded");
        assert_eq!(told.kind, kind, "{}", told.message);
        assert!(error.message().contains(&told.message), "{error} {}", told.message);
    }
}

#[test]
fn only_the_call_fails_whose_reply_has_an_unreadable_header() -> Result<()> {
    let settings = ClientSettings { framing: Framing::Header, ..ClientSettings::default() };
    let mut client = ClientConnection::new(&settings, Arc::default());
    let unreadable = b"\0\0\0\x0e\x0f\xff\0\0\0\0\0\x02\0\x01\0\x01\x05\0";
    let reply = one_reply(&mut client, unreadable);
    assert_eq!(reply.seqid, 2);
    let error = reply.result.expect_err("Zstandard");
    assert!(error.message().contains("transform 5 (Zstandard)"), "{error}");
    // A compact call that is answered in binary, as by Apache's C++.
    let binary = b"\0\0\0\x1f\x0f\xff\0\0\0\0\0\x03\0\x01\0\0\0\0\
                   \x80\x01\0\x02\0\0\0\x04ping\0\0\0\x03\0";
    let reply = one_reply(&mut client, binary);
    assert_eq!((reply.seqid, reply.result?.protocol), (3, Protocol::Binary));
    Ok(())
}

#[test]
fn a_client_names_the_framing_of_the_server() {
    let header =
        b"\0\0\0\x1f\x0f\xff\0\0\0\0\0\0\0\x01\0\0\0\0\x80\x01\0\x02\0\0\0\x04ping\0\0\0\x01\0";
    let tt = b"\0\0\0\x1f\x10\0\0\0\0\0\0\0\0\x01\0\0\0\0\x80\x01\0\x02\0\0\0\x04ping\0\0\0\x01\0";
    let framed = b"\0\0\0\x11\x80\x01\0\x02\0\0\0\x04ping\0\0\0\x01\0";
    let text = |error: Error| error.message().to_owned();
    for (ours, bytes, expected) in [
        (
            Framing::Unframed,
            &header[..],
            "the server answers THeader, but this client speaks unframed",
        ),
        (Framing::Framed, header, "the server answers THeader, but this client speaks framed"),
        (Framing::Framed, tt, "the server answers TTHeader, but this client speaks framed"),
        (Framing::Header, tt, "the server answers TTHeader, but this client speaks THeader"),
        (Framing::Header, framed, "the server answers framed, but this client speaks THeader"),
        (
            Framing::TtHeader,
            &framed[4..],
            "the server answers unframed, but this client speaks TTHeader",
        ),
        (Framing::Header, b"BIGF\0\0\0\0", "looks like THeader with a 64-bit length"),
        (Framing::Framed, b"\x78\x9c\0\0", "looks like zlib"),
    ] {
        let settings = ClientSettings { framing: ours, ..ClientSettings::default() };
        let mut client = ClientConnection::new(&settings, Arc::default());
        client.space().extend_from_slice(bytes);
        let error = text(client.next().expect_err(expected));
        assert!(error.contains(expected), "{error}");
    }
    for framing in [Framing::Header, Framing::TtHeader] {
        let settings = ClientSettings { framing, ..ClientSettings::default() };
        let error = ClientConnection::new(&settings, Arc::default()).ended();
        assert!(error.message().contains(framing.name()), "{error}");
    }
}

#[test]
fn the_time_limit_of_a_call_travels() -> Result<()> {
    for framing in [Framing::Framed, Framing::Header, Framing::TtHeader] {
        let settings = ClientSettings { framing, ..ClientSettings::default() };
        let mut client = ClientConnection::new(&settings, Arc::default());
        let now = Instant::now();
        for (deadline, expected) in [
            (Deadline::At(now + Duration::from_millis(1500)), Some(Duration::from_millis(1500))),
            (Deadline::At(now), Some(Duration::from_millis(1))),
            (Deadline::Never, None),
        ] {
            let mut call = request(Protocol::Binary);
            call.deadline = deadline;
            client.call(&call, 1, now)?;
            let mut server = any_server();
            server.space().extend_from_slice(&sent(&mut client.output));
            let Call { timeout, .. } = server.next_call()?.expect("it is whole");
            assert_eq!(timeout, expected.filter(|_| framing.has_headers()));
        }
    }
    Ok(())
}

#[test]
fn a_server_that_accepts_one_form_names_what_it_gets() {
    let only = |framing, protocol| Accepted { framing, protocol };
    let (framed, compact) = (Some(Framing::Framed), Some(Protocol::Compact));
    let unsupported = ApplicationErrorKind::UNSUPPORTED_CLIENT_TYPE;
    for (accepted, framing, protocol, refusal) in [
        (only(framed, None), Framing::Framed, Protocol::BinaryOld, None),
        (only(framed, compact), Framing::Framed, Protocol::Compact, None),
        (only(None, compact), Framing::Header, Protocol::Compact, None),
        (only(framed, None), Framing::Unframed, Protocol::Binary, Some(unsupported)),
        (only(framed, None), Framing::Header, Protocol::Binary, Some(unsupported)),
        (only(Some(Framing::Header), None), Framing::Framed, Protocol::Binary, Some(unsupported)),
        (
            only(framed, compact),
            Framing::Framed,
            Protocol::Binary,
            Some(ApplicationErrorKind::INVALID_PROTOCOL),
        ),
    ] {
        let settings = ClientSettings { framing, ..ClientSettings::default() };
        let mut client = ClientConnection::new(&settings, Arc::default());
        client.call(&request(protocol), 5, Instant::now()).expect("it is small");
        let mut server = server(accepted, Limits::DEFAULT);
        server.space().extend_from_slice(&sent(&mut client.output));
        let result = answer_all(&mut server);
        let reply = one_reply(&mut client, &sent(&mut server.output));
        assert_eq!(reply.seqid, 5);
        let response = reply.result.expect("it is a reply");
        let Some(refusal) = refusal else {
            assert_eq!(result.map(|requests| requests.len()).ok(), Some(1));
            assert_eq!(response.kind, ResponseKind::Reply);
            continue;
        };
        let error = result.expect_err("it is refused");
        let named = format!("the client speaks {protocol} Thrift, {}; this server", framing.name());
        assert!(error.message().starts_with(&named), "{error}");
        let body = response.body.into_bytes();
        let told: crate::ApplicationError =
            crate::protocol::decode_body(protocol, &body, &Limits::DEFAULT).expect("it is one");
        assert_eq!((told.kind, &*told.message), (refusal, error.message()));
    }
    let mut server = server(only(framed, compact), Limits::DEFAULT);
    server.space().extend_from_slice(b"GET / HTTP/1.1");
    let error = server.next_call().expect_err("it is not Thrift");
    let expected = "looks like HTTP; this server speaks compact Thrift, framed only, and got";
    assert!(error.message().starts_with(expected), "{error}");
}

#[cfg(feature = "zlib")]
mod zlib {
    use super::*;
    use crate::transport::{append, compress};

    /// A THeader frame whose payload, of this size, is zeros.
    fn bomb(size: usize) -> Vec<u8> {
        let zeros = vec![0; size];
        let mut frame = b"\0\0\0\0\x0f\xff\0\0\0\0\0\x01\0\x01\0\x01\x01\0".to_vec();
        compress(std::iter::once(&zeros[..]), &mut frame);
        let length = (frame.len() as u32 - 4).to_be_bytes();
        frame[..4].copy_from_slice(&length);
        frame
    }

    #[test]
    fn a_bomb_in_a_header_is_refused_on_both_sides() {
        let limits = Limits { frame: 1 << 20, ..Limits::DEFAULT };
        let frame = bomb(8 << 20);
        let mut server = server(Accepted::default(), limits);
        server.space().extend_from_slice(&frame);
        let error = server.next_call().expect_err("it is a bomb");
        assert_eq!(error.kind(), ErrorKind::SizeLimit);
        assert!(error.message().contains("`Limits::frame` allows"), "{error}");
        let settings =
            ClientSettings { framing: Framing::Header, limits, ..ClientSettings::default() };
        let mut client = ClientConnection::new(&settings, Arc::default());
        let reply = one_reply(&mut client, &frame);
        let error = reply.result.expect_err("it is a bomb");
        assert_eq!((reply.seqid, error.kind()), (1, ErrorKind::SizeLimit));
    }

    #[test]
    fn a_bomb_in_a_compressed_stream_is_refused() {
        let limits = Limits { frame: 1 << 20, message: 1 << 20, ..Limits::DEFAULT };
        let length = 8 << 20;
        let mut framed = u32::to_be_bytes(length).to_vec();
        framed.extend_from_slice(b"\x80\x01");
        framed.resize(length as usize, 0);
        // A string that does not end.
        let mut unframed =
            b"\x80\x01\0\x01\0\0\0\x04echo\0\0\0\x01\x0b\0\x01\0\x7f\xff\xff".to_vec();
        unframed.resize(length as usize, b'a');
        for plain in [framed, unframed] {
            let mut stream = Vec::new();
            append(true, std::iter::once(&plain[..]), &mut stream);
            assert!(stream.len() < 1 << 16);
            let mut server = server(Accepted::default(), limits);
            server.space().extend_from_slice(&stream);
            let error = server.next_call().expect_err("it is a bomb");
            assert_eq!(error.kind(), ErrorKind::SizeLimit);
        }
    }

    #[test]
    fn a_compressed_stream_in_a_compressed_stream_is_refused() {
        let (mut inner, mut stream) = (Vec::new(), Vec::new());
        append(true, std::iter::once(&b"\x80\x01\0\x01"[..]), &mut inner);
        append(true, std::iter::once(&inner[..]), &mut stream);
        let mut server = any_server();
        server.space().extend_from_slice(&stream);
        let error = server.next_call().expect_err("once is enough");
        assert!(error.message().starts_with("looks like zlib"), "{error}");
    }

    #[test]
    fn only_the_call_fails_whose_compressed_reply_is_too_large() -> Result<()> {
        let settings =
            ClientSettings { framing: Framing::Framed, zlib: true, ..ClientSettings::default() };
        let mut client = ClientConnection::new(&settings, Arc::default());
        let mut large = (Limits::DEFAULT.frame as u32 + 1).to_be_bytes().to_vec();
        large.extend_from_slice(b"\x80\x01\0\x02\0\0\0\x04ping\0\0\0\x01");
        large.resize(4 + Limits::DEFAULT.frame + 1, 0);
        large.extend_from_slice(b"\0\0\0\x11\x80\x01\0\x02\0\0\0\x04ping\0\0\0\x02\0");
        let mut stream = Vec::new();
        append(true, std::iter::once(&large[..]), &mut stream);
        client.space().extend_from_slice(&stream);
        let first = client.next()?.expect("its header is there");
        let error = first.result.expect_err("it is too large");
        assert_eq!((first.seqid, error.kind()), (1, ErrorKind::SizeLimit));
        let second = client.next()?.expect("it is whole");
        assert_eq!((second.seqid, second.result.is_ok()), (2, true));
        Ok(())
    }

    #[test]
    fn the_header_of_a_large_compressed_reply_may_come_in_pieces() -> Result<()> {
        let settings =
            ClientSettings { framing: Framing::Framed, zlib: true, ..ClientSettings::default() };
        let mut client = ClientConnection::new(&settings, Arc::default());
        let mut large = (Limits::DEFAULT.frame as u32 + 1).to_be_bytes().to_vec();
        large.extend_from_slice(b"\x80\x01\0\x02\0\0\0\x04ping\0\0\0\x01");
        for (at, piece) in [&large[..12], &large[12..]].into_iter().enumerate() {
            assert!(client.next()?.is_none(), "{at}");
            let mut stream = Vec::new();
            append(at == 0, std::iter::once(piece), &mut stream);
            client.space().extend_from_slice(&stream);
        }
        let reply = client.next()?.expect("its header is there");
        let error = reply.result.expect_err("it is too large");
        assert_eq!((reply.seqid, error.kind()), (1, ErrorKind::SizeLimit));
        Ok(())
    }

    #[test]
    fn a_server_that_does_not_compress_is_noticed() {
        let settings = ClientSettings { zlib: true, ..ClientSettings::default() };
        let mut client = ClientConnection::new(&settings, Arc::default());
        assert!(client.ended().message().contains("it may not understand zlib"));
        client.space().extend_from_slice(b"\x80\x01\0\x02");
        let error = client.next().expect_err("it is not compressed");
        assert!(error.message().contains("the peer does not compress with zlib"), "{error}");
    }

    #[test]
    fn an_idle_compressed_connection_keeps_its_state() -> Result<()> {
        let settings = ClientSettings { zlib: true, ..ClientSettings::default() };
        let mut client = ClientConnection::new(&settings, Arc::default());
        let mut server = any_server();
        for seqid in 1..4 {
            client.call(&request(Protocol::Binary), seqid, Instant::now())?;
            server.space().extend_from_slice(&sent(&mut client.output));
            assert_eq!(answer_all(&mut server)?.len(), 1);
            assert!(server.input.is_empty());
            server.input.release();
            assert_eq!(one_reply(&mut client, &sent(&mut server.output)).seqid, seqid);
        }
        Ok(())
    }
}
