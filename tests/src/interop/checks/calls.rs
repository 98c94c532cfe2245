//! Calls: arguments, exceptions, large messages, oneway calls, and what the server does not know.

use thriftly::{ApplicationErrorKind, Bytes, ErrorKind, Uuid};

use super::super::idl::interop::{
    Containers, FailError, FailVoidError, NotFound, Oops, OptionsV2, Scalars,
};
use super::super::idl::interop_uuid::UuidBox;
use super::structs::{containers, scalars};
use super::{Check, Outcome, Peer, Stop, application, equal};

pub(super) const CHECKS: &[Check] = &[
    ("mix", |peer| equal(peer.interop.mix(3, -20, &["a".into(), "b".into()])?, 3 - 200 + 200)),
    ("fail_ok", |peer| equal(&*peer.interop.fail(0)?, "ok")),
    ("fail_declared", fail_declared),
    ("fail_void", |peer| {
        peer.interop.fail_void(0)?;
        match peer.interop.fail_void(1) {
            Err(FailVoidError::Oops(oops)) => {
                equal(oops, Oops { code: 1002, reason: "void".into() })
            }
            other => Err(Stop::Failed(format!("no Oops: {other:?}"))),
        }
    }),
    ("large", |peer| {
        let blob: Bytes = (0..1 << 20).map(|n: u32| (n % 251) as u8).collect();
        let same = peer.interop.echo_binary(blob.clone())? == blob;
        equal(same, true)?;
        let text = "é".repeat(1 << 19);
        equal(peer.interop.echo_string(&text)? == text, true)
    }),
    ("oneway", |peer| {
        let token = format!("token {}", std::process::id());
        for _ in 0..3 {
            peer.interop.fire(&token)?;
        }
        equal(peer.interop.fired(&token)?, 3)
    }),
    ("unknown_fields", |peer| unknown(peer, &Scalars { blob: None, ..scalars() })),
    ("unknown_binary", |peer| unknown(peer, &scalars())),
    ("unknown_method", unknown_method),
    ("undeclared", |peer| {
        match peer.interop.fail(3) {
            Err(FailError::Other(error)) => println!("undeclared: {}", application(&error)?),
            other => return Err(Stop::Failed(format!("no error: {other:?}"))),
        }
        Ok(peer.interop.ping()?)
    }),
    ("second", |peer| {
        let second = peer.second.as_ref().ok_or(Stop::Skipped("the server is not multiplexed"))?;
        equal(second.greet("you")?.contains("you"), true)?;
        equal(second.add(40, 2)?, 42)?;
        Ok(peer.interop.ping()?)
    }),
    ("uuid", uuids),
];

fn fail_declared(peer: &Peer) -> Outcome {
    match peer.interop.fail(1) {
        Err(FailError::Oops(oops)) => {
            equal(oops, Oops { code: 1001, reason: "declared".into() })?;
        }
        other => return Err(Stop::Failed(format!("no Oops: {other:?}"))),
    }
    match peer.interop.fail(2) {
        Err(FailError::NotFound(NotFound { key, nearest })) => {
            equal((&*key, nearest.text.as_deref()), ("k", Some("near")))
        }
        other => Err(Stop::Failed(format!("no NotFound: {other:?}"))),
    }
}

/// Sends fields that the server does not know, and expects that it skips them.
fn unknown(peer: &Peer, inner: &Scalars) -> Outcome {
    let binary = inner.blob.is_some();
    let blobs = |all: Vec<Bytes>| if binary { all } else { vec![] };
    let structure = Containers { blobs: blobs(containers().blobs), ..containers() };
    let by_id = structure.by_id.keys().map(|&id| (id, vec![inner.clone()])).collect();
    let sent = OptionsV2 {
        id: 9,
        note: Some("kept".into()),
        extra_map: Some([("k".into(), vec![inner.clone(), Scalars::default()])].into()),
        extra_set: Some([i64::MIN, 0, i64::MAX].into()),
        extra_struct: Some(Containers { by_id, ..structure }),
        extra_bool: Some(true),
        extra_double: Some(-0.5),
        extra_bools: Some(vec![true, false]),
    };
    let kept = OptionsV2 { id: 9, note: Some("kept".into()), ..OptionsV2::default() };
    equal(peer.newer.echo_options(&sent)?, kept)?;
    Ok(peer.interop.ping()?)
}

fn unknown_method(peer: &Peer) -> Outcome {
    // `unknown_binary` is about what is not UTF-8.
    let blobs = vec![Bytes::from_static(b"text")];
    let arguments = Containers { blobs, by_id: [].into(), ..containers() };
    match peer.interop.not_there(&arguments, 5) {
        Err(error) => equal(application(&error)?, ApplicationErrorKind::UNKNOWN_METHOD)?,
        Ok(text) => return Err(Stop::Failed(format!("the server answers {text:?}"))),
    }
    Ok(peer.interop.ping()?)
}

fn uuids(peer: &Peer) -> Outcome {
    if let Err(error) = peer.probe.echo_uuid()
        && error.kind() == ErrorKind::Application(ApplicationErrorKind::UNKNOWN_METHOD)
    {
        return Err(Stop::Skipped("the server has no uuid"));
    }
    // A version 4 UUID: Node's JSON accepts no others.
    let uuid = Uuid(*b"\x00\x11\x22\x33\x44\x55\x46\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff");
    let other = Uuid([0xff; 16]);
    equal(peer.uuids.echo_uuid(uuid)?, uuid)?;
    let names = [(uuid, "first".into()), (other, "last".into())].into();
    let holder = UuidBox { id: uuid, ids: vec![other, uuid], names };
    equal(peer.uuids.echo_uuid_box(&holder)?, holder)
}
