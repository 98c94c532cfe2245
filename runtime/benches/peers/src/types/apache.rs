//! The structs as the Apache compiler generates them for its `thrift` crate.

use std::collections::BTreeMap;

use thrift::protocol::{
    TFieldIdentifier, TInputProtocol, TListIdentifier, TMapIdentifier, TOutputProtocol,
    TStructIdentifier, TType,
};

/// What generated types can do.
pub trait Apache: Sized {
    fn read_from_in_protocol(i_prot: &mut dyn TInputProtocol) -> thrift::Result<Self>;
    fn write_to_out_protocol(&self, o_prot: &mut dyn TOutputProtocol) -> thrift::Result<()>;
}

/// A type of value: its `TType`, how it is written and read.
trait Value: Sized {
    const TYPE: TType;
    fn write(&self, o_prot: &mut dyn TOutputProtocol) -> thrift::Result<()>;
    fn read(i_prot: &mut dyn TInputProtocol) -> thrift::Result<Self>;
}

macro_rules! scalars {
    ($($ty:ty, $ttype:ident, $write:ident, $read:ident;)*) => {
        $(impl Value for $ty {
            const TYPE: TType = TType::$ttype;
            #[inline]
            fn write(&self, o_prot: &mut dyn TOutputProtocol) -> thrift::Result<()> {
                o_prot.$write(*self)
            }
            #[inline]
            fn read(i_prot: &mut dyn TInputProtocol) -> thrift::Result<Self> {
                i_prot.$read()
            }
        })*
    };
}

scalars! {
    bool, Bool, write_bool, read_bool;
    i16, I16, write_i16, read_i16;
    i32, I32, write_i32, read_i32;
    i64, I64, write_i64, read_i64;
}

/// `OrderedFloat<f64>` in generated code, which is as fast.
impl Value for f64 {
    const TYPE: TType = TType::Double;
    #[inline]
    fn write(&self, o_prot: &mut dyn TOutputProtocol) -> thrift::Result<()> {
        o_prot.write_double(*self)
    }
    #[inline]
    fn read(i_prot: &mut dyn TInputProtocol) -> thrift::Result<Self> {
        i_prot.read_double()
    }
}

impl Value for String {
    const TYPE: TType = TType::String;
    #[inline]
    fn write(&self, o_prot: &mut dyn TOutputProtocol) -> thrift::Result<()> {
        o_prot.write_string(self)
    }
    #[inline]
    fn read(i_prot: &mut dyn TInputProtocol) -> thrift::Result<Self> {
        i_prot.read_string()
    }
}

/// `binary`.
#[derive(Clone)]
pub struct Bytes(Vec<u8>);

impl Value for Bytes {
    const TYPE: TType = TType::String;
    #[inline]
    fn write(&self, o_prot: &mut dyn TOutputProtocol) -> thrift::Result<()> {
        o_prot.write_bytes(&self.0)
    }
    #[inline]
    fn read(i_prot: &mut dyn TInputProtocol) -> thrift::Result<Self> {
        i_prot.read_bytes().map(Bytes)
    }
}

impl<T: Value> Value for Box<T> {
    const TYPE: TType = T::TYPE;
    #[inline]
    fn write(&self, o_prot: &mut dyn TOutputProtocol) -> thrift::Result<()> {
        T::write(self, o_prot)
    }
    #[inline]
    fn read(i_prot: &mut dyn TInputProtocol) -> thrift::Result<Self> {
        T::read(i_prot).map(Box::new)
    }
}

impl<T: Value> Value for Vec<T> {
    const TYPE: TType = TType::List;
    #[inline]
    fn write(&self, o_prot: &mut dyn TOutputProtocol) -> thrift::Result<()> {
        o_prot.write_list_begin(&TListIdentifier::new(T::TYPE, self.len() as i32))?;
        for e in self {
            e.write(o_prot)?;
        }
        o_prot.write_list_end()
    }
    #[inline]
    fn read(i_prot: &mut dyn TInputProtocol) -> thrift::Result<Self> {
        let list_ident = i_prot.read_list_begin()?;
        let mut val = Vec::with_capacity(list_ident.size as usize);
        for _ in 0..list_ident.size {
            val.push(T::read(i_prot)?);
        }
        i_prot.read_list_end()?;
        Ok(val)
    }
}

