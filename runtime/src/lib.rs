//! Thrift for Rust, in three lines.
//!
//! [`thrift!`] turns an IDL file into typed clients, servers and values at compile time;
//! [`ThriftStruct`] gives hand-written types the same bytes.
//!
#![cfg_attr(feature = "async", doc = "```")]
#![cfg_attr(not(feature = "async"), doc = "```ignore")]
//! thriftly::thrift!(inline: "
//!     exception Empty {}
//!
//!     service Words {
//!         /** The longest of the words. */
//!         string longest(1: list<string> words) throws (1: Empty empty)
//!     }
//! ");
//!
//! struct Reader;
//!
//! impl Words for Reader {
//!     async fn longest(&self, words: Vec<String>) -> Result<String, LongestError> {
//!         Ok(words.into_iter().max_by_key(|word| word.len()).ok_or(Empty {})?)
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), LongestError> {
//!     let server = thriftly::Server::new(WordsServer::new(Reader)).bind("127.0.0.1:0").await?;
//!     let address = server.local_addr();
//!     tokio::spawn(server.serve());
//!
//!     let client = WordsClient::connect(address).await?;
//!     assert_eq!(client.longest(&["to".into(), "three".into()]).await?, "three");
//!     assert!(matches!(client.longest(&[]).await, Err(LongestError::Empty(_))));
//!     Ok(())
//! }
//! ```
//!
//! The [guide](guide) begins with a [first service](guide::first_service) and has a page for each further question.
//!
//! # Overview
//!
//! - Values without services: [`binary`], [`compact`] and, with the feature `json` (on by default),
//!   `json` and `simple_json`, for every type that implements [`Encode`] and [`Decode`]; with the
//!   feature `thriftpy-json`, `thriftpy_json`.
//! - serde's `Serialize` and `Deserialize` for generated types, [`Uuid`], [`Double`], [`SharedStr`]
//!   and unknown fields, with the feature `serde`: see [serde](thrift!#serde).
//! - Async servers and clients on tokio, with the feature `async` (on by default): `Server`,
//!   `Channel`, `ClientBuilder`.
//! - Blocking servers and clients, without an async runtime: [`blocking`].
//! - Requests and responses, for middleware: [`Request`] and [`Response`].
//! - Limits on what a peer may send: [`Limits`].
//! - Errors: [`Error`].
//!
//! # Generated code
//!
//! | IDL | Rust |
//! |---|---|
//! | `struct`, `exception` | a struct with public fields, and `Default`; exceptions are [errors](std::error::Error) |
//! | `required` field | `T`; if absent, decoding fails with an error that names struct and field |
//! | field with default requiredness | `T`; decoded as the default if absent; always encoded. Or [`Option<T>`](thrift!#absent-fields) |
//! | `optional` field | `Option<T>`; if the IDL has a default, `T`, or [`Option<T>`](thrift!#absent-fields) |
//! | `union` | an enum with a variant for each field, and `Unrecognized` for unknown fields |
//! | `enum` | an enum with `Unrecognized(i32)` for unknown numbers, encoded unchanged |
//! | `list`, `set`, `map` | `Vec`, `BTreeSet`, `BTreeMap`; with the option `maps: hashed`, `HashSet` and `HashMap` |
//! | `string`, `binary` | `String`, [`Bytes`] |
//! | `uuid` | [`Uuid`] |
//! | a `double` in a key | [`Double`], which has a total order |
//! | `const` | a `const` where possible, else a `static` that is initialized on first use |
//! | service `Sleep` | async: the trait `Sleep`, `SleepServer`, `SleepClient`; else `BlockingSleep`, … |
//! | a method that throws | `Result<T, MethodError>`, an enum of the exceptions and `Other(Error)`; `ServiceMethodError` if several services have such a method; it becomes an [`Error`] by `?`, whose kind is [`ErrorKind::Exception`] and whose source is the exception |
//! | included `shared.thrift` | `mod shared` |
//!
//! ## Names
//!
//! - A type or service whose name begins with a capital and has no underscore keeps it: `TStatus`,
//!   `URL`, `EDAMUserException`.
//! - Other types, all values of enums and all arms of unions are split at underscores. A word in
//!   capitals becomes `Capitalised`, any other word is capitalised at its first letter: `fb_status`
//!   is `FbStatus`, `TT_Transfer` is `TtTransfer`, `LIGHT_RED` is `LightRed`, `ISL` is `Isl`,
//!   `kRed` is `KRed`.
//! - Fields, arguments and methods are in snake case: `phoneNumber` is `phone_number`, `URL` is `url`,
//!   `httpURLPath` is `http_url_path`. Constants are in capitals.
//! - Keywords are escaped, as in `r#type`; `self`, `Self`, `super` and `crate` get an underscore.
//! - Where two names of the IDL would be equal in Rust, such as the fields `URL` and `url`, both keep
//!   the IDL's spelling, with a warning.
//! - Names added by thriftly (`SleepServer`, `BlockingSleep`, `TiredError`, `PersonRef`,
//!   `Unrecognized`, …) get a trailing underscore where the IDL has the same name, with a warning:
//!   if the IDL has a service `SleepClient`, the client of `Sleep` is `SleepClient_`.
//!
//! The option [`names`](thrift!#options) and the annotation [`rust.name`](thrift!#annotations) give an item
//! any other name; if that equals the name of another item, it is an error.
//!
//! Without the feature `async`, only the names that begin with `Blocking` are generated.
//!
//! ## Services
//!
#![cfg_attr(feature = "async", doc = "```")]
#![cfg_attr(not(feature = "async"), doc = "```ignore")]
//! use std::collections::HashMap;
//! use std::sync::{Arc, Mutex};
//! use thriftly::Bytes;
//!
//! thriftly::thrift!(inline: "
//!     exception NoSuchKey { 1: string key }
//!     service Store {
//!         void put(1: string key, 2: binary value)
//!         binary get(1: string key) throws (1: NoSuchKey missing)
//!     }
//! ");
//!
//! #[derive(Default)]
//! struct Memory(Mutex<HashMap<String, Bytes>>);
//!
//! impl Store for Memory {
//!     async fn put(&self, key: String, value: Bytes) -> thriftly::Result<()> {
//!         self.0.lock().expect("no panic").insert(key, value);
//!         Ok(())
//!     }
//!     async fn get(&self, key: String) -> Result<Bytes, GetError> {
//!         let value = self.0.lock().expect("no panic").get(&key).cloned();
//!         Ok(value.ok_or(NoSuchKey { key })?)
//!     }
//! }
//!
//! /// Takes a handler, a shared one, or a client.
//! async fn copy(store: &impl Store, from: &str, to: &str) -> Result<(), GetError> {
//!     let value = store.get(from.to_owned()).await?;
//!     Ok(store.put(to.to_owned(), value).await?)
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), GetError> {
//! let memory = Arc::new(Memory::default());
//! let server = thriftly::Server::new(StoreServer::new(Arc::clone(&memory)));
//! let server = server.bind("127.0.0.1:0").await?;
//! let client = StoreClient::connect(server.local_addr()).await?;
//! tokio::spawn(server.serve());
//!
//! client.put("a", "text or bytes").await?;
//! copy(&client, "a", "b").await?;
//! copy(&memory, "b", "c").await?;
//! assert_eq!(client.get("c").await?, "text or bytes");
//! assert!(matches!(client.get("d").await, Err(GetError::NoSuchKey(error)) if error.key == "d"));
//! # Ok(())
//! # }
//! ```
//!
//! - A handler receives its arguments by value, a client method borrows them: `&str`, `&[T]`,
//!   `&BTreeMap<K, V>`, `&Struct`; numbers, bools, enums and [`Uuid`] are passed by value, and
//!   `binary` is anything that becomes [`Bytes`] (`Bytes`, `Vec<u8>`, `String`, `&'static str`, …),
//!   without a copy.
//! - The arguments are encoded when the method is called. The future that it returns borrows neither
//!   them nor the client, and is [`Send`]: it can be spawned, kept or joined with others.
//! - A client implements the trait of the service, and so does an [`Arc`](std::sync::Arc) of a
//!   handler: both can be served and wrapped like any handler. So can `Arc<dyn BlockingStore>`.
//!
//! ## Enums
//!
//! ```
//! thriftly::thrift!(inline: "enum Color { RED = 1, LIGHT_BLUE = 5 }");
//!
//! assert_eq!(Color::LightBlue.number(), 5);
//! assert_eq!(Color::LightBlue.name(), Some("LIGHT_BLUE"));
//! assert_eq!(Color::LightBlue.to_string(), "LIGHT_BLUE");
//! assert_eq!("LIGHT_BLUE".parse::<Color>()?, Color::LightBlue);
//! assert_eq!(Color::VALUES, [Color::Red, Color::LightBlue]);
//!
//! // A number that a newer IDL may have a name for.
//! let color = Color::from(7);
//! assert_eq!(color, Color::Unrecognized(7));
//! assert_eq!((color.number(), color.name()), (7, None));
//! assert_eq!(color.to_string(), "7");
//! assert_eq!("7".parse::<Color>()?, color);
//!
//! // No value has the number 0.
//! assert_eq!(Color::default(), Color::Unrecognized(0));
//! # Ok::<(), thriftly::Error>(())
//! ```
//!
//! - `number()` returns the number on the wire, `name()` the name in the IDL or `None`; `From<i32>`
//!   accepts every number, and `i32::from` returns it.
//! - `Display` shows the name, or else the number; `FromStr` parses both, and fails with
//!   [`ErrorKind::InvalidData`] for any other text.
//! - `VALUES` lists all named values in the order of the IDL. If a value has that name in Rust, the
//!   list is `VALUES_`.
//! - A second name for a number is an associated constant equal to the first; `FromStr` accepts it,
//!   `Display` shows the first.
//! - The [`Default`] is the value with the number 0, or `Unrecognized(0)` if there is none. The
//!   first value is the default only if its number is 0, which it is unless the IDL assigns
//!   another.
//!
//! ## Structs
//!
//! Structs are built with a literal, or with `new` if they have `required` fields: `new` takes the
//! required fields in the order of the IDL (text and blobs as `impl Into`) and sets all others to
//! their defaults. A struct of more than seven fields, all of them required, has no `new`; use a
//! literal. [`Default`] sets required fields to empty or 0 as well, which is useful in tests but
//! rarely valid for a peer.
//!
//! ```
//! thriftly::thrift!(inline: "
//!     struct Statement { 1: required i64 session, 2: required string text, 3: optional i32 timeout }
//! ");
//!
//! let statement = Statement::new(7, "select 1");
//! let with_timeout = Statement { timeout: Some(5), ..Statement::new(7, "select 1") };
//! assert_eq!(statement, Statement { session: 7, text: "select 1".into(), timeout: None });
//! # let _ = with_timeout;
//! ```
//!
//! ## Unions
//!
//! Each variant `Text(String)` of a union has the methods `is_text()`, `as_text()` and
//! `into_text()`; for a `string`, `as_text()` returns `Option<&str>`. If only one variant has a
//! type, the union implements [`From`] for it.
//!
//! ```
//! thriftly::thrift!(inline: "union Value { 1: string text, 2: i64 number, 3: list<string> words }");
//!
//! let value = Value::from("hello");
//! assert_eq!(value.as_text(), Some("hello"));
//! assert!(!value.is_number());
//! assert_eq!(Value::from(5_i64).into_number(), Some(5));
//! ```
//!
//! ## Exceptions
//!
//! An exception is an [error](std::error::Error). `Display` shows its message: the `string` field
//! named `message`, or the field named by the annotation `(message = "reason")` of the exception.
//! If there is no message, or it is empty, `Display` shows the name of the exception and its fields
//! with a value. The first field that is an exception is the [source](std::error::Error::source).
//!
//! ```
//! use std::error::Error;
//!
//! thriftly::thrift!(inline: r#"
//!     exception Busy { 1: string message }
//!     exception Refused { 1: string reason, 2: optional Busy cause } (message = "reason")
//!     exception NotFound { 1: i64 id, 2: optional string hint }
//! "#);
//!
//! let busy = Busy { message: "too many calls".into() };
//! let refused = Refused { reason: "try again later".into(), cause: Some(busy) };
//! assert_eq!(refused.to_string(), "try again later");
//! assert_eq!(refused.source().unwrap().to_string(), "too many calls");
//! assert_eq!(NotFound { id: 5, hint: None }.to_string(), "NotFound: id = 5");
//! ```
//!
//! ## Derived traits
//!
//! Every type is [`Debug`], [`Clone`], [`PartialEq`] and [`Default`], except that a struct which
//! must contain itself has no default. It is also [`Eq`], [`Hash`], [`PartialOrd`] and [`Ord`]
//! unless it contains, at any depth, a `double`, a hashed map or set, or a type of your own
//! (`rust.type`, `types`, `with`) that lacks them; types used as keys always have these traits. Enums have all of them and are
//! [`Copy`]. Exceptions also implement [`Display`](std::fmt::Display) and
//! [`Error`](std::error::Error). The default of a union has no field set. Listing any of these
//! traits in `derive:` or `rust.derive` has no effect.

pub mod blocking;
#[cfg(feature = "async")]
mod client;
pub mod codec;
mod connection;
mod error;
// It costs nothing where nobody reads it.
#[cfg(all(feature = "async", any(doc, doctest)))]
pub mod guide;
#[cfg(feature = "http")]
pub mod http;
mod limits;
pub mod messages;
mod net;
mod protocol;
mod rpc;
#[cfg(feature = "async")]
mod server;
mod settings;
mod transport;
mod ttype;
mod value;

/// The type of `binary`: shared bytes, cloned without a copy.
pub use bytes::Bytes;
pub use net::address::{Address, Scheme};
pub use rpc::application::ApplicationError;

#[cfg(feature = "async")]
pub use client::{CallFuture, Channel, ClientBuilder, LayeredBuilder};
pub use codec::{Decode, Encode, ThriftType};
pub use error::{Error, ErrorKind, OrInternal, Result};
pub use limits::Limits;
#[cfg(feature = "thriftpy-json")]
pub use protocol::thriftpy_json;
pub use protocol::{Envelope, binary, compact};
#[cfg(feature = "json")]
pub use protocol::{json, simple_json};
pub use rpc::body::Body;
#[cfg(feature = "async")]
pub use rpc::bridge::{InPlace, SpawnBlocking, SpawnedCall};
pub use rpc::context::Context;
pub use rpc::deadline::Deadline;
pub use rpc::extensions::Extensions;
pub use rpc::from_channel::FromChannel;
#[cfg(feature = "async")]
pub use rpc::from_fn::{FnService, FromFn, Next, from_fn};
pub use rpc::message::{Headers, MethodName, Protocol, Request, Response, ResponseKind};
#[cfg(feature = "async")]
pub use rpc::{reply::ReplyFuture, thrift_service::ThriftService};
#[cfg(feature = "async")]
pub use server::{BoundServer, Server, shutdown_signal};
pub use tower_layer::Layer;
pub use transport::Framing;
pub use ttype::{ApplicationErrorKind, MessageKind, TType};
pub use value::double::Double;
pub use value::shared_str::SharedStr;
pub use value::unknown::{UnknownField, UnknownFields};
pub use value::uuid::Uuid;

/// Generates typed clients, servers and values from an IDL file, in the module where it is invoked.
///
/// The path is resolved relative to the source file, then to the package folder, then to
/// `include_dirs`. Instead of a path, `inline: "…"` takes the IDL text.
///
/// The layout that works everywhere is a folder `idl` in the package, with paths relative to the
/// package: `thrift!("idl/sleep.thrift")`. rust-analyzer does not tell a macro its source file; a
/// path relative to the source file is then resolved from the package folder and from every folder
/// below `src`, `tests`, `examples`, `benches`, `idl`, `thrift`, `proto` and `interfaces`, and is
/// an error if several files match.
///
/// ```
/// thriftly::thrift!(
///     inline: "struct Point { 1: required i32 x, 2: i32 y = 5, 3: optional string label }",
///     maps: hashed,
/// );
///
/// let point = Point { x: 1, ..Point::default() };
/// let bytes = thriftly::binary::to_vec(&point)?;
/// assert_eq!(thriftly::binary::from_slice::<Point>(&bytes)?, Point { x: 1, y: 5, label: None });
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// # Options
///
/// All are optional and follow the path in any order:
///
/// - `include_dirs: ["idl"]`: folders, relative to the package, searched for included files after
///   the folder of the including file.
/// - `with: { "shared.thrift": crate::shared }`: maps an included file, as written in its
///   `include`, to an existing module, so that no module is generated for it. Types that contain
///   its types have `Eq`, `Hash` and `Ord` if those have them.
/// - `names: { "Person": "Human", "Person.phoneNumber": "phone" }`: [names](crate#names) in Rust
///   for items of the IDL. Keys are `"Type"`, `"Type.field"`, `"Enum.VALUE"`, `"CONSTANT"`,
///   `"Service"`, `"Service.method"` and `"Service.method.argument"`. The file that defines the
///   item may be given as a prefix without folder and extension, `"shared.Type"`; without a prefix
///   the root file takes precedence.
/// - `types: { "shared.User": crate::User, "Person.name": thriftly::Bytes }`: Rust types for structs,
///   unions, exceptions, enums, typedefs, fields, arguments and results (`"Service.method"`), with
///   the keys of `names`. A type that stands for a definition replaces it everywhere: nothing else
///   is generated for that. It has the wire type of the IDL, or building fails; a `string` can be
///   [`Bytes`], for services with other encodings than UTF-8 (in JSON it is base64 then, as every
///   [`Bytes`] is). See also [`rust.type`](#annotations).
/// - `derive: [crate::Describe]`: additional derives for every struct, union and enum, beside [the
///   standard ones](crate#derived-traits); all field types must support them. `serde::Serialize`
///   and `serde::Deserialize` are [special](#serde).
/// - `maps: hashed`: `HashMap` and `HashSet` in place of `BTreeMap` and `BTreeSet`, except within
///   keys.
/// - `strings: shared`: [`SharedStr`] in place of `String`: short strings are stored inline, long
///   ones share the memory of their message.
/// - `unmarked: optional`: fields with default requiredness (marked neither `required` nor
///   `optional`) are `Option<T>`; `unmarked: { optional: ["Database", "shared.Table"] }` does that
///   for the named structs and exceptions. See [below](#absent-fields).
/// - `views: true`: generates, for every struct and union `Person` that contains text or bytes, a
///   view `PersonRef<'a>` that borrows `&'a str` and `&'a [u8]` from the message; handlers receive
///   views. See [below](#views).
/// - `unknown_fields: kept`: every struct and exception has a field `unknown_fields` that preserves
///   unknown fields and encodes them again. By default they are dropped.
/// - `warnings: hidden`: suppresses warnings about the IDL in the build.
/// - `multiline_strings: true`: string literals may span several lines.
/// - `lenient_oneway: true`: `oneway` methods that return a value are `void`, with a warning, as the
///   Apache compiler has them.
/// - `crate: path`: the path of this crate, if it is not `::thriftly`.
///
/// A repeated option and an entry that matches nothing in the IDL are errors. `thriftly check`
/// takes the same options (`--maps hashed`) and reports the same diagnostics as this macro.
///
/// # Absent fields
///
/// Most languages have null and do not encode fields that are null, unless they are `required`. In
/// Rust a field is `T` unless it is `optional` without a default: an absent field is decoded as the
/// default of the IDL, or else as an empty value, and encoded as that value. This avoids `Some` and
/// `unwrap` with the many services whose peers always set such fields, but is wrong for a service
/// that distinguishes null from empty: an empty string is encoded for an absent one, and a value
/// that is decoded, changed and encoded loses its nulls.
///
/// For such services the annotation `(rust.optional)` makes a field an `Option<T>`; the option
/// `unmarked` does so for all fields with default requiredness, or for those of some types, where
/// the IDL cannot be edited. `None` is not encoded, and an absent field is decoded as `None`
/// regardless of the default.
///
/// ```
/// thriftly::thrift!(
///     inline: r#"
///         struct Database {
///             1: string name,
///             2: string location_uri,
///             3: map<string, string> parameters,
///             4: optional bool managed = true (rust.optional),
///         }
///     "#,
///     unmarked: optional,
/// );
///
/// // Only the name, as another language writes it, and what a new value has.
/// let stored = b"\x0b\0\x01\0\0\0\x02d1\0";
/// let database: Database = thriftly::binary::from_slice(stored)?;
/// assert_eq!(database, Database { name: Some("d1".into()), managed: None, ..Default::default() });
/// assert_eq!(Database::default().managed, Some(true));
///
/// // Nothing is written that was not there.
/// assert_eq!(thriftly::binary::to_vec(&database)?, stored);
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// - [`Default`] sets such a field to `Some` of its default in the IDL; decoding does not apply the
///   default.
/// - `required` fields and variants of unions stay `T`. Arguments are `Option<T>` if they are
///   `optional` or annotated; the option does not apply to them.
/// - `thriftly lint` lists the affected structs: those that methods both take and return.
/// - Modules named by `with` are generated elsewhere and should use the same `unmarked`.
/// - In a hand-written type, `Option<T>` does the same.
///
/// # Views
///
/// A view is decoded without copying: text and bytes are validated, but borrowed from the message.
/// `into_owned` converts it to the owned type.
///
/// ```
/// thriftly::thrift!(
///     inline: "
///         struct Person { 1: string name, 2: list<string> tags }
///         service People { bool is_known(1: string realm, 2: Person person) }
///     ",
///     views: true,
/// );
///
/// struct Registry;
/// impl BlockingPeople for Registry {
///     fn is_known(&self, realm: &str, person: PersonRef<'_>) -> thriftly::Result<bool> {
///         Ok(realm == "earth" && person.tags.contains(&"known"))
///     }
/// }
///
/// let bytes = thriftly::binary::to_vec(&Person { name: "Ada".into(), tags: vec![] })?;
/// let person: PersonRef<'_> = thriftly::binary::from_slice(&bytes)?;
/// assert_eq!(person.name, "Ada");
/// let person: Person = person.into_owned();
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// Containers are still `Vec`, sets and maps, which allocate. Clients take owned types by reference
/// and return owned results. In JSON, views borrow from a buffer decoded from the text, which lives
/// during a handler call or `json::read`. Types of a module named by `with` are owned.
///
/// # Serde
///
/// With the feature `serde` of this crate, `derive: [serde::Serialize, serde::Deserialize]`
/// implements serde's traits for every struct, exception, union and enum, and the annotation
/// `rust.derive` for one. The implementations are generated by thriftly and do not support serde's
/// attributes. The format:
///
#[cfg_attr(feature = "serde", doc = "```")]
#[cfg_attr(not(feature = "serde"), doc = "```ignore")]
/// thriftly::thrift!(
///     inline: "
///         enum Color { RED, LIGHT_BLUE }
///         union Paint { 1: Color plain, 2: list<Color> mixed }
///         struct Wall {
///             1: required string name, 2: double area = 1, 3: optional Paint paint, 4: binary photo
///         }
///     ",
///     derive: [serde::Serialize, serde::Deserialize],
/// );
///
/// let wall: Wall = serde_json::from_str(r#"{"name": "north", "paint": {"plain": "LIGHT_BLUE"}}"#)?;
/// assert_eq!(wall.area, 1.0);
/// assert_eq!(wall.paint, Some(Paint::Plain(Color::LightBlue)));
///
/// let wall = Wall { photo: "\u{1}".into(), paint: None, ..wall };
/// assert_eq!(serde_json::to_string(&wall)?, r#"{"name":"north","area":1.0,"photo":"AQ=="}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// - A struct is a map keyed by the names of the IDL. An optional field without a value is omitted,
///   and may be null on input. Absent fields get their defaults; an absent `required` field is an
///   error. Unknown keys are ignored, and preserved unknown fields are omitted.
/// - A union is a map with one entry, or none if no known field is set. An entry that is not one of
///   its fields is an error.
/// - An enum is its name in the IDL, or its number if it has no name. Both are accepted.
/// - A `binary` is base64, a `uuid` text. A double that is not finite is `"NaN"`, `"Infinity"` or
///   `"-Infinity"`.
/// - A map with structs or containers as keys is a list of pairs.
///
/// Binary formats, such as postcard and CBOR, get bytes and numbers in place of text, all fields of
/// a struct in order, and unions as enum variants; if the format has no field names, both ends need
/// the same IDL.
///
/// Types named by `rust.type` or in modules named by `with` must implement the traits themselves.
/// For views and hand-written types, use serde's own derives. A derive path is taken as serde's if
/// it is a single name or is prefixed with `serde`.
///
/// # Annotations
///
/// Annotations not listed here are ignored.
///
/// - `(rust.name = "…")` on a type, field, value, constant, service, method or argument: its name in Rust.
/// - `(rust.optional)` on a field of a struct or exception, or on an argument: makes it an
///   `Option<T>`, see [above](#absent-fields).
/// - `(rust.type = "…")` on a struct, union, exception, enum, typedef, field or argument, or on a
///   method for its result: its type in Rust. The type must have the Thrift type declared in the
///   IDL, and `Debug`, `Clone`, `PartialEq` and `Default`. Types that contain it have `Eq`, `Hash`
///   and `Ord` if it has them, which it must within keys. Within an exception thrown by a method it
///   must also be `Send` and `Sync`.
/// - `(idempotent)` on a method: its calls may be handled twice, so a channel sends them again, once,
///   after their connection was lost ([`Request::idempotent`]).
/// - `(message = "…")` on an exception: the name of its `string` field used as the message.
/// - `(deprecated = "…")`: `#[deprecated]`, with the reason if there is one.
/// - `(rust.derive = "…")` on a struct, union, exception or enum: additional derives.
///
/// # Errors
///
/// Each mistake in the IDL is a compile error that shows its position in the IDL.
pub use thriftly_macros::thrift;

/// Derives [`Encode`] and [`Decode`] for a hand-written struct or enum.
///
/// A struct maps to a Thrift `struct`, an enum with one field in each variant to a `union`, an enum
/// without fields to an `enum`.
///
/// ```
/// use thriftly::ThriftStruct;
///
/// #[derive(Debug, PartialEq, ThriftStruct)]
/// struct Person<'a> {
///     #[thrift(id = 1, required)]
///     name: &'a str,
///     #[thrift(id = 2)]
///     email: Option<String>,
///     #[thrift(id = 3, default = 18)]
///     age: i32,
/// }
///
/// let person = Person { name: "Ada", email: None, age: 36 };
/// let bytes = thriftly::binary::to_vec(&person)?;
/// assert_eq!(thriftly::binary::from_slice::<Person<'_>>(&bytes)?, person);
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// An enum with explicit numbers that preserves unknown ones needs `#[repr(i32)]`, as Rust
/// requires:
///
/// ```
/// use thriftly::{ThriftStruct, UnknownField};
///
/// #[derive(Debug, PartialEq, ThriftStruct)]
/// #[repr(i32)]
/// enum Color {
///     Red = 1,
///     Green,
///     #[thrift(unrecognized)]
///     Other(i32),
/// }
///
/// #[derive(Debug, PartialEq, ThriftStruct)]
/// enum Paint {
///     #[thrift(id = 1)]
///     Plain(Color),
///     #[thrift(id = 2)]
///     Mixed(Vec<Color>),
///     #[thrift(unrecognized)]
///     Unknown(UnknownField),
/// }
///
/// let paint = Paint::Mixed(vec![Color::Green, Color::Other(77)]);
/// let bytes = thriftly::compact::to_vec(&paint)?;
/// assert_eq!(thriftly::compact::from_slice::<Paint>(&bytes)?, paint);
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// # Fields
///
/// | attribute | |
/// |---|---|
/// | `id = 1` | the field id, from -32768 to 32767; needed for every encoded field |
/// | `name = "…"` | the name in the IDL, if different; shown in errors |
/// | `required` | decoding fails if the field is absent |
/// | `default = …` | the value of an absent field, if not the [`Default`] of its type; any expression |
/// | `with = module` | conversion of a type without a Thrift type, see below |
/// | `skip` | the field is not encoded, and decoded as the [`Default`] of its type |
/// | `message` | the field is the message of an `exception`: text, or an `Option` of it |
/// | `source` | the field is the error that caused an `exception`, or an `Option` of it |
/// | `unrecognized` | a field of the type [`UnknownFields`] that preserves unknown fields; without it, they are dropped |
///
/// A field of the type `Option<T>` is `optional`: `None` is not encoded. The value may be wrapped
/// in pointers and further options, as in `Option<Option<T>>` or `Box<Option<T>>`; on the wire a
/// field is present or absent, so `Some(None)` is encoded as absent and decoded as `None`.
///
/// Types of fields are `bool`, `i8`, `i16`, `i32`, `i64`, `f64`, `String`, [`SharedStr`],
/// [`Bytes`], `Vec<u8>`, [`Uuid`], [`Double`], `Vec`, the sets and maps of std with any hasher,
/// `Box`, `Rc` and `Arc` of all these, and every other type that implements [`Encode`] and
/// [`Decode`]. `&'a str`, `&'a [u8]`, `Cow<'a, str>` and `Cow<'a, [u8]>` borrow from the input. A
/// recursive struct needs a `Box`.
///
/// Types may be generic: each parameter used as a field value is bounded by [`Encode`] in the
/// encoding impl and by [`Decode`] in the decoding impl. Other bounds, such as `Ord` for map keys,
/// are taken from the type.
///
/// # Types of other crates
///
/// `with` names a module with two functions. The return type of `to_thrift` is the type on the wire
/// and must match the parameter of `from_thrift`, or compilation fails. The type on the wire may be
/// borrowed, and may be any type that a field can have.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use thriftly::ThriftStruct;
///
/// mod millis {
///     use std::time::{Duration, SystemTime, UNIX_EPOCH};
///
///     pub fn to_thrift(time: &SystemTime) -> i64 {
///         time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
///     }
///
///     pub fn from_thrift(millis: i64) -> Result<SystemTime, String> {
///         let millis = u64::try_from(millis).map_err(|_| "it is before 1970")?;
///         Ok(UNIX_EPOCH + Duration::from_millis(millis))
///     }
/// }
///
/// #[derive(Debug, PartialEq, ThriftStruct)]
/// struct Visit {
///     #[thrift(id = 1, required, with = millis)]
///     begin: SystemTime,
///     #[thrift(id = 2, with = millis)]
///     end: Option<SystemTime>,
/// }
///
/// let visit = Visit { begin: SystemTime::UNIX_EPOCH + Duration::from_secs(5), end: None };
/// let bytes = thriftly::binary::to_vec(&visit)?;
/// assert_eq!(bytes, [10, 0, 1, 0, 0, 0, 0, 0, 0, 0x13, 0x88, 0]);
/// assert_eq!(thriftly::binary::from_slice::<Visit>(&bytes)?, visit);
///
/// // A field 1 with the value -1.
/// let bytes = [10, 0, 1, 255, 255, 255, 255, 255, 255, 255, 255, 0];
/// let error = thriftly::binary::from_slice::<Visit>(&bytes).unwrap_err();
/// assert_eq!(error.kind(), thriftly::ErrorKind::InvalidData);
/// assert_eq!(error.to_string(), "Visit.begin: it is before 1970 (at byte 3)");
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// The error of `from_thrift` may be any type that converts into `Box<dyn Error + Send + Sync>`; it
/// is the [source](std::error::Error::source) of the returned error. An `Option` is converted if it
/// is `Some`; `default` is a value of the field's type. To use such values in a container or as a
/// key, define a transparent type:
///
/// # Transparent types
///
/// A `transparent` struct has the encoding of its only field. The field has no id and may have
/// `with`; further fields may have `skip`.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::net::Ipv4Addr;
/// use thriftly::ThriftStruct;
///
/// #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ThriftStruct)]
/// #[thrift(transparent)]
/// struct UserId(i64);
///
/// #[derive(Debug, PartialEq, ThriftStruct)]
/// #[thrift(transparent)]
/// struct Address(#[thrift(with = bits)] Ipv4Addr);
///
/// mod bits {
///     use std::net::Ipv4Addr;
///
///     pub fn to_thrift(address: &Ipv4Addr) -> i32 {
///         address.to_bits() as i32
///     }
///
///     pub fn from_thrift(bits: i32) -> Result<Ipv4Addr, std::convert::Infallible> {
///         Ok(Ipv4Addr::from_bits(bits as u32))
///     }
/// }
///
/// let users = BTreeMap::from([(UserId(7), vec![Address(Ipv4Addr::LOCALHOST)])]);
/// let bytes = thriftly::binary::to_vec(&users)?;
/// let plain: BTreeMap<i64, Vec<i32>> = thriftly::binary::from_slice(&bytes)?;
/// assert_eq!(plain, BTreeMap::from([(7, vec![0x7f00_0001])]));
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// # Variants
///
/// A variant of a union has `id`, and may have `name` and `with`, as fields do. A variant of an
/// enum has a literal discriminant. `unrecognized` marks the variant for unknown values: a number
/// (`i32`) in an enum, an [`UnknownField`] in a union. Without it, unknown values are errors. If a
/// peer sets several fields of a union, the last known one wins.
///
/// # Types
///
/// - `name = "…"`: the name in the IDL, if different.
/// - `transparent`: see above.
/// - `exception`: the type is an [error](std::error::Error). `Display` shows the message of a
///   struct if it is not empty: the text, or `Option` of text, in the field that is named `message`
///   or has the attribute `message`. Otherwise it shows the [`Debug`](std::fmt::Debug) form. A
///   field with the attribute `source` is the [source](std::error::Error::source). Without
///   `exception`, implement `Display` and `Error` by hand or with another derive.
/// - `crate = path`: the path of this crate, if it is not `::thriftly`.
///
/// # Errors
///
/// Types without a Thrift equivalent, such as unsigned integers, tuples and optional list elements,
/// are compile errors at the type, with a suggested replacement.
pub use thriftly_macros::ThriftStruct;

#[cfg(all(feature = "async", any(doc, doctest)))]
extern crate self as thriftly;

#[doc(hidden)]
pub mod __private;
#[cfg(any(fuzzing, test))]
#[doc(hidden)]
pub mod fuzzing;
