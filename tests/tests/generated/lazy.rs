//! The option `lazy`: fields that are decoded when they are needed, and encoded as they were received.

use thriftly::{ErrorKind, Lazy, Result, binary, compact, json, simple_json, thriftpy_json};

mod idl {
    thriftly::thrift!(
        inline: r#"
            struct Column { 1: required string name, 2: i64 offset, 3: binary blob }
            struct Footer {
                1: i64 rows,
                2: required list<Column> columns,
                3: optional map<string, Column> by_name,
                4: Column usual = { "name": "usual", "offset": 4 },
                5: string creator,
            }
            struct Tree { 1: i32 value, 2: optional Tree next }
        "#,
        views: true,
        derive: [serde::Serialize, serde::Deserialize],
        lazy: ["Footer.{columns, by_name, usual}", "Tree.next"],
    );
}

use idl::{Column, Footer, FooterRef, Tree};

fn column(name: &str) -> Column {
    Column { name: name.into(), offset: 7, blob: vec![0xff; 5].into() }
}

fn footer() -> Footer {
    Footer {
        rows: 5,
        columns: vec![column("a"), column("b")].into(),
        by_name: Some(
            [("a".to_owned(), column("a"))]
                .into_iter()
                .collect::<std::collections::BTreeMap<_, _>>()
                .into(),
        ),
        creator: "tests".into(),
        ..Default::default()
    }
}

macro_rules! unchanged {
    ($module:ident) => {
        let bytes = $module::to_vec(&footer())?;
        let read: Footer = $module::from_slice(&bytes)?;
        assert!(!read.columns.is_decoded() && !read.usual.is_decoded());
        assert_eq!($module::to_vec(&read)?, bytes);
        assert_eq!(read.columns.get()?[1], column("b"));
        assert_eq!(read.by_name.as_ref().expect("it was sent").get()?["a"].offset, 7);
        assert_eq!(read, footer());
        // Decoded, it is still what was received.
        assert!(read.columns.is_decoded());
        assert_eq!($module::to_vec(&read)?, bytes);
    };
}

#[test]
fn what_is_not_changed_is_encoded_as_it_was_received() -> Result<()> {
    unchanged!(binary);
    unchanged!(compact);
    unchanged!(json);
    Ok(())
}

#[test]
fn bytes_of_one_protocol_are_carried_to_another() -> Result<()> {
    let read: Footer = compact::from_slice(&compact::to_vec(&footer())?)?;
    assert_eq!(binary::to_vec(&read)?, binary::to_vec(&footer())?);
    assert!(!read.columns.is_decoded());
    Ok(())
}