impl<V: Value> Value for BTreeMap<String, V> {
    const TYPE: TType = TType::Map;
    #[inline]
    fn write(&self, o_prot: &mut dyn TOutputProtocol) -> thrift::Result<()> {
        let ident = TMapIdentifier::new(TType::String, V::TYPE, self.len() as i32);
        o_prot.write_map_begin(&ident)?;
        for (k, v) in self {
            k.write(o_prot)?;
            v.write(o_prot)?;
        }
        o_prot.write_map_end()
    }
    #[inline]
    fn read(i_prot: &mut dyn TInputProtocol) -> thrift::Result<Self> {
        let map_ident = i_prot.read_map_begin()?;
        let mut val = BTreeMap::new();
        for _ in 0..map_ident.size {
            let k = String::read(i_prot)?;
            val.insert(k, V::read(i_prot)?);
        }
        i_prot.read_map_end()?;
        Ok(val)
    }
}

/// A struct as the compiler writes it: `req` marks required fields, `opt` optional ones, `def`
/// those with default requiredness, which are zero or empty if absent: the compiler for Rust has
/// no other defaults.
macro_rules! structs {
    (@write $o:ident, $id:literal, $name:ident, $value:expr, req $ty:ty) => {
        structs!(@put $o, $id, $name, &$value, $ty);
    };
    (@write $o:ident, $id:literal, $name:ident, $value:expr, $kind:ident $ty:ty) => {
        if let Some(ref fld_var) = $value {
            structs!(@put $o, $id, $name, fld_var, $ty);
        }
    };
    (@put $o:ident, $id:literal, $name:ident, $value:expr, $ty:ty) => {
        $o.write_field_begin(&TFieldIdentifier::new(
            stringify!($name),
            <$ty as Value>::TYPE,
            $id,
        ))?;
        <$ty as Value>::write($value, $o)?;
        $o.write_field_end()?;
    };
    (@type req $ty:ty) => { $ty };
    (@type $kind:ident $ty:ty) => { Option<$ty> };
    (@absent def) => { Some(Default::default()) };
    (@absent $kind:ident) => { None };
    (@take $struct:ident, $name:ident, $value:ident, req) => {
        match $value {
            Some(value) => value,
            None => {
                return Err(thrift::Error::Protocol(thrift::ProtocolError::new(
                    thrift::ProtocolErrorKind::InvalidData,
                    concat!(stringify!($struct), ".", stringify!($name), " is missing"),
                )));
            }
        }
    };
    (@take $struct:ident, $name:ident, $value:ident, $kind:ident) => { $value };
    ($(struct $struct:ident { $($id:literal: $kind:ident $name:ident: $ty:ty,)* })*) => {
        $(
            #[derive(Clone)]
            pub struct $struct { $(pub $name: structs!(@type $kind $ty),)* }

            impl Apache for $struct {
                fn read_from_in_protocol(i_prot: &mut dyn TInputProtocol) -> thrift::Result<Self> {
                    i_prot.read_struct_begin()?;
                    $(let mut $name: Option<$ty> = structs!(@absent $kind);)*
                    loop {
                        let field_ident = i_prot.read_field_begin()?;
                        if field_ident.field_type == TType::Stop {
                            break;
                        }
                        match thrift::protocol::field_id(&field_ident)? {
                            $($id => {
                                $name = Some(<$ty as Value>::read(i_prot)?);
                            })*
                            _ => i_prot.skip(field_ident.field_type)?,
                        };
                        i_prot.read_field_end()?;
                    }
                    i_prot.read_struct_end()?;
                    Ok($struct { $($name: structs!(@take $struct, $name, $name, $kind),)* })
                }

                fn write_to_out_protocol(
                    &self,
                    o_prot: &mut dyn TOutputProtocol,
                ) -> thrift::Result<()> {
                    o_prot.write_struct_begin(&TStructIdentifier::new(stringify!($struct)))?;
                    $(structs!(@write o_prot, $id, $name, self.$name, $kind $ty);)*
                    o_prot.write_field_stop()?;
                    o_prot.write_struct_end()
                }
            }

            impl Value for $struct {
                const TYPE: TType = TType::Struct;
                #[inline]
                fn write(&self, o_prot: &mut dyn TOutputProtocol) -> thrift::Result<()> {
                    self.write_to_out_protocol(o_prot)
                }
                #[inline]
                fn read(i_prot: &mut dyn TInputProtocol) -> thrift::Result<Self> {
                    Self::read_from_in_protocol(i_prot)
                }
            }
        )*
    };
}

