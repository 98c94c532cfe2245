//! The model: structs, unions, enums, constants and services with Rust names.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};

/// Docs and deprecation of an item.
#[derive(Clone, Default)]
pub(crate) struct Docs {
    pub(crate) lines: Vec<String>,
    /// The deprecation note, if deprecated; may be empty.
    pub(crate) deprecated: Option<String>,
}

impl Docs {
    /// With another paragraph.
    pub(crate) fn and(mut self, line: String) -> Docs {
        if !self.lines.is_empty() {
            self.lines.push(String::new());
        }
        self.lines.push(line);
        self
    }
}

/// Bounds on the generic parameters of a hand-written type.
#[derive(Clone, Default)]
pub(crate) struct Bounds {
    /// Generic field types, which must have a Thrift type: `T`, or `T::Item`.
    pub(crate) values: Vec<syn::Type>,
    /// Those that need a default for absent fields.
    pub(crate) defaults: Vec<syn::Type>,
}

/// A struct or exception, or the arguments of a method.
pub(crate) struct Struct {
    pub(crate) ident: Ident,
    /// The name in the IDL.
    pub(crate) name: String,
    pub(crate) doc: Docs,
    pub(crate) generics: syn::Generics,
    pub(crate) bounds: Bounds,
    pub(crate) fields: Vec<Field>,
    /// The field that preserves unknown fields, if any.
    pub(crate) unknown: Option<syn::Member>,
    /// Fields that are not encoded.
    pub(crate) skipped: Vec<syn::Member>,
    /// Fields of the IDL that the type lacks.
    pub(crate) left_out: Vec<LeftOut>,
    /// Whether it is decoded in place: its default holds no memory and is what absent fields have.
    pub(crate) in_place: bool,
    /// Whether it has a function `new` that takes the required fields.
    pub(crate) constructor: bool,
    /// Set for exceptions.
    pub(crate) exception: Option<Exception>,
}

/// A field of the IDL that a type lacks.
pub(crate) struct LeftOut {
    /// How many fields of the type come before it.
    pub(crate) after: usize,
    pub(crate) id: i16,
    /// The wire type, as an expression.
    pub(crate) wire_type: TokenStream,
}

/// Message and source of an exception.
#[derive(Clone, Default)]
pub(crate) struct Exception {
    /// The index of the message field.
    pub(crate) message: Option<usize>,
    /// The index of the source field.
    pub(crate) source: Option<usize>,
    /// The source is in a `Box`, beside the layers of its field.
    pub(crate) is_source_boxed: bool,
}

/// A field of a struct.
pub(crate) struct Field {
    /// The name or number of the field in Rust.
    pub(crate) member: syn::Member,
    /// The name in the IDL.
    pub(crate) name: String,
    pub(crate) doc: Docs,
    pub(crate) id: i16,
    /// The type of the value, without the `Option` of an optional field.
    pub(crate) ty: TokenStream,
    /// The wrappers of an optional field beyond one `Option`.
    pub(crate) layers: Vec<Layer>,
    /// The conversion module (`with`).
    pub(crate) with: Option<syn::Path>,
    /// Set if the value has a fixed encoded width.
    pub(crate) scalar: Option<Scalar>,
    /// Whether the value is known to take one write: text, a blob, or a list of numbers.
    pub(crate) in_one_piece: bool,
    pub(crate) presence: Presence,
    /// The value of an absent field, if not the type's default.
    pub(crate) default: Option<TokenStream>,
    /// The heap size of that value, if any: a constant.
    pub(crate) heap: Option<TokenStream>,
    /// Whether `new` takes `impl Into` of the type.
    pub(crate) into: bool,
    /// The span for compile errors about the type.
    pub(crate) span: Span,
}

/// The requiredness of a field in Rust.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// `T`; absent is an error.
    Required,
    /// `T`; absent is the default.
    Default,
    /// `Option<T>`.
    Optional,
}

/// A wrapper of an optional field's value.
#[derive(Clone)]
pub(crate) enum Layer {
    Option,
    /// A `Box`, `Rc` or `Arc` of this type.
    Pointer(TokenStream),
}

