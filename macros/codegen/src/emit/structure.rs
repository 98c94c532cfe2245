//! Structs, exceptions and structs of arguments.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Path;

use super::constructor::constructor;
use super::conversion::converted;
use super::exception::exception_traits;
use super::field::default_value;
use super::field::{Decoded, decoded};
use super::in_place::decode_in_place;
use super::optional::value_of;
use super::order::{is_by_hand, order_of_struct};
use super::signature::Signature;
use super::wide::{MAX_FIELDS, PART, decode_parts, is_wide};
use super::{
    Derived, allow, allow_values, bounded, decodable, derives, doc, id, names, order_by_bytes,
};
use crate::model::{Field, LeftOut, Presence, Scalar, Struct, Traits};

/// Maximum size of a run that is reserved at once, in bytes.
const MAX_RUN: usize = 128;

/// The type itself.
///
/// ```text
/// /// A point.
/// #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
/// pub struct Point {
///     pub x: i32,
///     pub label: Option<String>,
/// }
///
/// impl Default for Point { … }
/// ```
pub(crate) fn struct_definition(
    item: &Struct,
    traits: &Traits,
    extra_derives: &[Path],
) -> TokenStream {
    let (allow, allow_deprecated, ident) = (allow(), allow_deprecated(item), &item.ident);
    let generics = &item.generics;
    let (params, arguments, _) = generics.split_for_impl();
    let by_hand = is_by_hand(traits, item.fields.len(), MAX_FIELDS);
    let order = match by_hand {
        true => {
            let members = item.fields.iter().map(|field| {
                let member = &field.member;
                quote!(#member)
            });
            let unknown = item.unknown.iter().map(|name| quote!(#name));
            order_of_struct(ident, generics, &members.chain(unknown).collect::<Vec<_>>(), traits)
        }
        false => order_by_bytes(ident, generics, traits),
    };
    let docs = doc(&item.doc);
    let fields = item.fields.iter().map(|field| {
        let (docs, member, ty) = (doc(&field.doc), &field.member, field_type(field));
        quote!(#docs pub #member: #ty,)
    });
    let unknown = item.unknown.iter().map(|name| {
        quote! {
            /// Fields that this version of the IDL does not know; they are written back.
            pub #name: __std::UnknownFields,
        }
    });
    let is_plain = |field: &Field| field.default.is_none() && field.presence != Presence::Required;
    let derived = item.fields.iter().all(is_plain);
    let also = derived.then(|| quote!(#[derive(__Default)]));
    let derives = derives(traits, extra_derives, &Derived { equality: true, order: !by_hand });
    let default = (!derived).then(|| {
        let fields = item.fields.iter().map(|field| {
            let (member, value) = (&field.member, default_value(field));
            quote!(#member: #value,)
        });
        let unknown = item.unknown.iter().map(|name| quote!(#name: __Default::default(),));
        let doc = default_doc(item);
        quote! {
            #doc
            #allow_deprecated
            impl #params __Default for #ident #arguments {
                fn default() -> Self {
                    Self { #(#fields)* #(#unknown)* }
                }
            }
        }
    });
    let constructor = item.constructor.then(|| constructor(item));
    let error = item.exception.as_ref().map(|exception| exception_traits(item, exception));
    quote! {
        #docs
        #allow
        #derives
        #also
        pub struct #ident #generics { #(#fields)* #(#unknown)* }
        #constructor
        #default
        #order
        #error
    }
}

/// The meaning of the default, where it is not obvious.
fn default_doc(item: &Struct) -> Option<TokenStream> {
    let is_required = |field: &Field| field.presence == Presence::Required;
    let text = match item.fields.iter().any(is_required) {
        false => return None,
        true if item.constructor => {
            " All fields at their defaults. Required fields are empty or 0, which is rarely meant: \
             [`new`](Self::new) takes them."
        }
        true => {
            " All fields at their defaults. Required fields are empty or 0, which is rarely meant."
        }
    };
    Some(quote!(#[doc = #text]))
}

/// The arguments of a method as a server reads them. Clients write them without such a struct.
///
/// ```text
/// struct __SleepSleepArgs {
///     seconds: i32,
/// }
/// ```
pub(crate) fn arguments(item: &Struct) -> TokenStream {
    let (allow, ident, generics) = (allow(), &item.ident, &item.generics);
    let fields = item.fields.iter().map(|field| {
        let (member, ty) = (&field.member, field_type(field));
        quote!(#member: #ty)
    });
    let (thrift_type, decode) = (thrift_type(item), decode(item));
    quote! {
        #allow
        struct #ident #generics { #(#fields),* }
        #thrift_type
        #decode
    }
}

/// The codec impls.
///
/// ```text
/// impl ThriftType for Point {
///     const TYPE: TType = TType::STRUCT;
///     const NAMES: &'static StructNames =
///         &StructNames { name: "Point", ids: &[1, 2], fields: &["x", "y"] };
/// }
/// impl Encode for Point { … }
/// impl<'__de> Decode<'__de> for Point { … }
/// ```
pub(crate) fn struct_codec(item: &Struct) -> TokenStream {
    let (thrift_type, encode, decode) = (thrift_type(item), encode(item), decode(item));
    quote!(#thrift_type #encode #decode)
}

fn thrift_type(item: &Struct) -> TokenStream {
    let (ident, allow_deprecated) = (&item.ident, allow_deprecated(item));
    let names = names(&item.name, item.fields.iter().map(|field| (field.id, &*field.name)));
    let heaps: Vec<_> = item.fields.iter().filter_map(|field| field.heap.as_ref()).collect();
    let heap =
        (!heaps.is_empty()).then(|| quote!(const ABSENT_HEAP: __usize = __sum(&[#(#heaps),*]);));
    let plain = bounded(&item.generics, &item.bounds, &quote!(__ThriftType));
    let (params, arguments, clause) = (plain.params, plain.arguments, plain.clause);
    quote! {
        #allow_deprecated
        impl #params __ThriftType for #ident #arguments #clause {
            const TYPE: __std::TType = __shown_type(__TType::STRUCT);
            #names
            #heap
        }
    }
}

/// Adjacent fields of fixed width, with the stop field, are written as one run.
///
/// ```text
/// fn encode<__W: Writer>(&self, __w: &mut __W) {
///     let __outer = __w.struct_begin(Self::NAMES);
///     __w.run::<7>(|__run| __run.field_i32(1, self.x));
///     write_optional(&self.label, 2, __w);
///     __w.stop();
///     __w.struct_end(__outer);
/// }
/// ```
fn encode(item: &Struct) -> TokenStream {
    let mut run = Run::default();
    let mut body = TokenStream::new();
    if is_wide(item) {
        for fields in item.fields.chunks(PART) {
            let mut part = write_fields(fields, &mut run);
            part.extend(run.flush());
            body.extend(quote!(__apart(|| { #part });));
        }
    } else {
        body.extend(write_fields(&item.fields, &mut run));
    }
    if let Some(unknown) = &item.unknown {
        body.extend(run.flush());
        body.extend(quote!(__UnknownFields::encode(&self.#unknown, __w);));
    }
    let is_flat = item.unknown.is_none()
        && item.fields.iter().all(|field| field.scalar.is_some() || field.in_one_piece);
    let is_flat = is_flat.then(|| {
        quote!(
            const IS_FLAT: __bool = true;
        )
    });
    run.push(1, "stop", TokenStream::new());
    body.extend(run.flush());
    let (ident, allow_deprecated) = (&item.ident, allow_deprecated(item));
    let Signature { writer_type, writer, bind_writer, .. } = signature(item);
    let generics = bounded(&item.generics, &item.bounds, &quote!(__Encode));
    let (params, arguments, clause) = (generics.params, generics.arguments, generics.clause);
    quote! {
        #allow_deprecated
        impl #params __Encode for #ident #arguments #clause {
            #is_flat
            fn encode<#writer_type: __std::Writer>(&self, #writer: &mut #writer_type) {
                #bind_writer
                let __outer = __Writer::struct_begin(__w, Self::NAMES);
                #body
                __Writer::struct_end(__w, __outer);
            }
        }
    }
}

/// Writes the fields, except those still in the run.
fn write_fields(fields: &[Field], run: &mut Run) -> TokenStream {
    let mut body = TokenStream::new();
    for field in fields {
        let (member, id) = (&field.member, id(field.id));
        match field.scalar {
            Some(scalar) if field.presence != Presence::Optional => {
                if run.width + scalar.field_width() > MAX_RUN {
                    body.extend(run.flush());
                }
                let (method, arguments) = scalar_field(field, scalar);
                run.push(scalar.field_width(), method, arguments);
            }
            _ => {
                body.extend(run.flush());
                body.extend(match field.presence {
                    Presence::Optional if field.layers.is_empty() && field.with.is_none() => {
                        quote_spanned!(field.span=> __write_optional(&self.#member, #id, __w);)
                    }
                    Presence::Optional => {
                        let optional = value_of(&field.layers, quote!(&self.#member));
                        let value = quote_spanned!(field.span=> __value);
                        let value = converted(value, &field.with, &field.ty);
                        quote_spanned! {field.span=>
                            if let __Some(__value) = #optional {
                                __write(#value, #id, __w);
                            }
                        }
                    }
                    _ => {
                        let value = quote_spanned!(field.span=> &self.#member);
                        let value = converted(value, &field.with, &field.ty);
                        quote_spanned!(field.span=> __write(#value, #id, __w);)
                    }
                });
            }
        }
    }
    body
}

/// Where something may be named that is deprecated. Most structs can do without: it is a good part of
/// what the compiler has to read.
fn allow_deprecated(item: &Struct) -> Option<TokenStream> {
    let named = item.doc.deprecated.is_some()
        || item
            .fields
            .iter()
            .any(|field| field.doc.deprecated.is_some() || field.default.is_some());
    named.then(allow_values)
}

fn signature(item: &Struct) -> Signature {
    Signature::new(&item.doc.lines, item.fields.iter().filter_map(|field| field.default.as_ref()))
}

/// A run of fields of fixed width.
#[derive(Default)]
struct Run {
    width: usize,
    /// Method and arguments of each.
    calls: Vec<(Ident, TokenStream)>,
}

impl Run {
    fn push(&mut self, width: usize, method: &str, arguments: TokenStream) {
        self.width += width;
        self.calls.push((format_ident!("{method}"), arguments));
    }

    fn flush(&mut self) -> TokenStream {
        let Run { width, calls } = std::mem::take(self);
        let to = |writer: &str| -> TokenStream {
            let writer = format_ident!("{writer}");
            let calls = calls
                .iter()
                .map(|(method, arguments)| quote!(__ScalarWriter::#method(#writer, #arguments);));
            calls.collect()
        };
        match calls.len() {
            0 | 1 => to("__w"),
            _ => {
                let fields = to("__run");
                quote!(__Writer::run::<#width>(__w, |__run| { #fields });)
            }
        }
    }
}

/// The method that writes a field of fixed width, and its arguments.
fn scalar_field(field: &Field, scalar: Scalar) -> (&'static str, TokenStream) {
    let (member, id) = (&field.member, id(field.id));
    match scalar {
        Scalar::Bool => ("field_bool", quote!(#id, self.#member)),
        Scalar::I8 => ("field_i8", quote!(#id, self.#member)),
        Scalar::I16 => ("field_i16", quote!(#id, self.#member)),
        Scalar::I32 => ("field_i32", quote!(#id, self.#member)),
        Scalar::I64 => ("field_i64", quote!(#id, self.#member)),
        Scalar::Double => ("field_double", quote!(#id, self.#member)),
        Scalar::Uuid => ("field_uuid", quote!(#id, self.#member.0)),
        Scalar::Enum => ("field_i32", quote!(#id, self.#member.number())),
    }
}

/// Decodes the struct in one function, or in parts if it has many fields.
fn decode(item: &Struct) -> TokenStream {
    let in_place = item.in_place && !is_wide(item);
    let body = match () {
        () if in_place => quote!(__decode_blank(__r)),
        () if is_wide(item) => decode_parts(item),
        () => decode_at_once(item),
    };
    let in_place = in_place.then(|| decode_in_place(item));
    let (ident, allow_deprecated) = (&item.ident, allow_deprecated(item));
    let Signature { de, reader_type, reader, bind_reader, .. } = signature(item);
    let generics = decodable(&item.generics, &item.bounds, &de);
    let (params, arguments, clause) = (generics.params, generics.arguments, generics.clause);
    quote! {
        #allow_deprecated
        impl #params __Decode<#de> for #ident #arguments #clause {
            fn decode<#reader_type: __std::Reader<#de>>(
                #reader: &mut #reader_type,
            ) -> __std::Result<Self, __std::Error> {
                #bind_reader
                #body
            }
            #in_place
        }
    }
}

/// Fields are first decoded in declaration order, which is the usual encoding order; the remaining
/// ones in any order, known or not.
///
/// ```text
/// fn decode<__R: Reader<'__de>>(__r: &mut __R) -> Result<Self> {
///     let __c = Self::NAMES;
///     let __outer = begin::<Self, _>(__r)?;
///     let mut __0 = next(1, __r, __c, 0)?;
///     while let Some(__field) = field(__r, __c)? {
///         match __field.id {
///             1 => read(&mut __0, __field, __r, __c, 0)?,
///             _ => skip(__field, __r, __c)?,
///         }
///     }
///     end::<Self, _>(__r, __outer);
///     pay(0.saturating_add(if __0.is_none() { 40 } else { 0 }), __r, __c)?;
///     Ok(Self { x: or_default(__0) })
/// }
/// ```
fn decode_at_once(item: &Struct) -> TokenStream {
    let mut in_order = TokenStream::new();
    let mut arms = TokenStream::new();
    let mut build = TokenStream::new();
    let mut heaps = Vec::new();
    for (at, field) in item.fields.iter().enumerate() {
        let local = format_ident!("__{at}", span = field.span);
        let Decoded { next, read, value, heap } = decoded(field, at, &quote!(#local), false);
        let (member, id) = (&field.member, id(field.id));
        in_order.extend(pass_left_out(item, at));
        in_order.extend(quote_spanned!(field.span=> let mut #local = #next?;));
        arms.extend(quote_spanned!(field.span=> #id => #read?,));
        build.extend(quote!(#member: #value,));
        heaps.extend(heap);
    }
    in_order.extend(pass_left_out(item, item.fields.len()));
    // Defaults of absent fields count against the memory limit as decoded values do.
    let pay =
        (!heaps.is_empty()).then(|| quote!(__pay(0usize #(.saturating_add(#heaps))*, __r, __c)?;));
    let mut otherwise = quote!(__skip(__field, __r, __c)?);
    if let Some(unknown) = &item.unknown {
        in_order.extend(quote!(let mut __unknown = __UnknownFields::default();));
        otherwise = quote!(__unknown.decode(__field, __r)?);
        build.extend(quote!(#unknown: __unknown,));
    }
    for skipped in &item.skipped {
        build.extend(quote!(#skipped: __Default::default(),));
    }
    quote! {
        let __c = Self::NAMES;
        let __outer = __begin::<Self, _>(__r)?;
        #in_order
        while let __Some(__field) = __field(__r, __c)? {
            match __field.id {
                #arms
                _ => #otherwise,
            }
        }
        __end::<Self, _>(__r, __outer);
        #pay
        __Ok(Self { #build })
    }
}

/// Passes over the fields that the type lacks behind so many of its own, unless they are kept as unknown ones.
///
/// ```text
/// pass(TType::I32, 2, __r, __c)?;
/// ```
pub(super) fn pass_left_out(item: &Struct, after: usize) -> TokenStream {
    let passed = item.left_out.iter().filter(|one| one.after == after && item.unknown.is_none());
    passed
        .map(|LeftOut { id, wire_type, .. }| {
            let id = self::id(*id);
            quote!(__pass(#wire_type, #id, __r, __c)?;)
        })
        .collect()
}

/// The type of the field in the struct.
fn field_type(field: &Field) -> TokenStream {
    let ty = &field.ty;
    match field.presence {
        Presence::Optional => quote!(__std::Option<#ty>),
        _ => ty.clone(),
    }
}
