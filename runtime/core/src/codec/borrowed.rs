//! Readers behind a reference, and the methods of readers that pass everything on.

use std::borrow::Cow;

use bytes::Bytes;

#[cfg(feature = "dynamic")]
use crate::codec::LoadedNames;
use crate::codec::{FieldHeader, RawValue, Reader, StructNames};
use crate::error::Result;
use crate::ttype::TType;
use crate::value::small_bytes::SmallBytes;

/// The methods of a [`Reader`] around another one, `forward_values!(|self| self.inner)`: all but those that read the begin and end of
/// structs and the headers of fields.
macro_rules! forward_values {
    (|$self:ident| $inner:expr) => {
        forward_values! {
            |$self| $inner =>
            skip(ty: TType) -> Result<()>;
            capture(ty: TType) -> Result<RawValue<'de>>;
            list_begin(element: TType) -> Result<usize>;
            list_end() -> Result<()>;
            set_begin(element: TType) -> Result<usize>;
            set_end() -> Result<()>;
            map_begin(key: TType, value: TType) -> Result<usize>;
            map_end() -> Result<()>;
            any_list_begin() -> Result<(TType, usize)>;
            any_map_begin() -> Result<(TType, TType, usize)>;
            deeper(levels: u32) -> Result<()>;
            bool() -> Result<bool>;
            i8() -> Result<i8>;
            i16() -> Result<i16>;
            i32() -> Result<i32>;
            i64() -> Result<i64>;
            double() -> Result<f64>;
            uuid() -> Result<[u8; 16]>;
            string() -> Result<&'de str>;
            text() -> Result<Cow<'de, str>>;
            binary() -> Result<&'de [u8]>;
            string_or_binary() -> Result<&'de [u8]>;
            owned() -> Result<Vec<u8>>;
            shared() -> Result<Bytes>;
            small() -> Result<SmallBytes>;
            i8s(count: usize) -> Result<Vec<i8>>;
            i16s(count: usize) -> Result<Vec<i16>>;
            i32s(count: usize) -> Result<Vec<i32>>;
            i64s(count: usize) -> Result<Vec<i64>>;
            doubles(count: usize) -> Result<Vec<f64>>;
        }

        #[inline]
        fn fits(&$self, field: FieldHeader, ty: TType) -> bool {
            $inner.fits(field, ty)
        }

        #[inline]
        fn offset(&$self) -> Option<usize> {
            $inner.offset()
        }

        #[inline]
        fn shallower(&mut $self, levels: u32) {
            $inner.shallower(levels);
        }

        #[inline]
        fn room_for<T>(&mut $self, count: usize) -> Result<usize> {
            $inner.room_for::<T>(count)
        }

        #[inline]
        fn share(&$self, text: &'de str) -> Bytes {
            $inner.share(text)
        }
    };
    (|$self:ident| $inner:expr => $($name:ident($($arg:ident: $ty:ty),*) -> $result:ty;)*) => {
        $(
            #[inline]
            fn $name(&mut $self $(, $arg: $ty)*) -> $result {
                $inner.$name($($arg),*)
            }
        )*
    };
}

pub(super) use forward_values;

/// A borrowed reader, so that readers around others can be used where a reader is only lent, as by `json::read`.
impl<'de, R: Reader<'de>> Reader<'de> for &mut R {
    #[inline]
    fn struct_begin(&mut self, names: &'static StructNames) -> Result<i16> {
        (**self).struct_begin(names)
    }

    #[cfg(feature = "dynamic")]
    #[inline]
    fn loaded_struct_begin(&mut self, names: &std::sync::Arc<LoadedNames>) -> Result<i16> {
        (**self).loaded_struct_begin(names)
    }

    #[inline]
    fn struct_end(&mut self, outer: i16) {
        (**self).struct_end(outer);
    }

    #[inline]
    fn field(&mut self) -> Result<FieldHeader> {
        (**self).field()
    }

    #[inline]
    fn field_is(&mut self, ty: TType, id: i16) -> bool {
        (**self).field_is(ty, id)
    }

    forward_values!(|self| (**self));
}
