thriftly::thrift!("services.thrift");

fn main() {}
