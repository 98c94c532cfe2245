//! Values of the schema: they come back from each protocol, and are the same in all.

use bytes::Bytes;
use thriftly::codec::copy_value;
use thriftly::compact::CompactWriter;
use thriftly::{Decode, Encode, Error, ErrorKind, Limits, TType};

use crate::protocol::{Binary, Compact, Json, Protocol, ThriftPyJson, Typed};
use crate::schema::{All, keeping, lean, plain, shared};
use crate::{in_place, later, projected};

/// Carries the value through every protocol, also over another one. `cut` is where its bytes are cut short.
pub fn check(value: &All, before: &All, cut: usize) {
    let binary = Binary::encode(value).expect("it is written in binary");
    let before = Binary::encode(before).expect("it is written in binary");
    let shallow = [
        typed::<Binary>(value, &binary, &before, cut),
        typed::<Compact>(value, &binary, &before, cut),
        typed::<Json>(value, &binary, &before, cut),
        protocol::<ThriftPyJson>(value, &binary, cut),
    ];
    assert!(shallow.iter().all(|one| *one == shallow[0]), "{shallow:?} are not too deep");

    if shallow[0] {
        let mut writer = CompactWriter::new(Vec::new());
        let mut reader = thriftly::binary::BinaryReader::new(&binary, &Limits::DEFAULT);
        copy_value(TType::STRUCT, &mut reader, &mut writer).expect("it is copied");
        let compact = Compact::encode(value).expect("it is written in compact");
        assert_eq!(writer.finish().0, compact, "binary to compact");
    }
}

/// Through one protocol. Returns whether it is not nested too deeply.
fn protocol<P: Protocol>(value: &All, binary: &Bytes, cut: usize) -> bool {
    let bytes = P::encode(value).expect("it is written");
    let own = match same::<P, All>(&bytes) {
        Ok(own) => own,
        Err(error) => {
            // Writing has no limits, reading has.
            assert_eq!(error.kind(), ErrorKind::DepthLimit, "{}: {error}", P::NAME);
            return false;
        }
    };
    assert_eq!(Binary::encode(&own).expect("it is written in binary"), binary, "{}", P::NAME);
    read::<P, plain::All>(&bytes);
    read::<P, keeping::All>(&bytes);

    in_another_order::<P, shared::All>(&bytes);
    // Numbers have an order of their own.
    in_another_order::<P, lean::All>(&bytes);

    // An older program passes over what it does not know.
    P::decode::<plain::Old>(&bytes).expect("the older type reads it");
    P::decode::<plain::Changed>(&bytes).expect("the changed type reads it");
    let cut = &bytes[..cut % bytes.len()];
    let error = P::decode_slice::<plain::All>(cut).expect_err("it is cut short");
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{}: {error}", P::NAME);
    true
}

/// Through a protocol that says the types of its values: there, an older program can hand on what
/// it does not know.
fn typed<P: Typed>(value: &All, binary: &Bytes, before: &Bytes, cut: usize) -> bool {
    if !protocol::<P>(value, binary, cut) {
        return false;
    }
    let bytes = P::encode(value).expect("it is written");
    let old: keeping::Old = P::decode(&bytes).expect("the older type reads and keeps it");
    let old = P::encode(&old).expect("what was kept is written");
    let back: All = P::decode(&old).expect("what was kept is read");
    assert_eq!(P::encode(&back).expect("it is written"), bytes, "{} kept", P::NAME);

    in_place::over_all::<P>(before, &bytes);
    in_place::over_all::<P>(before, &bytes[..cut % bytes.len()]);
    later::check::<P>(&bytes);
    projected::check::<P>(&bytes);
    true
}

/// The type reads the bytes, and writes the same.
fn read<P: Protocol, T: Encode + for<'de> Decode<'de>>(bytes: &Bytes) {
    if let Err(error) = same::<P, T>(bytes) {
        panic!("not read from {}: {error}", P::NAME);
    }
}

/// The type reads the bytes, and writes the same value with its maps in another order.
fn in_another_order<P: Protocol, T: Encode + for<'de> Decode<'de>>(bytes: &Bytes) {
    let value: T = P::decode(bytes).expect("the type with another order reads it");
    let other = P::encode(&value).expect("it is written");
    let back: All = P::decode(&other).expect("it is read from the type with another order");
    assert_eq!(P::encode(&back).expect("it is written"), bytes, "{}", P::NAME);
}

fn same<P: Protocol, T: Encode + for<'de> Decode<'de>>(bytes: &Bytes) -> Result<T, Error> {
    let value: T = P::decode(bytes)?;
    assert_eq!(P::encode(&value).expect("it is written again"), bytes, "{}", P::NAME);
    Ok(value)
}
