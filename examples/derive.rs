//! Hand-written types that are sent, and their twins from an IDL file: the bytes are the same.
//!
//! `cargo run --example derive`

use thriftly::ThriftStruct;

#[derive(Debug, Clone, PartialEq, ThriftStruct)]
struct Point {
    #[thrift(id = 1, required)]
    x: i32,
    #[thrift(id = 2, required)]
    y: i32,
    #[thrift(id = 3)]
    label: Option<String>,
}

#[derive(Debug, Clone, PartialEq, ThriftStruct)]
enum Shape {
    #[thrift(id = 1)]
    Dot(Point),
    #[thrift(id = 2)]
    Polygon(Vec<Point>),
}

mod idl {
    thriftly::thrift!("derive.thrift");
}

fn main() -> thriftly::Result<()> {
    let shape = Shape::Polygon(vec![
        Point { x: 0, y: 0, label: None },
        Point { x: 3, y: 4, label: Some("far".into()) },
    ]);
    let bytes = thriftly::binary::to_vec(&shape)?;
    println!("{} bytes: {bytes:02x?}", bytes.len());

    let twin: idl::Shape = thriftly::binary::from_slice(&bytes)?;
    println!("{twin:?}");
    assert_eq!(thriftly::binary::to_vec(&twin)?, bytes);
    assert_eq!(thriftly::binary::from_slice::<Shape>(&bytes)?, shape);
    Ok(())
}
