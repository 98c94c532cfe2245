thriftly::thrift!("rust_type.thrift");

fn main() {}
