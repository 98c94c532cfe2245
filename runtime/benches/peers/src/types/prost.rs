//! The structs as prost has them, in the style of proto3: what is zero or empty is not written.
//! Signed numbers are `sint`s, which suit numbers of both signs best.
//!
//! They have a Thrift type, too, so that their values come from the same bytes as those of every
//! other codec.

use std::collections::HashMap;

use bytes::Bytes;
use thriftly::codec::{Reader, Writer};
use thriftly::{Decode, Encode, TType, ThriftStruct, ThriftType};

use crate::types::ours;

/// Structs with a number, prost's type and Rust's type for each field.
macro_rules! messages {
    ($(struct $name:ident { $($id:tt [$($kind:tt)*] $field:ident: $ty:ty,)* })*) => {
        $(
            #[derive(Clone, PartialEq, prost::Message, ThriftStruct)]
            pub struct $name {
                $(
                    #[prost($($kind)*, tag = $id)]
                    #[thrift(id = $id)]
                    pub $field: $ty,
                )*
            }
        )*
    };
}

/// Written by hand, for Protocol Buffers have no `i16`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Small {
    #[prost(bool, tag = 1)]
    pub ok: bool,
    #[prost(sint32, tag = 2)]
    pub kind: i32,
    #[prost(sint32, tag = 3)]
    pub count: i32,
    #[prost(sint64, tag = 4)]
    pub stamp: i64,
    #[prost(double, tag = 5)]
    pub score: f64,
}

impl ThriftType for Small {
    const TYPE: TType = TType::STRUCT;
}

impl Encode for Small {
    fn encode<W: Writer>(&self, w: &mut W) {
        let &Small { ok, kind, count, stamp, score } = self;
        ours::Small { ok, kind: kind as i16, count, stamp, score }.encode(w);
    }
}

impl<'de> Decode<'de> for Small {
    fn decode<R: Reader<'de>>(r: &mut R) -> thriftly::Result<Small> {
        let ours::Small { ok, kind, count, stamp, score } = ours::Small::decode(r)?;
        Ok(Small { ok, kind: kind.into(), count, stamp, score })
    }
}

