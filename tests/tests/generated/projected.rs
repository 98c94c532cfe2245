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
