thriftly::thrift!("comment.thrift");

fn main() {}
