thriftly::thrift!("words.thrift");

fn main() {}
