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
//! - A handler is given its arguments, a client's method borrows them: `&str`, `&[T]`, `&BTreeMap<K, V>`,
//!   `&Struct`; numbers, bools, enums and [`Uuid`] are passed by value, and `binary` is anything
//!   that becomes [`Bytes`] (`Bytes`, `Vec<u8>`, `String`, `&'static str`, …), without a copy.
//! - The arguments are encoded when the method is called. The future that it returns borrows neither
//!   them nor the client, and is [`Send`]: it can be spawned, kept or joined with others.
//! - A client implements the trait of the service, and so does an [`Arc`](std::sync::Arc) of a handler:
//!   both are served, wrapped and passed on as any handler is. `Arc<dyn BlockingStore>` is one, too.
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
//! // Here nothing has the number 0.
//! assert_eq!(Color::default(), Color::Unrecognized(0));
//! # Ok::<(), thriftly::Error>(())
//! ```
//!
//! - `number()` is the number on the wire, `name()` the name in the IDL if there is one;
//!   `From<i32>` takes every number, and `i32::from` gives it back.
//! - `Display` shows the name, or else the number; `FromStr` reads both, and fails with
//!   [`ErrorKind::InvalidData`] for any other text.
//! - `VALUES` lists all values that the IDL names, in its order. If a value itself is called so in
//!   Rust, the list is `VALUES_`.
//! - A second name for a number is a constant: it is the first in all but its name, which is read,
//!   but not shown.
//! - The [`Default`] is what has the number 0, which is `Unrecognized(0)` if nothing has it. The first
//!   value is the default only if its number is 0, as it is unless the IDL says another.
//!
//! ## Structs
//!
//! Structs are made by a literal, or by `new` if they have `required` fields: it takes these in the order
//! of the IDL, text and blobs as anything that becomes one, and all other fields are at their defaults.
//! A struct of more than seven fields that are all required has no `new`: a literal names them. The
//! [`Default`] of required fields is empty or 0, too, which is good for tests, but rarely for a peer.
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
//! Beside `match`, each variant `Text(String)` of a union has `is_text()`, `as_text()` and `into_text()`; `as_text()`
//! of a `string` is an `Option<&str>`. A value of a type that only one variant has becomes the union by
//! [`From`].
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
//! An exception is an [error](std::error::Error). It is shown as its message, which is its `string` of the name
//! `message`, or the one that the annotation `(message = "reason")` of the exception names. Without a message, or
//! if that is empty, the name of the exception is shown, and the fields that have a value. The first
//! field that is an exception itself is the [source](std::error::Error::source).
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
//! Every type is [`Debug`], [`Clone`], [`PartialEq`] and [`Default`]; only a struct that must contain
//! itself, so that there is none, has no default. It is also [`Eq`], [`Hash`], [`PartialOrd`] and
//! [`Ord`] unless a `double`, a hashed map or set, or a foreign container (`rust.type`) is somewhere in
//! it; what is used as a key has these in any case. Enums have all of them, and are [`Copy`].
//! Exceptions are [`Display`](std::fmt::Display) and [errors](std::error::Error), too. The default of
//! a union is that nothing is set. None of these traits needs to be in `derive:` or `rust.derive`;
//! to name it there changes nothing.

pub mod blocking;
#[cfg(feature = "async")]
mod client;
pub mod codec;
mod connection;
mod error;
mod limits;
mod net;
mod protocol;
mod rpc;
#[cfg(feature = "async")]
mod server;
mod settings;
mod transport;
mod ttype;
mod value;

/// The type of `binary`: bytes that are shared rather than copied.
pub use bytes::Bytes;
pub use net::address::Address;
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

