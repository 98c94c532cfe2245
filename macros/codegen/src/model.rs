//! What is emitted: structs, unions, enums, constants and services, named as in Rust.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};

/// What is said of an item.
#[derive(Clone, Default)]
pub(crate) struct Docs {
    pub(crate) lines: Vec<String>,
    /// Why it should not be used any more, if that is so; may be empty.
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

/// What is asked of the parameters of a hand-written type.
#[derive(Clone, Default)]
pub(crate) struct Bounds {
    /// What stands for a value in a field, and so has to have a Thrift type: `T`, or `T::Item`.
    pub(crate) values: Vec<syn::Type>,
    /// Those of them that an absent field needs a default of.
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
    /// The field that keeps what is not known, if it is kept.
    pub(crate) unknown: Option<syn::Member>,
    /// Fields that are not sent.
    pub(crate) skipped: Vec<syn::Member>,
    /// There is a function `new`, which takes the required fields.
    pub(crate) constructor: bool,
    /// Set for exceptions.
    pub(crate) exception: Option<Exception>,
}

/// How an exception is shown, and what caused it.
#[derive(Clone, Default)]
pub(crate) struct Exception {
    /// The index of the field whose text is the message.
    pub(crate) message: Option<usize>,
    /// The index of the field that is an exception itself.
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
    /// What is between an optional field and its value, if that is more than an `Option`.
    pub(crate) layers: Vec<Layer>,
    /// The module that turns the value into one that has a Thrift type, and back.
    pub(crate) with: Option<syn::Path>,
    /// Set if the value is written in a fixed number of bytes.
    pub(crate) scalar: Option<Scalar>,
    /// It is known that the value is written in one piece: text, a blob, or a list of numbers.
    pub(crate) in_one_piece: bool,
    pub(crate) presence: Presence,
    /// The value that an absent field has, if it is not the type's default.
    pub(crate) default: Option<TokenStream>,
    /// How much memory that value takes beside its own place, if it takes any: a constant.
    pub(crate) heap: Option<TokenStream>,
    /// `new` takes everything that becomes the type.
    pub(crate) into: bool,
    /// Where the compiler shows what is wrong with the type.
    pub(crate) span: Span,
}

/// Whether a field must be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// `T`; absent is an error.
    Required,
    /// `T`; absent is the default.
    Default,
    /// `Option<T>`.
    Optional,
}

/// What may be around the value of an optional field, the outermost first.
#[derive(Clone)]
pub(crate) enum Layer {
    Option,
    /// A `Box`, `Rc` or `Arc` of this type.
    Pointer(TokenStream),
}

/// A struct that is what its one field is.
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

    /// How many bytes a field takes in the binary protocol, header included.
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
    /// The variant that holds what is not known.
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
    /// The module that turns the value into one that has a Thrift type, and back.
    pub(crate) with: Option<syn::Path>,
    /// The functions that test and take this variant, unless the type is written by hand.
    pub(crate) access: Option<Access>,
    /// Where the compiler shows what is wrong with the type.
    pub(crate) span: Span,
}

/// How a variant of a union is tested, taken and made.
pub(crate) struct Access {
    pub(crate) is: Ident,
    pub(crate) borrow: Ident,
    pub(crate) take: Ident,
    /// The value without its box: `i32`.
    pub(crate) value: TokenStream,
    /// What a reference to the value is to: `str` for text, `[T]` for lists, or the value.
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
    /// The variant that holds numbers that are not known.
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

/// Where a constant is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConstKind {
    /// `const`
    Const,
    /// `static`
    Static,
    /// A `static` that is made when it is first used.
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
    /// All services that it extends, from the nearest upwards.
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

/// The names of what a service becomes.
pub(crate) struct ServiceNames {
    pub(crate) asynchronous: SideNames,
    pub(crate) blocking: SideNames,
}

/// The names of what a service becomes for async or for blocking code.
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
    /// The constant that says what clients have to know.
    pub(crate) info: Ident,
    /// The struct of arguments that a server reads.
    pub(crate) args: Ident,
    /// The struct of borrowed arguments, if the handler is to have those.
    pub(crate) args_view: Option<Ident>,
    pub(crate) arguments: Vec<Argument>,
    /// What it returns.
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
    /// What a client's method takes.
    pub(crate) passed: TokenStream,
    pub(crate) passing: Passing,
    /// Both are an `Option`, and `None` is not sent.
    pub(crate) optional: bool,
    /// What a handler is given.
    pub(crate) handed: TokenStream,
}

/// How a client makes a value that can be encoded of what its method takes.
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

/// What can be said of a type's traits.
#[derive(Clone, Copy)]
pub(crate) struct Traits {
    /// `Eq`, `Hash` and `Ord` are derived.
    pub(crate) total: bool,
    /// `Eq`, `Hash` and `Ord` compare the encoded bytes: a double is inside, and it is used as a key.
    pub(crate) by_bytes: bool,
}
