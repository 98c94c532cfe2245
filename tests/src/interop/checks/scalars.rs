//! Base types, containers of them, and structs without special rules.

use std::collections::{BTreeMap, BTreeSet};

use super::super::idl::interop::{Color, Empty};
use super::{Check, Outcome, Peer, Stop, equal};

pub(super) const CHECKS: &[Check] = &[
    ("whoami", whoami),
    ("ping", |peer| Ok(peer.interop.ping()?)),
    ("bool", |peer| each([true, false], |v| Ok(peer.interop.echo_bool(v)?))),
    ("i8", |peer| each([0, 1, -1, i8::MIN, i8::MAX], |v| Ok(peer.interop.echo_i8(v)?))),
    ("i16", |peer| each([0, 1, -1, i16::MIN, i16::MAX], |v| Ok(peer.interop.echo_i16(v)?))),
    ("i32", |peer| each([0, 1, -1, i32::MIN, i32::MAX], |v| Ok(peer.interop.echo_i32(v)?))),
    ("i64", |peer| each([0, 1, -1, i64::MIN, i64::MAX], |v| Ok(peer.interop.echo_i64(v)?))),
    ("double", |peer| {
        // The last one has no short form in decimal.
        let values = [0.0, 1.5, -1.1, 1e300, 5e-324, std::f64::consts::PI];
        each(values, |v| Ok(peer.interop.echo_double(v)?))
    }),
    ("double_negzero", |peer| {
        equal(peer.interop.echo_double(-0.0)?.to_bits(), (-0.0_f64).to_bits())
    }),
    ("double_nonfinite", |peer| {
        each([f64::INFINITY, f64::NEG_INFINITY], |v| Ok(peer.interop.echo_double(v)?))?;
        equal(peer.interop.echo_double(f64::NAN)?.is_nan(), true)
    }),
    ("string", |peer| texts(peer, &["", "hello", &"0123456789".repeat(30)])),
    ("string_unicode", |peer| texts(peer, &["héllo", "漢字", "😀𝄞"])),
    ("string_escapes", |peer| texts(peer, &["\" \\ / \u{8} \u{c} \n \r \t \u{1} \u{7f}"])),
    ("binary", |peer| {
        let all: Vec<u8> = (0..=255).collect();
        let values = (0..=5).map(|length| all[250 - length..250].to_vec()).chain([all.clone()]);
        each(values, |v| Ok(peer.interop.echo_binary(v)?.to_vec()))
    }),
    ("enum", |peer| {
        each([Color::Red, Color::Blue, Color::Big], |v| Ok(peer.interop.echo_enum(v)?))
    }),
    ("list", |peer| {
        let values = [0, 1, 14, 15, 16, 1000].map(|size| (0..size).map(|n| n * 7 - 3).collect());
        each(values, |v: Vec<i32>| Ok(peer.interop.echo_list(&v)?))
    }),
    ("set", |peer| {
        let values = [BTreeSet::new(), ["a", "b", "é"].map(String::from).into()];
        each(values, |v| Ok(peer.interop.echo_set(&v)?))
    }),
    ("map", |peer| {
        let entries = [("a", 1), ("b", -2), ("é", i32::MAX)];
        let full = entries.map(|(key, value)| (key.to_owned(), value)).into();
        each([BTreeMap::new(), full], |v| Ok(peer.interop.echo_map(&v)?))
    }),
    ("empty_struct", |peer| equal(peer.interop.echo_empty(&Empty::default())?, Empty::default())),
];

/// Expects that each value comes back.
fn each<T: Clone + PartialEq + std::fmt::Debug>(
    values: impl IntoIterator<Item = T>,
    echo: impl Fn(T) -> Result<T, Stop>,
) -> Outcome {
    values.into_iter().try_for_each(|value| equal(echo(value.clone())?, value))
}

fn texts(peer: &Peer, values: &[&str]) -> Outcome {
    values.iter().try_for_each(|text| equal(&*peer.interop.echo_string(text)?, *text))
}

fn whoami(peer: &Peer) -> Outcome {
    let name = peer.interop.whoami()?;
    println!("server: {name}");
    equal(name.is_empty(), false)
}
