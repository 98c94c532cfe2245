use thriftly::ThriftStruct;

#[derive(Debug, ThriftStruct)]
struct NoException {
    #[thrift(id = 1, message)]
    text: String,
}

#[derive(Debug, ThriftStruct)]
#[thrift(exception)]
struct NoText {
    #[thrift(id = 1, message)]
    number: i32,
}

#[derive(Debug, ThriftStruct)]
#[thrift(exception)]
struct Twice {
    #[thrift(id = 1, message)]
    first: String,
    #[thrift(id = 2, message)]
    second: String,
}

#[derive(Debug, ThriftStruct)]
#[thrift(exception)]
struct NoError {
    #[thrift(id = 1, source)]
    cause: String,
}

fn main() {}
