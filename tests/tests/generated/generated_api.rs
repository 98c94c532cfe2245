//! What generated types have beside their fields: constructors, access to unions, exceptions as errors.

#![deny(warnings)]

use std::error::Error;

use thriftly::{Bytes, ThriftStruct};

mod idl {
    thriftly::thrift!(inline: r#"
        struct Handle { 1: required binary id, 2: i32 generation = 1 }
        /** Runs a statement. */
        struct Request {
            1: required Handle handle
            2: optional map<string, string> settings
            3: required string statement
            4: bool async = true
            5: required Text comment
            6: optional i32 timeout = 30
            7: required i32 Self
            8: required double _1
        }
        typedef string Text
        const i32 SELF = 1
        const i32 _1 = 2
        struct Pair { 1: required i32 a, 2: required i32 b }
        struct Plain { 1: i32 a, 2: optional i32 b }
        struct Eight {
            1: required i32 a, 2: required i32 b, 3: required i32 c, 4: required i32 d
            5: required i32 e, 6: required i32 f, 7: required i32 g, 8: required i32 h
        }
        struct Nine {
            1: required i32 a, 2: required i32 b, 3: required i32 c, 4: required i32 d
            5: required i32 e, 6: required i32 f, 7: required i32 g, 8: required i32 h
            9: optional i32 i
        }
        struct Node { 1: required string name, 2: optional Node next, 3: list<Node> kids }

        union Value {
            1: string text_value
            2: i32 i32Value
            3: i64 long
            4: Text alias
            5: list<string> texts
            6: list<Text> others
            7: Handle handle
            8: binary BLOB
            9: Value again
            10: Tree tree
            11: bool ref
            12: double own (rust.type = "f64")
            13: map<string, list<double>> iter
            14: Text type (rust.name = "Kind")
        }
        struct Tree { 1: Value value }
        union Name { 1: string text, 2: Pair owned }

        exception NotFound { 1: string message, 2: i32 key }
        exception Denied { 1: required string reason, 2: optional NotFound cause } (message = "reason")
        exception Odd { 1: i32 message, 2: optional string note, 3: Level level, 4: Denied inner }
        exception Coded { 1: required Level errorCode, 2: optional string parameter, 3: optional list<i32> ids }
        exception Chain { 1: optional string Message, 2: optional Chain next }
        exception Empty {}
        exception Wrong { 1: i32 code } (message = "code")
        enum Level { LOW = 1, HIGH }
    "#, views: true, warnings: hidden);
}

mod shared {
    thriftly::thrift!(inline: r#"
        struct S { 1: required string text, 2: required binary blob }
        union U { 1: string text, 2: i32 number }
        exception E { 1: optional string message }
    "#, strings: shared, binary: small, unknown_fields: kept, maps: hashed);
}

use idl::{Chain, Coded, Denied, Empty, Handle, Level, Node, NotFound, Odd, Pair, Request, Value};

#[test]
fn required_fields_make_a_struct() {
    let request = Request::new(Handle::new("id"), "select 1", String::from("c"), 5, 0.5);
    assert_eq!(request.handle, Handle { id: Bytes::from_static(b"id"), generation: 1 });
    assert_eq!((&*request.statement, &*request.comment), ("select 1", "c"));
    assert_eq!((request.settings, request.r#async, request.timeout), (None, true, 30));
    assert_eq!((request.self_, request._1), (5, 0.5));
    assert_eq!(Pair::new(1, 2), Pair { a: 1, b: 2 });
    assert_eq!(Node::new("n"), Node { name: "n".into(), ..Default::default() });
    assert_eq!(idl::Nine::new(1, 2, 3, 4, 5, 6, 7, 8).i, None);
    assert_eq!(Denied::new("why").reason, "why");
    let shared = shared::S::new("t", vec![1]);
    assert_eq!((&*shared.text, &*shared.blob), ("t", &[1][..]));
}

/// A user may have a `new` for types that get none.
impl idl::Plain {
    fn new(a: i32) -> Self {
        idl::Plain { a, b: None }
    }
}

impl idl::Eight {
    fn new() -> Self {
        idl::Eight::default()
    }
}

#[test]
fn structs_without_required_fields_have_no_constructor() {
    assert_eq!(idl::Plain::new(1).a, 1);
    assert_eq!(idl::Eight::new().h, 0);
}

#[test]
fn variants_are_tested_and_taken() {
    let text = Value::TextValue("x".into());
    assert!(text.is_text_value() && !text.is_long());
    assert_eq!(text.as_text_value(), Some("x"));
    assert_eq!(text.as_i32_value(), None);
    assert_eq!(text.into_text_value().as_deref(), Some("x"));
    assert_eq!(Value::I32Value(5).as_i32_value(), Some(&5));
    assert_eq!(Value::Texts(vec!["a".into()]).into_texts(), Some(vec!["a".to_owned()]));
    assert_eq!(Value::Ref(true).as_ref(), Some(&true));
    assert_eq!(Value::Kind("k".into()).as_kind(), Some("k"));
    assert_eq!(
        Value::Iter([("a".into(), vec![])].into()).into_iter().map(|map| map.len()),
        Some(1)
    );
    // Boxes do not show.
    let again = Value::Again(Box::new(Value::Long(1)));
    assert_eq!(again.as_again(), Some(&Value::Long(1)));
    assert_eq!(again.into_again(), Some(Value::Long(1)));
    assert!(!Value::default().is_blob());
}

#[test]
fn unions_convert_from_types_of_a_single_variant() {
    assert_eq!(Value::from(5), Value::I32Value(5));
    assert_eq!(Value::from(5_i64), Value::Long(5));
    assert_eq!(Value::from(Handle::default()), Value::Handle(Handle::default()));
    assert_eq!(Value::from(Bytes::from_static(b"b")), Value::Blob(Bytes::from_static(b"b")));
    let tree = idl::Tree::default();
    assert_eq!(Value::from(tree.clone()), Value::Tree(Box::new(tree)));
    assert_eq!(idl::Name::from("n"), idl::Name::Text("n".into()));
    assert_eq!(idl::Name::from(String::from("n")), idl::Name::Text("n".into()));
    assert_eq!(shared::U::from("n").as_text(), Some("n"));
    // Text may be three variants, and a type of Rust any: these are the user's own.
    assert_eq!(Value::from(String::from("a")), Value::Alias("a".into()));
    assert_eq!(Value::from(0.5), Value::Own(0.5));
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Alias(text)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Own(number)
    }
}

#[test]
fn views_of_unions_have_the_same_access() {
    let name = idl::NameRef::from("n");
    assert_eq!(name.as_text(), Some(&"n"));
    assert_eq!(idl::NameRef::Owned(Pair::new(1, 2)).into_owned_(), Some(Pair::new(1, 2)));
    assert_eq!(name.into_owned(), idl::Name::Text("n".into()));
}

#[test]
fn an_exception_shows_its_message() {
    assert_eq!(NotFound { message: "no such key".into(), key: 5 }.to_string(), "no such key");
    assert_eq!(Denied { reason: "why".into(), cause: None }.to_string(), "why");
    assert_eq!(Chain { message: Some("first".into()), next: None }.to_string(), "first");
    assert_eq!(
        shared::E { message: Some("text".into()), ..Default::default() }.to_string(),
        "text"
    );
}

#[test]
fn without_a_message_it_shows_its_name_and_fields() {
    assert_eq!(NotFound { message: String::new(), key: 5 }.to_string(), "NotFound: key = 5");
    let coded = Coded { error_code: Level::High, parameter: Some("x".into()), ids: None };
    assert_eq!(coded.to_string(), "Coded: errorCode = High, parameter = \"x\"");
    assert_eq!(Empty {}.to_string(), "Empty");
    assert_eq!(Chain::default().to_string(), "Chain");
    assert_eq!(idl::Wrong { code: 1 }.to_string(), "Wrong: code = 1");
}

#[test]
fn a_nested_exception_is_the_source() {
    let denied = Denied { reason: "why".into(), cause: Some(NotFound::default()) };
    assert!(denied.source().is_some_and(|source| source.is::<NotFound>()));
    assert!(Denied::default().source().is_none());
    let chain = Chain { message: None, next: Some(Box::new(Chain::default())) };
    assert!(chain.source().is_some_and(|source| source.is::<Chain>()));
    let odd = Odd { inner: denied, ..Default::default() };
    assert_eq!(odd.source().map(ToString::to_string).as_deref(), Some("why"));
    assert!(NotFound::default().source().is_none());
}

#[derive(Debug, ThriftStruct)]
#[thrift(exception)]
struct Handwritten<'a> {
    #[thrift(id = 1)]
    message: Option<&'a str>,
    #[thrift(id = 2, source)]
    cause: Option<Box<NotFound>>,
}

#[derive(Debug, ThriftStruct)]
#[thrift(exception)]
struct Marked {
    #[thrift(id = 1)]
    message: i32,
    #[thrift(id = 2, message)]
    why: Box<str>,
    #[thrift(id = 3, source)]
    cause: NotFound,
}

#[test]
fn handwritten_exceptions_have_the_same() {
    let error = Handwritten { message: Some("text"), cause: Some(Box::default()) };
    assert_eq!(error.to_string(), "text");
    let cause = error.source().expect("there is one");
    assert!(cause.is::<NotFound>());
    let none = Handwritten { message: None, cause: None };
    assert_eq!(none.to_string(), "Handwritten { message: None, cause: None }");
    assert!(none.source().is_none());
    let marked = Marked { message: 1, why: "because".into(), cause: NotFound::default() };
    assert_eq!((marked.to_string().as_str(), marked.message), ("because", 1));
    assert!(marked.source().is_some_and(|source| source.is::<NotFound>()));
}
