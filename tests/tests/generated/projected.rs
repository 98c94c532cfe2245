//! The options `only` and `skip`: types that lack fields, which are skipped in what others have encoded.

use thriftly::{Result, binary, compact, json};

/// All of it.
mod whole {
    thriftly::thrift!("../../idl/projected.thrift", views: true);
}

/// What a scan of one column needs.
mod scan {
    thriftly::thrift!(
        "../../idl/projected.thrift",
        only: ["Footer.{rows, groups}", "Group.columns"],
        skip: ["Statistics", "Column.path"],
    );
}

/// Without what takes most of the memory.
mod lean {
    thriftly::thrift!("../../idl/projected.thrift", views: true, skip: ["Statistics"]);
}

/// With the rest, for those who encode it again.
mod kept {
    thriftly::thrift!("../../idl/projected.thrift", unknown_fields: kept, skip: ["Group", "Text"]);
}

fn footer() -> whole::Footer {
    let statistics = whole::Statistics { max: Some(9), min: None };
    let column = |name: &str| whole::Column {
        path: vec!["table".into(), name.into()],
        offset: 7,
        statistics: Some(statistics.clone()),
        by_page: vec![statistics.clone(); 2],
        codec: whole::Codec::Zstd,
    };
    let group = whole::Group { columns: vec![column("a"), column("b")], size: 100 };
    whole::Footer { version: 2, rows: 5, groups: vec![group; 3], creator: Some("tests".into()) }
}

#[test]
fn a_projection_skips_fields_at_run_time() -> Result<()> {
    use thriftly::codec::Projection;
    use thriftly::{Decode, ErrorKind, Limits, TType};

    let projection = Projection::new()
        .skip("Column", ["statistics", "by_page"])
        .only("Footer", ["rows", "groups"])
        .only("Footer", ["version", "nothing"])
        .skip("Nothing", ["rows"]);
    let mut expected = footer();
    expected.creator = None;
    for column in expected.groups.iter_mut().flat_map(|group| &mut group.columns) {
        // The default of a field that is absent.
        let by_page = vec![whole::Statistics { max: Some(1), min: None }];
        (column.statistics, column.by_page) = (None, by_page);
    }
    let bytes = compact::to_vec(&footer())?;
    let mut reader = projection.reader(compact::CompactReader::new(&bytes, &Limits::DEFAULT));
    assert_eq!(whole::Footer::decode(&mut reader)?, expected);
    reader.into_inner().finish()?;
    let bytes = binary::to_vec(&footer())?;
    let mut reader = projection.reader(binary::BinaryReader::new(&bytes, &Limits::DEFAULT));
    assert_eq!(whole::FooterRef::decode(&mut reader)?.into_owned(), expected);
    // Where the reader is lent.
    let text = json::to_vec(&footer())?;
    let read = json::read(&text, TType::STRUCT, &Limits::DEFAULT, |reader| {
        whole::Footer::decode(&mut projection.reader(reader))
    })?;
    assert_eq!(read, expected);
    // Every cut is found, also within what is skipped.
    for end in 0..bytes.len() {
        let reader = binary::BinaryReader::new(&bytes[..end], &Limits::DEFAULT);
        let error = whole::Footer::decode(&mut projection.reader(reader)).expect_err("it is cut");
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{end}");
    }
    let required = projection.skip("Column", ["path"]);
    let reader = binary::BinaryReader::new(&bytes, &Limits::DEFAULT);
    let error = whole::Footer::decode(&mut required.reader(reader)).expect_err("it is required");
    assert_eq!(error.kind(), ErrorKind::MissingField);
    Ok(())
}

#[test]
fn a_union_whose_field_is_skipped_has_none() -> Result<()> {
    use thriftly::codec::Projection;
    use thriftly::{Decode, Limits};

    thriftly::thrift!(inline: "union Choice { 1: i32 number, 2: string text }");
    let projection = Projection::new().skip("Choice", ["text"]);
    let read = |choice: &Choice| {
        let bytes = compact::to_vec(choice)?;
        let reader = compact::CompactReader::new(&bytes, &Limits::DEFAULT);
        Choice::decode(&mut projection.reader(reader))
    };
    assert_eq!(read(&Choice::Text("a".into()))?, Choice::default());
    assert_eq!(read(&Choice::Number(1))?, Choice::Number(1));
    Ok(())
}

#[test]
fn fields_that_are_left_out_are_skipped_in_every_protocol() -> Result<()> {
    let column = scan::Column { offset: 7, codec: scan::Codec::Zstd };
    let group = scan::Group { columns: vec![column.clone(), column] };
    let expected = scan::Footer { rows: 5, groups: vec![group; 3] };
    assert_eq!(binary::from_slice::<scan::Footer>(&binary::to_vec(&footer())?)?, expected);
    assert_eq!(compact::from_slice::<scan::Footer>(&compact::to_vec(&footer())?)?, expected);
    assert_eq!(json::from_slice::<scan::Footer>(&json::to_vec(&footer())?)?, expected);
    Ok(())
}

