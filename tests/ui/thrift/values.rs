thriftly::thrift!("values.thrift");

fn main() {}
