//! The values that are measured: the same in every run.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};

use crate::types::ours::{
    Address, Blob, Deep, Defaults, DefaultsBefore, Doubles, I32s, I64s, Nested, Optionals, Person,
    Phone, PhoneType, Point, Small, SmallMap, Sparse, Strings, Wide,
};
use thriftly::ThriftStruct;

/// A value from a number, without order.
fn mix(seed: usize) -> u64 {
    (seed as u64 + 1)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(31)
        .wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// Text of about the length, from a number.
fn text(seed: usize, len: usize) -> String {
    let letters = (0..len).map(|at| char::from(b'a' + (mix(seed * 31 + at) >> 40) as u8 % 26));
    letters.collect()
}

/// 39 bytes.
pub fn small(seed: usize) -> Small {
    let mixed = mix(seed);
    Small {
        ok: mixed & 1 == 1,
        kind: mixed as i16,
        count: mixed as i32,
        stamp: mixed as i64,
        score: mixed as f64 / 7.0,
    }
}

fn person(seed: usize) -> Person {
    Person {
        id: mix(seed) as i32,
        name: text(seed, 14),
        email: seed.is_multiple_of(2).then(|| format!("{}@example.org", text(seed, 8))),
        phones: (0..seed % 3)
            .map(|at| Phone {
                number: format!("+49 30 {}", mix(seed + at) % 10_000_000),
                r#type: [PhoneType::Mobile, PhoneType::Home, PhoneType::Work][at % 3],
            })
            .collect(),
        home: (seed % 4 != 3).then(|| Address {
            street: text(seed + 7, 18),
            city: text(seed + 9, 10),
            zip: Some(format!("{}", 10_000 + mix(seed) % 89_999)),
            lat: Some(52.5),
            lon: None,
        }),
        attrs: (0..2).map(|at| (text(at, 6), text(seed + at, 12))).collect(),
        updated: Some(mix(seed) as i64),
        active: seed.is_multiple_of(2),
    }
}

/// An address book: four people are about 1 KB.
pub fn nested(people: usize) -> Nested {
    Nested {
        id: 77,
        title: text(3, 24),
        people: (0..people).map(person).collect(),
        meta: (0..3).map(|at| (text(at, 8), text(at + 90, 16))).collect(),
        kind: Some(PhoneType::Work),
        tags: Some((0..3).map(|at| text(at + 60, 7)).collect()),
    }
}

pub fn small_map(entries: usize) -> SmallMap {
    SmallMap { v: entries_of(entries).collect() }
}

fn entries_of(entries: usize) -> impl Iterator<Item = (String, Small)> {
    (0..entries).map(|at| (format!("{}{at}", text(at, 9)), small(at)))
}

/// `SmallMap` as somebody writes it whose maps are in no order: in the same one in every run.
#[derive(ThriftStruct)]
pub struct UnsortedMap {
    #[thrift(id = 1)]
    v: HashMap<String, Small, BuildHasherDefault<DefaultHasher>>,
}

pub fn unsorted_map(entries: usize) -> UnsortedMap {
    UnsortedMap { v: entries_of(entries).collect() }
}

pub fn i32s(len: usize) -> I32s {
    I32s { v: (0..len).map(|at| mix(at) as i32).collect() }
}

pub fn i64s(len: usize) -> I64s {
    I64s { v: (0..len).map(|at| mix(at) as i64).collect() }
}

pub fn doubles(len: usize) -> Doubles {
    Doubles { v: (0..len).map(|at| mix(at) as f64 / 3.0).collect() }
}

/// Strings of about the length.
pub fn strings(count: usize, len: usize) -> Strings {
    Strings { v: (0..count).map(|at| text(at, len * 3 / 4 + at % (len / 2))).collect() }
}

pub fn blob(len: usize) -> Blob {
    Blob { v: vec![7; len].into() }
}

/// Ten fields of thirty.
pub fn optionals() -> Optionals {
    Optionals {
        f1: Some(-7),
        f4: Some(mix(4) as i64),
        f7: Some(text(7, 11)),
        f10: Some(true),
        f13: Some(0.25),
        f16: Some((0..5).map(|at| mix(at) as i32).collect()),
        f19: Some(1 << 20),
        f22: Some(false),
        f25: Some(text(25, 20)),
        f28: Some(mix(28) as i32),
        ..Optionals::default()
    }
}

/// What differs from the defaults is one field.
pub fn defaults() -> Defaults {
    Defaults { port: 8080, ..Defaults::default() }
}

pub fn defaults_before() -> DefaultsBefore {
    DefaultsBefore { port: 8080, ..DefaultsBefore::default() }
}

/// Structs within structs.
pub fn deep(levels: i32) -> Deep {
    let level = |inner: Option<Deep>, level: i32| Deep {
        level,
        label: text(level as usize, 6),
        inner: inner.map(Box::new),
    };
    (1..levels).fold(level(None, 0), |inner, at| level(Some(inner), at))
}

pub fn sparse() -> Sparse {
    Sparse {
        f1: 1,
        f100: mix(100) as i64,
        f250: Some(text(250, 9)),
        f1000: text(1000, 16),
        f1001: Some(true),
        f4000: 3.5,
        f10000: None,
        f16000: false,
        f32000: mix(32000) as i32,
        f32767: Some(-0.125),
    }
}

fn point(seed: usize) -> Point {
    Point {
        x: mix(seed) as i32 >> 16,
        y: mix(seed + 1) as i32 >> 16,
        label: seed.is_multiple_of(2).then(|| text(seed, 8)),
    }
}

/// Every field of it is set.
pub fn wide() -> Wide {
    let ints = |seed: usize| (0..6).map(|at| mix(seed + at) as i32).collect::<Vec<_>>();
    Wide {
        f1: 1,
        f2: text(2, 12),
        f3: mix(3) as i32,
        f4: ints(4),
        f5: point(5),
        f6: text(6, 15),
        f7: mix(7) as i64,
        f8: (0..3).map(|at| (text(at + 8, 5), at as i32)).collect(),
        f9: ints(9),
        f10: text(10, 40),
        f11: (0..4).map(|at| text(at, 9)).collect(),
        f12: point(12),
        f13: true,
        f14: 1.0 / 3.0,
        f15: -2.5,
        f16: (0..3).map(point).collect(),
        f17: text(17, 10),
        f18: mix(18) as i64,
        f19: 19,
        f20: (0..3).map(|at| (text(at, 5), text(at + 20, 9))).collect(),
        f21: true,
        f22: text(22, 14),
        f23: (0..4).map(|at| at as f64 / 8.0).collect(),
        f24: text(24, 18),
        f25: point(25),
        f26: 26,
        f27: (0..3).map(|at| (text(at, 7), at as i32)).collect(),
        f28: 2.0 / 7.0,
        f29: text(29, 21),
        f30: mix(30) as i32,
    }
}
