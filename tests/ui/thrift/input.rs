thriftly::thrift!(sleep.thrift);

fn main() {}
