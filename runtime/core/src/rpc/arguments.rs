//! Arguments of a call, borrowed from the caller during encoding.

use crate::codec::{Encode, StructNames, ThriftType, Writer};
use crate::ttype::TType;

/// Arguments of a call: one [`Argument`], or a tuple of up to eight, which may be tuples in turn.
///
/// It replaces an argument struct for each method: `(Argument::<1, _>(key), …)` is encoded as the
/// argument struct.
pub trait Arguments {
    /// Writes each argument as a field.
    fn encode_fields<W: Writer>(&self, w: &mut W);
}

/// An argument with this field id.
#[derive(Debug)]
pub struct Argument<const ID: i16, T>(pub T);

impl<const ID: i16, T: Encode> Arguments for Argument<ID, T> {
    #[inline(always)]
    fn encode_fields<W: Writer>(&self, w: &mut W) {
        self.0.encode_field(ID, w);
    }
}

/// An argument with this field id that is omitted if it is `None`.
#[derive(Debug)]
pub struct OptionalArgument<const ID: i16, T>(pub Option<T>);

impl<const ID: i16, T: Encode> Arguments for OptionalArgument<ID, T> {
    #[inline(always)]
    fn encode_fields<W: Writer>(&self, w: &mut W) {
        if let Some(value) = &self.0 {
            value.encode_field(ID, w);
        }
    }
}

impl Arguments for () {
    #[inline(always)]
    fn encode_fields<W: Writer>(&self, _: &mut W) {}
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: Arguments),*> Arguments for ($($name,)*) {
            #[inline(always)]
            fn encode_fields<W: Writer>(&self, w: &mut W) {
                #[allow(non_snake_case, reason = "type and value share their name")]
                let ($($name,)*) = self;
                $($name.encode_fields(w);)*
            }
        }
    };
}

tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);

/// The argument struct.
pub(crate) struct ArgumentStruct<'a, A> {
    pub(crate) names: &'static StructNames,
    pub(crate) arguments: &'a A,
}

impl<A> ThriftType for ArgumentStruct<'_, A> {
    const TYPE: TType = TType::STRUCT;
}

impl<A: Arguments> Encode for ArgumentStruct<'_, A> {
    fn encode<W: Writer>(&self, w: &mut W) {
        let outer = w.struct_begin(self.names);
        self.arguments.encode_fields(w);
        w.stop();
        w.struct_end(outer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::binary::to_vec;

    const NAMES: &StructNames =
        &StructNames { name: "call", ids: &[1, 2, 3], fields: &["number", "absent", "text"] };

    #[test]
    fn arguments_are_fields_of_one_struct_and_absent_ones_are_left_out() {
        let arguments = (
            Argument::<1, _>(5_i8),
            (OptionalArgument::<2, i32>(None), OptionalArgument::<3, _>(Some("hi"))),
        );
        let bytes = to_vec(&ArgumentStruct { names: NAMES, arguments: &arguments });
        assert_eq!(bytes.ok().as_deref(), Some(&b"\x03\0\x01\x05\x0b\0\x03\0\0\0\x02hi\0"[..]));
        let none = to_vec(&ArgumentStruct { names: NAMES, arguments: &() });
        assert_eq!(none.ok().as_deref(), Some(&b"\0"[..]));
    }
}
