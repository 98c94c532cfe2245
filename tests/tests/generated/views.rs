//! Types that borrow from the message: what they read, and handlers that take them.

use std::collections::BTreeMap;
use std::sync::Arc;

use thriftly::{Framing, Protocol, Result, binary, compact, json};

thriftly::thrift!(
    inline: r#"
        enum Color { RED = 1, BLUE = 2 }
        typedef string Name
        typedef list<Name> Names
        const list<string> DEFAULTS = ["d", "e"]

        struct Plain { 1: i32 x, 2: list<double> y }
        struct Inner { 1: required Name name, 2: optional binary data, 3: Color color = Color.BLUE }
        union Either { 1: string text, 2: Inner inner, 3: i32 number }
        struct Outer {
          1: Inner inner,
          2: list<Inner> inners,
          3: map<string, Inner> by_name,
          4: set<binary> blobs,
          5: Either either,
          6: optional Outer next,
          7: Plain plain,
          8: Names names = DEFAULTS,
          9: map<Either, list<map<i32, string>>> deep,
          10: string greeting = "hi",
          11: Inner preset = {"name": "p", "data": "D"},
          12: set<double> keys,
          13: optional list<string> tags,
        }
        struct Clash { 1: Outer outer }
        struct ClashRef { 1: i32 number }
        exception Refused { 1: string why }

        service Keeper {
          Outer keep(1: string label, 2: Outer outer, 3: i32 times) throws (1: Refused refused),
          i64 total(1: list<binary> blobs),
          i32 plain(1: i32 a, 2: Plain b),
          oneway void tell(1: string news),
        }
        service Extended extends Keeper { string shout(1: string text) }
    "#,
    views: true,
    unknown_fields: kept,
);

mod shared {
    thriftly::thrift!(
        inline: "struct Item { 1: string text, 2: optional set<string> words }",
        views: true,
        strings: shared,
        binary: small,
        maps: hashed,
    );
}

fn inner(name: &str) -> Inner {
    Inner { name: name.into(), data: Some(vec![0xff, 0].into()), ..Inner::default() }
}

fn outer() -> Outer {
    Outer {
        inner: inner("a"),
        inners: vec![inner("b"), inner("")],
        by_name: [("k".into(), inner("c"))].into(),
        blobs: [vec![1, 2].into(), vec![0xfe].into()].into(),
        either: Either::Inner(inner("e")),
        next: Some(Box::new(Outer { greeting: "next".into(), ..Outer::default() })),
        plain: Plain { x: 7, y: vec![0.5], ..Plain::default() },
        deep: [(Either::Text("t".into()), vec![[(1, "one".into())].into()])].into(),
        keys: [1.5.into()].into(),
        tags: Some(vec!["tag".into()]),
        ..Outer::default()
    }
}

#[test]
fn a_view_decodes_the_same_values_as_the_owned_type() -> Result<()> {
    let owned = outer();
    let (bytes, compact) = (binary::to_vec(&owned)?, compact::to_vec(&owned)?);
    for view in [binary::from_slice::<OuterRef<'_>>(&bytes)?, compact::from_slice(&compact)?] {
        assert_eq!(view.names, ["d", "e"]);
        assert_eq!(view.by_name["k"].name, "c");
        assert_eq!(view.blobs.iter().next(), Some(&&[1, 2][..]));
        assert_eq!(binary::to_vec(&view)?, binary::to_vec(&owned)?);
        assert_eq!(compact::to_vec(&view)?, compact);
        assert_eq!(Outer::from(view.clone()), owned);
        assert_eq!(view.into_owned(), owned);
    }
    Ok(())
}

#[test]
fn text_and_bytes_are_those_of_the_message() -> Result<()> {
    let bytes = binary::to_vec(&inner("somewhere"))?;
    let view: InnerRef<'_> = binary::from_slice(&bytes)?;
    let within = |part: *const u8| bytes.as_ptr_range().contains(&part);
    assert!(within(view.name.as_ptr()) && view.data.is_some_and(|data| within(data.as_ptr())));
    Ok(())
}

#[test]
fn a_view_of_json_borrows_from_the_transcoded_bytes() -> Result<()> {
    let owned = outer();
    let (json, limits) = (json::to_vec(&owned)?, thriftly::Limits::DEFAULT);
    json::read(&json, thriftly::TType::STRUCT, &limits, |reader| {
        let view = <OuterRef<'_> as thriftly::Decode<'_>>::decode(reader)?;
        assert_eq!(view.inner.data, Some(&[0xff, 0][..]));
        assert_eq!(json::to_vec(&view)?, json);
        assert_eq!(view.into_owned(), owned);
        Ok(())
    })
}

#[test]
fn views_have_the_defaults_of_the_types_and_preserve_unknown_fields() -> Result<()> {
    assert_eq!(OuterRef::default().into_owned(), Outer::default());
    assert_eq!(OuterRef::default().preset.name, "p");
    assert_eq!(ClashRef_::default().outer.greeting, "hi");
    assert_eq!(ClashRef::default().number, 0);
    let bytes = b"\x0b\0\x01\0\0\0\x01n\x08\0\x09\0\0\0\x07\0";
    let view: InnerRef<'_> = binary::from_slice(bytes)?;
    assert_eq!((view.name, view.unknown_fields.iter().count()), ("n", 1));
    assert_eq!(view.into_owned(), binary::from_slice::<Inner>(bytes)?);
    let bytes = compact::to_vec(&outer())?;
    let with_more: EitherRef<'_> = compact::from_slice(&bytes)?;
    assert_eq!(with_more.into_owned(), compact::from_slice::<Either>(&bytes)?);
    Ok(())
}

