//! Bytes from anyone, in one protocol: nothing panics, and what is understood is stable.

use std::io::{BufReader, Read};

use bytes::Bytes;
use thriftly::binary::{BinaryReader, BinaryWriter};
use thriftly::codec::{Writer, copy_value};
use thriftly::compact::{CompactReader, CompactWriter};
use thriftly::{Decode, Encode, ErrorKind, Limits, Result, TType, simple_json};

use crate::protocol::{Binary, Capture, Compact, Copy, Json, Protocol, Skip, ThriftPyJson, Typed};
use crate::rich::RICH;
use crate::schema::{self, keeping, lean, plain, shared};
use crate::{in_place, later, projected};

// One function for each protocol rather than a generic one: so all is compiled once, here.

/// Bytes in the binary protocol.
pub fn binary(bytes: &[u8]) {
    check::<Binary>(bytes);
    let mut view = rich();
    let mut reader = BinaryReader::new(bytes, &Limits::DEFAULT);
    let over = view.decode_into(&mut reader).and_then(|()| reader.finish()).map(|()| view);
    views(thriftly::binary::from_slice(bytes), over, thriftly::binary::from_slice(bytes));
}

/// Bytes in the compact protocol.
pub fn compact(bytes: &[u8]) {
    check::<Compact>(bytes);
    let mut view = rich();
    let mut reader = CompactReader::new(bytes, &Limits::DEFAULT);
    let over = view.decode_into(&mut reader).and_then(|()| reader.finish()).map(|()| view);
    views(thriftly::compact::from_slice(bytes), over, thriftly::compact::from_slice(bytes));
}

/// Bytes as JSON.
pub fn json(bytes: &[u8]) {
    check::<Json>(bytes);
}

/// Bytes as ThriftPy's JSON.
pub fn thriftpy_json(bytes: &[u8]) {
    check_untyped::<ThriftPyJson>(bytes);
}

/// Reads the bytes as everything there is.
fn check<P: Typed>(bytes: &[u8]) {
    let bytes = Bytes::copy_from_slice(bytes);
    envelope::<P>(&bytes);
    let understood = types::<P>(&bytes);
    in_front::<P>(&bytes);
    later::check::<P>(&bytes);
    in_place::check::<P>(&bytes);
    projected::check::<P>(&bytes);
    // What a decoder understands has to be a struct for those as well who do not know its type.
    assert!(skips::<P>(&bytes) || !understood, "not skipped, but understood");
}

/// A value is the same in front of others and in a stream, whatever the pieces of that are.
fn in_front<P: Typed>(bytes: &[u8]) {
    let prefix = P::prefix::<plain::All>(bytes);
    let piece = 1 + usize::from(bytes.first().copied().unwrap_or_default() % 16);
    let mut stream = BufReader::with_capacity(piece, bytes);
    match (&prefix, P::read_one::<plain::All>(&mut stream)) {
        (Ok((value, end)), Ok(Some(read))) => {
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).expect("it is in memory");
            assert_eq!(rest, bytes[*end..], "another end");
            assert_eq!(encode::<P, _>(value), encode::<P, _>(&read));
        }
        (Err(error), Ok(None)) => assert_eq!(error.kind(), ErrorKind::UnexpectedEof),
        (Err(_), Err(_)) => {}
        (prefix, read) => panic!("{:?}, but {:?}", prefix.is_ok(), read.map(|read| read.is_some())),
    }
    let Err(error) = prefix else { return };
    assert_eq!(error.needed().is_some(), error.kind() == ErrorKind::UnexpectedEof);
    // So few more are not enough.
    let more = error.needed().unwrap_or_default().saturating_sub(1).min(1000);
    if more > 0 {
        let longer = [bytes, &vec![b'0'; more]].concat();
        let kind = P::prefix::<plain::All>(&longer).map(drop).map_err(|error| error.kind());
        assert_eq!(kind, Err(ErrorKind::UnexpectedEof), "more was not needed");
    }
}

/// As [`check`], for a protocol that does not say the types of its values.
fn check_untyped<P: Protocol>(bytes: &[u8]) {
    let bytes = Bytes::copy_from_slice(bytes);
    envelope::<P>(&bytes);
    types::<P>(&bytes);
}

/// A view of a value with everything.
fn rich<'a>() -> plain::AllRef<'a> {
    thriftly::binary::from_slice(&RICH).expect("it was encoded")
}

