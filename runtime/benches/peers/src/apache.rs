//! The structs of `bench.thrift` as the Apache compiler generates them for its `thrift` crate.

use std::collections::BTreeMap;

use thrift::protocol::{
    TCompactInputProtocol, TCompactOutputProtocol, TFieldIdentifier, TInputProtocol,
    TListIdentifier, TMapIdentifier, TOutputProtocol, TStructIdentifier, TType,
};

/// What generated types can do.
pub trait Apache: Sized {
    fn read_from_in_protocol(i_prot: &mut dyn TInputProtocol) -> thrift::Result<Self>;
    fn write_to_out_protocol(&self, o_prot: &mut dyn TOutputProtocol) -> thrift::Result<()>;
}

/// Encodes a value in the compact protocol behind what `bytes` holds.
pub fn encode<T: Apache>(value: &T, bytes: &mut Vec<u8>) -> thrift::Result<()> {
    value.write_to_out_protocol(&mut TCompactOutputProtocol::new(bytes))
}

/// Decodes a value from the compact protocol.
pub fn decode<T: Apache>(bytes: &[u8]) -> thrift::Result<T> {
    T::read_from_in_protocol(&mut TCompactInputProtocol::new(bytes))
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

/// A struct as the compiler writes it: `req` marks required fields, `opt` optional ones.
macro_rules! structs {
    (@write $o:ident, $id:literal, $name:ident, $value:expr, opt $ty:ty) => {
        if let Some(ref fld_var) = $value {
            structs!(@put $o, $id, $name, fld_var, $ty);
        }
    };
    (@write $o:ident, $id:literal, $name:ident, $value:expr, req $ty:ty) => {
        structs!(@put $o, $id, $name, &$value, $ty);
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
    (@type opt $ty:ty) => { Option<$ty> };
    (@type req $ty:ty) => { $ty };
    (@take $struct:ident, $name:ident, $value:ident, opt) => { $value };
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
    ($(struct $struct:ident { $($id:literal: $kind:ident $name:ident: $ty:ty,)* })*) => {
        $(
            #[derive(Clone)]
            pub struct $struct { $(pub $name: structs!(@type $kind $ty),)* }

            impl Apache for $struct {
                fn read_from_in_protocol(i_prot: &mut dyn TInputProtocol) -> thrift::Result<Self> {
                    i_prot.read_struct_begin()?;
                    $(let mut $name: Option<$ty> = None;)*
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
}