/// Turns an IDL file into typed clients, servers and values, where it stands.
///
/// The path is looked up beside the source file first, then from the package's folder, then in
/// `include_dirs`. In place of the path, `inline: "…"` takes the text of the IDL.
///
/// The layout that works everywhere is a folder `idl` in the package and paths from there:
/// `thrift!("idl/sleep.thrift")`. rust-analyzer does not say which source file calls a macro; a path
/// that starts at the source file is then looked up from the package's folder and from every folder
/// below `src`, `tests`, `examples`, `benches`, `idl`, `thrift`, `proto` and `interfaces`, and is an
/// error if several files match.
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
/// Each is optional, after the path, in any order:
///
/// - `include_dirs: ["idl"]`: folders, from the package's own, in which included files are looked
///   for after the folder of the including file.
/// - `with: { "shared.thrift": crate::shared }`: an included file, as it is written in an
///   `include`, whose items are in a module elsewhere; none is made for it then. Its types need the
///   traits that are [derived](crate#derived-traits) for what holds them.
/// - `names: { "Person": "Human", "Person.phoneNumber": "phone" }`: [names](crate#names) in Rust for items
///   of the IDL. Keys are `"Type"`, `"Type.field"`, `"Enum.VALUE"`, `"CONSTANT"`, `"Service"`,
///   `"Service.method"` and `"Service.method.argument"`. In front may stand the file that defines the
///   item, without folder and extension: `"shared.Type"`; without it the root file comes first.
/// - `derive: [crate::Describe]`: more derives for every struct, union and enum, beside
///   [those that they have](crate#derived-traits); the types of all fields must allow them.
///   `serde::Serialize` and `serde::Deserialize` are [special](#serde).
/// - `maps: hashed`: `HashMap` and `HashSet` in place of the ordered ones, except within keys.
/// - `strings: shared`: [`SharedStr`] in place of `String`: short ones are kept in place, long ones
///   share the memory of the message that they came in.
/// - `unmarked: optional`: fields with default requiredness, which are marked neither `required` nor
///   `optional`, are `Option<T>`; `unmarked: { optional: ["Database", "shared.Table"] }` does that for
///   the named structs and exceptions. See [below](#absent-fields).
/// - `views: true`: beside every struct and union `Person` with text or bytes in it stands
///   `PersonRef<'a>`, whose `&'a str` and `&'a [u8]` lie in the message; handlers are given such
///   arguments. See [below](#views).
/// - `unknown_fields: kept`: every struct and exception has a field `unknown_fields`, which holds
///   what the IDL does not know, and writes it back. By default it is dropped.
/// - `warnings: hidden`: what is doubtful in the IDL is not shown in the build.
/// - `multiline_strings: true`: string literals may span several lines.
/// - `lenient_oneway: true`: `oneway` methods that return a value are `void`, with a warning, as the
///   Apache compiler has them.
/// - `crate: path`: the path of this crate, if it is not `::thriftly`.
///
/// An option that is given twice, and an entry that matches nothing in the IDL, is an error.
/// `thriftly check` takes the same options (`--maps hashed`) and reports exactly what this macro does.
///
/// # Absent fields
///
/// Most languages have a null, and leave fields that are null out of what they write, unless the fields
/// are `required`. In Rust a field is `T` unless it is `optional` without a default: absent is read as
/// the default of the IDL, or else as an empty value, and is written as that. It saves `Some` and
/// `unwrap` with the many services whose peers always set such fields, but it is wrong with a service
/// that distinguishes null from empty: an empty string is written where there was none, and a value
/// that is read, changed and written back loses its nulls.
///
/// For such services the annotation `(rust.optional)` makes an `Option<T>` of a field, and the option
/// `unmarked` makes one of all fields with default requiredness, or of those of some types, for IDL that
/// cannot be edited. `None` is not written, and absent is read as `None`, whatever the default: what was
/// absent stays absent.
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
/// - A default in the IDL is what [`Default`] has, as `Some`; it is not what absent is read as.
/// - `required` fields stay `T`, and so do variants of unions. Arguments of methods are `Option<T>` if they
///   are `optional` or have the annotation; the option is not for them.
/// - `thriftly lint` lists the structs for which it matters: those that methods both take and
///   return.
/// - Modules named by `with` are generated elsewhere, and should have the same `unmarked` there.
/// - In a hand-written type, `Option<T>` does the same.
///
/// # Views
///
/// A view is decoded in place: text and bytes are checked as ever, but not copied. `into_owned`
/// makes the type without a lifetime of it.
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
/// Containers are still `Vec`, sets and maps, so those take memory. Clients take the types
/// without lifetimes by reference, and get owned results. What comes in JSON borrows from what was made of the text:
/// within a handler, or within `json::read`. Types of a module named by `with` are owned.
///
/// # Serde
///
/// With the feature `serde` of this crate, `derive: [serde::Serialize, serde::Deserialize]` gives
/// serde's traits to every struct, exception, union and enum, and the annotation `rust.derive` gives
/// them to one. They are not serde's own derives, whose attributes do not work here, but write the
/// data as people would:
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
/// - A struct is a map by the names of the IDL. An optional field without a value is left out, and may
///   be null when it is read. What is absent is its default; a `required` field must be there. What
///   is not known is ignored, and unknown fields that were kept are left out.
/// - A union is a map with one entry, or with none if no known field is set. Another entry than one of
///   its fields is an error.
/// - An enum is its name in the IDL, or its number if that has no name. Both are read.
/// - A `binary` is base64, a `uuid` text. A double that is not finite is `"NaN"`, `"Infinity"` or
///   `"-Infinity"`.
/// - A map by structs or containers is a list of pairs.
///
/// Formats that people do not read, such as postcard and CBOR, get bytes and numbers in place of
/// text, every field of a struct in its place, and unions as variants; without names in the format,
/// both ends need the same IDL.
///
/// Types that the IDL names by `rust.type` or that are in modules named by `with` need the traits
/// themselves. Views and hand-written types have none: derive serde's own for those. Paths count as
/// serde's if they are a single name, or have `serde` before it.
///
/// # Annotations
///
/// Annotations of the IDL that are not listed here are ignored.
///
/// - `(rust.name = "…")` on a type, field, value, constant, service, method or argument: its name in Rust.
/// - `(rust.optional)` on a field of a struct or exception, or on an argument: it is an `Option<T>`, see
///   [above](#absent-fields).
/// - `(rust.type = "…")` on a field, argument or typedef: its type in Rust, which must have the Thrift type
///   that the IDL declares, and the traits that structs derive: `Debug`, `Clone`, `PartialEq` and
///   `Default`, and `Eq`, `Hash` and `Ord` unless it is a container or stands beside a double.
///   Within an exception that a method throws it is also `Send` and `Sync`.
/// - `(message = "…")` on an exception: the name of the `string` that is its message.
/// - `(deprecated = "…")`: `#[deprecated]`, with the reason if there is one.
/// - `(rust.derive = "…")` on a struct, union, exception or enum: more derives.
///
/// # Errors
///
/// What is wrong with the IDL is a compile error with its place there, one for each mistake.
pub use thriftly_macros::thrift;

