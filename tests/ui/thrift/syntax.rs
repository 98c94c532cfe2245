thriftly::thrift!("syntax.thrift");

fn main() {}
