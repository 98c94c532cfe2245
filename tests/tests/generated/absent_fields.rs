//! Fields that peers leave out: `(rust.optional)` and the option `unmarked` make them an `Option`, and what was
//! absent stays absent when a value is read, changed and written back.

#![deny(warnings)]

use std::collections::BTreeMap;

use thriftly::{ThriftStruct, binary, compact, json};

/// By annotation.
mod annotated {
    thriftly::thrift!(inline: r#"
        struct Database {
            1: string name (rust.optional)
            2: string uri = "hdfs://" (rust.optional)
            3: optional bool managed = true (rust.optional)
            4: map<string, string> parameters (rust.optional)
            5: i32 owner
            6: optional i32 version = 3
            7: Table first (rust.optional)
        }
        struct Table { 1: string name = "t", 2: list<Database> databases }
        const Database GIVEN = { "name": "given", "managed": false }
        service Store {
            Database swap(1: Database old (rust.optional), 2: optional i32 count, 3: bool force = true (rust.optional), 4: string note)
        }
    "#, views: true, derive: [serde::Serialize, serde::Deserialize]);
}

/// The same by an option, for IDL that cannot be edited.
mod everywhere {
    thriftly::thrift!(inline: r#"
        struct Database { 1: string name, 2: i32 owner = 5, 3: required i64 id, 4: Table table }
        struct Table { 1: string name, 2: Database database }
        exception Gone { 1: string message }
        union Either { 1: string text }
        service Store { void put(1: Database database) }
    "#, unmarked: optional, warnings: hidden);
}

/// For some types only.
mod named {
    thriftly::thrift!(inline: r#"
        struct Database { 1: string name, 2: list<i32> ids }
        struct Table { 1: string name }
    "#, unmarked: { optional: ["Database"] });
}

use annotated::{Database, Table};

#[test]
fn the_default_of_an_option_is_the_value_in_the_idl() {
    let database = Database::default();
    assert_eq!(database.name, None);
    assert_eq!(database.uri.as_deref(), Some("hdfs://"));
    assert_eq!((database.managed, database.owner, database.version), (Some(true), 0, 3));
    assert_eq!(database.first, None);
    assert_eq!(annotated::GIVEN.name.as_deref(), Some("given"));
    assert_eq!(annotated::GIVEN.uri.as_deref(), Some("hdfs://"));
    assert_eq!(annotated::GIVEN.managed, Some(false));
    let all = everywhere::Database { id: 1, ..Default::default() };
    assert_eq!((all.name, all.owner, all.table), (None, Some(5), None));
}

#[test]
fn absent_fields_stay_absent() {
    // Only `owner` is there, as a peer writes it whose other fields are null.
    let stored = [8, 0, 5, 0, 0, 0, 7, 0];
    let mut database: Database = binary::from_slice(&stored).expect("it can be read");
    assert_eq!((&database.uri, database.managed, &database.parameters), (&None, None, &None));
    assert_eq!(database.version, 3, "without the annotation, absent is the default");
    database.owner = 8;
    let written = binary::to_vec(&database).expect("it can be written");
    assert_eq!(written, [8, 0, 5, 0, 0, 0, 8, 8, 0, 6, 0, 0, 0, 3, 0]);
    let view: annotated::DatabaseRef<'_> = binary::from_slice(&stored).expect("it can be read");
    assert_eq!(view.name, None);
    assert_eq!(view.into_owned(), Database { owner: 7, ..database.clone() });
    // The same in the other protocols, and by serde's traits.
    let text = json::to_vec(&database).expect("it can be written");
    assert_eq!(json::from_slice::<Database>(&text).expect("it can be read"), database);
    let text = serde_json::to_string(&database).expect("it can be written");
    assert_eq!(text, r#"{"owner":8,"version":3}"#);
    assert_eq!(serde_json::from_str::<Database>(&text).expect("it can be read"), database);

    let empty: everywhere::Database =
        binary::from_slice(&[10, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0]).expect("it can be read");
    assert_eq!(empty, everywhere::Database { name: None, owner: None, id: 1, table: None });
    assert_eq!(binary::to_vec(&empty).expect("it can be written").len(), 12);
}

#[test]
fn the_option_is_for_the_named_types_alone() {
    let database = named::Database { name: None, ids: Some(vec![]) };
    assert_eq!(compact::to_vec(&database).expect("it can be written"), [0x29, 0x05, 0]);
    assert_eq!(compact::to_vec(&named::Table::default()).expect("it can be written"), [0x18, 0, 0]);
    assert_eq!(everywhere::Gone::default().message, None);
    assert_eq!(everywhere::Either::Text(String::new()), everywhere::Either::Text(String::new()));
}

#[test]
fn arguments_may_be_absent() {
    struct Handler;
    impl annotated::BlockingStore for Handler {
        fn swap(
            &self,
            old: Option<annotated::DatabaseRef<'_>>,
            count: Option<i32>,
            force: Option<bool>,
            note: &str,
        ) -> thriftly::Result<Database> {
            assert_eq!((count, force, note), (None, None, "n"));
            Ok(old.map(annotated::DatabaseRef::into_owned).unwrap_or_default())
        }
    }
    impl everywhere::BlockingStore for Handler {
        // The option is not for arguments.
        fn put(&self, database: everywhere::Database) -> thriftly::Result<()> {
            assert_eq!(database.name, None);
            Ok(())
        }
    }
    // The call of a peer that sends no argument but the note.
    let request = thriftly::Request::new(
        "swap",
        thriftly::Protocol::Binary,
        vec![11, 0, 4, 0, 0, 0, 1, b'n', 0].into(),
    );
    let server = annotated::BlockingStoreServer::new(Handler);
    let response = thriftly::blocking::Service::call(&server, request).expect("it answers");
    // Nothing but the result, of which all is absent.
    let kind = response.kind;
    assert_eq!(kind, thriftly::ResponseKind::Reply);
    let _ = everywhere::BlockingStoreServer::new(Handler);
}

/// Arguments with defaults, of all kinds.
mod defaults {
    thriftly::thrift!(inline: r#"
        struct Point { 1: i32 x }
        typedef string Text (rust.type = "std::string::String")
        service Search {
            string find(1: string text = "all", 2: list<i32> ids = [1], 3: binary blob = "b",
                4: map<string, i32> map = {"m": 1}, 5: Point point = {"x": 1}, 6: Text own = "own",
                7: i32 limit = 7, 8: Point last)
            i32 limit(1: i32 limit = 7, 2: binary blob = "b")
        }
    "#);
}

#[test]
fn clients_leave_out_arguments_that_have_defaults() {
    struct Handler;
    impl defaults::BlockingSearch for Handler {
        fn find(
            &self,
            text: String,
            ids: Vec<i32>,
            blob: thriftly::Bytes,
            map: BTreeMap<String, i32>,
            point: defaults::Point,
            own: String,
            limit: i32,
            last: defaults::Point,
        ) -> thriftly::Result<String> {
            Ok(format!("{text} {ids:?} {blob:?} {map:?} {} {own} {limit} {}", point.x, last.x))
        }
        fn limit(&self, limit: i32, blob: thriftly::Bytes) -> thriftly::Result<i32> {
            Ok(limit + blob.len() as i32)
        }
    }
    let client = defaults::BlockingSearchClient::new(defaults::BlockingSearchServer::new(Handler));
    let point = defaults::Point { x: 3 };
    let text = client.find(None, None, None, None, None, None, None, &point).expect("it answers");
    assert_eq!(text, r#"all [1] b"b" {"m": 1} 1 own 7 3"#);
    let (given, map) = ("a".to_owned(), BTreeMap::new());
    let blob = thriftly::Bytes::from_static(b"c");
    let text = client
        .find(&*given, &[][..], blob, &map, &point, Some(&given), 0, &point)
        .expect("it answers");
    assert_eq!(text, r#"a [] b"c" {} 3 a 0 3"#);
    assert_eq!(client.limit(1, None).expect("it answers"), 2);
}

/// The derive has the same by `Option`.
#[derive(Debug, PartialEq, ThriftStruct)]
struct Handwritten {
    #[thrift(id = 1)]
    name: Option<String>,
    #[thrift(id = 5)]
    owner: i32,
}

#[test]
fn a_handwritten_type_has_the_same_bytes() {
    let stored = [8, 0, 5, 0, 0, 0, 7, 0];
    let value: Handwritten = binary::from_slice(&stored).expect("it can be read");
    assert_eq!(value, Handwritten { name: None, owner: 7 });
    assert_eq!(binary::to_vec(&value).expect("it can be written"), stored);
    assert_eq!(Table::default().name, "t");
}
