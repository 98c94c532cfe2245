//! The values that are measured: the same in every run.

use crate::{
    Address, Blob, Doubles, I32s, I64s, Nested, Person, Phone, PhoneType, Small, SmallMap, Strings,
};

/// A value from a number, without order.
fn mix(seed: usize) -> u64 {
    (seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31).wrapping_mul(0xbf58_476d_1ce4_e5b9)
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
        email: (seed % 2 == 0).then(|| format!("{}@example.org", text(seed, 8))),
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
        active: seed % 2 == 0,
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
    SmallMap { v: (0..entries).map(|at| (text(at, 12), small(at))).collect() }
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
