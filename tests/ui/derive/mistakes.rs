use thriftly::ThriftStruct;

#[derive(ThriftStruct)]
struct Person {
    name: String,
    #[thrift(id = 1)]
    age: u32,
    #[thrift(id = 1, requird)]
    height: i32,
    #[thrift(id = 70000)]
    weight: i32,
    #[thrift(id = 2, required)]
    email: Option<String>,
}

#[derive(ThriftStruct)]
enum Choice {
    #[thrift(id = 1)]
    One(i32),
    #[thrift(id = 1)]
    Two(String),
    Three(i64),
}

fn main() {}