structs! {
    struct Small {
        1: req ok: bool,
        2: req kind: i16,
        3: req count: i32,
        4: req stamp: i64,
        5: req score: f64,
    }
    struct Phone {
        1: req number: String,
        2: req r#type: i32,
    }
    struct Address {
        1: req street: String,
        2: req city: String,
        3: opt zip: String,
        4: opt lat: f64,
        5: opt lon: f64,
    }
    struct Person {
        1: req id: i32,
        2: req name: String,
        3: opt email: String,
        4: req phones: Vec<Phone>,
        5: opt home: Address,
        6: req attrs: BTreeMap<String, String>,
        7: opt updated: i64,
        8: req active: bool,
    }
    struct Nested {
        1: req id: i64,
        2: req title: String,
        3: req people: Vec<Person>,
        4: req meta: BTreeMap<String, String>,
        5: opt kind: i32,
        6: opt tags: Vec<String>,
    }
    struct I32s { 1: req v: Vec<i32>, }
    struct I64s { 1: req v: Vec<i64>, }
    struct Doubles { 1: req v: Vec<f64>, }
    struct Strings { 1: req v: Vec<String>, }
    struct Blob { 1: req v: Bytes, }
    struct SmallMap { 1: req v: BTreeMap<String, Small>, }

    struct EchoPingArgs {}
    struct EchoPingResult {}
    struct EchoAddArgs { 1: req a: i32, 2: req b: i32, }
    struct EchoAddResult { 0: opt result_value: i32, }
    struct EchoEchoArgs { 1: req n: Nested, }
    struct EchoEchoResult { 0: opt result_value: Nested, }

    struct Optionals {
        1: opt f1: i32, 2: opt f2: String, 3: opt f3: bool, 4: opt f4: i64, 5: opt f5: f64,
        6: opt f6: Vec<i32>, 7: opt f7: String, 8: opt f8: i32, 9: opt f9: i64, 10: opt f10: bool,
        11: opt f11: String, 12: opt f12: f64, 13: opt f13: f64, 14: opt f14: i32,
        15: opt f15: String, 16: opt f16: Vec<i32>, 17: opt f17: i64, 18: opt f18: String,
        19: opt f19: i32, 20: opt f20: bool, 21: opt f21: f64, 22: opt f22: bool, 23: opt f23: i64,
        24: opt f24: i32, 25: opt f25: String, 26: opt f26: Vec<i32>, 27: opt f27: f64,
        28: opt f28: i32, 29: opt f29: String, 30: opt f30: bool,
    }
    struct Defaults {
        1: def port: i32, 2: def host: String, 3: def secure: bool, 4: def ratio: f64,
        5: def frame: i64, 6: def path: String, 7: def threads: i32, 8: def memory: i64,
        9: def factor: f64, 10: def verbose: bool, 11: opt retries: i32, 12: opt user: String,
        13: opt compress: bool, 14: opt timeout: i64, 15: opt backoff: f64, 16: opt region: String,
    }
    struct Deep {
        1: req level: i32,
        2: req label: String,
        3: opt inner: Box<Deep>,
    }
    struct Sparse {
        1: req f1: i32, 100: req f100: i64, 250: opt f250: String, 1000: req f1000: String,
        1001: opt f1001: bool, 4000: req f4000: f64, 10000: opt f10000: i64,
        16000: req f16000: bool, 32000: req f32000: i32, 32767: opt f32767: f64,
    }
    struct Point {
        1: req x: i32,
        2: req y: i32,
        3: opt label: String,
    }
    struct Narrow {
        3: req f3: i32, 6: req f6: String, 9: req f9: Vec<i32>, 12: req f12: Point,
        15: req f15: f64, 18: req f18: i64, 21: req f21: bool, 24: req f24: String,
        27: req f27: BTreeMap<String, i32>, 30: req f30: i32,
    }
}
