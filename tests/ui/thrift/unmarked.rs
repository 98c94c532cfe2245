thriftly::thrift!(inline: "struct Point { 1: i32 x } union U { 1: i32 u }", unmarked: { optional: ["Point", "Pint", "U"] });
thriftly::thrift!(inline: "struct Line { 1: i32 x }", unmarked: required);
thriftly::thrift!(inline: "struct Curve { 1: i32 x }", unmarked: { required: ["Curve"] });

fn main() {}