/// JSON has base64 for `binary`, and does not tell it from text. Other formats of JSON have names.
#[test]
fn values_are_decoded_to_be_carried_between_json_and_other_protocols() -> Result<()> {
    let whole = Footer {
        columns: vec![Column { blob: b"also text".as_slice().into(), ..column("a") }].into(),
        ..footer()
    };
    let from_json: Footer = json::from_slice(&json::to_vec(&whole)?)?;
    assert_eq!(binary::to_vec(&from_json)?, binary::to_vec(&whole)?);
    assert_eq!(compact::to_vec(&from_json)?, compact::to_vec(&whole)?);
    let from_binary: Footer = binary::from_slice(&binary::to_vec(&whole)?)?;
    let from_compact: Footer = compact::from_slice(&compact::to_vec(&whole)?)?;
    for read in [&from_binary, &from_compact, &from_json] {
        assert_eq!(json::to_string(read)?, json::to_string(&whole)?);
        assert_eq!(simple_json::to_string(read)?, simple_json::to_string(&whole)?);
        assert_eq!(thriftpy_json::to_vec(read)?, thriftpy_json::to_vec(&whole)?);
    }
    // Field 2 of `Footer`: one column, whose name is not UTF-8. It is carried over with all that it has.
    let broken = b"\x0f\0\x02\x0c\0\0\0\x01\x0b\0\x01\0\0\0\x01\xff\0\0";
    let broken: Footer = binary::from_slice(broken)?;
    assert!(broken.columns.get().is_err());
    assert!(
        json::to_string(&broken)?.contains(r#"{"1":{"str":"/w=="}}"#),
        "{}",
        json::to_string(&broken)?
    );
    Ok(())
}

#[test]
fn what_is_changed_is_encoded_anew() -> Result<()> {
    let mut read: Footer = binary::from_slice(&binary::to_vec(&footer())?)?;
    read.columns.get_mut()?.push(column("c"));
    read.usual = column("x").into();
    let again: Footer = binary::from_slice(&binary::to_vec(&read)?)?;
    assert_eq!(again.columns.get()?.len(), 3);
    assert_eq!(again.usual.into_inner()?, column("x"));
    Ok(())
}

#[test]
fn defaults_are_values() -> Result<()> {
    assert_eq!(Footer::default().usual.get()?.name, "usual");
    assert!(Lazy::<Vec<i32>>::default().get()?.is_empty());
    Ok(())
}

#[test]
fn a_broken_value_is_an_error_when_it_is_needed_and_sent_on_unchanged() -> Result<()> {
    let bytes = binary::to_vec(&footer())?;
    // The name of the second column.
    let at = bytes.windows(5).position(|bytes| bytes == b"\0\0\0\x01b").expect("it is there");
    let mut broken = bytes.clone();
    broken[at + 4] = 0xff;
    let mut read: Footer = binary::from_slice(&broken)?;
    let error = read.columns.get().expect_err("it is not UTF-8");
    assert_eq!(
        (error.kind(), error.path().as_str()),
        (ErrorKind::InvalidUtf8, "[1].name"),
        "{error}"
    );
    assert!(read.columns.get_mut().is_err());
    assert_eq!(binary::to_vec(&read)?, broken);
    assert_ne!(read, footer());
    assert_eq!(read, binary::from_slice(&broken)?);
    // What is no list on the wire is an error at once.
    let cut = binary::from_slice::<Footer>(&bytes[..at + 2]).expect_err("it is cut");
    assert_eq!(cut.kind(), ErrorKind::UnexpectedEof);
    Ok(())
}

#[test]
fn a_type_may_contain_itself() -> Result<()> {
    let mut tree = Tree::default();
    for value in 0..10 {
        tree = Tree { value, next: Some(Box::new(tree).into()) };
    }
    let read: Tree = compact::from_slice(&compact::to_vec(&tree)?)?;
    let mut next = &read;
    let mut values = vec![next.value];
    while let Some(inner) = &next.next {
        next = inner.get()?;
        values.push(next.value);
    }
    assert_eq!(values, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]);
    Ok(())
}

#[test]
fn large_values_share_the_memory_of_a_message_that_is_shared() -> Result<()> {
    let large = Column { blob: vec![1; 5000].into(), ..column("a") };
    let sent = Footer { columns: vec![large.clone()].into(), ..footer() };
    let message = thriftly::Bytes::from(compact::to_vec(&sent)?);
    let read: Footer = compact::from_bytes(&message)?;
    let is_within = |column: &Column| message.as_ptr_range().contains(&column.blob.as_ptr());
    assert!(is_within(&read.columns.get()?[0]));
    // Small ones would keep much for little.
    assert!(!is_within(read.usual.get()?));
    assert_eq!(compact::to_vec(&read)?, message);
    let copied: Footer = compact::from_slice(&message)?;
    assert!(!is_within(&copied.columns.get()?[0]));
    assert_eq!(copied.columns.get()?[0], large);
    Ok(())
}

#[test]
fn views_have_them_too() -> Result<()> {
    let bytes = binary::to_vec(&footer())?;
    let view: FooterRef<'_> = binary::from_slice(&bytes)?;
    assert_eq!((view.creator, view.columns.is_decoded()), ("tests", false));
    assert_eq!(view.into_owned(), footer());
    Ok(())
}

#[test]
fn serde_sees_the_values() -> Result<()> {
    let read: Footer = binary::from_slice(&binary::to_vec(&footer())?)?;
    let text = serde_json::to_string(&read).expect("it can be decoded");
    assert!(text.contains(r#""columns":[{"name":"a""#), "{text}");
    assert_eq!(serde_json::from_str::<Footer>(&text).expect("it is the same"), footer());
    Ok(())
}
