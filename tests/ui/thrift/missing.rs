thriftly::thrift!("nowhere.thrift");

fn main() {}