/// A transparent struct.
pub(crate) struct Transparent {
    pub(crate) ident: Ident,
    pub(crate) generics: syn::Generics,
    pub(crate) bounds: Bounds,
    pub(crate) member: syn::Member,
    pub(crate) ty: TokenStream,
    pub(crate) with: Option<syn::Path>,
    pub(crate) skipped: Vec<syn::Member>,
    pub(crate) span: Span,
}

/// Values of fixed width.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar {
    Bool,
    I8,
    I16,
    I32,
    I64,
    Double,
    Uuid,
    Enum,
}

impl Scalar {
    /// Whether lists of it are written at once.
    pub(crate) fn is_number(self) -> bool {
        !matches!(self, Scalar::Bool | Scalar::Uuid | Scalar::Enum)
    }

    /// Size of a field in the binary protocol, in bytes, header included.
    pub(crate) fn field_width(self) -> usize {
        3 + match self {
            Scalar::Bool | Scalar::I8 => 1,
            Scalar::I16 => 2,
            Scalar::I32 | Scalar::Enum => 4,
            Scalar::I64 | Scalar::Double => 8,
            Scalar::Uuid => 16,
        }
    }
}

/// A union.
pub(crate) struct Union {
    pub(crate) ident: Ident,
    /// The name in the IDL.
    pub(crate) name: String,
    pub(crate) doc: Docs,
    pub(crate) generics: syn::Generics,
    pub(crate) bounds: Bounds,
    pub(crate) variants: Vec<Variant>,
    /// The variant for unknown fields.
    pub(crate) unrecognized: Option<Ident>,
}

/// A variant of a union.
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    /// The name of the field in the IDL.
    pub(crate) name: String,
    pub(crate) doc: Docs,
    pub(crate) id: i16,
    pub(crate) ty: TokenStream,
    /// The conversion module (`with`).
    pub(crate) with: Option<syn::Path>,
    /// The functions that test and take this variant, unless the type is written by hand.
    pub(crate) access: Option<Access>,
    /// The span for compile errors about the type.
    pub(crate) span: Span,
}

/// The accessors of a union variant.
pub(crate) struct Access {
    pub(crate) is: Ident,
    pub(crate) borrow: Ident,
    pub(crate) take: Ident,
    /// The value without its box: `i32`.
    pub(crate) value: TokenStream,
    /// The target of a reference to the value: `str` for text, `[T]` for lists, or the type itself.
    pub(crate) borrowed: TokenStream,
    pub(crate) is_boxed: bool,
    /// The types that the union is made of by `From`, each with the conversion of `value` to the type of
    /// the variant.
    pub(crate) froms: Vec<(TokenStream, TokenStream)>,
}

/// An enum.
pub(crate) struct Enum {
    pub(crate) ident: Ident,
    /// The name in the IDL.
    pub(crate) name: String,
    pub(crate) doc: Docs,
    pub(crate) values: Vec<EnumValue>,
    /// Whether it is a number with a constant for each value.
    pub(crate) numbers: bool,
    /// The variant for unknown numbers.
    pub(crate) unrecognized: Option<Ident>,
}

/// A value of an enum.
pub(crate) struct EnumValue {
    pub(crate) ident: Ident,
    /// The name in the IDL.
    pub(crate) name: String,
    pub(crate) doc: Docs,
    pub(crate) number: i32,
    /// The earlier value with the same number, if there is one.
    pub(crate) alias_of: Option<Ident>,
}

/// A typedef.
pub(crate) struct Typedef {
    pub(crate) ident: Ident,
    pub(crate) doc: Docs,
    pub(crate) ty: TokenStream,
}

/// A constant.
pub(crate) struct Const {
    pub(crate) ident: Ident,
    pub(crate) doc: Docs,
    pub(crate) ty: TokenStream,
    pub(crate) value: TokenStream,
    pub(crate) kind: ConstKind,
}

/// The storage of a constant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConstKind {
    /// `const`
    Const,
    /// `static`
    Static,
    /// A `static` initialized on first use.
    Lazy,
}

/// A service.
pub(crate) struct Service {
    pub(crate) names: ServiceNames,
    /// The name in the IDL.
    pub(crate) name: String,
    pub(crate) doc: Docs,
    /// Its own methods.
    pub(crate) methods: Vec<Method>,
    /// All extended services, nearest first.
    pub(crate) ancestors: Vec<Ancestor>,
}

