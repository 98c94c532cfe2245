use thriftly::ThriftStruct;

struct Foreign;

#[derive(ThriftStruct)]
struct Person {
    #[thrift(id = 1)]
    foreign: Option<Foreign>,
}

fn main() {}
