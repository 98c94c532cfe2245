//! Structs, exceptions and structs of arguments.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Path;

use super::{allow, bounded, decodable, derives, doc, order_by_bytes};
use crate::model::{Context, Field, Presence, Scalar, Struct, Traits};

/// The largest piece that is put together on the stack before it is appended.
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
    context: &Context,
    item: &Struct,
    traits: Traits,
    extra_derives: &[Path],
    is_exception: bool,
) -> TokenStream {
    let p = &context.private;
    let (allow, ident) = (allow(), &item.ident);
    let derives = derives(context, traits, extra_derives);
    let order = order_by_bytes(context, ident, traits);
    let docs = doc(&item.doc);
    let fields = item.fields.iter().map(|field| {
        let (docs, member, ty) = (doc(&field.doc), &field.member, field_type(context, field));
        quote!(#docs pub #member: #ty,)
    });
    let unknown = item.unknown.iter().map(|name| {
        quote! {
            /// Fields that this version of the IDL does not know; they are written back.
            pub #name: #p::UnknownFields,
        }
    });
    let default = traits.default.then(|| {
        let fields = item.fields.iter().map(|field| {
            let (member, value) = (&field.member, default_value(context, field));
            quote!(#member: #value,)
        });
        let unknown = item.unknown.iter().map(|name| quote!(#name: #p::Default::default(),));
        quote! {
            impl #p::Default for #ident {
                fn default() -> Self {
                    Self { #(#fields)* #(#unknown)* }
                }
            }
        }
    });
    let error = is_exception.then(|| {
        quote! {
            impl #p::Display for #ident {
                fn fmt(&self, __f: &mut #p::Formatter<'_>) -> #p::fmt::Result {
                    #p::Debug::fmt(self, __f)
                }
            }
            impl #p::StdError for #ident {}
        }
    });
    quote! {
        #docs
        #allow
        #derives
        pub struct #ident { #(#fields)* #(#unknown)* }
        #default
        #order
        #error
    }
}

/// The arguments of a method.
///
/// ```text
/// #[doc(hidden)]
/// pub struct __SleepSleepArgs {
///     pub seconds: i32,
/// }
/// ```
pub(crate) fn arguments_definition(context: &Context, item: &Struct) -> TokenStream {
    let (allow, ident) = (allow(), &item.ident);
    let fields = item.fields.iter().map(|field| {
        let (member, ty) = (&field.member, field_type(context, field));
        quote!(pub #member: #ty)
    });
    quote! {
        #[doc(hidden)]
        #allow
        pub struct #ident { #(#fields),* }
    }
}

/// How it is written and read.
///
/// ```text
/// impl ThriftType for Point { const TYPE: TType = TType::STRUCT; }
/// impl Encode for Point { … }
/// impl<'__de> Decode<'__de> for Point { … }
/// ```
pub(crate) fn struct_codec(context: &Context, item: &Struct) -> TokenStream {
    let p = &context.private;
    let ident = &item.ident;
    let plain = bounded(&item.generics, &quote!(#p::ThriftType));
    let (params, arguments, clause) = (plain.params, plain.arguments, plain.clause);
    let encode = encode(context, item);
    let decode = decode(context, item);
    quote! {
        #[automatically_derived]
        impl #params #p::ThriftType for #ident #arguments #clause {
            const TYPE: #p::TType = #p::TType::STRUCT;
        }
        #encode
        #decode
    }
}

/// Fields of fixed width that stand together are written in one piece, the stop with them.
///
/// ```text
/// fn encode<__W: Writer>(&self, __w: &mut __W) {
///     let __outer = __w.struct_begin();
///     __w.run::<7>(|__run| __run.field_i32(1, self.x));
///     if let Some(__value) = &self.label { __value.encode_field(2, __w) }
///     __w.stop();
///     __w.struct_end(__outer);
/// }
/// ```
fn encode(context: &Context, item: &Struct) -> TokenStream {
    let p = &context.private;
    let mut body = TokenStream::new();
    let mut run = Run::default();
    for field in &item.fields {
        let (member, id) = (&field.member, field.id);
        match field.scalar {
            Some(scalar) if field.presence != Presence::Optional => {
                if run.width + scalar.field_width() > MAX_RUN {
                    body.extend(run.flush(context));
                }
                let (method, arguments) = scalar_field(field, scalar);
                run.push(scalar.field_width(), method, arguments);
            }
            _ => {
                body.extend(run.flush(context));
                body.extend(match field.presence {
                    Presence::Optional => quote_spanned! {field.span=>
                        if let #p::Some(__value) = &self.#member {
                            #p::Encode::encode_field(__value, #id, __w);
                        }
                    },
                    _ => quote_spanned! {field.span=>
                        #p::Encode::encode_field(&self.#member, #id, __w);
                    },
                });
            }
        }
    }
    if let Some(unknown) = &item.unknown {
        body.extend(run.flush(context));
        body.extend(quote!(self.#unknown.encode(__w);));
    }
    run.push(1, "stop", TokenStream::new());
    body.extend(run.flush(context));
    let ident = &item.ident;
    let generics = bounded(&item.generics, &quote!(#p::Encode));
    let (params, arguments, clause) = (generics.params, generics.arguments, generics.clause);
    quote! {
        #[automatically_derived]
        impl #params #p::Encode for #ident #arguments #clause {
            fn encode<__W: #p::Writer>(&self, __w: &mut __W) {
                let __outer = #p::Writer::struct_begin(__w);
                #body
                #p::Writer::struct_end(__w, __outer);
            }
        }
    }
}

/// Fields of fixed width that are gathered.
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

    fn flush(&mut self, context: &Context) -> TokenStream {
        let p = &context.private;
        let Run { width, calls } = std::mem::take(self);
        let to = |writer: &str| -> TokenStream {
            let writer = format_ident!("{writer}");
            let calls = calls
                .iter()
                .map(|(method, arguments)| quote!(#p::ScalarWriter::#method(#writer, #arguments);));
            calls.collect()
        };
        match calls.len() {
            0 | 1 => to("__w"),
            _ => {
                let fields = to("__run");
                quote!(#p::Writer::run::<#width>(__w, |__run| { #fields });)
            }
        }
    }
}

/// The method that writes a field of fixed width, and its arguments.
fn scalar_field(field: &Field, scalar: Scalar) -> (&'static str, TokenStream) {
    let (member, id) = (&field.member, field.id);
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

/// First the fields are tried in their order, which is how nearly everybody writes them; what is
/// left then comes in any order, known or not.
///
/// ```text
/// fn decode<__R: Reader<'__de>>(__r: &mut __R) -> Result<Self> {
///     let __outer = __r.struct_begin()?;
///     let mut __0: Option<i32> = None;
///     let (__error, __at) = '__failed: {
///         if let Err(__error) = read_next(&mut __0, 1, __r) { break '__failed (__error, 0) }
///         loop {
///             let __field = match __r.field() { … };
///             if __field.ty == TType::STOP { break; }
///             match __field.id {
///                 1 if fits(&__0, __field) => {
///                     if let Err(__error) = read(&mut __0, __r) { break '__failed (__error, 0) }
///                 }
///                 _ => …skip…,
///             }
///         }
///         __r.struct_end(__outer);
///         return Ok(Self { x: or_default(__0) });
///     };
///     Err(__error.in_field("Point", &["x"], __at))
/// }
/// ```
fn decode(context: &Context, item: &Struct) -> TokenStream {
    let p = &context.private;
    let unknown = item.fields.len();
    let names: Vec<&str> = item.fields.iter().map(|field| field.name.as_str()).collect();
    let locals: Vec<_> = (0..item.fields.len()).map(|at| format_ident!("__{at}")).collect();
    let mut declare = TokenStream::new();
    let mut in_order = TokenStream::new();
    let mut arms = TokenStream::new();
    let mut build = TokenStream::new();
    for (at, (field, local)) in item.fields.iter().zip(&locals).enumerate() {
        let Field { member, id, ty, .. } = field;
        declare.extend(quote!(let mut #local: #p::Option<#ty> = #p::None;));
        in_order.extend(quote! {
            if let #p::Err(__error) = #p::read_next(&mut #local, #id, __r) {
                break '__failed (__error, #at);
            }
        });
        arms.extend(quote! {
            #id if #p::fits(&#local, __field) => {
                if let #p::Err(__error) = #p::read(&mut #local, __r) {
                    break '__failed (__error, #at);
                }
            }
        });
        let value = match (field.presence, &field.default) {
            (Presence::Optional, _) => quote!(#local),
            (Presence::Required, _) => quote! {
                match #local {
                    #p::Some(__value) => __value,
                    #p::None => break '__failed (#p::missing_field(), #at),
                }
            },
            (Presence::Default, Some(default)) => {
                quote!(match #local { #p::Some(__value) => __value, #p::None => #default })
            }
            (Presence::Default, None) => quote!(#p::or_default(#local)),
        };
        build.extend(quote!(#member: #value,));
    }
    let mut otherwise = quote!(#p::Reader::skip(__r, __field.ty));
    if let Some(unknown) = &item.unknown {
        declare.extend(quote!(let mut __unknown = #p::UnknownFields::default();));
        otherwise = quote!(__unknown.decode(__field, __r));
        build.extend(quote!(#unknown: __unknown,));
    }
    let (ident, name) = (&item.ident, &item.name);
    let generics = decodable(context, &item.generics);
    let (params, arguments, clause) = (generics.params, generics.arguments, generics.clause);
    quote! {
        #[automatically_derived]
        impl #params #p::Decode<'__de> for #ident #arguments #clause {
            fn decode<__R: #p::Reader<'__de>>(__r: &mut __R) -> #p::Result<Self, #p::Error> {
                let __outer = #p::Reader::struct_begin(__r)?;
                #declare
                let (__error, __at) = '__failed: {
                    #in_order
                    loop {
                        let __field = match #p::Reader::field(__r) {
                            #p::Ok(__field) => __field,
                            #p::Err(__error) => break '__failed (__error, #unknown),
                        };
                        if __field.ty == #p::TType::STOP {
                            break;
                        }
                        match __field.id {
                            #arms
                            _ => if let #p::Err(__error) = #otherwise {
                                break '__failed (__error, #unknown);
                            }
                        }
                    }
                    #p::Reader::struct_end(__r, __outer);
                    return #p::Ok(Self { #build });
                };
                #p::Err(__error.in_field(#name, &[#(#names),*], __at))
            }
        }
    }
}

/// The type of the field in the struct.
fn field_type(context: &Context, field: &Field) -> TokenStream {
    let (p, ty) = (&context.private, &field.ty);
    match field.presence {
        Presence::Optional => quote!(#p::Option<#ty>),
        _ => ty.clone(),
    }
}

/// What the field has in a default value.
fn default_value(context: &Context, field: &Field) -> TokenStream {
    let p = &context.private;
    match (&field.default, field.presence) {
        (Some(default), _) => default.clone(),
        (None, Presence::Optional) => quote!(#p::None),
        (None, _) => quote!(#p::Default::default()),
    }
}