/// Values that borrow from their bytes are the same as those that do not, also over another one.
fn views(
    view: Result<plain::AllRef<'_>>,
    over: Result<plain::AllRef<'_>>,
    whole: Result<plain::All>,
) {
    match (view, over, whole) {
        (Ok(view), Ok(over), Ok(whole)) => {
            let binary = encode::<Binary, _>(&whole);
            assert_eq!(thriftly::binary::to_vec(&view).expect("a view is encoded"), binary);
            assert_eq!(thriftly::binary::to_vec(&over).expect("a view is encoded"), binary);
            assert_eq!(encode::<Binary, _>(&view.into_owned()), binary);
        }
        (Err(view), Err(over), Err(whole)) => {
            assert_eq!(view.to_string(), whole.to_string());
            assert_eq!(over.to_string(), whole.to_string());
        }
        (view, over, whole) => panic!("{:?}, {:?}, but {:?}", view.err(), over.err(), whole.err()),
    }
}

/// Decodes into many types. Returns whether one of the structs is understood.
fn types<P: Protocol>(bytes: &Bytes) -> bool {
    let mut understood = false;
    macro_rules! types {
        ($check:ident: $($ty:ty),*) => {
            $(understood |= $check::<P, $ty>(bytes);)*
        };
    }
    types!(known: schema::All, schema::Lists, schema::Keys, schema::Options, schema::Choice);
    types!(known: schema::Tree, plain::Lists, plain::Keys, plain::Options, plain::Tree);
    types!(known: thriftly::ApplicationError);
    types!(stable: plain::All, plain::Choice, plain::Old, plain::Changed, plain::OddKeys);
    types!(known: lean::Options, lean::Keys);
    types!(stable: lean::All, lean::Choice);
    types!(stable: keeping::All, keeping::Choice, keeping::Old, keeping::Tree, keeping::Empty);
    unordered::<P, shared::All, plain::All>(bytes);
    unordered::<P, shared::Keys, plain::Keys>(bytes);
    unordered::<P, shared::OddKeys, plain::OddKeys>(bytes);
    // Values that are no structs.
    known::<P, Vec<i16>>(bytes);
    known::<P, Vec<f64>>(bytes);
    known::<P, Vec<u8>>(bytes);
    known::<P, std::collections::BTreeMap<String, Vec<bool>>>(bytes);
    understood
}

/// A decoded value is encoded again; from then on the bytes stay the same.
fn stable<P: Protocol, T: Encode + for<'de> Decode<'de>>(bytes: &Bytes) -> bool {
    let decoded = P::decode::<T>(bytes);
    let copied = P::decode_slice::<T>(bytes);
    let (Ok(value), Ok(copied)) = (&decoded, &copied) else {
        let [decoded, copied] = [decoded.err(), copied.err()].map(|e| e.map(|e| e.to_string()));
        assert_eq!(decoded, copied);
        return false;
    };
    let first = encode::<P, T>(value);
    assert_eq!(encode::<P, T>(copied), first, "shared and copied");
    settled::<P, T>(&first);
    // The others can carry it, too, but for keys that JSON does not have.
    settled::<Binary, T>(&encode::<Binary, T>(value));
    settled::<Compact, T>(&encode::<Compact, T>(value));
    if let Ok(json) = Json::encode(value) {
        settled::<Json, T>(&json);
    }
    if let Ok(json) = ThriftPyJson::encode(value) {
        // Preserved unknown fields are not found by their ids in this protocol.
        let value: T = ThriftPyJson::decode(&json).expect("what was encoded is decoded");
        settled::<ThriftPyJson, T>(&encode::<ThriftPyJson, T>(&value));
    }
    let _ = simple_json::to_string(value);
    true
}

/// As [`stable`], for types without unknown parts: those are the same in all protocols.
fn known<P: Protocol, T: Encode + for<'de> Decode<'de>>(bytes: &Bytes) -> bool {
    if !stable::<P, T>(bytes) {
        return false;
    }
    let value: T = P::decode(bytes).expect("it was decoded before");
    let binary = encode::<Binary, T>(&value);
    let compact = encode::<Compact, T>(&value);
    let back: T = Compact::decode(&compact).expect("it is decoded from compact");
    assert_eq!(encode::<Binary, T>(&back), binary, "through compact");
    true
}

