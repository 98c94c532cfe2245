//! Rust types that stand for types of the IDL, by annotations and by the option `types`.

use std::collections::{BTreeMap, HashMap};

use thriftly::{Bytes, ThriftStruct};

/// A type without `Eq`, `Hash` and `Ord`.
#[derive(Debug, Clone, Default, PartialEq, ThriftStruct)]
pub struct Place {
    #[thrift(id = 1)]
    x: f64,
    #[thrift(id = 2)]
    tags: HashMap<String, i32>,
}

/// A type with all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, ThriftStruct)]
pub struct User {
    #[thrift(id = 1)]
    name: String,
    #[thrift(id = 2)]
    id: i64,
}

/// A number that remembers that it is a level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, ThriftStruct)]
#[thrift(transparent)]
pub struct Level(pub i32);

mod hashed {
    thriftly::thrift!(inline: "struct Table { 1: map<string, i32> rows }", maps: hashed);
}

thriftly::thrift!(
    inline: r#"
        struct User { 1: string name, 2: i64 id }
        struct Place { 1: double x, 2: map<string, i32> tags } (rust.type = "crate::foreign::Place")
        enum Level { LOW, HIGH }
        typedef map<string, i32> Counts (rust.type = "std::collections::HashMap<String, i32>")

        struct Visit { 1: required User user, 2: optional Place place, 3: Level level, 4: string raw }
        struct Plain { 1: User user, 2: Level level }
        union Either { 1: User user, 2: Place place, 3: Counts counts }
        struct Outer { 1: Visit visit, 2: list<Either> others, 3: map<Plain, Visit> by }
        exception Failed { 1: required User user, 2: Place place }

        service Directory {
            User find(1: User like, 2: string raw) throws (1: Failed failed)
            string text()
            Outer outer()
        }
    "#,
    types: {
        "User": crate::foreign::User,
        "Level": crate::foreign::Level,
        "Visit.raw": thriftly::Bytes,
        "Directory.find.raw": thriftly::Bytes,
        "Directory.text": thriftly::Bytes,
    },
);

fn user() -> User {
    User { name: "Ada".into(), id: 7 }
}

/// Bytes that are no UTF-8, as a service with another encoding sends them.
const LATIN: &[u8] = b"caf\xe9";

#[test]
fn definitions_and_fields_are_replaced_everywhere() -> thriftly::Result<()> {
    let visit = Visit {
        user: user(),
        place: Some(Place { x: 1.5, ..Place::default() }),
        level: Level(1),
        raw: Bytes::from_static(LATIN),
    };
    let outer = Outer {
        visit: visit.clone(),
        others: vec![Either::User(user()), Either::Place(Place::default())],
        by: BTreeMap::from([(Plain { user: user(), level: Level(2) }, visit)]),
    };
    let bytes = thriftly::binary::to_vec(&outer)?;
    assert_eq!(thriftly::binary::from_slice::<Outer>(&bytes)?, outer);
    let bytes = thriftly::compact::to_vec(&outer)?;
    assert_eq!(thriftly::compact::from_slice::<Outer>(&bytes)?, outer);
    Ok(())
}

#[test]
fn a_type_with_a_foreign_field_has_the_traits_of_that_field() {
    fn is_ordered<T: Eq + std::hash::Hash + Ord>(_: &T) {}
    let plain = Plain { user: user(), level: Level(1) };
    is_ordered(&plain);
    assert!(plain < Plain { user: user(), level: Level(2) });
    let mut hashes = HashMap::from([(plain.clone(), 1)]);
    assert_eq!(hashes.remove(&plain), Some(1));
    // `Visit` holds a type without an order, and can still be compared.
    assert_eq!(Visit::new(user()), Visit::new(user()));
}

#[tokio::test]
async fn text_in_another_encoding_travels_as_bytes() -> Result<(), FindError> {
    struct Handler;
    impl Directory for Handler {
        async fn find(&self, like: User, raw: Bytes) -> Result<User, FindError> {
            match &*raw {
                LATIN => Ok(like),
                _ => Err(Failed::new(like).into()),
            }
        }
        async fn text(&self) -> thriftly::Result<Bytes> {
            Ok(Bytes::from_static(LATIN))
        }
        async fn outer(&self) -> thriftly::Result<Outer> {
            Ok(Outer::default())
        }
    }
    for protocol in [thriftly::Protocol::Binary, thriftly::Protocol::Compact] {
        let client = DirectoryClient::new(DirectoryServer::new(Handler)).with_protocol(protocol);
        assert_eq!(client.text().await?, LATIN);
        assert_eq!(client.find(&user(), &Bytes::from_static(LATIN)).await?, user());
        let failed = client.find(&user(), &Bytes::new()).await;
        assert!(matches!(failed, Err(FindError::Failed(failed)) if failed.user == user()));
    }
    Ok(())
}

mod holder {
    // What a hashed module elsewhere makes has no `Hash` and no `Ord`.
    thriftly::thrift!("idl/holder.thrift", with: { "table.thrift": crate::foreign::hashed });
}

#[test]
fn a_hashed_type_of_another_module_may_be_a_field() -> thriftly::Result<()> {
    let holder = holder::Holder { table: hashed::Table { rows: [("a".into(), 1)].into() }, n: 2 };
    let bytes = thriftly::binary::to_vec(&holder)?;
    assert_eq!(thriftly::binary::from_slice::<holder::Holder>(&bytes)?, holder);
    Ok(())
}

mod relative {
    thriftly::thrift!(
        inline: "struct User { 1: string name, 2: i64 id } struct Pair { 1: User one, 2: User other }",
        types: { "User": super::User },
    );
}

#[test]
fn paths_are_relative_to_the_module_of_the_macro() {
    let pair = relative::Pair { one: user(), other: relative::User::default() };
    assert_eq!(pair.other, User::default());
}