messages! {
    struct Phone {
        1 [string] number: String,
        2 [sint32] r#type: i32,
    }
    struct Address {
        1 [string] street: String,
        2 [string] city: String,
        3 [string, optional] zip: Option<String>,
        4 [double, optional] lat: Option<f64>,
        5 [double, optional] lon: Option<f64>,
    }
    struct Person {
        1 [sint32] id: i32,
        2 [string] name: String,
        3 [string, optional] email: Option<String>,
        4 [message, repeated] phones: Vec<Phone>,
        5 [message, optional] home: Option<Address>,
        6 [map = "string, string"] attrs: HashMap<String, String>,
        7 [sint64, optional] updated: Option<i64>,
        8 [bool] active: bool,
    }
    struct Nested {
        1 [sint64] id: i64,
        2 [string] title: String,
        3 [message, repeated] people: Vec<Person>,
        4 [map = "string, string"] meta: HashMap<String, String>,
        5 [sint32, optional] kind: Option<i32>,
        6 [string, repeated] tags: Vec<String>,
    }
    struct I32s { 1 [sint32, repeated] v: Vec<i32>, }
    struct I64s { 1 [sint64, repeated] v: Vec<i64>, }
    struct Doubles { 1 [double, repeated] v: Vec<f64>, }
    struct Strings { 1 [string, repeated] v: Vec<String>, }
    struct Blob { 1 [bytes = "bytes"] v: Bytes, }
    struct SmallMap { 1 [map = "string, message"] v: HashMap<String, Small>, }

    struct Optionals {
        1 [sint32, optional] f1: Option<i32>,
        2 [string, optional] f2: Option<String>,
        3 [bool, optional] f3: Option<bool>,
        4 [sint64, optional] f4: Option<i64>,
        5 [double, optional] f5: Option<f64>,
        6 [sint32, repeated] f6: Vec<i32>,
        7 [string, optional] f7: Option<String>,
        8 [sint32, optional] f8: Option<i32>,
        9 [sint64, optional] f9: Option<i64>,
        10 [bool, optional] f10: Option<bool>,
        11 [string, optional] f11: Option<String>,
        12 [double, optional] f12: Option<f64>,
        13 [double, optional] f13: Option<f64>,
        14 [sint32, optional] f14: Option<i32>,
        15 [string, optional] f15: Option<String>,
        16 [sint32, repeated] f16: Vec<i32>,
        17 [sint64, optional] f17: Option<i64>,
        18 [string, optional] f18: Option<String>,
        19 [sint32, optional] f19: Option<i32>,
        20 [bool, optional] f20: Option<bool>,
        21 [double, optional] f21: Option<f64>,
        22 [bool, optional] f22: Option<bool>,
        23 [sint64, optional] f23: Option<i64>,
        24 [sint32, optional] f24: Option<i32>,
        25 [string, optional] f25: Option<String>,
        26 [sint32, repeated] f26: Vec<i32>,
        27 [double, optional] f27: Option<f64>,
        28 [sint32, optional] f28: Option<i32>,
        29 [string, optional] f29: Option<String>,
        30 [bool, optional] f30: Option<bool>,
    }
    struct Defaults {
        1 [sint32, optional] port: Option<i32>,
        2 [string, optional] host: Option<String>,
        3 [bool, optional] secure: Option<bool>,
        4 [double, optional] ratio: Option<f64>,
        5 [sint64, optional] frame: Option<i64>,
        6 [string, optional] path: Option<String>,
        7 [sint32, optional] threads: Option<i32>,
        8 [sint64, optional] memory: Option<i64>,
        9 [double, optional] factor: Option<f64>,
        10 [bool, optional] verbose: Option<bool>,
        11 [sint32, optional] retries: Option<i32>,
        12 [string, optional] user: Option<String>,
        13 [bool, optional] compress: Option<bool>,
        14 [sint64, optional] timeout: Option<i64>,
        15 [double, optional] backoff: Option<f64>,
        16 [string, optional] region: Option<String>,
    }
    struct DefaultsBefore {
        1 [sint32, optional] port: Option<i32>,
        2 [string, optional] host: Option<String>,
        3 [bool, optional] secure: Option<bool>,
        4 [double, optional] ratio: Option<f64>,
    }
    struct Deep {
        1 [sint32] level: i32,
        2 [string] label: String,
        3 [message, optional, boxed] inner: Option<Box<Deep>>,
    }
    struct Sparse {
        1 [sint32] f1: i32,
        100 [sint64] f100: i64,
        250 [string, optional] f250: Option<String>,
        1000 [string] f1000: String,
        1001 [bool, optional] f1001: Option<bool>,
        4000 [double] f4000: f64,
        10000 [sint64, optional] f10000: Option<i64>,
        16000 [bool] f16000: bool,
        32000 [sint32] f32000: i32,
        32767 [double, optional] f32767: Option<f64>,
    }
    struct Point {
        1 [sint32] x: i32,
        2 [sint32] y: i32,
        3 [string, optional] label: Option<String>,
    }
    struct Wide {
        1 [sint32] f1: i32,
        2 [string] f2: String,
        3 [sint32] f3: i32,
        4 [sint32, repeated] f4: Vec<i32>,
        5 [message, optional] f5: Option<Point>,
        6 [string] f6: String,
        7 [sint64] f7: i64,
        8 [map = "string, sint32"] f8: HashMap<String, i32>,
        9 [sint32, repeated] f9: Vec<i32>,
        10 [string] f10: String,
        11 [string, repeated] f11: Vec<String>,
        12 [message, optional] f12: Option<Point>,
        13 [bool] f13: bool,
        14 [double] f14: f64,
        15 [double] f15: f64,
        16 [message, repeated] f16: Vec<Point>,
        17 [string] f17: String,
        18 [sint64] f18: i64,
        19 [sint32] f19: i32,
        20 [map = "string, string"] f20: HashMap<String, String>,
        21 [bool] f21: bool,
        22 [string] f22: String,
        23 [double, repeated] f23: Vec<f64>,
        24 [string] f24: String,
        25 [message, optional] f25: Option<Point>,
        26 [sint32] f26: i32,
        27 [map = "string, sint32"] f27: HashMap<String, i32>,
        28 [double] f28: f64,
        29 [string] f29: String,
        30 [sint32] f30: i32,
    }
    struct Narrow {
        3 [sint32] f3: i32,
        6 [string] f6: String,
        9 [sint32, repeated] f9: Vec<i32>,
        12 [message, optional] f12: Option<Point>,
        15 [double] f15: f64,
        18 [sint64] f18: i64,
        21 [bool] f21: bool,
        24 [string] f24: String,
        27 [map = "string, sint32"] f27: HashMap<String, i32>,
        30 [sint32] f30: i32,
    }
}