/// As [`stable`], for types that have no order: `O` is the same type with one.
fn unordered<P, T, O>(bytes: &Bytes)
where
    P: Protocol,
    T: Encode + for<'de> Decode<'de>,
    O: Encode + for<'de> Decode<'de>,
{
    let (unordered, ordered) = (P::decode::<T>(bytes), P::decode::<O>(bytes));
    let (Ok(unordered), Ok(ordered)) = (&unordered, &ordered) else {
        assert_eq!(unordered.is_ok(), ordered.is_ok());
        return;
    };
    let expected = encode::<P, O>(ordered);
    let first = encode::<P, T>(unordered);
    let back: O = P::decode(&first).expect("the ordered type reads the same bytes");
    assert_eq!(encode::<P, O>(&back), expected);
    let back: T = P::decode(&expected).expect("the unordered type reads the same bytes");
    assert_eq!(encode::<P, T>(&back).len(), expected.len());
}

fn encode<P: Protocol, T: Encode>(value: &T) -> Bytes {
    match P::encode(value) {
        Ok(bytes) => bytes,
        Err(error) => panic!("what was decoded is not encoded in {}: {error}", P::NAME),
    }
}

/// Bytes that were encoded here are decoded, and come out again.
fn settled<P: Protocol, T: Encode + for<'de> Decode<'de>>(bytes: &Bytes) {
    match P::decode::<T>(bytes) {
        Ok(value) => assert_eq!(encode::<P, T>(&value), bytes, "{} does not settle", P::NAME),
        Err(error) => panic!("what was encoded is not decoded from {}: {error}", P::NAME),
    }
}

/// All that can be done with a struct of unknown type. Returns whether it is one.
fn skips<P: Typed>(bytes: &Bytes) -> bool {
    let skipped = P::read(bytes, Skip);
    let captured = P::read(bytes, Capture);
    assert_eq!(skipped.is_ok(), captured.is_ok(), "skipped and captured: {:?}", captured.err());
    let mut binary = BinaryWriter::new(Vec::new());
    let copied = P::read(bytes, Copy(&mut binary));
    assert_eq!(skipped.is_ok(), copied.is_ok(), "skipped and copied: {:?}", copied.err());
    let (Ok(captured), Ok(())) = (captured, copied) else { return false };
    let (binary, written) = binary.finish();
    written.expect("it fits into binary");

    let mut compact = CompactWriter::new(Vec::new());
    P::read(bytes, Copy(&mut compact)).expect("it is copied to compact");
    let compact = finished(compact);
    let mut carried = CompactWriter::new(Vec::new());
    carried.raw(&captured);
    let mut by_way_of_binary = CompactWriter::new(Vec::new());
    let mut reader = BinaryReader::new(&binary, &Limits::DEFAULT);
    copy_value(TType::STRUCT, &mut reader, &mut by_way_of_binary).expect("it is copied");
    let mut again = CompactWriter::new(Vec::new());
    Compact::read(&compact, Copy(&mut again)).expect("compact is read again");
    for (other, what) in
        [(carried, "kept"), (by_way_of_binary, "by way of binary"), (again, "does not settle")]
    {
        // Preserved fields are encoded as received, possibly with longer headers.
        if what != "kept" || P::NAME != Compact::NAME {
            assert_eq!(finished(other), compact, "{what}");
        }
    }
    assert!(captured.bytes().len() <= bytes.len(), "what is kept takes more than it did");

    // Containers as keys cannot be written; what can, is a struct again.
    let json = thriftly::json::write(TType::STRUCT, |writer| {
        P::read(bytes, Copy(writer)).expect("it was copied before");
    });
    if let Ok(json) = json {
        Json::read(&json, Skip).expect("JSON is read again");
    }
    if P::ENDS_EXACTLY {
        for end in [bytes.len() - 1, bytes.len() / 2] {
            let error = P::read(&bytes[..end], Skip).expect_err("it is cut short");
            assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
        }
    }
    true
}

fn finished(writer: CompactWriter) -> Vec<u8> {
    let (bytes, written) = writer.finish();
    written.expect("it fits into compact");
    bytes
}

/// A header that is read can be written, and read again.
fn envelope<P: Protocol>(bytes: &Bytes) {
    let mut body = bytes.clone();
    let Ok(envelope) = P::read_envelope(&mut body) else { return };
    let mut message = P::message(envelope.method.as_str(), envelope.kind, envelope.seqid, &body);
    let again = P::read_envelope(&mut message).expect("the header is read again");
    assert_eq!((again.method, again.kind), (envelope.method, envelope.kind));
    assert_eq!((again.seqid, message), (envelope.seqid, body));
}
