use thriftly::ThriftStruct;

#[derive(ThriftStruct)]
struct Person {
    #[thrift(id = 1)]
    name: String,
    #[thrift(id = 2, name = "name")]
    nickname: String,
    #[thrift(id = 3, name = "type")]
    kind: i32,
    #[thrift(id = 4)]
    r#type: i32,
    #[thrift(id = 5, name = "skipped")]
    sent: i32,
    #[thrift(skip)]
    skipped: i32,
}

#[derive(ThriftStruct)]
enum Choice {
    #[thrift(id = 1, name = "Two")]
    One(i32),
    #[thrift(id = 2)]
    Two(String),
    #[thrift(id = 1, name = "Two")]
    Three(i64),
}

#[derive(ThriftStruct)]
enum Never {}

fn main() {}
