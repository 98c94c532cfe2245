thriftly::thrift!(inline: "struct Point { 1: i32 x }", includes: ["idl"]);

fn main() {}
