use thriftly::ThriftStruct;

#[derive(ThriftStruct)]
enum Choice {
    #[thrift(id = 1)]
    Number(i32),
}

#[derive(ThriftStruct)]
struct Holder {
    #[thrift(id = 1)]
    choice: Choice,
}

fn main() {}