#[test]
fn errors_name_the_field_as_for_the_owned_type() -> Result<()> {
    let mut bytes = binary::to_vec(&outer())?;
    bytes.truncate(70);
    let owned = binary::from_slice::<Outer>(&bytes).expect_err("it is cut off");
    let view = binary::from_slice::<OuterRef<'_>>(&bytes).expect_err("it is cut off");
    assert_eq!(view.to_string(), owned.to_string());
    Ok(())
}

#[test]
fn shared_strings_and_hashed_sets_are_made_of_borrowed_ones() -> Result<()> {
    let item = shared::Item { text: "a".into(), words: Some(["w".into(), "x".into()].into()) };
    let bytes = binary::to_vec(&item)?;
    let view: shared::ItemRef<'_> = binary::from_slice(&bytes)?;
    assert!(view.words.as_ref().is_some_and(|words| words.contains("w")));
    assert_eq!(view.into_owned(), item);
    Ok(())
}

struct Handler;

impl Keeper for Handler {
    async fn keep(&self, label: &str, outer: OuterRef<'_>, times: i32) -> Result<Outer, KeepError> {
        // Borrowed arguments may be held across an await.
        tokio::task::yield_now().await;
        match label {
            "refuse" => Err(Refused { why: outer.greeting.into(), ..Refused::default() }.into()),
            _ => Ok(Outer { greeting: label.repeat(times as usize), ..outer.into_owned() }),
        }
    }
    async fn total(&self, blobs: Vec<&[u8]>) -> Result<i64> {
        Ok(blobs.iter().map(|blob| blob.len() as i64).sum())
    }
    async fn plain(&self, a: i32, b: Plain) -> Result<i32> {
        Ok(a + b.x)
    }
    async fn tell(&self, _news: &str) -> Result<()> {
        Ok(())
    }
}

impl Extended for Handler {
    async fn shout(&self, text: &str) -> Result<String> {
        Ok(text.to_uppercase())
    }
}

impl BlockingKeeper for Handler {
    fn keep(&self, label: &str, outer: OuterRef<'_>, times: i32) -> Result<Outer, KeepError> {
        match label {
            "refuse" => Err(Refused { why: outer.greeting.into(), ..Refused::default() }.into()),
            _ => Ok(Outer { greeting: label.repeat(times as usize), ..outer.into_owned() }),
        }
    }
    fn total(&self, blobs: Vec<&[u8]>) -> Result<i64> {
        Ok(blobs.iter().map(|blob| blob.len() as i64).sum())
    }
    fn plain(&self, a: i32, b: Plain) -> Result<i32> {
        Ok(a + b.x)
    }
    fn tell(&self, _news: &str) -> Result<()> {
        Ok(())
    }
}

impl BlockingExtended for Handler {
    fn shout(&self, text: &str) -> Result<String> {
        Ok(text.to_uppercase())
    }
}

const PROTOCOLS: [Protocol; 5] = [
    Protocol::Binary,
    Protocol::BinaryOld,
    Protocol::Compact,
    Protocol::Json,
    Protocol::ThriftPyJson,
];

/// The calls of a client, with or without `.await`.
macro_rules! call {
    ($client:expr, $protocol:expr $(, $await:tt)?) => {
        // Nothing is kept of unknown fields in JSON that has no types, and keys of maps are
        // scalars in Apache's.
        let sent = Outer { deep: BTreeMap::new(), ..outer() };
        let client = $client;
        let kept = client.keep("ab", &sent, 2)$(.$await)?.expect("it is kept");
        assert_eq!(kept, Outer { greeting: "abab".into(), ..sent.clone() }, "{:?}", $protocol);
        let refused = client.keep("refuse", &sent, 2)$(.$await)?;
        assert!(matches!(refused, Err(KeepError::Refused(Refused { why, .. })) if why == "hi"));
        let blobs = [vec![1, 2].into(), vec![3; 10_000].into()];
        assert_eq!(client.total(&blobs)$(.$await)?.expect("it is summed up"), 10_002);
        let plain = Plain { x: 2, ..Plain::default() };
        assert_eq!(client.plain(1, &plain)$(.$await)?.expect("it is added"), 3);
        client.tell("news")$(.$await)?.expect("it is told");
        assert_eq!(client.shout("é")$(.$await)?.expect("it is shouted"), "É");
    };
}

#[tokio::test]
async fn async_handlers_take_views_in_every_protocol() -> Result<()> {
    let server = thriftly::Server::new(ExtendedServer::new(Arc::new(Handler)));
    let server = server.bind("127.0.0.1:0").await?;
    let address = server.local_addr().socket_addr().expect("TCP");
    tokio::spawn(server.serve());
    for protocol in PROTOCOLS {
        let builder = ExtendedClient::builder().protocol(protocol).framing(Framing::Framed);
        call!(builder.connect(address).await?, protocol, await);
    }
    Ok(())
}

#[test]
fn blocking_handlers_take_views_in_every_protocol() -> Result<()> {
    let server = thriftly::blocking::Server::new(BlockingExtendedServer::new(Handler));
    let server = server.bind("127.0.0.1:0")?;
    let (address, handle) = (server.local_addr().socket_addr().expect("TCP"), server.handle());
    let thread = std::thread::spawn(move || server.serve());
    for protocol in PROTOCOLS {
        let builder = BlockingExtendedClient::builder().protocol(protocol);
        call!(builder.connect(address)?, protocol);
    }
    handle.shutdown();
    thread.join().expect("no panic")
}
