use thriftly::{ThriftStruct, UnknownField};

#[derive(ThriftStruct)]
enum Shape {
    #[thrift(id = 1)]
    Circle { radius: f64 },
    #[thrift(id = 2)]
    Line(f64, f64),
    #[thrift(id = 3)]
    Label(Option<String>),
    #[thrift(id = 4, required)]
    Text(String),
    #[thrift(unrecognized)]
    Other(UnknownField),
    #[thrift(unrecognized)]
    Another(UnknownField),
}

#[derive(ThriftStruct)]
enum Mixed {
    Empty,
    Full(i32),
}

const BASE: i32 = 7;

#[derive(ThriftStruct)]
#[repr(i64)]
enum Level {
    #[thrift(id = 1)]
    Low,
    High = BASE as i64,
    Huge = 3000000000,
    #[thrift(unrecognized)]
    Other,
}

#[derive(ThriftStruct)]
enum Generic<const N: usize> {
    One,
}

#[derive(ThriftStruct)]
union Bits {
    whole: i32,
    part: i16,
}

fn main() {}
