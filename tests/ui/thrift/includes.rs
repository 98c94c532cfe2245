thriftly::thrift!("includes.thrift");

fn main() {}
