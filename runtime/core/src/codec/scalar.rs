//! `Encode` and `Decode` for scalars, strings and blobs.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;

use crate::codec::{Decode, Encode, Mode, Reader, ThriftType, Writer};
use crate::error::Result;
use crate::ttype::TType;
use crate::value::double::Double;
use crate::value::uuid::Uuid;

/// A scalar of fixed width: its wire type and its methods for a single value, a field and a run of
/// values.
macro_rules! scalar {
    ($rust:ty, $ttype:ident, $one:ident, $field:ident, $many:ident) => {
        impl ThriftType for $rust {
            const TYPE: TType = TType::$ttype;
        }

        impl Encode for $rust {
            const IS_FLAT: bool = true;
            #[inline(always)]
            fn encode<W: Writer>(&self, w: &mut W) {
                w.$one(*self);
            }
            #[inline(always)]
            fn encode_field<W: Writer>(&self, id: i16, w: &mut W) {
                w.$field(id, *self);
            }
            #[inline]
            fn encode_all<W: Writer>(values: &[Self], w: &mut W) {
                w.$many(values);
            }
        }

        impl<'de> Decode<'de> for $rust {
            #[inline(always)]
            fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
                r.$one()
            }
            #[inline]
            fn decode_all<R: Reader<'de>>(count: usize, r: &mut R) -> Result<Vec<Self>> {
                r.room_for::<Self>(count)?;
                r.$many(count)
            }
            #[inline]
            fn decode_vec_over<R: Reader<'de>>(values: &mut Vec<Self>, r: &mut R) -> Result<()> {
                *values = Self::decode_vec(r)?;
                Ok(())
            }
        }
    };
}

scalar!(i8, I8, i8, field_i8, i8s);
scalar!(i16, I16, i16, field_i16, i16s);
scalar!(i32, I32, i32, field_i32, i32s);
scalar!(i64, I64, i64, field_i64, i64s);
scalar!(f64, DOUBLE, double, field_double, doubles);

impl ThriftType for bool {
    const TYPE: TType = TType::BOOL;
}

impl Encode for bool {
    #[inline(always)]
    fn encode<W: Writer>(&self, w: &mut W) {
        w.bool(*self);
    }
    #[inline(always)]
    fn encode_field<W: Writer>(&self, id: i16, w: &mut W) {
        w.field_bool(id, *self);
    }
}

impl<'de> Decode<'de> for bool {
    #[inline(always)]
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        r.bool()
    }
}

impl ThriftType for Double {
    const TYPE: TType = TType::DOUBLE;
}

impl Encode for Double {
    #[inline(always)]
    fn encode<W: Writer>(&self, w: &mut W) {
        w.double(self.0);
    }
}

impl<'de> Decode<'de> for Double {
    #[inline(always)]
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        r.double().map(Double)
    }
}

impl ThriftType for Uuid {
    const TYPE: TType = TType::UUID;
}

impl Encode for Uuid {
    #[inline(always)]
    fn encode<W: Writer>(&self, w: &mut W) {
        w.uuid(self.0);
    }
    #[inline(always)]
    fn encode_field<W: Writer>(&self, id: i16, w: &mut W) {
        w.field_uuid(id, self.0);
    }
}

impl<'de> Decode<'de> for Uuid {
    #[inline(always)]
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        r.uuid().map(Uuid)
    }
}

/// Types that are encoded as the text that they dereference to.
macro_rules! encoded_as_text {
    ($($text:ty),*) => {$(
        impl $crate::codec::ThriftType for $text {
            const TYPE: $crate::TType = $crate::TType::STRING;
        }

        impl $crate::codec::Encode for $text {
            #[inline(always)]
            fn encode<W: $crate::codec::Writer>(&self, w: &mut W) {
                w.string(self);
            }
            #[inline(always)]
            fn encode_field<W: $crate::codec::Writer>(&self, id: i16, w: &mut W) {
                w.field_string(id, self);
            }
        }
    )*};
}

pub(crate) use encoded_as_text;

encoded_as_text!(str, String, Box<str>, Rc<str>, Arc<str>);

impl<'de> Decode<'de> for String {
    #[inline]
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        r.text().map(Cow::into_owned)
    }
    #[inline]
    fn decode_over<M: Mode, R: Reader<'de>>(&mut self, r: &mut R, _mode: M) -> Result<()> {
        if M::FRESH {
            *self = Self::decode(r)?;
        } else {
            let text = r.text()?;
            self.clear();
            self.push_str(&text);
        }
        Ok(())
    }
    #[inline(always)]
    fn key_bytes(&self) -> Option<&[u8]> {
        Some(self.as_bytes())
    }
}

impl<'de: 'a, 'a> Decode<'de> for &'a str {
    #[inline]
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        r.string()
    }
    #[inline(always)]
    fn key_bytes(&self) -> Option<&[u8]> {
        Some(self.as_bytes())
    }
}

impl<'de: 'a, 'a> Decode<'de> for Cow<'a, str> {
    #[inline]
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        r.text()
    }
    #[inline(always)]
    fn key_bytes(&self) -> Option<&[u8]> {
        Some(self.as_bytes())
    }
}

/// Owned text without spare capacity.
macro_rules! text {
    ($($pointer:ident),*) => {$(
        impl<'de> Decode<'de> for $pointer<str> {
            #[inline]
            fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
                r.text().map($pointer::from)
            }
        }
    )*};
}

text!(Box, Rc, Arc);

impl<'de: 'a, 'a> Decode<'de> for &'a [u8] {
    #[inline]
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        r.binary()
    }
    #[inline(always)]
    fn key_bytes(&self) -> Option<&[u8]> {
        Some(self)
    }
}

impl<'de: 'a, 'a> Decode<'de> for Cow<'a, [u8]> {
    #[inline]
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        r.binary().map(Cow::Borrowed)
    }
}

impl ThriftType for Bytes {
    const TYPE: TType = TType::STRING;
}

impl Encode for Bytes {
    #[inline]
    fn encode<W: Writer>(&self, w: &mut W) {
        w.shared(self);
    }
}

impl<'de> Decode<'de> for Bytes {
    #[inline]
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        r.shared()
    }
    #[inline(always)]
    fn key_bytes(&self) -> Option<&[u8]> {
        Some(self)
    }
}

// `u8` is not a Thrift type; the implementation makes `Vec<u8>` a `binary`. The derive rejects a
// field of the type `u8`.
impl ThriftType for u8 {
    const TYPE: TType = TType::I8;
    const VEC_TYPE: TType = TType::STRING;
}

impl Encode for u8 {
    fn encode<W: Writer>(&self, w: &mut W) {
        w.i8(*self as i8);
    }
    fn encode_vec<W: Writer>(values: &[Self], w: &mut W) {
        w.binary(values);
    }
}

impl<'de> Decode<'de> for u8 {
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        r.i8().map(|byte| byte as u8)
    }
    fn decode_vec<R: Reader<'de>>(r: &mut R) -> Result<Vec<Self>> {
        r.owned()
    }
    fn decode_vec_over<R: Reader<'de>>(values: &mut Vec<Self>, r: &mut R) -> Result<()> {
        *values = r.owned()?;
        Ok(())
    }
}
