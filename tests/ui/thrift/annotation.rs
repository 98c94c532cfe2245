thriftly::thrift!("annotation.thrift");

fn main() {}