#[test]
fn views_lack_the_same_fields() -> Result<()> {
    let bytes = compact::to_vec(&footer())?;
    let view: lean::FooterRef<'_> = compact::from_slice(&bytes)?;
    assert_eq!((view.rows, view.groups[2].columns[1].path[1]), (5, "b"));
    assert_eq!(view.into_owned(), compact::from_slice(&bytes)?);
    Ok(())
}

#[test]
fn constants_and_defaults_lack_them_as_well() {
    let whole = whole::USUAL.clone();
    assert_eq!((whole.path.len(), whole.offset), (1, 4));
    assert_eq!(*scan::USUAL, scan::Column { offset: 4, codec: scan::Codec::Snappy });
    assert_eq!(whole::Group::default().columns, [whole.clone(), whole]);
    assert_eq!(scan::Group::default().columns, [scan::USUAL.clone(), scan::USUAL.clone()]);
}

#[test]
fn what_is_left_out_is_encoded_again_if_it_is_kept() -> Result<()> {
    let bytes = binary::to_vec(&footer())?;
    let read: kept::Footer = binary::from_slice(&bytes)?;
    // Fields of the type and of typedefs of it.
    assert_eq!(read.unknown_fields.len(), 2);
    let again: whole::Footer = binary::from_slice(&binary::to_vec(&read)?)?;
    assert_eq!(again, footer());
    Ok(())
}

macro_rules! kinds {
    ($name:ident $($option:tt)*) => {
        mod $name {
            thriftly::thrift!(inline: r#"
                enum Kind { ONE = 1 }
                struct Inner { 1: bool yes, 2: string text }
                struct All {
                    1: optional bool first, 2: i32 kept, 3: i8 byte, 4: i16 short, 5: i64 long, 6: double number,
                    7: string text, 8: binary blob, 9: list<bool> flags, 10: set<i32> set, 11: map<string, Inner> map,
                    12: optional bool middle, 13: Inner inner, 14: Kind kind, 15: optional uuid id, 16: string also,
                    17: optional bool last,
                }
            "# $($option)*);
        }
    };
}

kinds!(all);
kinds!(few, only: ["All.{kept, also}"]);

/// The same ids with other types, and in another order.
mod others {
    thriftly::thrift!(inline: r#"
        struct All {
            17: string last, 16: string also, 12: list<i64> middle, 13: i32 inner, 14: bool kind, 15: i8 id, 2: i32 kept,
            1: i64 first, 3: bool byte, 4: string short, 5: map<i8, i8> long, 6: bool number, 20: string new,
        }
    "#);
}

#[test]
fn fields_that_are_left_out_are_passed_over_whatever_they_are() -> Result<()> {
    let inner = || all::Inner { yes: true, text: "inner".into() };
    let full = all::All {
        first: Some(true),
        kept: 7,
        byte: 1,
        short: -2,
        long: 1 << 40,
        number: 0.5,
        text: "text".into(),
        blob: vec![0xff; 30].into(),
        flags: vec![true; 20],
        set: [1, 1000].into(),
        map: [("key".into(), inner())].into(),
        middle: Some(false),
        inner: inner(),
        kind: all::Kind::One,
        id: Some(thriftly::Uuid([9; 16])),
        also: "also".into(),
        last: Some(true),
    };
    let expected = few::All { kept: 7, also: "also".into() };
    let sparse = all::All { kept: 7, also: "also".into(), ..Default::default() };
    let other = others::All {
        kept: 7,
        also: "also".into(),
        kind: true,
        new: "new".into(),
        ..Default::default()
    };
    for bytes in [binary::to_vec(&full)?, binary::to_vec(&sparse)?, binary::to_vec(&other)?] {
        assert_eq!(binary::from_slice::<few::All>(&bytes)?, expected);
        for end in 0..bytes.len() {
            assert!(binary::from_slice::<few::All>(&bytes[..end]).is_err(), "{end}");
        }
    }
    for bytes in [compact::to_vec(&full)?, compact::to_vec(&sparse)?, compact::to_vec(&other)?] {
        assert_eq!(compact::from_slice::<few::All>(&bytes)?, expected);
        for end in 0..bytes.len() {
            assert!(compact::from_slice::<few::All>(&bytes[..end]).is_err(), "{end}");
        }
    }
    for text in [json::to_vec(&full)?, json::to_vec(&sparse)?, json::to_vec(&other)?] {
        assert_eq!(json::from_slice::<few::All>(&text)?, expected);
    }
    Ok(())
}
