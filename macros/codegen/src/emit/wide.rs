//! Codec of structs with many fields, in parts.
//!
//! In one function, compile time grows with the square of the fields, because an error at each
//! field must drop all earlier ones. Each part is a separate function that is never inlined and
//! drops a fixed number of fields.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::field::{Decoded, decoded};
use crate::model::{Field, Struct};

/// Maximum number of fields decoded in one function.
pub(super) const MAX_FIELDS: usize = 32;

/// The fields of one part.
pub(super) const PART: usize = 16;

/// Whether the struct has too many fields for one function.
pub(super) fn is_wide(item: &Struct) -> bool {
    item.fields.len() > MAX_FIELDS
}

/// The body of `decode`.
///
/// ```text
/// let __c = Self::NAMES;
/// let __outer = begin::<Self, _>(__r)?;
/// let mut __part0 = apart(|| Ok((next::<i32, _>(1, __r, __c, 0)?, …)))?;
/// …
/// while let Some(__field) = field(__r, __c)? {
///     let __at = place(__field.id, __c.ids);
///     match __at / 16 {
///         0 => apart(|| {
///             let __part0 = &mut __part0;
///             match __at % 16 {
///                 0 => read(&mut __part0.0, __field, __r, __c, 0),
///                 …
///             }
///         })?,
///         …
///         _ => skip(__field, __r, __c)?,
///     }
/// }
/// end::<Self, _>(__r, __outer);
/// let __part0 = apart(|| {
///     let __part0 = __part0;
///     Ok((or_default(__part0.0), …))
/// })?;
/// …
/// Ok(Self { x: __part0.0, … })
/// ```
pub(super) fn decode_parts(item: &Struct) -> TokenStream {
    let mut in_order = TokenStream::new();
    let mut arms = TokenStream::new();
    let mut values = TokenStream::new();
    let mut build = TokenStream::new();
    for (number, fields) in item.fields.chunks(PART).enumerate() {
        let part = format_ident!("__part{number}");
        let number_literal = Literal::usize_unsuffixed(number);
        let mut nexts = TokenStream::new();
        let mut reads = TokenStream::new();
        let mut part_values = TokenStream::new();
        let mut heaps = Vec::new();
        for (slot, field) in fields.iter().enumerate() {
            let at = number * PART + slot;
            let slot_literal = Literal::usize_unsuffixed(slot);
            let place = quote!(#part.#slot_literal);
            let Decoded { next, read, value, heap } = decoded(field, at, &place, true);
            nexts.extend(quote!(#next?,));
            // Exactly these are left when the last one is reached.
            let pattern = match slot + 1 == fields.len() {
                true => quote!(_),
                false => quote!(#slot_literal),
            };
            reads.extend(quote!(#pattern => #read,));
            part_values.extend(quote!(#value,));
            heaps.extend(heap);
            let member = &field.member;
            build.extend(quote!(#member: #place,));
        }
        let part_size = Literal::usize_unsuffixed(PART);
        in_order.extend(quote! {
            let mut #part = __apart(|| __Ok::<_, __Error>((#nexts)))?;
        });
        arms.extend(quote! {
            #number_literal => __apart(|| {
                let #part = &mut #part;
                match __at % #part_size { #reads }
            })?,
        });
        let pay = (!heaps.is_empty()).then(|| quote!(__pay(__sum(&[#(#heaps),*]), __r, __c)?;));
        values.extend(quote! {
            let #part = __apart(|| {
                let #part = #part;
                #pay
                __Ok::<_, __Error>((#part_values))
            })?;
        });
    }
    let mut otherwise = quote!(__skip(__field, __r, __c)?);
    if let Some(unknown) = &item.unknown {
        in_order.extend(quote!(let mut __unknown = __UnknownFields::default();));
        otherwise = quote!(__unknown.decode(__field, __r)?);
        build.extend(quote!(#unknown: __unknown,));
    }
    for skipped in &item.skipped {
        build.extend(quote!(#skipped: __Default::default(),));
    }
    let place = place(&item.fields);
    let part_size = Literal::usize_unsuffixed(PART);
    quote! {
        let __c = Self::NAMES;
        let __outer = __begin::<Self, _>(__r)?;
        #in_order
        while let __Some(__field) = __field(__r, __c)? {
            let __at = #place;
            match __at / #part_size {
                #arms
                _ => #otherwise,
            }
        }
        __end::<Self, _>(__r, __outer);
        #values
        __Ok(Self { #build })
    }
}

/// The position of a field by its id: a search, because a match over many numbers is expensive to
/// compile.
fn place(fields: &[Field]) -> TokenStream {
    if fields.is_sorted_by_key(|field| field.id) {
        return quote!(__place(__field.id, __c.ids));
    }
    let mut sorted: Vec<_> = fields.iter().map(|field| field.id).zip(0usize..).collect();
    sorted.sort_unstable();
    let pairs = sorted.iter().map(|(id, at)| {
        let (id, at) = (super::id(*id), Literal::usize_unsuffixed(*at));
        quote!((#id, #at))
    });
    quote!(__place_among(__field.id, &[#(#pairs),*]))
}
