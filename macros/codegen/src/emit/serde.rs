//! Impls of serde's traits: structs as maps keyed by IDL names, unions as maps with one entry,
//! enums as text. Serde's derive supports neither these names nor `binary`.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::{allow_values, default_or};
use crate::model::{Enum, Presence, Serde, Struct, Union};

/// ```text
/// impl Serialize for Point {
///     fn serialize<__S: Serializer>(&self, __s: __S) -> Result<__S::Ok, __S::Error> {
///         let mut __s = StructWriter::<__S>::begin(__s, Self::NAMES, &[self.label.is_none()])?;
///         __s.field::<Plain, _>(0, &self.x)?;
///         __s.optional::<Plain, _>(1, &self.label)?;
///         __s.end()
///     }
/// }
/// impl<'de> Fields<'de> for Point {
///     fn read<__M: Members<'de>>(__m: &mut __M) -> Result<Self, __M::Error> {
///         let mut __0 = None;
///         let mut __1 = None;
///         while let Some(__at) = __m.next()? {
///             match __at {
///                 0 => read::<Plain, _, _>(&mut __0, __m, Self::NAMES, 0)?,
///                 1 => read_optional::<Plain, _, _>(&mut __1, __m, Self::NAMES, 1)?,
///                 _ => {}
///             }
///         }
///         Ok(Self { x: or_default(__0), label: __1 })
///     }
/// }
/// impl<'de> Deserialize<'de> for Point { … }
/// ```
pub(crate) fn struct_serde(item: &Struct, forms: &[TokenStream], serde: Serde) -> TokenStream {
    let ident = &item.ident;
    let mut write = TokenStream::new();
    let mut absent = TokenStream::new();
    let mut slots = TokenStream::new();
    let mut arms = TokenStream::new();
    let mut build = TokenStream::new();
    for (at, (field, form)) in item.fields.iter().zip(forms).enumerate() {
        let (local, at) = (format_ident!("__{at}"), Literal::usize_unsuffixed(at));
        let member = &field.member;
        let (field_method, read) = match field.presence {
            Presence::Optional => {
                absent.extend(quote!(__Option::is_none(&self.#member),));
                (quote!(optional), quote!(read_optional))
            }
            _ => (quote!(field), quote!(read)),
        };
        write.extend(quote!(__s.#field_method::<#form, _>(#at, &self.#member)?;));
        slots.extend(quote!(let mut #local = __None;));
        arms.extend(quote! {
            #at => __serde::#read::<#form, _, _>(&mut #local, __m, Self::NAMES, #at)?,
        });
        let value = match field.presence {
            Presence::Optional => quote!(#local),
            Presence::Required => quote!(__serde::required(#local, Self::NAMES, #at)?),
            Presence::Default => default_or(field, &quote!(#local)),
        };
        build.extend(quote!(#member: #value,));
    }
    // Unknown fields have no names, so they are omitted.
    build.extend(item.unknown.iter().map(|unknown| quote!(#unknown: __Default::default(),)));
    let write = quote! {
        let mut __s = __serde::StructWriter::<__S>::begin(__s, Self::NAMES, &[#absent])?;
        #write
        __s.end()
    };
    let fields = fields(ident, &slots, &arms, &quote!(Self { #build }));
    impls(ident, serde, &write, &fields, &quote!(__serde::read_struct(__d)))
}

/// ```text
/// impl Serialize for Choice {
///     fn serialize<__S: Serializer>(&self, __s: __S) -> Result<__S::Ok, __S::Error> {
///         match self {
///             Self::Number(__value) => write_union::<Plain, _, _>(__s, Self::NAMES, 0, __value),
///             Self::Unrecognized(_) => write_unset(__s, Self::NAMES),
///         }
///     }
/// }
/// impl<'de> Fields<'de> for Choice { … }
/// impl<'de> Deserialize<'de> for Choice { … }
/// ```
pub(crate) fn union_serde(item: &Union, forms: &[TokenStream], serde: Serde) -> TokenStream {
    let ident = &item.ident;
    let mut write = TokenStream::new();
    let mut arms = TokenStream::new();
    for (at, (variant, form)) in item.variants.iter().zip(forms).enumerate() {
        let (variant, at) = (&variant.ident, Literal::usize_unsuffixed(at));
        write.extend(quote! {
            Self::#variant(__value) => {
                __serde::write_union::<#form, _, _>(__s, Self::NAMES, #at, __value)
            }
        });
        arms.extend(quote! {
            #at => __serde::set::<#form, _, _, _>(&mut __union, Self::#variant, __m)?,
        });
    }
    write.extend(item.unrecognized.iter().map(
        |unrecognized| quote!(Self::#unrecognized(_) => __serde::write_unset(__s, Self::NAMES),),
    ));
    let write = quote!(match self { #write });
    let fields =
        fields(ident, &quote!(let mut __union = __None;), &arms, &quote!(__or_default(__union)));
    impls(ident, serde, &write, &fields, &quote!(__serde::read_union(__d)))
}

/// ```text
/// impl Serialize for Color {
///     fn serialize<__S: Serializer>(&self, __s: __S) -> Result<__S::Ok, __S::Error> {
///         write_enum(__s, self.name(), self.number())
///     }
/// }
/// impl<'de> Deserialize<'de> for Color {
///     fn deserialize<__D: Deserializer<'de>>(__d: __D) -> Result<Self, __D::Error> {
///         Ok(From::from(read_enum(__d, "Color", &[("RED", 0)])?))
///     }
/// }
/// ```
pub(crate) fn enum_serde(item: &Enum, serde: Serde) -> TokenStream {
    let name = &item.name;
    let names = item.values.iter().map(|value| {
        let (name, number) = (&value.name, Literal::i32_unsuffixed(value.number));
        quote!((#name, #number))
    });
    let write = quote!(__serde::write_enum(__s, self.name(), self.number()));
    let read = quote! {
        __Ok(__From::<__i32>::from(__serde::read_enum(__d, #name, &[#(#names),*])?))
    };
    impls(&item.ident, serde, &write, &TokenStream::new(), &read)
}

/// Emits the member slots of a struct or union and the code that fills them.
fn fields(
    ident: &Ident,
    slots: &TokenStream,
    arms: &TokenStream,
    value: &TokenStream,
) -> TokenStream {
    let allow = allow_values();
    quote! {
        #[doc(hidden)]
        #allow
        impl<'de> __serde::Fields<'de> for #ident {
            fn read<__M: __serde::Members<'de>>(__m: &mut __M) -> __Result<Self, __M::Error> {
                #slots
                while let __Some(__at) = __serde::Members::next(__m)? {
                    match __at {
                        #arms
                        _ => {}
                    }
                }
                __Ok(#value)
            }
        }
    }
}

/// The requested impls, around the serializing and deserializing code.
fn impls(
    ident: &Ident,
    serde: Serde,
    write: &TokenStream,
    fields: &TokenStream,
    read: &TokenStream,
) -> TokenStream {
    let serialize = serde.serialize.then(|| {
        quote! {
            #[allow(deprecated)]
            impl __serde::Serialize for #ident {
                fn serialize<__S: __serde::Serializer>(
                    &self,
                    __s: __S,
                ) -> __Result<__S::Ok, __S::Error> {
                    #write
                }
            }
        }
    });
    let deserialize = serde.deserialize.then(|| {
        quote! {
            #fields
            #[allow(deprecated)]
            impl<'de> __serde::Deserialize<'de> for #ident {
                fn deserialize<__D: __serde::Deserializer<'de>>(
                    __d: __D,
                ) -> __Result<Self, __D::Error> {
                    #read
                }
            }
        }
    });
    quote!(__if_serde! { #serialize #deserialize })
}
