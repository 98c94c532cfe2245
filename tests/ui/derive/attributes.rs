use thriftly::{ThriftStruct, UnknownFields};

#[derive(ThriftStruct)]
#[thrift(naem = "Person")]
struct Person {
    #[thrift(id = 1, optional)]
    name: String,
    #[thrift(id = 2, id = 3)]
    age: i32,
    #[thrift(id = 4, required, default = 5)]
    height: i32,
    #[thrift(id = 6, default = Some(5))]
    weight: Option<i32>,
    #[thrift(id = 7, skip)]
    cache: i32,
    #[thrift(unrecognized)]
    rest: UnknownFields,
    #[thrift(unrecognized)]
    more: UnknownFields,
    #[thrift(id = 8, default =)]
    text: String,
    #[thrift(id = "9")]
    nine: i32,
    #[thrift]
    bare: i32,
    #[thrift(id = 10, with = "module")]
    foreign: i32,
}

#[derive(ThriftStruct)]
#[thrift(transparent, name = "Name")]
struct Pair(String, String);

#[derive(ThriftStruct)]
#[thrift(transparent)]
struct Nothing;

#[derive(ThriftStruct)]
#[thrift(transparent)]
struct Maybe(Option<i32>);

#[derive(ThriftStruct)]
#[thrift(transparent)]
struct WithId {
    #[thrift(id = 1)]
    value: i32,
}

#[derive(ThriftStruct)]
#[thrift(transparent)]
enum Transparent {
    #[thrift(id = 1)]
    One(i32),
}

fn main() {}