/// Gives a hand-written struct or enum a Thrift type: [`Encode`] and [`Decode`].
///
/// A struct is a `struct`; an enum with one field in each variant is a `union`; an enum without
/// fields is an `enum`.
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
/// An enum whose numbers are given and that keeps unknown ones needs `#[repr(i32)]`, as Rust says:
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
/// | `id = 1` | the id, which every field that is sent needs, from -32768 to 32767 |
/// | `name = "…"` | the name in the IDL, if it is another; errors tell it |
/// | `required` | absent is an error |
/// | `default = …` | what the field is if it is absent, if that is not its type's [`Default`]; any expression |
/// | `with = module` | how a type that Thrift does not have is converted, see below |
/// | `skip` | the field is not sent, and is its type's [`Default`] when it is read |
/// | `message` | the field is the message of an `exception`: text, or an `Option` of it |
/// | `source` | the field is the error that caused an `exception`, or an `Option` of it |
/// | `unrecognized` | a field of the type [`UnknownFields`] holds what is not known, and is written back; without it, that is dropped |
///
/// A field of the type `Option<T>` is `optional`: `None` is not written. Pointers and further
/// options may be around the value, as in `Option<Option<T>>` or `Box<Option<T>>`; on the wire a
/// field is there or not, so `Some(None)` is written as absent, and read as `None`.
///
/// Types of fields are `bool`, `i8`, `i16`, `i32`, `i64`, `f64`, `String`, [`SharedStr`], [`Bytes`],
/// `Vec<u8>`, [`Uuid`], [`Double`], `Vec`, the sets and maps of std with any hasher, `Box`, `Rc` and
/// `Arc` of all these, and whatever else implements [`Encode`] and [`Decode`]. `&'a str`, `&'a [u8]`,
/// `Cow<'a, str>` and `Cow<'a, [u8]>` borrow from what is read. A struct that contains itself needs
/// a `Box`, as always.
///
/// Types may have parameters: each that stands for a value in a field is bounded by [`Encode`] where
/// it is written and by [`Decode`] where it is read. Other bounds, such as `Ord` for the keys of a
/// map, are those that the type has.
///
/// # Types of other crates
///
/// `with` names a module with two functions. The one that writes says what the type is on the wire,
/// and must agree with the one that reads, or building fails. What is on the wire may be borrowed,
/// and be of any type that a field can have.
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
/// The error of `from_thrift` may be of any type that becomes a `Box<dyn Error + Send + Sync>`; it is
/// the [source](std::error::Error::source) of the error that is returned. A value in an `Option` is
/// converted if it is there; `default` is a value of the field's own type. To have such values in
/// a container or as a key, give them a type of their own:
///
/// # Transparent types
///
/// A struct with one field is on the wire what its field is if it says `transparent`. The field has
/// no id; it may have `with`, and there may be others with `skip`.
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
/// A variant of a union has `id`, and may have `name` and `with`, as fields do. A variant of an enum
/// has its number behind it, as a literal. `unrecognized` marks the variant that holds what is not
/// known: a number (`i32`) in an enum, an [`UnknownField`] in a union. Without it, what is not known is
/// an error. If a peer sets several fields of a union, the last that is known counts.
///
/// # Types
///
/// - `name = "…"`: the name in the IDL, if it is another.
/// - `transparent`: see above.
/// - `exception`: the type is an [error](std::error::Error). A struct is shown as its message, if it has one that
///   is not empty: the text, or `Option` of text, in the field that is called `message` or has the
///   attribute `message`. Everything else is shown as [`Debug`](std::fmt::Debug) shows it. A field with the
///   attribute `source` is the [source](std::error::Error::source). Without `exception`, write `Display` and `Error` by
///   hand, or have another derive do it.
/// - `crate = path`: the path of this crate, if it is not `::thriftly`.
///
/// # Errors
///
/// What Thrift does not have, such as unsigned numbers, tuples and absent elements of a list, is a
/// compile error at the type, with what to use in its place.
pub use thriftly_macros::ThriftStruct;

#[doc(hidden)]
pub mod __private;
#[cfg(any(fuzzing, test))]
#[doc(hidden)]
pub mod fuzzing;
