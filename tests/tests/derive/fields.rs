//! What fields may be: nothing, borrowed, skipped, kept, and with defaults of any kind.

use thriftly::{UnknownFields, binary};
use thriftly_tests::random::Random;

use super::random::{some, text_of, users};
use super::*;

#[test]
fn some_of_none_is_absent() {
    let nothing =
        Nested { a: Some(None), b: Box::new(None), c: Some(Arc::new(None)), d: Some(Some(None)) };
    let bytes = binary::to_vec(&nothing).expect("it can be encoded");
    assert_eq!(bytes, [0]);
    assert_eq!(binary::from_slice::<Nested>(&bytes).expect("it can be read"), Nested::default());
}

#[test]
fn text_and_bytes_are_borrowed() {
    let mut random = Random::new(8);
    for _ in 0..200 {
        let blob = random.bytes(20);
        let texts = Texts {
            text: Cow::Owned(text_of(&mut random)),
            shared: text_of(&mut random).into(),
            boxed: text_of(&mut random).into(),
            blob: &blob,
            owned: Cow::Owned(blob.clone()),
            counted: some(&mut random, |random| text_of(random).into()),
        };
        let bytes = binary::to_vec(&texts).expect("it can be encoded");
        let theirs: idl::Texts = binary::from_slice(&bytes).expect("the other type reads it");
        assert_eq!(binary::to_vec(&theirs).expect("it can be encoded"), bytes);
        let back: Texts<'_> = binary::from_slice(&bytes).expect("it can be read");
        assert_eq!(back, texts);
        assert!(matches!(back.text, Cow::Borrowed(_)));
        assert!(matches!(back.owned, Cow::Borrowed(_)));
        assert!(bytes.as_ptr_range().contains(&back.blob.as_ptr()));
    }
}

#[test]
fn skipped_fields_are_not_encoded() {
    struct NeverSent;
    impl Default for NeverSent {
        fn default() -> NeverSent {
            NeverSent
        }
    }
    #[derive(ThriftStruct)]
    struct Cached<T> {
        #[thrift(id = 1)]
        value: i32,
        #[thrift(skip)]
        cache: Option<NeverSent>,
        #[thrift(skip)]
        marker: std::marker::PhantomData<T>,
    }
    // What the skipped fields are is asked for nothing.
    let cached: Cached<NeverSent> =
        Cached { value: 5, cache: Some(NeverSent), marker: std::marker::PhantomData };
    let bytes = binary::to_vec(&cached).expect("it can be encoded");
    assert_eq!(bytes, [8, 0, 1, 0, 0, 0, 5, 0]);
    let back: Cached<NeverSent> = binary::from_slice(&bytes).expect("it can be read");
    assert_eq!((back.value, back.cache.is_none(), back.marker), (5, true, cached.marker));
}

#[test]
fn unknown_fields_are_kept_if_there_is_a_place_for_them() {
    #[derive(Debug, PartialEq, ThriftStruct)]
    struct Part(#[thrift(id = 6)] bool, #[thrift(unrecognized)] UnknownFields);
    let whole = users(&mut Random::new(9));
    let bytes = binary::to_vec(&whole).expect("it can be encoded");
    let part: Part = binary::from_slice(&bytes).expect("it can be read");
    assert_eq!(part.0, whole.active.yes);
    let bytes = binary::to_vec(&part).expect("it can be encoded");
    assert_eq!(binary::from_slice::<Users>(&bytes).expect("it can be read"), whole);
}

#[test]
fn structs_may_have_no_fields_and_expressions_may_be_of_any_kind() {
    #[derive(Debug, PartialEq, Default, ThriftStruct)]
    struct Unit;
    #[derive(Debug, PartialEq, ThriftStruct)]
    struct Empty {}
    #[derive(Debug, PartialEq, ThriftStruct)]
    struct Defaults {
        #[thrift(id = 1, default = vec![1, 2])]
        list: Vec<i32>,
        #[thrift(default = { let base = 40; base + 2 }, id = 2)]
        block: i32,
        #[thrift(id = 3, default = [("a", 1), ("b", 2)].into_iter().map(|(k, v)| (k.to_owned(), v)).collect())]
        map: BTreeMap<String, i32>,
        #[thrift(id = 4, default = BTreeMap::<i32, i32>::from([(1, 2)]))]
        turbofish: BTreeMap<i32, i32>,
        #[thrift(id = 5, default)]
        plain: Unit,
        #[thrift(id = 6, default = if cfg!(test) { "test" } else { "run" }.to_owned())]
        condition: String,
    }
    assert_eq!(binary::to_vec(&Unit).expect("it can be encoded"), [0]);
    assert_eq!(binary::from_slice::<Empty>(&[0]).expect("it can be read"), Empty {});
    let defaults = Defaults {
        list: vec![1, 2],
        block: 42,
        map: [("a".to_owned(), 1), ("b".to_owned(), 2)].into(),
        turbofish: [(1, 2)].into(),
        plain: Unit,
        condition: "test".to_owned(),
    };
    assert_eq!(binary::from_slice::<Defaults>(&[0]).expect("it can be read"), defaults);
}
