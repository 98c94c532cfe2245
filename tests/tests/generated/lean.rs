//! Values that take less memory: the options `boxed`, `enums: numbers`, `binary: small` and `strings: small`, lists of
//! `smallvec`, and decoding over existing values.

use thriftly::codec::{Decode, Encode};
use thriftly::{
    Bytes, ErrorKind, Limits, Result, Server, SmallBytes, SmallStr, binary, compact, json,
};

mod usual {
    thriftly::thrift!("lean.thrift", views: true);
}

mod small {
    use smallvec::SmallVec;
    use thriftly::SmallStr;

    thriftly::thrift!(
        "lean.thrift",
        views: true,
        enums: numbers,
        binary: small,
        strings: small,
        boxed: ["Column.{rare, note}", "Choice.{rare, text, blob}"],
        types: {
            "Column.codecs": SmallVec<[Codec; 2]>,
            "Column.path": SmallVec<[SmallStr; 1]>,
            "Lists.codecs": SmallVec<[Codec; 2]>,
            "Lists.words": SmallVec<[SmallStr; 2]>,
            "Part.sizes": SmallVec<[i64; 2]>,
        },
        derive: [serde::Serialize, serde::Deserialize],
    );
}

macro_rules! blobs {
    ($name:ident, $($option:tt)*) => {
        mod $name {
            thriftly::thrift!(inline: r#"
                const binary SHORT = "short"
                const binary LONG = "a constant of more than twenty-two bytes"
                const string WORD = "word"
                typedef binary Key
                typedef string Word
                struct Blobs {
                    1: Key key = SHORT,
                    2: binary long = LONG,
                    3: optional binary rest,
                    4: map<Key, list<binary>> keyed,
                    5: set<Key> keys,
                    6: optional Either either,
                    7: Word word = WORD,
                    8: string sentence = "a default of more than twenty-two bytes",
                    9: optional string note,
                    10: map<Word, list<string>> words,
                    11: set<string> texts,
                }
                union Either { 1: Key key, 2: i32 number, 3: string text }
                exception Wrong { 1: string message }
            "#, views: true, $($option)*);
        }
    };
}

blobs!(usual_blobs, maps: ordered);
blobs!(small_blobs, binary: small, strings: small);

mod keys {
    thriftly::thrift!(inline: r#"
        service Keys {
            binary join(1: binary key, 2: optional binary rest, 3: list<binary> more, 4: binary last = "last")
            string combine(1: string key, 2: optional string rest, 3: list<string> more, 4: string last = "last")
        }
    "#, binary: small, strings: small);
}

fn rare() -> usual::Rare {
    usual::Rare { low: 1.5, high: 2.5, labels: vec!["a".into(), String::new()] }
}

fn full() -> usual::Column {
    usual::Column {
        name: "column".into(),
        codec: usual::Codec::Snappy,
        codecs: vec![usual::Codec::None, usual::Codec::Unrecognized(9)],
        rare: Some(rare()),
        note: Some("note".into()),
        choice: usual::Choice::Rare(rare()),
        path: vec!["one".into(), "two".into()],
        parts: vec![usual::Part { at: 1, text: "x".into(), ..Default::default() }],
        count: 7,
        raw: Bytes::from_static(b"raw"),
        marked: Some(Box::new(true)),
    }
}

/// Values with all fields, with few, and with others than the one before.
fn columns() -> Vec<usual::Column> {
    let few = usual::Column { name: "few".into(), ..Default::default() };
    let many =
        usual::Part { at: 2, text: "a longer text".into(), size: Some(3), ..Default::default() };
    let inner =
        usual::Part { next: Some(Box::new(many.clone())), sizes: Some(vec![1, 2]), ..many.clone() };
    let many = usual::Part { sizes: Some(vec![3, -4, i64::MAX]), ..many };
    vec![
        full(),
        few.clone(),
        usual::Column { parts: vec![many.clone(), inner, many], ..full() },
        usual::Column { path: vec!["three".into()], note: None, ..full() },
        usual::Column { choice: usual::Choice::Text("text".into()), ..few.clone() },
        usual::Column { choice: usual::Choice::Blob(Bytes::from_static(b"blob")), ..full() },
        few,
        full(),
    ]
}

#[test]
fn boxed_and_numbered_types_have_the_same_bytes() -> Result<()> {
    for column in columns() {
        let bytes = binary::to_vec(&column)?;
        assert_eq!(binary::to_vec(&binary::from_slice::<small::Column>(&bytes)?)?, bytes);
        let bytes = compact::to_vec(&column)?;
        assert_eq!(compact::to_vec(&compact::from_slice::<small::Column>(&bytes)?)?, bytes);
        let view: small::ColumnRef<'_> = compact::from_slice(&bytes)?;
        assert_eq!(compact::to_vec(&view)?, bytes);
        assert_eq!(compact::to_vec(&view.into_owned())?, bytes);
    }
    Ok(())
}

#[test]
fn short_lists_have_the_defaults_of_the_idl() -> Result<()> {
    let (default, usual) = (small::Lists::default(), usual::Lists::default());
    assert_eq!(default.codecs[..], [small::Codec::Snappy]);
    assert_eq!(default.words[..], usual.words);
    assert_eq!(compact::to_vec(&default)?, compact::to_vec(&usual)?);
    let (mut value, mut usual) = (default.clone(), usual);
    for count in [1, 0, 5, 2] {
        usual.words = vec!["word".into(); count];
        let bytes = compact::to_vec(&usual)?;
        over(&mut value, &bytes)?;
        assert_eq!((value.words.len(), compact::to_vec(&value)?), (count, bytes));
    }
    assert_eq!(compact::from_slice::<small::Lists>(&[0])?, default);
    assert_eq!(small::ListsRef::default().words[..], default.words[..]);
    Ok(())
}

#[test]
fn small_bytes_and_strings_have_the_same_bytes_in_each_protocol() -> Result<()> {
    assert_eq!(small_blobs::LONG, usual_blobs::LONG);
    let constant: &Bytes = &small_blobs::SHORT;
    assert_eq!(constant, "short");
    let default = small_blobs::Blobs::default();
    assert_eq!((&default.key, &default.long), (&"short".into(), &small_blobs::LONG.clone().into()));
    assert_eq!(
        (&*default.word, &*default.sentence),
        (small_blobs::WORD, "a default of more than twenty-two bytes")
    );
    assert_eq!(small_blobs::Wrong { message: "it is".into() }.to_string(), "it is");
    for len in [0, 1, 19, 20, 21, 1000, 5000] {
        let blob = |byte| Bytes::from(vec![byte; len]);
        let text = |letter: &str| letter.repeat(len);
        let value = usual_blobs::Blobs {
            key: blob(1),
            rest: Some(blob(0xff)),
            keyed: [(blob(2), vec![blob(3), Bytes::new()])].into(),
            keys: [blob(4), Bytes::from_static(b"key")].into(),
            either: Some(match len {
                20 => usual_blobs::Either::Text(text("e")),
                _ => usual_blobs::Either::Key(blob(5)),
            }),
            word: text("w"),
            note: Some(text("\u{1}")),
            words: [(text("a"), vec![text("b"), "é".into()])].into(),
            texts: [text("c"), String::new()].into(),
            ..Default::default()
        };
        let bytes = binary::to_vec(&value)?;
        let small: small_blobs::Blobs = binary::from_slice(&bytes)?;
        assert_eq!(small.rest.as_deref(), value.rest.as_deref());
        assert_eq!(small.keyed[&[2; 5000][..len]][0], blob(3));
        assert_eq!(small.words[&*text("a")], [&*text("b"), "é"]);
        assert!(small.texts.contains(&*text("c")));
        assert_eq!(binary::to_vec(&small)?, bytes);
        let view: small_blobs::BlobsRef<'_> = binary::from_slice(&bytes)?;
        assert_eq!(view.into_owned(), small);
        let bytes = compact::to_vec(&value)?;
        assert_eq!(compact::from_bytes::<small_blobs::Blobs>(&bytes.clone().into())?, small);
        assert_eq!(compact::to_vec(&small)?, bytes);
        let text = json::to_vec(&value)?;
        assert_eq!(json::from_slice::<small_blobs::Blobs>(&text)?, small);
        assert_eq!(json::to_vec(&small)?, text);
        for end in 0..bytes.len().min(200) {
            let error = compact::from_slice::<small_blobs::Blobs>(&bytes[..end]).expect_err("cut");
            let usual = compact::from_slice::<usual_blobs::Blobs>(&bytes[..end]).expect_err("cut");
            assert_eq!(error.to_string(), usual.to_string());
        }
    }
    assert!(size_of::<small_blobs::Blobs>() < size_of::<usual_blobs::Blobs>());
    Ok(())
}

#[tokio::test]
async fn handlers_get_small_bytes_and_strings_and_clients_send_any() -> Result<()> {
    use keys::{Keys, KeysClient, KeysServer};

    struct Handler;

    impl Keys for Handler {
        async fn join(
            &self,
            key: SmallBytes,
            rest: Option<SmallBytes>,
            more: Vec<SmallBytes>,
            last: SmallBytes,
        ) -> Result<SmallBytes> {
            Ok([&*key, &rest.unwrap_or_default(), &more.concat(), &last].concat().into())
        }

        async fn combine(
            &self,
            key: SmallStr,
            rest: Option<SmallStr>,
            more: Vec<SmallStr>,
            last: SmallStr,
        ) -> Result<SmallStr> {
            let more: String = more.iter().map(SmallStr::as_str).collect();
            Ok([&*key, &rest.unwrap_or_default(), &more, &last].concat().into())
        }
    }
    let server = Server::new(KeysServer::new(Handler));
    let client: KeysClient = KeysClient::builder().connect_with(server.in_memory()).await?;
    let more = [SmallBytes::from("b"), [b'c'; 30].into()];
    let all = client.join("a".as_bytes(), None, &more, None).await?;
    assert_eq!(all, [b"ab", &[b'c'; 30][..], b"last"].concat());
    let small = SmallBytes::from("x");
    let all = client.join(small.clone(), Some(small.clone()), &[], small).await?;
    assert_eq!(all, b"xxx");
    let all = client.combine("a", Some("b"), &["c".into(), "d".repeat(30).into()], None).await?;
    assert_eq!(all, "abc".to_owned() + &"d".repeat(30) + "last");
    Ok(())
}

#[test]
fn boxed_fields_are_boxes_and_make_their_struct_smaller() {
    let boxed: Option<Box<small::Rare>> = small::Column::default().rare;
    assert!(boxed.is_none());
    let column = small::Column { note: Some(Box::new("n".into())), ..Default::default() };
    assert_eq!(column.note.as_deref().map(SmallStr::as_str), Some("n"));
    let choice = small::Choice::from(small::Rare { low: 1.0, ..Default::default() });
    assert_eq!(choice.as_rare().map(|rare| rare.low), Some(1.0));
    let choice = small::Choice::from("text");
    assert_eq!((choice.as_text(), choice.is_blob()), (Some("text"), false));
    assert_eq!(choice, small::Choice::Text(Box::new("text".into())));
    let blob = small::Choice::from(SmallBytes::from(b"blob")).into_blob();
    assert_eq!(blob.as_deref(), Some(&b"blob"[..]));
    assert!(size_of::<small::Column>() + size_of::<small::Rare>() < size_of::<usual::Column>());
    // By the annotation, without an option.
    let marked: Option<Box<bool>> = small::Column::default().marked;
    assert!(marked.is_none());
}

#[test]
fn numbers_are_matched_shown_parsed_and_kept() -> Result<()> {
    use small::Codec;
    fn form(codec: Codec) -> &'static str {
        match codec {
            Codec::None => "none",
            Codec::Snappy => "snappy",
            Codec(_) => "other",
        }
    }
    assert_eq!([Codec::None, Codec::Snappy, Codec(9)].map(form), ["none", "snappy", "other"]);
    assert_eq!(Codec::Old, Codec::Snappy);
    assert_eq!(Codec::VALUES, [Codec::None, Codec::Snappy, Codec::Last]);
    assert_eq!(Codec::default(), Codec::None);
    assert_eq!((Codec::Last.number(), i32::from(Codec(9)), Codec::from(-3)), (-3, 9, Codec::Last));
    assert_eq!((Codec::Snappy.name(), Codec(9).name()), (Some("SNAPPY"), None));
    assert_eq!((Codec::Snappy.to_string(), Codec(9).to_string()), ("SNAPPY".into(), "9".into()));
    assert_eq!(format!("{:?} {:?}", Codec::Snappy, Codec(9)), "Snappy Codec(9)");
    assert_eq!(("OLD".parse::<Codec>()?, "9".parse::<Codec>()?), (Codec::Snappy, Codec(9)));
    assert_eq!("x".parse::<Codec>().unwrap_err().kind(), ErrorKind::InvalidData);
    assert!(Codec::Last < Codec::None && size_of::<Codec>() == 4);
    let json = serde_json::to_string(&[Codec::Snappy, Codec(9)]).expect("it is JSON");
    assert_eq!(json, "[\"SNAPPY\",9]");
    let back: Vec<Codec> = serde_json::from_str(&json).expect("it is of the type");
    assert_eq!(back, [Codec::Snappy, Codec(9)]);
    assert_eq!(small::USUAL, Codec::Snappy);
    Ok(())
}

fn over<T: Encode + for<'de> Decode<'de>>(value: &mut T, bytes: &[u8]) -> Result<()> {
    let mut reader = compact::CompactReader::new(bytes, &Limits::DEFAULT);
    value.decode_into(&mut reader)?;
    reader.finish()
}

#[test]
fn nothing_of_the_value_before_is_left() -> Result<()> {
    let (mut value, mut short) = (usual::Column::default(), small::Column::default());
    for column in columns() {
        let bytes = compact::to_vec(&column)?;
        over(&mut value, &bytes)?;
        assert_eq!(value, column);
        over(&mut short, &bytes)?;
        assert_eq!(compact::to_vec(&short)?, bytes);
    }
    let mut list: Vec<usual::Column> = Vec::new();
    for length in [3, 0, 8, 1] {
        let columns = columns()[..length].to_vec();
        over(&mut list, &compact::to_vec(&columns)?)?;
        assert_eq!(list, columns);
    }
    let mut numbers = vec![1, 2, 3];
    over(&mut numbers, &compact::to_vec(&vec![7])?)?;
    assert_eq!(numbers, [7]);
    Ok(())
}

#[test]
fn memory_of_text_and_lists_is_reused() -> Result<()> {
    let mut value = full();
    let (name, path, second) = (value.name.as_ptr(), value.path.as_ptr(), value.path[1].as_ptr());
    let next = usual::Column {
        name: "next".into(),
        path: vec!["six".into(), "ten".into()],
        ..Default::default()
    };
    over(&mut value, &compact::to_vec(&next)?)?;
    assert_eq!(value, next);
    assert_eq!(
        (value.name.as_ptr(), value.path.as_ptr(), value.path[1].as_ptr()),
        (name, path, second)
    );
    Ok(())
}

/// A writer may repeat a field, and write fields in any order: the last one counts as a whole.
#[test]
fn a_repeated_field_replaces_the_one_before() -> Result<()> {
    let part = |text: &str, size: Option<i32>| {
        let part = usual::Part { at: 1, text: text.into(), size, ..Default::default() };
        compact::to_vec(&part).expect("it can be encoded")
    };
    // Field 7 of `Holder` twice, then field 8 twice.
    let mut bytes = vec![0x7c];
    bytes.extend(part("first", Some(5)));
    bytes.extend([0x0c, 14]);
    bytes.extend(part("second", None));
    bytes.extend([0x1c]);
    bytes.extend(part("first", Some(5)));
    bytes.extend([0x0c, 16]);
    bytes.extend(part("second", None));
    bytes.push(0);
    let second = usual::Part { at: 1, text: "second".into(), ..Default::default() };
    let expected =
        usual::Holder { needed: second.clone(), maybe: Some(second), ..Default::default() };
    assert_eq!(compact::from_slice::<usual::Holder>(&bytes)?, expected);
    let mut value = usual::Holder {
        maybe: Some(usual::Part { size: Some(1), ..Default::default() }),
        a: Some(1),
        ..Default::default()
    };
    over(&mut value, &bytes)?;
    assert_eq!(value, expected);
    Ok(())
}

#[test]
fn missing_fields_and_broken_values_are_errors_with_their_path() -> Result<()> {
    let holder = usual::Holder { a: Some(1), ..Default::default() };
    let mut bytes = compact::to_vec(&holder)?;
    let error = compact::from_slice::<usual::Holder>(&bytes[..2]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    // The stop field in place of the required one.
    bytes.truncate(2);
    bytes.push(0);
    let error = compact::from_slice::<usual::Holder>(&bytes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingField);
    assert!(error.to_string().contains("Holder.needed"), "{error}");
    let columns = vec![full(), full()];
    let bytes = compact::to_vec(&columns)?;
    let cut = bytes.len() - 40;
    let error = compact::from_slice::<Vec<usual::Column>>(&bytes[..cut]).unwrap_err();
    assert!(error.to_string().contains("[1]"), "{error}");
    assert!(error.needed().is_some());
    Ok(())
}
