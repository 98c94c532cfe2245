thriftly::thrift!("clash.thrift");

fn main() {}
