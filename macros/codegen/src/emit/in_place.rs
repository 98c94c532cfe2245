//! Structs that are decoded in place.
//!
//! A large struct is moved several times on the way into its list if a function returns it. So its fields are decoded
//! where they stay, over a default that holds no memory.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};

use super::field::default_value;
use super::id;
use super::signature::Signature;
use super::structure::pass_left_out;
use crate::model::{Presence, Struct};

/// What `Decode` has beside `decode`. As there, fields are first decoded in declaration order, then in any.
///
/// ```text
/// const BLANK: Option<fn() -> Self> = Some(Self::default);
/// fn decode_over<__M: Mode, __R: Reader<'__de>>(&mut self, __r: &mut __R, __m: __M) -> Result<()> {
///     let __c = Self::NAMES;
///     let __outer = begin::<Self, _>(__r)?;
///     let mut __came = next_into(&mut self.x, 1, __r, __c, 0, __m)?;
///     __came |= next_some(&mut self.label, 2, __r, __c, 1, __m)?;
///     while let Some(__field) = field(__r, __c)? {
///         __came |= match __field.id {
///             1 => read_into(&mut self.x, __field, __r, __c, 0, __m)?,
///             2 => read_some(&mut self.label, __field, __r, __c, 1, __m)?,
///             _ => { skip(__field, __r, __c)?; 0 }
///         };
///     }
///     end::<Self, _>(__r, __outer);
///     if !M::FRESH {
///         if __came & 2 == 0 { self.label = None; }
///     }
///     complete(__came, 1, __r, __c)
/// }
/// ```
pub(super) fn decode_in_place(item: &Struct) -> TokenStream {
    let mut in_order = TokenStream::new();
    let mut arms = TokenStream::new();
    let mut absent = TokenStream::new();
    let mut required = 0u32;
    for (at, field) in item.fields.iter().enumerate() {
        in_order.extend(pass_left_out(item, at));
        let (member, id, bit) = (&field.member, id(field.id), 1u32 << at);
        let (at, bit_literal) = (Literal::usize_unsuffixed(at), Literal::u32_unsuffixed(bit));
        let (next, read) = match field.presence {
            Presence::Optional => (quote!(__next_some), quote!(__read_some)),
            _ => (quote!(__next_into), quote!(__read_into)),
        };
        in_order.extend(quote_spanned! {field.span=>
            __came |= #next(&mut self.#member, #id, __r, __c, #at, __m)?;
        });
        arms.extend(quote_spanned! {field.span=>
            #id => #read(&mut self.#member, __field, __r, __c, #at, __m)?,
        });
        match field.presence {
            Presence::Required => required |= bit,
            Presence::Optional => absent.extend(quote! {
                if __came & #bit_literal == 0 { self.#member = __None; }
            }),
            Presence::Default => {
                let default = default_value(field);
                absent.extend(quote! {
                    if __came & #bit_literal == 0 { self.#member = #default; }
                });
            }
        }
    }
    in_order.extend(pass_left_out(item, item.fields.len()));
    let mut otherwise = quote!(__skip(__field, __r, __c)?);
    if item.unknown.is_some() {
        in_order.extend(quote!(let mut __unknown = __UnknownFields::default();));
        otherwise = quote!(__unknown.decode(__field, __r)?);
    }
    let kept_unknown = item.unknown.as_ref().map(|unknown| quote!(self.#unknown = __unknown;));
    let required = Literal::u32_unsuffixed(required);
    let Signature { de, .. } =
        Signature::new(&item.doc.lines, item.fields.iter().filter_map(|f| f.default.as_ref()));
    quote! {
        const BLANK: __std::Option<fn() -> Self> = __Some(<Self as __Default>::default);
        fn decode_over<__M: __Mode, __R: __std::Reader<#de>>(
            &mut self,
            __r: &mut __R,
            __m: __M,
        ) -> __std::Result<(), __std::Error> {
            let __c = Self::NAMES;
            let __outer = __begin::<Self, _>(__r)?;
            let mut __came = 0;
            #in_order
            while let __Some(__field) = __field(__r, __c)? {
                __came |= match __field.id {
                    #arms
                    _ => { #otherwise; 0 }
                };
            }
            __end::<Self, _>(__r, __outer);
            #kept_unknown
            if !<__M as __Mode>::FRESH { #absent }
            __complete(__came, #required, __r, __c)
        }
    }
}