impl Service {
    /// The methods that a client can call: its own, and those it inherits and does not replace.
    pub(crate) fn callable(&self) -> impl Iterator<Item = &Method> {
        let mut seen = HashSet::new();
        let inherited = self.ancestors.iter().flat_map(|ancestor| &ancestor.methods);
        self.methods.iter().chain(inherited).filter(move |method| seen.insert(&method.ident))
    }
}

/// The Rust names of a service.
pub(crate) struct ServiceNames {
    pub(crate) asynchronous: SideNames,
    pub(crate) blocking: SideNames,
}

/// The async or blocking names of a service.
pub(crate) struct SideNames {
    /// The trait.
    pub(crate) handler: Ident,
    pub(crate) server: Ident,
    pub(crate) client: Ident,
}

/// A service that is extended.
pub(crate) struct Ancestor {
    /// The path of the module it is in; empty for the same module.
    pub(crate) module: TokenStream,
    pub(crate) names: ServiceNames,
    /// Its own methods.
    pub(crate) methods: Vec<Method>,
}

/// A method of a service.
#[derive(Clone)]
pub(crate) struct Method {
    /// The path of the module of its service; empty for the same module.
    pub(crate) module: TokenStream,
    pub(crate) ident: Ident,
    /// The name on the wire.
    pub(crate) name: String,
    pub(crate) doc: Docs,
    pub(crate) oneway: bool,
    /// Whether its calls may be sent again.
    pub(crate) idempotent: bool,
    /// The method constant used by clients.
    pub(crate) info: Ident,
    /// The struct of arguments that a server reads.
    pub(crate) args: Ident,
    /// The struct of borrowed arguments, if the handler is to have those.
    pub(crate) args_view: Option<Ident>,
    pub(crate) arguments: Vec<Argument>,
    /// The return type.
    pub(crate) returns: TokenStream,
    /// The enum of declared exceptions, if there are any.
    pub(crate) error: Option<Ident>,
    pub(crate) throws: Vec<Thrown>,
}

/// An argument of a method.
#[derive(Clone)]
pub(crate) struct Argument {
    pub(crate) ident: Ident,
    pub(crate) id: i16,
    /// The parameter type of the client method.
    pub(crate) passed: TokenStream,
    pub(crate) passing: Passing,
    /// Both are an `Option`, and `None` is not sent.
    pub(crate) optional: bool,
    /// The parameter type of the handler.
    pub(crate) handed: TokenStream,
}

/// The conversion from a client parameter to an encodable value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passing {
    /// It is one.
    Plain,
    /// `impl Into<Bytes>`
    IntoBytes,
    /// `impl Into<Option<T>>`: the server has a default for it. If it borrows, `T` is `&'a U`.
    IntoOption { borrows: bool },
}

/// A declared exception.
#[derive(Clone)]
pub(crate) struct Thrown {
    /// The name in the IDL.
    pub(crate) name: String,
    pub(crate) id: i16,
    pub(crate) variant: Ident,
    pub(crate) ty: TokenStream,
    /// The enum has one variant for the type only, so it can have a `From`.
    pub(crate) unique: bool,
}

/// Which of serde's traits a type has.
#[derive(Clone, Copy, Default)]
pub(crate) struct Serde {
    pub(crate) serialize: bool,
    pub(crate) deserialize: bool,
}

impl Serde {
    pub(crate) fn is_some(self) -> bool {
        self.serialize || self.deserialize
    }
}

/// Comparison traits of a type.
#[derive(Clone)]
pub(crate) struct Traits {
    /// `Eq`, `Hash` and `Ord` are derived.
    pub(crate) total: bool,
    /// `Eq`, `Hash` and `Ord` compare the encoded bytes: a double is inside, and it is used as a key.
    pub(crate) by_bytes: bool,
    /// It is used as a key, or within one.
    pub(crate) is_key: bool,
    /// All Rust types of the user in it, directly or indirectly: `Eq`, `Hash` and `Ord` ask for theirs.
    pub(crate) foreign: Vec<TokenStream>,
}
